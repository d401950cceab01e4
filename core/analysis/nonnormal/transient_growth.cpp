#include "core/analysis/nonnormal/transient_growth.h"

#include "core/analysis/nonnormal/compression.h"
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "core/linalg/exponential.h"
#include "core/linalg/signs.h"
#include "core/linalg/singular.h"

#include <algorithm>
#include <cmath>
#include <memory>

namespace keyhole {
namespace {

constexpr Index kSmallForNorms = 30;     // units up to which every norm is an SVD
constexpr double kFreshOfStart = 0.3;    // of something random in every start
constexpr double kNormTolerance = 1e-7;  // relative residual of a norm: its own error is of the order 1e-14
constexpr double kLargest = 1e100;
constexpr double kGrows = 1e-9;  // a maximum above 1 by less is rounding

// e^{(C - I) t} at t = 0, h, 2h, …, and at any one time.
class Propagator {
 public:
  virtual ~Propagator() = default;
  virtual void advance() = 0;
  virtual void jumpTo(double t) = 0;
  virtual Vector apply(const Vector& x) const = 0;
  virtual Vector applyTransposed(const Vector& x) const = 0;
  virtual const Matrix* dense() const { return nullptr; }

  LinearOperator linearOperator() const {
    return {[this](const Vector& x) { return apply(x); },
            [this](const Vector& x) { return applyTransposed(x); }};
  }
};

Matrix mapOf(const Matrix& core, double alpha) {
  return alpha * core + (1 - alpha) * Matrix::Identity(core.rows(), core.cols());
}

Matrix power(Matrix F, Index exponent) {
  Matrix result = Matrix::Identity(F.rows(), F.cols());
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) result = (result * F).eval();
    if (exponent > 1) F = (F * F).eval();
  }
  return result;
}

// alpha: of the map (C stands for F then), or 0.
class DensePropagator : public Propagator {
 public:
  DensePropagator(const Matrix& core, double h, double alpha)
      : m_core(core), m_alpha(alpha), m_step(over(h)), m_now(Matrix::Identity(core.rows(), core.cols())) {}
  void advance() override { m_now = (m_now * m_step).eval(); }
  void jumpTo(double t) override { m_now = over(t); }
  Vector apply(const Vector& x) const override { return m_now * x; }
  Vector applyTransposed(const Vector& x) const override { return m_now.transpose() * x; }
  const Matrix* dense() const override { return &m_now; }

 private:
  Matrix over(double t) const {
    if (m_alpha > 0) return power(mapOf(m_core, m_alpha), std::llround(t / m_alpha));
    return exponential((m_core - Matrix::Identity(m_core.rows(), m_core.cols())) * t);
  }

  Matrix m_core;
  double m_alpha;
  Matrix m_step, m_now;
};

// e^{(T - I)t} = e^{(diagonal - 1) t} Σ t^k/k! Sᵏ with S the nilpotent part, applied to vectors.
class ChainPropagator : public Propagator {
 public:
  ChainPropagator(ChainForm chain, double h)
      : m_decay(1 - chain.diagonal), m_chain(std::move(chain)), m_h(h) {
    m_chain.diagonal = 0;
  }
  void advance() override { ++m_steps; }
  void jumpTo(double t) override {
    m_h = t;
    m_steps = 1;
  }
  Vector apply(const Vector& x) const override {
    return series(x, [&](const Vector& from, Vector& to) { m_chain.applyModes(from, to); });
  }
  Vector applyTransposed(const Vector& x) const override {
    return series(x, [&](const Vector& from, Vector& to) {
      const Index n = from.size();
      to(0) = 0;
      to.tail(n - 1) = m_chain.links.cwiseProduct(from.head(n - 1));
      to.tail(n - 1).array() += m_chain.beta * from(0);
    });
  }

 private:
  template <typename Apply>
  Vector series(const Vector& x, const Apply& apply) const {
    const double t = static_cast<double>(m_steps) * m_h;
    Vector term = x, next(x.size()), sum = x;
    for (Index k = 1; k < x.size() + 2; ++k) {
      apply(term, next);
      term = (t / static_cast<double>(k)) * next;
      sum += term;
      if (static_cast<double>(k) > t && term.norm() <= 1e-17 * sum.norm()) break;
    }
    return std::exp(-m_decay * t) * sum;
  }

