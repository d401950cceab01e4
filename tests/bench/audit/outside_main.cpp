// What does the audit's reference table say of circuits that its priors do not know?
//   keyhole_outside TABLE EACH UNITS SAMPLES [FOLDER]
// EACH circuits of every kind below, most of them a mechanism of the table in which one thing is otherwise,
// are recorded and asked of a table of TABLE circuits. Prints for each kind how many are told to be like
// nothing here, and of the others how many are wrong, and confidently wrong (a probability below 0.1 or above
// 0.9).
#include "core/audit/reference/answer.h"
#include "core/common/memory.h"
#include "core/common/parallel.h"
#include "core/linalg/blas_kernel.h"
#include "core/linalg/eigen.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>

namespace {

using namespace keyhole;

constexpr std::uint64_t kSeed = 77;  // of none of the tables

// A world in which something is otherwise: steps of x_i += α_i (-x_i + (B φ(x))_i) + noise.
struct OutsideWorld {
  World world;
  Vector alphas;                    // D
  double (*phi)(double) = nullptr;  // φ'(0) = 1
  Matrix shared;                    // D x k: directions of noise that units have in common; empty: none
  bool heavyTails = false;
  bool ring = false;  // a ring of points of rest: a slow variable whatever the modes at 0 say
};

double identity(double x) {
  return x;
}
double tangent(double x) {
  return std::tanh(x);
}
double softplus(double x) {
  return std::log1p(std::exp(2 * std::min(x, 300.0))) - std::numbers::ln2;
}
double rectified(double x) {
  return x > -0.5 ? x : -0.5;
}

OutsideWorld plain(World world) {
  OutsideWorld made;
  made.alphas = Vector::Constant(world.circuit.B.rows(), world.alpha);
  made.phi = world.phi == Nonlinearity::tanh ? &tangent : &identity;
  made.world = std::move(world);
  return made;
}

// Time constants of the linearisation at 0, falling, a pair once; empty: unstable.
std::vector<double> modesOf(const OutsideWorld& one) {
  const Matrix& B = one.world.circuit.B;
  Matrix W = one.alphas.asDiagonal() * (B - Matrix::Identity(B.rows(), B.rows()));
  W.diagonal().array() += 1;
  std::vector<double> modes;
  for (const auto& value : eigenvalues(W)) {
    if (value.imag() < 0) continue;
    if (!(std::abs(value) < 1)) return {};
    modes.push_back(-1 / std::log(std::abs(value)));
  }
  if (one.world.circuit.inputTau > 0)
    modes.push_back(-1 / std::log(1 - one.world.alpha / one.world.circuit.inputTau));
  std::sort(modes.rbegin(), modes.rend());
  modes.resize(std::min<std::size_t>(modes.size(), 8));
  return modes;
}

Eigen::MatrixXf runOf(const OutsideWorld& one, Index units, Index steps, std::uint64_t index) {
  const World& world = one.world;
  const Index D = world.circuit.B.rows(), k = one.shared.cols();
  const Index burn = std::max(steps / 2, static_cast<Index>(20 / world.alpha));
  const Vector scale = world.deviation * (1 - (1 - one.alphas.array()).square()).sqrt();
  const RandomStream random(kSeed, Stream::noise, index), task(kSeed, Stream::task, index);
  std::vector<double> draws(static_cast<std::size_t>(2 * D + k)), input(1);
  Vector x = Vector::Zero(D);
  double q = 0;
  Eigen::MatrixXf seen(units, steps);
  for (Index t = 0; t < burn + steps; ++t) {
    random.normals(static_cast<std::uint64_t>(t), draws);
    const Eigen::Map<const Vector> normal(draws.data(), D), more(draws.data() + D, D),
        common(draws.data() + 2 * D, k);
    Vector noise = normal;
    if (one.heavyTails)  // Student's t with three degrees of freedom, of unit variance
      for (Index i = 0; i < D; ++i) {
        const double other = more((i + 1) % D), third = more((i + 2) % D);
        noise(i) /= std::sqrt(more(i) * more(i) + other * other + third * third);
      }
    if (k > 0) noise = std::sqrt(0.5) * (noise + one.shared * common);
    noise.array() *= scale.array();
    if (world.circuit.inputTau > 0) {
      task.normals(static_cast<std::uint64_t>(t), input);
      const double keep = 1 - world.alpha / world.circuit.inputTau;
      q = keep * q + std::sqrt(1 - keep * keep) * input[0];
      noise += world.alpha * world.deviation * q * world.circuit.inputWeight;
    }
    x += one.alphas.cwiseProduct(world.circuit.B * x.unaryExpr(one.phi) - x) + noise;
    if (t >= burn) seen.col(t - burn) = x.head(units).cast<float>();
  }
  return seen;
}

// A mechanism of the table in another background. The mechanisms that ignore theirs are passed over.
std::optional<OutsideWorld> inBackground(const World& from, const Matrix& background, PriorDraws& draws) {
  World world = from;
  world.circuit = mechanisms()[world.mechanism].build(draws, background, false);
  return plain(std::move(world));
}

bool ignoresBackground(const World& world) {
  const std::string& name = mechanisms()[world.mechanism].name;
  return name == "gaussian" || name == "symmetric";
}

std::optional<OutsideWorld> sparse(const World& from, PriorDraws& draws) {
  if (ignoresBackground(from)) return {};
  const Index D = from.circuit.B.rows();
  const double g = draws.uniform(priors::kBackground), kept = 0.05;
  Matrix G = draws.normals(D, D) / std::sqrt(kept * static_cast<double>(D));
  for (double& weight : G.reshaped()) weight = draws.chance(kept) ? weight : 0;
  return inBackground(from, g * G, draws);
}

// Half-way to an antisymmetric background: eigenvalues in an upright ellipse.
std::optional<OutsideWorld> elliptic(const World& from, PriorDraws& draws) {
  if (ignoresBackground(from)) return {};
  const Index D = from.circuit.B.rows();
  const double g = draws.uniform(priors::kBackground);
  const Matrix G = draws.normals(D, D) / std::sqrt(static_cast<double>(D));
  return inBackground(from, g * (0.95 * G - 0.55 * G.transpose()), draws);
}

// A few groups of units, strong within: outliers at half of the spectral radius.
std::optional<OutsideWorld> clustered(const World& from, PriorDraws& draws) {
  if (ignoresBackground(from)) return {};
  const Index D = from.circuit.B.rows();
  const double g = draws.uniform(priors::kBackground);
  Matrix G = g * draws.normals(D, D) / std::sqrt(static_cast<double>(D));
  std::vector<Index> group(static_cast<std::size_t>(D));
  for (auto& one : group) one = draws.count(5);
  for (Index i = 0; i < D; ++i)
    for (Index j = 0; j < D; ++j)
      if (group[static_cast<std::size_t>(i)] == group[static_cast<std::size_t>(j)])
        G(i, j) += 2.5 / static_cast<double>(D);
  return inBackground(from, G, draws);
}

std::optional<OutsideWorld> soft(const World& from, PriorDraws&) {
  OutsideWorld made = plain(from);
  made.phi = &softplus;
  return made;
}

std::optional<OutsideWorld> clipped(const World& from, PriorDraws&) {
  OutsideWorld made = plain(from);
  made.phi = &rectified;
  return made;
}

// Each unit's own time constant, log-normal, four in five within a factor of 1.9.
std::optional<OutsideWorld> unequal(const World& from, PriorDraws& draws) {
  OutsideWorld made = plain(from);
  const Vector factor = (0.5 * draws.normals(made.alphas.size(), 1)).array().exp();
  made.alphas = made.alphas.cwiseProduct(factor).cwiseMin(0.9);
  return made;
}

// Half of the noise's variance is in five directions that all units share.
std::optional<OutsideWorld> correlated(const World& from, PriorDraws& draws) {
  OutsideWorld made = plain(from);
  made.shared = draws.normals(made.alphas.size(), 5) / std::sqrt(5.0);
  return made;
}

std::optional<OutsideWorld> heavyTailed(const World& from, PriorDraws&) {
  OutsideWorld made = plain(from);
  made.heavyTails = true;
  return made;
}

// Cosine coupling above 1: tanh units with a ring of points of rest of its own.
std::optional<OutsideWorld> ringAttractor(const World& from, PriorDraws& draws) {
  World world = from;
  const Index D = world.circuit.B.rows();
  const double g = draws.uniform({0, 0.3}), strength = draws.uniform({1.2, 2.5});
  Vector angle(D);
  for (Index i = 0; i < D; ++i)
    angle(i) = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(D);
  Eigen::VectorXi order = Eigen::VectorXi::LinSpaced(static_cast<int>(D), 0, static_cast<int>(D) - 1);
  for (Index i = D - 1; i > 0; --i) std::swap(order(i), order(draws.count(i + 1) - 1));
  const Vector mixed = angle(order);
  world.circuit = {};
  world.circuit.B = g * draws.normals(D, D) / std::sqrt(static_cast<double>(D));
  for (Index i = 0; i < D; ++i)
    for (Index j = 0; j < D; ++j)
      world.circuit.B(i, j) += 2 * strength / static_cast<double>(D) * std::cos(mixed(i) - mixed(j));
  world.phi = Nonlinearity::tanh;
  OutsideWorld made = plain(std::move(world));
  made.ring = true;
  return made;
}

struct Kind {
  const char* name;
  std::optional<OutsideWorld> (*make)(const World& from, PriorDraws& draws);
};

constexpr Kind kKinds[] = {
    {"sparse background, 5 % of the weights", sparse},
    {"elliptic background", elliptic},
    {"background of five groups", clustered},
    {"softplus units", soft},
    {"units clipped from below", clipped},
    {"unequal time constants", unequal},
    {"correlated noise", correlated},
    {"heavy-tailed noise", heavyTailed},
    {"ring attractor", ringAttractor},
};

struct Case {
  bool made = false, unlike = false, real = false;
  double said = 0;
};

// The index is of the draws alone: mechanisms in turn. An unstable or endless world is passed over.
Case askedOf(const Kind& kind, std::uint64_t index, const ReferenceShape& shape,
             const WorldClassifier& classifier, const TableDistances& distances) {
  const auto from = worldOf(shape, kSeed, index);
  if (!from) return {};
  PriorDraws draws(kSeed + 1, index);
  const auto one = kind.make(*from, draws);
  if (!one) return {};
  const auto modes = modesOf(*one);
  if (modes.empty() && !one->ring) return {};
  const Eigen::MatrixXf run = runOf(*one, shape.units, shape.timePoints(), index);
  if (!run.allFinite()) return {};
  const Statistics statistics = statisticsOf(recordedRun(one->world, shape, run, kSeed, index));
  Case made;
  made.made = true;
  made.real = one->ring || isReal(modes, statistics.claimedSteps);
  made.said = classifier.answer(statistics.values).real();
  made.unlike = distances.of(statistics).unlike();
  return made;
}

void print(const Kind& kind, const std::vector<Case>& cases) {
  double n = 0, unlike = 0, real = 0, answered = 0, wrong = 0, confident = 0, loss = 0;
  for (const Case& one : cases) {
    if (!one.made) continue;
    n += 1, real += one.real, unlike += one.unlike;
    if (one.unlike) continue;
    answered += 1;
    wrong += (one.said > 0.5) != one.real;
    confident += std::abs(one.said - (one.real ? 1 : 0)) > 0.9;
    const double p = std::clamp(one.said, 1e-6, 1 - 1e-6);
    loss -= std::log(one.real ? p : 1 - p);
  }
  std::printf("%-40s %5.0f %10.1f %% %12.1f %% %9.1f %% %13.1f %% %9.3f\n", kind.name, n, 100 * real / n,
              100 * unlike / n, 100 * wrong / answered, 100 * confident / answered, loss / answered);
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** values) {
  useOneBlasThread();
  keepFreedMemory();
  if (count < 5) {
    std::fprintf(stderr, "keyhole_outside TABLE EACH UNITS SAMPLES [FOLDER]\n");
    return 2;
  }
  const auto number = [&](int i) { return static_cast<Index>(std::strtol(values[i], nullptr, 10)); };
  const std::vector<Trial> any = {{Matrix::Zero(number(3), number(4)), Matrix(0, number(4))}};
  const ShapeFound found = shapeOf(any, {}, {});
  const auto table = referenceTable(found.shape, 1, number(1), count > 5 ? values[5] : "");
  const WorldClassifier classifier(table.rows, {});
  const TableDistances distances(table.rows);
  std::printf("%ld units x %ld samples, a table of %zu circuits\n", static_cast<long>(found.shape.units),
              static_cast<long>(found.shape.timePoints()), table.rows.size());
  std::printf("%-40s %5s %12s %14s %11s %15s %9s\n", "kind", "of", "really slow", "like nothing", "wrong",
              "confidently", "log loss");
  for (const Kind& kind : kKinds) {
    std::vector<Case> cases(static_cast<std::size_t>(number(2)));
    parallelFor(cases.size(),
                [&](std::size_t i) { cases[i] = askedOf(kind, i, found.shape, classifier, distances); });
    print(kind, cases);
  }
  return 0;
}
