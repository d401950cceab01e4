#include "core/fitting/latent/lds_gaps.h"

#include "core/common/error.h"
#include "core/linalg/eigen.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace keyhole {
namespace {

// Steps from one look at the user's wishes to the next: each costs L³.
Index stepsBetweenLooks(Index L) {
  return std::clamp<Index>(256 * 1000 / (L * L * L), 1, 256);
}

// S with S Sᵀ = P for a positive semidefinite P.
Matrix squareRoot(const Matrix& P) {
  const Eigen::LDLT<Matrix> factor(P);
  Matrix root = factor.matrixL();
  root = factor.transpositionsP().transpose() * root;
  return root * factor.vectorD().cwiseMax(0.0).cwiseSqrt().asDiagonal();
}

}  // namespace

GapSmoother::GapSmoother(const LdsModel& model, const Trial& trial, ConstMatrixRef drive,
                         const Progress& progress)
    : m_model(model), m_trial(trial), m_driveInput(drive) {
  const Index T = trial.activity.cols(), N = model.neurons(), L = model.latents();
  m_there = largeMatrix(N, T);
  m_residual = largeMatrix(N, T);
  for (Matrix* each : {&m_drive, &m_weighted, &m_means, &m_ahead}) *each = largeMatrix(L, T);
  inPieces(T, progress, [&](Index t, Index n) {
    const auto Y = trial.activity.middleCols(t, n);
    m_there.middleCols(t, n) = Y.array().isNaN().select(0.0, Matrix::Ones(N, n));
    Matrix residual = Y.colwise() - model.c;
    m_drive.middleCols(t, n).colwise() = model.b;
    if (model.inputs() > 0) {
      residual.noalias() -= model.G * trial.input.middleCols(t, n);
      m_drive.middleCols(t, n).noalias() += model.V * m_driveInput.middleCols(t, n);
    }
    m_residual.middleCols(t, n) = (m_there.middleCols(t, n).array() > 0).select(residual, Matrix::Zero(N, n));
    m_weighted.middleCols(t, n).noalias() =
        model.C.transpose() * (model.R.cwiseInverse().asDiagonal() * m_residual.middleCols(t, n));
  });
}

double GapSmoother::filter(const Progress& progress) {
  const Index L = m_model.latents(), look = stepsBetweenLooks(L);
  for (Squares* each : {&m_predicted, &m_filtered, &m_information, &m_root, &m_update, &m_gain})
    *each = Squares(L, steps());
  m_logDet.resize(steps());
  const Vector weights = m_model.R.cwiseInverse();
  const Vector logs = (2 * std::numbers::pi * m_model.R.array()).log();
  Matrix predicted = m_model.P0;
  for (Index t = 0; t < steps(); ++t) {
    if (t % look == look - 1) progress.throwIfStopped();
    const Vector there = m_there.col(t);
    setStep(t, m_model.C.transpose() * weights.cwiseProduct(there).asDiagonal() * m_model.C, logs.dot(there),
            predicted);
    const auto filtered = m_filtered.at(t);
    predicted = symmetricPart(m_model.F * filtered * m_model.F.transpose() + m_model.Q);
    m_gain.at(t) = predicted.ldlt().solve(m_model.F * filtered).transpose();
    m_ahead.col(t) = m_model.mu0;
    if (t > 0) m_ahead.col(t) = m_model.F * m_means.col(t - 1) + m_drive.col(t);
    m_means.col(t) = m_ahead.col(t) + filtered * (m_weighted.col(t) - m_information.at(t) * m_ahead.col(t));
  }
  return logLikelihood(progress);
}

// P = S (I + Sᵀ J S)⁻¹ Sᵀ with P⁻ = S Sᵀ: also for a singular P⁻, and symmetric by itself. The update of
// the mean is S w with w = (I + Sᵀ J S)⁻¹ Sᵀ (Cᵀ R⁻¹ (y - …) - J m⁻).
void GapSmoother::setStep(Index t, const Matrix& information, double logNoise, const Matrix& predicted) {
  const Matrix S = squareRoot(predicted);
  const Eigen::LLT<Matrix> factor(Matrix::Identity(S.rows(), S.rows()) + S.transpose() * information * S);
  if (factor.info() != Eigen::Success || !predicted.allFinite())
    throw std::runtime_error("a covariance of the LDS is not positive semidefinite any more");
  const Matrix half = factor.matrixL().solve(S.transpose());
  m_predicted.at(t) = predicted;
  m_filtered.at(t) = half.transpose() * half;
  m_information.at(t) = information;
  m_root.at(t) = S;
  m_update.at(t) = factor.matrixU().solve(half);
  m_logDet(t) = logNoise + 2 * Matrix(factor.matrixLLT()).diagonal().array().log().sum();
}

