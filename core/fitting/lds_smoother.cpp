#include "core/fitting/lds_smoother.h"

#include <Eigen/Cholesky>

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace keyhole {
namespace {

// Two covariances are one if no entry differs by more than this part of the largest: a few roundings.
constexpr double kStandsStill = 1e-14;

bool standsStill(const Matrix& now, const Matrix& before) {
  return (now - before).cwiseAbs().maxCoeff() <= kStandsStill * now.cwiseAbs().maxCoeff();
}

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

// What the samples of one time step say: Cᵀ R⁻¹ C and the logarithm of det(2π R), of the channels that are
// there.
struct Information {
  Matrix J;
  double logNoise = 0;
};

Information informationOf(const LdsModel& model, const Eigen::Array<bool, Eigen::Dynamic, 1>* there) {
  Information info;
  const Index N = model.neurons();
  Vector weights = model.R.cwiseInverse();
  for (Index i = 0; i < N; ++i) {
    if (there && !(*there)(i))
      weights(i) = 0;
    else
      info.logNoise += std::log(2 * std::numbers::pi * model.R(i));
  }
  info.J = model.C.transpose() * weights.asDiagonal() * model.C;
  return info;
}

// X.col(t) = A X.col(t ∓ 1) + X.col(t) along the columns from … to (either direction), in place.
template <int L>
void recurseFixed(const Matrix& A, Matrix& X, Index from, Index to, Index step) {
  using Column = Eigen::Matrix<double, L, 1>;
  const Eigen::Matrix<double, L, L> fixed = A;
  const Index n = X.rows();
  Column state = Eigen::Map<const Column>(X.data() + (from - step) * n, n);
  for (Index t = from; t != to; t += step) {
    Eigen::Map<Column> column(X.data() + t * n, n);
    state = (fixed * state).eval() + column;
    column = state;
  }
}

void recurse(const Matrix& A, Matrix& X, Index from, Index to, Index step) {
  if (from == to) return;
  switch (A.rows()) {
    case 1:
      return recurseFixed<1>(A, X, from, to, step);
    case 2:
      return recurseFixed<2>(A, X, from, to, step);
    case 3:
      return recurseFixed<3>(A, X, from, to, step);
    case 4:
      return recurseFixed<4>(A, X, from, to, step);
    case 5:
      return recurseFixed<5>(A, X, from, to, step);
    case 6:
      return recurseFixed<6>(A, X, from, to, step);
    case 8:
      return recurseFixed<8>(A, X, from, to, step);
    default:
      return recurseFixed<Eigen::Dynamic>(A, X, from, to, step);
  }
}

class TrialSmoother {
 public:
  TrialSmoother(const LdsModel& model, const Trial& trial) : m_model(model), m_trial(trial) {
    const Index T = trial.activity.cols(), L = model.latents();
    m_there = trial.activity.array().isNaN().select(0.0, Eigen::ArrayXXd::Ones(model.neurons(), T));
    m_complete = (m_there > 0).all();
    m_residual = trial.activity.colwise() - model.c;
    m_drive = model.b.replicate(1, T);
    if (model.inputs() > 0) {
      m_residual.noalias() -= model.G * trial.input;
      m_drive.noalias() += model.V * trial.input;
    }
    if (!m_complete) m_residual = (m_there > 0).select(m_residual, Matrix::Zero(model.neurons(), T));
    m_weighted = model.C.transpose() * model.R.cwiseInverse().asDiagonal() * m_residual;
    m_means.resize(L, T);
  }

  void run(LdsExpectations& sums, Progress& progress) {
    filterCovariances(progress);
    filterMeans();
    sums.logLikelihood += logLikelihood();
    smoothMeans();
    smoothCovariances(sums);
    addMeans(sums);
  }

  double filterOnly() {
    filterCovariances(noProgress());
    filterMeans();
    return logLikelihood();
  }

 private:
  Index steps() const { return m_trial.activity.cols(); }
  // Where what belongs to step t is kept: all steps from m_steady on share one place.
  std::size_t at(Index t) const { return static_cast<std::size_t>(std::min(t, m_steady)); }

  void filterCovariances(Progress& progress) {
    Information info = m_complete ? informationOf(m_model, nullptr) : Information();
    Matrix predicted = m_model.P0;
    m_steady = steps();  // until proved otherwise
    for (Index t = 0; t < steps(); ++t) {
      if (t % 256 == 0) progress.report(0, "smoothing");
      if (!m_complete) {
        const Eigen::Array<bool, Eigen::Dynamic, 1> there = m_there.col(t) > 0;
        info = informationOf(m_model, &there);
      }
      addStep(info, predicted);
      const Matrix& filtered = m_filtered.back();
      predicted = symmetric(m_model.F * filtered * m_model.F.transpose() + m_model.Q);
      const bool settled = m_complete && t > 0 && standsStill(filtered, m_filtered[m_filtered.size() - 2]) &&
                           standsStill(predicted, m_predicted.back());
      if (!settled) continue;
      m_steady = t;
      break;
    }
    for (std::size_t i = 0; i < m_filtered.size(); ++i) {
      const Matrix& next = i + 1 < m_filtered.size() ? m_predicted[i + 1] : predicted;
      m_gain.push_back(next.ldlt().solve(m_model.F * m_filtered[i]).transpose());
    }
  }

  // P = S (I + Sᵀ J S)⁻¹ Sᵀ with P⁻ = S Sᵀ: also for a singular P⁻, and symmetric by itself. The update of
  // the mean is S w with w = (I + Sᵀ J S)⁻¹ Sᵀ (Cᵀ R⁻¹ (y - …) - J m⁻).
  void addStep(const Information& info, const Matrix& predicted) {
    const Matrix S = squareRoot(predicted);
    const Eigen::LLT<Matrix> factor(Matrix::Identity(S.rows(), S.rows()) + S.transpose() * info.J * S);
    if (factor.info() != Eigen::Success || !predicted.allFinite())
      throw std::runtime_error("a covariance of the LDS is not positive semidefinite any more");
    const Matrix half = factor.matrixL().solve(S.transpose());
    m_predicted.push_back(predicted);
    m_filtered.push_back(half.transpose() * half);
    m_root.push_back(S);
    m_update.push_back(factor.matrixU().solve(half));
    m_information.push_back(info.J);
    m_logDet.push_back(info.logNoise + 2 * Matrix(factor.matrixLLT()).diagonal().array().log().sum());
  }

  void filterMeans() {
    const Index T = steps(), transient = std::min(m_steady + 1, T);
    Vector predicted = m_model.mu0;
    for (Index t = 0; t < transient; ++t) {
      if (t > 0) predicted = m_model.F * m_means.col(t - 1) + m_drive.col(t);
      m_means.col(t) = predicted + m_filtered[at(t)] * (m_weighted.col(t) - m_information[at(t)] * predicted);
    }
    if (transient == T) return;
    const Matrix& P = m_filtered.back();
    const Matrix keep = Matrix::Identity(P.rows(), P.rows()) - P * m_information.back();
    const Index rest = T - transient;
    m_means.rightCols(rest).noalias() = keep * m_drive.rightCols(rest);
    m_means.rightCols(rest).noalias() += P * m_weighted.rightCols(rest);
    recurse(keep * m_model.F, m_means, transient, T, 1);
  }

  // Σ log N(y_t; C m⁻, C P⁻ Cᵀ + R), with determinant and quadratic form in L dimensions. The form is the
  // minimum over w of |y - C (m⁻ + S w)|² / R + |w|²: written so it has no cancellation, and an error of w
  // counts only squared, so that noise variances near 0 do no harm. Needs the filtered means.
  double logLikelihood() const {
    const Index T = steps(), transient = std::min(m_steady, T);
    Matrix state(m_model.latents(), T);
    state.col(0) = m_model.mu0;
    state.rightCols(T - 1).noalias() = m_model.F * m_means.leftCols(T - 1);
    state.rightCols(T - 1) += m_drive.rightCols(T - 1);
    Matrix w(state.rows(), T);
    for (Index t = 0; t < transient; ++t) {
      w.col(t) = m_update[at(t)] * (m_weighted.col(t) - m_information[at(t)] * state.col(t));
      state.col(t) += m_root[at(t)] * w.col(t);
    }
    if (const Index rest = T - transient; rest > 0) {
      w.rightCols(rest) =
          m_update.back() * (m_weighted.rightCols(rest) - m_information.back() * state.rightCols(rest));
      state.rightCols(rest) += m_root.back() * w.rightCols(rest);
    }
    Matrix left = m_residual - m_model.C * state;
    if (!m_complete) left = (m_there > 0).select(left, Matrix::Zero(left.rows(), T));
    double logDet = 0;
    for (const double one : m_logDet) logDet += one;
    logDet += m_logDet.back() * static_cast<double>(T - static_cast<Index>(m_logDet.size()));
    return -0.5 * (m_model.R.cwiseInverse().dot(left.rowwise().squaredNorm()) + w.squaredNorm() + logDet);
  }

  void smoothMeans() {
    const Index T = steps(), first = std::min(m_steady, T - 1);
    // x̂_t = Gs x̂_{t+1} + (I - Gs F) m_t - Gs d_{t+1}
    if (first < T - 1) {
      const Matrix& gain = m_gain.back();
      const Index n = T - 1 - first;
      Matrix change = gain * m_model.F;
      m_means.middleCols(first, n) -=
          (change * m_means.middleCols(first, n) + gain * m_drive.middleCols(first + 1, n)).eval();
      recurse(gain, m_means, T - 2, first - 1, -1);
    }
    for (Index t = first - 1; t >= 0; --t) {
      const Vector predicted = m_model.F * m_means.col(t) + m_drive.col(t + 1);
      m_means.col(t) += m_gain[at(t)] * (m_means.col(t + 1) - predicted);
    }
  }

  // Adds Σ Cov(x_t) and Σ Cov(x_{t+1}, x_t).
  void smoothCovariances(LdsExpectations& sums) {
    const Index T = steps(), L = m_model.latents();
    Matrix now = m_filtered[at(T - 1)];
    const Matrix last = now;
    Matrix total = now, lagged = Matrix::Zero(L, L);
    addToChannels(sums, now, T - 1);
    for (Index t = T - 2; t >= 0; --t) {
      const Matrix& gain = m_gain[at(t)];
      const Matrix next = now;
      lagged += next * gain.transpose();
      now = symmetric(m_filtered[at(t)] + gain * (next - m_predicted[at(t + 1)]) * gain.transpose());
      total += now;
      addToChannels(sums, now, t);
      // Between the two transients nothing changes: as many equal terms at once.
      if (m_complete && t > m_steady + 1 && standsStill(now, next)) {
        const auto equal = static_cast<double>(t - m_steady - 1);
        total += equal * now;
        if (sums.perChannel)
          for (Matrix& channel : sums.covariances) channel += equal * now;
        lagged += equal * (now * gain.transpose());
        t = m_steady + 1;
      }
    }
    sums.ZZ.topLeftCorner(L, L) += total - last;
    sums.XX += total - now;
    sums.XZ.leftCols(L) += lagged;
    sums.firstCovariances += now;
    if (!sums.perChannel) sums.covariances.front() += total;
  }

  void addToChannels(LdsExpectations& sums, const Matrix& covariance, Index t) const {
    if (!sums.perChannel) return;
    for (Index i = 0; i < m_model.neurons(); ++i)
      if (m_there(i, t) > 0) sums.covariances[static_cast<std::size_t>(i)] += covariance;
  }

  void addMeans(LdsExpectations& sums) {
    const Index T = steps(), L = m_model.latents(), m = m_model.inputs();
    Matrix Z(L + m + 1, T - 1);
    Z.topRows(L) = m_means.leftCols(T - 1);
    if (m > 0) Z.middleRows(L, m) = m_trial.input.rightCols(T - 1);
    Z.bottomRows(1).setOnes();
    const auto X = m_means.rightCols(T - 1);
    sums.ZZ.noalias() += Z * Z.transpose();
    sums.XZ.noalias() += X * Z.transpose();
    sums.XX.noalias() += X * X.transpose();
    sums.transitions += T - 1;
    sums.firstMeans.conservativeResize(L, sums.firstMeans.cols() + 1);
    sums.firstMeans.rightCols(1) = m_means.col(0);
    sums.means.push_back(std::move(m_means));
  }

  const LdsModel& m_model;
  const Trial& m_trial;
  Eigen::ArrayXXd m_there;  // N x T, 1 where there is a sample
  bool m_complete = true;
  Matrix m_residual;  // N x T, y - G u - c, 0 where missing
  Matrix m_drive;     // L x T, V u + b
  Matrix m_weighted;  // L x T, Cᵀ R⁻¹ (y - G u - c)
  Matrix m_means;     // L x T, filtered, then smoothed
  // Of steps 0 … m_steady; the last stands for all later ones.
  std::vector<Matrix> m_predicted, m_filtered, m_information, m_gain, m_root, m_update;
  std::vector<double> m_logDet;  // log det(2π (C P⁻ Cᵀ + R))
  Index m_steady = 0;
};

bool anyMissing(const std::vector<Trial>& trials) {
  for (const auto& trial : trials)
    if (trial.activity.hasNaN()) return true;
  return false;
}

}  // namespace

LdsExpectations smooth(const LdsModel& model, const std::vector<Trial>& trials, Progress& progress) {
  const Index L = model.latents(), width = L + model.inputs() + 1;
  LdsExpectations sums;
  sums.ZZ = Matrix::Zero(width, width);
  sums.XZ = Matrix::Zero(L, width);
  sums.XX = Matrix::Zero(L, L);
  sums.firstMeans.resize(L, 0);
  sums.firstCovariances = Matrix::Zero(L, L);
  sums.perChannel = anyMissing(trials);
  sums.covariances.assign(sums.perChannel ? static_cast<std::size_t>(model.neurons()) : 1,
                          Matrix::Zero(L, L));
  for (const auto& trial : trials) TrialSmoother(model, trial).run(sums, progress);
  return sums;
}

double logLikelihood(const LdsModel& model, const std::vector<Trial>& trials) {
  double sum = 0;
  for (const auto& trial : trials) sum += TrialSmoother(model, trial).filterOnly();
  return sum;
}

}  // namespace keyhole
