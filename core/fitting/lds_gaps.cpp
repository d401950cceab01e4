#include "core/fitting/lds_gaps.h"

#include "core/common/error.h"

#include <Eigen/Cholesky>

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr Index kLook = 256;  // steps from one look at the user's wishes to the next

Matrix symmetric(const Matrix& A) {
  return 0.5 * (A + A.transpose());
}

// S with S Sᵀ = P for a positive semidefinite P.
Matrix squareRoot(const Matrix& P) {
  const Eigen::LDLT<Matrix> factor(P);
  Matrix root = factor.matrixL();
  root = factor.transpositionsP().transpose() * root;
  return root * factor.vectorD().cwiseMax(0.0).cwiseSqrt().asDiagonal();
}

}  // namespace

GapSmoother::GapSmoother(const LdsModel& model, const Trial& trial, ConstMatrixRef drive)
    : m_model(model), m_trial(trial), m_driveInput(drive) {
  const Index T = trial.activity.cols(), N = model.neurons();
  m_there = trial.activity.array().isNaN().select(0.0, Eigen::ArrayXXd::Ones(N, T));
  m_residual = trial.activity.colwise() - model.c;
  m_drive = model.b.replicate(1, T);
  if (model.inputs() > 0) {
    m_residual.noalias() -= model.G * trial.input;
    m_drive.noalias() += model.V * m_driveInput;
  }
  m_residual = (m_there > 0).select(m_residual, Matrix::Zero(N, T));
  m_weighted = model.C.transpose() * model.R.cwiseInverse().asDiagonal() * m_residual;
  m_means.resize(model.latents(), T);
  m_ahead.resize(model.latents(), T);
}

double GapSmoother::filter(Progress& progress) {
  const Vector weights = m_model.R.cwiseInverse();
  const Vector logs = (2 * std::numbers::pi * m_model.R.array()).log();
  Matrix predicted = m_model.P0;
  for (Index t = 0; t < steps(); ++t) {
    if (t % kLook == kLook - 1) progress.throwIfStopped();
    const Vector there = m_there.col(t);
    addStep(m_model.C.transpose() * weights.cwiseProduct(there).asDiagonal() * m_model.C, logs.dot(there),
            predicted);
    Step& step = m_steps.back();
    predicted = symmetric(m_model.F * step.filtered * m_model.F.transpose() + m_model.Q);
    step.gain = predicted.ldlt().solve(m_model.F * step.filtered).transpose();
    m_ahead.col(t) = m_model.mu0;
    if (t > 0) m_ahead.col(t) = m_model.F * m_means.col(t - 1) + m_drive.col(t);
    m_means.col(t) = m_ahead.col(t) + step.filtered * (m_weighted.col(t) - step.information * m_ahead.col(t));
  }
  return logLikelihood();
}

// P = S (I + Sᵀ J S)⁻¹ Sᵀ with P⁻ = S Sᵀ: also for a singular P⁻, and symmetric by itself. The update of
// the mean is S w with w = (I + Sᵀ J S)⁻¹ Sᵀ (Cᵀ R⁻¹ (y - …) - J m⁻).
void GapSmoother::addStep(const Matrix& information, double logNoise, const Matrix& predicted) {
  const Matrix S = squareRoot(predicted);
  const Eigen::LLT<Matrix> factor(Matrix::Identity(S.rows(), S.rows()) + S.transpose() * information * S);
  if (factor.info() != Eigen::Success || !predicted.allFinite())
    throw std::runtime_error("a covariance of the LDS is not positive semidefinite any more");
  const Matrix half = factor.matrixL().solve(S.transpose());
  m_steps.push_back({predicted,
                     half.transpose() * half,
                     information,
                     S,
                     factor.matrixU().solve(half),
                     {},
                     logNoise + 2 * Matrix(factor.matrixLLT()).diagonal().array().log().sum()});
}

// Σ log N(y_t; C m⁻, C P⁻ Cᵀ + R), with determinant and quadratic form in L dimensions. The form is the
// minimum over w of |y - C (m⁻ + S w)|² / R + |w|²: written so it has no cancellation, and an error of w
// counts only squared, so that noise variances near 0 do no harm.
double GapSmoother::logLikelihood() {
  Matrix state(m_model.latents(), steps());
  double sum = 0;
  for (Index t = 0; t < steps(); ++t) {
    const Step& step = m_steps[static_cast<std::size_t>(t)];
    const Vector w = step.update * (m_weighted.col(t) - step.information * m_ahead.col(t));
    state.col(t) = m_ahead.col(t) + step.root * w;
    sum += w.squaredNorm() + step.logDet;
  }
  const Matrix left =
      (m_there > 0).select(m_residual - m_model.C * state, Matrix::Zero(m_there.rows(), steps()));
  return -0.5 * (m_model.R.cwiseInverse().dot(left.rowwise().squaredNorm()) + sum);
}

void GapSmoother::smooth(LdsExpectations& sums, std::size_t trial, Progress& progress) {
  smoothMeans();
  smoothCovariances(sums, progress);
  addMeans(sums, trial);
}

void GapSmoother::smoothMeans() {
  for (Index t = steps() - 2; t >= 0; --t)
    m_means.col(t) += m_steps[static_cast<std::size_t>(t)].gain * (m_means.col(t + 1) - m_ahead.col(t + 1));
}

// Adds Σ Cov(x_t) and Σ Cov(x_{t+1}, x_t).
void GapSmoother::smoothCovariances(LdsExpectations& sums, Progress& progress) const {
  const Index L = m_model.latents();
  const auto addToChannels = [&](const Matrix& covariance, Index t) {
    for (Index i = 0; i < m_model.neurons(); ++i)
      if (m_there(i, t) > 0) sums.covariances[static_cast<std::size_t>(i)] += covariance;
  };
  Matrix now = m_steps.back().filtered;
  const Matrix last = now;
  Matrix total = now, lagged = Matrix::Zero(L, L);
  addToChannels(now, steps() - 1);
  for (Index t = steps() - 2; t >= 0; --t) {
    if (t % kLook == kLook - 1) progress.throwIfStopped();
    const auto at = static_cast<std::size_t>(t);
    const Matrix& gain = m_steps[at].gain;
    const Matrix next = now;
    lagged += next * gain.transpose();
    now = symmetric(m_steps[at].filtered + gain * (next - m_steps[at + 1].predicted) * gain.transpose());
    total += now;
    addToChannels(now, t);
  }
  sums.ZZ.topLeftCorner(L, L) += total - last;
  sums.XX += total - now;
  sums.XZ.leftCols(L) += lagged;
  sums.firstCovariances += now;
}

void GapSmoother::addMeans(LdsExpectations& sums, std::size_t trial) {
  const Index T = steps(), L = m_model.latents(), m = m_model.inputs();
  Matrix Z(L + m + 1, T - 1);
  Z.topRows(L) = m_means.leftCols(T - 1);
  if (m > 0) Z.middleRows(L, m) = m_driveInput.rightCols(T - 1);
  Z.bottomRows(1).setOnes();
  const auto X = m_means.rightCols(T - 1);
  sums.ZZ.leftCols(L).noalias() += Z * Z.topRows(L).transpose();
  sums.ZZ.topRightCorner(L, m + 1).noalias() += Z.topRows(L) * Z.bottomRows(m + 1).transpose();
  sums.XZ.noalias() += X * Z.transpose();
  sums.XX.noalias() += X * X.transpose();
  sums.firstMeans.col(static_cast<Index>(trial)) = m_means.col(0);
  sums.means[trial] = std::move(m_means);
}

}  // namespace keyhole
