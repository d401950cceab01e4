#include "core/fitting/run_student.h"

#include "core/fitting/spread.h"
#include "core/linalg/orthogonal.h"
#include "core/simulation/simulate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

// n x steps-1: what drives each step besides the recurrence: V u, b and the noise, in the paper's scaling.
Matrix driveOf(const Student& student, const Matrix& V, const Vector& b, Index count, ConstMatrixRef input,
               ConstMatrixRef noise) {
  Matrix drive = Matrix::Zero(student.A.rows(), count);
  if (noise.cols() > 0) drive += noise.leftCols(count);
  const Index first = student.inputAtArrival ? 1 : 0;
  if (V.cols() > 0 && input.cols() >= first + count) drive += V * input.middleCols(first, count);
  if (b.size() > 0) drive.colwise() += b;
  return drive;
}

void stop(StudentRun& run, Index last) {
  for (Index t = last + 1; t < run.states.cols(); ++t) run.states.col(t) = run.states.col(last);
  run.diverged = true;
}

double sizeOf(const Matrix& values) {
  return values.size() > 0 ? values.cwiseAbs().maxCoeff() : 0.0;
}

void runSwitching(const Student& student, StudentRun& run, ConstMatrixRef input, ConstMatrixRef noise,
                  int k) {
  const Switching& parts = *student.switching;
  const double a = student.alpha;
  const Index steps = run.states.cols();
  std::vector<Matrix> drives;
  double size = sizeOf(run.states.col(0));
  for (std::size_t i = 0; i < parts.A.size(); ++i) {
    drives.push_back(driveOf(student, parts.V[i], parts.b[i], steps - 1, input, noise));
    size = std::max(size, sizeOf(drives.back()));
  }
  for (Index t = 0; t + 1 < steps; ++t) {
    const auto x = run.states.col(t);
    Vector scores = parts.logTransition.row(k).transpose();
    if (parts.W.rows() > 0) scores += parts.W * x;
    if (parts.w.size() > 0) scores += parts.w;
    scores.maxCoeff(&k);
    const auto part = static_cast<std::size_t>(k);
    run.states.col(t + 1) = (1 - a) * x + a * (parts.A[part] * x + drives[part].col(t));
    if (hasDiverged(run.states.col(t + 1), size)) return stop(run, t);
  }
}

struct ExplainedSums {
  Vector mean;
  double total = 0, left = 0;  // squares about the mean, and about the prediction

  void add(ConstMatrixRef recording, ConstMatrixRef prediction) {
    for (Index t = 0; t < recording.cols(); ++t)
      for (Index i = 0; i < recording.rows(); ++i)
        if (const double y = recording(i, t); !std::isnan(y)) {
          total += (y - mean(i)) * (y - mean(i));
          left += (y - prediction(i, t)) * (y - prediction(i, t));
        }
  }
  double share() const {
    if (!(total > 0)) return std::numeric_limits<double>::quiet_NaN();
    return std::max(1.0 - left / total, -1e6);
  }
};

}  // namespace

bool hasDiverged(ConstVectorRef state, double size) {
  constexpr double kGrowth = 1e12;
  const double largest = state.cwiseAbs().maxCoeff();
  return !(largest <= kGrowth * size) || !std::isfinite(largest);
}

double leastSize(const Student& student) {
  return std::max(sizeOf(student.inner), student.phi == Nonlinearity::tanh ? 1.0 : 0.0);
}

StudentRun runStudent(const Student& student, const Vector& start, Index steps, ConstMatrixRef input,
                      ConstMatrixRef noise, int discrete, Progress& progress) {
  constexpr Index kSteps = 128;  // between two looks at the user's wishes
  StudentRun run{Matrix(student.A.rows(), steps), false};
  if (steps == 0) return run;
  run.states.col(0) = start;
  if (student.switching) {
    runSwitching(student, run, input, noise, discrete);
    return run;
  }
  const Matrix drive = driveOf(student, student.V, student.b, steps - 1, input, noise);
  const Network network{DenseForm{student.A}};
  Stepper stepper(network, student.phi, student.convention, student.alpha, student.inner);
  const double size = std::max({sizeOf(start), sizeOf(drive), leastSize(student)});
  for (Index t = 0; t + 1 < steps; ++t) {
    if (t > 0 && t % kSteps == 0)
      progress.checkpoint(static_cast<double>(t) / static_cast<double>(steps), "running the student");
    stepper.step(run.states.col(t), drive.col(t), run.states.col(t + 1));
    if (!hasDiverged(run.states.col(t + 1), size)) continue;
    stop(run, t);
    return run;
  }
  return run;
}

