// What a curve shows of one student: its leading eigenvalues with their certificates, the score, the leading
// singular values and the Henrici number.
#pragma once

#include "core/analysis/spectrum.h"

#include <limits>

namespace keyhole {

// How the modes were found.
enum class ModeRoad {
  exact,      // known from the teacher's structure: all of its units are seen
  lowRank,    // an r x r matrix
  companion,  // the roots of the chain's polynomial
  symmetric,  // Â is symmetric: real eigenvalues, all of condition 1
  krylov,     // shifted and inverted Arnoldi on the whitened student
  dense,      // the QR iteration on Â
};
std::string nameOf(ModeRoad road);  // "exact", "low rank", …

struct ModeQuestions {
  Index count = 6;   // leading eigenvalues and singular values
  bool all = true;   // false: the leading eigenvalues and the score alone, by faster roads
  double alpha = 0;  // the step of the students' map (spectrum.h), by which the score is told; 0: of the flow
};

struct StudentModes {
  Spectrum leading;  // the first `count` by real part, or d if fewer, with conditions (of zeros by rank: 1)
  LineAttractorScore score;  // of the map of questions.alpha: of all eigenvalues, also those not in leading
  Vector singular;           // the first `count` singular values of Â; empty unless asked for
  Vector leftSingular, rightSingular;                         // d each, of the first; empty unless asked for
  double henrici = std::numeric_limits<double>::quiet_NaN();  // NaN: not asked for, or undetermined
  bool henriciUndetermined = false;  // undetermined eigenvalues carry more than 1e-6 of ‖Â‖²_F
  // |<û₁, P u₁>|/‖P u₁‖ of the leading left singular vectors of Â and B, and of the right ones; and what a
  // random vector has (singularOverlap() in eigenmodes.h). NaN: not asked for.
  double leftOverlap = std::numeric_limits<double>::quiet_NaN();
  double rightOverlap = std::numeric_limits<double>::quiet_NaN();
  double chanceOverlap = std::numeric_limits<double>::quiet_NaN();
  // The largest ‖A v - λ v‖ / (‖A‖_F ‖v‖) of the leading ones: each is an exact eigenvalue of a matrix that
  // is so near to the student. A is Â, or (Krylov) the student in whitened coordinates, which is similar to
  // it.
  double residual = std::numeric_limits<double>::quiet_NaN();
  // No eigenvalue with a larger real part can be missing: all were computed, or counted.
  bool complete = false;
  double reach = std::numeric_limits<double>::infinity();  // no eigenvalue is larger than this in magnitude
  ModeRoad road = ModeRoad::dense;
};

// The modes as those of steps of alpha, with the score of these; false if an eigenvalue that is not in
// leading (of a smaller real part, but up to `reach` large) might lead by the map: then the score is not
// known.
bool followMap(StudentModes& modes, double alpha);

// By the QR iteration. Throws std::runtime_error if it fails. Cost O(d³): about 20 d³.
StudentModes denseModes(ConstMatrixRef A, const ModeQuestions& questions);

// Of a student whose eigenvalues are known exactly (ordered, all of them).
StudentModes exactModes(ConstMatrixRef A, const ComplexVector& values, const ModeQuestions& questions);

// Of a symmetric student Â = I - ½ C⁻¹ (symmetric B, continuous limit; theory_curves.h) from the covariance C
// of its units. The Henrici number is exactly 0.
StudentModes symmetricModes(ConstMatrixRef C, const ModeQuestions& questions);

}  // namespace keyhole
