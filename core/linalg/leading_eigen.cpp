#include "core/linalg/leading_eigen.h"

#include "core/linalg/eigen.h"

#include <lapacke.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace keyhole {
namespace {

lapack_int toLapack(Index n) {
  return static_cast<lapack_int>(n);
}

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

}  // namespace

EigenReport eigenReport(ConstMatrixRef A, Index count) {
  if (A.rows() != A.cols()) throw std::runtime_error("eigenvalues of a matrix that is not square");
  if (!A.allFinite()) throw std::runtime_error("eigenvalues of a matrix with entries that are not finite");
  const Index n = A.rows();
  EigenReport report;
  if (n == 0) return report;
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
