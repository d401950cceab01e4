// How often the arrow of time (core/audit/reversibility/arrow.h) is found at 5 % where there is none, in
// cells of circuits and lengths, where the hypothesis is violated without an arrow of the circuit's own, and
// in circuits that have one:
//   keyhole_arrow_level [RECORDINGS]     of each cell; 400 if not said
#include "core/audit/reversibility/arrow.h"
#include "core/common/memory.h"
#include "core/common/parallel.h"
#include "core/common/random.h"
#include "core/linalg/blas_kernel.h"
#include "core/network/teachers.h"
#include "core/simulation/simulate.h"

#include <Eigen/Eigenvalues>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <mutex>

namespace {

using namespace keyhole;

constexpr Index kUnits = 100, kSeen = 10;
constexpr double kAlpha = 0.1;

struct Cell {
  const char* name;
  TeacherKind kind;
  double slowTau;  // of a line attractor, in τ; 0: of the length, a fiftieth
  Nonlinearity phi = Nonlinearity::linear;
  double noise = 0;     // observation, in deviations of the units
  double inputTau = 0;  // a common slow input, in τ
  double spread = 0;    // of the units' time constants, natural logarithm
  bool second = false;  // a second slow mode, twice as fast
};

const Cell kCells[] = {
    {"symmetric", TeacherKind::symmetric, 0},
    {"symmetric, tanh", TeacherKind::symmetric, 0, Nonlinearity::tanh},
    {"symmetric, noise 50 %", TeacherKind::symmetric, 0, Nonlinearity::linear, 1},
    {"line attractor, tau T/50", TeacherKind::lineAttractor, 0},
    {"line attractor, tau T/50, tanh", TeacherKind::lineAttractor, 0, Nonlinearity::tanh},
    {"line attractor, tau T/50, noise 50 %", TeacherKind::lineAttractor, 0, Nonlinearity::linear, 1},
    {"two slow modes, tau T/50 and T/100", TeacherKind::lineAttractor, 0, Nonlinearity::linear, 0, 0, 0,
     true},
    {"violated: common input of 5 tau", TeacherKind::symmetric, 0, Nonlinearity::linear, 0, 5},
    {"violated: unequal time constants", TeacherKind::symmetric, 0, Nonlinearity::linear, 0, 0, 0.5},
    {"arrow: chain", TeacherKind::chain, 0},
    {"arrow: low rank", TeacherKind::lowRankOrthogonal, 0},
    {"arrow: Gaussian", TeacherKind::gaussian, 0},
};

Matrix circuitOf(const Cell& cell, double T, std::uint64_t seed) {
  TeacherOptions options;
  options.kind = cell.kind;
  options.size = kUnits;
  options.seed = seed;
  options.leadingEigenvalue = 1 - 1 / std::max(T / 50, 2.0);
  Matrix B = buildTeacher(options).network.dense();
  if (!cell.second) return B;
  // Along a random direction across the first: B stays symmetric.
  const Eigen::SelfAdjointEigenSolver<Matrix> system(B);
  const Matrix U = system.eigenvectors();
  const Index other = kUnits / 2;
  const double value = 1 - 1 / std::max(T / 100, 2.0);
  B += (value - system.eigenvalues()(other)) * U.col(other) * U.col(other).transpose();
  return B;
}

Trial recordingOf(const Cell& cell, double T, std::uint64_t seed) {
  const Matrix B = circuitOf(cell, T, seed);
  const auto steps = static_cast<Index>(T / kAlpha), burn = std::min<Index>(steps, 2000);
  const RandomStream random(seed, Stream::noise);
  const Matrix extra = RandomStream(seed, Stream::probe).normalMatrix(kUnits, 2);
  const Vector rates = (kAlpha * (cell.spread * extra.col(0)).array().exp()).matrix().cwiseMin(1.0);
  Vector x = Vector::Zero(kUnits), step(kUnits);
  double input = 0;
  std::vector<double> draw(kUnits + 4);
  Trial trial{Matrix(kSeen, steps), Matrix(0, steps)};
  for (Index t = -burn; t < steps; ++t) {
    random.normals(static_cast<std::uint64_t>(t + burn), draw);
    if (cell.inputTau > 0)
      input += kAlpha / cell.inputTau * (-input) + std::sqrt(2 * kAlpha / cell.inputTau) * 0.2 * draw[kUnits];
    step = B * (cell.phi == Nonlinearity::tanh ? Vector(x.array().tanh()) : x) - x;
    step += 0.6 * Eigen::Map<const Vector>(draw.data(), kUnits) + input * extra.col(1);
    x += rates.cwiseProduct(step);
    if (t >= 0) trial.activity.col(t) = x.head(kSeen);
  }
  if (cell.noise > 0) {
    const Vector mean = trial.activity.rowwise().mean();
    const Vector deviation =
        ((trial.activity.colwise() - mean).rowwise().squaredNorm() / static_cast<double>(steps)).cwiseSqrt();
    trial.activity += cell.noise * deviation.asDiagonal() *
                      RandomStream(seed, Stream::observationNoise).normalMatrix(kSeen, steps);
  }
  return trial;
}

void measure(const Cell& cell, double T, std::size_t recordings) {
  int found = 0, tested = 0;
  double share = 0;
  std::mutex mutex;
  parallelFor(recordings, [&](std::size_t i) {
    ArrowOptions options;
    options.flips = 199;
    options.recordings = 0;
    options.seed = i + 1;
    const Arrow arrow = arrowOfTime({recordingOf(cell, T, i + 1)}, options);
    const std::lock_guard lock(mutex);
    tested += arrow.tested;
    found += arrow.tested && arrow.pValue <= 0.05;
    share += arrow.tested ? arrow.antisymmetricShare : 0;
  });
  const double n = std::max(tested, 1);
  std::printf("%-40s T %5.0f tau  tested %4d of %4zu  found %5.1f %%  antisymmetric share %.4f\n", cell.name,
              T, tested, recordings, 100 * found / n, share / n);
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** values) {
  useOneBlasThread();
  keepFreedMemory();
  const std::size_t recordings = count > 1 ? std::strtoul(values[1], nullptr, 10) : 400;
  for (const double T : {50.0, 500.0, 5000.0})
    for (const Cell& cell : kCells) measure(cell, T, recordings);
  return 0;
}
