#include "core/fitting/latent/lds_chart.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr double kMostOfRoot = 0.7;  // of a step: the change of S and T, in themselves
constexpr double kMostOfLog = 2;     // and of log R

Matrix rootOf(const Matrix& covariance) {
  const Eigen::LLT<Matrix> factor(covariance);
  if (factor.info() != Eigen::Success) throw std::runtime_error("a covariance of the LDS is singular");
  return factor.matrixL();
}

Index triangle(Index L) {
  return L * (L + 1) / 2;
}

// Lower triangles as columns, column by column.
Vector packed(const Matrix& A) {
  Vector v(triangle(A.rows()));
  Index at = 0;
  for (Index j = 0; j < A.cols(); ++j)
    for (Index i = j; i < A.rows(); ++i) v(at++) = A(i, j);
  return v;
}

template <class Column>
Matrix unpacked(const Column& v, Index L) {
  Matrix A = Matrix::Zero(L, L);
  Index at = 0;
  for (Index j = 0; j < L; ++j)
    for (Index i = j; i < L; ++i) A(i, j) = v(at++);
  return A;
}

Matrix lower(const Matrix& A) {
  return A.triangularView<Eigen::Lower>();
}

// Of -n/2 log|S Sᵀ| - ½ tr((S Sᵀ)⁻¹ M), by S.
Matrix rootGradient(const Matrix& S, const Matrix& M, double n) {
  const auto L = S.triangularView<Eigen::Lower>();
  Matrix white = L.solve(M);
  white = L.solve(white.transpose().eval()).eval();
  white.diagonal().array() -= n;
  const Matrix byE = lower(white);
  return lower(S.transpose().triangularView<Eigen::Upper>().solve(byE));
}

// The inverse of its information, n (2 E_ii² + Σ_{i>j} E_ij²) for dS = S E.
Matrix rootStep(const Matrix& S, const Matrix& v, double n) {
  Matrix E = lower(S.transpose() * v) / n;
  E.diagonal() /= 2;
  return S * E;
}

}  // namespace

void LdsChart::setPlaces() {
  const Index L = m_model.latents(), N = m_model.neurons(), m = m_model.inputs();
  m_regressors = L + m + (m_kind.bias ? 1 : 0);
  m_at.W = 0;
  m_at.S = L * m_regressors;
  m_at.weights = m_at.S + triangle(L);
  m_at.R = m_at.weights + N * (L + m_extras);
  m_at.mu = m_at.R + (m_kind.emissionNoise == LdsEmissionNoise::isotropic ? 1 : N);
  m_at.T = m_at.mu + L;
  m_at.end = m_at.T + (m_first == LdsFirstState::estimated ? triangle(L) : 0);
  m_gradient.setZero(m_at.end);
}

const Vector& LdsChart::gradientAt(const LdsModel& model, const LdsExpectations& sums,
                                   const LdsEmissionSteps& emissions) {
  m_model = model;
  m_extras = emissions.extras();
  setPlaces();
  setDynamics(sums);
  setEmissions(emissions);
  setFirstState(sums);
  return m_gradient;
}

void LdsChart::setDynamics(const LdsExpectations& sums) {
  const Index L = m_model.latents(), p = m_regressors;
  m_transitions = static_cast<double>(sums.transitions);
  m_S = rootOf(m_model.Q);
  Matrix W(L, L + m_model.inputs() + 1);
  W << m_model.F, m_model.V, m_model.b;
  W.conservativeResize(L, p);
  const Matrix ZZ = sums.ZZ.topLeftCorner(p, p), XZ = sums.XZ.leftCols(p);
  m_moments.compute(ZZ);
  const Matrix rest = XZ - W * ZZ;
  const auto S = m_S.triangularView<Eigen::Lower>();
  Matrix byW = S.solve(rest);
  byW = m_S.transpose().triangularView<Eigen::Upper>().solve(byW).eval();
  m_gradient.segment(m_at.W, L * p) = byW.reshaped();
  // Σ E[(x - W z)(x - W z)ᵀ]
  const Matrix moment = sums.XX - W * XZ.transpose() - rest * W.transpose();
  m_gradient.segment(m_at.S, triangle(L)) =
      packed(rootGradient(m_S, 0.5 * (moment + moment.transpose()), m_transitions));
}

void LdsChart::setEmissions(const LdsEmissionSteps& emissions) {
  const Index L = m_model.latents(), N = m_model.neurons(), width = L + m_extras;
  const bool one = m_kind.emissionNoise == LdsEmissionNoise::isotropic;
  const Index variances = one ? 1 : N;
  m_channels.clear();
  m_counts.setZero(variances);
  m_held.assign(static_cast<std::size_t>(variances), false);
  Vector weights(width), byR = Vector::Zero(variances);
  for (Index i = 0; i < N; ++i) {
    const auto& channel = emissions.channel(i);
    const Matrix& moments = emissions.momentOf(i);
    if (i == 0 || &moments != &emissions.momentOf(i - 1)) m_channels.emplace_back(moments);
    weights.head(L) = m_model.C.row(i).transpose();
    if (m_extras > 1) weights.segment(L, m_extras - 1) = m_model.G.row(i).transpose();
    weights(width - 1) = m_model.c(i);
    const Vector left = channel.r - moments * weights;
    m_gradient.segment(m_at.weights + i * width, width) = left / m_model.R(i);
    const double squares = channel.yy - weights.dot(channel.r + left);
    byR(one ? 0 : i) += 0.5 * (squares / m_model.R(i) - channel.count);
    m_counts(one ? 0 : i) += channel.count;
  }
  for (Index i = 0; i < variances; ++i) {
    const double floor = one ? m_floors.maxCoeff() : m_floors(i);
    const bool held = m_counts(i) < 1 || (byR(i) <= 0 && m_model.R(i) <= floor * (1 + 1e-12));
    m_held[static_cast<std::size_t>(i)] = held;
    m_gradient(m_at.R + i) = held ? 0.0 : byR(i);
  }
}

