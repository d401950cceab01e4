#include "core/fitting/slds_smoother.h"

#include "core/common/error.h"

#include <Eigen/Cholesky>

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace keyhole {
namespace {

const double kLog2Pi = std::log(2 * std::numbers::pi);

// A covariance as the sums need it.
struct Noise {
  Matrix whitener;     // Λ⁻¹ with P = Λ Λᵀ: |Λ⁻¹ e|² = eᵀ P⁻¹ e without cancellation
  Matrix precision;    // P⁻¹
  double logNorm = 0;  // log det(2π P)
};

Noise noiseOf(const Matrix& covariance, const char* what) {
  const Eigen::LLT<Matrix> factor(covariance);
  if (factor.info() != Eigen::Success || !covariance.allFinite())
    throw std::runtime_error(std::string(what) + " is not positive definite any more");
  Noise noise;
  noise.whitener = Matrix(factor.matrixL())
                       .triangularView<Eigen::Lower>()
                       .solve(Matrix::Identity(covariance.rows(), covariance.cols()));
  noise.precision = noise.whitener.transpose() * noise.whitener;
  noise.logNorm = static_cast<double>(covariance.rows()) * kLog2Pi +
                  2 * Matrix(factor.matrixLLT()).diagonal().array().log().sum();
  return noise;
}

Vector flat(const Matrix& A) {
  return A.reshaped();
}

// Böhning's bound on the curvature of log Σ exp of K numbers, as seen by x: Wᵀ ½ (I - 11ᵀ/K) W.
Matrix transitionCurvature(const SldsModel& model) {
  const Matrix centred = model.W.rowwise() - model.W.colwise().mean();
  return 0.5 * centred.transpose() * centred;
}

// What the K states say of the steps t = 1 … T-1 of a trial (columns 0 … T-2).
class Steps {
 public:
  Steps(const SldsModel& model, const Trial& trial) : m_model(model) {
    const Index K = model.states(), L = model.latents(), n = trial.activity.cols() - 1;
    for (Matrix* all : {&m_arrival, &m_across, &m_departure}) all->resize(L * L, K);
    for (Index k = 0; k < K; ++k) {
      const auto place = static_cast<std::size_t>(k);
      m_noise.push_back(noiseOf(model.Q[place], "the dynamics noise of a state"));
      const Matrix &precision = m_noise.back().precision, &F = model.F[place];
      m_arrival.col(k) = flat(precision);
      m_across.col(k) = flat(precision * F);
      m_departure.col(k) = flat(F.transpose() * precision * F);
      Matrix drive = model.b[place].replicate(1, n);
      if (model.inputs() > 0) drive.noalias() += model.V[place] * trial.input.rightCols(n);
      m_drive.push_back(std::move(drive));
    }
  }

  // Σ_k r_k log N(x_t; F_k x_{t-1} + …, Q_k), up to a constant, into the chain.
  void addTo(GaussianChain& chain, const Matrix& states) const {
    const Index n = chain.linear.cols() - 1;
    const auto r = states.rightCols(n);
    chain.diagonal.rightCols(n).noalias() += m_arrival * r;
    chain.diagonal.leftCols(n).noalias() += m_departure * r;
    chain.coupling.rightCols(n).noalias() = m_across * r;
    for (Index k = 0; k < m_model.states(); ++k) {
      const auto place = static_cast<std::size_t>(k);
      const Matrix pull = m_noise[place].precision * m_drive[place] * r.row(k).asDiagonal();
      chain.linear.rightCols(n) += pull;
      chain.linear.leftCols(n).noalias() -= m_model.F[place].transpose() * pull;
    }
  }

  // K x T, log N at the means; column 0 is 0.
  Matrix atMeans(const Matrix& means) const {
    const Index n = means.cols() - 1;
    Matrix logs = Matrix::Zero(m_model.states(), n + 1);
    Matrix left;
    for (Index k = 0; k < m_model.states(); ++k) {
      const auto place = static_cast<std::size_t>(k);
      left = means.rightCols(n) - m_drive[place];
      left.noalias() -= m_model.F[place] * means.leftCols(n);
      logs.row(k).rightCols(n) =
          -0.5 * ((m_noise[place].whitener * left).colwise().squaredNorm().array() + m_noise[place].logNorm);
    }
    return logs;
  }

  // K x T, tr(Q_k⁻¹ Cov(x_t - F_k x_{t-1})): what the covariances of q(x) add; column 0 is 0.
  Matrix spreads(const ChainMoments& x) const {
    const Index n = x.means.cols() - 1;
    Matrix all = Matrix::Zero(m_model.states(), n + 1);
    all.rightCols(n).noalias() = m_arrival.transpose() * x.covariances.rightCols(n);
    all.rightCols(n).noalias() += m_departure.transpose() * x.covariances.leftCols(n);
    all.rightCols(n).noalias() -= 2 * m_across.transpose() * x.lagged.rightCols(n);
    return all;
  }

 private:
  const SldsModel& m_model;
  std::vector<Noise> m_noise;
  Matrix m_arrival, m_across, m_departure;  // L² x K: Q⁻¹, Q⁻¹ F, Fᵀ Q⁻¹ F
  std::vector<Matrix> m_drive;              // K of L x (T-1), V u + b
};

// What the samples say.
class Samples {
 public:
  Samples(const SldsModel& model, const Trial& trial) : m_model(model) {
    m_residual = trial.activity.colwise() - model.c;
    if (model.inputs() > 0) m_residual.noalias() -= model.G * trial.input;
    if (!trial.activity.hasNaN()) return;
    m_there = trial.activity.array().isNaN().select(
        0.0, Eigen::ArrayXXd::Ones(m_residual.rows(), m_residual.cols()));
    m_residual = (m_there.array() > 0).select(m_residual, 0.0);
  }

  void addTo(GaussianChain& chain) const {
    const Vector precision = m_model.R.cwiseInverse();
    const Matrix weighted = precision.asDiagonal() * m_model.C;
    chain.linear.noalias() += weighted.transpose() * m_residual;
    if (m_there.size() == 0) {
      chain.diagonal.colwise() += flat(m_model.C.transpose() * weighted);
      return;
    }
    Matrix each(chain.diagonal.rows(), m_model.neurons());
    for (Index i = 0; i < m_model.neurons(); ++i)
      each.col(i) = flat(m_model.C.row(i).transpose() * weighted.row(i));
    chain.diagonal.noalias() += each * m_there;
  }

  double logLikelihoodAt(const Matrix& means) const {
    Matrix left = m_residual;
    left.noalias() -= m_model.C * means;
    Vector count = Vector::Constant(left.rows(), static_cast<double>(left.cols()));
    if (m_there.size() > 0) {
      left = left.cwiseProduct(m_there);
      count = m_there.rowwise().sum();
    }
    return -0.5 * (m_model.R.cwiseInverse().dot(left.rowwise().squaredNorm()) +
                   count.dot(Vector(m_model.R.array().log() + kLog2Pi)));
  }

 private:
  const SldsModel& m_model;
  Matrix m_residual;  // N x T, y - G u - c, 0 where missing
  Matrix m_there;     // N x T, 1 where there is a sample; empty if all are there
};

// The quadratic bound of the recurrent transitions around the present means.
void addTransitions(GaussianChain& chain, const SldsModel& model, const SldsPosterior& posterior) {
  const Matrix& means = posterior.x.means;
  const Matrix& r = posterior.z.states;
  const Index K = model.states(), n = means.cols() - 1;
  const Matrix logs = logTransitionsAt(model, means), curvature = transitionCurvature(model);
  Matrix excess = r.rightCols(n);  // r_t minus what the transitions expect
  for (Index t = 0; t < n; ++t)
    for (Index j = 0; j < K; ++j)
      for (Index i = 0; i < K; ++i) excess(j, t) -= r(i, t) * std::exp(logs(i + K * j, t + 1));
  chain.diagonal.leftCols(n).colwise() += flat(curvature);
  chain.linear.leftCols(n).noalias() += model.W.transpose() * excess;
  chain.linear.leftCols(n).noalias() += curvature * means.leftCols(n);
}

// Between pieces that take a tenth of a second with a million time points.
void look(const Progress& progress) {
  if (progress.stopRequested()) throw Stopped();
}

DiscreteChain chainOf(const SldsModel& model, const Steps& steps, const ChainMoments& x, Progress& progress) {
  DiscreteChain chain{model.logInitial, logTransitionsAt(model, x.means), {}};
  look(progress);
  chain.logLikelihoods = steps.atMeans(x.means);
  look(progress);
  chain.logLikelihoods -= 0.5 * steps.spreads(x);
  look(progress);
  return chain;
}

}  // namespace

Matrix logTransitionsAt(const SldsModel& model, ConstMatrixRef x) {
  const Index K = model.states(), T = model.recurrent() ? x.cols() : 1;
  Matrix scores = Matrix::Zero(K, T);
  if (model.recurrent()) scores.rightCols(T - 1).noalias() = model.W * x.leftCols(T - 1);
  if (model.w.size() > 0) scores.colwise() += model.w;
  Matrix logs(K * K, T);
  Vector row(K);
  for (Index t = 0; t < T; ++t)
    for (Index i = 0; i < K; ++i) {
      row = scores.col(t) + model.logTransition.row(i).transpose();
      const double sum = logSumExp(row.data(), K);
      for (Index j = 0; j < K; ++j) logs(i + K * j, t) = row(j) - sum;
    }
  return logs;
}

DiscretePosterior independentStates(const Matrix& states) {
  const Index K = states.rows(), T = states.cols();
  DiscretePosterior posterior{states, Matrix::Zero(K * K, T), 0};
  for (Index t = 1; t < T; ++t) posterior.pairs.col(t) = flat(states.col(t - 1) * states.col(t).transpose());
  return posterior;
}

// With f the (averaged, bounded) joint density, q(x) = f/Z and log Z = log f(x̂) + ½ LT log 2π - ½ log det of
// the precision; then ELBO = log Z - Σ r_old E[log N] + log Σ_z. Both Σ r_old log N at the means and the
// curvature terms of the bound cancel, so they are never formed. Evaluated at x̂, where f is flat, rounding of
// the means counts only squared, and there is no cancellation of large squares.
double improve(SldsPosterior& posterior, const SldsModel& model, const Trial& trial, Progress& progress) {
  const Index L = model.latents(), T = trial.activity.cols();
  const Steps steps(model, trial);
  const Samples samples(model, trial);
  const Noise first = noiseOf(model.P0, "the covariance of the first state");
  GaussianChain chain{Matrix::Zero(L * L, T), Matrix::Zero(L * L, T), Matrix::Zero(L, T)};
  look(progress);
  samples.addTo(chain);
  look(progress);
  steps.addTo(chain, posterior.z.states);
  look(progress);
  chain.diagonal.col(0) += flat(first.precision);
  chain.linear.col(0) += first.precision * model.mu0;
  if (model.recurrent()) addTransitions(chain, model, posterior);
  look(progress);
  solveChain(chain, posterior.x, progress);
  const ChainMoments& x = posterior.x;
  const double spread = posterior.z.states.cwiseProduct(steps.spreads(x)).sum();
  look(progress);
  posterior.z = forwardBackward(chainOf(model, steps, x, progress));
  const double start = (first.whitener * (x.means.col(0) - model.mu0)).squaredNorm() + first.logNorm;
  return samples.logLikelihoodAt(x.means) - 0.5 * start +
         0.5 * (static_cast<double>(L * T) * kLog2Pi - x.logDet + spread) + posterior.z.logNormaliser;
}

double improveSwitches(SldsPosterior& posterior, const SldsModel& model, const Trial& trial,
                       Progress& progress) {
  posterior.z = forwardBackward(switchesGiven(posterior.x, model, trial, progress));
  return posterior.z.logNormaliser;
}

DiscreteChain switchesGiven(const ChainMoments& x, const SldsModel& model, const Trial& trial,
                            Progress& progress) {
  const Steps steps(model, trial);
  look(progress);
  return chainOf(model, steps, x, progress);
}

}  // namespace keyhole
