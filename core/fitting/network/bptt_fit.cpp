#include "core/fitting/network/bptt_fit.h"

#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/fitting/about_mean.h"
#include "core/fitting/network/bptt_gradient.h"
#include "core/fitting/network/forced_run.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr int kHalvings = 10;
constexpr double kBlownUp = 100;  // times the loss of the start
constexpr double kLargestCurvature = 100;
constexpr Index kPatience = 10;  // epochs that the loss must stand still

double rootMeanSquare(ConstMatrixRef values) {
  const double squares = values.squaredNorm();
  return squares > 0 ? std::sqrt(squares / static_cast<double>(values.size())) : 1.0;
}

// The units of the scaled parameters, and what the gradient is multiplied by.
struct Scales {
  double A, V, b;
  double gradient;
};

// Regressors [φ; u] of up to 1024 transitions, evenly spread over the trials.
Matrix sampledRegressors(const std::vector<Trial>& trials, const BpttOptions& options) {
  constexpr Index kSamples = 1024;
  const Index N = trials.front().activity.rows(), m = trials.front().input.rows();
  const Index total = transitionsOf(trials), count = std::min(total, kSamples);
  Matrix regressors(N + m, count);
  std::size_t k = 0;
  Index before = 0;  // transitions of earlier trials
  for (Index j = 0; j < count; ++j) {
    const Index wanted = j * total / count;
    while (wanted - before >= trials[k].activity.cols() - 1) before += trials[k++].activity.cols() - 1;
    regressors.col(j).head(N) = trials[k].activity.col(wanted - before);
    if (m > 0) regressors.col(j).tail(m) = trials[k].input.col(wanted - before);
  }
  regressors.topRows(N) = applied(options.phi, regressors.topRows(N));
  return regressors;
}

// The largest eigenvalue of Z Zᵀ / columns, by power iteration; a few percent too small at worst, which is
// enough for a scale.
double largestSecondMoment(const Matrix& Z) {
  Vector direction = Vector::Ones(Z.rows()) + RandomStream(1, Stream::fit).normalMatrix(Z.rows(), 1);
  double value = 0;
  for (int i = 0; i < 30; ++i) {
    direction.normalize();
    const Vector along = Z.transpose() * direction;
    value = along.squaredNorm() / static_cast<double>(Z.cols());
    direction = Z * along;
  }
  return value;
}

// By how much an error of one step in the drive grows in the squared loss: errors of consecutive steps add up
// until the forcing forgets them.
double forcingGrowth(const BpttOptions& options) {
  const double forget = 1 - (1 - options.forcing) * (1 - options.alpha);
  const double steps =
      options.forcingKind == ForcingKind::generalized ? 1 / forget : std::sqrt((2 - forget)) / forget;
  const double most = std::min(static_cast<double>(options.window), steps);
  return most * most;
}

Scales scalesOf(const std::vector<Trial>& trials, const BpttOptions& options) {
  const Index N = trials.front().activity.rows(), m = trials.front().input.rows();
  const double s = std::sqrt(meanVariance(trials));
  if (!(s > 0 && std::isfinite(s)))
    throw InputError("the recording does not vary; allowed: at least one neuron that does");
  const Matrix regressors = sampledRegressors(trials, options);
  const double p = rootMeanSquare(regressors.topRows(N));
  const double u = m > 0 ? rootMeanSquare(regressors.bottomRows(m)) : 1.0;
  Matrix Z = Matrix::Ones(N + m + 1, regressors.cols());
  Z.topRows(N) = regressors.topRows(N) / p;
  if (m > 0) Z.middleRows(N, m) = regressors.bottomRows(m) / u;
  const double curvature = 2.0 / static_cast<double>(N) * largestSecondMoment(Z) * forcingGrowth(options);
  return {s / p, s / u, s, kLargestCurvature / curvature};
}

// Steps in the scaled parameters. Allocates in its constructor only.
class Optimizer {
 public:
  Optimizer(const BpttOptions& options, const Scales& scales, const BpttParameters& like)
      : m_options(options), m_scales(scales), m_mean(like), m_square(like), m_rate(options.learningRate) {
    forget();
  }

  // A new beginning, at half the rate.
  void halveRate() {
    m_rate /= 2;
    forget();
  }
  double rate() const { return m_rate; }

  void step(BpttParameters& parameters, const BpttParameters& gradient) {
    ++m_steps;
    update(parameters.A.array(), gradient.A.array(), m_mean.A.array(), m_square.A.array(), m_scales.A);
    update(parameters.V.array(), gradient.V.array(), m_mean.V.array(), m_square.V.array(), m_scales.V);
    update(parameters.b.array(), gradient.b.array(), m_mean.b.array(), m_square.b.array(), m_scales.b);
  }

 private:
  void forget() {
    for (BpttParameters* moments : {&m_mean, &m_square}) {
      moments->A.setZero();
      moments->V.setZero();
      moments->b.setZero();
    }
    m_steps = 0;
  }

