#include "core/linalg/singular.h"

#include "core/linalg/lapack_size.h"

#include <lapacke.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr Index kStepsPerStart = 40;
constexpr int kStarts = 10;

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

// A = Q B Pᵀ, B upper bidiagonal.
struct Bidiagonal {
  Matrix reflectors;
  Vector diagonal, above, scalesQ, scalesP;
};

Bidiagonal bidiagonalForm(ConstMatrixRef A) {
  const Index m = A.rows(), n = A.cols();
  Bidiagonal form{A, Vector(n), Vector::Zero(std::max<Index>(n - 1, 1)), Vector(n), Vector(n)};
  requireConverged(LAPACKE_dgebrd(LAPACK_COL_MAJOR, toLapack(m), toLapack(n), form.reflectors.data(),
                                  toLapack(m), form.diagonal.data(), form.above.data(), form.scalesQ.data(),
                                  form.scalesP.data()));
  return form;
}

// The vectors of the largest singular value of B by inverse iteration on [0 Bᵀ; B 0], whose rows are taken
// in turns so that it is tridiagonal (Golub & Kahan 1965); multiplied out. False if it does not converge.
bool leadingVectors(const Bidiagonal& form, double value, Vector& left, Vector& right) {
  const Index n = form.diagonal.size(), m = form.reflectors.rows();
  // LAPACKE looks for NaN in 2 n eigenvalues, though only one is used.
  Vector zeros = Vector::Zero(2 * n), beside(2 * n), vector(2 * n), values = Vector::Constant(2 * n, value);
  for (Index i = 0; i < n; ++i) {
    beside(2 * i) = form.diagonal(i);
    beside(2 * i + 1) = i + 1 < n ? form.above(i) : 0;
  }
  std::vector<lapack_int> block(static_cast<std::size_t>(2 * n), 1), split(static_cast<std::size_t>(2 * n));
  split[0] = toLapack(2 * n);
  lapack_int failed = 0;
  if (LAPACKE_dstein(LAPACK_COL_MAJOR, toLapack(2 * n), zeros.data(), beside.data(), 1, values.data(),
                     block.data(), split.data(), vector.data(), toLapack(2 * n), &failed) != 0)
    return false;
  left = Vector::Zero(m);
  right.resize(n);
  for (Index i = 0; i < n; ++i) {
    right(i) = vector(2 * i);
    left(i) = vector(2 * i + 1);
  }
  left.normalize();
  right.normalize();
  return LAPACKE_dormbr(LAPACK_COL_MAJOR, 'Q', 'L', 'N', toLapack(m), 1, toLapack(n), form.reflectors.data(),
                        toLapack(m), form.scalesQ.data(), left.data(), toLapack(m)) == 0 &&
         LAPACKE_dormbr(LAPACK_COL_MAJOR, 'P', 'L', 'N', toLapack(n), 1, toLapack(m), form.reflectors.data(),
                        toLapack(m), form.scalesP.data(), right.data(), toLapack(n)) == 0;
}

// AᵀA = Q T Qᵀ, T tridiagonal: its lower triangle holds the reflectors.
struct Tridiagonal {
  Matrix reflectors;
  Vector diagonal, beside, scales;
};

Tridiagonal tridiagonalForm(ConstMatrixRef A) {
  const Index n = A.cols();
  Tridiagonal form{Matrix::Zero(n, n), Vector(n), Vector::Zero(n), Vector::Zero(n)};
  form.reflectors.selfadjointView<Eigen::Lower>().rankUpdate(A.transpose());
  requireFinite(form.reflectors.allFinite());
  requireConverged(LAPACKE_dsytrd(LAPACK_COL_MAJOR, 'L', toLapack(n), form.reflectors.data(), toLapack(n),
                                  form.diagonal.data(), form.beside.data(), form.scales.data()));
  return form;
}

// Whether the leading values lie near enough to each other to be had as roots of those of AᵀA.
bool fromSquares(ConstMatrixRef A, Index count, LeadingSingularValues& leading) {
  constexpr double kRange = 30;
  const double largest = A.cwiseAbs().maxCoeff();
  if (!(largest > 1e-100 && largest < 1e100)) return false;  // the squares leave the range of numbers
  const Tridiagonal form = tridiagonalForm(A);
  const auto n = toLapack(A.cols()), k = toLapack(count);
  Vector squares = Vector::Zero(n);
  std::vector<lapack_int> block(static_cast<std::size_t>(n)), split(static_cast<std::size_t>(n));
  lapack_int found = 0, blocks = 0;
  if (LAPACKE_dstebz('I', 'E', n, 0, 0, n - k + 1, n, 2 * std::numeric_limits<double>::min(),
                     form.diagonal.data(), form.beside.data(), &found, &blocks, squares.data(), block.data(),
                     split.data()) != 0 ||
      found != k || !(squares(0) * kRange * kRange >= squares(k - 1)) || !(squares(0) > 0))
    return false;
  leading.values = squares.head(k).reverse().cwiseSqrt();
  Vector first = Vector::Zero(n);
  first(0) = squares(k - 1);
  block[0] = block[static_cast<std::size_t>(k - 1)];
  leading.right.resize(n);
  lapack_int failed = 0;
  if (LAPACKE_dstein(LAPACK_COL_MAJOR, n, form.diagonal.data(), form.beside.data(), 1, first.data(),
                     block.data(), split.data(), leading.right.data(), n, &failed) != 0 ||
      LAPACKE_dormtr(LAPACK_COL_MAJOR, 'L', 'L', 'N', n, 1, form.reflectors.data(), n, form.scales.data(),
                     leading.right.data(), n) != 0)
    return false;
  leading.left = (A * leading.right).normalized();
  return true;
}

bool fromBidiagonal(ConstMatrixRef A, Index count, LeadingSingularValues& leading) {
  const Bidiagonal form = bidiagonalForm(A);
  Vector values = form.diagonal, above = form.above;
  requireConverged(LAPACKE_dbdsdc(LAPACK_COL_MAJOR, 'U', 'N', toLapack(A.cols()), values.data(), above.data(),
                                  nullptr, 1, nullptr, 1, nullptr, nullptr));
  leading.values = values.head(count);
  return values(0) > 0 && leadingVectors(form, values(0), leading.left, leading.right);
}

// A v = σ u and Aᵀ u = σ v of the first, to rounding.
bool isPair(ConstMatrixRef A, const LeadingSingularValues& leading) {
  const double value = leading.values(0), tolerance = 1e-13 * static_cast<double>(A.rows()) * value;
  return (A * leading.right - value * leading.left).norm() <= tolerance &&
         (A.transpose() * leading.left - value * leading.right).norm() <= tolerance;
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

LeadingSingularValues leadingSingularValues(ConstMatrixRef A, Index count) {
  requireFinite(A.allFinite());
  if (A.rows() < A.cols()) throw std::runtime_error("leading singular values of a matrix with too few rows");
  const Index k = std::min(count, A.cols());
  LeadingSingularValues leading;
  if (k == 0) return leading;
  if (fromSquares(A, k, leading) && isPair(A, leading)) return leading;
  if (fromBidiagonal(A, k, leading) && isPair(A, leading)) return leading;
  const SingularSystem all = singularSystem(A);
  return {all.values.head(k), all.left.col(0), all.right.col(0)};
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
