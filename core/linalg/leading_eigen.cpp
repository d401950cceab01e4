#include "core/linalg/leading_eigen.h"

#include "core/linalg/eigen.h"
#include "core/linalg/lapack_size.h"

#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace keyhole {
namespace {

// LAPACK packs a conjugate pair's vector as two real columns (real and imaginary part), the one with +im
// first.
Eigen::VectorXcd unpacked(const Matrix& packed, const Vector& im, Index j) {
  if (im(j) == 0) return packed.col(j).cast<std::complex<double>>();
  const Index first = im(j) > 0 ? j : j - 1;
  Eigen::VectorXcd vector(packed.rows());
  vector.real() = packed.col(first);
  vector.imag() = im(j) > 0 ? packed.col(first + 1) : Vector(-packed.col(first + 1));
  return vector;
}

// Eigenvalues and packed eigenvectors of an upper Hessenberg matrix.
struct HessenbergModes {
  Vector re, im;
  Matrix left, right;
};

HessenbergModes hessenbergModes(Matrix H) {
  const auto n = toLapack(H.rows());
  // LAPACKE looks for NaN in the matrix that it is to overwrite, so that must not hold what the memory had.
  HessenbergModes modes{Vector(n), Vector(n), Matrix::Zero(n, n), Matrix::Zero(n, n)};
  if (n == 0) return modes;
  auto info = LAPACKE_dhseqr(LAPACK_COL_MAJOR, 'S', 'I', n, 1, n, H.data(), n, modes.re.data(),
                             modes.im.data(), modes.right.data(), n);
  if (info != 0) throw std::runtime_error("the QR iteration for the eigenvalues did not converge");
  modes.left = modes.right;
  lapack_int found = 0;
  info = LAPACKE_dtrevc(LAPACK_COL_MAJOR, 'B', 'B', nullptr, n, H.data(), n, modes.left.data(), n,
                        modes.right.data(), n, n, &found);
  if (info != 0) throw std::runtime_error("the eigenvectors could not be found");
  return modes;
}

// Q and H of A = Q H Qᵀ, H upper Hessenberg.
struct Hessenberg {
  Matrix H;
  Matrix reflectors;
  Vector scales;  // of the reflectors
};

Hessenberg hessenbergForm(ConstMatrixRef A) {
  const auto n = toLapack(A.rows());
  Hessenberg form{Matrix(), A, Vector::Zero(std::max(n - 1, 1))};
  if (LAPACKE_dgehrd(LAPACK_COL_MAJOR, n, 1, n, form.reflectors.data(), n, form.scales.data()) != 0)
    throw std::runtime_error("the Hessenberg form could not be found");
  form.H = form.reflectors.triangularView<Eigen::Upper>();
  if (n > 1) form.H.diagonal(-1) = form.reflectors.diagonal(-1);
  return form;
}

// Eigenvalues in the order of the triangular form.
struct Unordered {
  Vector re, im, conditions;
};

Unordered schurValues(Matrix H) {
  const auto n = toLapack(H.rows());
  Unordered found{Vector(n), Vector(n), Vector(n)};
  if (LAPACKE_dhseqr(LAPACK_COL_MAJOR, 'S', 'N', n, 1, n, H.data(), n, found.re.data(), found.im.data(),
                     nullptr, n) != 0)
    throw std::runtime_error("the QR iteration for the eigenvalues did not converge");
  Matrix left = Matrix::Zero(n, n), right = left;
  lapack_int columns = 0;
  if (LAPACKE_dtrevc(LAPACK_COL_MAJOR, 'B', 'A', nullptr, n, H.data(), n, left.data(), n, right.data(), n, n,
                     &columns) != 0)
    throw std::runtime_error("the eigenvectors could not be found");
  for (Index j = 0; j < n; ++j) {
    const Index last = found.im(j) == 0 ? j : j + 1;  // a pair has its real and imaginary part side by side
    const auto x = right.middleCols(j, last - j + 1), y = left.middleCols(j, last - j + 1);
    std::complex<double> along = x.cwiseProduct(y).sum();
    if (last > j) along.imag(y.col(0).dot(x.col(1)) - y.col(1).dot(x.col(0)));
    const double condition = x.norm() * y.norm() / std::abs(along);
    found.conditions.segment(j, last - j + 1)
        .setConstant(std::isnan(condition) ? std::numeric_limits<double>::infinity()
                                           : std::max(1.0, condition));
    j = last;
  }
  return found;
}

// The vectors of the eigenvalues at these places, by inverse iteration; false if one of them fails.
bool inverseIteration(const Hessenberg& form, const Unordered& found, const std::vector<Index>& places,
                      ComplexMatrix& vectors) {
  const auto n = toLapack(form.H.rows());
  std::vector<lapack_logical> chosen(static_cast<std::size_t>(n), 0);
  for (const Index place : places)
    chosen[static_cast<std::size_t>(found.im(place) < 0 ? place - 1 : place)] = 1;
  Matrix H = form.H, packed = Matrix::Zero(n, 2 * toLapack(static_cast<Index>(places.size())));
  Vector re = found.re, im = found.im;
  const auto room = toLapack(packed.cols());
  std::vector<lapack_int> failed(static_cast<std::size_t>(room));
  lapack_int columns = 0;
  if (LAPACKE_dhsein(LAPACK_COL_MAJOR, 'R', 'Q', 'N', chosen.data(), n, H.data(), n, re.data(), im.data(),
                     nullptr, n, packed.data(), n, room, &columns, nullptr, failed.data()) != 0 ||
      LAPACKE_dormhr(LAPACK_COL_MAJOR, 'L', 'N', n, columns, 1, n, form.reflectors.data(), n,
                     form.scales.data(), packed.data(), n) != 0)
    return false;
  vectors.resize(n, static_cast<Index>(places.size()));
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Index place = found.im(places[i]) < 0 ? places[i] - 1 : places[i];
    Index column = 0;
    for (Index j = 0; j < place; ++j)
      if (chosen[static_cast<std::size_t>(j)]) column += found.im(j) == 0 ? 1 : 2;
    ComplexVector vector = packed.col(column).cast<std::complex<double>>();
    if (found.im(place) != 0) vector.imag() = packed.col(column + 1);
    if (found.im(places[i]) < 0) vector = vector.conjugate().eval();
    vectors.col(static_cast<Index>(i)) = vector.normalized();
  }
  return vectors.allFinite();
}

