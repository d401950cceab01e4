#include "core/analysis/theory/chain_students.h"

#include "core/analysis/theory/polynomial_roots.h"
#include "core/common/parallel.h"
#include "core/linalg/eigen.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace keyhole {
namespace {

using Complex = std::complex<double>;

constexpr Index kFollowed = 18;   // roots that are followed; more than are shown, so that others can enter
constexpr Index kDenseUpTo = 40;  // below, the QR iteration is as fast
constexpr Index kCounted = 6;     // the first ones are shown

// A line left of at least the first kCounted roots, in the widest gap behind them.
struct Cut {
  double c;
  Index count;
};
Cut cutOf(const ComplexVector& roots) {
  Cut cut{0, 0};
  double widest = 0;
  for (Index i = kCounted; i < roots.size(); ++i) {
    const double gap = roots(i - 1).real() - roots(i).real();
    if (gap > widest) {
      widest = gap;
      cut = {roots(i).real() + 0.5 * gap, i};
    }
  }
  return cut;
}

void snapToReal(ComplexVector& roots) {
  for (auto& root : roots)
    if (std::abs(root.imag()) < 1e-11) root.imag(0);
}

bool isCounted(const MonicPolynomial& polynomial, const ComplexVector& roots) {
  const Cut cut = cutOf(roots);
  if (!(cut.c > 0)) return false;
  const auto counted = rootsRightOf(cut.c, polynomial, roots.imag());
  return counted && *counted == cut.count;
}

double frobenius(const ChainStudent& student) {
  const Index d = student.last.size();
  const double a = student.diagonal, n = static_cast<double>(d);
  return std::sqrt(n - 1 + 2 * student.first(1) + student.first.squaredNorm() + student.last.squaredNorm() +
                   2 * a * (student.first(0) + student.last(d - 1)) + n * a * a);
}

struct Mode {
  double condition, residual;
  bool undetermined;
};

// Of root i, from its right and left eigenvectors in closed form.
Mode modeAt(Index i, const ComplexVector& roots, const ChainStudent& student,
            const MonicPolynomial& polynomial) {
  const Index d = student.last.size();
  const Complex mu = roots(i), b = student.first(0);
  ComplexVector x(d), y(d);
  Complex power = 1, sum = 1;  // 1 + G(μ)
  for (Index j = 1; j < d; ++j) {
    x(j) = (mu - b) * power;
    sum += student.first(j) * power;
    power *= mu;
  }
  x(0) = sum;
  // Left: y_{j-1} = μ y_j - last_j y_d - first_j y_1 with (y_1, y_d) = (last_1, μ - first_1).
  y(0) = student.last(0);
  y(d - 1) = mu - b;
  for (Index j = d - 1; j >= 2; --j)
    y(j - 1) = mu * y(j) - student.last(j) * y(d - 1) - student.first(j) * y(0);
  const double length = x.norm(), norm = frobenius(student);
  Mode mode{};
  mode.condition = std::max(1.0, length * y.norm() / std::abs((x.array() * y.array()).sum()));
  // x leaves a residual in the last row alone, and it is f(μ).
  mode.residual = std::abs(polynomial.at(mu).f) / (norm * length);
  mode.undetermined = roundingMayMove(mode.condition, distanceToNearest(roots, i), d, norm);
  return mode;
}

bool allUndetermined(const ComplexVector& roots, const ChainStudent& student,
                     const MonicPolynomial& polynomial) {
  for (Index i = 0; i < kCounted; ++i)
    if (!modeAt(i, roots, student, polynomial).undetermined) return false;
  return true;
}

// Every root moved towards the real axis by half the spacing of d roots on a ring.
ComplexVector turnedByHalf(const ComplexVector& roots, Index d) {
  const double half = std::numbers::pi / static_cast<double>(d);
  ComplexVector turned = roots;
  for (auto& root : turned) root *= std::polar(1.0, root.imag() > 0 ? -half : half);
  return turned;
}

}  // namespace

// Empty if the start does not lead to the leading roots.
ChainStudents::Roots ChainStudents::refined(const ChainStudent& student, const MonicPolynomial& polynomial,
                                            const ComplexVector& start) {
  Roots found;
  if (start.size() <= kCounted) return found;
  ComplexVector roots = start;
  if (!refineRoots(polynomial, roots)) return found;
  snapToReal(roots);
  orderByRealPart(roots);
  found.counted = isCounted(polynomial, roots);
  if (found.counted || allUndetermined(roots, student, polynomial)) found.leading = std::move(roots);
  return found;
}

