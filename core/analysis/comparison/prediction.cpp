#include "core/analysis/comparison/prediction.h"

#include "core/analysis/comparison/student_filter.h"
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/fitting/run_student.h"
#include "core/fitting/spread.h"
#include "core/linalg/eigen.h"
#include "core/simulation/simulate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr double kWorst = -1e6;
constexpr std::uint64_t kNoiseSubstream = 0x6761756765;  // the noise of noisyRun(), apart from the fits'

// The share of the variance of targets that predictions explain; samples that are missing are left out.
class Explained {
 public:
  explicit Explained(Index channels) : m_targets(channels) {}

  void add(const Vector& target, const Vector& error) {
    m_targets.add(target);
    for (Index i = 0; i < target.size(); ++i)
      if (!std::isnan(target(i))) m_left += error(i) * error(i);
  }

  // NaN if the targets do not vary by more than rounding.
  double share() const {
    if (!m_targets.varies()) return std::numeric_limits<double>::quiet_NaN();
    return std::max(1 - m_left / m_targets.squares(), kWorst);
  }

 private:
  double m_left = 0;
  Spread m_targets;
};

void addOneStep(const Student& student, const Matrix& Y, const Matrix& predicted, Index first,
                Explained& explained) {
  const double keep = 1 - student.alpha;
  for (Index t = first + 1; t < Y.cols(); ++t)
    explained.add(Y.col(t) - keep * Y.col(t - 1), Y.col(t) - predicted.col(t));
}

// Σ of squared misses beside that of the changes from one sample to the next, over several trials.
class GainOnNoChange {
 public:
  void add(const Matrix& Y, const Matrix& predicted, Index first) {
    for (Index t = first + 1; t < Y.cols(); ++t)
      for (Index i = 0; i < Y.rows(); ++i) {
        const double change = Y(i, t) - Y(i, t - 1), miss = Y(i, t) - predicted(i, t);
        if (std::isnan(change)) continue;
        m_changes += change * change;
        m_left += miss * miss;
      }
  }

  double share() const {
    return m_changes > 0 ? std::max(1 - m_left / m_changes, kWorst)
                         : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  double m_left = 0, m_changes = 0;
};

// The columns `first`, first + stride … of a matrix, `count` of them.
Matrix everyNth(const Matrix& values, Index first, Index stride, Index count) {
  return values(Eigen::all, Eigen::seqN(first, count, stride));
}

// All runs of full length side by side, a column each: one product per step instead of one per run and step.
// Not for switching students. Returns the number of runs.
Index addRunsTogether(const Student& student, const Trial& trial, const FilteredStates& filtered, Index first,
                      Index horizon, Explained& explained, bool& diverged, Progress& progress) {
  const Index runs = std::max<Index>((trial.activity.cols() - 1 - first) / horizon, 0);
  if (runs == 0) return 0;
  const Network network{DenseForm{student.A}};
  Stepper stepper(network, student.phi, student.convention, student.alpha, student.inner);
  Matrix now = everyNth(filtered.states, first, horizon, runs), next(now.rows(), runs);
  std::vector<bool> gone(static_cast<std::size_t>(runs), false);
  Eigen::RowVectorXd sizes = now.cwiseAbs().colwise().maxCoeff().cwiseMax(leastSize(student));
  for (Index s = 1; s <= horizon; ++s) {
    progress.checkpoint(static_cast<double>(s) / static_cast<double>(horizon), "predicting");
    Matrix drive = Matrix::Zero(now.rows(), runs);
    if (student.V.cols() > 0)
      drive += student.V * everyNth(trial.input, first + s - (student.inputAtArrival ? 0 : 1), horizon, runs);
    if (student.b.size() > 0) drive.colwise() += student.b;
    stepper.step(now, drive, next);
    sizes = sizes.cwiseMax(drive.cwiseAbs().colwise().maxCoeff()).eval();
    for (Index k = 0; k < runs; ++k) {
      const auto run = static_cast<std::size_t>(k);
      if (!gone[run] && hasDiverged(next.col(k), sizes(k))) gone[run] = diverged = true;
      if (gone[run]) next.col(k) = now.col(k);
    }
    now.swap(next);
    const Matrix truth = everyNth(trial.activity, first + s, horizon, runs);
    const Matrix input = trial.input.rows() > 0 ? everyNth(trial.input, first + s, horizon, runs) : Matrix();
    const Matrix error = truth - seenActivity(student, now, input);
    for (Index k = 0; k < runs; ++k) explained.add(truth.col(k), error.col(k));
  }
  return runs;
}

void addFreeRuns(const Student& student, const Trial& trial, const FilteredStates& filtered, Index first,
                 Index horizon, Explained& explained, bool& diverged, Progress& progress) {
  const Index T = trial.activity.cols();
  if (!student.switching)
    first +=
        horizon * addRunsTogether(student, trial, filtered, first, horizon, explained, diverged, progress);
  for (Index t = first; t + 1 < T; t += horizon) {
    progress.checkpoint(static_cast<double>(t) / static_cast<double>(T), "predicting");
    const Index steps = std::min(horizon, T - 1 - t) + 1;
    const Matrix input = trial.input.middleCols(t, steps);
    const int discrete = filtered.discrete.empty() ? 0 : filtered.discrete[static_cast<std::size_t>(t)];
    const StudentRun run = runStudent(student, filtered.states.col(t), steps, input, Matrix(), discrete);
    diverged = diverged || run.diverged;
    const Matrix seen = seenActivity(student, run.states, input);
    for (Index s = 1; s < steps; ++s)
      explained.add(trial.activity.col(t + s), trial.activity.col(t + s) - seen.col(s));
  }
}

// S with S Sᵀ = P for a positive semidefinite P.
Matrix squareRoot(const Matrix& P) {
  const auto system = symmetricEigenSystem(P);
  return system.vectors * system.values.cwiseMax(0.0).cwiseSqrt().asDiagonal();
}

// Products of the residuals of one step, over several trials.
class Residuals {
 public:
  explicit Residuals(const Student& student)
      : m_student(student), m_products(Matrix::Zero(seenUnits(student), seenUnits(student))) {}

