#include "core/fitting/switching/slds_smoother.h"

#include "core/common/memory.h"

#include <Eigen/Cholesky>

#include <algorithm>
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
  Steps(const SldsModel& model, const Trial& trial) : m_model(model), m_trial(trial) {
    const Index K = model.states(), L = model.latents();
    for (Matrix* all : {&m_arrival, &m_across, &m_departure}) all->resize(L * L, K);
    for (Index k = 0; k < K; ++k) {
      const auto place = static_cast<std::size_t>(k);
      m_noise.push_back(noiseOf(model.Q[place], "the dynamics noise of a state"));
      const Matrix &precision = m_noise.back().precision, &F = model.F[place];
      m_arrival.col(k) = flat(precision);
      m_across.col(k) = flat(precision * F);
      m_departure.col(k) = flat(F.transpose() * precision * F);
    }
  }

  // Σ_k r_k log N(x_t; F_k x_{t-1} + …, Q_k), up to a constant, into the chain.
  void addTo(GaussianChain& chain, const Matrix& states, const Progress& progress) const {
    inPieces(chain.linear.cols() - 1, progress, [&](Index t, Index n) {
      const auto r = states.middleCols(t + 1, n);
      chain.diagonal.middleCols(t + 1, n).noalias() += m_arrival * r;
      chain.diagonal.middleCols(t, n).noalias() += m_departure * r;
      chain.coupling.middleCols(t + 1, n).noalias() = m_across * r;
      for (Index k = 0; k < m_model.states(); ++k) {
        const auto place = static_cast<std::size_t>(k);
        const Matrix pull = m_noise[place].precision * drive(place, t + 1, n) * r.row(k).asDiagonal();
        chain.linear.middleCols(t + 1, n) += pull;
        chain.linear.middleCols(t, n).noalias() -= m_model.F[place].transpose() * pull;
      }
    });
  }

  // K x T, log N at the means; column 0 is 0.
  Matrix atMeans(const Matrix& means, const Progress& progress) const {
    Matrix logs = Matrix::Zero(m_model.states(), means.cols());
    inPieces(means.cols() - 1, progress, [&](Index t, Index n) {
      for (Index k = 0; k < m_model.states(); ++k) {
        const auto place = static_cast<std::size_t>(k);
        Matrix left = means.middleCols(t + 1, n) - drive(place, t + 1, n);
        left.noalias() -= m_model.F[place] * means.middleCols(t, n);
        const auto squares = (m_noise[place].whitener * left).colwise().squaredNorm().array();
        logs.row(k).segment(t + 1, n) = -0.5 * (squares + m_noise[place].logNorm);
      }
    });
    return logs;
  }

  // K x T, tr(Q_k⁻¹ Cov(x_t - F_k x_{t-1})): what the covariances of q(x) add; column 0 is 0.
  Matrix spreads(const ChainMoments& x, const Progress& progress) const {
    Matrix all = Matrix::Zero(m_model.states(), x.means.cols());
    inPieces(x.means.cols() - 1, progress, [&](Index t, Index n) {
      auto part = all.middleCols(t + 1, n);
      part.noalias() = m_arrival.transpose() * x.covariances.middleCols(t + 1, n);
      part.noalias() += m_departure.transpose() * x.covariances.middleCols(t, n);
      part.noalias() -= 2 * m_across.transpose() * x.lagged.middleCols(t + 1, n);
    });
    return all;
  }

 private:
  // V u + b of a state at the time points from t on: L x n.
  Matrix drive(std::size_t place, Index t, Index n) const {
    Matrix found = m_model.b[place].replicate(1, n);
    if (m_model.inputs() > 0) found.noalias() += m_model.V[place] * m_trial.input.middleCols(t, n);
    return found;
  }

  const SldsModel& m_model;
  const Trial& m_trial;
  std::vector<Noise> m_noise;
  Matrix m_arrival, m_across, m_departure;  // L² x K: Q⁻¹, Q⁻¹ F, Fᵀ Q⁻¹ F
};

// What the samples say.
class Samples {
 public:
  Samples(const SldsModel& model, const Trial& trial)
      : m_model(model), m_trial(trial), m_gaps(trial.activity.hasNaN()) {}

