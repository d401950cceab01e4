// What theory says of the long-time students, as pure functions. φ linear, T → ∞, ρ = 0 throughout; λ̂ are the
// eigenvalues of Â_d = P B C Pᵀ (P C Pᵀ)⁻¹ (paper, eq. 4 in that limit), C the stationary covariance, f =
// d/D, τ̂ = 1/(1 - Re λ̂). "Proved" holds for every teacher of the kind, every D and every subset; "mean field"
// in the limit of large D.
//
// 1. Variance bounds persistence (proved; it is not in the paper). Let G = B C, continuous limit:
//    G + Gᵀ = 2 C - I, and so for its blocks. Put w = C_d⁻¹ x for a right eigenvector x:
//    G_d w = λ̂ C_d w. The real part of wᴴ(…) gives
//        Re λ̂ = 1 - ½ ‖w‖² / (wᴴ C_d w),
//    so 1 - 1/(2 λ_min(C_d)) <= Re λ̂ <= 1 - 1/(2 λ_max(C_d)) and τ̂ <= 2 λ_max(P C Pᵀ): no student is
//    unstable, and none claims to remember for longer than twice the largest variance among the seen units
//    (in units of α σ²). Discrete limit, Ŵ = (1-α) I + α Â: C_d - Ŵ C_d Ŵᵀ >= α² I, so |1 - α + α λ̂|² <= 1 -
//    α²/λ_max(C_d).
// 2. Normal teachers (proved; the paper's theorem). Then C = ½ (I - S)⁻¹ with S = ½ (B + Bᵀ), whose
//    eigenvalues are Re λ_i, and by Cauchy's interlacing those of C_d lie between the extreme ones of C;
//    so 1. says Re λ̂ ∈ [Re λ_D, Re λ_1].
// 3. Symmetric teachers (proved; the paper's theorem). G = C - ½ I, so Â = I - ½ C_d⁻¹, λ̂_i = 1 - 1/(2
// c_i(C_d)):
//    λ̂_i <= λ_i by interlacing, and with λ_1 = 1 - ε, C >= u₁u₁ᵀ/(2ε) gives
//        λ̂_1 >= 1 - ε/‖P u₁‖².
//    Mean field: ‖P u₁‖² = d/D for a direction without preference, with a relative s.d. of
//    about √(2 (1-f)/d) (of a uniformly random direction: √(2 (1-f)/(d + 2f)) exactly).
// 4. Orthogonal low rank (mean field). Normalisation: MᵀM = NᵀN = γ² I_r, NᵀM = 0, so that the r non-zero
//    *singular values of B = M Nᵀ are γ²*, and γ⁴ = (γ²)². Exactly, Â's non-zero eigenvalues are those of
//    S = nᵀ (½ I + Y) (½ I + K Y)⁻¹ K m (low_rank_students.h) with E = [M, N]/γ, m = γ [I; 0], n = γ [0; I],
//    Y = ¼ [[γ⁴ I, γ² I], [γ² I, 0]]. For random orientation K = E_dᵀE_d → f I, which leaves 2 x 2 blocks:
//        λ̂(f) = 2 f γ⁴ (1-f) / (4 + 2 f γ⁴ - f² γ⁴),
//    r times. It peaks at f* = 2/(2 + √(4 + γ⁴)) (about 2/γ²), where λ̂ = 1 - 2/√(4 + γ⁴): the largest made-up
//    time constant is τ̂* = ½ √(4 + γ⁴), about γ²/2.
//    Finite D, first order in δK = K - f I (mean field with fluctuations; Gaussian for large D): K's blocks
//    have independent entries of variance f(1-f)/D (twice that on the diagonal), and δS = Σ u_a w_b δK_ab
//    with
//        u = γ [γ² (1-f)/8, ¼ + f γ⁴/16]/Δ,  w = ½ γ [½, -f γ²/4]/Δ,  Δ = (4 + 2 f γ⁴ - f² γ⁴)/16,
//    so a diagonal entry of S has variance v = f(1-f)/D (2 u₁²w₁² + 2 u₂²w₂² + (u₁w₂ + u₂w₁)²): the mean of
//    the r leading λ̂ has the s.d. √(v/r), and single ones scatter by √v times order one. The bias is O(1/D).
// 5. The unrotated chain (proved): chain_students.h. For β = 0 and d ~ √D the covariance of the first units
// is,
//    to relative order 1/√D, C_ij = √D g((i-j)/√D) with g of spectral density (1 - e^{-ω²})/ω² (the random
//    walk of the chain's modes has had time 2D to spread): so (1 - λ̂_n) √D, and with them the score, depend
//    on d and D through d/√D alone. Derived for D → ∞ at fixed d/√D, not proved with error bounds.
// 6. Observation noise (proved). White noise of variance s² on every seen sample adds s² I to the covariance
//    but not to the lagged one; with Ŵ = (1-α) I + α Â and Σ_d the covariance of the seen units,
//        Ŵ_noisy = Ŵ Σ_d (Σ_d + s² I)⁻¹.
//    As α → 0 at fixed s²/(α σ²) the rates 1 - λ̂ grow like 1/α: noise on the samples hides persistence, true
//    and spurious alike.
#pragma once

#include "core/analysis/theory/long_time_students.h"

namespace keyhole {

// 0 <= f <= 1, gammaSquared >= 0.
double lowRankMeanField(double f, double gammaSquared);

// √v: the s.d. of a diagonal entry of S at D units, to first order.
double lowRankScatter(double f, double gammaSquared, Index units);

// 1 - ε/‖P u₁‖².
double lineAttractorBound(double epsilon, double seenPart);

// The largest Re λ̂ that λ_max(P C Pᵀ) allows. alpha: of the discrete limit, or 0.
double varianceBound(double largestVariance, double alpha);

// The student of an unrotated chain of D units with no diagonal term. Cost O(D³/3) for the Cholesky factor.
// Precondition: 1 <= d <= D, D > 2.
ChainStudent chainStudent(Index units, Index d, double beta, StationaryLimit limit, double alpha);

// Â as seen through white observation noise of variance noise (s²); covariance: Σ_d in the same units. O(d³).
Matrix withObservationNoise(ConstMatrixRef A, ConstMatrixRef covariance, double noise, double alpha);

enum class TheoryKind { value, band, upperBound, lowerBound };
std::string nameOf(TheoryKind kind);  // "value", …

// One line (or band) over the numbers of seen units.
struct TheoryCurve {
  std::string name;  // "low-rank mean field"
  TheoryKind kind = TheoryKind::value;
  std::string quantity;  // "Re λ̂₁" …
  std::string formula;
  std::string validity;  // one sentence: proved or mean field, and of what
  Vector values;         // one per d; of a band, the upper end
  Vector low;            // of a band; else empty
};

// Every curve that says something of this teacher. students: its own, for the variance bound; their status
// decides which d have one (else NaN). Cost O(d³) per d for the variance bound, on all cores.
std::vector<TheoryCurve> theoryCurves(const Teacher& teacher, const LongTimeStudents& students,
                                      StationaryLimit limit, double alpha, const std::vector<Index>& counts);

}  // namespace keyhole