// Σ log N(y_t; C m⁻, C P⁻ Cᵀ + R), with determinant and quadratic form in L dimensions. The form is the
// minimum over w of |y - C (m⁻ + S w)|² / R + |w|²: written so it has no cancellation, and an error of w
// counts only squared, so that noise variances near 0 do no harm.
double GapSmoother::logLikelihood(const Progress& progress) {
  Vector squares = Vector::Zero(m_model.neurons());
  double sum = 0;
  inPieces(steps(), progress, [&](Index first, Index count) {
    Matrix state(m_model.latents(), count);
    for (Index i = 0; i < count; ++i) {
      const Index t = first + i;
      const Vector w = m_update.at(t) * (m_weighted.col(t) - m_information.at(t) * m_ahead.col(t));
      state.col(i) = m_ahead.col(t) + m_root.at(t) * w;
      sum += w.squaredNorm() + m_logDet(t);
    }
    const Matrix left = (m_there.middleCols(first, count).array() > 0)
                            .select(m_residual.middleCols(first, count) - m_model.C * state,
                                    Matrix::Zero(m_there.rows(), count));
    squares += left.rowwise().squaredNorm();
  });
  return -0.5 * (m_model.R.cwiseInverse().dot(squares) + sum);
}

void GapSmoother::smooth(LdsExpectations& sums, std::size_t trial, const Progress& progress) {
  smoothMeans(progress);
  smoothCovariances(sums, progress);
  addMeans(sums, trial, progress);
}

void GapSmoother::smoothMeans(const Progress& progress) {
  const Index look = stepsBetweenLooks(m_model.latents());
  for (Index t = steps() - 2; t >= 0; --t) {
    if (t % look == look - 1) progress.throwIfStopped();
    m_means.col(t) += m_gain.at(t) * (m_means.col(t + 1) - m_ahead.col(t + 1));
  }
}

// Adds Σ Cov(x_t) and Σ Cov(x_{t+1}, x_t).
void GapSmoother::smoothCovariances(LdsExpectations& sums, const Progress& progress) const {
  const Index L = m_model.latents(), look = stepsBetweenLooks(L);
  const auto addToChannels = [&](const Matrix& covariance, Index t) {
    for (Index i = 0; i < m_model.neurons(); ++i)
      if (m_there(i, t) > 0) sums.covariances[static_cast<std::size_t>(i)] += covariance;
  };
  Matrix now = m_filtered.at(steps() - 1);
  const Matrix last = now;
  Matrix total = now, lagged = Matrix::Zero(L, L);
  addToChannels(now, steps() - 1);
  for (Index t = steps() - 2; t >= 0; --t) {
    if (t % look == look - 1) progress.throwIfStopped();
    const auto gain = m_gain.at(t);
    const Matrix next = now;
    lagged += next * gain.transpose();
    now = symmetricPart(m_filtered.at(t) + gain * (next - m_predicted.at(t + 1)) * gain.transpose());
    total += now;
    addToChannels(now, t);
  }
  sums.ZZ.topLeftCorner(L, L) += total - last;
  sums.XX += total - now;
  sums.XZ.leftCols(L) += lagged;
  sums.firstCovariances += now;
}

void GapSmoother::addMeans(LdsExpectations& sums, std::size_t trial, const Progress& progress) {
  const Index L = m_model.latents(), m = m_model.inputs();
  inPieces(steps() - 1, progress, [&](Index t, Index n) {
    Matrix Z(L + m + 1, n);
    Z.topRows(L) = m_means.middleCols(t, n);
    if (m > 0) Z.middleRows(L, m) = m_driveInput.middleCols(t + 1, n);
    Z.bottomRows(1).setOnes();
    const auto X = m_means.middleCols(t + 1, n);
    sums.ZZ.leftCols(L).noalias() += Z * Z.topRows(L).transpose();
    sums.ZZ.topRightCorner(L, m + 1).noalias() += Z.topRows(L) * Z.bottomRows(m + 1).transpose();
    sums.XZ.noalias() += X * Z.transpose();
    sums.XX.noalias() += X * X.transpose();
  });
  sums.firstMeans.col(static_cast<Index>(trial)) = m_means.col(0);
  sums.means[trial] = std::move(m_means);
}

}  // namespace keyhole
