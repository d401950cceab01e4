#include "core/fitting/regression/cornn_fit.h"

#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/common/parallel.h"
#include "core/fitting/regression/cornn_errors.h"
#include "core/fitting/run_student.h"

#include <Eigen/Cholesky>
#include <cblas.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>

namespace keyhole {
namespace {

constexpr double kLargest = 1.0 - 1e-6;  // of a target: artanh must stay finite
constexpr Index kBlockBytes =
    1 << 18;                        // states, targets and errors of a block stay in the second-level cache
constexpr std::size_t kGroups = 8;  // of blocks, for the cores to share
constexpr Index kWorthThreads = 40000;  // targets; below, threads cost more than they bring
constexpr double kNoteFrom = 0.01;      // fraction of clipped targets or dropped errors worth a note

blasint toBlas(Index n) {
  return static_cast<blasint>(n);
}

// Transitions of one trial that are worked on together.
struct Block {
  std::size_t trial;
  Index first;   // its first x_{t-1}
  Index count;   // transitions
  Index target;  // row of its first target
};

// What one group of blocks adds up, in memory of its own.
struct GroupSums {
  std::size_t first = 0, end = 0;  // of its blocks
  Matrix predictions, errors;      // a block of them, time x N
  Matrix cross;                    // X Eᵀ
  Vector kept;
  double loss = 0;
};

// Keeps what the iterations share.
class Regression {
 public:
  Regression(const std::vector<Trial>& trials, const CornnOptions& options, const Progress& progress);

  // (X Xᵀ + λ I) is factored here; false if it is not positive definite.
  bool factor();
  // θ = Aᵀ at the start, N x N; with an offset about the mean, and one row more for the constant.
  Matrix start() const { return m_factor.solve(m_startCross); }
  // The matrix and the constant drive that θ stands for.
  void read(const Matrix& theta, Student& student) const;

  // One iteration from θ; `finished` is false if it was left because of a stop, and θ is then as before.
  struct Step {
    bool finished = true;
    double objective = 0;
    double kept = 0;  // fraction of the errors that count as they are
    Matrix next;
  };
  Step step(const Matrix& theta, double done, Progress& progress);

  Index transitions() const { return m_targets.rows(); }
  double clippedFraction() const {
    return static_cast<double>(m_clipped) / static_cast<double>(m_targets.size());
  }

 private:
  void makeBefore(const Progress& progress);
  void makeTargets(const Progress& progress);
  // sum += X values, of the transitions of one block (values: time x any).
  template <class Values>
  void addProduct(Matrix& sum, const Block& block, const Values& values) const;
  void makeGroups(Index rows);
  void addUp(GroupSums& group, const Matrix& theta, const std::atomic<bool>& stop) const;
  void addUpHalf(int half);
  bool addUpAll(const Matrix& theta, double done, Progress& progress);  // false: stopped

