// Pseudospectra: where the eigenvalues could go. σ_min(z I - A) <= ε exactly if z is an eigenvalue of some A
// + E with ‖E‖₂ <= ε (Trefethen & Embree 2005). A stands in the paper's scaling: J = A - I, marginal line Re
// z = 1.
#pragma once

#include "core/analysis/nonnormal/contours.h"
#include "core/common/progress.h"
#include "core/linalg/shifted_solver.h"
#include "core/network/network.h"

#include <memory>

namespace keyhole {

struct ComplexWindow {
  double reMin = -1, reMax = 1, imMin = -1, imMax = 1;  // min < max each
};

struct Pseudospectrum {
  ComplexWindow window;
  Vector re, im;        // the axes, rising, intervals + 1 points each
  Matrix log10Sigma;    // re x im: log₁₀ σ_min(z I - A)
  double floor = 0;     // smaller values than this are rounding and stand as it: ε_machine ‖A‖_F
  double residual = 0;  // some singular value of z I - A lies within this fraction of every value
  Index corrected = 0;  // points that were computed again by a full SVD
};

// σ_min(z I - A) as often as wanted: A is factorised once. Normal matrices: the distance to the spectrum. Up
// to 12 units: by SVD. Else inverse Lanczos on the real Schur form, 32 points at a time
// (smallest_singular.h); low-rank networks in span[M, N], chains by substitution in O(D) (compression.h).
//
// What holds of the values: each is a Rayleigh quotient, so never below σ_min; some singular value lies
// within a relative 3e-4 of it (for a simple σ_min its own error is about the square of that); and |σ(z) -
// σ(w)| <= |z - w|, which is checked between neighbours of a grid: points that violate it, or did not
// converge, are computed again by SVD. What could remain is a value that belongs to the second smallest
// singular value where the two nearly meet: seen for nearly normal matrices, at a few points, by less than 1
// %. Rounding adds a few n ε_machine ‖A‖₂.
class Resolvent {
 public:
  // A is square and finite, else std::runtime_error. Cost O(10 n³); a low-rank network O(D r² + 80 r³).
  explicit Resolvent(ConstMatrixRef A);
  explicit Resolvent(const Network& network);
  ~Resolvent();
  Resolvent(Resolvent&&) noexcept;
  Resolvent& operator=(Resolvent&&) noexcept;

  double norm() const { return m_norm; }  // ‖A‖_F
  double floor() const;
  double sigmaMin(std::complex<double> z) const;
  Vector sigmaMin(const ComplexVector& z) const;

  // On a grid of intervals + 1 points each way, intervals >= 1. Twice as many intervals on the same window
  // hold the coarser grid's points: given it, only the others are computed, so that 16, 32, 64, 128 cost
  // about what 128 alone does. A window that is symmetric about the real axis is computed by half. On all
  // cores, same bits whatever their number. Reports to progress and throws Stopped from it. Cost per point: a
  // few steps of two solves (2 n² flops each).
  Pseudospectrum grid(const ComplexWindow& window, Index intervals, Progress& progress = noProgress(),
                      const Pseudospectrum* coarser = nullptr) const;

 private:
  struct GridJob;
  struct Certificate;
  double bySvd(std::complex<double> z) const;
  Vector sideBySide(const ComplexVector& z, Lanes& X, Certificate& certificate) const;
  void row(GridJob& job, Index first, Index j, Lanes& carried, Certificate& certificate) const;
  void strip(GridJob& job, Index chunk, Progress* progress) const;
  void checkNeighbours(Pseudospectrum& result, Index firstRow) const;

  Matrix m_core;
  Index m_rest = 0;  // zeros beside the core
  double m_norm = 0;
  ComplexVector m_normalSpectrum;           // of a normal core, else empty
  std::unique_ptr<ShiftedSolver> m_solver;  // null for small and normal cores
};

// The shortest way to one grid.
Pseudospectrum pseudospectrum(ConstMatrixRef A, const ComplexWindow& window, Index intervals,
                              Progress& progress = noProgress());
Pseudospectrum pseudospectrum(const Network& network, const ComplexWindow& window, Index intervals,
                              Progress& progress = noProgress());

// The boundary of the ε-pseudospectrum within the window.
std::vector<Polyline> contours(const Pseudospectrum& grid, double epsilon);

}  // namespace keyhole
