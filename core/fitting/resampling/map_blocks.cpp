#include "core/fitting/resampling/map_blocks.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace keyhole {
namespace {

void add(RegressionSums& to, const RegressionSums& from, double times) {
  to.S += times * from.S;
  to.R += times * from.R;
  to.PU += times * from.PU;
  to.XU += times * from.XU;
  to.UU += times * from.UU;
  to.energy += times * from.energy;
  to.sum += times * from.sum;
  to.phiSum += times * from.phiSum;
  to.inputSum += times * from.inputSum;
  to.count += static_cast<Index>(times) * from.count;
}

Vector inputMeans(const std::vector<Trial>& trials) {
  Vector sum = Vector::Zero(trials.front().input.rows());
  double count = 0;
  for (const auto& trial : trials) {
    sum += trial.input.rowwise().sum();
    count += static_cast<double>(trial.input.cols());
  }
  return sum / std::max(count, 1.0);
}

}  // namespace

std::vector<RegressionSums> mapBlockSums(const std::vector<Trial>& trials, const std::vector<Block>& blocks,
                                         const MapOptions& options, Progress& progress) {
  constexpr Index kPart = 4096;  // time points at once
  std::vector<RegressionSums> sums;
  const RegressionSums none =
      shiftedSums(channelMeans(trials, progress).values(), inputMeans(trials), options.alpha, options.phi);
  for (const Block& block : blocks) {
    progress.checkpoint(static_cast<double>(sums.size()) / static_cast<double>(blocks.size()),
                        "summing blocks");
    sums.push_back(none);
    for (const auto& stretch : block) {
      const Trial& trial = trials[stretch.trial];
      inPieces(
          stretch.count, progress,
          [&](Index first, Index count) {
            accumulate(sums.back(), trial.activity.middleCols(stretch.first + first, count + 1),
                       trial.input.middleCols(stretch.first + first, count), options.alpha, options.phi);
          },
          kPart);
    }
  }
  return sums;
}

RegressionSums drawnSums(const std::vector<RegressionSums>& sums, const Vector& counts) {
  RegressionSums drawn = emptySums(sums.front().S.rows(), sums.front().UU.rows());
  drawn.phiShift = sums.front().phiShift;
  drawn.stepShift = sums.front().stepShift;
  drawn.inputShift = sums.front().inputShift;
  for (std::size_t b = 0; b < sums.size(); ++b)
    if (const double times = counts(static_cast<Index>(b)); times > 0) add(drawn, sums[b], times);
  return drawn;
}

Resampling mapResampling(const std::vector<Trial>& trials, const MapOptions& options) {
  constexpr double kMemory = 2.5e8;  // bytes
  const Index width = trials.front().activity.rows() + trials.front().input.rows();
  Resampling resampling;
  resampling.needs.parameters = width;
  resampling.needs.most = mostBlocks(kMemory / (16.0 * static_cast<double>(width * width)));
  resampling.prepare = [&trials, options](const std::vector<Block>& blocks, Progress& progress) -> DrawnFit {
    const auto sums =
        std::make_shared<const std::vector<RegressionSums>>(mapBlockSums(trials, blocks, options, progress));
    return [sums, options](const Vector& counts) {
      Student student = fitMap(drawnSums(*sums, counts), options);
      if (!hasParameters(student.summary.status)) throw std::runtime_error(student.summary.message);
      return std::move(student.A);
    };
  };
  return resampling;
}

}  // namespace keyhole
