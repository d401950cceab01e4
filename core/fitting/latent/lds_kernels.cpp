#include "core/fitting/latent/lds_kernels.h"

#include "core/common/clones.h"

#include <algorithm>

namespace keyhole {
namespace {

// Four time steps at once, whatever the machine: the order of all additions is written down here.
using Lanes = double __attribute__((vector_size(32)));
using LanesAt = double __attribute__((vector_size(32), aligned(8), may_alias));

constexpr Index kLanes = 4;

template <int P>
[[gnu::always_inline]] inline void productOf(const double* in, Index q, const double* A, double* out,
                                             bool add) {
  for (Index t = 0; t < kTile; t += 2 * kLanes) {
    Lanes low[P], high[P];
#pragma GCC unroll 8
    for (int j = 0; j < P; ++j) {
      const double* at = out + j * kTile + t;
      low[j] = add ? Lanes(*reinterpret_cast<const LanesAt*>(at)) : Lanes{};
      high[j] = add ? Lanes(*reinterpret_cast<const LanesAt*>(at + kLanes)) : Lanes{};
    }
    for (Index k = 0; k < q; ++k) {
      const double* at = in + k * kTile + t;
      const Lanes first = *reinterpret_cast<const LanesAt*>(at);
      const Lanes second = *reinterpret_cast<const LanesAt*>(at + kLanes);
#pragma GCC unroll 8
      for (int j = 0; j < P; ++j) {
        low[j] += A[j * q + k] * first;
        high[j] += A[j * q + k] * second;
      }
    }
#pragma GCC unroll 8
    for (int j = 0; j < P; ++j) {
      double* at = out + j * kTile + t;
      *reinterpret_cast<LanesAt*>(at) = low[j];
      *reinterpret_cast<LanesAt*>(at + kLanes) = high[j];
    }
  }
}

// Rows i … i + P - 1 of S (p x q), all columns.
template <int P>
[[gnu::always_inline]] inline void gramOf(const double* X, const double* Y, Index q, double* S, Index p) {
  for (Index k = 0; k < q; k += 2) {
    const double* y0 = Y + k * kTile;
    const double* y1 = k + 1 < q ? y0 + kTile : y0;
    Lanes first[P], second[P];
#pragma GCC unroll 8
    for (int i = 0; i < P; ++i) first[i] = second[i] = Lanes{};
    for (Index t = 0; t < kTile; t += kLanes) {
      const Lanes a = *reinterpret_cast<const LanesAt*>(y0 + t);
      const Lanes b = *reinterpret_cast<const LanesAt*>(y1 + t);
#pragma GCC unroll 8
      for (int i = 0; i < P; ++i) {
        const Lanes x = *reinterpret_cast<const LanesAt*>(X + i * kTile + t);
        first[i] += x * a;
        second[i] += x * b;
      }
    }
#pragma GCC unroll 8
    for (int i = 0; i < P; ++i) {
      S[k * p + i] += (first[i][0] + first[i][2]) + (first[i][1] + first[i][3]);
      if (k + 1 < q) S[(k + 1) * p + i] += (second[i][0] + second[i][2]) + (second[i][1] + second[i][3]);
    }
  }
}

// The chain of dependent additions is what takes the time: two halves of each sum are added up apart.
template <int n>
void recursionOf(const double* A, const double* drift, Index from, Index to, Index step, double* state,
                 double* x) {
  double matrix[n * n], now[n], next[n];
  for (int i = 0; i < n * n; ++i) matrix[i] = A[i];
  for (int i = 0; i < n; ++i) now[i] = state[i];
  for (Index t = from; t != to; t += step) {
#pragma GCC unroll 10
    for (int i = 0; i < n; ++i) {
      double even = drift[i * kTile + t], odd = 0;
#pragma GCC unroll 10
      for (int j = 0; j < n; j += 2) even += matrix[j * n + i] * now[j];
#pragma GCC unroll 10
      for (int j = 1; j < n; j += 2) odd += matrix[j * n + i] * now[j];
      next[i] = even + odd;
    }
#pragma GCC unroll 10
    for (int i = 0; i < n; ++i) x[i * kTile + t] = now[i] = next[i];
  }
  for (int i = 0; i < n; ++i) state[i] = now[i];
}

void recursionOfAny(const double* A, Index n, const double* drift, Index from, Index to, Index step,
                    double* state, double* x) {
  for (Index t = from; t != to; t += step) {
    for (Index i = 0; i < n; ++i) {
      double sum = drift[i * kTile + t];
      for (Index j = 0; j < n; ++j) sum += A[j * n + i] * state[j];
      x[i * kTile + t] = sum;
    }
    for (Index i = 0; i < n; ++i) state[i] = x[i * kTile + t];
  }
}

}  // namespace

KEYHOLE_CLONES void tileProduct(const double* in, Index q, const double* A, Index p, double* out, bool add) {
  Index j = 0;
  for (; j + 5 <= p; j += 5) productOf<5>(in, q, A + j * q, out + j * kTile, add);
  for (; j + 2 <= p; j += 2) productOf<2>(in, q, A + j * q, out + j * kTile, add);
  if (j < p) productOf<1>(in, q, A + j * q, out + j * kTile, add);
}

KEYHOLE_CLONES void tileGram(const double* X, Index p, const double* Y, Index q, double* S) {
  Index i = 0;
  for (; i + 5 <= p; i += 5) gramOf<5>(X + i * kTile, Y, q, S + i, p);
  for (; i + 2 <= p; i += 2) gramOf<2>(X + i * kTile, Y, q, S + i, p);
  if (i < p) gramOf<1>(X + i * kTile, Y, q, S + i, p);
}

void tileDelay(const double* in, Index n, const double* edge, double* out) {
  for (Index i = 0; i < n; ++i) {
    out[i * kTile] = edge[i];
    std::copy_n(in + i * kTile, kTile - 1, out + i * kTile + 1);
  }
}

void tileAdvance(const double* in, Index n, const double* edge, double* out) {
  for (Index i = 0; i < n; ++i) {
    std::copy_n(in + i * kTile + 1, kTile - 1, out + i * kTile);
    out[i * kTile + kTile - 1] = edge[i];
  }
}

void tileRecursion(const double* A, Index n, const double* drift, Index from, Index to, Index step,
                   double* state, double* x) {
  switch (n) {
    case 1:
      return recursionOf<1>(A, drift, from, to, step, state, x);
    case 2:
      return recursionOf<2>(A, drift, from, to, step, state, x);
    case 3:
      return recursionOf<3>(A, drift, from, to, step, state, x);
    case 4:
      return recursionOf<4>(A, drift, from, to, step, state, x);
    case 5:
      return recursionOf<5>(A, drift, from, to, step, state, x);
    case 6:
      return recursionOf<6>(A, drift, from, to, step, state, x);
    case 7:
      return recursionOf<7>(A, drift, from, to, step, state, x);
    case 8:
      return recursionOf<8>(A, drift, from, to, step, state, x);
    case 9:
      return recursionOf<9>(A, drift, from, to, step, state, x);
    case 10:
      return recursionOf<10>(A, drift, from, to, step, state, x);
    default:
      return recursionOfAny(A, n, drift, from, to, step, state, x);
  }
}

}  // namespace keyhole
