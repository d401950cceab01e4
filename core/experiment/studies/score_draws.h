// How the line attractor score spreads: over draws of the circuit, and over the fit's own random starts (the
// rotations of the published estimator) on one recording. One draw is never the result.
#pragma once

#include "core/analysis/comparison/standing.h"
#include "core/experiment/experiment.h"

namespace keyhole {

struct ScoreDraw {
  std::uint64_t seed = 0;  // of the circuit, or of the fit
  double score = 0;        // NaN: the fit has no parameters
  ScoreStatus status = ScoreStatus::tooFewModes;
  ComplexVector leading;  // up to three eigenvalues
};

enum class DrawnOver {
  circuits,  // teacher.seed 1, 2, …: other networks, starts, noise and rotations
  starts,    // fit.seed 1, 2, … on the recording that is shown
};

struct ScoreFamily {
  std::string estimator;  // "published", "published, full Q", "exact EM", … or the method's label
  DrawnOver over = DrawnOver::circuits;
  bool shown = false;            // it is the estimator of the shown student
  std::vector<ScoreDraw> draws;  // in the order of their seeds, only those that are done
};

struct ScoreDistribution {
  std::vector<ScoreFamily> families;
  bool complete = false;
};

// Where a score stands among the family's.
Standing standingOf(double score, const ScoreFamily& family);

using ScoreSink = std::function<void(const ScoreDistribution&)>;

// analysis.draws seeds of every family that makes sense for the experiment's method: for the latent LDS both
// estimators with diagonal and full noise; over starts only for methods that have one. The sink is given the
// growing distribution. Finished draws are kept in files of the cache folder and not computed again, except
// for circuits from a file. On a stop what is there is returned (complete = false). On all cores, same
// numbers whatever their number.
ScoreDistribution scoreDistribution(const Experiment& experiment, const std::string& cacheFolder,
                                    Progress& progress, const ScoreSink& sink = {});

// A finished experiment, if analysis.draws asks for them, with the scores of more and more draws: the sink is
// given what they are so far, the last one is also returned. Those of `previous` (may be null) are taken over
// where they are the same. After a stopped fit none are drawn.
std::shared_ptr<const Experiment> withScores(const std::shared_ptr<const Experiment>& complete,
                                             const Experiment* previous, Progress& progress,
                                             const ExperimentSink& sink);

// $KEYHOLE_CACHE, else $XDG_CACHE_HOME/keyhole, else $HOME/.cache/keyhole; empty if none is set: no cache.
std::string defaultCacheFolder();

}  // namespace keyhole
