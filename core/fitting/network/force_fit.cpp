#include "core/fitting/network/force_fit.h"

#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/fitting/about_mean.h"
#include "core/fitting/network/recursive_least_squares.h"
#include "core/fitting/run_student.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace keyhole {
namespace {

constexpr double kRunaway = 100.0;   // times the largest recorded number: the state has left the recording
constexpr double kMuchBetter = 0.5;  // of the last error: an earlier pass worth a note

// Thrown inside of a pass, caught where the best weights are known.
struct StopAsked {};

class ForceTrainer {
 public:
  ForceTrainer(const std::vector<Trial>& trials, const ForceOptions& options, Progress& progress);

  // One pass; false if the state ran away and the pass ended early.
  bool learn();
  // The mean squared error of a run with the weights at rest; `ranAway` tells whether a stretch ended early.
  double errorAtRest(bool& ranAway);

  const Matrix& weights() const { return m_rls.weights(); }
  int timesRestarted() const { return m_rls.timesRestarted(); }
  void setDone(double fraction) { m_done = fraction; }

 private:
  bool learnTrial(const Trial& trial);
  double squaredErrorAtRest(const Trial& trial, bool& ranAway);
  void putBack(const Trial& trial, Index t) {
    m_state = trial.activity.col(t);
    m_away = false;
  }
  bool isResetPoint(Index t) const {
    return t == 0 || (m_options.resetEvery > 0 && t % m_options.resetEvery == 0);
  }
  // The state at t + 1 from that at t.
  void step(const Trial& trial, Index t);
  void poll();

