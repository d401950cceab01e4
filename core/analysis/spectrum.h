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
  double alpha = 0;  // the step, in τ, of the map that the values belong to (see below); 0: of the flow
  double norm = 0;   // ‖A‖_F, where conditions are known; else 0
  Vector rounding =
      {};  // how far rounding may have moved each value, where conditions are known: κ n ε ‖A‖_F,
           // or where that is more than ‖A‖_F (a defective matrix has κ = ∞, and its values move
           // by a root of ε) by how far they lie elsewhere in a matrix that far from A
  bool fewSteps = false;  // of a fit to so few steps that chance makes such modes (restsOnFewSteps())
};

// What a fit finds, and a simulation takes, is no flow but a map of one step of α: x ← F x with F = (1-α) I +
// α A, also that of the leaky rate near 0, where φ' = 1. A mode λ of A is 1 - α + α λ of F: it decays if this
// is inside of the unit circle, which in the plane of λ is the circle of radius 1/α about 1 - 1/α. For α → 0
// it is the line Re λ = 1. A pair at 0.9995 ± 0.3i decays in the flow and grows in steps of α = 0.1.

// s = ln(1 - α + α λ)/α, per τ: what happens to the mode per step, as if it were a flow. Re s is the rate of
// growth (negative: it decays), Im s in (-π/α, π/α] the angular frequency; λ - 1 for α = 0. Re s is -∞ where
// 1 - α + α λ = 0. α >= 0.
std::complex<double> mapExponent(std::complex<double> value, double alpha);
// |1 - α + α λ|; of the flow (α = 0) 1.
double mapModulus(std::complex<double> value, double alpha);
// -1/Re s of each value, in τ: positive for modes that decay, negative for those that grow, infinite for
// those that do neither.
Vector mapTimeConstants(const Spectrum& spectrum);
// Re s that is closer to 0 than rounding of a sampled recording can tell (a time constant of 1e9 τ): neither
// decay nor growth.
constexpr double kMarginalRate = 1e-9;
bool grows(std::complex<double> value, double alpha);
// The values by falling Re s; ties in the order of the listing. The first one leads.
std::vector<Index> leadingOrder(const Spectrum& spectrum);
// Whether τ = |1/(1 - Re λ)| tells something else than the map: by more than 3 %, or of a mode that grows.
bool mapDiffers(std::complex<double> value, double alpha);

// Of a student or an imported matrix. With conditions, λ_i is undetermined if its rounding bound κ_i n ε
// ‖A‖_F exceeds both its distance to the nearest other eigenvalue and 1e-10 ‖A‖_F (ties of well-conditioned
// eigenvalues stay determined). n ε ‖A‖_F is the backward error that the QR iteration guarantees; with ε
// alone most of the ring of a nilpotent matrix would pass for known, since on it κ is what keeps the
// first-order bound just below the spacing. Without conditions none is marked.
// alpha: the step of its map, see Spectrum.
Spectrum spectrumOf(ConstMatrixRef A, bool withConditions, double alpha = 0);
// Of eigenvalues that are known (by falling real part), none of them undetermined.
Spectrum spectrumOf(ComplexVector values, double alpha);

// The leading values alone, for a first look at a large matrix: Ritz values of an Arnoldi process of at most
// 80 steps whose error is estimated (residual times condition in the Krylov space) to be below 1e-2 of the
// largest |λ|, down to the first one that is not. Empty unless two or more are that good: then the matrix is
// too far from normal for a glance. Cost O(80 n²).
std::optional<Spectrum> leadingSpectrum(ConstMatrixRef A, double alpha = 0);

// That rule, for one eigenvalue of an n x n matrix with ‖A‖_F = norm.
bool roundingMayMove(double condition, double nearest, Index n, double norm);
// |λ_i - λ_j| to the nearest other value; infinite if there is none.
double distanceToNearest(const ComplexVector& values, Index i);

// Of a teacher: exact where its structure says so.
Spectrum spectrumOf(const Network& network, bool withConditions, double alpha = 0);

// τ_n = |1/(1 - Re λ_n)| in units of τ, as published (of the flow), in the order of the values; infinite at
// Re λ = 1.
Vector timeConstants(const ComplexVector& values);

// The line attractor score log₂(τ₁/τ₂) of Nair et al. (2023), with its blind spots named. Which modes are the
// first two, and the status, is told by the map.
enum class ScoreStatus {
  defined,
  complexLeadingPair,  // τ₁ = τ₂, so the score is 0 by construction
  unstable,            // the leading mode grows: τ is blind to the sign, the score has no meaning
  marginal,            // the leading mode, real, neither grows nor decays: infinite
  undetermined,        // one of the two leading eigenvalues is undetermined
  tooFewModes,         // fewer than two eigenvalues
  tooFewSteps,         // Spectrum::fewSteps
  alternating,         // 1 - α + α λ₁ < 0: the leading mode changes sign at every step and holds nothing
};
struct LineAttractorScore {
  // The published formula where the modes that lead by the map are those that lead by real part; else, since
  // it would speak of other modes, that of the map. Whatever the status; NaN if tooFewModes.
  double value = 0.0;
  ScoreStatus status = ScoreStatus::tooFewModes;
  double published = value;  // log₂ of τ = |1/(1 - Re λ)| of the two values that come first in the listing
  double map = value;        // log₂ of |-1/Re s| of the two that lead by the map
};
LineAttractorScore lineAttractorScore(const Spectrum& spectrum);
std::string nameOf(ScoreStatus status);  // "defined", "complex leading pair", …

// Henrici's departure from normality √(‖A‖²_F - Σ|λ|²)/‖A‖_F in [0, 1]; 0 for a zero matrix.
double henriciNumber(ConstMatrixRef A, const ComplexVector& values);
double henriciNumber(const Network& network, const ComplexVector& values);

}  // namespace keyhole
