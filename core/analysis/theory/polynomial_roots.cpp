#include "core/analysis/theory/polynomial_roots.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace keyhole {
namespace {

using Complex = std::complex<double>;
constexpr double kPi = std::numbers::pi;
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

double wrapped(double angle) {
  return angle - 2 * kPi * std::round(angle / (2 * kPi));
}

// f z^-degree on the line: its argument and the argument's derivative along it.
struct Node {
  double y, angle, slope, size;  // size: |d log / dz|
};

std::optional<Node> nodeAt(double c, double y, const MonicPolynomial& polynomial) {
  const Complex z(c, y);
  const auto value = polynomial.at(z);
  if (!(std::abs(value.f) > 10 * value.noise)) return {};
  const auto degree = static_cast<double>(polynomial.degree());
  const Complex log = value.derivative / value.f - degree / z;
  return Node{y, std::arg(value.f) - degree * std::arg(z), log.real(), std::abs(log)};
}

// The change of the argument from a to b. Empty if f drowns.
std::optional<double> turned(double c, const Node& a, const Node& b, const MonicPolynomial& polynomial,
                             int depth) {
  const double step = b.y - a.y, change = wrapped(b.angle - a.angle);
  const bool smooth = step * std::max(a.size, b.size) < 1.5;
  if (smooth && std::abs(change - 0.5 * step * (a.slope + b.slope)) < 0.3) return change;
  if (depth == 0) return {};
  const auto middle = nodeAt(c, 0.5 * (a.y + b.y), polynomial);
  if (!middle) return {};
  const auto lower = turned(c, a, *middle, polynomial, depth - 1);
  if (!lower) return {};
  const auto upper = turned(c, *middle, b, polynomial, depth - 1);
  if (!upper) return {};
  return *lower + *upper;
}

double radiusOf(const Vector& coefficients) {
  const Index degree = coefficients.size() - 1;
  for (double radius = 1.0;; radius *= 1.1) {
    double sum = 0;
    for (Index k = 0; k < degree; ++k) sum = sum / radius + std::abs(coefficients(k));
    if (sum / radius < 1) return radius;
  }
}

}  // namespace

MonicPolynomial::MonicPolynomial(Vector coefficients)
    : m_coefficients(std::move(coefficients)), m_radius(radiusOf(m_coefficients)) {}

MonicPolynomial::Value MonicPolynomial::at(Complex z) const {
  const double x = z.real(), y = z.imag(), modulus = std::abs(z);
  double fr = 1, fi = 0, gr = 0, gi = 0, bound = 1;
  for (Index k = degree() - 1; k >= 0; --k) {
    const double g = gr * x - gi * y + fr;
    gi = gr * y + gi * x + fi;
    gr = g;
    const double f = fr * x - fi * y + m_coefficients(k);
    fi = fr * y + fi * x;
    fr = f;
    bound = bound * modulus + std::abs(m_coefficients(k));
  }
  return {{fr, fi}, {gr, gi}, 2 * static_cast<double>(degree()) * kEpsilon * bound};
}

bool refineRoots(const MonicPolynomial& polynomial, ComplexVector& roots) {
  constexpr int kMaxSteps = 60;
  for (Index i = 0; i < roots.size(); ++i)
    if (roots(i).imag() == 0) roots(i).imag(i % 2 == 0 ? 1e-4 : -1e-4);
  std::vector<bool> settled(static_cast<std::size_t>(roots.size()), false);
  for (int step = 0; step < kMaxSteps; ++step) {
    bool all = true;
    for (Index i = 0; i < roots.size(); ++i) {
      if (settled[static_cast<std::size_t>(i)]) continue;
      const auto value = polynomial.at(roots(i));
      Complex repelled = 0;
      for (Index j = 0; j < roots.size(); ++j)
        if (j != i) repelled += 1.0 / (roots(i) - roots(j));
      const Complex move = value.f / (value.derivative - value.f * repelled);
      if (!std::isfinite(std::abs(move))) return false;
      roots(i) -= move;
      if (std::abs(move) < 1e-14 || std::abs(value.f) <= value.noise)
        settled[static_cast<std::size_t>(i)] = true;
      else
        all = false;
    }
    if (all) return true;
  }
  return false;
}

ComplexVector allRoots(const MonicPolynomial& polynomial) {
  const auto& c = polynomial.coefficients();
  // The upper convex hull of (k, log |c_k|): an edge of slope -s from i to j stands for j - i roots of
  // modulus about e^s.
  std::vector<Index> hull;
  const auto height = [&](Index k) { return std::log(std::abs(c(k))); };
  for (Index k = 0; k < c.size(); ++k) {
    if (c(k) == 0) continue;
    while (hull.size() > 1) {
      const Index a = hull[hull.size() - 2], b = hull.back();
      const double kept = (height(b) - height(a)) / static_cast<double>(b - a);
      if (kept > (height(k) - height(a)) / static_cast<double>(k - a)) break;
      hull.pop_back();
    }
    hull.push_back(k);
  }
  ComplexVector roots = ComplexVector::Zero(polynomial.degree());
  for (std::size_t e = 1; e < hull.size(); ++e) {
    const Index from = hull[e - 1], count = hull[e] - from;
    const double modulus = std::exp((height(from) - height(hull[e])) / static_cast<double>(count));
    for (Index i = 0; i < count; ++i)
      roots(from + i) =
          std::polar(modulus, 2 * kPi * (static_cast<double>(i) + 0.3) / static_cast<double>(count) +
                                  0.7 * static_cast<double>(e));
  }
  if (!refineRoots(polynomial, roots)) return {};
  return roots;
}

std::optional<Index> rootsRightOf(double c, const MonicPolynomial& polynomial, const Vector& marks) {
  constexpr int kFirstSteps = 48, kDepth = 30;
  const double height = std::sqrt(polynomial.radius() * polynomial.radius() - c * c);
  std::vector<double> heights;
  for (int i = 0; i <= kFirstSteps; ++i) heights.push_back(height * i / kFirstSteps);
  for (const double mark : marks)
    if (mark > 0 && mark < height) heights.push_back(mark);
  std::sort(heights.begin(), heights.end());
  heights.erase(std::unique(heights.begin(), heights.end()), heights.end());
  double total = 0;
  auto before = nodeAt(c, 0, polynomial);
  if (!before) return {};
  for (std::size_t i = 1; i < heights.size(); ++i) {
    const auto after = nodeAt(c, heights[i], polynomial);
    if (!after) return {};
    const auto change = turned(c, *before, *after, polynomial, kDepth);
    if (!change) return {};
    total += *change;
    before = after;
  }
  // Round the region, anticlockwise: the arc takes the argument from -a to a with a = that at the line's
  // upper end, within ±π/2; the line back down takes it by -2 total.
  const double windings = (wrapped(before->angle) - total) / kPi;
  const double whole = std::round(windings);
  if (std::abs(windings - whole) > 1e-3 || whole < 0) return {};
  return static_cast<Index>(whole);
}

}  // namespace keyhole
