// The stages of one experiment and what each of them made. Every stage's result is an immutable value, shared
// between successive experiments as long as no setting of it or of an earlier stage changed.
#pragma once

#include "core/analysis/flow/flow_field.h"
#include "core/analysis/nonnormal/eigenmodes.h"
#include "core/analysis/nonnormal/transient_growth.h"
#include "core/analysis/verdict.h"
#include "core/common/progress.h"
#include "core/experiment/many_units.h"
#include "core/experiment/side.h"
#include "core/experiment/stage_options.h"
#include "core/observation/recording.h"
#include "core/observation/summary/recording_summary.h"

#include <functional>
#include <limits>
#include <memory>
#include <optional>

namespace keyhole {

class NestedMap;           // core/fitting/regression/nested_map.h
struct ScoreDistribution;  // studies/score_draws.h
struct ClaimStudy;         // studies/claim_errors.h

struct TeacherStage {
  std::optional<Teacher> teacher;                   // empty if the data are a recording
  std::optional<Recording> recording;               // the file's data (N x T), if so
  std::string hash;                                 // fingerprint() of it
  std::vector<Index> firstMissing;                  // of each of its channels, see firstMissing()
  std::vector<std::string> warnings;                // of its reading; constant channels …
  std::shared_ptr<const RecordingSummary> summary;  // of the recording, else null; has warnings of its own
  double seconds = 0;
};

// The MAP fit's sums of some units alone, in this order: those of a first picture.
struct SeenSums {
  std::vector<Index> units;
  Nonlinearity phi = Nonlinearity::tanh;
  RegressionSums sums;
};

struct SimulationStage {
  Index units = 0;  // D
  Index steps = 0;  // T
  double alpha = 0.01;
  // The sums of the MAP fit over all T, in the teacher's unit order: collected with the simulation or added
  // (by running the same trajectory once more) when a fit first asks for them, then kept.
  std::optional<RegressionSums> linearSums;
  std::optional<RegressionSums> tanhSums;
  std::optional<SeenSums> seenSums;  // until those of all units are there
  std::vector<Index> kept;           // the units of the rows below; empty: all. Not empty for a teacher of
                                     // many units, whose simulation depends on what is seen of it
  Matrix display;                    // D x n, n <= 5000: the first recorded states (with observation noise)
  std::vector<Index> displayBounds;  // the first column of each trial in it, and n behind them
  Matrix recordedInput;              // m x T, of a recording; 0 x 0: none
  Matrix displayNoise;               // D x (n-1): σ ξ of those steps; 0 columns for a recording
  Matrix roughNoise;                 // D x m: its means over every roughStride() steps, for sketches
  std::shared_ptr<const LatentRun> latents;  // of a teacher of many units, else null
  Vector signal;                             // T task samples s_t, or empty
  Vector readout;                            // n: the teacher's readout over the displayed steps, or empty
  Vector target;                             // n: the ideal integrator, or empty
  bool diverged = false;                     // the teacher left the finite range
  bool unfinished = false;                   // an early picture's: the sums are of a part of the run
  double seconds = 0;

