// Curves meanOver draws of the teacher, and their means.
#include "core/common/error.h"
#include "core/common/nan.h"
#include "core/common/parallel.h"
#include "core/common/quiet_progress.h"
#include "core/experiment/studies/subsampling_curve.h"

#include <atomic>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

MeanOfDraws meanOf(const std::vector<double>& values) {
  MeanOfDraws result{kNaN, kNaN, 0};
  double sum = 0, squares = 0;
  for (const double value : values)
    if (std::isfinite(value)) {
      sum += value;
      ++result.count;
    }
  if (result.count == 0) return result;
  const auto n = static_cast<double>(result.count);
  result.mean = sum / n;
  for (const double value : values)
    if (std::isfinite(value)) squares += (value - result.mean) * (value - result.mean);
  if (result.count > 1) result.error = std::sqrt(squares / (n - 1) / n);
  return result;
}

// NaN where the row does not say it.
template <typename Value>
MeanOfDraws meanOver(const std::vector<Curve>& draws, std::size_t row, Value&& value) {
  std::vector<double> values;
  for (const Curve& draw : draws) {
    const CurveRow& each = draw.rows[row];
    values.push_back(each.good ? value(each.modes) : std::numeric_limits<double>::quiet_NaN());
  }
  return meanOf(values);
}

double scoreOfModes(const StudentModes& modes) {
  const auto status = modes.score.status;
  return status == ScoreStatus::defined || status == ScoreStatus::complexLeadingPair
             ? modes.score.value
             : std::numeric_limits<double>::quiet_NaN();
}

std::complex<double> eigenvalue(const StudentModes& modes, Index i) {
  if (i >= modes.leading.values.size() || modes.leading.undetermined[static_cast<std::size_t>(i)])
    return {kNaN, kNaN};
  return modes.leading.values(i);
}

}  // namespace

std::vector<CurveSummary> summaryOf(const std::vector<Curve>& draws) {
  std::vector<CurveSummary> summaries;
  if (draws.empty()) return summaries;
  for (std::size_t row = 0; row < draws.front().rows.size(); ++row) {
    CurveSummary summary;
    summary.d = draws.front().rows[row].d;
    summary.value = draws.front().rows[row].value;
    summary.score = meanOver(draws, row, scoreOfModes);
    summary.henrici = meanOver(draws, row, [](const StudentModes& modes) { return modes.henrici; });
    summary.leftOverlap = meanOver(draws, row, [](const StudentModes& modes) { return modes.leftOverlap; });
    summary.rightOverlap = meanOver(draws, row, [](const StudentModes& modes) { return modes.rightOverlap; });
    Index eigen = 0, singular = 0;
    for (const Curve& draw : draws) {
      eigen = std::max(eigen, draw.rows[row].modes.leading.values.size());
      singular = std::max(singular, draw.rows[row].modes.singular.size());
    }
    for (Index i = 0; i < eigen; ++i) {
      summary.real.push_back(
          meanOver(draws, row, [&](const auto& modes) { return eigenvalue(modes, i).real(); }));
      summary.imaginary.push_back(
          meanOver(draws, row, [&](const auto& modes) { return std::abs(eigenvalue(modes, i).imag()); }));
    }
    for (Index i = 0; i < singular; ++i)
      summary.singular.push_back(meanOver(draws, row, [&](const auto& modes) {
        return i < modes.singular.size() ? modes.singular(i) : std::numeric_limits<double>::quiet_NaN();
      }));
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

DrawnCurves curveDraws(const Settings& settings, int draws, const CurveMaker& make, Progress& progress) {
  if (draws < 1) throw InputError("the number of draws is " + std::to_string(draws) + "; allowed: 1 or more");
  DrawnCurves result;
  const long long first = settings.integer("teacher.seed");
  std::vector<Settings> each(static_cast<std::size_t>(draws), settings);
  for (int i = 0; i < draws; ++i) {
    each[static_cast<std::size_t>(i)].set("teacher.seed", first + i);
    result.seeds.push_back(static_cast<std::uint64_t>(first + i));
  }
  result.draws.resize(each.size());
  if (draws == 1) {
    result.draws[0] = make(each[0], progress);
    return result;
  }
  std::atomic<std::size_t> done = 0;
  parallelFor(
      each.size(),
      [&](std::size_t i) {
        QuietProgress quiet(progress);
        result.draws[i] = make(each[i], quiet);
        ++done;
      },
      [&] {
        progress.checkpoint(static_cast<double>(done) / static_cast<double>(each.size()), "drawing teachers");
      });
  result.summary = summaryOf(result.draws);
  return result;
}

}  // namespace keyhole
