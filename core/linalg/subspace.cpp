#include "core/linalg/subspace.h"

#include "core/linalg/eigen.h"
#include "core/linalg/schur.h"

#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace keyhole {
namespace {

// Brings the selected eigenvalues to the front; returns how many there are.
Index reorder(RealSchur& schur, const std::vector<lapack_logical>& selected) {
  const auto size = static_cast<lapack_int>(schur.T.rows());
  lapack_int count = 0, integers = 0;
  double condition = 0, separation = 0;
  Vector work(std::max<Index>(1, schur.T.rows()));
  // Not LAPACKE_dtrsen: it hands no integer work array on, but LAPACK writes the size that it wants there.
  const auto info = LAPACKE_dtrsen_work(LAPACK_COL_MAJOR, 'N', 'V', selected.data(), size, schur.T.data(),
                                        size, schur.Z.data(), size, schur.re.data(), schur.im.data(), &count,
                                        &condition, &separation, work.data(), size, &integers, 1);
  if (info != 0) throw std::runtime_error("the Schur factorisation could not be reordered");
  return count;
}

}  // namespace

InvariantSubspace leadingInvariantSubspace(ConstMatrixRef A, Index k) {
  const Index n = A.rows();
  InvariantSubspace result;
  k = std::clamp<Index>(k, 0, n);
  result.gap = std::numeric_limits<double>::infinity();
  if (k == 0) {
    result.basis.resize(n, 0);
    return result;
  }
  RealSchur schur = realSchur(A);
  ComplexVector values(n);
  for (Index i = 0; i < n; ++i) values(i) = {schur.re(i), schur.im(i)};
  const auto order = orderByRealPart(values);  // pairs stand as +im, -im
  if (k < n && values(k - 1).imag() > 0 && values(k) == std::conj(values(k - 1))) ++k;
  std::vector<lapack_logical> selected(static_cast<std::size_t>(n), 0);
  for (Index i = 0; i < k; ++i) selected[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])] = 1;
  if (k < n) result.gap = values(k - 1).real() - values(k).real();
  const Index count = reorder(schur, selected);
  result.basis = schur.Z.leftCols(count);
  result.values = values.head(std::min(count, n));
  return result;
}

Vector principalAngles(ConstMatrixRef U, ConstMatrixRef V) {
  if (U.cols() < V.cols()) return principalAngles(V, U);
  const Index k = V.cols();
  if (k == 0) return {};
  const Matrix overlap = U.transpose() * V;
  const Vector cosines = singularValues(overlap);
  const Vector sines = singularValues(V - U * overlap).reverse();
  Vector angles(k);
  for (Index i = 0; i < k; ++i)
    angles(i) = cosines(i) * cosines(i) > 0.5 ? std::asin(std::min(sines(i), 1.0)) : std::acos(cosines(i));
  std::sort(angles.begin(), angles.end());
  return angles;
}

double chanceCosine(Index k1, Index k2, Index n) {
  return n > 0 ? std::sqrt(std::min(1.0, static_cast<double>(std::max(k1, k2)) / static_cast<double>(n))) : 1;
}

}  // namespace keyhole
