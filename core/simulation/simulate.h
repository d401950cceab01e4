// Running a teacher. Time is in units of τ; α = Δt/τ.
#pragma once

#include "core/common/parallel.h"
#include "core/common/progress.h"
#include "core/network/teachers.h"
#include "core/simulation/task.h"

#include <functional>

namespace keyhole {

struct SimulationOptions {
  Index steps = 30000;        // T >= 2 recorded time points, after the burn-in
  Index burnIn = 0;           // steps dropped before the first recorded one
  double alpha = 0.01;        // 0 < α <= 1
  double sigma = 0.2;         // process noise σ >= 0
  double initialScale = 1.0;  // the start is N(0, initialScale² I)
  TaskKind task = TaskKind::none;
  double inputScale = 0.1;        // v₀: v_t = v₀ s_t m
  double observationNoise = 0.0;  // standard deviation of what is added to every recorded sample
  std::uint64_t seed = 1;
  bool useStructure = true;  // false: through the dense matrix, with the same noise (to check and to measure)
};

// One sentence per option that is out of range.
std::vector<std::string> problems(const SimulationOptions& options);

// The process noise ξ of steps firstStep + 1 … firstStep + count (column j drives step firstStep + j + 1), D
// x count. Chains draw it in the basis of their modes (ξ = U η, η from the stream; as isotropic as ξ), so
// that the structured and the dense form of one teacher can use the same noise.
Matrix processNoise(const Teacher& teacher, std::uint64_t seed, Index firstStep, Index count);

// The same numbers for the chosen units alone, d x count. Cost 4 d count, but for chains.
Matrix processNoise(const Teacher& teacher, std::uint64_t seed, Index firstStep, Index count,
                    const std::vector<Index>& units);

// A block of consecutive recorded time points handed to a sink, observation noise added: column 0 is time
// point `first` (the last one of the block before), columns 1 … n follow it.
struct StateBlock {
  Index first;                    // time point (from 0, burn-in dropped) of column 0
  ConstMatrixRef states;          // D x (n + 1), n <= 512 and D n <= 8·10⁶, in the coordinates of the run
  const Matrix* basis = nullptr;  // D x D orthogonal: from those coordinates to units; null: they are units

  // D x (n + 1). Cost D² (n + 1) from a chain's modes, on two cores if D is large, else a copy.
  Matrix inUnits() const;
  // The same, written into D x (n + 1) of a larger array.
  void inUnits(MatrixRef units) const;
  // The chosen units alone, d x (n + 1). Cost d D (n + 1) from a chain's modes.
  Matrix ofUnits(const std::vector<Index>& units) const;
};
using StateSink = std::function<void(const StateBlock&)>;

// Simulates the teacher and hands every block of at most 512 steps (fewer of more than 15,000 units) to the
// sink; keeps nothing else, so memory does not grow with T. signal: T samples s_t or empty. Stops (throws
// Stopped) between blocks. Returns false if the state left the finite range (the run diverged): the sink has
// then seen only finite blocks. Cost per step: dense D², low rank D r, linear chain D (in its modes, unless
// there is observation noise; the sink decides whether it needs units).
bool simulate(const Teacher& teacher, const SimulationOptions& options, const Vector& signal,
              const StateSink& sink, Progress& progress = noProgress());

// The same blocks in the same order, while the teacher runs a few of them ahead on another thread: for sinks
// that take about as long as it. The sink and the progress's reports run on the calling thread.
bool simulateAhead(const Teacher& teacher, const SimulationOptions& options, const Vector& signal,
                   const StateSink& sink, Progress& progress = noProgress());

// One noise-free or driven step of several states at once, with its own work arrays: after the first call it
// allocates nothing for dense and unrotated forms. A single state of a large dense network takes two cores,
// half of the rows each, with the same bits as on one.
class Stepper {
 public:
  // network must outlive the stepper, which stays where it is.
  // inner: the constant beside B z inside of φ, N, of the leaky-rate form with tanh; empty for none.
  Stepper(const Network& network, Nonlinearity phi, Convention convention, double alpha, Vector inner = {});
  Stepper(const Stepper&) = delete;
  Stepper& operator=(const Stepper&) = delete;

  // next = (1-α) now + α (B φ(now) + drive), or its leaky-rate form; now, next: N x n (not aliased), drive: N
  // x n or with 0 columns for none.
  void step(ConstMatrixRef now, ConstMatrixRef drive, MatrixRef next);

  // Whether single states do.
  bool takesTwoCores() const;

 private:
  const Network& m_network;
  Nonlinearity m_phi;
  Convention m_convention;
  double m_alpha;
  Vector m_inner;
  Matrix m_phiOfState;
  Matrix m_recurrent;
  // Of a large dense network: its rows in two halves, transposed.
  void splitRows();
  void multiply(ConstMatrixRef X);
  Matrix m_half[2];
  const double* m_factor = nullptr;  // what the halves are multiplied by
  std::function<void()> m_both;      // multiplies them
};

}  // namespace keyhole
