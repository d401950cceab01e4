// Whether a student has the teacher's dynamics: distance of spectra, principal angles, dynamical similarity,
// and the gauge.
#pragma once

#include "core/analysis/comparison/delay_operator.h"
#include "core/analysis/spectrum.h"
#include "core/fitting/fit.h"
#include "core/network/network.h"

#include <string>
#include <vector>

namespace keyhole {

// The k leading eigenvalues (by real part) of two spectra, paired so that the mean |λ_i - μ_σ(i)| is least.
struct SpectrumMatch {
  double distance = 0;            // that mean; 0 if k = 0
  std::vector<Index> assignment;  // σ, k entries
};
SpectrumMatch spectrumDistance(const ComplexVector& first, const ComplexVector& second, Index k = 10);

// How alike the impulse responses e^{(λ-1)t} and e^{(μ-1)t} of two modes are over 0 <= t <= window (in τ):
// the squared cosine |<f, g>|²/(‖f‖² ‖g‖²) in [0, 1], 1 only for λ = μ. For two modes that decay within the
// window with rates a, b and frequencies that differ by ω it is 4ab/((a+b)² + ω²): what counts is the ratio
// of time constants, and the frequencies in units of the decay. Modes that are slower than the window are
// alike, since nobody who watches that long could tell them apart. window > 0; finite for every finite λ.
double modeOverlap(std::complex<double> first, std::complex<double> second, double window);

// What a mode adds to a unit that only leaks (λ = 0, τ = 1), in τ: how long it lasts within the window,
// min(1/(1 - Re λ), window), times 1 - its overlap with the leak. 0 for λ = 0.
double modeWeight(std::complex<double> mode, double window);

// The share of the modes that agree: Σ (w_i + w_σ(i)) o_iσ(i) / Σ (w_i + w_σ(i)), o the overlaps and w the
// weights above, over the k leading modes of both and the pairing σ for which it is largest. If one has fewer
// modes, the leak stands in for those that it lacks. 1: every mode that outlasts the leak has its like; a
// persistent mode on one side only drives it towards 0 as its time constant grows, be it spurious or missed.
// 1 also if neither does anything but leak.
struct ModeAgreement {
  double share = 1;
  std::vector<Index> assignment;  // σ over k' = k modes (the leak included), of the first's to the second's
};
ModeAgreement modeAgreement(const ComplexVector& first, const ComplexVector& second, double window,
                            Index k = 10);
// The same by what the modes do in steps of each spectrum's α (spectrum.h): with 1 + s in place of λ, also of
// the leak, and the k that lead by the map.
ModeAgreement modeAgreement(const Spectrum& first, const Spectrum& second, double window, Index k = 10);

// An orthonormal basis (D x k or k + 1, a pair is not split) of a network's k leading modes, or 0 columns
// where they are not defined: where the last one inside and the first one outside share their real part (to
// 1e-9 of ‖B‖), as for nilpotent teachers. Low-rank forms from their r x r matrix, others from the Schur form
// of B: O(25 D³).
Matrix leadingModes(const Network& network, Index k);
// The same of a student, in seen units: the invariant subspace of A through the emission, or its seen rows.
Matrix leadingModes(const Student& student, Index k);

struct TeacherDynamics {
  Spectrum spectrum;
  Matrix modes;     // N x k: leadingModes() restricted to the seen units, or 0 columns
  Matrix activity;  // any number of units x T', or empty: no dynamical similarity
};

struct AgreementOptions {
  Index modes = 10;    // leading eigenvalues that are compared, from 1
  Index plane = 2;     // dimension of the student's subspace for the principal angles, from 1
  double window = 50;  // in τ, for the overlaps: the length of the recording; above 0
  DsaOptions dsa;      // dsa.delay.interval is set to 1/α by dynamicsAgreement(), at least 1
};
std::vector<std::string> problems(const AgreementOptions& options);

enum class AgreementStatus {
  defined,
  undetermined,  // one of the eigenvalues compared is undetermined (rounding could have put it elsewhere)
  noParameters,  // the fit gave no parameters: the gauge is 0, the rest is empty
};
std::string nameOf(AgreementStatus status);

struct DynamicsAgreement {
  double gauge = 0;  // "has the teacher's dynamics": modeAgreement().share, by the maps
  double spectrumDistance = 0;
  std::vector<Index> assignment;  // of the student's leading eigenvalues to the teacher's
  Vector angles;                  // principal angles, rising; empty if either subspace is not defined
  double chanceCosine = 1;        // root mean square cosine of random subspaces of those dimensions
  DynamicalSimilarity dsa;        // of the activities; see its `defined`
  double dsaFloor = 0;  // the DSA angle between the two halves of the teacher's activity: what the length of
                        // a recording leaves open for one and the same system; 0 if dsa is not defined
  AgreementStatus status = AgreementStatus::noParameters;
};

// studentActivity: what the student does on its own (noisyRun(), N x T), or empty: no dynamical similarity.
// The gauge is about eigenvalues, since the claims that it judges (an attractor, a persistent mode) are;
// angles and DSA stand beside it. For nonlinear systems the eigenvalues are those at the origin and the DSA
// is the measure of what they do away from it. Throws InputError for bad options. Cost: eigenvalues of A and
// twice dynamicalSimilarity().
DynamicsAgreement dynamicsAgreement(const TeacherDynamics& teacher, const Student& student,
                                    ConstMatrixRef studentActivity, const AgreementOptions& options = {},
                                    Progress& progress = noProgress());

}  // namespace keyhole
