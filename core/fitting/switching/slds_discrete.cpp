#include "core/fitting/switching/slds_discrete.h"

#include "core/common/memory.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

const double* stepInto(const DiscreteChain& chain, Index t) {
  return chain.logTransitions.col(chain.logTransitions.cols() > 1 ? t : 0).data();
}

// a_t(j) = log of the summed weight of all paths that end in j at t, each column shifted so that its sum is
// 1; `logNormaliser` collects the shifts. (So the logarithms stay small and keep their digits.)
Matrix forward(const DiscreteChain& chain, double& logNormaliser, const Progress& progress) {
  const Index K = chain.logLikelihoods.rows(), T = chain.logLikelihoods.cols();
  Matrix a = largeMatrix(K, T);
  Vector terms(K);
  logNormaliser = 0;
  const Index look = stepsBetweenLooks(K);
  for (Index t = 0; t < T; ++t) {
    if (t % look == 0) progress.throwIfStopped();
    const double* step = stepInto(chain, t);
    for (Index j = 0; j < K; ++j) {
      double before = 0;
      if (t > 0) {
        for (Index i = 0; i < K; ++i) terms(i) = a(i, t - 1) + step[i + K * j];
        before = logSumExp(terms.data(), K);
      } else {
        before = chain.logInitial(j);
      }
      a(j, t) = chain.logLikelihoods(j, t) + before;
    }
    const double shift = logSumExp(a.col(t).data(), K);
    a.col(t).array() -= shift;
    logNormaliser += shift;
  }
  return a;
}

}  // namespace

double logSumExp(const double* values, Index count) {
  const double most = *std::max_element(values, values + count);
  if (!(most > -std::numeric_limits<double>::infinity())) return most;
  double sum = 0;
  for (Index i = 0; i < count; ++i) sum += std::exp(values[i] - most);
  return most + std::log(sum);
}

Index stepsBetweenLooks(Index K) {
  constexpr Index kExponentials = 1 << 17;
  return std::max<Index>(kExponentials / (K * K), 16);
}

DiscretePosterior forwardBackward(const DiscreteChain& chain, const Progress& progress) {
  const Index K = chain.logLikelihoods.rows(), T = chain.logLikelihoods.cols();
  DiscretePosterior posterior{Matrix(K, T), largeMatrix(K * K, T), 0};
  posterior.pairs.col(0).setZero();
  const Matrix a = forward(chain, posterior.logNormaliser, progress);
  // later(j) = log of the summed weight of all continuations from j at t, up to a constant.
  Vector later = Vector::Zero(K), into(K), terms(K);
  const Index look = stepsBetweenLooks(K);
  for (Index t = T - 1;; --t) {
    if (t % look == 0) progress.throwIfStopped();
    terms = a.col(t) + later;
    posterior.states.col(t) = (terms.array() - logSumExp(terms.data(), K)).exp();
    if (t == 0) return posterior;
    const double* step = stepInto(chain, t);
    into = later + chain.logLikelihoods.col(t);
    for (Index i = 0; i < K; ++i) {
      for (Index j = 0; j < K; ++j) {
        terms(j) = step[i + K * j] + into(j);
        posterior.pairs(i + K * j, t) = a(i, t - 1) + terms(j);
      }
      later(i) = logSumExp(terms.data(), K);
    }
    auto pairs = posterior.pairs.col(t);
    pairs = (pairs.array() - logSumExp(pairs.data(), K * K)).exp();
    later.array() -= later.maxCoeff();
  }
}

std::vector<int> likeliestPath(const DiscreteChain& chain) {
  const Index K = chain.logLikelihoods.rows(), T = chain.logLikelihoods.cols();
  Vector best = chain.logInitial + chain.logLikelihoods.col(0), next(K);
  Eigen::MatrixXi from(K, T);
  for (Index t = 1; t < T; ++t) {
    const double* step = stepInto(chain, t);
    for (Index j = 0; j < K; ++j) {
      int source = 0;
      for (Index i = 1; i < K; ++i)
        if (best(i) + step[i + K * j] > best(source) + step[source + K * j]) source = static_cast<int>(i);
      from(j, t) = source;
      next(j) = chain.logLikelihoods(j, t) + best(source) + step[source + K * j];
    }
    best.swap(next);
  }
  std::vector<int> path(static_cast<std::size_t>(T));
  Index last = 0;
  best.maxCoeff(&last);
  path.back() = static_cast<int>(last);
  for (Index t = T - 1; t > 0; --t)
    path[static_cast<std::size_t>(t - 1)] = from(path[static_cast<std::size_t>(t)], t);
  return path;
}

}  // namespace keyhole
