// Runs of a world and what is recorded of them.
#include "core/audit/reference/worlds.h"
#include "core/observation/preprocessing/preprocessing.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace keyhole {
namespace {

using MatrixF = Eigen::MatrixXf;
using VectorF = Eigen::VectorXf;

// Normal variates in single precision, a column per row of the stream.
class NoiseRows {
 public:
  NoiseRows(std::uint64_t seed, std::uint64_t index) : m_random(seed, Stream::noise, index) {}

  // column: contiguous.
  template <class Column>
  void fill(std::uint64_t row, Column&& column, float scale) const {
    m_random.normals(row, std::span<float>(column.data(), static_cast<std::size_t>(column.size())));
    column *= scale;
  }

 private:
  RandomStream m_random;
};

// The process noise of one step, α σ, that gives a unit without coupling this deviation.
double stepNoise(const World& world) {
  return world.deviation * std::sqrt(1 - (1 - world.alpha) * (1 - world.alpha));
}

// What the common input adds to a unit of weight 1 at each step: α times an Ornstein-Uhlenbeck process with
// the deviation of a unit without coupling, so that a slow input of strength 1 moves such a unit by about its
// own deviation.
VectorF inputRun(const World& world, Index steps, std::uint64_t seed, std::uint64_t index) {
  VectorF made = VectorF::Zero(steps);
  if (world.circuit.inputTau == 0) return made;
  const double keep = 1 - world.alpha / world.circuit.inputTau;
  std::vector<double> draw(static_cast<std::size_t>(steps));
  RandomStream(seed, Stream::task, index).normals(0, draw);
  double q = draw[0];
  for (Index t = 0; t < steps; ++t) {
    q = keep * q + std::sqrt(1 - keep * keep) * draw[static_cast<std::size_t>(t)];
    made(t) = static_cast<float>(world.alpha * world.deviation * q);
  }
  return made;
}

VectorF startOf(const World& world, std::uint64_t seed, std::uint64_t index) {
  const Index D = world.circuit.B.rows();
  const Matrix normal = RandomStream(seed, Stream::initialState, index).normalMatrix(D, 2);
  Vector start = world.deviation * normal.col(0);
  if (world.circuit.slowTau > 0) {
    const double keep = 1 - world.alpha / world.circuit.slowTau;
    start += normal(0, 1) * world.circuit.slowGain * stepNoise(world) / std::sqrt(1 - keep * keep) *
             world.circuit.slowDirection;
  }
  return start.cast<float>();
}

MatrixF power(MatrixF W, Index exponent) {
  MatrixF result = MatrixF::Identity(W.rows(), W.rows());
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) result = (result * W).eval();
    W = (W * W).eval();
  }
  return result;
}

// By their samples, in the order of the run.
using Pushes = std::multimap<Index, VectorF>;

// x_{t+1} = W x_t + η_t. The run is cut into m blocks of L steps. What the noise of each block makes from
// rest is computed for all blocks at once, as products of matrices; the states at the blocks' beginnings then
// follow one from the other through W^L, and what each adds to the seen units is P W^t times it. A push is
// more noise in its step.
MatrixF linearRun(const World& world, Index units, Index steps, std::uint64_t seed, std::uint64_t index,
                  const Pushes& pushes) {
  const Index D = world.circuit.B.rows();
  MatrixF W = static_cast<float>(world.alpha) * world.circuit.B.cast<float>();
  W.diagonal().array() += static_cast<float>(1 - world.alpha);
  // Fewer, longer products than of sqrt(steps) columns: what each block adds afterwards costs little.
  const auto L = static_cast<Index>(std::ceil(0.4 * std::sqrt(static_cast<double>(steps))));
  const Index m = (steps + L - 1) / L;
  const VectorF input = inputRun(world, m * L, seed, index);
  const VectorF weight =
      world.circuit.inputWeight.size() > 0 ? VectorF(world.circuit.inputWeight.cast<float>()) : VectorF();
  const NoiseRows noise(seed, index);
  const auto scale = static_cast<float>(stepNoise(world));
  MatrixF E = MatrixF::Zero(D, m), next(D, m), seen(units, m * L);
  for (Index t = 0; t < L; ++t) {
    for (Index s = 0; s < m; ++s) {
      noise.fill(static_cast<std::uint64_t>(s * L + t), next.col(s), scale);
      if (weight.size() > 0) next.col(s) += input(s * L + t) * weight;
      for (auto [at, end] = pushes.equal_range(s * L + t); at != end; ++at)
        next.col(s).head(units) += at->second;
    }
    next.noalias() += W * E;
    E.swap(next);
    for (Index s = 0; s < m; ++s) seen.col(s * L + t) = E.col(s).head(units);
  }
  MatrixF starts(D, m);
  starts.col(0) = startOf(world, seed, index);
  const MatrixF over = power(W, L);
  for (Index s = 1; s < m; ++s) starts.col(s) = over * starts.col(s - 1) + E.col(s - 1);
  MatrixF reach = W.topRows(units), added(units, m);
  for (Index t = 0; t < L; ++t) {
    added.noalias() = reach * starts;
    for (Index s = 0; s < m; ++s) seen.col(s * L + t) += added.col(s);
    reach = (reach * W).eval();
  }
  return seen.leftCols(steps);
}