  double m_decay;
  ChainForm m_chain;
  double m_h;
  Index m_steps = 0;
};

std::unique_ptr<Propagator> propagatorOf(const Compression& compressed, double h, double alpha) {
  if (compressed.chain && alpha == 0) return std::make_unique<ChainPropagator>(*compressed.chain, h);
  return std::make_unique<DensePropagator>(compressed.core, h, alpha);
}

// Norms at successive times, each from the vectors of the one before.
class Norms {
 public:
  explicit Norms(Index n) : m_vector(Vector::Zero(n)) {}

  LeadingSingular of(const Propagator& propagator) {
    const Index n = m_vector.size();
    if (const Matrix* E = propagator.dense(); E && n <= kSmallForNorms) return bySvd(*E);
    Vector start = RandomStream(1, Stream::probe, 1).normalMatrix(n, 1, m_count++);
    start = m_vector + kFreshOfStart * start.normalized();
    LeadingSingular pair = leadingSingular(propagator.linearOperator(), start, kNormTolerance);
    if (const Matrix* E = propagator.dense(); E && !pair.converged) pair = bySvd(*E);
    if (pair.right.allFinite()) m_vector = pair.right;
    return pair;
  }

 private:
  static LeadingSingular bySvd(const Matrix& E) {
    LeadingSingular pair;
    if (E.size() == 0 || !E.allFinite()) {
      pair.value = E.size() == 0 ? 0 : HUGE_VAL;
      return pair;
    }
    const SingularSystem system = singularSystem(E);
    return {system.values(0), system.left.col(0), system.right.col(0), 0, true};
  }

  Vector m_vector;
  std::uint64_t m_count = 0;
};

// Unit, in the D - s dimensions beside the core.
Vector besideTheCore(const Compression& compressed) {
  Index unit = 0;
  compressed.basis.rowwise().squaredNorm().minCoeff(&unit);
  Vector x = Vector::Unit(compressed.basis.rows(), unit);
  x -= compressed.basis * compressed.basis.row(unit).transpose();
  return x.normalized();
}

NumericalAbscissa abscissaOf(const Compression& compressed) {
  NumericalAbscissa result;
  result.value = -HUGE_VAL;
  if (compressed.core.rows() > 0) {
    const auto top = symmetricEigenSystem(0.5 * (compressed.core + compressed.core.transpose()), 1);
    result.value = top.values(0);
    result.direction = compressed.lifted(Matrix(top.vectors)).col(0);
    result.direction *= directionSign(result.direction);
  }
  if (compressed.rest > 0 && result.value < 0) {
    result.value = 0;
    result.direction = besideTheCore(compressed);
  }
  return result;
}

// 1 + ln(factor) / α, of a factor per step.
double rateOf(double factor, double alpha) {
  constexpr double kLeast = 1e-300;
  return 1 + std::log(std::max(factor, kLeast)) / alpha;
}

// What the zeros beside the core are multiplied by.
double restFactor(const Compression& compressed, double alpha) {
  return compressed.rest > 0 ? std::abs(1 - alpha) : 0;
}

NumericalAbscissa firstStepOf(const Compression& compressed, double alpha) {
  NumericalAbscissa result;
  double factor = 0;
  if (compressed.core.rows() > 0) {
    const SingularSystem system = singularSystem(mapOf(compressed.core, alpha));
    factor = system.values(0);
    result.direction = compressed.lifted(Matrix(system.right.leftCols(1))).col(0);
    result.direction *= directionSign(result.direction);
  }
  if (compressed.rest > 0 && factor < restFactor(compressed, alpha)) {
    factor = restFactor(compressed, alpha);
    result.direction = besideTheCore(compressed);
  }
  result.value = rateOf(factor, alpha);
  return result;
}

double slowestOfMap(const Compression& compressed, double alpha) {
  double largest = restFactor(compressed, alpha);
  largest = std::max(largest, spectralRadius(mapOf(compressed.core, alpha)));
  return rateOf(largest, alpha);
}

double spectralAbscissa(const Network& network, const Compression& compressed) {
  if (network.exactEigenvalues()) return (*network.exactEigenvalues())(0).real();
  return eigenvalues(compressed.core)(0).real();
}