  void add(const Trial& trial) {
    const Index count = trial.activity.cols() - 1;
    const FilteredStates filtered = filterStates(m_student, trial);
    const Matrix error = (trial.activity - filtered.predicted).rightCols(count);
    m_products += error * error.transpose();
    m_count += count;
  }

  Matrix covariance() const {
    const Index N = m_products.rows(), n = m_student.A.rows();
    Matrix Q = Matrix::Zero(n, n);
    Q.topLeftCorner(N, N) = m_products / static_cast<double>(std::max<Index>(m_count, 1));
    return Q;
  }

 private:
  const Student& m_student;
  Matrix m_products;
  Index m_count = 0;
};

// Of these trials, each *trial a Trial.
template <class Trials>
Matrix noiseOver(const Student& student, const Trials& trials) {
  if (student.Q.size() > 0) return student.Q;
  if (student.emission || student.switching) return {};
  Residuals residuals(student);
  for (const Trial* trial : trials) residuals.add(*trial);
  return residuals.covariance();
}

}  // namespace

Matrix noiseCovariance(const Student& student, const std::vector<Trial>& trials) {
  std::vector<const Trial*> all;
  for (const Trial& trial : trials) all.push_back(&trial);
  return noiseOver(student, all);
}

std::string nameOf(PredictionStatus status) {
  switch (status) {
    case PredictionStatus::defined:
      return "defined";
    case PredictionStatus::diverged:
      return "diverged";
    case PredictionStatus::constant:
      return "constant";
    case PredictionStatus::noParameters:
      return "no parameters";
  }
  return "unknown";
}

PredictionScores predictionScores(const Student& student, const Trial& heldOut, Index horizon,
                                  Progress& progress) {
  return predictionScores(student, std::vector<Trial>{heldOut}, horizon, progress);
}

PredictionScores predictionScores(const Student& student, const std::vector<Trial>& heldOut, Index horizon,
                                  Progress& progress) {
  if (horizon < 1)
    throw InputError("the horizon is " + std::to_string(horizon) + "; allowed: at least 1 step");
  PredictionScores scores;
  scores.horizon = horizon;
  if (student.A.size() == 0 || !student.A.allFinite()) return scores;
  Explained oneStep(heldOut.front().activity.rows()), freeRun(heldOut.front().activity.rows());
  GainOnNoChange gain;
  bool diverged = false;
  for (const Trial& trial : heldOut) {
    const FilteredStates filtered = filterStates(student, trial);
    const Index first = std::min(horizon, trial.activity.cols() / 4);
    diverged = diverged || filtered.diverged;
    addOneStep(student, trial.activity, filtered.predicted, first, oneStep);
    gain.add(trial.activity, filtered.predicted, first);
    addFreeRuns(student, trial, filtered, first, horizon, freeRun, diverged, progress);
  }
  scores.oneStepR2 = oneStep.share();
  scores.gainOnNoChange = gain.share();
  scores.freeRunVariance = freeRun.share();
  if (std::isnan(scores.oneStepR2) || std::isnan(scores.freeRunVariance))
    scores.status = PredictionStatus::constant;
  else
    scores.status = diverged ? PredictionStatus::diverged : PredictionStatus::defined;
  return scores;
}

