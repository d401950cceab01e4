#include "core/fitting/latent/lds_steps.h"

#include "core/linalg/eigen.h"
#include "core/linalg/singular.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr int kProcrustesSteps = 10;  // per EM iteration; more gain nothing worth their time
constexpr double kRoundingFloor =
    1e-9;  // of a channel's variance: below it R is the rounding of larger numbers

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
  return symmetricPart(moment);
}

// The columns of z that the class has: latents, inputs, and the constant if there is a bias.
std::vector<Index> columnsOf(Index width, bool bias) {
  std::vector<Index> columns;
  for (Index i = 0; i < width - (bias ? 0 : 1); ++i) columns.push_back(i);
  return columns;
}

double largestEigenvalue(const Matrix& symmetric) {
  return symmetricEigenSystem(symmetric, 1).values(0);
}

}  // namespace

Matrix raisedNoise(const Matrix& Q, double least, LdsDynamicsNoise kind) {
  if (kind == LdsDynamicsNoise::diagonal) return Vector(Q.diagonal().cwiseMax(least)).asDiagonal();
  if (!(least > 0)) return Q;
  const auto spectrum = symmetricEigenSystem(Q);
  if (spectrum.values.minCoeff() >= least) return Q;
  const Matrix clipped =
      spectrum.vectors * spectrum.values.cwiseMax(least).asDiagonal() * spectrum.vectors.transpose();
  return symmetricPart(clipped);
}

void moveWithinBounds(LdsModel& model, const Vector& floors, double leastNoise, const LdsClass& kind) {
  if (kind.emissionNoise == LdsEmissionNoise::isotropic)
    model.R.setConstant(std::max(model.R.mean(), floors.maxCoeff()));
  else
    model.R = model.R.cwiseMax(floors);
  model.Q = raisedNoise(model.Q, leastNoise, kind.dynamicsNoise);
  if (!kind.stable) return;
  // A little below 1, so that rounding does not lift it above.
  if (const double radius = spectralRadius(model.F); radius > 1) model.F /= radius * (1 + 1e-12);
}

void updateDynamics(LdsModel& model, const LdsExpectations& sums, const LdsClass& kind, double leastNoise) {
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
  model.Q = raisedNoise(Q, leastNoise, kind.dynamicsNoise);
  if (kind.initialState == LdsInitialState::standardNormal) {
    model.mu0.setZero();
    model.P0.setIdentity();
    return;
  }
  const auto trials = static_cast<double>(sums.firstMeans.cols());
  model.mu0 = sums.firstMeans.rowwise().mean();
  const Matrix spread = sums.firstMeans.colwise() - model.mu0;
  model.P0 = (sums.firstCovariances + spread * spread.transpose()) / trials;
}

Matrix polarFactor(const Matrix& A) {
  // By the eigenvalues of AᵀA, which a Newton step rids of the rounding that squaring brought; far from
  // orthonormal it would not: then by the singular values.
  const SymmetricEigenSystem system = symmetricEigenSystem(A.transpose() * A);
  const Vector& values = system.values;
  if (values(values.size() - 1) > 1e-6 * values(0)) {
    const Matrix first =
        A * (system.vectors * values.cwiseSqrt().cwiseInverse().asDiagonal() * system.vectors.transpose());
    const Matrix excess = first.transpose() * first - Matrix::Identity(A.cols(), A.cols());
    return first - 0.5 * (first * excess);
  }
  const SingularSystem svd = singularSystem(A);
  return svd.left * svd.right.transpose();
}

LdsEmissionSteps::LdsEmissionSteps(const LdsData& data, const LdsClass& kind)
    : m_data(data), m_kind(kind), m_channels(static_cast<std::size_t>(data.neurons())) {
  if (kind.direct) m_extras += data.inputs();
  m_floors = floors();
}

Vector LdsEmissionSteps::floors() const {
  const double share = m_kind.emissionNoise == LdsEmissionNoise::floored ? m_kind.noiseFloor : kRoundingFloor;
  const Vector& variances = m_data.variances();
  const double most = std::max(variances.maxCoeff(), 1e-300);
  // A channel that does not vary needs some noise too, and not so little that it rules the others.
  return (variances.array() > 1e-12 * most).select(share * variances, 1e-4 * most);
}

