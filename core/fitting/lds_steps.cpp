#include "core/fitting/lds_steps.h"

#include "core/linalg/eigen.h"

#include <Eigen/Cholesky>
#include <Eigen/SVD>

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr int kProcrustesSteps = 10;  // per EM iteration; more gain nothing worth their time
constexpr double kRoundingFloor =
    1e-9;  // of a channel's variance: below it R is the rounding of larger numbers

double spectralRadius(const Matrix& F) {
  return eigenvalues(F).cwiseAbs().maxCoeff();
}

// The largest s in [0, 1] at which from + s (to - from) is stable, by bisection; `from` is.
double stableShare(const Matrix& from, const Matrix& to) {
  if (spectralRadius(to) <= 1) return 1;
  double low = 0, high = 1;
  for (int i = 0; i < 40; ++i) {
    const double middle = 0.5 * (low + high);
    (spectralRadius(from + middle * (to - from)) <= 1 ? low : high) = middle;
  }
  return low;
}

// Σ E[(x - W z)(x - W z)ᵀ]
Matrix residualMoment(const LdsExpectations& sums, const Matrix& W) {
  const Matrix cross = W * sums.XZ.transpose();
  const Matrix moment = sums.XX - cross - cross.transpose() + W * sums.ZZ * W.transpose();
  return 0.5 * (moment + moment.transpose());
}

// The columns of z that the class has: latents, inputs, and the constant if there is a bias.
std::vector<Index> columnsOf(Index width, bool bias) {
  std::vector<Index> columns;
  for (Index i = 0; i < width - (bias ? 0 : 1); ++i) columns.push_back(i);
  return columns;
}

Matrix polar(const Matrix& A) {
  const Eigen::JacobiSVD<Matrix> svd(A, Eigen::ComputeThinU | Eigen::ComputeThinV);
  return svd.matrixU() * svd.matrixV().transpose();
}

double largestEigenvalue(const Matrix& symmetric) {
  return symmetricEigenSystem(symmetric, 1).values(0);
}

}  // namespace

void updateDynamics(LdsModel& model, const LdsExpectations& sums, const LdsClass& kind) {
  const Index L = model.latents(), m = model.inputs(), width = L + m + 1;
  const auto columns = columnsOf(width, kind.bias);
  const Matrix best =
      Matrix(sums.ZZ(columns, columns)).ldlt().solve(sums.XZ(Eigen::all, columns).transpose());
  Matrix W = Matrix::Zero(L, width), before(L, width);
  W(Eigen::all, columns) = best.transpose();
  before << model.F, model.V, model.b;
  if (kind.stable) W = before + stableShare(model.F, W.leftCols(L)) * (W - before);
  model.F = W.leftCols(L);
  model.V = W.middleCols(L, m);
  model.b = W.rightCols(1);
  const Matrix Q = residualMoment(sums, W) / static_cast<double>(sums.transitions);
  if (kind.dynamicsNoise == LdsDynamicsNoise::full)
    model.Q = Q;
  else
    model.Q = Q.diagonal().asDiagonal();
  const auto trials = static_cast<double>(sums.firstMeans.cols());
  model.mu0 = sums.firstMeans.rowwise().mean();
  const Matrix spread = sums.firstMeans.colwise() - model.mu0;
  model.P0 = (sums.firstCovariances + spread * spread.transpose()) / trials;
}

LdsEmissionData::LdsEmissionData(const std::vector<Trial>& trials, const LdsClass& kind)
    : m_trials(trials), m_kind(kind) {
  const Index N = trials.front().activity.rows();
  Vector sum = Vector::Zero(N), squares = sum, count = sum;
  for (const auto& trial : trials) {
    const Eigen::ArrayXXd there =
        trial.activity.array().isNaN().select(0.0, Eigen::ArrayXXd::Ones(N, trial.activity.cols()));
    const Matrix values = (there > 0).select(trial.activity, Matrix::Zero(N, trial.activity.cols()));
    m_missing = m_missing || !(there > 0).all();
    sum += values.rowwise().sum();
    squares += values.rowwise().squaredNorm();
    count += there.matrix().rowwise().sum();
  }
  const Vector mean = sum.cwiseQuotient(count.cwiseMax(1.0));
  m_variances = (squares.cwiseQuotient(count.cwiseMax(1.0)) - mean.cwiseAbs2()).cwiseMax(0.0);
  if (kind.direct) m_extras += trials.front().input.rows();
}

Vector LdsEmissionData::floors() const {
  const double share = m_kind.emissionNoise == LdsEmissionNoise::floored ? m_kind.noiseFloor : kRoundingFloor;
  const double most = std::max(m_variances.maxCoeff(), 1e-300);
  // A channel that does not vary needs some noise too, and not so little that it rules the others.
  return (m_variances.array() > 1e-12 * most).select(share * m_variances, 1e-4 * most);
}