  template <typename Values, typename Gradient, typename Moments>
  void update(Values values, Gradient gradient, Moments mean, Moments square, double unit) {
    const double scale = m_scales.gradient * unit;  // to the gradient in scaled parameters
    const double keep = m_options.momentum;
    if (m_options.optimizer == BpttOptimizer::sgd) {
      mean = keep * mean + scale * gradient;
      values -= m_rate * unit * mean;
      return;
    }
    constexpr double kKeepSquare = 0.999, kEpsilon = 1e-8;
    mean = keep * mean + (1 - keep) * scale * gradient;
    square = kKeepSquare * square + (1 - kKeepSquare) * (scale * gradient).square();
    const double meanBias = 1 - std::pow(keep, m_steps), squareBias = 1 - std::pow(kKeepSquare, m_steps);
    values -= m_rate * unit / meanBias * mean / ((square / squareBias).sqrt() + kEpsilon);
  }

  const BpttOptions& m_options;
  Scales m_scales;
  BpttParameters m_mean, m_square;
  double m_rate;
  int m_steps = 0;
};

BpttParameters startOf(const std::vector<Trial>& trials, const BpttOptions& options) {
  const Index n = trials.front().activity.rows() + options.hidden, m = trials.front().input.rows();
  const RandomStream stream(options.seed, Stream::fit);
  return {options.gain / std::sqrt(static_cast<double>(n)) * stream.normalMatrix(n, n), Matrix::Zero(n, m),
          Vector::Zero(n)};
}

struct Training {
  BpttParameters best;
  double bestLoss = std::numeric_limits<double>::infinity();
  Index bestEpoch = -1;
  int halvings = 0;
  bool gaveUp = false;
  std::vector<double> cost;
  Index epochs = 0;  // steps taken
  FitStatus status = FitStatus::iterationLimit;
  double rate = 0;
};

bool standsStill(const std::vector<double>& cost, double tolerance) {
  if (!(tolerance > 0) || cost.size() <= static_cast<std::size_t>(kPatience)) return false;
  const auto [low, high] = std::minmax_element(cost.end() - kPatience - 1, cost.end());
  return *high - *low <= tolerance * *high;
}

bool hasBlownUp(double loss, const std::vector<double>& cost) {
  return !std::isfinite(loss) || (!cost.empty() && loss > kBlownUp * cost.front());
}

// The epochs of a fit. Where to go back to is the epoch with the lowest loss: its parameters, its gradient
// and the hidden units that it hands on.
class Trainer {
 public:
  Trainer(const std::vector<Trial>& trials, const BpttOptions& options)
      : m_options(options),
        m_now(startOf(trials, options)),
        m_gradient(m_now),
        m_optimizer(options, scalesOf(trials, options), m_now),
        m_problem(trials, options),
        m_bestGradient(m_gradient),
        m_bestCarried(m_problem.starts()) {
    m_training.best = m_now;
  }

  Training run(Progress& progress) {
    Pace pace(progress, "training the student");
    const Index most = m_options.epochs;
    bool goesOn = true;
    for (Index epoch = 0; goesOn; ++epoch) {
      pace.setFraction(static_cast<double>(epoch) / static_cast<double>(std::max<Index>(most, 1)));
      const auto loss = m_problem.evaluate(m_now, static_cast<std::uint64_t>(epoch),
                                           epoch < most ? &m_gradient : nullptr, pace);
      m_training.epochs = epoch;
      if (!loss) {
        m_training.status = FitStatus::stopped;
        break;
      }
      goesOn = hasBlownUp(*loss, m_training.cost) ? recover() : learn(*loss, progress);
    }
    m_training.rate = m_optimizer.rate();
    return std::move(m_training);
  }

 private:
  // True if there is another epoch to try.
  bool recover() {
    m_training.gaveUp = m_training.halvings == kHalvings || m_training.bestEpoch < 0;
    if (m_training.gaveUp || m_training.epochs == m_options.epochs) return false;
    ++m_training.halvings;
    m_optimizer.halveRate();
    m_now = m_training.best;
    m_problem.setStarts(m_bestCarried);
    m_optimizer.step(m_now, m_bestGradient);
    return true;
  }

  bool learn(double loss, Progress& progress) {
    m_training.cost.push_back(loss);
    progress.objective(0, static_cast<int>(m_training.epochs), loss);
    m_problem.carryHidden();
    if (loss < m_training.bestLoss) {
      m_training.bestLoss = loss;
      m_training.bestEpoch = m_training.epochs;
      m_training.best = m_now;
      m_bestGradient = m_gradient;
      m_bestCarried = m_problem.starts();
    }
    if (m_training.epochs == m_options.epochs) return false;
    if (standsStill(m_training.cost, m_options.tolerance)) m_training.status = FitStatus::converged;
    if (progress.stopRequested()) m_training.status = FitStatus::stopped;
    if (m_training.status != FitStatus::iterationLimit) return false;
    m_optimizer.step(m_now, m_gradient);
    return true;
  }

