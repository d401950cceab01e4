#include "core/audit/reference/worlds.h"

#include "core/linalg/eigen.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr Index kModes = 8, kMostDraws = 50;

Matrix backgroundOf(PriorDraws& draws, Index D, bool symmetric) {
  const double g = draws.uniform(priors::kBackground);
  const Matrix G = draws.normals(D, D) / std::sqrt(static_cast<double>(D));
  return symmetric ? Matrix(g / std::sqrt(8.0) * (G + G.transpose())) : Matrix(g * G);
}

// Symmetric circuits (to rounding) in less than half of the time.
ComplexVector valuesOf(const Matrix& B) {
  const bool symmetric = (B - B.transpose()).cwiseAbs().maxCoeff() <= 1e-12 * B.cwiseAbs().maxCoeff();
  if (!symmetric) return eigenvalues(B);
  return symmetricEigenSystem(Matrix(0.5 * (B + B.transpose()))).values.cast<std::complex<double>>();
}

// Time constants of the map in samples, falling, a pair once; empty: unstable.
std::vector<double> modesOf(const ReferenceCircuit& circuit, double alpha) {
  std::vector<double> modes;
  for (const auto& value : valuesOf(circuit.B)) {
    if (value.imag() < 0) continue;
    const double modulus = std::abs(1 - alpha + alpha * value);
    if (!(modulus < 1)) return {};
    modes.push_back(-1 / std::log(modulus));
  }
  if (circuit.inputTau > 0) modes.push_back(-1 / std::log(1 - alpha / circuit.inputTau));
  std::sort(modes.rbegin(), modes.rend());
  modes.resize(std::min<std::size_t>(modes.size(), kModes));
  return modes;
}

Index sizeOf(PriorDraws& draws, const ReferenceShape& shape) {
  const double N = static_cast<double>(shape.units);
  const double low = std::max(shape.fraction.low, N / static_cast<double>(shape.mostUnits));
  const double fraction = draws.logUniform({low, std::max(low, shape.fraction.high)});
  return std::clamp(static_cast<Index>(std::lround(N / fraction)), shape.units, shape.mostUnits);
}

void drawNuisances(World& world, PriorDraws& draws, const ReferenceShape& shape) {
  world.alpha = draws.logUniform(priors::kStep);
  world.phi = draws.chance(priors::kTanh) ? Nonlinearity::tanh : Nonlinearity::linear;
  world.deviation = draws.logUniform(priors::kDeviation);
  world.noiseShare = draws.chance(priors::kNoiseless) ? 0 : draws.uniform(priors::kNoiseShare);
  const double most = std::min(priors::kSmoothing.high, static_cast<double>(shape.timePoints()) / 200);
  world.smoothing = draws.chance(priors::kUnsmoothed) || most <= priors::kSmoothing.low
                        ? 0
                        : draws.logUniform({priors::kSmoothing.low, most});
  world.smoothedFirst = draws.chance(0.5);
  world.rateGain = draws.uniform(priors::kRateGain);
}

}  // namespace

const char* const kSlowVariableDefinition =
    "a mode of the circuit, linearised at rest, or of its common input whose time constant is at least half "
    "of "
    "the one that MAP claims and at least twice that of the next mode; up to three modes within a factor of "
    "two "
    "of each other count as one";

Index ReferenceShape::timePoints() const {
  Index all = 0;
  for (const Index T : lengths) all += T;
  return all;
}

std::optional<World> worldOf(const ReferenceShape& shape, std::uint64_t seed, std::uint64_t index) {
  const auto& rows = mechanisms();
  World world;
  world.mechanism = static_cast<std::size_t>(index % rows.size());
  PriorDraws draws(seed, index);
  for (Index attempt = 0; attempt < kMostDraws; ++attempt) {
    drawNuisances(world, draws, shape);
    const Index D = sizeOf(draws, shape);
    const bool symmetric = draws.chance(priors::kSymmetricBackground);
    world.circuit = rows[world.mechanism].build(draws, backgroundOf(draws, D, symmetric), symmetric);
    world.modes = modesOf(world.circuit, world.alpha);
    world.redrawn = attempt;
    if (!world.modes.empty()) return world;
  }
  return {};
}

double slowVariable(const std::vector<double>& modes) {
  for (std::size_t group = 1; group <= 3 && group < modes.size(); ++group) {
    if (modes[group - 1] < 0.5 * modes[0]) return 0;
    if (modes[group - 1] >= 2 * modes[group]) return modes[0];
  }
  return 0;
}

bool isReal(const std::vector<double>& modes, double claimedSteps) {
  const double slow = slowVariable(modes);
  return slow > 0 && slow >= 0.5 * claimedSteps;
}

}  // namespace keyhole