double LdsEmissionSteps::leastDynamicsNoise(const LdsModel& model) const {
  constexpr double kRounding = 1e-12;
  return kRounding * m_data.variances().sum() / std::max(model.C.squaredNorm(), 1e-300);
}

const Matrix& LdsEmissionSteps::momentOf(Index channel) const {
  return m_channels[m_data.anyMissing() ? static_cast<std::size_t>(channel) : 0].S;
}

void LdsEmissionSteps::collectMoments(const LdsModel& model, const LdsExpectations& sums) {
  const Index L = model.latents(), N = model.neurons(), k = m_extras;
  const Matrix& M = m_data.moments();
  Matrix& S = m_channels.front().S;
  S.resize(L + k, L + k);
  S.topLeftCorner(L, L) = sums.XX + sums.firstCovariances + sums.firstMeans * sums.firstMeans.transpose();
  S.topRightCorner(L, k) = sums.XD.rightCols(k);
  S.bottomLeftCorner(k, L) = sums.XD.rightCols(k).transpose();
  S.bottomRightCorner(k, k) = M.bottomRightCorner(k, k);
  for (Index i = 0; i < N; ++i) {
    Channel& channel = m_channels[static_cast<std::size_t>(i)];
    channel.r.resize(L + k);
    channel.r << sums.XD.col(i), M.col(i).tail(k);
    channel.yy = M(i, i);
    channel.count = static_cast<double>(m_data.completeSteps());
  }
}

void LdsEmissionSteps::collectWithGaps(const LdsModel& model, const LdsExpectations& sums,
                                       const Progress& progress) {
  const Index L = model.latents(), N = model.neurons(), width = L + m_extras;
  for (Index i = 0; i < N; ++i) {
    Channel& channel = m_channels[static_cast<std::size_t>(i)];
    channel = {Matrix::Zero(width, width), Vector::Zero(width), 0, 0};
    channel.S.topLeftCorner(L, L) = sums.covariances[static_cast<std::size_t>(i)];
  }
  std::vector<Index> there;
  const auto add = [&](std::size_t k, Index first, Index count) {
    const auto Y = m_data.trials()[k].activity.middleCols(first, count);
    Matrix W(width, count);
    W.topRows(L) = sums.means[k].middleCols(first, count);
    if (m_extras > 1) W.middleRows(L, m_extras - 1) = m_data.trials()[k].input.middleCols(first, count);
    W.bottomRows(1).setOnes();
    const Matrix all = W * W.transpose();
    for (Index i = 0; i < N; ++i) {
      Channel& channel = m_channels[static_cast<std::size_t>(i)];
      if (!Y.row(i).hasNaN()) {  // as most are
        channel.S += all;
        channel.r.noalias() += W * Y.row(i).transpose();
        channel.yy += Y.row(i).squaredNorm();
        channel.count += static_cast<double>(count);
        continue;
      }
      there.clear();
      for (Index t = 0; t < count; ++t)
        if (!std::isnan(Y(i, t))) there.push_back(t);
      const Matrix Wi = W(Eigen::all, there);
      const Vector yi = Y(i, there).transpose();
      channel.S.noalias() += Wi * Wi.transpose();
      channel.r += Wi * yi;
      channel.yy += yi.squaredNorm();
      channel.count += static_cast<double>(there.size());
    }
  };
  constexpr Index kSteps = 4096;  // every channel goes over them
  overTrials(m_data.trials(), progress, add, kSteps);
}

void LdsEmissionSteps::updateFree(LdsModel& model) {
  const Index L = model.latents();
  Eigen::LDLT<Matrix> factor;
  for (Index i = 0; i < model.neurons(); ++i) {
    const Channel& channel = m_channels[static_cast<std::size_t>(i)];
    if (channel.count < 1) continue;
    if (i == 0 || m_data.anyMissing()) factor.compute(momentOf(i));
    const Vector weights = factor.solve(channel.r);
    model.C.row(i) = weights.head(L).transpose();
    if (m_extras > 1) model.G.row(i) = weights.segment(L, m_extras - 1).transpose();
    model.c(i) = weights(L + m_extras - 1);
  }
}