  const std::vector<Trial>& m_trials;
  const CornnOptions& m_options;
  std::vector<Block> m_blocks;
  Vector m_ridge;    // of each row of θ: that of the constant is 0
  Vector m_mean;     // of x_{t-1}, N; zeros without an offset
  double m_one = 1;  // the constant, as large as the states vary
  Matrix m_before;   // x_{t-1}, transitions x N: BLAS is faster without a transposition. With an offset about
                     // the mean, and a column of m_one more
  Matrix m_targets;  // transitions x N, a column per unit
  Index m_clipped = 0;
  Matrix m_gram, m_startCross;
  Eigen::LLT<Matrix> m_factor;
  std::vector<GroupSums> m_groups;
  Clock::time_point m_reported = Clock::now();
  const Matrix* m_theta = nullptr;  // of the present iteration
  const Progress* m_progress = nullptr;
  std::atomic<bool> m_stop = false;
  std::unique_ptr<TwoHands> m_hands;  // last: ends before the rest goes
};

// Rows of a block, at most `most`: such that every group gets about as much, where there is more than one
// each.
Index evenRows(Index count, Index most) {
  constexpr Index kTogether = 8;  // rows that are worked on at once
  const auto groups = static_cast<Index>(kGroups);
  const Index blocks = (count + most - 1) / most;
  if (blocks < groups) return most;
  const Index even = (blocks + groups - 1) / groups * groups;
  const Index rows = (count + even - 1) / even;
  return (rows + kTogether - 1) / kTogether * kTogether;
}

Regression::Regression(const std::vector<Trial>& trials, const CornnOptions& options,
                       const Progress& progress)
    : m_trials(trials), m_options(options) {
  const Index N = trials.front().activity.rows();
  const Index rows =
      std::max<Index>(64, kBlockBytes / (4 * N * static_cast<Index>(sizeof(double))) / 64 * 64);
  Index target = 0;
  for (std::size_t k = 0; k < trials.size(); ++k) {
    const Index count = trials[k].activity.cols() - 1;
    const Index each = evenRows(count, rows);
    for (Index first = 0; first < count; first += each) {
      m_blocks.push_back({k, first, std::min(each, count - first), target});
      target += m_blocks.back().count;
    }
  }
  m_ridge = Vector::Constant(options.offset ? N + 1 : N, options.l2 * static_cast<double>(target));
  if (options.offset) m_ridge(N) = 0;
  m_before.resize(target, m_ridge.size());
  m_targets.resize(target, N);
  makeGroups(std::min(rows, target));
  makeBefore(progress);
  makeTargets(progress);
  if (m_targets.size() >= kWorthThreads && !inParallelPiece())
    m_hands = std::make_unique<TwoHands>([this](int half) { addUpHalf(half); });
}

// As many groups whatever the machine, added up in their order: the result does not depend on the cores.
void Regression::makeGroups(Index rows) {
  const Index N = m_targets.cols();
  const std::size_t count = std::min(kGroups, m_blocks.size());
  for (std::size_t k = 0; k < count; ++k)
    m_groups.push_back({k * m_blocks.size() / count, (k + 1) * m_blocks.size() / count, Matrix(rows, N),
                        Matrix(rows, N), Matrix(m_ridge.size(), N), Vector(N), 0});
}

void Regression::makeBefore(const Progress& progress) {
  const Index N = m_targets.cols();
  for (const Block& block : m_blocks) {
    if (m_targets.size() > kShortRecording) progress.throwIfStopped();
    m_before.block(block.target, 0, block.count, N) =
        m_trials[block.trial].activity.middleCols(block.first, block.count).transpose();
  }
  m_mean = Vector::Zero(N);
  if (!m_options.offset) return;
  auto states = m_before.leftCols(N);
  m_mean = states.colwise().mean().transpose();
  states.rowwise() -= m_mean.transpose();
  const double rms = std::sqrt(states.squaredNorm() / static_cast<double>(states.size()));
  if (rms > 0 && std::isfinite(rms)) m_one = rms;
  m_before.col(N).setConstant(m_one);
}

template <class Values>
void Regression::addProduct(Matrix& sum, const Block& block, const Values& values) const {
  if (m_options.offset)
    sum.noalias() += m_before.middleRows(block.target, block.count).transpose() * values;
  else
    sum.noalias() += m_trials[block.trial].activity.middleCols(block.first, block.count) * values;
}

void Regression::read(const Matrix& theta, Student& student) const {
  const Index N = m_targets.cols();
  student.A = theta.topRows(N).transpose();
  if (m_options.offset) student.inner = m_one * theta.row(N).transpose() - student.A * m_mean;
}

void Regression::makeTargets(const Progress& progress) {
  const Index N = m_targets.cols(), rows = m_ridge.size();
  m_gram = Matrix::Zero(rows, rows);
  m_startCross = Matrix::Zero(rows, N);
  for (const Block& block : m_blocks) {
    if (m_targets.size() > kShortRecording) progress.throwIfStopped();
    const Matrix& activity = m_trials[block.trial].activity;
    const auto before = activity.middleCols(block.first, block.count);
    auto targets = m_targets.middleRows(block.target, block.count);
    targets = ((activity.middleCols(block.first + 1, block.count) - (1.0 - m_options.alpha) * before) /
               m_options.alpha)
                  .transpose();
    m_clipped += (targets.array().abs() > kLargest).count();
    targets = targets.cwiseMin(kLargest).cwiseMax(-kLargest);
    addProduct(m_gram, block, m_before.middleRows(block.target, block.count));
    // artanh y; as a logarithm it is vectorised.
    addProduct(m_startCross, block,
               (0.5 * ((1.0 + targets.array()) / (1.0 - targets.array())).log()).matrix());
  }
}

bool Regression::factor() {
  Matrix regularised = m_gram;
  regularised.diagonal() += m_ridge;
  m_factor.compute(regularised);
  return m_factor.info() == Eigen::Success && m_factor.rcond() > 1e-15;
}

void Regression::addUp(GroupSums& group, const Matrix& theta, const std::atomic<bool>& stop) const {
  group.cross.setZero();
  group.kept.setZero();
  group.loss = 0;
  for (std::size_t b = group.first; b < group.end && !stop; ++b) {
    const Block& block = m_blocks[b];
    const auto before = m_before.middleRows(block.target, block.count);
    auto predictions = group.predictions.topRows(block.count);
    // β = 0 overwrites; Eigen would fill with zeros first, a tenth of the whole time.
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, toBlas(block.count), toBlas(theta.cols()),
                toBlas(theta.rows()), 1, before.data(), toBlas(before.outerStride()), theta.data(),
                toBlas(theta.rows()), 0, predictions.data(), toBlas(predictions.outerStride()));
    for (Index i = 0; i < theta.cols(); ++i) {
      const CornnErrorSums sums = cornnErrors(m_options.loss, m_options.threshold, &group.predictions(0, i),
                                              &m_targets(block.target, i), &group.errors(0, i), block.count);
      group.kept(i) += sums.kept;
      group.loss += sums.loss;
    }
    addProduct(group.cross, block, group.errors.topRows(block.count));
  }
}

// Both cores again and again, for a fraction of a millisecond each time: too short for threads of its own.
bool Regression::addUpAll(const Matrix& theta, double done, Progress& progress) {
  m_stop = progress.stopRequested();
  m_theta = &theta;
  m_progress = &progress;
  m_hands ? m_hands->both() : (addUpHalf(0), addUpHalf(1));
  if (secondsSince(m_reported) >= 0.04) {
    progress.report(done, "fitting CORNN");
    m_reported = Clock::now();
  }
  return !m_stop;
}

void Regression::addUpHalf(int half) {
  const std::size_t middle = m_groups.size() / 2;
  for (std::size_t k = half == 0 ? 0 : middle; k < (half == 0 ? middle : m_groups.size()); ++k) {
    addUp(m_groups[k], *m_theta, m_stop);
    if (m_progress->stopRequested()) m_stop = true;
  }
}

Regression::Step Regression::step(const Matrix& theta, double done, Progress& progress) {
  if (!addUpAll(theta, done, progress)) return {false, 0, 0, {}};
  const Index N = m_targets.cols();
  Step step;
  Matrix cross = Matrix::Zero(m_ridge.size(), N);
  Vector kept = Vector::Zero(N);
  for (const GroupSums& group : m_groups) {
    cross += group.cross;
    kept += group.kept;
    step.objective += group.loss;
  }
  const double all = static_cast<double>(m_targets.rows());
  if (m_options.loss == CornnLoss::weighted)
    for (Index i = 0; i < N; ++i) cross.col(i) *= kept(i) > 0 ? all / kept(i) : 0.0;
  step.objective /= static_cast<double>(m_targets.size());
  step.kept = kept.sum() / static_cast<double>(m_targets.size());
  step.next = theta + m_factor.solve(cross - m_ridge.asDiagonal() * theta);
  return step;
}

std::string percent(double fraction) {
  return toText(std::round(1000.0 * fraction) / 10.0) + " %";
}

// What the iterations ended with.
struct End {
  Matrix theta;
  double kept = 1;
};

void finish(FitSummary& summary, FitStatus status, const std::string& sentence) {
  summary.status = status;
  summary.message = sentence;
}

End iterate(Regression& regression, const CornnOptions& options, FitSummary& summary, Progress& progress) {
  End end{regression.start(), 1};
  if (!end.theta.allFinite()) {
    finish(summary, FitStatus::diverged, "the start is not finite");
    return end;
  }
  const auto count = [&] {
    return std::to_string(summary.iterations) + (summary.iterations == 1 ? " iteration" : " iterations");
  };
  bool still = false;
  for (Index iteration = 0;; ++iteration) {
    const double done =
        static_cast<double>(iteration) / static_cast<double>(std::max<Index>(options.iterations, 1));
    Regression::Step step = regression.step(end.theta, done, progress);
    if (!step.finished) {
      finish(summary, FitStatus::stopped, "stopped after " + count());
      return end;
    }
    end.kept = step.kept;
    summary.cost.push_back(step.objective);
    progress.objective(0, static_cast<int>(iteration), step.objective);
    if (still) {
      finish(summary, FitStatus::converged, "the matrix stood still after " + count());
      return end;
    }
    if (iteration == options.iterations) {
      finish(summary, FitStatus::iterationLimit, "all " + count() + " were used");
      return end;
    }
    if (!step.next.allFinite()) {
      finish(summary, FitStatus::iterationLimit,
             "ended after " + count() + ", the last good ones: the matrix left the finite range");
      return end;
    }
    const double moved = (step.next - end.theta).cwiseAbs().maxCoeff();
    end.theta.swap(step.next);
    summary.iterations = static_cast<int>(iteration) + 1;
    still = options.tolerance > 0 && moved <= options.tolerance * end.theta.cwiseAbs().maxCoeff();
  }
}

void addNotes(Student& student, const Regression& regression, double kept, const CornnOptions& options,
              bool hasInput) {
  if (hasInput)
    student.notes.push_back(
        "the input was ignored: CORNN puts it inside of the nonlinearity, where this student has none");
  if (const double clipped = regression.clippedFraction(); clipped > kNoteFrom)
    student.notes.push_back(percent(clipped) +
                            " of the targets lie beyond ±1, where no leaky-rate student with tanh can go; "
                            "they were clipped");
  if (options.loss != CornnLoss::standard && 1.0 - kept > kNoteFrom)
    student.notes.push_back(percent(1.0 - kept) + " of the errors are beyond the threshold " +
                            toText(options.threshold) + " and were " +
                            (options.loss == CornnLoss::weighted ? "dropped" : "clipped"));
}

}  // namespace

