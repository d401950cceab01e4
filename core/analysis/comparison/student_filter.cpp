#include "core/analysis/comparison/student_filter.h"

#include "core/common/error.h"
#include "core/fitting/run_student.h"
#include "core/simulation/simulate.h"

#include <Eigen/LU>

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr double kFilterLimit = 1e12;
constexpr double kUninformative = 1e6;  // variance of an unknown start, in those of the data
constexpr double kNoiseFloor = 1e-9;    // of the channels' mean variance
constexpr double kStandsStill = 1e-13;  // of a covariance, relative

bool isFiltered(const Student& student) {
  return student.emission.has_value() || student.switching;
}

bool isGood(ConstVectorRef x) {
  return x.cwiseAbs().maxCoeff() < kFilterLimit;
}

// α (V u + b) at the transition from t to t + 1.
Vector driveAt(const Student& student, const Matrix& V, const Vector& b, const Matrix& input, Index t) {
  Vector drive = b.size() > 0 ? b : Vector::Zero(student.A.rows());
  if (V.cols() > 0) drive += V * input.col(student.inputAtArrival ? t + 1 : t);
  return drive;
}

// The hidden units follow from 0, the seen ones are the samples.
FilteredStates clamped(const Student& student, const Trial& trial) {
  const Index N = seenUnits(student), n = student.A.rows(), T = trial.activity.cols();
  FilteredStates result{Matrix(n, T), trial.activity, {}, false};
  const Network network{DenseForm{student.A}};
  Stepper stepper(network, student.phi, student.convention, student.alpha, student.inner);
  Vector x = Vector::Zero(n), next(n);
  x.head(N) = trial.activity.col(0);
  result.states.col(0) = x;
  for (Index t = 0; t + 1 < T; ++t) {
    stepper.step(x, driveAt(student, student.V, student.b, trial.input, t), next);
    if (isGood(next)) {
      result.predicted.col(t + 1) = next.head(N);
      x = next;
    } else {
      result.predicted.col(t + 1) = result.predicted.col(t);
      result.diverged = true;
    }
    x.head(N) = trial.activity.col(t + 1);
    result.states.col(t + 1) = x;
  }
  return result;
}

Vector channelVariances(const Matrix& Y) {
  Vector variances(Y.rows());
  for (Index i = 0; i < Y.rows(); ++i) {
    double sum = 0, squares = 0, count = 0;
    for (Index t = 0; t < Y.cols(); ++t) {
      if (std::isnan(Y(i, t))) continue;
      sum += Y(i, t);
      squares += Y(i, t) * Y(i, t);
      count += 1;
    }
    variances(i) = count > 0 ? std::max(0.0, squares / count - (sum / count) * (sum / count)) : 0.0;
  }
  return variances;
}

// The mean square of the samples' steps, summed over the channels.
double incrementVariance(const Matrix& Y) {
  double sum = 0;
  for (Index i = 0; i < Y.rows(); ++i) {
    double squares = 0, count = 0;
    for (Index t = 1; t < Y.cols(); ++t) {
      const double step = Y(i, t) - Y(i, t - 1);
      if (std::isnan(step)) continue;
      squares += step * step;
      count += 1;
    }
    if (count > 0) sum += squares / count;
  }
  return sum;
}

struct Belief {
  Vector mean;
  Matrix covariance;
  int discrete = 0;
};

// A belief after a sample, and the sample's log-likelihood up to what all discrete states share.
struct Update {
  Belief belief;
  double logLikelihood = 0;
};

class LatentFilter {
 public:
  LatentFilter(const Student& student, const Trial& trial) : m_student(student), m_trial(trial) {
    const Index n = student.A.rows(), N = seenUnits(student);
    if (student.emission)
      m_emission = *student.emission;
    else
      m_emission = {Matrix::Identity(N, n), Matrix(N, 0), Vector::Zero(N), Vector::Zero(N)};
    const Vector variances = channelVariances(trial.activity);
    m_weights = m_emission.R.cwiseMax(std::max(kNoiseFloor * variances.mean(), 1e-30)).cwiseInverse();
    m_information = m_emission.C.transpose() * m_weights.asDiagonal() * m_emission.C;
    m_guess = incrementVariance(trial.activity) / std::max(m_emission.C.squaredNorm(), 1e-300);
    m_complete = !trial.activity.array().isNaN().any();
  }