double fitGauge(const PredictionScores& scores) {
  return std::isnan(scores.freeRunVariance) ? 0.0 : std::clamp(scores.freeRunVariance, 0.0, 1.0);
}

std::pair<Trial, Trial> split(const Trial& trial, double fraction) {
  const Index T = trial.activity.cols();
  if (!(fraction > 0 && fraction < 1))
    throw InputError("the fraction to fit is " + toText(fraction) + "; allowed: a number between 0 and 1");
  if (T < 4)
    throw InputError("the recording has " + std::to_string(T) +
                     " time points; allowed: at least 4 to fit one part and hold out the other");
  const auto wanted = static_cast<Index>(std::llround(fraction * static_cast<double>(T)));
  const Index first = std::clamp<Index>(wanted, 2, T - 2);
  return {{trial.activity.leftCols(first), trial.input.leftCols(first)},
          {trial.activity.rightCols(T - first), trial.input.rightCols(T - first)}};
}

SplitTrials split(const std::vector<Trial>& trials, double fraction) {
  if (trials.size() == 1) {
    auto [fitted, heldOut] = split(trials.front(), fraction);
    return {{std::move(fitted)}, {std::move(heldOut)}};
  }
  Index all = 0;
  for (const auto& trial : trials) all += trial.activity.cols();
  if (!(fraction > 0 && fraction < 1))
    throw InputError("the fraction to fit is " + toText(fraction) + "; allowed: a number between 0 and 1");
  return holdOut(trials, static_cast<Index>(std::llround(fraction * static_cast<double>(all))), all);
}

SplitTrials holdOut(const std::vector<Trial>& trials, Index first, Index end) {
  SplitTrials parts;
  Index start = 0;
  for (const auto& trial : trials) {
    const Index T = trial.activity.cols(), from = std::clamp<Index>(first - start, 0, T),
                to = std::clamp<Index>(end - start, from, T);
    const auto add = [&](std::vector<Trial>& part, Index begin, Index count) {
      if (count >= 2)
        part.push_back({trial.activity.middleCols(begin, count), trial.input.middleCols(begin, count)});
    };
    add(parts.fitted, 0, from);
    add(parts.fitted, to, T - to);
    add(parts.heldOut, from, to - from);
    start += T;
  }
  if (parts.fitted.empty() || parts.heldOut.empty())
    throw InputError("the recording has " + std::to_string(start) + " time points in " +
                     std::to_string(trials.size()) + (trials.size() == 1 ? " trial" : " trials") +
                     "; allowed: enough to fit one part and hold out the other");
  return parts;
}

NoisyRuns::NoisyRuns(const Student& student, const Trial& recording)
    : NoisyRuns(student, recording, noiseOver(student, std::vector<const Trial*>{&recording})) {}

NoisyRuns::NoisyRuns(const Student& student, const Trial& recording, const Matrix& Q)
    : m_student(student), m_recording(recording) {
  requireTrialOf(student, recording);
  if (Q.size() > 0) m_noise = squareRoot(Q) / student.alpha;
  m_start = filterStates(student, recording).states.col(0);
}

Matrix NoisyRuns::run(std::uint64_t seed) const {
  const Index T = m_recording.activity.cols(), n = m_student.A.rows();
  Matrix noise(n, 0);
  if (m_noise.size() > 0)
    noise = m_noise * RandomStream(seed, Stream::fit, kNoiseSubstream).normalMatrix(n, T - 1);
  const StudentRun run = runStudent(m_student, m_start, T, m_recording.input, noise);
  return seenActivity(m_student, run.states, m_recording.input);
}

Matrix noisyRun(const Student& student, const Trial& recording, std::uint64_t seed) {
  return NoisyRuns(student, recording).run(seed);
}

}  // namespace keyhole
