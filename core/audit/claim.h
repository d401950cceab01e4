// What a recording claims, method by method, and how much of that is the method.
#pragma once

#include "core/analysis/comparison/prediction.h"
#include "core/analysis/spectrum.h"
#include "core/experiment/settings/settings.h"
#include "core/experiment/studies/claim_errors.h"

#include <optional>
#include <string>
#include <vector>

namespace keyhole {

// How well a method foresees blocks of time that it was not fitted to: 1 - Σ(x_t - x̂_t)² / Σ(x_t - x_{t-1})²,
// which needs no α (0: no better than no change).
struct HeldOutGain {
  std::vector<double> blocks;  // one per block that could be scored, NaN where the fit of the rest failed
  double mean = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();  // 95 %, Student's t over the blocks: the fits share
  double high =
      std::numeric_limits<double>::quiet_NaN();  // most of their data, so that this is a rough range
};

// The same fit from another random start.
struct OtherStart {
  long long seed = 0;  // fit.seed
  bool fitted = false;
  std::vector<double> leadingSteps;
  LineAttractorScore score;
  Claim claim = Claim::nothing;
};

struct MethodClaim {
  std::string method, label;
  bool fitted = false;
  std::string why;  // one sentence, if not
  Student student;
  Spectrum spectrum;
  LineAttractorScore score;
  std::vector<double> leadingSteps;  // time constants of the leading modes of the map, in time steps; at most
                                     // ten; negative: it grows
  HeldOutGain heldOut;
  ClaimErrors errors;
  ClaimSummary summary;
  std::vector<OtherStart> starts;  // of methods with a random start
};

struct AuditedClaim {
  std::vector<MethodClaim> methods;
  std::vector<std::string> others;  // labels of the methods that can be fitted to a recording and were not
  std::string sentence;             // what is claimed, and how much of it is the method

  const MethodClaim* of(const std::string& method) const;  // null: not fitted
};

struct ClaimSizes {
  Index resamples = 200;  // of blocks of time
  Index blocks = 5;       // of time, each left out once; 0: none
  Index starts = 2;       // further random ones, of methods that have a random start
};

// Every other method that can be fitted to a recording: latent LDS (whose estimator's own freedom are its
// starts), switching LDS, CORNN, FORCE, BPTT.
std::vector<std::string> otherAuditedMethods();

// Claims of further methods (names as in fit.method), with the options of `settings`; the sentence is that of
// all. Blocks and starts are fitted on all cores. Throws Stopped.
void addClaims(AuditedClaim& claim, const std::vector<std::string>& methods, const std::vector<Trial>& trials,
               const Settings& settings, const Sampling& sampling, const ClaimSizes& sizes,
               Progress& progress = noProgress());

// MAP and subspace identification, with the options of `settings` (of a recording, as asked for); they have
// no random start. Cost: fits of all, of each rest, and of the resamples. Throws Stopped.
AuditedClaim auditClaim(const std::vector<Trial>& trials, const Settings& settings, const Sampling& sampling,
                        const ClaimSizes& sizes, Progress& progress = noProgress());

// Contiguous blocks of time (of the trials end to end), each with what is left when it is taken out: parts of
// trials before and after it. Parts of fewer than two time points are left out.
struct LeftOut {
  std::vector<Trial> fitted, heldOut;
};
std::vector<LeftOut> blocksLeftOut(const std::vector<Trial>& trials, Index blocks);

}  // namespace keyhole
