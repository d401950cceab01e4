#include "core/fitting/latent/explaining_channels.h"
#include "core/fitting/latent/lds_fit.h"
#include "core/fitting/latent/lds_search.h"
#include "core/fitting/latent/lds_steps.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"

#include <Eigen/Cholesky>

#include <cmath>

namespace keyhole {
namespace {

constexpr double kFollowedNoise =
    0.1;  // of a channel's variance: latents follow a channel with noise of its own

// Of a channel's variance; of a class without one that of the default.
double floorOf(const LdsClass& kind) {
  return kind.emissionNoise == LdsEmissionNoise::floored ? kind.noiseFloor : LdsClass().noiseFloor;
}

// Goes over the trials in pieces, since a stop may not wait for the whole of a long recording.
class Starter {
 public:
  Starter(const std::vector<Trial>& trials, const LdsOptions& options, Progress& progress)
      : m_trials(trials),
        m_options(options),
        m_progress(progress),
        m_means(channelMeans(trials, progress).values()) {
    for (const auto& trial : trials) m_columns += static_cast<double>(trial.activity.cols());
  }

  // G, c, C and R.
  void setEmissions(LdsModel& model, std::uint64_t seed) const;
  // The latents of every trial, L x T_k, by least squares: emissions that were given need not be orthonormal.
  std::vector<Matrix> latents(const LdsModel& model, bool weighted) const;
  // F, V, b and Q by regression of the latents on themselves one step earlier.
  void setDynamics(LdsModel& model, const std::vector<Matrix>& X) const;
  // The same of factor analysis, and at random: see lds_fit.h.
  void setFactors(LdsModel& model) const;
  void setRandom(LdsModel& model, std::uint64_t seed) const;
  void regressOnInput(LdsModel& model, bool direct) const;
  Matrix covarianceOf(const LdsModel& model) const { return scatterOf(model) / m_columns; }
  void setChannels(LdsModel& model, const Matrix& covariance, const std::vector<Index>& channels,
                   double noise) const;

 private:
  Matrix scatterOf(const LdsModel& model) const;  // of what G and c leave, N x N
  Matrix samples(std::size_t trial, Index first, Index count) const;
  Matrix residual(const LdsModel& model, std::size_t trial, Index first, Index count) const;
  template <class Work>
  void overTransitions(const std::vector<Matrix>& X, Work&& work) const;

