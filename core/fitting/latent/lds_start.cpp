#include "core/fitting/latent/lds_fit.h"
#include "core/fitting/latent/lds_steps.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"

#include <Eigen/Cholesky>

#include <cmath>

namespace keyhole {
namespace {

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
  std::vector<Matrix> latents(const LdsModel& model) const;
  // F, V, b and Q by regression of the latents on themselves one step earlier.
  void setDynamics(LdsModel& model, const std::vector<Matrix>& X) const;

 private:
  void regressOnInput(LdsModel& model, bool direct) const;
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

void Starter::setEmissions(LdsModel& model, std::uint64_t seed) const {
  const Index L = m_options.kind.latents, N = m_means.size();
  const bool published = m_options.estimator == LdsEstimator::published;
  // Exact EM begins without a direct input and leaves all of the activity to the latents. (On the chain of
  // Fig. 2 the regression takes the input's effect away from them and EM, slow where R is small, does not
  // give it back: eight rotations ended at log-likelihoods of 150,000 to 169,000 instead of 183,000 to
  // 187,000.)
  regressOnInput(model, m_options.kind.direct && published);
  Matrix scatter = Matrix::Zero(N, N);
  overTrials(m_trials, m_progress, [&](std::size_t k, Index first, Index count) {
    const Matrix E = residual(model, k, first, count);
    scatter.noalias() += E * E.transpose();
  });
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

std::vector<Matrix> Starter::latents(const LdsModel& model) const {
  const Eigen::LDLT<Matrix> gram(model.C.transpose() * model.C);
  std::vector<Matrix> X;
  for (const auto& trial : m_trials) X.emplace_back(model.C.cols(), trial.activity.cols());
  overTrials(m_trials, m_progress, [&](std::size_t k, Index first, Index count) {
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
  const Matrix W = gram.ldlt().solve(cross).transpose();
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

}  // namespace

LdsModel startOf(const std::vector<Trial>& trials, const LdsOptions& options, std::uint64_t seed,
                 Progress& progress) {
  const Index samples = trials.front().activity.rows() * (transitionsOf(trials) + std::ssize(trials));
  const Starter starter(trials, options, samples > kShortRecording ? progress : noProgress());
  LdsModel model;
  if (options.heldEmissions)
    model = *options.heldEmissions;
  else
    starter.setEmissions(model, seed);
  const std::vector<Matrix> X = starter.latents(model);
  starter.setDynamics(model, X);
  model.inputAtArrival = options.inputAtArrival;
  model.mu0 = Vector::Zero(model.latents());
  if (options.estimator == LdsEstimator::exact && !options.heldEmissions)
    for (const auto& x : X) model.mu0 += x.col(0) / static_cast<double>(X.size());
  model.P0 = Matrix::Identity(model.latents(), model.latents());
  return model;
}

}  // namespace keyhole
