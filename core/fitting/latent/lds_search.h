// The best maximum of the likelihood of an LDS that several starts reach.
#pragma once

#include "core/fitting/latent/lds_ascent.h"
#include "core/fitting/latent/lds_dynamics_em.h"

#include <memory>

namespace keyhole {

// Samples (channels times time points) up to which a step costs so little that more starts race.
constexpr Index kManyStartsUpTo = 60'000;

// How one start ended.
struct LdsStartEnd {
  LdsStart from = LdsStart::pca;
  std::uint64_t seed = 0;
  ComplexVector eigenvalues;  // of F
  double logLikelihood = 0;
  double promised = 0;  // what the gradient there still promises, nats; infinite where nobody asked it
  Index steps = 0;
  FitStatus status = FitStatus::iterationLimit;
  bool givenUp = false;  // it stood too far below the best one
};

struct LdsSearchResult {
  LdsRun run;                       // of the best start
  std::vector<LdsStartEnd> starts;  // those that could be evaluated
  std::size_t best = 0;
  std::vector<std::string> failed;  // one sentence of each start that failed
};

// data: of trials in units of their channels (lds_units.h). All starts take a few steps, then the best of
// them goes on to its end, and the others after it as long as some tens of times what their gradient promises
// could bring them there, or until they have joined it. With a bound on the spectral radius they go without
// it first: if the best of the ends keeps it, that is the best within it; else all go on from their ends,
// with the bound, by EM. Throws Stopped before the first start could be evaluated.
LdsSearchResult searchLds(const LdsData& data, const LdsOptions& options, Progress& progress);

}  // namespace keyhole
