// Arithmetic of the covariances of an LDS: square matrices of a few rows, whose size n may be known when this
// is compiled (else Eigen::Dynamic). There are some hundred steps of it in every evaluation of a model, and
// the general machinery costs several times the arithmetic. Results are symmetric to the last bit where they
// should be.
#pragma once

#include "core/common/types.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

namespace keyhole {

template <int n>
using SmallSquare = Eigen::Matrix<double, n, n>;

// Which row each column of a root came from.
template <int n>
using PivotOrder =
    std::conditional_t<n == Eigen::Dynamic, std::vector<int>, std::array<int, n == Eigen::Dynamic ? 1 : n>>;

template <int n>
constexpr Index smallSize(Index rows) {
  return n == Eigen::Dynamic ? rows : n;
}

// C = A B.
template <int n>
void multiply(const SmallSquare<n>& A, const SmallSquare<n>& B, SmallSquare<n>& C) {
  if constexpr (n == Eigen::Dynamic) {
    C.noalias() = A * B;
  } else {
    const double *a = A.data(), *b = B.data();
    double* c = C.data();
#pragma GCC unroll 1
    for (int j = 0; j < n; ++j, b += n, c += n) {
#pragma GCC unroll 8
      for (int i = 0; i < n; ++i) {
        double sum = a[i] * b[0];
#pragma GCC unroll 8
        for (int k = 1; k < n; ++k) sum += a[k * n + i] * b[k];
        c[i] = sum;
      }
    }
  }
}

// C = A Bᵀ.
template <int n>
void productByTranspose(const SmallSquare<n>& A, const SmallSquare<n>& B, SmallSquare<n>& C) {
  if constexpr (n == Eigen::Dynamic) {
    C.noalias() = A * B.transpose();
  } else {
    const double *a = A.data(), *b = B.data();
    double* c = C.data();
#pragma GCC unroll 1
    for (int j = 0; j < n; ++j, ++b, c += n) {
#pragma GCC unroll 8
      for (int i = 0; i < n; ++i) {
        double sum = a[i] * b[0];
#pragma GCC unroll 8
        for (int k = 1; k < n; ++k) sum += a[k * n + i] * b[k * n];
        c[i] = sum;
      }
    }
  }
}

// C = A Bᵀ where that is symmetric: one half of it.
template <int n>
void symmetricProduct(const SmallSquare<n>& A, const SmallSquare<n>& B, SmallSquare<n>& C) {
  if constexpr (n == Eigen::Dynamic) {
    const Matrix product = A * B.transpose();
    C = 0.5 * (product + product.transpose());
  } else {
    const double *a = A.data(), *b = B.data();
    double* c = C.data();
#pragma GCC unroll 8
    for (int j = 0; j < n; ++j)
#pragma GCC unroll 8
      for (int i = j; i < n; ++i) {
        double sum = a[i] * b[j];
#pragma GCC unroll 8
        for (int k = 1; k < n; ++k) sum += a[k * n + i] * b[k * n + j];
        c[j * n + i] = c[i * n + j] = sum;
      }
  }
}

// C = Aᵀ A.
template <int n>
void gram(const SmallSquare<n>& A, SmallSquare<n>& C) {
  if constexpr (n == Eigen::Dynamic) {
    C.noalias() = A.transpose() * A;
  } else {
    const double* a = A.data();
    double* c = C.data();
#pragma GCC unroll 8
    for (int j = 0; j < n; ++j)
#pragma GCC unroll 8
      for (int i = j; i < n; ++i) {
        double sum = a[i * n] * a[j * n];
#pragma GCC unroll 8
        for (int k = 1; k < n; ++k) sum += a[i * n + k] * a[j * n + k];
        c[j * n + i] = c[i * n + j] = sum;
      }
  }
}

// The lower M with M Mᵀ = A; false if A is not positive definite.
template <int n>
bool cholesky(const SmallSquare<n>& A, SmallSquare<n>& M) {
  const Index L = smallSize<n>(A.rows());
  const double* a = A.data();
  double* m = M.data();
  M.setZero();
#pragma GCC unroll 8
  for (Index j = 0; j < L; ++j) {
    double pivot = a[j * L + j];
#pragma GCC unroll 8
    for (Index k = 0; k < j; ++k) pivot -= m[k * L + j] * m[k * L + j];
    if (!(pivot > 0)) return false;
    pivot = std::sqrt(pivot);
    m[j * L + j] = pivot;
    const double scale = 1 / pivot;
#pragma GCC unroll 8
    for (Index i = j + 1; i < L; ++i) {
      double sum = a[j * L + i];
#pragma GCC unroll 8
      for (Index k = 0; k < j; ++k) sum -= m[k * L + i] * m[k * L + j];
      m[j * L + i] = sum * scale;
    }
  }
  return true;
}

// 2 log det of a lower triangle with diagonal entries of 1 and more.
template <int n>
double logDeterminant(const SmallSquare<n>& M) {
  constexpr double kLarge = 1e100;  // so that no product leaves the range of numbers
  double sum = 0, product = 1;
  for (Index i = 0; i < M.rows(); ++i) {
    product *= M.data()[i * M.rows() + i];
    if (product < kLarge) continue;
    sum += std::log(product);
    product = 1;
  }
  return 2 * (sum + std::log(product));
}

// B ← M⁻¹ B and B ← M⁻ᵀ B for a lower M; B has n rows.
template <int n, class Columns>
void solveLower(const SmallSquare<n>& M, Columns& B) {
  const Index L = smallSize<n>(M.rows());
  const double* m = M.data();
  for (Index c = 0; c < B.cols(); ++c) {
    double* b = B.data() + c * L;
#pragma GCC unroll 8
    for (Index i = 0; i < L; ++i) {
      double sum = b[i];
#pragma GCC unroll 8
      for (Index j = 0; j < i; ++j) sum -= m[j * L + i] * b[j];
      b[i] = sum / m[i * L + i];
    }
  }
}
template <int n, class Columns>
void solveLowerTransposed(const SmallSquare<n>& M, Columns& B) {
  const Index L = smallSize<n>(M.rows());
  const double* m = M.data();
  for (Index c = 0; c < B.cols(); ++c) {
    double* b = B.data() + c * L;
#pragma GCC unroll 8
    for (Index i = L - 1; i >= 0; --i) {
      double sum = b[i];
#pragma GCC unroll 8
      for (Index j = i + 1; j < L; ++j) sum -= m[i * L + j] * b[j];
      b[i] = sum / m[i * L + i];
    }
  }
}

// S with S Sᵀ = P for a positive semidefinite P, by Cholesky's method with the largest pivot first (so that a
// singular P does no harm): column k of S is 0 in the rows order[0] … order[k-1]. What of a pivot is
// negative is rounding, and its column 0.
template <int n>
void pivotedRoot(const SmallSquare<n>& P, SmallSquare<n>& S, PivotOrder<n>& order) {
  const Index L = smallSize<n>(P.rows());
  SmallSquare<n> left = P;
  double* a = left.data();
  S.setZero();
  if constexpr (n == Eigen::Dynamic) order.resize(static_cast<std::size_t>(L));
  for (Index k = 0; k < L; ++k) order[static_cast<std::size_t>(k)] = static_cast<int>(k);
  for (Index k = 0; k < L; ++k) {
    Index most = k;
    for (Index i = k + 1; i < L; ++i) {
      const Index p = order[static_cast<std::size_t>(i)], q = order[static_cast<std::size_t>(most)];
      if (a[p * L + p] > a[q * L + q]) most = i;
    }
    std::swap(order[static_cast<std::size_t>(k)], order[static_cast<std::size_t>(most)]);
    const Index pivot = order[static_cast<std::size_t>(k)];
    const double size = a[pivot * L + pivot];
    double* s = S.data() + k * L;
    if (!(size > std::numeric_limits<double>::min())) continue;
    const double root = std::sqrt(size), scale = 1 / root;
    s[pivot] = root;
    for (Index i = k + 1; i < L; ++i) {
      const Index row = order[static_cast<std::size_t>(i)];
      s[row] = a[pivot * L + row] * scale;
    }
    // Rows that are done have an s of 0 but for the pivot's own, which nobody looks at again.
    for (Index j = k + 1; j < L; ++j) {
      const Index column = order[static_cast<std::size_t>(j)];
      const double by = s[column];
#pragma GCC unroll 8
      for (Index i = 0; i < L; ++i) a[column * L + i] -= s[i] * by;
    }
  }
}

// B ← (S Sᵀ)⁻¹ B for a root S of pivotedRoot(); where it is singular, 0 in place of the inverse of the pivot.
template <int n>
void solveByRoot(const SmallSquare<n>& S, const PivotOrder<n>& order, SmallSquare<n>& B) {
  const Index L = smallSize<n>(S.rows());
  const double* s = S.data();
  Eigen::Matrix<double, n, 1> inverse(L), y(L);
  for (Index k = 0; k < L; ++k) {
    const double pivot = s[k * L + order[static_cast<std::size_t>(k)]];
    inverse.data()[k] = pivot > 0 ? 1 / pivot : 0.0;
  }
  for (Index c = 0; c < L; ++c) {
    double* b = B.data() + c * L;
#pragma GCC unroll 8
    for (Index k = 0; k < L; ++k) {
      const Index row = order[static_cast<std::size_t>(k)];
      double sum = b[row];
#pragma GCC unroll 8
      for (Index j = 0; j < k; ++j) sum -= s[j * L + row] * y.data()[j];
      y.data()[k] = sum * inverse.data()[k];
    }
#pragma GCC unroll 8
    for (Index k = L - 1; k >= 0; --k) {
      double sum = y.data()[k];
#pragma GCC unroll 8
      for (Index j = k + 1; j < L; ++j) {
        const Index row = order[static_cast<std::size_t>(j)];
        sum -= s[k * L + row] * b[row];
      }
      b[order[static_cast<std::size_t>(k)]] = sum * inverse.data()[k];
    }
  }
}

// Two covariances are one if no entry differs by more than a few roundings of the largest.
template <int n>
bool standsStill(const SmallSquare<n>& now, const SmallSquare<n>& before) {
  constexpr double kRoundings = 1e-14;
  const Index size = smallSize<n>(now.rows()) * smallSize<n>(now.rows());
  double most = 0, change = 0, sum = 0;
  for (Index i = 0; i < size; ++i) {
    most = std::max(most, std::abs(now.data()[i]));
    change = std::max(change, std::abs(now.data()[i] - before.data()[i]));
    sum += now.data()[i];
  }
  return change <= kRoundings * most && std::isfinite(sum);
}

}  // namespace keyhole
