#include "core/linalg/eigen.h"

#include "core/linalg/lapack_size.h"
#include "core/linalg/signs.h"

#include <lapacke.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace keyhole {
namespace {

void requireSquareFinite(ConstMatrixRef A) {
  if (A.rows() != A.cols()) throw std::runtime_error("eigenvalues of a matrix that is not square");
  if (!A.allFinite()) throw std::runtime_error("eigenvalues of a matrix with entries that are not finite");
}

ComplexVector combine(const Vector& re, const Vector& im) {
  ComplexVector values(re.size());
  for (Index i = 0; i < re.size(); ++i) values(i) = {re(i), im(i)};
  return values;
}

}  // namespace

std::vector<Index> orderByRealPart(ComplexVector& values) {
  std::vector<Index> order(static_cast<std::size_t>(values.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    if (values(a).real() != values(b).real()) return values(a).real() > values(b).real();
    return values(a).imag() > values(b).imag();
  });
  ComplexVector sorted(values.size());
  for (Index i = 0; i < values.size(); ++i) sorted(i) = values(order[static_cast<std::size_t>(i)]);
  values = sorted;
  return order;
}

ComplexVector eigenvalues(ConstMatrixRef A) {
  requireSquareFinite(A);
  const Index n = A.rows();
  if (n == 0) return {};
  Matrix work = A;
  Vector re(n), im(n);
  const auto info = LAPACKE_dgeev(LAPACK_COL_MAJOR, 'N', 'N', toLapack(n), work.data(), toLapack(n),
                                  re.data(), im.data(), nullptr, 1, nullptr, 1);
  if (info != 0) throw std::runtime_error("the QR iteration for the eigenvalues did not converge");
  ComplexVector values = combine(re, im);
  orderByRealPart(values);
  return values;
}

double spectralRadius(ConstMatrixRef A) {
  return A.rows() == 0 ? 0 : eigenvalues(A).cwiseAbs().maxCoeff();
}

Matrix symmetricPart(ConstMatrixRef A) {
  return 0.5 * (A + A.transpose());
}

EigenvalueConditions eigenvaluesWithConditions(ConstMatrixRef A) {
  requireSquareFinite(A);
  const Index n = A.rows();
  EigenvalueConditions result;
  if (n == 0) return result;
  Matrix work = A, left(n, n), right(n, n);
  Vector re(n), im(n), scale(n), reciprocal(n), separation(n);
  lapack_int low = 0, high = 0;
  double norm = 0;
  const auto info =
      LAPACKE_dgeevx(LAPACK_COL_MAJOR, 'N', 'V', 'V', 'E', toLapack(n), work.data(), toLapack(n), re.data(),
                     im.data(), left.data(), toLapack(n), right.data(), toLapack(n), &low, &high,
                     scale.data(), &norm, reciprocal.data(), separation.data());
  if (info != 0) throw std::runtime_error("the QR iteration for the eigenvalues did not converge");
  result.values = combine(re, im);
  const auto order = orderByRealPart(result.values);
  result.conditions.resize(n);
  for (Index i = 0; i < n; ++i)
    result.conditions(i) = std::max(1.0, 1.0 / reciprocal(order[static_cast<std::size_t>(i)]));
  return result;
}

EigenSystem eigenSystem(ConstMatrixRef A) {
  requireSquareFinite(A);
  const Index n = A.rows();
  EigenSystem result;
  if (n == 0) return result;
  Matrix work = A, right(n, n);
  Vector re(n), im(n);
  const auto info = LAPACKE_dgeev(LAPACK_COL_MAJOR, 'N', 'V', toLapack(n), work.data(), toLapack(n),
                                  re.data(), im.data(), nullptr, 1, right.data(), toLapack(n));
  if (info != 0) throw std::runtime_error("the QR iteration for the eigenvalues did not converge");
  // LAPACK packs a conjugate pair's vector as two real columns (real and imaginary part).
  ComplexMatrix vectors(n, n);
  for (Index j = 0; j < n; ++j) {
    if (im(j) == 0) {
      vectors.col(j) = right.col(j).cast<std::complex<double>>();
    } else {
      vectors.col(j).real() = right.col(j);
      vectors.col(j).imag() = right.col(j + 1);
      vectors.col(j + 1) = vectors.col(j).conjugate();
      ++j;
    }
  }
  result.values = combine(re, im);
  const auto order = orderByRealPart(result.values);
  result.vectors.resize(n, n);
  for (Index j = 0; j < n; ++j) result.vectors.col(j) = vectors.col(order[static_cast<std::size_t>(j)]);
  return result;
}

SymmetricEigenSystem symmetricEigenSystem(ConstMatrixRef A, Index count) {
  requireSquareFinite(A);
  const Index n = A.rows();
  const Index k = count < 0 ? n : std::min(count, n);
  SymmetricEigenSystem result;
  if (k == 0) return result;
  Matrix work = A, vectors(n, k);
  Vector values(n);
  std::vector<lapack_int> support(2 * static_cast<std::size_t>(k));
  lapack_int found = 0;
  const auto info = LAPACKE_dsyevr(LAPACK_COL_MAJOR, 'V', k == n ? 'A' : 'I', 'L', toLapack(n), work.data(),
                                   toLapack(n), 0, 0, toLapack(n - k + 1), toLapack(n), 0, &found,
                                   values.data(), vectors.data(), toLapack(n), support.data());
  if (info != 0 || found != k)
    throw std::runtime_error("the symmetric eigenvalue iteration did not converge");
  result.values = values.head(k).reverse();
  result.vectors = vectors.rowwise().reverse();
  fixSigns(result.vectors);
  return result;
}

Vector singularValues(ConstMatrixRef A) {
  if (!A.allFinite())
    throw std::runtime_error("singular values of a matrix with entries that are not finite");
  const Index k = std::min(A.rows(), A.cols());
  if (k == 0) return {};
  Matrix work = A;
  Vector values(k);
  const auto info = LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'N', toLapack(A.rows()), toLapack(A.cols()), work.data(),
                                   toLapack(A.rows()), values.data(), nullptr, 1, nullptr, 1);
  if (info != 0) throw std::runtime_error("the singular value iteration did not converge");
  return values;
}

}  // namespace keyhole
