#include "core/common/error.h"
#include "core/fitting/lds_fit.h"
#include "core/fitting/lds_steps.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"

#include <Eigen/Cholesky>

#include <cmath>

namespace keyhole {
namespace {

// All trials side by side, missing samples at their channel's mean.
struct Joined {
  Matrix Y, U;
  std::vector<Index> starts;  // first column of each trial
};

Joined join(const std::vector<Trial>& trials) {
  Index columns = 0;
  for (const auto& trial : trials) columns += trial.activity.cols();
  Joined all{
      Matrix(trials.front().activity.rows(), columns), Matrix(trials.front().input.rows(), columns), {}};
  Index at = 0;
  for (const auto& trial : trials) {
    all.starts.push_back(at);
    all.Y.middleCols(at, trial.activity.cols()) = trial.activity;
    all.U.middleCols(at, trial.activity.cols()) = trial.input;
    at += trial.activity.cols();
  }
  Vector sum = Vector::Zero(all.Y.rows()), count = Vector::Zero(all.Y.rows());
  const auto eachSample = [&all](auto&& use) {
    for (Index t = 0; t < all.Y.cols(); ++t)
      for (Index i = 0; i < all.Y.rows(); ++i) use(all.Y(i, t), i);
  };
  eachSample([&](double value, Index i) {
    if (std::isnan(value)) return;
    sum(i) += value;
    count(i) += 1;
  });
  const Vector mean = sum.cwiseQuotient(count.cwiseMax(1.0));
  eachSample([&](double& value, Index i) {
    if (std::isnan(value)) value = mean(i);
  });
  return all;
}

// y = G u + c as published: G without an intercept, c the mean of the rest. Without a direct input, c alone.
void regressOnInput(LdsModel& model, const Joined& all, bool direct) {
  model.G = Matrix::Zero(all.Y.rows(), all.U.rows());
  if (direct && all.U.rows() > 0)
    model.G = (all.U * all.U.transpose()).ldlt().solve(all.U * all.Y.transpose()).transpose();
  model.c = (all.Y - model.G * all.U).rowwise().mean();
}

// F, V, b and Q by regression of the projected data on themselves one step earlier.
void regressDynamics(LdsModel& model, const Joined& all, const Matrix& X, const LdsOptions& options) {
  const bool bias = options.kind.bias;
  const Index L = X.rows(), m = all.U.rows(), columns = X.cols(), width = L + m + (bias ? 1 : 0);
  std::vector<Index> later;
  std::size_t next = 0;
  for (Index t = 0; t < columns; ++t) {
    if (next < all.starts.size() && all.starts[next] == t)
      ++next;
    else
      later.push_back(t);
  }
  std::vector<Index> earlier = later;
  for (Index& t : earlier) --t;
  Matrix Z(width, static_cast<Index>(later.size()));
  Z.topRows(L) = X(Eigen::all, earlier);
  if (m > 0) Z.middleRows(L, m) = all.U(Eigen::all, options.inputAtArrival ? later : earlier);
  if (bias) Z.bottomRows(1).setOnes();
  const Matrix target = X(Eigen::all, later);
  Matrix gram = Z * Z.transpose();
  gram.diagonal().array() += 1e-10 * gram.diagonal().maxCoeff();  // constant inputs
  const Matrix W = gram.ldlt().solve(Z * target.transpose()).transpose();
  model.F = W.leftCols(L);
  model.V = W.middleCols(L, m);
  model.b = bias ? Vector(W.rightCols(1)) : Vector(Vector::Zero(L));
  // Of the full class in full, so that a rotation of the latents turns the start with them.
  const Matrix rest = target - W * Z;
  const double least = 1e-9 * X.rowwise().squaredNorm().maxCoeff() / static_cast<double>(columns);
  model.Q = raisedNoise(rest * rest.transpose() / static_cast<double>(later.size()), least,
                        options.kind.dynamicsNoise);
}

}  // namespace

LdsModel startOf(const std::vector<Trial>& trials, const LdsOptions& options, std::uint64_t seed,
                 Progress& progress) {
  const Joined all = join(trials);
  // A short start is found whatever the user wishes: then there is something to show.
  constexpr Index kShort = 1'000'000;  // samples
  const auto look = [&progress, longStart = all.Y.size() > kShort] {
    if (longStart) progress.throwIfStopped();
  };
  look();
  const Index L = options.kind.latents, N = all.Y.rows();
  const bool published = options.estimator == LdsEstimator::published;
  LdsModel model;
  if (options.heldEmissions) {
    model = *options.heldEmissions;
  } else {
    // Exact EM begins without a direct input and leaves all of the activity to the latents. (On the chain of
    // Fig. 2 the regression takes the input's effect away from them and EM, slow where R is small, does not
    // give it back: eight rotations ended at log-likelihoods of 150,000 to 169,000 instead of 183,000 to
    // 187,000.)
    regressOnInput(model, all, options.kind.direct && published);
    const Matrix residual = (all.Y - model.G * all.U).colwise() - model.c;
    look();
    const auto spectrum =
        symmetricEigenSystem(residual * residual.transpose() / static_cast<double>(all.Y.cols() - 1));
    look();
    const Matrix rotation = haarColumns(RandomStream(seed, Stream::fit), L, L);
    model.C = spectrum.vectors.leftCols(L) * rotation.transpose();
    const double left = N > L ? spectrum.values.tail(N - L).cwiseMax(0.0).mean() : 0.0;
    const double least = 1e-9 * spectrum.values.cwiseMax(0.0).mean();
    model.R = Vector::Constant(N, std::max(left, least));
    if (!published && options.kind.emissionNoise != LdsEmissionNoise::isotropic) {
      const Matrix rest = residual - model.C * (model.C.transpose() * residual);
      model.R = (rest.rowwise().squaredNorm() / static_cast<double>(all.Y.cols()))
                    .cwiseMax(std::max(0.1 * left, least));
    }
  }
  look();
  // Least squares, for emissions that were given and need not be orthonormal.
  const Matrix X = (model.C.transpose() * model.C)
                       .ldlt()
                       .solve(model.C.transpose() * ((all.Y - model.G * all.U).colwise() - model.c));
  look();
  regressDynamics(model, all, X, options);
  model.inputAtArrival = options.inputAtArrival;
  model.mu0 = published || options.heldEmissions ? Vector(Vector::Zero(L))
                                                 : Vector(X(Eigen::all, all.starts).rowwise().mean());
  model.P0 = Matrix::Identity(L, L);
  return model;
}

}  // namespace keyhole