  const BpttOptions& m_options;
  BpttParameters m_now, m_gradient;
  Optimizer m_optimizer;
  BpttGradient m_problem;
  BpttParameters m_bestGradient;
  Matrix m_bestCarried;
  Training m_training;
};

std::string countOf(Index count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

FitSummary summaryOf(const Training& training) {
  FitSummary summary;
  summary.status = training.status;
  summary.iterations = static_cast<int>(training.epochs);
  summary.cost = training.cost;
  const std::string count = countOf(training.epochs, "epoch");
  const bool learned = training.bestEpoch > 0;
  if (training.bestEpoch < 0 || (training.gaveUp && !learned))
    summary.status = training.status == FitStatus::stopped ? FitStatus::stopped : FitStatus::diverged;
  if (summary.status == FitStatus::diverged)
    summary.message = "the loss left the finite range at every learning rate; the start is kept";
  else if (training.gaveUp)
    summary.message =
        "ended after " + count + ": the loss kept leaving the finite range; the best epoch is kept";
  else if (training.status == FitStatus::converged)
    summary.message = "the loss stood still after " + count;
  else if (training.status == FitStatus::stopped)
    summary.message = "stopped after " + count;
  else
    summary.message = "all " + count + " were used";
  return summary;
}

std::vector<std::string> notesOf(const Training& training) {
  std::vector<std::string> notes;
  if (training.halvings > 0)
    notes.push_back("the loss left the finite range " + countOf(training.halvings, "time") +
                    ": the best parameters were restored and the learning rate halved each time, to " +
                    toText(training.rate));
  if (training.bestEpoch >= 0 && training.bestEpoch != training.epochs)
    notes.push_back("the parameters are those of epoch " + std::to_string(training.bestEpoch) +
                    ", which has the lowest loss");
  return notes;
}

// Of trials and options that were looked at.
Student fitted(const std::vector<Trial>& trials, const BpttOptions& options, Progress& progress) {
  Training training = Trainer(trials, options).run(progress);
  Student student;
  student.phi = options.phi;
  student.alpha = options.alpha;
  student.seen = trials.front().activity.rows();
  student.summary = summaryOf(training);
  student.notes = notesOf(training);
  student.A = std::move(training.best.A);
  student.V = std::move(training.best.V);
  if (options.offset) student.b = std::move(training.best.b);
  const ForcedRun run = forcedRun(student, trials, progress);
  student.oneStepR2 = run.oneStepR2;
  if (run.transitions < transitionsOf(trials))
    student.notes.push_back("after the stop, the one-step R² is of the first " +
                            countOf(run.transitions, "step") + " only");
  return student;
}

}  // namespace

std::string nameOf(ForcingKind kind) {
  return kind == ForcingKind::generalized ? "generalized" : "stochastic";
}

std::string nameOf(BpttOptimizer optimizer) {
  return optimizer == BpttOptimizer::sgd ? "SGD" : "Adam";
}

std::vector<std::string> problems(const BpttOptions& options) {
  std::vector<std::string> found;
  const auto require = [&found](bool fine, const char* name, double value, const char* allowed) {
    if (!fine) found.push_back(std::string(name) + " is " + toText(value) + "; allowed: " + allowed);
  };
  const auto fromZero = [&require](const char* name, double value) {
    require(value >= 0 && std::isfinite(value), name, value, "a number from 0");
  };
  const auto whole = [&require](const char* name, Index value, Index least, const char* allowed) {
    require(value >= least, name, static_cast<double>(value), allowed);
  };
  require(options.alpha > 0 && options.alpha <= 1, "alpha", options.alpha, "a number above 0 and up to 1");
  whole("the number of hidden units", options.hidden, 0, "a whole number from 0");
  whole("the window", options.window, 1, "at least 1 step");
  whole("the number of epochs", options.epochs, 0, "a whole number from 0");
  require(options.forcing >= 0 && options.forcing <= 1, "the forcing", options.forcing,
          "a number from 0 to 1");
  require(options.learningRate > 0 && std::isfinite(options.learningRate), "the learning rate",
          options.learningRate, "a number above 0");
  require(options.momentum >= 0 && options.momentum < 1, "the momentum", options.momentum,
          "a number from 0 to below 1");
  fromZero("the gain", options.gain);
  fromZero("the weight decay", options.weightDecay);
  fromZero("the tolerance", options.tolerance);
  return found;
}

Student fitBptt(const std::vector<Trial>& trials, const BpttOptions& options, Progress& progress) {
  const auto start = Clock::now();
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  requireTrials(trials, MissingSamples::refused);
  const auto fit = [&](const std::vector<Trial>& some) { return fitted(some, options, progress); };
  const bool mayShift = options.offset && options.phi == Nonlinearity::linear;
  Student student = mayShift ? fitAboutMean(trials, fit) : fit(trials);
  student.summary.seconds = secondsSince(start);
  return student;
}

}  // namespace keyhole
