#include "core/fitting/switching/slds_start.h"

#include "core/common/random.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr std::uint64_t kSubstream = 11;          // of Stream::fit, apart from the rotation's
constexpr std::uint64_t kSeedStride = 1'000'003;  // between the tries of one seed
constexpr int kClusterRounds = 30;
constexpr int kTries = 16;                   // of a division of the time points into states
constexpr int kWarm = 6;                     // rounds of each in which q(z) is held back from deciding
constexpr int kTryRounds = 12;               // of q(z) and dynamics with q(x) fixed, of each try
constexpr double kSameDivision = 1e-3;       // nats: divisions that reach values so near are taken for one
constexpr double kBelief = 0.9;              // in the cluster, at first; the rest is shared by the others
constexpr double kFloor = 1e-6;              // of the common LDS's mean dynamics noise
constexpr double kLeastStartSpread = 1e-10;  // of P0, of its mean variance

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
void believe(std::vector<SldsPosterior>& posteriors, const std::vector<Index>& labels, Index K,
             const Progress& progress) {
  std::size_t at = 0;
  for (auto& posterior : posteriors) {
    const double other = (1 - kBelief) / static_cast<double>(std::max<Index>(K - 1, 1));
    Matrix states = Matrix::Constant(K, posterior.x.means.cols(), other);
    for (Index t = 0; t < states.cols(); ++t) states(labels[at++], t) = kBelief;
    posterior.z = independentStates(states, progress);
  }
}

// The step from x_t of each time point (the last one: to it), and where it comes from.
struct StepPairs {
  Matrix from, to;  // L x T of all trials together
};

StepPairs stepsOf(const std::vector<SldsPosterior>& posteriors) {
  const Index L = posteriors.front().x.means.rows();
  Index columns = 0;
  for (const auto& posterior : posteriors) columns += posterior.x.means.cols();
  StepPairs steps{Matrix(L, columns), Matrix(L, columns)};
  Index at = 0;
  for (const auto& posterior : posteriors) {
    const Matrix& x = posterior.x.means;
    const Index T = x.cols();
    steps.to.middleCols(at, T) = x;
    steps.from.block(0, at + 1, L, T - 1) = x.leftCols(T - 1);
    steps.from.col(at) = x.col(0);
    steps.to.col(at) = x.col(1);
    at += T;
  }
  return steps;
}

// Another division: in each of K stretches of the recording at random one linear system is regressed, and
// every step goes to the system that foretells it best. (Clusters of places and velocities are no states
// where two systems act in one place.)
std::vector<Index> windowsOf(const std::vector<SldsPosterior>& posteriors, Index states, std::uint64_t seed,
                             const Progress& progress) {
  const StepPairs steps = stepsOf(posteriors);
  const Index L = steps.from.rows(), T = steps.from.cols();
  const Index length = std::min(T, std::max<Index>(6 * (L + 1), T / (8 * states)));
  std::vector<double> draws(static_cast<std::size_t>(states));
  RandomStream(seed, Stream::fit, kSubstream).uniforms(1, draws);
  Matrix misses(states, T), Z(L + 1, T);
  Z << steps.from, Matrix::Ones(1, T);
  for (Index k = 0; k < states; ++k) {
    progress.throwIfStopped();
    const auto place =
        static_cast<Index>(draws[static_cast<std::size_t>(k)] * static_cast<double>(T - length));
    const Matrix z = Z.middleCols(place, length), y = steps.to.middleCols(place, length);
    Matrix gram = z * z.transpose();
    gram.diagonal().array() += 1e-6 * gram.diagonal().maxCoeff();
    const Matrix W = gram.ldlt().solve(z * y.transpose()).transpose();
    misses.row(k) = (steps.to - W * Z).colwise().squaredNorm();
  }
  std::vector<Index> labels(static_cast<std::size_t>(T));
  for (Index t = 0; t < T; ++t) misses.col(t).minCoeff(&labels[static_cast<std::size_t>(t)]);
  return labels;
}

// One round with q(x) as it is: the dynamics given q(z), then q(z), whose evidence counts `share` (1: fully;
// below it no state is given up before its dynamics are known). Returns what the two reach together.
double roundOf(SldsStart& start, const std::vector<Trial>& trials, const SldsOptions& options, double share,
               Progress& progress) {
  updateStates(start.model, trials, start.posteriors, options.kind, start.bounds, progress);
  updateTransitions(start.model, start.posteriors, start.bounds, progress);
  double value = logPrior(start.model, start.bounds);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    DiscreteChain chain = switchesGiven(start.posteriors[i].x, start.model, trials[i], progress);
    if (share < 1) chain.logLikelihoods *= share;
    start.posteriors[i].z = forwardBackward(chain, progress);
    value += start.posteriors[i].z.logNormaliser;
  }
  return value;
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
  // As the common noise may be singular to rounding, so may a first state that is nearly a point.
  start.model.P0.diagonal().array() +=
      kLeastStartSpread * common.P0.trace() / static_cast<double>(common.latents());
  start.elbo = logPrior(start.model, start.bounds);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    start.posteriors[i].z = independentStates(
        Matrix::Constant(K, trials[i].activity.cols(), 1.0 / static_cast<double>(K)), progress);
    start.elbo += improve(start.posteriors[i], start.model, trials[i], progress);
  }
  return start;
}

std::vector<SldsDivision> divisionsOf(SldsStart& start, const std::vector<Trial>& trials,
                                      const SldsOptions& options, std::uint64_t seed, std::size_t most,
                                      Progress& progress) {
  const SldsModel alikeOnes = start.model;
  std::vector<SldsDivision> found;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    start.model = alikeOnes;
    const std::uint64_t own = seed + kSeedStride * static_cast<std::uint64_t>(attempt);
    believe(start.posteriors,
            attempt % 2 == 0
                ? kMeans(featuresOf(start.posteriors), options.states, own, kClusterRounds, progress)
                : windowsOf(start.posteriors, options.states, own, progress),
            options.states, progress);
    SldsDivision division;
    try {
      for (int r = 0; r < kTryRounds; ++r)
        division.value = roundOf(start, trials, options, std::min(1.0, (r + 1.0) / kWarm), progress);
    } catch (const Stopped&) {
      throw;
    } catch (const std::runtime_error&) {
      continue;  // a division that breaks the dynamics is none
    }
    if (!std::isfinite(division.value)) continue;
    const auto place = std::find_if(found.begin(), found.end(), [&](const SldsDivision& other) {
      return division.value > other.value - kSameDivision;
    });
    if (place != found.end() && std::abs(place->value - division.value) < kSameDivision) continue;
    if (place == found.end() && found.size() >= most) continue;
    division.model = start.model;
    for (auto& posterior : start.posteriors) division.switches.push_back(std::move(posterior.z));
    found.insert(place, std::move(division));
    if (found.size() > most) found.pop_back();
  }
  if (found.empty()) throw std::runtime_error("no division into discrete states can be evaluated");
  return found;
}

}  // namespace keyhole
