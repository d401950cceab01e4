// The long-time limit of the linear MAP fit with ρ = 0: Â = P B C Pᵀ (P C Pᵀ)⁻¹ with C the stationary
// covariance.
#pragma once

#include "core/fitting/fit.h"
#include "core/network/teachers.h"

namespace keyhole {

enum class StationaryLimit {
  continuous,  // α → 0: (B-I) C + C (B-I)ᵀ = -I; the stationary covariance is α σ² C
  discrete,  // exact at finite α: C = W C Wᵀ + α² I, W = (1-α) I + α B; the stationary covariance is σ² C
};

struct StationaryCovariance {
  Matrix C;                              // D x D; empty without a stationary state
  Matrix BC;                             // D x D
  FitStatus status = FitStatus::notRun;  // solved, noStationaryState or diverged
  double residual = 0.0;                 // relative residual of the defining equation
};

// The covariance of a low-rank teacher B = M Nᵀ in factors: C = c₀ I + E Y Eᵀ.
struct LowRankCovariance {
  double c0 = 0;  // the uncoupled variance
  Matrix E;       // D x k, k <= 2r: an orthonormal basis of the span of M and N
  Matrix Y;       // k x k, symmetric; empty without a stationary state
  FitStatus status = FitStatus::notRun;
  double residual = 0.0;  // relative, of the k x k equation
};

// Cost O(D r²).
LowRankCovariance lowRankCovariance(const LowRankForm& form, StationaryLimit limit, double alpha);

// Uses the teacher's structure: low rank in a 2r-dimensional space, the chain by recursion in its modes,
// symmetric matrices as C = ½ (I - B)⁻¹ (continuous). alpha is used by the discrete limit only. Cost: low
// rank O(D² r), unrotated chain O(D²), else O(D³). φ is taken as linear.
StationaryCovariance stationaryCovariance(const Teacher& teacher, StationaryLimit limit, double alpha);

// What the user should know of the long-time limit of this teacher; empty: nothing.
std::string stationaryNote(const Teacher& teacher);

// The sentence on a covariance that does not exist.
std::string stationaryMessage(FitStatus status);

// The student of the given units. Cost O(d³).
Student fitStationary(const StationaryCovariance& covariance, const std::vector<Index>& units, double alpha);

}  // namespace keyhole
