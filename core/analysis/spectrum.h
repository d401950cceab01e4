// Eigenvalues as the paper reads them: in the scaling of A and B, where the marginal line is Re λ = 1.
#pragma once

#include "core/common/types.h"
#include "core/network/network.h"

#include <optional>
#include <string>

namespace keyhole {

struct Spectrum {
  ComplexVector values;            // by falling real part, +im first
  Vector conditions;               // κ_i >= 1 each, or empty if not computed
  std::vector<bool> undetermined;  // one per value: rounding alone could have put it elsewhere (see below)
  bool exact = false;              // known from the structure, not computed numerically
  bool leadingOnly = false;        // the others were not computed, but
  double fastest = 0;              // the largest |λ - 1| is about this; 0 if all are there
};

// Of a student or an imported matrix. With conditions, λ_i is undetermined if its rounding bound κ_i n ε
// ‖A‖_F exceeds both its distance to the nearest other eigenvalue and 1e-10 ‖A‖_F (ties of well-conditioned
// eigenvalues stay determined). n ε ‖A‖_F is the backward error that the QR iteration guarantees; with ε
// alone most of the ring of a nilpotent matrix would pass for known, since on it κ is what keeps the
// first-order bound just below the spacing. Without conditions none is marked.
Spectrum spectrumOf(ConstMatrixRef A, bool withConditions);

// The leading values alone, for a first look at a large matrix: Ritz values of an Arnoldi process of at most
// 80 steps whose error is estimated (residual times condition in the Krylov space) to be below 1e-2 of the
// largest |λ|, down to the first one that is not. Empty unless two or more are that good: then the matrix is
// too far from normal for a glance. Cost O(80 n²).
std::optional<Spectrum> leadingSpectrum(ConstMatrixRef A);

// That rule, for one eigenvalue of an n x n matrix with ‖A‖_F = norm.
bool roundingMayMove(double condition, double nearest, Index n, double norm);
// |λ_i - λ_j| to the nearest other value; infinite if there is none.
double distanceToNearest(const ComplexVector& values, Index i);

// Of a teacher: exact where its structure says so.
Spectrum spectrumOf(const Network& network, bool withConditions);

// τ_n = |1/(1 - Re λ_n)| in units of τ, in the order of the values; infinite at Re λ = 1.
Vector timeConstants(const ComplexVector& values);

// The line attractor score log₂(τ₁/τ₂) of Nair et al. (2023), with its two blind spots named.
enum class ScoreStatus {
  defined,
  complexLeadingPair,  // τ₁ = τ₂, so the score is 0 by construction
  unstable,            // Re λ₁ > 1: τ is blind to the sign, the score has no meaning
  marginal,            // Re λ₁ = 1: infinite
  undetermined,        // one of the two leading eigenvalues is undetermined
  tooFewModes,         // fewer than two eigenvalues
};
struct LineAttractorScore {
  double value = 0.0;  // the published formula, whatever the status; NaN if tooFewModes
  ScoreStatus status = ScoreStatus::tooFewModes;
};
LineAttractorScore lineAttractorScore(const Spectrum& spectrum);
std::string nameOf(ScoreStatus status);  // "defined", "complex leading pair", …

// Henrici's departure from normality √(‖A‖²_F - Σ|λ|²)/‖A‖_F in [0, 1]; 0 for a zero matrix.
double henriciNumber(ConstMatrixRef A, const ComplexVector& values);
double henriciNumber(const Network& network, const ComplexVector& values);

}  // namespace keyhole
