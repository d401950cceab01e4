#include "core/fitting/resampling/lds_blocks.h"

#include "core/common/error.h"

#include <algorithm>
#include <stdexcept>

namespace keyhole {
namespace {

// A draw is made on any thread: it hears of a stop, and tells nothing.
class Listens : public Progress {
 public:
  explicit Listens(const Progress& whole) : m_whole(whole) {}
  bool stopRequested() const override { return m_whole.stopRequested(); }

 private:
  const Progress& m_whole;
};

LdsModel warmStart(LdsModel fitted, const Matrix& states) {
  if (states.cols() < 2) return fitted;
  fitted.mu0 = states.rowwise().mean();
  const Matrix off = states.colwise() - fitted.mu0;
  fitted.P0 = off * off.transpose() / static_cast<double>(states.cols()) + fitted.P0;
  return fitted;
}

}  // namespace

std::vector<Trial> drawnTrials(const std::vector<Trial>& trials, const std::vector<Block>& blocks,
                               const Vector& counts) {
  std::vector<Trial> drawn;
  for (std::size_t b = 0; b < blocks.size(); ++b)
    for (int times = static_cast<int>(counts(static_cast<Index>(b))); times > 0; --times)
      for (const auto& stretch : blocks[b]) {
        const Trial& trial = trials[stretch.trial];
        drawn.push_back({trial.activity.middleCols(stretch.first, stretch.count + 1),
                         trial.input.middleCols(stretch.first, stretch.count + 1)});
      }
  return drawn;
}

Resampling ldsResampling(const std::vector<Trial>& trials, const LdsOptions& options,
                         const std::optional<LdsModel>& fitted, const Matrix& states) {
  constexpr double kRest = 1e-2;  // nats
  LdsOptions each = options;
  each.describe = false;
  each.rest = std::max(options.rest, kRest);
  each.restarts = 1;
  if (options.estimator == LdsEstimator::exact && fitted) each.warmStart = warmStart(*fitted, states);
  Resampling resampling;
  resampling.needs.parameters = options.kind.latents + trials.front().input.rows() + 1;
  resampling.prepare = [&trials, each](const std::vector<Block>& blocks, Progress& progress) -> DrawnFit {
    return [&trials, each, blocks, &progress](const Vector& counts) {
      Listens listens(progress);
      const LdsFit fit = fitLds(drawnTrials(trials, blocks, counts), each, listens);
      if (fit.summary.status == FitStatus::stopped) throw Stopped();
      if (!hasParameters(fit.summary.status)) throw std::runtime_error(fit.summary.message);
      return paperScaling(fit.model.F, each.alpha);
    };
  };
  return resampling;
}

}  // namespace keyhole
