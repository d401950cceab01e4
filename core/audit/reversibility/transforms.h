// The whitened components of a recording and their Fourier transforms.
#pragma once

#include "core/fitting/trial.h"

namespace keyhole {

struct Whitened {
  std::vector<Matrix> series;  // per trial p x T_k, pooled mean 0 and covariance the identity
  Vector variances;            // p, of the components, falling
  Matrix directions;           // N x p, orthonormal: unit activity is directions √variances series
};

// Principal components whose variance is above 1e-9 of the first one's, at most 100 of them, each divided by
// its deviation. Cost O(N² T). Precondition: no missing samples.
Whitened whitened(const std::vector<Trial>& trials);

// N x T: what the units do when the components do this (p x T), about their means.
Matrix fromComponents(const Whitened& components, ConstMatrixRef series);

// p x J: of frequencies 1 … J = (T-1)/2, the Fourier coefficients of each row.
ComplexMatrix transformOf(ConstMatrixRef series);

}  // namespace keyhole