std::vector<std::string> problems(const CornnOptions& options) {
  std::vector<std::string> found;
  if (!(options.alpha > 0 && options.alpha <= 1))
    found.push_back("alpha is " + toText(options.alpha) + "; allowed: a number above 0 and up to 1");
  if (!(options.l2 >= 0 && std::isfinite(options.l2)))
    found.push_back("l2 is " + toText(options.l2) + "; allowed: a number from 0");
  if (!(options.threshold > 0 && std::isfinite(options.threshold)))
    found.push_back("the threshold is " + toText(options.threshold) + "; allowed: a number above 0");
  if (options.iterations < 0)
    found.push_back("the number of iterations is " + std::to_string(options.iterations) +
                    "; allowed: at least 0");
  if (!(options.tolerance >= 0 && std::isfinite(options.tolerance)))
    found.push_back("the tolerance is " + toText(options.tolerance) + "; allowed: a number from 0");
  return found;
}

Student fitCornn(const std::vector<Trial>& trials, const CornnOptions& options, Progress& progress) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  requireTrials(trials, MissingSamples::refused);
  const auto start = Clock::now();
  progress.report(0.0, "fitting CORNN");
  const Index N = trials.front().activity.rows();
  Student student;
  student.V = Matrix(N, 0);
  student.phi = Nonlinearity::tanh;
  student.convention = Convention::leakyRate;
  student.alpha = options.alpha;
  Regression regression(trials, options, progress);
  if (regression.factor()) {
    const End end = iterate(regression, options, student.summary, progress);
    if (hasParameters(student.summary.status)) {
      regression.read(end.theta, student);
      setOneStepR2(student, trials, progress);
    }
    addNotes(student, regression, end.kept, options, trials.front().input.rows() > 0);
  } else {
    finish(student.summary, FitStatus::singular,
           "the normal equations are singular: raise the ridge l2 (now " + toText(options.l2) + ")" +
               (transitionsOf(trials) > N ? ": some units are copies or sums of others"
                                          : " or use more time points than units"));
  }
  student.summary.seconds = secondsSince(start);
  return student;
}

}  // namespace keyhole
