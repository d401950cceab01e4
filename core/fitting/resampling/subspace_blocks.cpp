#include "core/fitting/resampling/subspace_blocks.h"

#include "core/fitting/latent/subspace_realisation.h"

#include <algorithm>
#include <memory>

namespace keyhole {

std::vector<WindowMoments> subspaceBlockMoments(const std::vector<Trial>& trials,
                                                const std::vector<Block>& blocks, Index blockRows,
                                                Progress& progress) {
  const WindowScale scale = windowScale(trials, progress);
  std::vector<WindowMoments> moments;
  for (const Block& block : blocks) {
    progress.checkpoint(static_cast<double>(moments.size()) / static_cast<double>(blocks.size()),
                        "summing blocks");
    moments.emplace_back();
    for (const auto& stretch : block) {
      const Trial& trial = trials[stretch.trial];
      const Index behind = trial.activity.cols() - 2 * blockRows + 1 - stretch.first;
      // The last transition's time point begins no transition, and belongs to the block before it.
      const bool last = stretch.first + stretch.count + 1 == trial.activity.cols();
      if (const Index windows = std::min(stretch.count + (last ? 1 : 0), behind); windows > 0)
        addWindows(moments.back(), trial, stretch.first, windows, blockRows, scale, progress);
    }
  }
  return moments;
}

WindowMoments drawnMoments(const std::vector<WindowMoments>& moments, const Vector& counts) {
  WindowMoments drawn;
  for (std::size_t b = 0; b < moments.size(); ++b) {
    const double times = counts(static_cast<Index>(b));
    if (!(times > 0) || moments[b].windows == 0) continue;
    if (drawn.windows == 0) {
      drawn.gram = Matrix::Zero(moments[b].gram.rows(), moments[b].gram.cols());
      drawn.sums = Vector::Zero(moments[b].sums.size());
    }
    drawn.gram += times * moments[b].gram;
    drawn.sums += times * moments[b].sums;
    drawn.windows += static_cast<Index>(times) * moments[b].windows;
  }
  return drawn;
}

Resampling subspaceResampling(const std::vector<Trial>& trials, const SubspaceOptions& options) {
  constexpr double kMemory = 5e8;  // bytes
  const Index k = blockRowsFor(trials, options), N = trials.front().activity.rows(),
              m = trials.front().input.rows(), rows = 2 * k * (N + m);
  Resampling resampling;
  resampling.needs.least = 2 * k;
  resampling.needs.parameters = rows;
  resampling.needs.most = mostBlocks(kMemory / (8.0 * static_cast<double>(rows * rows)));
  resampling.prepare = [=, &trials](const std::vector<Block>& blocks, Progress& progress) -> DrawnFit {
    const auto moments =
        std::make_shared<const std::vector<WindowMoments>>(subspaceBlockMoments(trials, blocks, k, progress));
    return [=](const Vector& counts) {
      const SubspaceMoments drawn = factorOf(drawnMoments(*moments, counts), k, N, m, noProgress());
      const Matrix F = realise(drawn, options.latents, options.weighting, noProgress()).F;
      return paperScaling(F, options.alpha);
    };
  };
  return resampling;
}

}  // namespace keyhole