  FilteredStates run() {
    const Index n = m_student.A.rows(), T = m_trial.activity.cols();
    FilteredStates result{Matrix(n, T), Matrix(m_emission.C.rows(), T), {}, false};
    Belief now = updated(start(), 0).belief;
    for (Index t = 0; t < T; ++t) {
      if (t > 0) {
        result.predicted.col(t) = seen(predictedMean(now, likeliestNext(now), t - 1), t);
        Belief next = step(now, t - 1);
        if (isGood(next.mean) && next.covariance.allFinite())
          now = std::move(next);
        else
          result.diverged = true;
      } else {
        result.predicted.col(0) = m_trial.activity.col(0);
      }
      result.states.col(t) = now.mean;
      if (m_student.switching) result.discrete.push_back(now.discrete);
    }
    return result;
  }

 private:
  Vector seen(const Vector& x, Index t) const {
    Vector y = m_emission.C * x + m_emission.c;
    if (m_emission.G.cols() > 0) y += m_emission.G * m_trial.input.col(t);
    return y;
  }

  Belief start() const {
    const Index n = m_student.A.rows();
    const double scale = std::max({m_guess, channelVariances(m_trial.activity).sum(), 1e-300});
    Belief belief{Vector::Zero(n), kUninformative * scale * Matrix::Identity(n, n), 0};
    if (m_student.states.cols() > 1) {
      belief.mean = m_student.states.rowwise().mean();
      const Matrix centred = m_student.states.colwise() - belief.mean;
      belief.covariance = centred * centred.transpose() / static_cast<double>(centred.cols());
    }
    if (m_student.switching) belief.discrete = static_cast<int>(mostVisited(*m_student.switching));
    return belief;
  }

  // Log-probabilities of the next discrete state, up to a constant.
  Vector nextScores(const Belief& now) const {
    const Switching& parts = *m_student.switching;
    Vector scores = parts.logTransition.row(now.discrete).transpose();
    if (parts.W.rows() > 0) scores += parts.W * now.mean;
    if (parts.w.size() > 0) scores += parts.w;
    return scores;
  }

  int likeliestNext(const Belief& now) const {
    if (!m_student.switching) return 0;
    int k = 0;
    nextScores(now).maxCoeff(&k);
    return k;
  }

  const Matrix& dynamics(int k) const {
    return m_student.switching ? m_student.switching->A[static_cast<std::size_t>(k)] : m_student.A;
  }

  Matrix noise(int k) const {
    const Index n = m_student.A.rows();
    if (m_student.switching && !m_student.switching->Q.empty())
      return m_student.switching->Q[static_cast<std::size_t>(k)];
    if (m_student.Q.size() > 0) return m_student.Q;
    return m_guess * Matrix::Identity(n, n);
  }

  Vector predictedMean(const Belief& now, int k, Index t) const {
    const auto part = static_cast<std::size_t>(k);
    const Matrix& A = dynamics(k);
    const Vector drive = m_student.switching ? driveAt(m_student, m_student.switching->V[part],
                                                       m_student.switching->b[part], m_trial.input, t)
                                             : driveAt(m_student, m_student.V, m_student.b, m_trial.input, t);
    const bool standard = m_student.convention == Convention::standard;
    const Vector recurrent = standard ? Vector(A * applied(m_student.phi, now.mean))
                                      : Vector(applied(m_student.phi, argument(A, now.mean)));
    return (1 - m_student.alpha) * now.mean + m_student.alpha * (recurrent + drive);
  }

  // Of φ, of leaky rates.
  Vector argument(const Matrix& A, const Vector& x) const {
    return m_student.inner.size() > 0 ? Vector(A * x + m_student.inner) : Vector(A * x);
  }

  // Of the step at the state x.
  Matrix jacobian(int k, const Vector& x) const {
    const Index n = x.size();
    const Matrix& A = dynamics(k);
    const Matrix keep = (1 - m_student.alpha) * Matrix::Identity(n, n);
    if (m_student.phi == Nonlinearity::linear) return keep + m_student.alpha * A;
    const bool standard = m_student.convention == Convention::standard;
    const Vector value = applied(m_student.phi, standard ? x : argument(A, x));
    const Vector slope = 1 - value.array().square();
    return keep +
           m_student.alpha * (standard ? Matrix(A * slope.asDiagonal()) : Matrix(slope.asDiagonal() * A));
  }

  Belief predicted(const Belief& now, int k, Index t) const {
    const Matrix F = jacobian(k, now.mean);
    return {predictedMean(now, k, t), F * now.covariance * F.transpose() + noise(k), k};
  }

