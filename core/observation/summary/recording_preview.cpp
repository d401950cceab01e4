#include "core/observation/summary/recording_preview.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

std::vector<Index> evenly(Index count, Index most) {
  std::vector<Index> chosen;
  const Index n = std::min(count, most);
  for (Index i = 0; i < n; ++i) chosen.push_back(i * count / n);
  return chosen;
}

// Sums in columns of `each` time points; what is missing is left out.
void fillRow(const Recording& recording, Index unit, Index each, MatrixRef raster, Index row) {
  const auto x = recording.activity.row(unit);
  double n = 0, sum = 0, squares = 0;
  for (const double value : x)
    if (!std::isnan(value)) ++n, sum += value;
  const double mean = n > 0 ? sum / n : 0;
  for (const double value : x)
    if (!std::isnan(value)) squares += (value - mean) * (value - mean);
  const double deviation = n > 0 && squares > 0 ? std::sqrt(squares / n) : 1;
  for (Index column = 0; column < raster.cols(); ++column) {
    double count = 0, total = 0;
    for (Index t = column * each; t < std::min((column + 1) * each, x.size()); ++t)
      if (!std::isnan(x(t))) ++count, total += (x(t) - mean) / deviation;
    raster(row, column) = count > 0 ? total / count : std::nan("");
  }
}

}  // namespace

RecordingPreview previewOf(const Recording& recording, Index mostUnits, Index mostColumns, Index mostTraces,
                           Index mostPoints) {
  const Index N = recording.activity.rows(), T = recording.activity.cols();
  RecordingPreview preview;
  preview.rasterUnits = evenly(N, mostUnits);
  preview.perColumn = std::max<Index>((T + mostColumns - 1) / mostColumns, 1);
  preview.raster.resize(static_cast<Index>(preview.rasterUnits.size()),
                        (T + preview.perColumn - 1) / preview.perColumn);
  for (std::size_t i = 0; i < preview.rasterUnits.size(); ++i)
    fillRow(recording, preview.rasterUnits[i], preview.perColumn, preview.raster, static_cast<Index>(i));
  preview.traceUnits = evenly(N, mostTraces);
  preview.traces = recording.activity(preview.traceUnits, Eigen::seqN(0, std::min(T, mostPoints)));
  return preview;
}

}  // namespace keyhole