  void addTo(GaussianChain& chain, const Progress& progress) const {
    const Vector precision = m_model.R.cwiseInverse();
    const Matrix weighted = precision.asDiagonal() * m_model.C;
    const Vector all = flat(m_model.C.transpose() * weighted);
    Matrix each(m_gaps ? chain.diagonal.rows() : 0, m_model.neurons());
    for (Index i = 0; m_gaps && i < m_model.neurons(); ++i)
      each.col(i) = flat(m_model.C.row(i).transpose() * weighted.row(i));
    inPieces(chain.linear.cols(), progress, [&](Index t, Index n) {
      chain.linear.middleCols(t, n).noalias() += weighted.transpose() * residual(t, n);
      if (m_gaps)
        chain.diagonal.middleCols(t, n).noalias() += each * there(t, n);
      else
        chain.diagonal.middleCols(t, n).colwise() += all;
    });
  }

  double logLikelihoodAt(const Matrix& means, const Progress& progress) const {
    Vector squares = Vector::Zero(m_model.neurons()), count = squares;
    inPieces(means.cols(), progress, [&](Index t, Index n) {
      Matrix left = residual(t, n);
      left.noalias() -= m_model.C * means.middleCols(t, n);
      if (m_gaps) {
        const Matrix known = there(t, n);
        left = left.cwiseProduct(known);
        count += known.rowwise().sum();
      } else {
        count.array() += static_cast<double>(n);
      }
      squares += left.rowwise().squaredNorm();
    });
    return -0.5 *
           (m_model.R.cwiseInverse().dot(squares) + count.dot(Vector(m_model.R.array().log() + kLog2Pi)));
  }

 private:
  // Of n time points from t on, N x n: y - G u - c, 0 where missing,
  Matrix residual(Index t, Index n) const {
    Matrix left = m_trial.activity.middleCols(t, n).colwise() - m_model.c;
    if (m_model.inputs() > 0) left.noalias() -= m_model.G * m_trial.input.middleCols(t, n);
    if (m_gaps) left = m_trial.activity.middleCols(t, n).array().isNaN().select(0.0, left);
    return left;
  }
  // and 1 where there is a sample.
  Matrix there(Index t, Index n) const {
    return m_trial.activity.middleCols(t, n).array().isNaN().select(
        0.0, Eigen::ArrayXXd::Ones(m_model.neurons(), n));
  }

  const SldsModel& m_model;
  const Trial& m_trial;
  bool m_gaps;
};

// The quadratic bound of the recurrent transitions around the present means.
void addTransitions(GaussianChain& chain, const SldsModel& model, const SldsPosterior& posterior,
                    const Progress& progress) {
  const Index K = model.states();
  const Matrix curvature = transitionCurvature(model);
  const Vector flatCurvature = flat(curvature);
  inPieces(posterior.x.means.cols() - 1, progress, [&](Index first, Index n) {
    const auto means = posterior.x.means.middleCols(first, n);
    const auto r = posterior.z.states.middleCols(first, n);
    const Matrix logs = logTransitionsAt(model, posterior.x.means.middleCols(first, n + 1), progress);
    Matrix excess = posterior.z.states.middleCols(first + 1, n);  // minus what the transitions expect
    for (Index t = 0; t < n; ++t)
      for (Index j = 0; j < K; ++j)
        for (Index i = 0; i < K; ++i) excess(j, t) -= r(i, t) * std::exp(logs(i + K * j, t + 1));
    chain.diagonal.middleCols(first, n).colwise() += flatCurvature;
    chain.linear.middleCols(first, n).noalias() += model.W.transpose() * excess;
    chain.linear.middleCols(first, n).noalias() += curvature * means;
  });
}

// `spreads` of x, from the steps.
DiscreteChain chainOf(const SldsModel& model, const Steps& steps, const ChainMoments& x,
                      const Matrix& spreads, const Progress& progress) {
  DiscreteChain chain{model.logInitial, logTransitionsAt(model, x.means, progress), {}};
  chain.logLikelihoods = steps.atMeans(x.means, progress);
  chain.logLikelihoods -= 0.5 * spreads;
  return chain;
}

}  // namespace