  Vector weightedResidual(const Vector& mean, Index t, double* quadratic) const {
    Vector residual = m_trial.activity.col(t) - seen(mean, t);
    if (!m_complete) residual = residual.array().isNaN().select(0.0, residual);
    const Vector weighted = m_weights.cwiseProduct(residual);
    if (quadratic) *quadratic = weighted.dot(residual);
    return m_emission.C.transpose() * weighted;
  }

  // Information form, in which only n x n matrices occur: P = (I + P⁻ J)⁻¹ P⁻, J = Cᵀ R⁻¹ C.
  Update updated(const Belief& prior, Index t) const {
    const Index n = prior.mean.size();
    Matrix J = m_information;
    if (!m_complete) {
      const Vector there = m_trial.activity.col(t).array().isNaN().select(0.0, m_weights);
      J = m_emission.C.transpose() * there.asDiagonal() * m_emission.C;
    }
    const Eigen::PartialPivLU<Matrix> factor(Matrix::Identity(n, n) + prior.covariance * J);
    Matrix P = factor.solve(prior.covariance);
    P = (0.5 * (P + P.transpose())).eval();
    double quadratic = 0;
    const Vector g = weightedResidual(prior.mean, t, &quadratic);
    const double logDet = factor.matrixLU().diagonal().cwiseAbs().array().log().sum();
    return {{prior.mean + P * g, P, prior.discrete}, -0.5 * (quadratic - g.dot(P * g) + logDet)};
  }

  Belief step(const Belief& now, Index t) {
    if (m_student.switching) return stepSwitching(now, t);
    if (m_settled) return settledStep(now, t);
    Belief next = updated(predicted(now, 0, t), t + 1).belief;
    m_settled = m_complete && m_student.phi == Nonlinearity::linear &&
                (next.covariance - now.covariance).cwiseAbs().maxCoeff() <=
                    kStandsStill * next.covariance.cwiseAbs().maxCoeff();
    return next;
  }

  // The covariance stands still: only the mean moves.
  Belief settledStep(const Belief& now, Index t) const {
    const Vector prior = predictedMean(now, 0, t);
    return {prior + now.covariance * weightedResidual(prior, t + 1, nullptr), now.covariance, 0};
  }

  Belief stepSwitching(const Belief& now, Index t) const {
    const Vector scores = nextScores(now);
    Update best;
    bool any = false;
    for (int k = 0; k < static_cast<int>(scores.size()); ++k) {
      Update update = updated(predicted(now, k, t), t + 1);
      update.logLikelihood += scores(k);
      if (any && !(update.logLikelihood > best.logLikelihood)) continue;
      best = std::move(update);
      any = true;
    }
    return best.belief;
  }

  const Student& m_student;
  const Trial& m_trial;
  Emission m_emission;
  Vector m_weights;      // R⁻¹
  Matrix m_information;  // Cᵀ R⁻¹ C
  double m_guess = 0;    // variance of the steps if Q is unknown
  bool m_complete = true;
  bool m_settled = false;
};

}  // namespace

Index seenUnits(const Student& student) {
  if (student.emission) return student.emission->C.rows();
  return student.seen > 0 ? student.seen : student.A.rows();
}

void requireTrialOf(const Student& student, const Trial& trial) {
  requireTrials({trial}, isFiltered(student) ? MissingSamples::allowed : MissingSamples::refused);
  const Index inputs = std::max(student.V.cols(), student.emission ? student.emission->G.cols() : 0);
  if (trial.activity.rows() != seenUnits(student) || (inputs > 0 && trial.input.rows() != inputs))
    throw InputError("the recording has " + std::to_string(trial.activity.rows()) + " neurons and " +
                     std::to_string(trial.input.rows()) +
                     " inputs; allowed: " + std::to_string(seenUnits(student)) + " and " +
                     std::to_string(inputs) + " as those of the student");
}

FilteredStates filterStates(const Student& student, const Trial& trial) {
  requireTrialOf(student, trial);
  if (isFiltered(student)) return LatentFilter(student, trial).run();
  if (seenUnits(student) < student.A.rows()) return clamped(student, trial);
  FilteredStates result{trial.activity, trial.activity, {}, false};
  result.predicted.rightCols(trial.activity.cols() - 1) =
      oneStepPredictions(student, trial.activity, trial.input);
  return result;
}

}  // namespace keyhole
