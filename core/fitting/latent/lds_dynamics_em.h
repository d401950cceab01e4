// EM on the dynamics alone: the published estimator, and fits with held emissions.
#pragma once

#include "core/fitting/latent/lds_fit.h"
#include "core/fitting/latent/lds_steps.h"

namespace keyhole {

// How one start of a fit went.
struct LdsRun {
  LdsModel model;
  std::vector<double> logLikelihood;
  FitStatus status = FitStatus::iterationLimit;
  std::string broke;   // why it ended early, if it did
  std::string ending;  // the test that fired, for a sentence: "the gradient is at rest"
};

inline std::size_t iterationsOf(const LdsRun& run) {
  return run.logLikelihood.empty() ? 0 : run.logLikelihood.size() - 1;
}

// What one fit has for all of its starts. Keeps references to the trials and the options.
class LdsDynamicsEm {
 public:
  // kind: the class of the options, with the first state at N(0, I) as published.
  LdsDynamicsEm(const LdsData& data, const LdsOptions& options, const LdsClass& kind)
      : m_data(data),
        m_options(options),
        m_kind(kind),
        m_smoother(data, kind.latents),
        m_emissions(data, kind) {}

  // The start of number `start`, from its progress bar's place `start` out of all. Throws Stopped if the
  // first one was stopped before it could be evaluated.
  LdsRun run(Index start, std::uint64_t seed, Progress& progress);

 private:
  LdsRun runFrom(LdsModel next, Index start, Progress& progress);
  bool endsBelow(double before, double value, LdsRun& run) const;
  const LdsExpectations* tryToSmooth(const LdsModel& model, LdsRun& run, Progress& progress);
  void report(Index start, Index iteration, double value, Progress& progress) const;

  const LdsData& m_data;
  const LdsOptions& m_options;
  LdsClass m_kind;
  LdsSmoother m_smoother;
  LdsEmissionSteps m_emissions;
};

}  // namespace keyhole