MatrixF tanhRun(const World& world, Index units, Index steps, std::uint64_t seed, std::uint64_t index,
                const Pushes& pushes) {
  const Index D = world.circuit.B.rows();
  const MatrixF B = static_cast<float>(world.alpha) * world.circuit.B.cast<float>();
  const auto keep = static_cast<float>(1 - world.alpha), scale = static_cast<float>(stepNoise(world));
  const VectorF input = inputRun(world, steps, seed, index);
  const VectorF weight =
      world.circuit.inputWeight.size() > 0 ? VectorF(world.circuit.inputWeight.cast<float>()) : VectorF();
  const NoiseRows noise(seed, index);
  VectorF x = startOf(world, seed, index), next(D);
  MatrixF seen(units, steps);
  for (Index t = 0; t < steps; ++t) {
    noise.fill(static_cast<std::uint64_t>(t), next, scale);
    if (weight.size() > 0) next += input(t) * weight;
    next.noalias() += B * VectorF(x.array().tanh());
    x = keep * x + next;
    for (auto [at, end] = pushes.equal_range(t); at != end; ++at) x.head(units) += at->second;
    seen.col(t) = x.head(units);
  }
  return seen;
}

MatrixF runOf(const World& world, Index units, Index steps, std::uint64_t seed, std::uint64_t index,
              const Pushes& pushes = {}) {
  return (world.phi == Nonlinearity::linear ? linearRun : tanhRun)(world, units, steps, seed, index, pushes);
}

Index burnOf(const World& world, Index steps) {
  return std::min(steps / 2, static_cast<Index>(20 / world.alpha));
}

// A Gaussian kernel over the samples, reflected at the ends of the run. As products with one banded matrix,
// which holds what each sample of a stretch adds to each made one: twice the multiplications, and still
// a fraction of the time.
Matrix smoothedBy(const Matrix& X, double width) {
  const auto reach = static_cast<Index>(std::ceil(4 * width));
  const Index T = X.cols(), made = std::min(T, std::max<Index>(2 * reach, 32));
  Vector kernel(2 * reach + 1);
  for (Index k = -reach; k <= reach; ++k)
    kernel(k + reach) = std::exp(-0.5 * std::pow(static_cast<double>(k) / width, 2));
  kernel /= kernel.sum();
  MatrixF band = MatrixF::Zero(made + 2 * reach, made);
  for (Index t = 0; t < made; ++t) band.col(t).segment(t, 2 * reach + 1) = kernel.cast<float>();
  MatrixF padded(X.rows(), T + 2 * reach);
  for (Index t = -reach; t < T + reach; ++t) {
    Index at = t < 0 ? std::min(-t, T - 1) : t;
    if (at >= T) at = std::max<Index>(2 * (T - 1) - at, 0);
    padded.col(t + reach) = X.col(at).cast<float>();
  }
  MatrixF smooth(X.rows(), T);
  for (Index t = 0; t < T; t += made) {
    const Index n = std::min(made, T - t);
    smooth.middleCols(t, n).noalias() =
        padded.middleCols(t, n + 2 * reach) * band.topLeftCorner(n + 2 * reach, n);
  }
  return smooth.cast<double>();
}

Vector deviationsOf(const Matrix& X) {
  const Vector mean = X.rowwise().mean();
  return ((X.colwise() - mean).rowwise().squaredNorm() / static_cast<double>(X.cols())).cwiseSqrt();
}

Matrix noisy(const Matrix& X, double share, std::uint64_t seed, std::uint64_t index) {
  const double relative = std::sqrt(share / (1 - share));
  return X + relative * deviationsOf(X).asDiagonal() *
                 RandomStream(seed, Stream::observationNoise, index).normalMatrix(X.rows(), X.cols());
}

