#include "core/linalg/singular.h"

#include <lapacke.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr Index kStepsPerStart = 40;
constexpr int kStarts = 10;

lapack_int toLapack(Index n) {
  return static_cast<lapack_int>(std::max<Index>(n, 1));
}

void requireFinite(bool finite) {
  if (!finite) throw std::runtime_error("singular values of a matrix with entries that are not finite");
}

void requireConverged(lapack_int info) {
  if (info != 0) throw std::runtime_error("the singular value iteration did not converge");
}

// Takes out what x has along the columns; twice is enough (Kahan).
void orthogonalise(Vector& x, ConstMatrixRef columns) {
  for (int pass = 0; pass < 2; ++pass) x -= columns * (columns.transpose() * x);
}

// One bidiagonalisation from pair.right; replaces pair by the best one in the Krylov space.
void improve(const LinearOperator& E, LeadingSingular& pair, double tolerance) {
  const Index n = pair.right.size(), most = std::min(kStepsPerStart, n);
  Matrix P(n, most), Q(n, most), bidiagonal = Matrix::Zero(most, most);
  Vector q = pair.right;
  double next = 0;
  for (Index k = 0; k < most; ++k) {
    Q.col(k) = q;
    Vector p = E.apply(q);
    orthogonalise(p, P.leftCols(k));
    if (k > 0) bidiagonal(k - 1, k) = next;
    bidiagonal(k, k) = p.norm();
    if (bidiagonal(k, k) > 0) p /= bidiagonal(k, k);
    P.col(k) = p;
    q = E.applyTransposed(p);
    orthogonalise(q, Q.leftCols(k + 1));
    next = q.norm();
    const SingularSystem small = singularSystem(Matrix(bidiagonal.topLeftCorner(k + 1, k + 1)));
    pair.value = small.values(0);
    pair.residual = next * std::abs(small.left(k, 0));
    pair.converged = pair.residual <= tolerance * pair.value;
    if (pair.converged || k + 1 == most || !(next > 0)) {
      pair.right = Q.leftCols(k + 1) * small.right.col(0);
      pair.left = P.leftCols(k + 1) * small.left.col(0);
      return;
    }
    q /= next;
  }
}

// With one column more, which no routine is told of: OpenBLAS 0.3.21 reads a number beyond the end of small
// complex matrices (zgemv).
ComplexMatrix withRoom(const ComplexMatrix& A) {
  ComplexMatrix room = ComplexMatrix::Zero(A.rows(), A.cols() + 1);
  room.leftCols(A.cols()) = A;
  return room;
}

}  // namespace

SingularSystem singularSystem(ConstMatrixRef A) {
  requireFinite(A.allFinite());
  const Index m = A.rows(), n = A.cols(), k = std::min(m, n);
  SingularSystem system{Vector(k), Matrix(m, k), Matrix(n, k)};
  if (k == 0) return system;
  Matrix work = A, rightT(k, n);
  requireConverged(LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'S', toLapack(m), toLapack(n), work.data(), toLapack(m),
                                  system.values.data(), system.left.data(), toLapack(m), rightT.data(),
                                  toLapack(k)));
  system.right = rightT.transpose();
  return system;
}

ComplexSingularSystem complexSingularSystem(const ComplexMatrix& A) {
  requireFinite(A.allFinite());
  const Index m = A.rows(), n = A.cols(), k = std::min(m, n);
  ComplexSingularSystem system{Vector(k), ComplexMatrix(m, k), ComplexMatrix(n, k)};
  if (k == 0) return system;
  ComplexMatrix work = withRoom(A), left = ComplexMatrix::Zero(m, k + 1),
                rightH = ComplexMatrix::Zero(k, n + 1);
  const auto raw = [](ComplexMatrix& X) { return reinterpret_cast<lapack_complex_double*>(X.data()); };
  requireConverged(LAPACKE_zgesdd(LAPACK_COL_MAJOR, 'S', toLapack(m), toLapack(n), raw(work), toLapack(m),
                                  system.values.data(), raw(left), toLapack(m), raw(rightH), toLapack(k)));
  system.left = left.leftCols(k);
  system.right = rightH.leftCols(n).adjoint();
  return system;
}

double smallestSingularValue(const ComplexMatrix& A) {
  requireFinite(A.allFinite());
  if (A.size() == 0) return std::numeric_limits<double>::infinity();
  ComplexMatrix work = withRoom(A);
  Vector values(std::min(A.rows(), A.cols()));
  requireConverged(LAPACKE_zgesdd(LAPACK_COL_MAJOR, 'N', toLapack(A.rows()), toLapack(A.cols()),
                                  reinterpret_cast<lapack_complex_double*>(work.data()), toLapack(A.rows()),
                                  values.data(), nullptr, 1, nullptr, 1));
  return values(values.size() - 1);
}

LeadingSingular leadingSingular(const LinearOperator& E, const Vector& start, double tolerance) {
  LeadingSingular pair;
  pair.right = start.normalized();
  for (int i = 0; i < kStarts && !pair.converged; ++i) improve(E, pair, tolerance);
  return pair;
}

}  // namespace keyhole