Matrix logTransitionsAt(const SldsModel& model, ConstMatrixRef x, const Progress& progress) {
  const Index K = model.states(), T = model.recurrent() ? x.cols() : 1;
  Matrix scores = Matrix::Zero(K, T);
  if (model.recurrent()) scores.rightCols(T - 1).noalias() = model.W * x.leftCols(T - 1);
  if (model.w.size() > 0) scores.colwise() += model.w;
  Matrix logs = largeMatrix(K * K, T);
  Vector row(K);
  inPieces(
      T, progress,
      [&](Index first, Index n) {
        for (Index t = first; t < first + n; ++t)
          for (Index i = 0; i < K; ++i) {
            row = scores.col(t) + model.logTransition.row(i).transpose();
            const double sum = logSumExp(row.data(), K);
            for (Index j = 0; j < K; ++j) logs(i + K * j, t) = row(j) - sum;
          }
      },
      stepsBetweenLooks(K));
  return logs;
}

DiscretePosterior independentStates(const Matrix& states, const Progress& progress) {
  const Index K = states.rows(), T = states.cols();
  DiscretePosterior posterior{states, largeMatrix(K * K, T), 0};
  posterior.pairs.col(0).setZero();
  inPieces(T - 1, progress, [&](Index first, Index n) {
    for (Index t = first + 1; t <= first + n; ++t)
      for (Index j = 0; j < K; ++j)
        posterior.pairs.col(t).segment(K * j, K) = states(j, t) * states.col(t - 1);
  });
  return posterior;
}

// With f the (averaged, bounded) joint density, q(x) = f/Z and log Z = log f(x̂) + ½ LT log 2π - ½ log det of
// the precision; then ELBO = log Z - Σ r_old E[log N] + log Σ_z. Both Σ r_old log N at the means and the
// curvature terms of the bound cancel, so they are never formed. Evaluated at x̂, where f is flat, rounding of
// the means counts only squared, and there is no cancellation of large squares.
double improve(const SldsPosterior& before, const SldsModel& model, const Trial& trial, SldsPosterior& after,
               Progress& progress) {
  const Index L = model.latents(), T = trial.activity.cols();
  const Steps steps(model, trial);
  const Samples samples(model, trial);
  const Noise first = noiseOf(model.P0, "the covariance of the first state");
  progress.throwIfStopped();
  GaussianChain chain{std::move(after.x.covariances), std::move(after.x.lagged), Matrix::Zero(L, T)};
  chain.diagonal.resize(L * L, T);
  chain.coupling.resize(L * L, T);
  for (Matrix* each : {&chain.diagonal, &chain.coupling})
    preferLargePages(each->data(), static_cast<std::size_t>(each->size()) * sizeof(double));
  // The first touch of an array this size may take seconds, where the system makes room for large pages.
  constexpr Index kEntries = 1 << 20;
  inPieces(
      T, progress, [&](Index t, Index n) { chain.diagonal.middleCols(t, n).setZero(); },
      std::max<Index>(kEntries / (L * L), 1));
  samples.addTo(chain, progress);
  steps.addTo(chain, before.z.states, progress);
  chain.diagonal.col(0) += flat(first.precision);
  chain.linear.col(0) += first.precision * model.mu0;
  if (model.recurrent()) addTransitions(chain, model, before, progress);
  solveChain(std::move(chain), after.x, progress);
  const ChainMoments& x = after.x;
  const Matrix spreads = steps.spreads(x, progress);
  const double spread = before.z.states.cwiseProduct(spreads).sum();
  after.z = forwardBackward(chainOf(model, steps, x, spreads, progress), progress);
  const double start = (first.whitener * (x.means.col(0) - model.mu0)).squaredNorm() + first.logNorm;
  return samples.logLikelihoodAt(x.means, progress) - 0.5 * start +
         0.5 * (static_cast<double>(L * T) * kLog2Pi - x.logDet + spread) + after.z.logNormaliser;
}

double improve(SldsPosterior& posterior, const SldsModel& model, const Trial& trial, Progress& progress) {
  return improve(posterior, model, trial, posterior, progress);
}

double improveSwitches(SldsPosterior& posterior, const SldsModel& model, const Trial& trial,
                       Progress& progress) {
  posterior.z = forwardBackward(switchesGiven(posterior.x, model, trial, progress), progress);
  return posterior.z.logNormaliser;
}

DiscreteChain switchesGiven(const ChainMoments& x, const SldsModel& model, const Trial& trial,
                            Progress& progress) {
  const Steps steps(model, trial);
  return chainOf(model, steps, x, steps.spreads(x, progress), progress);
}

}  // namespace keyhole