void LdsChart::setFirstState(const LdsExpectations& sums) {
  const Index L = m_model.latents();
  m_trials = static_cast<double>(sums.firstMeans.cols());
  m_T = rootOf(m_model.P0);
  const auto T = m_T.triangularView<Eigen::Lower>();
  const Matrix spread = sums.firstMeans.colwise() - m_model.mu0;
  const Vector pull = T.solve(Vector(spread.rowwise().sum()));
  m_gradient.segment(m_at.mu, L) = m_T.transpose().triangularView<Eigen::Upper>().solve(pull);
  // P0⁻¹ (n P0 - Σ V) P0⁻¹, V the posterior covariance.
  Matrix white = T.solve(sums.firstCovariances);
  white = m_trials * Matrix::Identity(L, L) - T.solve(white.transpose().eval());
  white = 0.5 * (white + white.transpose()).eval();
  white.diagonal().array() += 1e-12 * m_trials;
  m_firstInformation = white;
  if (m_first != LdsFirstState::estimated) return;
  const Matrix moment = sums.firstCovariances + spread * spread.transpose();
  m_gradient.segment(m_at.T, triangle(L)) = packed(rootGradient(m_T, moment, m_trials));
}

Vector LdsChart::preconditioned(const Vector& v) const {
  const Index L = m_model.latents(), p = m_regressors, width = L + m_extras;
  Vector step(size());
  const Matrix byW = v.segment(m_at.W, L * p).reshaped(L, p);
  const Matrix Q = m_S * m_S.transpose();
  step.segment(m_at.W, L * p) = (Q * m_moments.solve(byW.transpose()).transpose()).reshaped();
  step.segment(m_at.S, triangle(L)) =
      packed(rootStep(m_S, unpacked(v.segment(m_at.S, triangle(L)), L), m_transitions));
  for (Index i = 0; i < m_model.neurons(); ++i) {
    const auto& factor = m_channels[m_channels.size() > 1 ? static_cast<std::size_t>(i) : 0];
    step.segment(m_at.weights + i * width, width) =
        m_model.R(i) * factor.solve(v.segment(m_at.weights + i * width, width));
  }
  for (Index i = 0; i < m_counts.size(); ++i)
    step(m_at.R + i) =
        m_held[static_cast<std::size_t>(i)] ? 0.0 : v(m_at.R + i) * 2 / std::max(m_counts(i), 1.0);
  const auto T = m_T.triangularView<Eigen::Lower>();
  const Vector whitened = m_T.transpose() * v.segment(m_at.mu, L);
  step.segment(m_at.mu, L) = T * m_firstInformation.ldlt().solve(whitened);
  if (m_first == LdsFirstState::estimated)
    step.segment(m_at.T, triangle(L)) =
        packed(rootStep(m_T, unpacked(v.segment(m_at.T, triangle(L)), L), m_trials));
  return step;
}

double LdsChart::allowedShare(const Vector& step) const {
  const Index L = m_model.latents();
  const auto share = [](double size, double most) { return size > most ? most / size : 1.0; };
  const auto ofRoot = [&](const Matrix& root, Index at) {
    const Matrix change =
        root.triangularView<Eigen::Lower>().solve(unpacked(step.segment(at, triangle(L)), L));
    return share(change.cwiseAbs().maxCoeff(), kMostOfRoot);
  };
  double all = ofRoot(m_S, m_at.S);
  if (m_first == LdsFirstState::estimated) all = std::min(all, ofRoot(m_T, m_at.T));
  return std::min(all, share(step.segment(m_at.R, m_counts.size()).cwiseAbs().maxCoeff(), kMostOfLog));
}

LdsModel LdsChart::moved(Vector& step) const {
  const Index L = m_model.latents(), m = m_model.inputs(), N = m_model.neurons(), width = L + m_extras;
  step *= allowedShare(step);
  LdsModel next = m_model;
  const auto W = step.segment(m_at.W, L * m_regressors).reshaped(L, m_regressors);
  next.F += W.leftCols(L);
  next.V += W.middleCols(L, m);
  if (m_kind.bias) next.b += W.rightCols(1);
  const Matrix S = m_S + unpacked(step.segment(m_at.S, triangle(L)), L);
  next.Q = raisedNoise(S * S.transpose(), m_leastNoise, LdsDynamicsNoise::full);
  for (Index i = 0; i < N; ++i) {
    const auto weights = step.segment(m_at.weights + i * width, width);
    next.C.row(i) += weights.head(L).transpose();
    if (m_extras > 1) next.G.row(i) += weights.segment(L, m_extras - 1).transpose();
    next.c(i) += weights(width - 1);
  }
  const bool one = m_kind.emissionNoise == LdsEmissionNoise::isotropic;
  for (Index i = 0; i < m_counts.size(); ++i) {
    const double floor = one ? m_floors.maxCoeff() : m_floors(i);
    const double raised = std::max(m_model.R(i) * std::exp(step(m_at.R + i)), floor);
    step(m_at.R + i) = std::log(raised / m_model.R(i));
    if (one)
      next.R.setConstant(raised);
    else
      next.R(i) = raised;
  }
  next.mu0 += step.segment(m_at.mu, L);
  if (m_first == LdsFirstState::estimated) {
    const Matrix T = m_T + unpacked(step.segment(m_at.T, triangle(L)), L);
    next.P0 = T * T.transpose();
  }
  return next;
}

}  // namespace keyhole
