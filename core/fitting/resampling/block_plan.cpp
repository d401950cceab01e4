#include "core/fitting/resampling/block_plan.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

// Each trial in as many equal stretches of at least `length` transitions as it holds; at least one.
std::vector<Stretch> stretchesOf(const std::vector<Trial>& trials, Index length) {
  std::vector<Stretch> stretches;
  for (std::size_t k = 0; k < trials.size(); ++k) {
    const Index all = trials[k].activity.cols() - 1, pieces = std::max<Index>(1, all / length);
    for (Index i = 0; i < pieces; ++i) {
      const Index first = i * all / pieces;
      stretches.push_back({k, first, (i + 1) * all / pieces - first});
    }
  }
  return stretches;
}

std::vector<Block> joined(const std::vector<Stretch>& stretches, Index most) {
  const auto count = static_cast<Index>(stretches.size()), blocks = std::min(count, most);
  std::vector<Block> joined(static_cast<std::size_t>(blocks));
  for (Index i = 0; i < count; ++i)
    joined[static_cast<std::size_t>(i * blocks / count)].push_back(stretches[static_cast<std::size_t>(i)]);
  return joined;
}

}  // namespace

BlockPlan planBlocks(const std::vector<Trial>& trials, const BlockOptions& options) {
  constexpr double kDistinct = 0.63;  // share of the blocks that a draw holds, 1 - 1/e
  BlockPlan plan;
  plan.slowTime = options.slowTime;
  const Index all = transitionsOf(trials);
  const auto wanted =
      std::max(options.least, static_cast<Index>(std::ceil(BlockPlan::kSlowTimes * options.slowTime)));
  if (kDistinct * static_cast<double>(all) < 2.0 * static_cast<double>(options.parameters)) {
    plan.why = "no intervals: a resample of the recording's " + std::to_string(all) +
               " steps holds about 63 % of them, less than twice the " + std::to_string(options.parameters) +
               " parameters of each equation";
    return plan;
  }
  if (options.most < BlockPlan::kLeast) {
    plan.why = "no intervals: the moments of " + std::to_string(BlockPlan::kLeast) +
               " blocks would need more memory than this takes";
    return plan;
  }
  auto stretches = stretchesOf(trials, wanted);
  if (static_cast<Index>(stretches.size()) < BlockPlan::kLeast) {
    const Index shorter = all / BlockPlan::kLeast;
    if (shorter < options.least) {
      plan.why = "no intervals: the recording's " + std::to_string(all) + " steps do not hold " +
                 std::to_string(BlockPlan::kLeast) + " blocks" +
                 (options.least > 1
                      ? " of the " + std::to_string(options.least) + " steps that this fit looks at together"
                      : "");
      return plan;
    }
    plan.why = "the recording holds " + std::to_string(stretches.size()) +
               (stretches.size() == 1 ? " block" : " blocks") + " of five slow autocorrelation times (" +
               std::to_string(wanted) + " steps), fewer than " + std::to_string(BlockPlan::kLeast);
    plan.oneSided = true;
    stretches = stretchesOf(trials, shorter);
  }
  plan.blocks = joined(stretches, options.most);
  for (const Block& block : plan.blocks) {
    Index length = 0;
    for (const auto& stretch : block) length += stretch.count;
    plan.length = std::max(plan.length, length);
  }
  return plan;
}

Index mostBlocks(double room) {
  constexpr double kMost = 100;
  return static_cast<Index>(std::min(room, kMost));
}

Vector drawnCounts(std::size_t blocks, std::uint64_t seed, std::uint64_t draw) {
  Vector counts = Vector::Zero(static_cast<Index>(blocks));
  std::vector<double> uniforms(blocks);
  RandomStream(seed, Stream::resample).uniforms(draw, uniforms);
  for (const double u : uniforms)
    counts(std::min(static_cast<Index>(u * static_cast<double>(blocks)), counts.size() - 1)) += 1;
  return counts;
}

}  // namespace keyhole
