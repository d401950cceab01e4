#include "core/analysis/nonnormal/eigenmodes.h"

#include "core/analysis/nonnormal/compression.h"
#include "core/common/error.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "core/linalg/signs.h"
#include "core/linalg/singular.h"

#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace keyhole {
namespace {

using Complex = std::complex<double>;

constexpr double kNull = 1e-10;  // of the norm: a singular value that is zero
constexpr double kTied = 1e-6;   // of σ₁: singular values that are one

// Phases as promised, and κ.
void normalise(Eigenmode& mode) {
  const Complex square = mode.right.cwiseProduct(mode.right).sum();  // xᵀx
  if (std::abs(square) > 0) mode.right *= std::polar(1.0, -0.5 * std::arg(square));
  mode.right *= directionSign(mode.right.real());
  const Complex product = mode.left.dot(mode.right);  // yᴴx
  const double size = std::abs(product);
  const double roundoff = std::numeric_limits<double>::epsilon() * static_cast<double>(mode.right.size());
  if (size > 0) mode.left *= std::polar(1.0, std::arg(product));
  mode.condition = size > roundoff ? std::max(1.0, 1 / size) : HUGE_VAL;
}

// LAPACK packs a conjugate pair's vector as two real columns (real and imaginary part).
ComplexVector unpacked(const Matrix& packed, const Vector& im, Index j) {
  if (im(j) == 0) return packed.col(j).cast<Complex>();
  const Index first = im(j) > 0 ? j : j - 1;
  ComplexVector x(packed.rows());
  x.real() = packed.col(first);
  x.imag() = (im(j) > 0 ? 1.0 : -1.0) * packed.col(first + 1);
  return x;
}

void setResidual(Eigenmode& mode, const Matrix& A) {
  const ComplexVector right = A * mode.right - mode.value * mode.right;
  const ComplexVector left = A.transpose() * mode.left - std::conj(mode.value) * mode.left;
  mode.residual = std::max(right.norm(), left.norm());
}

// û's projection on the seen rows of some of the teacher's vectors.
double projection(ConstVectorRef vector, const Matrix& teacherVectors, const std::vector<Index>& seen,
                  Index first, Index count) {
  const Matrix rows = teacherVectors(seen, Eigen::seqN(first, count));
  return std::min((orthonormalBasis(rows).transpose() * vector).norm(), 1.0);
}

void requireUnits(const std::vector<Index>& seen, const TeacherVectors& teacher) {
  for (const Index unit : seen)
    if (unit < 0 || unit >= teacher.left.rows())
      throw InputError("a seen unit has the index " + std::to_string(unit) + "; allowed: 0 to " +
                       std::to_string(teacher.left.rows() - 1));
}

}  // namespace

std::vector<Eigenmode> eigenmodes(ConstMatrixRef A) {
  const Index n = A.rows();
  if (A.cols() != n || !A.allFinite())
    throw std::runtime_error("eigenmodes of a matrix that is not square and finite");
  if (n == 0) return {};
  const auto size = static_cast<lapack_int>(n);
  Matrix work = A, left(n, n), right(n, n);
  Vector re(n), im(n);
  if (LAPACKE_dgeev(LAPACK_COL_MAJOR, 'V', 'V', size, work.data(), size, re.data(), im.data(), left.data(),
                    size, right.data(), size) != 0)
    throw std::runtime_error("the QR iteration for the eigenvalues did not converge");
  ComplexVector values(n);
  for (Index j = 0; j < n; ++j) values(j) = {re(j), im(j)};
  std::vector<Eigenmode> modes;
  for (const Index j : orderByRealPart(values)) {
    Eigenmode mode;
    mode.value = {re(j), im(j)};
    mode.right = unpacked(right, im, j).normalized();
    mode.left = unpacked(left, im, j).normalized();
    normalise(mode);
    setResidual(mode, A);
    modes.push_back(std::move(mode));
  }
  return modes;
}