Matrix ChainStudent::matrix() const {
  const Index d = last.size();
  Matrix A = Matrix::Zero(d, d);
  if (d > 1) A.diagonal(1).setOnes();
  A.diagonal().array() += diagonal;
  A.row(d - 1) += last.transpose();
  A.row(0) += first.transpose();
  return A;
}

Vector ChainStudent::polynomial() const {
  const Index d = last.size();
  const double a = last(0), b = first(0);
  Vector c(d + 1);
  c(d) = 1;
  c(d - 1) = -b - last(d - 1);
  for (Index k = 0; k <= d - 2; ++k) c(k) = (k == 0 ? -a : -last(k)) + b * last(k + 1) - a * first(k + 1);
  return c;
}

ChainStudent chainStudent(const ChainForm& chain, const Matrix& L, Index d) {
  const Index below = L.rows() - d;
  const auto upper = L.topLeftCorner(d, d).triangularView<Eigen::Lower>().transpose();
  ChainStudent student{chain.diagonal, Vector::Zero(d), Vector::Zero(d)};
  if (below > 0) {
    student.last = L.row(d).head(d).transpose();
    upper.solveInPlace(student.last);
  }
  if (chain.beta == 0) return student;
  student.first = L.bottomLeftCorner(below, d).colwise().sum().transpose();
  upper.solveInPlace(student.first);
  student.first.tail(d - 1).array() += 1;
  student.first *= chain.beta;
  return student;
}

bool ChainStudents::applicable(const ChainForm& chain) {
  return chain.U.size() == 0 && chain.size() > 2 && chain.links.minCoeff() == 1;
}

ChainStudents::ChainStudents(const ChainForm& chain, const Matrix& L) : m_chain(chain), m_L(L) {
  const Index D = L.rows();
  m_roots.resize(static_cast<std::size_t>(D));
  // Ranges of about the same cost; fixed, so that the bits do not depend on the number of threads.
  const std::array<double, 5> parts = {0, 0.63, 0.79, 0.91, 1};
  parallelFor(4, [&](std::size_t i) {
    const std::size_t part = 3 - i;  // the longest first
    const auto at = [&](double f) {
      return std::max(kDenseUpTo + 1, static_cast<Index>(std::lround(f * static_cast<double>(D))));
    };
    follow(at(parts[part]), std::min(at(parts[part + 1]), D));
  });
}

// Students of from … to-1 units.
void ChainStudents::follow(Index from, Index to) {
  ComplexVector before, beforeThat;
  for (Index d = from; d < to; ++d) {
    const ChainStudent fitted = chainStudent(m_chain, m_L, d);
    const MonicPolynomial polynomial(fitted.polynomial());
    Roots found;
    // Where the roots form a ring it turns by half a spacing from d to d+1, and looks alike every other time.
    for (const auto& start : {before, beforeThat, turnedByHalf(before, d)})
      if (found.leading.size() == 0) found = refined(fitted, polynomial, start);
    if (found.leading.size() == 0) {
      ComplexVector all = allRoots(polynomial);
      orderByRealPart(all);
      found = refined(fitted, polynomial, all.head(std::min(kFollowed, all.size())));
    }
    beforeThat = std::move(before);
    before = found.leading;
    m_roots[static_cast<std::size_t>(d)] = std::move(found);
  }
}

std::optional<StudentModes> ChainStudents::modes(Index d, Index count) const {
  if (count > kCounted || d >= m_L.rows()) return {};
  const Roots& roots = m_roots[static_cast<std::size_t>(d)];
  if (roots.leading.size() == 0) return {};
  const ChainStudent fitted = chainStudent(m_chain, m_L, d);
  const MonicPolynomial polynomial(fitted.polynomial());
  StudentModes modes;
  modes.road = ModeRoad::companion;
  modes.complete = roots.counted;
  modes.reach = polynomial.radius() + std::abs(fitted.diagonal);
  modes.residual = 0;
  modes.leading.values = roots.leading.head(count).array() + fitted.diagonal;
  modes.leading.conditions.resize(count);
  for (Index i = 0; i < count; ++i) {
    const Mode mode = modeAt(i, roots.leading, fitted, polynomial);
    modes.leading.conditions(i) = mode.condition;
    modes.leading.undetermined.push_back(mode.undetermined);
    modes.residual = std::max(modes.residual, mode.residual);
  }
  modes.score = lineAttractorScore(modes.leading);
  return modes;
}

}  // namespace keyhole
