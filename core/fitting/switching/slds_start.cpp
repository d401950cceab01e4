#include "core/fitting/switching/slds_start.h"

#include "core/common/random.h"

#include <cmath>

namespace keyhole {
namespace {

constexpr std::uint64_t kSubstream = 11;  // of Stream::fit, apart from the rotation's
constexpr int kClusterRounds = 30;
constexpr int kRounds = 20;      // of q(z) and dynamics with q(x) fixed
constexpr double kBelief = 0.9;  // in the cluster, at first; the rest is shared by the others
constexpr double kFloor = 1e-6;  // of the common LDS's mean dynamics noise

// The first point at random, each further one with a probability that grows as its squared distance from
// those before.
Matrix firstCentres(ConstMatrixRef points, Index clusters, std::uint64_t seed, const Progress& progress) {
  std::vector<double> draws(static_cast<std::size_t>(clusters));
  RandomStream(seed, Stream::fit, kSubstream).uniforms(0, draws);
  Matrix centres(points.rows(), clusters);
  Vector weights = Vector::Ones(points.cols());
  for (Index k = 0; k < clusters; ++k) {
    progress.throwIfStopped();
    double left = draws[static_cast<std::size_t>(k)] * weights.sum();
    Index chosen = 0;
    while (chosen + 1 < points.cols() && (left -= weights(chosen)) > 0) ++chosen;
    centres.col(k) = points.col(chosen);
    const Vector distances = (points.colwise() - centres.col(k)).colwise().squaredNorm().transpose();
    weights = k == 0 ? distances : Vector(weights.cwiseMin(distances));
  }
  return centres;
}

// [x_t; x_t - x_{t-1}] of all trials, x_0 with the step that follows; each row divided by its deviation.
Matrix featuresOf(const std::vector<SldsPosterior>& posteriors) {
  const Index L = posteriors.front().x.means.rows();
  Index columns = 0;
  for (const auto& posterior : posteriors) columns += posterior.x.means.cols();
  Matrix features(2 * L, columns);
  Index at = 0;
  for (const auto& posterior : posteriors) {
    const Matrix& x = posterior.x.means;
    const Index T = x.cols();
    features.block(0, at, L, T) = x;
    features.block(L, at + 1, L, T - 1) = x.rightCols(T - 1) - x.leftCols(T - 1);
    features.block(L, at, L, 1) = features.block(L, at + 1, L, 1);
    at += T;
  }
  features.colwise() -= Vector(features.rowwise().mean());
  for (auto row : features.rowwise())
    row /= std::max(std::sqrt(row.squaredNorm() / static_cast<double>(columns)), 1e-300);
  return features;
}

// q(z): mostly in the cluster of the time point.
void believe(std::vector<SldsPosterior>& posteriors, const std::vector<Index>& labels,
             const Progress& progress) {
  std::size_t at = 0;
  for (auto& posterior : posteriors) {
    const Index K = posterior.z.states.rows();
    const double other = (1 - kBelief) / static_cast<double>(std::max<Index>(K - 1, 1));
    Matrix states = Matrix::Constant(K, posterior.x.means.cols(), other);
    for (Index t = 0; t < states.cols(); ++t) states(labels[at++], t) = kBelief;
    posterior.z = independentStates(states, progress);
  }
}

}  // namespace

std::vector<Index> kMeans(ConstMatrixRef points, Index clusters, std::uint64_t seed, int rounds,
                          Progress& progress) {
  const Index n = points.cols();
  Matrix centres = firstCentres(points, clusters, seed, progress);
  std::vector<Index> labels(static_cast<std::size_t>(n), 0);
  for (int round = 0; round < rounds; ++round) {
    progress.throwIfStopped();
    Matrix sums = Matrix::Zero(points.rows(), clusters);
    Vector counts = Vector::Zero(clusters);
    bool changed = false;
    inPieces(n, progress, [&](Index first, Index count) {
      for (Index t = first; t < first + count; ++t) {
        Index nearest = 0;
        (centres.colwise() - points.col(t)).colwise().squaredNorm().minCoeff(&nearest);
        Index& label = labels[static_cast<std::size_t>(t)];
        changed = changed || label != nearest;
        label = nearest;
        sums.col(nearest) += points.col(t);
        counts(nearest) += 1;
      }
    });
    for (Index k = 0; k < clusters; ++k)
      if (counts(k) > 0) centres.col(k) = sums.col(k) / counts(k);
    if (!changed) break;
  }
  return labels;
}

SldsStart alike(const LdsModel& common, const std::vector<Trial>& trials, const SldsOptions& options,
                Progress& progress) {
  const Index K = options.states;
  SldsStart start{switchingOf(common, K),
                  std::vector<SldsPosterior>(trials.size()),
                  {options.transitions, options.stickiness,
                   kFloor * common.Q.trace() / static_cast<double>(common.latents())}};
  for (Matrix& Q : start.model.Q) Q = raisedNoise(Q, start.bounds.noiseFloor, options.kind.dynamicsNoise);
  start.elbo = logPrior(start.model, start.bounds);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    start.posteriors[i].z = independentStates(
        Matrix::Constant(K, trials[i].activity.cols(), 1.0 / static_cast<double>(K)), progress);
    start.elbo += improve(start.posteriors[i], start.model, trials[i], progress);
  }
  return start;
}

void separate(SldsStart& start, const std::vector<Trial>& trials, const SldsOptions& options,
              std::uint64_t seed, Progress& progress) {
  believe(start.posteriors,
          kMeans(featuresOf(start.posteriors), options.states, seed, kClusterRounds, progress), progress);
  for (int round = 0; round < kRounds; ++round) {
    updateStates(start.model, trials, start.posteriors, options.kind, start.bounds, progress);
    updateTransitions(start.model, start.posteriors, start.bounds, progress);
    for (std::size_t i = 0; i < trials.size(); ++i)
      improveSwitches(start.posteriors[i], start.model, trials[i], progress);
  }
}

}  // namespace keyhole