Eigenmode eigenmodeAt(const Network& network, Complex value) {
  const Compression compressed = compressionOf(network);
  const Index n = compressed.core.rows();
  const double norm = std::max(compressed.core.norm(), std::abs(value));
  Eigenmode mode;
  mode.value = value;
  ComplexSingularSystem system;
  if (value.imag() == 0) {
    const SingularSystem real = singularSystem(value.real() * Matrix::Identity(n, n) - compressed.core);
    system = {real.values, real.left.cast<Complex>(), real.right.cast<Complex>()};
  } else {
    system = complexSingularSystem(value * ComplexMatrix::Identity(n, n) - compressed.core);
  }
  if (n == 0) return mode;
  mode.residual = system.values(n - 1);
  mode.dimension = (system.values.array() <= kNull * norm).count();
  if (std::abs(value) <= kNull * norm) mode.dimension += compressed.rest;
  mode.right = compressed.liftedComplex(ComplexMatrix(system.right.col(n - 1))).col(0);
  mode.left = compressed.liftedComplex(ComplexMatrix(system.left.col(n - 1))).col(0);
  normalise(mode);
  return mode;
}

Participation participationOf(const ComplexVector& mode, Index top) {
  Participation result;
  result.share = mode.cwiseAbs2();
  const double total = result.share.sum();
  if (total > 0) result.share /= total;
  const double squares = result.share.squaredNorm();
  result.ratio = squares > 0 ? 1 / squares : 0;
  result.top.resize(static_cast<std::size_t>(mode.size()));
  std::iota(result.top.begin(), result.top.end(), Index{0});
  std::stable_sort(result.top.begin(), result.top.end(),
                   [&](Index a, Index b) { return result.share(a) > result.share(b); });
  result.top.resize(static_cast<std::size_t>(std::clamp<Index>(top, 0, mode.size())));
  return result;
}

ComplexVector modeInUnits(const Student& student, const ComplexVector& mode) {
  return student.emission ? ComplexVector(student.emission->C * mode) : mode;
}

Matrix seenConnectivity(const Student& student) {
  if (student.emission) {
    const Matrix& C = student.emission->C;
    const Matrix inverse = pseudoInverse(C);
    return C * student.A * inverse;
  }
  const Index seen = student.seen > 0 ? student.seen : student.A.rows();
  return student.A.topLeftCorner(seen, seen);
}

TeacherVectors singularVectors(const Network& teacher) {
  const Compression compressed = compressionOf(teacher);
  const SingularSystem core = singularSystem(compressed.core);
  return {core.values, compressed.lifted(core.left), compressed.lifted(core.right)};
}

SingularOverlap singularOverlap(const Network& teacher, const std::vector<Index>& seen,
                                ConstMatrixRef connectivity, Index K) {
  return singularOverlap(singularVectors(teacher), seen, connectivity, K);
}

SingularOverlap singularOverlap(const TeacherVectors& teacher, const std::vector<Index>& seen,
                                ConstMatrixRef connectivity, Index K) {
  const auto N = static_cast<Index>(seen.size());
  if (connectivity.rows() != N || connectivity.cols() != N)
    throw InputError("the connectivity is " + std::to_string(connectivity.rows()) + " x " +
                     std::to_string(connectivity.cols()) + "; allowed: " + std::to_string(N) + " x " +
                     std::to_string(N) + " as there are seen units");
  requireUnits(seen, teacher);
  return singularOverlap(teacher, seen, singularSystem(connectivity), K);
}

SingularOverlap singularOverlap(const TeacherVectors& teacher, const std::vector<Index>& seen,
                                const SingularSystem& student, Index K) {
  const auto N = static_cast<Index>(seen.size());
  requireUnits(seen, teacher);
  const double largest = teacher.values.size() > 0 ? teacher.values(0) : 0;
  const Index rank = (teacher.values.array() > kNull * largest).count();
  K = std::clamp<Index>(K, 0, std::min(N, rank));
  SingularOverlap result{teacher.values.head(K), student.values.head(K), Vector(K), Vector(K), Vector(K)};
  for (Index k = 0; k < K; ++k) {
    const double value = teacher.values(k);
    const Index first = (teacher.values.array() > value + kTied * largest).count();
    const Index count = (teacher.values.array() >= value - kTied * largest).count() - first;
    result.left(k) = projection(student.left.col(k), teacher.left, seen, first, count);
    result.right(k) = projection(student.right.col(k), teacher.right, seen, first, count);
    result.chance(k) = std::sqrt(std::min(1.0, static_cast<double>(count) / static_cast<double>(N)));
  }
  return result;
}

}  // namespace keyhole