// Poisson by inversion of one uniform number; means above 500 as a rounded normal variate would be as good,
// and do not occur in bins of spikes.
double poisson(double mean, double uniform) {
  double term = std::exp(-mean), sum = term, k = 0;
  while (uniform > sum && k < 1000) {
    k += 1;
    term *= mean / k;
    sum += term;
  }
  return k;
}

Matrix counts(const Matrix& X, const World& world, const std::vector<double>& means, std::uint64_t seed,
              std::uint64_t index) {
  const Vector mean = X.rowwise().mean(), deviation = deviationsOf(X).cwiseMax(1e-12);
  const RandomStream random(seed, Stream::observationNoise, index);
  std::vector<double> draw(static_cast<std::size_t>(X.rows()));
  Matrix made(X.rows(), X.cols());
  const double k = world.rateGain;
  for (Index t = 0; t < X.cols(); ++t) {
    random.uniforms(static_cast<std::uint64_t>(t), draw);
    for (Index i = 0; i < X.rows(); ++i) {
      const double z = (X(i, t) - mean(i)) / deviation(i);
      const auto at = static_cast<std::size_t>(i);
      made(i, t) = poisson(std::min(means[at] * std::exp(k * z - 0.5 * k * k), 500.0), draw[at]);
    }
  }
  return made;
}

Matrix observed(const World& world, const ReferenceShape& shape, Matrix X, std::uint64_t seed,
                std::uint64_t index) {
  if (!shape.meanCounts.empty()) return counts(X, world, shape.meanCounts, seed, index);
  const auto smooth = [&] {
    if (world.smoothing > 0) X = smoothedBy(X, world.smoothing);
  };
  if (world.smoothedFirst) smooth();
  if (world.noiseShare > 0) X = noisy(X, world.noiseShare, seed, index);
  if (!world.smoothedFirst) smooth();
  return X;
}

}  // namespace

Eigen::MatrixXf seenRun(const World& world, Index units, Index steps, std::uint64_t seed,
                        std::uint64_t index) {
  const Index burn = burnOf(world, steps);
  return runOf(world, units, burn + steps, seed, index).rightCols(steps);
}

std::vector<Trial> recordedRun(const World& world, const ReferenceShape& shape, const MatrixF& run,
                               std::uint64_t seed, std::uint64_t index) {
  Recording recording;
  recording.activity = observed(world, shape, run.cast<double>(), seed, index);
  recording.trialLengths = shape.lengths;
  recording.interval = 1;
  recording.intervalUnit = "s";
  Preprocessing steps;
  steps.detrend = shape.detrend;
  if (shape.gaussianWidth > 0 || shape.exponentialWidth > 0) {
    steps.smoothing = shape.gaussianWidth > 0 ? Smoothing::gaussian : Smoothing::exponential;
    steps.smoothingWidth = std::max(shape.gaussianWidth, shape.exponentialWidth);
  }
  recording = preprocessed(std::move(recording), steps);
  std::vector<Trial> trials;
  const auto bounds = trialBounds(recording);
  for (std::size_t k = 0; k + 1 < bounds.size(); ++k)
    trials.push_back({recording.activity.middleCols(bounds[k], bounds[k + 1] - bounds[k]),
                      Matrix(0, bounds[k + 1] - bounds[k])});
  return trials;
}

std::vector<Trial> recordedWorld(const World& world, const ReferenceShape& shape, std::uint64_t seed,
                                 std::uint64_t index) {
  return recordedRun(world, shape, seenRun(world, shape.units, shape.timePoints(), seed, index), seed, index);
}

std::vector<Trial> recordedPushes(const World& world, const ReferenceShape& shape,
                                  const std::vector<SeenPush>& pushes, std::uint64_t seed,
                                  std::uint64_t index) {
  const Index steps = shape.timePoints(), burn = burnOf(world, steps);
  const Vector deviations = deviationsOf(seenRun(world, shape.units, steps, seed, index).cast<double>());
  Pushes placed;
  for (const auto& one : pushes)
    placed.emplace(burn + one.at, VectorF(deviations.cwiseProduct(one.push).cast<float>()));
  const MatrixF run = runOf(world, shape.units, burn + steps, seed, index, placed).rightCols(steps);
  return recordedRun(world, shape, run, seed, index);
}

}  // namespace keyhole