  const std::vector<Trial>& m_trials;
  const LdsOptions& m_options;
  const Progress& m_progress;
  Vector m_means;
  double m_columns = 0;
};

// Missing ones at their channel's mean.
Matrix Starter::samples(std::size_t trial, Index first, Index count) const {
  Matrix Y = m_trials[trial].activity.middleCols(first, count);
  if (Y.hasNaN())
    for (Index t = 0; t < count; ++t)
      for (Index i = 0; i < Y.rows(); ++i)
        if (std::isnan(Y(i, t))) Y(i, t) = m_means(i);
  return Y;
}

Matrix Starter::residual(const LdsModel& model, std::size_t trial, Index first, Index count) const {
  Matrix E = samples(trial, first, count);
  E.noalias() -= model.G * m_trials[trial].input.middleCols(first, count);
  E.colwise() -= model.c;
  return E;
}

// y = G u + c as published: G without an intercept, c the mean of the rest. Without a direct input, c alone.
void Starter::regressOnInput(LdsModel& model, bool direct) const {
  const Index N = m_means.size(), m = m_trials.front().input.rows();
  model.G = Matrix::Zero(N, m);
  Vector sum = Vector::Zero(m);
  for (const auto& trial : m_trials) sum += trial.input.rowwise().sum();
  if (direct && m > 0) {
    Matrix gram = Matrix::Zero(m, m), cross = Matrix::Zero(m, N);
    overTrials(m_trials, m_progress, [&](std::size_t k, Index first, Index count) {
      const auto U = m_trials[k].input.middleCols(first, count);
      gram.noalias() += U * U.transpose();
      cross.noalias() += U * samples(k, first, count).transpose();
    });
    model.G = gram.ldlt().solve(cross).transpose();
  }
  model.c = m_means - model.G * sum / m_columns;
}

Matrix Starter::scatterOf(const LdsModel& model) const {
  const Index N = m_means.size();
  Matrix scatter = Matrix::Zero(N, N);
  overTrials(m_trials, m_progress, [&](std::size_t k, Index first, Index count) {
    const Matrix E = residual(model, k, first, count);
    scatter.noalias() += E * E.transpose();
  });
  return scatter;
}

void Starter::setEmissions(LdsModel& model, std::uint64_t seed) const {
  const Index L = m_options.kind.latents, N = m_means.size();
  const bool published = m_options.estimator == LdsEstimator::published;
  // Exact EM begins without a direct input and leaves all of the activity to the latents. (On the chain of
  // Fig. 2 the regression takes the input's effect away from them and EM, slow where R is small, does not
  // give it back: eight rotations ended at log-likelihoods of 150,000 to 169,000 instead of 183,000 to
  // 187,000.)
  regressOnInput(model, m_options.kind.direct && published);
  const Matrix scatter = scatterOf(model);
  const auto spectrum = symmetricEigenSystem(scatter / (m_columns - 1));
  const Matrix rotation = haarColumns(RandomStream(seed, Stream::fit), L, L);
  model.C = spectrum.vectors.leftCols(L) * rotation.transpose();
  const double left = N > L ? spectrum.values.tail(N - L).cwiseMax(0.0).mean() : 0.0;
  const double least = 1e-9 * spectrum.values.cwiseMax(0.0).mean();
  model.R = Vector::Constant(N, std::max(left, least));
  if (published || m_options.kind.emissionNoise == LdsEmissionNoise::isotropic) return;
  const Matrix beside = Matrix::Identity(N, N) - model.C * model.C.transpose();
  model.R = ((beside * scatter * beside).diagonal() / m_columns).cwiseMax(std::max(0.1 * left, least));
}

// Maximum likelihood by alternating its two conditions (Jöreskog 1967): from C the noise, from the noise C.
void Starter::setFactors(LdsModel& model) const {
  constexpr int kRounds = 20;
  constexpr double kLeast = 1e-3;  // of a channel's variance
  const Index L = m_options.kind.latents;
  regressOnInput(model, false);
  const Matrix covariance = scatterOf(model) / m_columns;
  const Vector variances = covariance.diagonal();
  const double most = std::max(variances.maxCoeff(), 1e-300);
  model.R = (variances / 2).cwiseMax(kLeast * most);
  for (int round = 0; round < kRounds; ++round) {
    const Vector root = model.R.cwiseSqrt();
    const auto weigh = root.cwiseInverse().asDiagonal();
    const auto spectrum = symmetricEigenSystem(weigh * covariance * weigh, L);
    const Vector sizes = (spectrum.values.array() - 1).max(1e-3).sqrt();
    model.C = root.asDiagonal() * spectrum.vectors * sizes.asDiagonal();
    model.R = (variances - model.C.rowwise().squaredNorm())
                  .cwiseMax(kLeast * variances)
                  .cwiseMax(kLeast * kLeast * most);
  }
}

// A random plane of the leading principal components, with dynamics that nobody has asked the recording for.
void Starter::setRandom(LdsModel& model, std::uint64_t seed) const {
  const Index L = m_options.kind.latents, N = m_means.size(), K = std::min(N, 3 * L);
  const RandomStream random(seed, Stream::fit, 1);
  regressOnInput(model, false);
  const Matrix covariance = scatterOf(model) / m_columns;
  const auto spectrum = symmetricEigenSystem(covariance, K);
  const Matrix plane = haarColumns(random, K, L);
  model.C = spectrum.vectors * spectrum.values.cwiseMax(0.0).cwiseSqrt().asDiagonal() * plane;
  model.R = (covariance.diagonal() - model.C.rowwise().squaredNorm())
                .cwiseMax(0.1 * covariance.diagonal().maxCoeff());
  // Every mode forgets with a time constant between one step and a tenth of the recording, and pairs turn
  // with a period of four steps or more.
  std::vector<double> draws(static_cast<std::size_t>(2 * L));
  random.uniforms(static_cast<std::uint64_t>(L), draws);
  Matrix modes = Matrix::Zero(L, L);
  for (Index i = 0; i < L; ++i)
    modes(i, i) = std::exp(-std::pow(std::max(m_columns / 10, 2.0), -draws[static_cast<std::size_t>(i)]));
  for (Index i = 0; i + 1 < L; i += 2) {
    const double turn = 0.5 * 3.14159265358979 * std::pow(draws[static_cast<std::size_t>(L + i)], 3);
    Matrix pair(2, 2);
    pair << std::cos(turn), -std::sin(turn), std::sin(turn), std::cos(turn);
    if (draws[static_cast<std::size_t>(L + i + 1)] < 0.5) modes.block(i, i, 2, 2) = modes(i, i) * pair;
  }
  const Matrix basis = haarColumns(random, L, L, static_cast<std::uint64_t>(L + 1));
  model.F = basis * modes * basis.transpose();
}

void Starter::setChannels(LdsModel& model, const Matrix& covariance, const std::vector<Index>& channels,
                          double noise) const {
  const Matrix among = covariance(channels, channels);
  model.C = among.ldlt().solve(covariance(channels, Eigen::all)).transpose();
  for (Index i = 0; i < std::ssize(channels); ++i)
    model.C.row(channels[static_cast<std::size_t>(i)]) = Vector::Unit(model.C.cols(), i).transpose();
  const Matrix explained = model.C * among * model.C.transpose();
  // A constant channel is 1 in its own unit.
  const Vector unit = (covariance.diagonal().array() > 0).select(covariance.diagonal(), 1.0);
  model.R = (covariance - explained).diagonal().cwiseMax(noise * unit);
}

std::vector<Matrix> Starter::latents(const LdsModel& model, bool weighted) const {
  // Least squares, where channels count by their noise or all alike.
  const Matrix projection = model.C.transpose() * model.R.cwiseInverse().asDiagonal();
  const Eigen::LDLT<Matrix> gram(weighted ? Matrix(projection * model.C)
                                          : Matrix(model.C.transpose() * model.C));
  std::vector<Matrix> X;
  for (const auto& trial : m_trials) X.emplace_back(model.C.cols(), trial.activity.cols());
  overTrials(m_trials, m_progress, [&](std::size_t k, Index first, Index count) {
    if (weighted)
      X[k].middleCols(first, count) = gram.solve(projection * residual(model, k, first, count));
    else
      X[k].middleCols(first, count) = gram.solve(model.C.transpose() * residual(model, k, first, count));
  });
  return X;
}

// work(Z, target) of pieces of the steps: what the latents are regressed on (L + m rows, with a bias
// one more), and the latents one step later.
template <class Work>
void Starter::overTransitions(const std::vector<Matrix>& X, Work&& work) const {
  const Index L = X.front().rows(), m = m_trials.front().input.rows();
  for (std::size_t k = 0; k < X.size(); ++k) {
    m_progress.throwIfStopped();
    inPieces(X[k].cols() - 1, m_progress, [&](Index first, Index count) {
      Matrix Z = Matrix::Ones(L + m + (m_options.kind.bias ? 1 : 0), count);
      Z.topRows(L) = X[k].middleCols(first, count);
      Z.middleRows(L, m) = m_trials[k].input.middleCols(first + (m_options.inputAtArrival ? 1 : 0), count);
      work(Z, X[k].middleCols(first + 1, count));
    });
  }
}

void Starter::setDynamics(LdsModel& model, const std::vector<Matrix>& X) const {
  const bool bias = m_options.kind.bias;
  const Index L = X.front().rows(), m = m_trials.front().input.rows(), width = L + m + (bias ? 1 : 0);
  Matrix gram = Matrix::Zero(width, width), cross = Matrix::Zero(width, L);
  overTransitions(X, [&](const Matrix& Z, const auto& target) {
    gram.noalias() += Z * Z.transpose();
    cross.noalias() += Z * target.transpose();
  });
  gram.diagonal().array() += 1e-10 * gram.diagonal().maxCoeff();  // constant inputs
  Matrix W = gram.ldlt().solve(cross).transpose();
  if (model.F.size() > 0) {  // given
    W.leftCols(L) = model.F;
    W.rightCols(width - L) =
        gram.bottomRightCorner(width - L, width - L)
            .ldlt()
            .solve(cross.bottomRows(width - L) - gram.bottomLeftCorner(width - L, L) * model.F.transpose())
            .transpose();
  }
  model.F = W.leftCols(L);
  model.V = W.middleCols(L, m);
  model.b = bias ? Vector(W.rightCols(1)) : Vector(Vector::Zero(L));
  // Of the full class in full, so that a rotation of the latents turns the start with them.
  Matrix scatter = Matrix::Zero(L, L);
  overTransitions(X, [&](const Matrix& Z, const auto& target) {
    const Matrix rest = target - W * Z;
    scatter.noalias() += rest * rest.transpose();
  });
  Vector squares = Vector::Zero(L);
  for (const auto& x : X) squares += x.rowwise().squaredNorm();
  model.Q = raisedNoise(scatter / static_cast<double>(transitionsOf(m_trials)),
                        1e-9 * squares.maxCoeff() / m_columns, m_options.kind.dynamicsNoise);
}

// The rest of a start whose emissions (and F, if any) are there.
LdsModel finished(LdsModel model, const Starter& starter, const LdsOptions& options, bool weighted) {
  const std::vector<Matrix> X = starter.latents(model, weighted);
  starter.setDynamics(model, X);
  model.inputAtArrival = options.inputAtArrival;
  model.mu0 = Vector::Zero(model.latents());
  if (options.estimator == LdsEstimator::exact && !options.heldEmissions)
    for (const auto& x : X) model.mu0 += x.col(0) / static_cast<double>(X.size());
  model.P0 = Matrix::Identity(model.latents(), model.latents());
  return model;
}

Index samplesOf(const std::vector<Trial>& trials) {
  return trials.front().activity.rows() * (transitionsOf(trials) + std::ssize(trials));
}

Progress& forStarts(const std::vector<Trial>& trials, Progress& progress) {
  return samplesOf(trials) > kShortRecording ? progress : noProgress();
}

}  // namespace

LdsModel startOf(const std::vector<Trial>& trials, const LdsOptions& options, std::uint64_t seed,
                 Progress& progress) {
  const Starter starter(trials, options, forStarts(trials, progress));
  LdsModel model;
  if (options.heldEmissions)
    model = *options.heldEmissions;
  else
    starter.setEmissions(model, seed);
  model.F.resize(0, 0);
  return finished(std::move(model), starter, options, false);
}

LdsModel factorStartOf(const std::vector<Trial>& trials, const LdsOptions& options, Progress& progress) {
  const Starter starter(trials, options, forStarts(trials, progress));
  LdsModel model;
  starter.setFactors(model);
  return finished(std::move(model), starter, options, true);
}

std::vector<LdsModel> channelStartsOf(const std::vector<Trial>& trials, const LdsOptions& options,
                                      std::size_t most, Progress& progress) {
  const Index L = options.kind.latents;
  if (L >= trials.front().activity.rows()) return {};
  const Starter starter(trials, options, forStarts(trials, progress));
  LdsModel ground;
  starter.regressOnInput(ground, false);
  const Matrix covariance = starter.covarianceOf(ground);
  std::vector<LdsModel> starts;
  const double floor = floorOf(options.kind);
  std::vector<double> noises = {floor};
  if (samplesOf(trials) <= kManyStartsUpTo && kFollowedNoise > floor) noises.push_back(kFollowedNoise);
  for (const auto& channels : explainingChannels(covariance, L, floor, most, forStarts(trials, progress)))
    for (const double noise : noises) {
      LdsModel model = ground;
      starter.setChannels(model, covariance, channels, noise);
      starts.push_back(finished(std::move(model), starter, options, true));
    }
  return starts;
}

LdsModel randomStartOf(const std::vector<Trial>& trials, const LdsOptions& options, std::uint64_t seed,
                       Progress& progress) {
  const Starter starter(trials, options, forStarts(trials, progress));
  LdsModel model;
  starter.setRandom(model, seed);
  return finished(std::move(model), starter, options, true);
}

}  // namespace keyhole