void LdsEmissionSteps::updateOrthonormal(LdsModel& model) {
  const Index L = model.latents(), N = model.neurons(), k = m_extras;
  const bool missing = m_data.anyMissing();
  // G and c profiled out: what remains of Σ x xᵀ and Σ x y behind the regression on e.
  std::vector<Matrix> Sxx(missing ? static_cast<std::size_t>(N) : 1);
  Matrix Syx(N, L), onExtras;
  double curvature = 0;
  for (Index i = 0; i < N; ++i) {
    const Channel& channel = m_channels[static_cast<std::size_t>(i)];
    if (missing || i == 0) {
      const Matrix& S = momentOf(i);
      const Matrix See = S.bottomRightCorner(k, k), Sxe = S.topRightCorner(L, k);
      onExtras = See.ldlt().solve(Sxe.transpose()).transpose();
      Matrix& left = Sxx[static_cast<std::size_t>(i)];
      left = S.topLeftCorner(L, L) - onExtras * Sxe.transpose();
      curvature = std::max(curvature, largestEigenvalue(left));
    }
    Syx.row(i) = (channel.r.head(L) - onExtras * channel.r.tail(k)).transpose();
  }
  // One bound on every channel's curvature: λ_max(S)/R_min.
  const double bound = curvature * model.R.cwiseInverse().maxCoeff();
  const Vector scale = model.R.cwiseInverse() / bound;
  Matrix step(N, L);
  for (int count = 0; count < kProcrustesSteps; ++count) {
    step = Syx;
    if (missing)
      for (Index i = 0; i < N; ++i)
        step.row(i).noalias() -= model.C.row(i) * Sxx[static_cast<std::size_t>(i)];
    else
      step.noalias() -= model.C * Sxx.front();
    model.C = polarFactor(model.C + scale.asDiagonal() * step);
  }
  updateExtras(model);
}

void LdsEmissionSteps::updateExtras(LdsModel& model) {
  const Index L = model.latents(), k = m_extras;
  Eigen::LDLT<Matrix> factor;
  for (Index i = 0; i < model.neurons(); ++i) {
    const Channel& channel = m_channels[static_cast<std::size_t>(i)];
    const Matrix& S = momentOf(i);
    if (i == 0 || m_data.anyMissing()) factor.compute(S.bottomRightCorner(k, k));
    const Vector extras =
        factor.solve(channel.r.tail(k) - S.bottomLeftCorner(k, L) * model.C.row(i).transpose());
    if (k > 1) model.G.row(i) = extras.head(k - 1).transpose();
    model.c(i) = extras(k - 1);
  }
}

void LdsEmissionSteps::updateNoise(LdsModel& model) {
  const Index L = model.latents(), N = model.neurons();
  Vector squares(N), counts(N), weights(L + m_extras);
  for (Index i = 0; i < N; ++i) {
    const Channel& channel = m_channels[static_cast<std::size_t>(i)];
    weights.head(L) = model.C.row(i).transpose();
    if (m_extras > 1) weights.segment(L, m_extras - 1) = model.G.row(i).transpose();
    weights(L + m_extras - 1) = model.c(i);
    squares(i) = channel.yy - 2 * weights.dot(channel.r) + weights.dot(momentOf(i) * weights);
    counts(i) = channel.count;
  }
  if (m_kind.emissionNoise == LdsEmissionNoise::isotropic) {
    model.R.setConstant(std::max(squares.sum() / counts.sum(), m_floors.maxCoeff()));
    return;
  }
  for (Index i = 0; i < N; ++i)
    if (counts(i) > 0) model.R(i) = std::max(squares(i) / counts(i), m_floors(i));
}

void LdsEmissionSteps::collect(const LdsModel& model, const LdsExpectations& sums, const Progress& progress) {
  if (m_data.anyMissing())
    collectWithGaps(model, sums, progress);
  else
    collectMoments(model, sums);
}

void LdsEmissionSteps::maximise(LdsModel& model) {
  if (m_kind.emissions == LdsEmissions::free)
    updateFree(model);
  else
    updateOrthonormal(model);
  updateNoise(model);
}

void LdsEmissionSteps::update(LdsModel& model, const LdsExpectations& sums, const Progress& progress) {
  collect(model, sums, progress);
  maximise(model);
}

}  // namespace keyhole