Vector startFor(const Student& student, const Vector& y) {
  return student.states.cols() > 0 ? Vector(student.states.col(0)) : stateOf(student, y);
}

Vector stateOf(const Student& student, const Vector& y) {
  if (const auto& emission = student.emission) return leastSquares(emission->C, y - emission->c);
  Vector start = Vector::Zero(student.A.rows());
  start.head(y.size()) = y;
  return start;
}

Matrix seenActivity(const Student& student, ConstMatrixRef states, ConstMatrixRef input) {
  if (!student.emission) return states.topRows(student.seen > 0 ? student.seen : states.rows());
  const Emission& emission = *student.emission;
  Matrix activity = (emission.C * states).colwise() + emission.c;
  if (emission.G.cols() > 0 && input.cols() >= states.cols())
    activity += emission.G * input.leftCols(states.cols());
  return activity;
}

Matrix oneStepPredictions(const Student& student, ConstMatrixRef activity, ConstMatrixRef input) {
  const Index count = activity.cols() - 1;
  const Matrix none(student.A.rows(), 0);
  const Matrix drive = driveOf(student, student.V, student.b, count, input, none);
  Matrix next(activity.rows(), count);
  const Network network{DenseForm{student.A}};
  Stepper(network, student.phi, student.convention, student.alpha, student.inner)
      .step(activity.leftCols(count), drive, next);
  return next;
}

double oneStepR2(const Student& student, const std::vector<Trial>& trials, const Progress& progress) {
  const double keep = 1 - student.alpha;
  double left = 0;
  Spread changes(trials.front().activity.rows());
  for (const auto& trial : trials) {
    if (&trial != &trials.front()) progress.throwIfStopped();
    inPieces(trial.activity.cols() - 1, progress, [&](Index first, Index count) {
      const auto X = trial.activity.middleCols(first, count + 1);
      const Matrix change = X.rightCols(count) - keep * X.leftCols(count);
      const Matrix predicted = oneStepPredictions(student, X, trial.input.middleCols(first, count + 1));
      left += (X.rightCols(count) - predicted).squaredNorm();
      changes.add(change);
    });
  }
  const double total = changes.squares();
  return total > 0 ? 1 - left / total : std::numeric_limits<double>::quiet_NaN();
}

void setOneStepR2(Student& student, const std::vector<Trial>& trials, const Progress& progress) {
  const auto whole = unlessStopped(student.summary, "the look at what it predicts",
                                   [&] { return oneStepR2(student, trials, progress); });
  const LookedAt looked(trials, !whole);
  student.oneStepR2 = whole ? *whole : oneStepR2(student, looked.trials());
  if (looked.inPart())
    student.notes.push_back("after the stop, the one-step R² is of the first " +
                            std::to_string(kLookAfterStop) + " time points only");
}

double predictedR2(const Predictions& predictions, const std::vector<Trial>& trials, double alpha,
                   const Progress& progress) {
  const Index N = trials.front().activity.rows();
  double left = 0;
  Spread changes(N);
  Vector change(N);
  overTrials(trials, progress, [&](std::size_t k, Index first, Index columns) {
    const Matrix& Y = trials[k].activity;
    const Matrix predicted = predictions(k, first, columns);
    for (Index t = std::max<Index>(first, 1); t < first + columns; ++t) {
      change = Y.col(t) - (1 - alpha) * Y.col(t - 1);
      changes.add(change);
      for (Index i = 0; i < N; ++i)
        if (const double miss = Y(i, t) - predicted(i, t - first); !std::isnan(change(i)))
          left += miss * miss;
    }
  });
  const double total = changes.squares();
  const double r2 = total > 0 ? 1 - left / total : std::numeric_limits<double>::quiet_NaN();
  return std::isfinite(r2) ? r2 : std::numeric_limits<double>::quiet_NaN();
}

double explainedVariance(ConstMatrixRef recording, ConstMatrixRef prediction) {
  ChannelMeans means(recording.rows());
  means.add(recording);
  ExplainedSums sums{means.values()};
  sums.add(recording, prediction);
  return sums.share();
}

double explainedVariance(const Predictions& predictions, const std::vector<Trial>& trials,
                         const Progress& progress) {
  ExplainedSums sums{channelMeans(trials, progress).values()};
  overTrials(trials, progress, [&](std::size_t k, Index first, Index count) {
    sums.add(trials[k].activity.middleCols(first, count), predictions(k, first, count));
  });
  return sums.share();
}

}  // namespace keyhole
