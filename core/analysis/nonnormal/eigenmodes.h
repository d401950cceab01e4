// One eigenvalue at a time: its mode, how sensitive it is, and the neurons it lives on; and how the singular
// vectors of a student lie to those of its teacher.
#pragma once

#include "core/fitting/fit.h"
#include "core/linalg/singular.h"
#include "core/network/network.h"

#include <vector>

namespace keyhole {

struct Eigenmode {
  std::complex<double> value;
  ComplexVector right;  // x: A x = λ x; unit, its phase such that Re x ⟂ Im x and ‖Re x‖ >= ‖Im x‖ (real
                        // vectors are real), Re x signed as in signs.h
  ComplexVector left;    // y: yᴴ A = λ yᴴ; unit, its phase such that yᴴx >= 0
  double condition = 1;  // κ = 1/|yᴴx| >= 1, infinite if λ is defective (yᴴx below the roundoff)
  double residual = 0;   // max(‖A x - λ x‖, ‖yᴴA - λ yᴴ‖)
  Index dimension = 1;   // of λ's eigenspace; above 1 the vectors are any of it, and so is κ
};

// All modes, in the order of eigenvalues(): LAPACK dgeev. Throws as that does. Cost O(25 n³).
std::vector<Eigenmode> eigenmodes(ConstMatrixRef A);

// The mode of an eigenvalue that is known, as exactly as the vectors can be had: the last singular vectors of
// λ I - A, which exist for defective eigenvalues too. dimension counts the singular values below 1e-10 ‖A‖_F
// (the D - s zeros beside a low-rank core included, see compression.h). Cost: an SVD of the core.
Eigenmode eigenmodeAt(const Network& network, std::complex<double> value);

struct Participation {
  Vector share;            // |x_i|², sum 1
  double ratio = 0;        // 1/Σ share²: from 1 (one neuron) to n (all alike)
  std::vector<Index> top;  // the neurons with the largest shares, falling
};
Participation participationOf(const ComplexVector& mode, Index top = 5);

// A student's mode in its units: the seen ones of a latent student (C x), all of them, the hidden ones last,
// of the others.
ComplexVector modeInUnits(const Student& student, const ComplexVector& mode);

// What a student says of the connections among the N seen units: A, the block of the seen units of one with
// hidden units, C A C⁺ of a latent one (its singular vectors lie in the span of C).
Matrix seenConnectivity(const Student& student);

// For k = 1 … K, with Â = Σ σ̂_k û_k v̂_kᵀ of the student and B = Σ σ_k u_k v_kᵀ of the teacher, P the seen
// units: left_k = |<û_k, P u_k>|/‖P u_k‖, right_k the same of v. Where the teacher's σ_k is one of g equal
// values (to 1e-6 σ₁; the orthogonal low-rank teacher: all r), u_k is any vector of their span; then left_k
// is the length of û_k's projection on P of that span. A random û has a root mean square overlap of √(g/N):
// the paper's chance level 1/√d for g = 1.
struct SingularOverlap {
  Vector teacherValues, studentValues;  // K each
  Vector left, right;                   // K, in [0, 1]
  Vector chance;                        // K
};
// seen: the N rows of the teacher that are the connectivity's. K is cut to N and to the teacher's numerical
// rank (1e-10 σ₁). Throws InputError if a unit is outside the teacher or the sizes differ. Cost: an SVD of
// the N x N connectivity and of the teacher's core.
SingularOverlap singularOverlap(const Network& teacher, const std::vector<Index>& seen,
                                ConstMatrixRef connectivity, Index K);

// The same for many students of one teacher, whose singular vectors are found once.
struct TeacherVectors {
  Vector values;       // falling
  Matrix left, right;  // D rows, one column per value
};
TeacherVectors singularVectors(const Network& teacher);
SingularOverlap singularOverlap(const TeacherVectors& teacher, const std::vector<Index>& seen,
                                ConstMatrixRef connectivity, Index K);
// Of a student whose own are known: the leading K or more. Cost O(N g) per k.
SingularOverlap singularOverlap(const TeacherVectors& teacher, const std::vector<Index>& seen,
                                const SingularSystem& student, Index K);

}  // namespace keyhole