// The vertex of the parabola through log G at a point and its neighbours.
double vertex(const TransientGrowth& result, Index k) {
  const double h = result.time(1) - result.time(0);
  const double a = std::log(result.growth(k - 1)), b = std::log(result.growth(k)),
               c = std::log(result.growth(k + 1));
  const double curvature = a - 2 * b + c;
  const double shift = curvature < 0 ? 0.5 * (a - c) / curvature : 0.0;
  return result.time(k) + h * std::clamp(shift, -1.0, 1.0);
}

void findMaximum(TransientGrowth& result, const Compression& compressed, double alpha) {
  Index k = 0;
  result.maximum = result.growth.maxCoeff(&k);
  result.maximumTime = result.time(k);
  result.atHorizon = k == result.growth.size() - 1 && k > 0;
  result.amplified = result.response = result.initial.direction;
  if (k == 0 || result.maximum <= 1 + kGrows) {
    result.maximum = 1;
    result.maximumTime = 0;
    return;
  }
  double between = k + 1 < result.growth.size() ? vertex(result, k) : result.time(k);
  if (alpha > 0) between = alpha * std::round(between / alpha);
  const double times[] = {result.time(k), between};
  result.maximum = 0;
  for (const double t : times) {
    const auto propagator = propagatorOf(compressed, t, alpha);
    propagator->advance();
    const LeadingSingular pair = Norms(compressed.core.rows()).of(*propagator);
    if (pair.value <= result.maximum) continue;
    result.maximum = pair.value;
    result.maximumTime = t;
    result.amplified = compressed.lifted(pair.right);
    result.response = compressed.lifted(pair.left);
  }
  const double sign = directionSign(result.amplified);
  result.amplified *= sign;
  result.response *= sign;
}

}  // namespace

std::vector<std::string> problems(const TransientOptions& options) {
  std::vector<std::string> found;
  if (!(options.horizon > 0 && std::isfinite(options.horizon)))
    found.push_back("the horizon is " + toText(options.horizon) + "; allowed: a number above 0");
  if (options.points < 2)
    found.push_back("the number of points is " + std::to_string(options.points) + "; allowed: at least 2");
  if (!(options.step >= 0 && options.step <= 1))
    found.push_back("the step is " + toText(options.step) + "; allowed: a number from 0 to 1");
  return found;
}

namespace {

// Of a map whole steps, as many between two points as the horizon needs.
Vector timesOf(const TransientOptions& options) {
  if (options.step == 0) return Vector::LinSpaced(options.points + 1, 0, options.horizon);
  const Index steps = std::max<Index>(std::llround(options.horizon / options.step), 1);
  const Index each = (steps + options.points - 1) / options.points, points = (steps + each - 1) / each;
  const double h = static_cast<double>(each) * options.step;
  return Vector::LinSpaced(points + 1, 0, h * static_cast<double>(points));
}

}  // namespace

TransientGrowth transientGrowth(const Network& network, const TransientOptions& options, Progress& progress) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  progress.checkpoint(0, "transient growth");
  const Compression compressed = compressionOf(network);
  TransientGrowth result;
  const double alpha = options.step;
  const bool isMap = alpha > 0;
  result.spectralAbscissa = isMap ? slowestOfMap(compressed, alpha) : spectralAbscissa(network, compressed);
  result.initial = isMap ? firstStepOf(compressed, alpha) : abscissaOf(compressed);
  result.time = timesOf(options);
  const Index points = result.time.size() - 1;
  result.growth = Vector::Ones(points + 1);
  const auto propagator = propagatorOf(compressed, result.time(1), alpha);
  Norms norms(compressed.core.rows());
  for (Index k = 1; k <= points; ++k) {
    progress.checkpoint(static_cast<double>(k) / static_cast<double>(points), "transient growth");
    propagator->advance();
    const LeadingSingular pair = norms.of(*propagator);
    const double alone =
        isMap ? std::pow(std::abs(1 - alpha), result.time(k) / alpha) : std::exp(-result.time(k));
    const double rest = compressed.rest > 0 ? alone : 0.0;
    if (!(pair.value < kLargest)) {
      result.overflow = true;
      result.time.conservativeResize(k);
      result.growth.conservativeResize(k);
      break;
    }
    result.growth(k) = std::max(pair.value, rest);
    if (pair.value > 0) result.residual = std::max(result.residual, pair.residual / pair.value);
  }
  findMaximum(result, compressed, alpha);
  return result;
}

}  // namespace keyhole