std::vector<LdsEmissionData::Channel> LdsEmissionData::momentsOf(const LdsModel& model,
                                                                 const LdsExpectations& sums) const {
  const Index L = model.latents(), N = model.neurons(), width = L + m_extras;
  std::vector<Channel> channels(static_cast<std::size_t>(N));
  Matrix S = Matrix::Zero(width, width), r = Matrix::Zero(width, N);
  Vector yy = Vector::Zero(N);
  double count = 0;
  for (auto& channel : channels) channel.S = Matrix::Zero(width, width);
  for (std::size_t k = 0; k < m_trials.size(); ++k) {
    const auto& trial = m_trials[k];
    const Index T = trial.activity.cols();
    Matrix W(width, T);
    W.topRows(L) = sums.means[k];
    if (m_extras > 1) W.middleRows(L, m_extras - 1) = trial.input;
    W.bottomRows(1).setOnes();
    if (!m_missing) {
      S.noalias() += W * W.transpose();
      r.noalias() += W * trial.activity.transpose();
      yy += trial.activity.rowwise().squaredNorm();
      count += static_cast<double>(T);
      continue;
    }
    for (Index i = 0; i < N; ++i) {
      Channel& channel = channels[static_cast<std::size_t>(i)];
      std::vector<Index> there;
      for (Index t = 0; t < T; ++t)
        if (!std::isnan(trial.activity(i, t))) there.push_back(t);
      const Matrix Wi = W(Eigen::all, there);
      const Vector yi = trial.activity(i, there).transpose();
      channel.S.noalias() += Wi * Wi.transpose();
      r.col(i) += Wi * yi;
      yy(i) += yi.squaredNorm();
      channel.count += static_cast<double>(there.size());
    }
  }
  for (Index i = 0; i < N; ++i) {
    const auto place = static_cast<std::size_t>(i);
    if (!m_missing) {
      channels[place].S = S;
      channels[place].count = count;
    }
    channels[place].S.topLeftCorner(L, L) += sums.covariances[sums.perChannel ? place : 0];
    channels[place].r = r.col(i);
    channels[place].yy = yy(i);
  }
  return channels;
}

void LdsEmissionData::updateFree(LdsModel& model, const std::vector<Channel>& channels) const {
  const Index L = model.latents();
  for (Index i = 0; i < model.neurons(); ++i) {
    const Channel& channel = channels[static_cast<std::size_t>(i)];
    if (channel.count < 1) continue;
    const Vector weights = channel.S.ldlt().solve(channel.r);
    model.C.row(i) = weights.head(L).transpose();
    if (m_extras > 1) model.G.row(i) = weights.segment(L, m_extras - 1).transpose();
    model.c(i) = weights(L + m_extras - 1);
  }
}

void LdsEmissionData::updateOrthonormal(LdsModel& model, const std::vector<Channel>& channels) const {
  const Index L = model.latents(), N = model.neurons(), k = m_extras;
  // G and c profiled out: what remains of Σ x xᵀ and Σ x y behind the regression on e.
  std::vector<Matrix> Sxx(static_cast<std::size_t>(N));
  Matrix Syx(N, L);
  double curvature = 0;
  for (Index i = 0; i < N; ++i) {
    const Channel& channel = channels[static_cast<std::size_t>(i)];
    const Matrix See = channel.S.bottomRightCorner(k, k), Sxe = channel.S.topRightCorner(L, k);
    const Matrix onExtras = See.ldlt().solve(Sxe.transpose()).transpose();
    Matrix& S = Sxx[static_cast<std::size_t>(i)];
    S = channel.S.topLeftCorner(L, L) - onExtras * Sxe.transpose();
    Syx.row(i) = (channel.r.head(L) - onExtras * channel.r.tail(k)).transpose();
    if (m_missing || i == 0) curvature = std::max(curvature, largestEigenvalue(S));
    if (!m_missing && i > 0) S = Sxx.front();
  }
  // One bound on every channel's curvature: λ_max(S)/R_min.
  const double bound = curvature * model.R.cwiseInverse().maxCoeff();
  for (int step = 0; step < kProcrustesSteps; ++step) {
    Matrix gradient(N, L);
    for (Index i = 0; i < N; ++i)
      gradient.row(i) = (Syx.row(i) - model.C.row(i) * Sxx[static_cast<std::size_t>(i)]) / model.R(i);
    model.C = polar(model.C + gradient / bound);
  }
  for (Index i = 0; i < N; ++i) {
    const Channel& channel = channels[static_cast<std::size_t>(i)];
    const Vector extras = channel.S.bottomRightCorner(k, k).ldlt().solve(
        channel.r.tail(k) - channel.S.bottomLeftCorner(k, L) * model.C.row(i).transpose());
    if (k > 1) model.G.row(i) = extras.head(k - 1).transpose();
    model.c(i) = extras(k - 1);
  }
}

void LdsEmissionData::updateNoise(LdsModel& model, const std::vector<Channel>& channels) const {
  const Index L = model.latents(), N = model.neurons();
  Vector squares(N), counts(N);
  for (Index i = 0; i < N; ++i) {
    const Channel& channel = channels[static_cast<std::size_t>(i)];
    Vector weights(L + m_extras);
    weights.head(L) = model.C.row(i).transpose();
    if (m_extras > 1) weights.segment(L, m_extras - 1) = model.G.row(i).transpose();
    weights(L + m_extras - 1) = model.c(i);
    squares(i) = channel.yy - 2 * weights.dot(channel.r) + weights.dot(channel.S * weights);
    counts(i) = channel.count;
  }
  const Vector floor = floors();
  if (m_kind.emissionNoise == LdsEmissionNoise::isotropic) {
    model.R.setConstant(std::max(squares.sum() / counts.sum(), floor.maxCoeff()));
    return;
  }
  for (Index i = 0; i < N; ++i)
    if (counts(i) > 0) model.R(i) = std::max(squares(i) / counts(i), floor(i));
}

void LdsEmissionData::update(LdsModel& model, const LdsExpectations& sums) const {
  const auto channels = momentsOf(model, sums);
  if (m_kind.emissions == LdsEmissions::free)
    updateFree(model, channels);
  else
    updateOrthonormal(model, channels);
  updateNoise(model, channels);
}

}  // namespace keyhole
