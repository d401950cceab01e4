// How far the claim of a recording's fit would move, had the recording been another stretch of the same
// length: a bootstrap over blocks of time. It is the spread of this estimator on these units, not the
// distance to the circuit: what the keyhole makes up it makes up in every resample.
#pragma once

#include "core/analysis/comparison/claimed_memory.h"
#include "core/analysis/lasting_modes.h"
#include "core/experiment/experiment.h"
#include "core/fitting/resampling/block_plan.h"

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace keyhole {

// What a spectrum claims, by the rules of the verdict.
enum class Claim {
  grows,          // a mode grows
  lineAttractor,  // one real persistent mode, alone, with a score from the threshold
  persistence,    // other persistent modes
  nothing,        // no mode persists
};
std::string nameOf(Claim claim);  // in the verdict's words: "modes that last" …
Claim claimOf(const Spectrum& spectrum, const VerdictOptions& options);

struct ClaimErrors {
  static constexpr double kLevel = 0.95;
  static constexpr std::size_t kLeast = 20;  // draws from which on there are intervals: of n the outer ones
                                             // lie beyond 1/n on each side

  bool offered = false;              // whether there are draws, or some are still to come
  std::string why;                   // a sentence: why none are offered, or why they are one-sided
  Index blocks = 0, blockSteps = 0;  // blockSteps: transitions of the longest block
  double slowTime = 0;               // time steps; 0: not looked at
  bool oneSided = false;
  bool atZero = false;            // of a student that is not linear, whose spectra are those at 0
  Index asked = 0;                // also where none are offered
  Index failed = 0;               // of those made: the draw did not determine the fit
  std::vector<Spectrum> spectra;  // of the others, in their order; without conditions
  bool complete = false;
};

// A value that is not bounded on one side, or not known, is infinite or NaN.
struct ClaimInterval {
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

// Intervals of 95 % (percentiles; one-sided: the 5 % quantile and no upper end), by the place in the listing.
struct ClaimSummary {
  std::vector<ClaimInterval> re, im, mapTau;  // up to ten modes; im of |Im λ|; mapTau in τ, infinite: it may
                                              // never decay
  ClaimInterval leadingTau;      // of the mode that leads by the map
  ClaimInterval score;           // of the draws whose leading mode decays or is marginal
  Claim claim = Claim::nothing;  // of the fit itself
  double sameClaim = std::numeric_limits<double>::quiet_NaN();  // share of the draws, in [0, 1]
  double scored = std::numeric_limits<double>::quiet_NaN();     // share of the draws with a score
  std::string sentence;                                         // what is said of all this; empty: nothing
};

using ClaimErrorSink = std::function<void(const ClaimErrors&)>;

// draws resamples of the trials that `student` was fitted to, by its method and options. More and more of
// them go to the sink; on a stop what is there is returned (complete = false). On all cores, the same numbers
// whatever their number.
ClaimErrors claimErrors(const Student& student, const std::vector<Trial>& trials, const Settings& settings,
                        Index draws, Progress& progress = noProgress(), const ClaimErrorSink& sink = {});

ClaimSummary summaryOf(const ClaimErrors& errors, const Spectrum& fitted, const VerdictOptions& options);

// Whether the recording knows of the student's memory (claimed_memory.h), with fits by the method and options
// of the settings; not offered of methods that are not fitted to resamples without being asked.
ClaimedMemory claimedMemoryOf(const Student& student, const std::vector<Trial>& trials,
                              const Settings& settings, Index simulations, Progress& progress = noProgress());

// What is said of both, a sentence each, the same wherever it is said. memory may be empty.
std::vector<std::string> claimSentences(const ClaimErrors& errors, const ClaimSummary& summary,
                                        const std::optional<ClaimedMemory>& memory);

// What follows from the recording alone, of one experiment.
struct ClaimStudy {
  ClaimErrors errors;
  ClaimSummary summary;                 // of the errors
  std::optional<ClaimedMemory> memory;  // empty until it is known, and if analysis.simulations is 0
  Index simulations = 0;                // asked for
};

// A finished experiment of a recording with the errors of its claim, from more and more resamples
// (analysis.resamples, of the latent LDS analysis.resample_fits), and then with what the recording knows of
// it (analysis.simulations): the sink is given what there is so far, the last one is also returned. What
// `previous` (may be null) has of the very same fit is taken over. Without parameters, after a stopped fit,
// and of a known teacher, whose other draws say more (score_draws.h): the same experiment.
std::shared_ptr<const Experiment> withClaimErrors(const std::shared_ptr<const Experiment>& complete,
                                                  const Experiment* previous, Progress& progress,
                                                  const ExperimentSink& sink);

}  // namespace keyhole
