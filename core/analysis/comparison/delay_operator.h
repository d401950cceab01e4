// The linear operator of an activity in delay coordinates, and the dynamical similarity of two activities by
// it (DSA; Ostrow, Eisen, Kozachkov & Fiete 2023).
#pragma once

#include "core/analysis/comparison/vector_field_match.h"
#include "core/common/progress.h"
#include "core/common/types.h"

#include <string>
#include <vector>

namespace keyhole {

struct DelayOptions {
  Index delays = 5;    // samples that make one state: x_t, x_{t-s}, …, from 1
  Index interval = 1;  // s, time points between them, and of one step of the operator; from 1. With small α
                       // every operator of one time point is near the identity, and so near every other one:
                       // choose about 1/α, one τ
  Index rank = 10;     // of the operator, from 1
};
std::vector<std::string> problems(const DelayOptions& options);

enum class DelayStatus {
  fitted,
  constant,  // the activity does not vary: no operator
  tooShort,  // fewer steps of the operator than twice its rank: no operator
};
std::string nameOf(DelayStatus status);

struct DelayOperator {
  Matrix A;         // r x r, r <= rank: fewer where the delay coordinates span fewer directions
  double r2 = 0;    // share of the variance of the coordinates one step on that it predicts
  double kept = 0;  // share of the variance of the delay coordinates that the r directions keep
  DelayStatus status = DelayStatus::constant;
};

// activity: N x T, finite, about its mean. The delay vectors' r leading right singular vectors (as in the
// published code: whitened coordinates, so that an invertible linear map of the activity changes little, and
// a rotation nothing) are regressed on themselves one interval before, with an intercept. Directions below
// 1e-6 of the largest singular value are dropped. With more than 50 units their 50 leading principal
// components are taken. Throws InputError for bad options or an activity that is not finite. Cost O((N
// delays)² T).
DelayOperator delayOperator(ConstMatrixRef activity, const DelayOptions& options);

struct DsaOptions {
  DelayOptions delay;
  MatchOptions match;
};

struct DynamicalSimilarity {
  VectorFieldMatch match;         // of the two operators; the DSA distance is match.angle
  double eigenvalueDistance = 0;  // of the operators' eigenvalues: the cheap variant
  DelayOperator first, second;
  bool defined = false;  // both operators exist and neither is 0; else the numbers above mean nothing
};

// Symmetric, and 0 for two activities of one system in rotated coordinates. Cost: two operators and a match,
// 0.1 s for 25 units, T = 5000, 5 delays, rank 10.
DynamicalSimilarity dynamicalSimilarity(ConstMatrixRef first, ConstMatrixRef second,
                                        const DsaOptions& options, Progress& progress = noProgress());

}  // namespace keyhole