// False if the inverse iteration fails.
bool reportByParts(ConstMatrixRef A, Index count, EigenReport& report) {
  const Hessenberg form = hessenbergForm(A);
  const Unordered found = schurValues(form.H);
  const Index n = A.rows();
  report.values.resize(n);
  for (Index i = 0; i < n; ++i) report.values(i) = {found.re(i), found.im(i)};
  const auto order = orderByRealPart(report.values);
  report.conditions.resize(n);
  for (Index i = 0; i < n; ++i) report.conditions(i) = found.conditions(order[static_cast<std::size_t>(i)]);
  const std::vector<Index> leading(order.begin(), order.begin() + std::min(count, n));
  return leading.empty() || inverseIteration(form, found, leading, report.vectors);
}

EigenReport reportAtOnce(ConstMatrixRef A, Index count) {
  const Index n = A.rows();
  EigenReport report;
  Matrix work = A, left(n, n), right(n, n);
  Vector re(n), im(n), scale(n), reciprocal(n), separation(n);
  lapack_int low = 0, high = 0;
  double norm = 0;
  const auto info =
      LAPACKE_dgeevx(LAPACK_COL_MAJOR, 'N', 'V', 'V', 'E', toLapack(n), work.data(), toLapack(n), re.data(),
                     im.data(), left.data(), toLapack(n), right.data(), toLapack(n), &low, &high,
                     scale.data(), &norm, reciprocal.data(), separation.data());
  if (info != 0) throw std::runtime_error("the QR iteration for the eigenvalues did not converge");
  report.values.resize(n);
  for (Index i = 0; i < n; ++i) report.values(i) = {re(i), im(i)};
  const auto order = orderByRealPart(report.values);
  report.conditions.resize(n);
  for (Index i = 0; i < n; ++i)
    report.conditions(i) = std::max(1.0, 1.0 / reciprocal(order[static_cast<std::size_t>(i)]));
  const Index k = std::min(count, n);
  report.vectors.resize(n, k);
  for (Index i = 0; i < k; ++i)
    report.vectors.col(i) = unpacked(right, im, order[static_cast<std::size_t>(i)]);
  return report;
}

}  // namespace

