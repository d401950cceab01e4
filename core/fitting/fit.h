// What every fit of a student has in common: the student's dynamics and a summary that says how the fit
// ended.
#pragma once

#include "core/common/error.h"
#include "core/network/nonlinearity.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace keyhole {

// Each status is the test that fired.
enum class FitStatus {
  notRun,             // no fit was asked for
  solved,             // closed form: the normal equations were solved
  converged,          // iterative: the change fell below the tolerance
  iterationLimit,     // iterative: the iterations ran out first; the parameters are the last ones
  stopped,            // the user stopped; the parameters are the best so far
  noStationaryState,  // long-time limit: Re λ(B) >= 1, or |λ((1-α)I + αB)| >= 1: the covariance does not
                      // exist
  singular,           // the normal equations are singular: Cholesky met a pivot <= 0
  diverged,           // a number left the finite range
};

std::string nameOf(FitStatus status);  // "solved", "no stationary state", …
bool hasParameters(FitStatus status);  // whether the student's matrices are valid

struct FitSummary {
  FitStatus status = FitStatus::notRun;
  std::string message = "no fit was asked for";  // one sentence
  int iterations = 0;
  std::vector<double> cost;  // objective per iteration; empty for closed forms
  double seconds = -1.0;     // wall time; negative until set
};

// A stop that came after the iterations, during `what` ("the look at …"), which the message then says.
void setStopped(FitSummary& summary, const std::string& what);

// whole(), what a finished fit says of all of its recording. Nothing after a stop, also one that comes now
// (Stopped), which the summary then says of `what`: then there is time for a part only (LookedAt).
template <class Whole>
auto unlessStopped(FitSummary& summary, const std::string& what, Whole&& whole)
    -> std::optional<std::invoke_result_t<Whole>> {
  if (summary.status == FitStatus::stopped) return {};
  try {
    return whole();
  } catch (const Stopped&) {
    setStopped(summary, what);
    return {};
  }
}

struct LdsModel;  // lds_model.h

// What a student's state says of the seen units: y = C x + G u + c + N(0, diag R).
struct Emission {
  Matrix C;  // N x n
  Matrix G;  // N x m; 0 columns without a direct input
  Vector c;  // N
  Vector R;  // N, >= 0
};

// One start of an iterative fit, briefly.
struct Restart {
  std::uint64_t seed = 0;
  ComplexVector eigenvalues;  // of A, in the paper's scaling, ordered
  double objective = 0;       // the last one: a log-likelihood (higher is better) or a loss (lower is better)
  std::string start = {};     // what it began with, where starts differ: "factor analysis"
  FitStatus status = FitStatus::notRun;  // how it ended, where that is known
  int iterations = 0;                    // likewise
  bool givenUp = false;  // left unfinished: it stood below the best one by more than it promised to rise
};

// The least noise variance that a fit allowed a channel, and where it ended there.
struct NoiseFloor {
  double share = 0;             // of the channel's variance
  std::vector<Index> channels;  // at the floor, from 0
};

// A switching student's parts: in discrete state k it follows A[k], V[k], b[k]. The next discrete state is
// drawn with log-probabilities (logTransition row of the present one) + W x + w, normalised (recurrent;
// Linderman et al. 2017); W has 0 rows if the transitions do not depend on x.
struct Switching {
  std::vector<Matrix> A;  // K of n x n, in the paper's scaling
  std::vector<Matrix> V;  // K of n x m
  std::vector<Vector> b;  // K of n
  std::vector<Matrix> Q;  // K of n x n, as Student::Q; empty: that of the student for all
  Matrix logTransition;   // K x K, rows from
  Matrix W;               // K x n, or 0 x n
  Vector w;               // K, or empty
  std::vector<int> path;  // the most likely discrete state of each time point of the first trial
  Matrix posterior;       // K x T, of the first trial
  Vector visits;          // K, expected share of all steps of all trials; empty: that of the path
};

// The share of the time in a discrete state: visits, or that of the path.
double occupancy(const Switching& parts, std::size_t state);
// The state in which it is most of the time: the one whose dynamics are Student::A.
std::size_t mostVisited(const Switching& parts);

// A fitted student with n states. standard: x ← (1-α) x + α (A φ(x) + V u + b + η); leaky rate: x ← (1-α) x +
// α φ(A x + c) + α (V u + b + η). All in the paper's scaling.
struct Student {
  Matrix A;      // n x n; of a switching student, that of its most visited discrete state
  Matrix V;      // n x m, input weights; 0 columns if the fit had no input
  Vector b;      // n, constant drive; empty for none
  Vector inner;  // c, n, constant drive inside of φ, of leaky rates with tanh alone; empty for none
  Matrix Q;      // n x n, covariance of the noise of one step (not divided by α or α²); empty: unknown
  Nonlinearity phi = Nonlinearity::linear;
  Convention convention = Convention::standard;
  double alpha = 0.01;
  bool alphaAssumed = false;    // of a recording: nobody said what α is
  bool inputAtArrival = false;  // the step from t-1 to t uses u_t (latent models, as published), else u_{t-1}

  Index seen = 0;                    // N, the seen units; 0: all n states are units
  std::optional<Emission> emission;  // empty: the first N states are the seen units (the others are hidden)
  Index timePoints = 0;              // of the longest trial that it was fitted to; 0: not known, or endless
  Index steps = 0;                   // of all trials; 0 likewise
  Matrix states;                     // n x T, inferred states of the first trial; empty: the units themselves
  std::shared_ptr<const Switching> switching;  // null: one set of dynamics
  std::shared_ptr<const LdsModel> latent;  // of a latent student, all of its parameters; null for the others

  FitSummary summary;
  // Of MAP, how its ridge compares with the data (map_fit.h); NaN for the other methods.
  double ridgeDominance = std::numeric_limits<double>::quiet_NaN();
  // Of a latent LDS by exact EM: what the gradient at its end still promises, nats (½ gᵀ H g); NaN for the
  // others.
  double promisedRise = std::numeric_limits<double>::quiet_NaN();
  std::optional<NoiseFloor> noiseFloor;  // of a latent model with one
  double oneStepR2 = 0.0;         // of x_t - (1-α) x_{t-1} on the fitted data; NaN if it does not vary
  std::vector<Restart> restarts;  // of an iterative fit with several starts; the shown one is shownRestart
  std::size_t shownRestart = 0;
  std::vector<std::string> notes;  // what the user should know ("the input was ignored")

  // n - N for a student whose first N states are the seen units, else 0.
  Index hiddenUnits() const { return emission || seen == 0 ? 0 : A.rows() - seen; }
};

// Whether the steps that it was fitted to are fewer than four for each number that a step's row is estimated
// from (states, inputs, drive): what chance alone makes of white noise, a mode of |λ(F)| about √(numbers /
// steps), is then above a half.
bool restsOnFewSteps(const Student& student);

}  // namespace keyhole
