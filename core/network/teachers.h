// The teachers of the paper and of its figures (section "Teachers" of the manual), each a deterministic
// function of its options and the seed.
#pragma once

#include "core/network/network.h"
#include "core/network/nonlinearity.h"

#include <cstdint>
#include <string>
#include <vector>

namespace keyhole {

enum class TeacherKind {
  gaussian,
  symmetric,
  lineAttractor,
  chain,
  lowRankOrthogonal,
  lowRankOscillator,
  lowRankRandom,
  triangular,
  excitatoryInhibitory,
  imported,
};

// The spectrum of the line-attractor teacher below its leading eigenvalue.
enum class LineAttractorBulk {
  even,      // evenly spaced in [-halfWidth, halfWidth]
  constant,  // all equal to bulkValue
  oblique,   // diag(λ₁, bulkValue, …) conjugated with a random matrix of unit-norm Gaussian columns: not
             // normal
};

// Units up to which matrices of D x D, or all states of a run, are kept. Teachers of more are of low rank.
constexpr Index kMostUnits = 4000;
// Numbers in M and in N of a low-rank teacher, at most: 160 MB each.
constexpr Index kMostFactors = 20'000'000;

struct TeacherOptions {
  TeacherKind kind = TeacherKind::lowRankOrthogonal;
  Index size = 500;  // D >= 2, and at most kMostUnits if not of low rank
  std::uint64_t seed = 1;
  Nonlinearity phi = Nonlinearity::linear;
  Convention convention = Convention::standard;

  double gaussianGain = 0.8;    // g: entries N(0, g²/D)
  double symmetricGain = 0.6;   // entries of Q, B = (Q + Qᵀ)/2
  double triangularGain = 2.8;  // of the matrix whose Schur factor is kept
  double leadingEigenvalue = 0.999;
  LineAttractorBulk bulk = LineAttractorBulk::even;
  double bulkHalfWidth = 0.4;
  double bulkValue = 0.2;
  double chainBeta = 0.5;
  double chainDiagonal = 0.0;
  bool chainRotated = true;
  Index chainSkip = 0;           // every k-th link is missing; 0: none
  Index rank = 2;                // r <= D/2 (low rank, orthogonal and random)
  double orthogonalScale = 0.2;  // s: γ² = s D/√r
  double randomScale = 1.0;      // s of s M Nᵀ
  double oscillatorGain = 12.0;  // G i.i.d. N(0, gain²/D)
  double eiWeight = 4.0;         // w
  double eiInhibition = 1.1;     // k
  double excitatoryFraction = 0.8;
  Matrix imported;  // for TeacherKind::imported: D x D (size is then taken from it)
};

struct Teacher {
  TeacherOptions options;
  Network network;
  Vector integrationMode;  // m: the input enters as v_t = v₀ s_t m; readout weights: see readoutWeights. May
                           // be empty.
  Vector readoutWeights;      // D, or empty: 0.7 m/D (chain), m/D² (line attractor)
  bool normal = false;        // true if B commutes with its transpose by construction
  double gammaSquared = 0.0;  // γ² of the orthogonal low-rank teacher, else 0
};

// One sentence per option that is out of range (empty: all good).
std::vector<std::string> problems(const TeacherOptions& options);

// Builds the teacher. Throws InputError with the first problem. Cost: O(D r) low rank; O(D³) where an
// orthogonal matrix or a Schur factorisation is needed.
Teacher buildTeacher(const TeacherOptions& options);

bool isLowRank(TeacherKind kind);
std::string nameOf(TeacherKind kind);  // as in files and on the command line: "low-rank-orthogonal"
const std::vector<TeacherKind>& allTeacherKinds();

}  // namespace keyhole