  const std::vector<Trial>& m_trials;
  const ForceOptions& m_options;
  Progress& m_progress;
  RecursiveLeastSquares m_rls;
  double m_limit;
  Index m_pollEvery;  // steps
  Index m_untilPoll;
  double m_done = 0;
  Clock::time_point m_reported = Clock::now();
  Vector m_state, m_regressor, m_drive, m_error;
  bool m_away = false;
};

Matrix startOf(const std::vector<Trial>& trials, const ForceOptions& options) {
  const Index N = trials.front().activity.rows(), m = trials.front().input.rows();
  Matrix start = Matrix::Zero(N, N + m + (options.offset ? 1 : 0));
  start.leftCols(N) = options.gain / std::sqrt(static_cast<double>(N)) *
                      RandomStream(options.seed, Stream::fit).normalMatrix(N, N);
  return start;
}

double limitOf(const std::vector<Trial>& trials) {
  double largest = 0;
  for (const auto& trial : trials) largest = std::max(largest, trial.activity.cwiseAbs().maxCoeff());
  return largest > 0 ? kRunaway * largest : kRunaway;
}

ForceTrainer::ForceTrainer(const std::vector<Trial>& trials, const ForceOptions& options, Progress& progress)
    : m_trials(trials),
      m_options(options),
      m_progress(progress),
      m_rls(startOf(trials, options), options.p0),
      m_limit(limitOf(trials)) {
  const Index N = trials.front().activity.rows(), q = m_rls.weights().cols();
  m_pollEvery = std::max<Index>(1, 2000000 / (q * q));
  m_untilPoll = m_pollEvery;
  m_state.resize(N);
  m_regressor = Vector::Ones(q);  // the last one stays, of an offset
  m_drive.resize(N);
  m_error.resize(N);
}

void ForceTrainer::poll() {
  if (--m_untilPoll > 0) return;
  m_untilPoll = m_pollEvery;
  if (m_progress.stopRequested()) throw StopAsked();
  if (secondsSince(m_reported) < 0.04) return;
  m_progress.report(m_done, "fitting with FORCE");
  m_reported = Clock::now();
}

void ForceTrainer::step(const Trial& trial, Index t) {
  const Index N = m_state.size();
  applyNonlinearity(m_options.phi, m_state.data(), m_regressor.data(), N);
  for (Index i = 0; i < trial.input.rows(); ++i) m_regressor(N + i) = trial.input(i, t);
  m_rls.predict(m_regressor.data(), m_drive.data());
  bool inside = true;
  for (Index i = 0; i < N; ++i) {
    m_state(i) = (1.0 - m_options.alpha) * m_state(i) + m_options.alpha * m_drive(i);
    inside = inside && std::abs(m_state(i)) <= m_limit;
    m_error(i) = m_state(i) - trial.activity(i, t + 1);
  }
  m_away = !inside;
}

bool ForceTrainer::learnTrial(const Trial& trial) {
  const double perDrive = 1.0 / m_options.alpha;
  for (Index t = 0; t + 1 < trial.activity.cols(); ++t) {
    poll();
    if (isResetPoint(t)) putBack(trial, t);
    step(trial, t);
    if (m_away) return false;
    if ((t + 1) % m_options.updateEvery != 0) continue;
    m_error *= perDrive;
    m_rls.update(m_regressor.data(), m_error.data());
  }
  return true;
}

bool ForceTrainer::learn() {
  bool whole = true;
  for (const auto& trial : m_trials) whole = learnTrial(trial) && whole;
  return whole;
}

double ForceTrainer::squaredErrorAtRest(const Trial& trial, bool& ranAway) {
  const double farOff = static_cast<double>(m_state.size()) * m_limit * m_limit;
  double sum = 0;
  for (Index t = 0; t + 1 < trial.activity.cols(); ++t) {
    poll();
    if (isResetPoint(t)) putBack(trial, t);
    if (!m_away) step(trial, t);
    ranAway = ranAway || m_away;
    sum += m_away ? farOff : m_error.squaredNorm();
  }
  return sum;
}

double ForceTrainer::errorAtRest(bool& ranAway) {
  ranAway = false;
  double sum = 0;
  for (const auto& trial : m_trials) sum += squaredErrorAtRest(trial, ranAway);
  return sum / static_cast<double>(transitionsOf(m_trials) * m_state.size());
}

// What the passes gave so far.
struct Course {
  Matrix last, best;
  double bestError = std::numeric_limits<double>::infinity();
  int bestPass = 0;
  bool lastRanAway = false;  // at rest
  int endedEarly = 0;        // passes
};

std::string shortText(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string counted(int passes) {
  return std::to_string(passes) + (passes == 1 ? " pass" : " passes");
}

void runPasses(ForceTrainer& trainer, const ForceOptions& options, FitSummary& summary, Course& course,
               Progress& progress) {
  course.last = trainer.weights();
  summary.status = FitStatus::iterationLimit;
  for (Index pass = 0; pass < options.passes; ++pass) {
    trainer.setDone(static_cast<double>(pass) / static_cast<double>(options.passes));
    if (progress.stopRequested()) throw StopAsked();
    if (!trainer.learn()) ++course.endedEarly;
    const double error = trainer.errorAtRest(course.lastRanAway);
    summary.iterations = static_cast<int>(pass) + 1;
    summary.cost.push_back(error);
    progress.objective(0, static_cast<int>(pass), error);
    const double moved = (trainer.weights() - course.last).cwiseAbs().maxCoeff();
    course.last = trainer.weights();
    if (error < course.bestError) {
      course.bestError = error;
      course.best = course.last;
      course.bestPass = summary.iterations;
    }
    if (options.tolerance > 0 && moved <= options.tolerance * course.last.cwiseAbs().maxCoeff()) {
      summary.status = FitStatus::converged;
      return;
    }
  }
}

// The weights to be shown, and the sentence on how it ended.
Matrix conclude(const ForceTrainer& trainer, FitSummary& summary, const Course& course) {
  const std::string best = "; the weights are those of pass " + std::to_string(course.bestPass);
  if (summary.status == FitStatus::stopped) {
    summary.message = "stopped after " + counted(summary.iterations);
    if (course.bestPass == 0) return trainer.weights();
    summary.message += best + ", the best so far";
    return course.best;
  }
  summary.message = summary.status == FitStatus::converged
                        ? "the weights stood still after " + counted(summary.iterations)
                        : "all " + counted(summary.iterations) + " were used";
  if (course.bestPass == 0) {
    summary.status = FitStatus::diverged;
    summary.message = "the squared errors leave the finite range: the recording's values are too large";
    return course.last;
  }
  if (!course.lastRanAway || course.bestPass == summary.iterations) return course.last;
  summary.message += best + ", since the last ones run away";
  return course.best;
}

void addNotes(Student& student, const Course& course, int restarted) {
  const auto& cost = student.summary.cost;
  if (student.summary.status != FitStatus::stopped && !course.lastRanAway &&
      course.bestError < kMuchBetter * cost.back())
    student.notes.push_back("pass " + std::to_string(course.bestPass) +
                            " followed the recording more closely (" + shortText(course.bestError) +
                            ") than the last one (" + shortText(cost.back()) +
                            "): the passes have not settled; reset points help");
  if (course.endedEarly > 0)
    student.notes.push_back("the state ran away in " + counted(course.endedEarly) + ", which ended early");
  if (restarted > 0)
    student.notes.push_back("rounding cost the inverse correlation P its definiteness " +
                            std::to_string(restarted) + " times; it started again");
}

// Of trials and options that were looked at.
Student fitted(const std::vector<Trial>& trials, const ForceOptions& options, Progress& progress) {
  const Index N = trials.front().activity.rows(), m = trials.front().input.rows();
  Student student;
  student.phi = options.phi;
  student.alpha = options.alpha;
  ForceTrainer trainer(trials, options, progress);
  Course course;
  try {
    runPasses(trainer, options, student.summary, course, progress);
  } catch (const StopAsked&) {
    student.summary.status = FitStatus::stopped;
  }
  const Matrix weights = conclude(trainer, student.summary, course);
  student.A = weights.leftCols(N);
  student.V = weights.middleCols(N, m);
  if (options.offset) student.b = weights.rightCols(1);
  setOneStepR2(student, trials, progress);
  addNotes(student, course, trainer.timesRestarted());
  return student;
}

}  // namespace

std::vector<std::string> problems(const ForceOptions& options) {
  std::vector<std::string> found;
  const auto whole = [&found](const char* name, Index value, Index least) {
    if (value < least)
      found.push_back(std::string(name) + " is " + std::to_string(value) + "; allowed: at least " +
                      std::to_string(least));
  };
  if (!(options.alpha > 0 && options.alpha <= 1))
    found.push_back("alpha is " + toText(options.alpha) + "; allowed: a number above 0 and up to 1");
  if (!(options.gain >= 0 && std::isfinite(options.gain)))
    found.push_back("the gain is " + toText(options.gain) + "; allowed: a number from 0");
  if (!(options.p0 > 0 && options.p0 <= 1e6))
    found.push_back("p0 is " + toText(options.p0) + "; allowed: a number above 0 and up to 1e6");
  whole("the number of passes", options.passes, 1);
  whole("the number of steps between resets", options.resetEvery, 0);
  whole("the number of steps between updates", options.updateEvery, 1);
  if (!(options.tolerance >= 0 && std::isfinite(options.tolerance)))
    found.push_back("the tolerance is " + toText(options.tolerance) + "; allowed: a number from 0");
  return found;
}

Student fitForce(const std::vector<Trial>& trials, const ForceOptions& options, Progress& progress) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  requireTrials(trials, MissingSamples::refused);
  const auto start = Clock::now();
  progress.report(0.0, "fitting with FORCE");
  const auto fit = [&](const std::vector<Trial>& some) { return fitted(some, options, progress); };
  const bool mayShift = options.offset && options.phi == Nonlinearity::linear;
  Student student = mayShift ? fitAboutMean(trials, fit) : fit(trials);
  student.summary.seconds = secondsSince(start);
  return student;
}

}  // namespace keyhole