  // Where units stand among the rows of display, displayNoise and roughNoise. Those of `kept` alone can be
  // asked for.
  std::vector<Index> rowsOf(const std::vector<Index>& asked) const;
  Index rowOf(Index unit) const;
};

struct ObservationStage {
  std::vector<Index> seen;  // indices of the d seen units, in the order of the student's rows
  double seconds = 0;
};

// What a fit leaves for that of another number of units.
struct KeptForFits {
  std::shared_ptr<const StationaryCovariance> covariance;  // of the long-time limits
  std::shared_ptr<const NestedMap> nested;                 // of the MAP fit
};

struct FitStage {
  Student student;  // summary.status says whether A is valid
  KeptForFits kept;
  bool interrupted = false;  // a newer request cut the fit short: not to be reused
  double seconds = 0;
};

// How far an analysis, or an experiment, has come. Each depth knows what the ones before it know.
enum class Depth {
  none,
  sketch,    // what a hand that moves a slider can wait for
  picture,   // the picture as it will be
  measured,  // its numbers: explained variance, singular values, all conditions, gauges
  numbers,   // free runs too
  complete,  // and what becomes of those that still move
  searched,  // of an experiment: attractors, growth and overlaps, and the verdict that rests on them
};

// What is analysed of a system, teacher or student alike, as far as it has come (reached, up to complete).
struct SystemAnalysis {
  Depth reached = Depth::none;
  Spectrum spectrum;  // its leading values alone in the sketch of a large student
  LineAttractorScore score;
  Vector timeConstants;  // τ_n, in units of τ
  double henrici = 0;
  Vector singularValues;  // leading ones (all of a student, at most 64 of a teacher); empty until measured
  double participationRatio = 0;
  Matrix activity;   // student: d x n, its run over the displayed steps; teacher: empty, see
                     // SimulationStage::display
  Index stride = 1;  // displayed steps from one column of activity to the next; above 1 in a sketch
  FlowField flow;
  std::optional<LimitSets> limitSets;  // from numbers on; decided once complete
  // Of the displayed steps by the student's noise-free run; NaN for the teacher and until measured.
  double explainedVariance = std::numeric_limits<double>::quiet_NaN();
  // Of a student, what the teacher's own noise-free run explains of the same: Foresight::rightExplains.
  double rightExplains = 0;
  // The student's two gauges, in [0, 1]; NaN if not known, and until measured.
  double fitsTheData =
      std::numeric_limits<double>::quiet_NaN();  // fitGauge() of the displayed steps, runs of one τ
  double hasTheDynamics = std::numeric_limits<double>::quiet_NaN();  // modeAgreement() with the teacher
  bool runDiverged = false;  // the student's run left the finite range
};

// What the student's seen unit (a row of activity) does at a displayed step.
double activityAt(const SystemAnalysis& student, Index unit, Index step);

struct Experiment {
  Settings asked;     // as the user set them: studies that try other methods start from these
  Settings settings;  // effective(asked), from which everything here was made
  std::shared_ptr<const TeacherStage> teacher;
  std::shared_ptr<const SimulationStage> simulation;
  std::shared_ptr<const ObservationStage> observation;
  std::shared_ptr<const FitStage> fit;
  std::shared_ptr<const SystemAnalysis> teacherAnalysis;  // null for a recording
  std::shared_ptr<const SystemAnalysis> studentAnalysis;  // null if the fit has no parameters
  // Found after the picture; null until then, and if none are looked for.
  std::shared_ptr<const Attractors> teacherAttractors, studentAttractors;
  std::shared_ptr<const TransientGrowth> teacherGrowth, studentGrowth;
  std::shared_ptr<const SingularOverlap> overlap;
  Vector
      studentReadout;  // n: the readout regressed on the seen units, applied to the student's run; or empty
  Verdict verdict;
  std::shared_ptr<const ScoreDistribution> scores;  // null if none is asked for; grows after the picture
  std::shared_ptr<const ClaimStudy> claim;          // of a recording: null until its resamples begin
  Depth reached = Depth::none;  // a fit that was cut short by a newer request leaves no more than a sketch
  double analysisSeconds = 0;
};

// How a recording was sampled, as far as the fit rests on it; empty for a known circuit.
std::optional<Sampling> samplingOf(const Experiment& experiment);
// What the verdict is judged by. Of a recording persistentTau is that of its sampling.
VerdictOptions verdictOptionsOf(const Experiment& experiment);

// Whether numbers of its analyses are still to come, or what becomes of its free runs.
bool isAwaited(const Experiment& experiment);

// Receives intermediate experiments (the coarse one first) from the computing thread.
using ExperimentSink = std::function<void(std::shared_ptr<const Experiment>)>;

// Runs the stages that are stale with respect to `previous` (may be null) and reuses the others. The sink
// gets a coarse picture first, then the fine one, then the same with all numbers, then with its attractors,
// growth and overlaps (and the verdict that rests on them); the last one is also returned, and is the same
// without a sink. Without the studies that follow it (runWithStudies() in studies/follow_up.h). Throws
// InputError for bad settings or files, and Stopped.
std::shared_ptr<const Experiment> runExperiment(const Settings& settings,
                                                const std::shared_ptr<const Experiment>& previous,
                                                Progress& progress = noProgress(),
                                                const ExperimentSink& sink = {});

// The flow systems behind the two flow panels (for probes). The student's is empty without parameters.
std::optional<FlowSystem> teacherSystem(const Experiment& experiment);
std::optional<FlowSystem> studentSystem(const Experiment& experiment);

// A click in a flow field: the same start in teacher and student. A point of the teacher's plane is lifted to
// z, the student starts at the seen units of z; a point of the student's plane is lifted to x, the teacher
// starts at its own held state with the seen units replaced by x.
struct Probe {
  Matrix teacher;  // 2 x n in the teacher's plane, or empty
  Matrix student;  // 2 x n in the student's plane, or empty
};
Probe probe(const Experiment& experiment, Side plane, double x, double y);

}  // namespace keyhole
