#include "core/fitting/latent/lds_dynamics_em.h"

#include "core/common/error.h"
#include "core/fitting/latent/em_end.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace keyhole {

LdsRun LdsDynamicsEm::run(Index start, std::uint64_t seed, Progress& progress) {
  try {
    return runFrom(startOf(m_data.trials(), m_options, seed, progress), start, progress);
  } catch (const Stopped&) {
    if (start == 0) throw;
    LdsRun run;  // an earlier start has something to show
    run.status = FitStatus::stopped;
    return run;
  }
}

// True if EM ends with the model before.
bool LdsDynamicsEm::endsBelow(double before, double value, LdsRun& run) const {
  const double scale = std::max(std::abs(before), static_cast<double>(transitionsOf(m_data.trials())));
  const AfterStep after = afterStep(before, value, scale);
  if (after == AfterStep::broken)
    run.broke = brokenByRounding("the log-likelihood", before - value);
  else if (after == AfterStep::rounding && m_options.tolerance > 0)
    run.status = FitStatus::converged;
  else
    return false;
  return true;
}

LdsRun LdsDynamicsEm::runFrom(LdsModel next, Index start, Progress& progress) {
  LdsRun run;
  run.ending = "the log-likelihood stood still";
  const double leastNoise = m_emissions.leastDynamicsNoise(next);
  const Vector held = next.R;
  moveWithinBounds(next, m_emissions.floors(), leastNoise, m_kind);
  next.R = held;
  for (Index iteration = 0;; ++iteration) {
    const LdsExpectations* sums = tryToSmooth(next, run, progress);
    if (!sums) return run;  // run.model is the last good one
    if (!run.logLikelihood.empty() && endsBelow(run.logLikelihood.back(), sums->logLikelihood, run))
      return run;
    run.model = next;
    run.logLikelihood.push_back(sums->logLikelihood);
    report(start, iteration, sums->logLikelihood, progress);
    if (stoodStill(run.logLikelihood, m_options.tolerance)) {
      run.status = FitStatus::converged;
      return run;
    }
    if (iteration == m_options.iterations) return run;
    if (progress.stopRequested()) {
      run.status = FitStatus::stopped;
      return run;
    }
    try {
      updateDynamics(next, *sums, m_kind, leastNoise);
    } catch (const std::runtime_error& error) {
      run.broke = error.what();
      return run;
    }
  }
}

// The expectations of a model, or nothing and what is wrong with it.
const LdsExpectations* LdsDynamicsEm::tryToSmooth(const LdsModel& model, LdsRun& run, Progress& progress) {
  try {
    const LdsExpectations& sums = m_smoother.run(model, LdsSmoother::Need::dynamics, progress);
    if (std::isfinite(sums.logLikelihood)) return &sums;
    run.broke = "the log-likelihood left the finite range";
  } catch (const Stopped&) {
    run.status = FitStatus::stopped;
  } catch (const std::runtime_error& error) {
    run.broke = error.what();
  }
  return nullptr;
}

void LdsDynamicsEm::report(Index start, Index iteration, double value, Progress& progress) const {
  const double part = m_options.iterations > 0
                          ? static_cast<double>(iteration) / static_cast<double>(m_options.iterations)
                          : 1.0;
  const auto starts = static_cast<double>(std::max<Index>(m_options.restarts, 1));
  progress.report((static_cast<double>(start) + part) / starts, "fitting the latent system");
  progress.objective(static_cast<int>(start), static_cast<int>(iteration), value);
}

}  // namespace keyhole