EigenReport eigenReport(ConstMatrixRef A, Index count) {
  if (A.rows() != A.cols()) throw std::runtime_error("eigenvalues of a matrix that is not square");
  if (!A.allFinite()) throw std::runtime_error("eigenvalues of a matrix with entries that are not finite");
  if (A.rows() == 0) return {};
  const double largest = A.cwiseAbs().maxCoeff();
  const bool ordinary = largest > 1e-100 && largest < 1e100;
  EigenReport report;
  if (!ordinary || !reportByParts(A, count, report)) report = reportAtOnce(A, count);
  return report;
}

double eigenResidual(ConstMatrixRef A, const ComplexVector& values, const ComplexMatrix& vectors) {
  const double norm = A.norm();
  double largest = 0;
  if (!(norm > 0)) return largest;
  for (Index i = 0; i < vectors.cols(); ++i) {
    const Vector re = vectors.col(i).real(), im = vectors.col(i).imag();
    const double a = values(i).real(), b = values(i).imag();
    const double squares =
        (A * re - a * re + b * im).squaredNorm() + (A * im - a * im - b * re).squaredNorm();
    largest = std::max(largest, std::sqrt(squares) / (norm * vectors.col(i).norm()));
  }
  return largest;
}

Arnoldi::Arnoldi(Operator apply, const Vector& start, Index limit)
    : m_apply(std::move(apply)),
      m_limit(std::min(limit, start.size())),
      m_basis(start.size(), m_limit + 1),
      m_hessenberg(Matrix::Zero(m_limit + 1, m_limit)) {
  m_basis.col(0) = start.normalized();
}

void Arnoldi::expandTo(Index steps) {
  const Index target = std::min(steps, m_limit);
  Vector next(m_basis.rows());
  while (m_steps < target && !m_invariant) {
    const Index j = m_steps;
    next = m_basis.col(j);
    m_apply(next);
    const double before = next.norm();
    const auto basis = m_basis.leftCols(j + 1);
    for (int pass = 0; pass < 2; ++pass) {  // twice is enough (Kahan, Parlett)
      const Vector along = basis.transpose() * next;
      next.noalias() -= basis * along;
      m_hessenberg.col(j).head(j + 1) += along;
    }
    const double rest = next.norm();
    ++m_steps;
    if (!(rest > 1e-15 * before)) {
      m_invariant = true;
      return;
    }
    m_hessenberg(j + 1, j) = rest;
    m_basis.col(j + 1) = next / rest;
  }
}

Arnoldi::Ritz Arnoldi::ritz() const {
  const HessenbergModes inner = hessenbergModes(m_hessenberg.topLeftCorner(m_steps, m_steps));
  std::vector<Index> order(static_cast<std::size_t>(m_steps));
  std::iota(order.begin(), order.end(), Index{0});
  const Vector modulus = (inner.re.array().square() + inner.im.array().square()).sqrt();
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return modulus(a) > modulus(b); });
  const double next = m_invariant ? 0.0 : m_hessenberg(m_steps, m_steps - 1);
  Ritz ritz{ComplexVector(m_steps), Vector(m_steps), Vector(m_steps), ComplexMatrix(m_steps, m_steps)};
  for (Index i = 0; i < m_steps; ++i) {
    const Index from = order[static_cast<std::size_t>(i)];
    const ComplexVector left = unpacked(inner.left, inner.im, from).normalized();
    ritz.values(i) = {inner.re(from), inner.im(from)};
    ritz.inBasis.col(i) = unpacked(inner.right, inner.im, from).normalized();
    ritz.conditions(i) = std::max(1.0, 1.0 / std::abs(left.dot(ritz.inBasis.col(i))));
    ritz.residuals(i) = next * std::abs(ritz.inBasis(m_steps - 1, i));
  }
  return ritz;
}

ComplexMatrix Arnoldi::inSpace(const ComplexMatrix& inBasis) const {
  const auto basis = m_basis.leftCols(m_steps);
  ComplexMatrix vectors(m_basis.rows(), inBasis.cols());
  vectors.real() = basis * inBasis.real();
  vectors.imag() = basis * inBasis.imag();
  return vectors;
}

}  // namespace keyhole
