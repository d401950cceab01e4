// Running a teacher. Time is in units of τ; α = Δt/τ.
#pragma once

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
};

// One sentence per option that is out of range.
std::vector<std::string> problems(const SimulationOptions& options);

// The process noise ξ of steps firstStep + 1 … firstStep + count (column j drives step firstStep + j + 1), D x count.
// Chains draw it in the basis of their modes (ξ = U η, η from the stream; as isotropic as ξ), so that the
// structured and the dense form of one teacher can use the same noise.
Matrix processNoise(const Teacher& teacher, std::uint64_t seed, Index firstStep, Index count);

// A block of consecutive recorded time points handed to a sink: states firstStep … firstStep + n - 1.
struct StateBlock {
  Index firstStep;        // index (0-based, burn-in dropped) of column 1; column 0 is the state before it
  ConstMatrixRef states;  // D x (n + 1): the previous state, then n new ones. (In the first block column 0 is state 0.)
  ConstMatrixRef noise;   // D x n: the ξ that led to columns 1 … n
};
using StateSink = std::function<void(const StateBlock&)>;

// Simulates the teacher and hands every block of at most 512 steps to the sink; keeps nothing else, so memory does not
// grow with T. signal: T samples s_t or empty. Stops (throws Stopped) between blocks. Returns false if the state
// left the finite range (the run diverged): the sink has then seen only finite blocks.
// Cost per step: dense D², low rank D r, linear chain D (plus one D x D product per block to leave its modes).
bool simulate(const Teacher& teacher, const SimulationOptions& options, const Vector& signal, const StateSink& sink,
              Progress& progress = noProgress());

// Advances a state without noise or with a given one, step by step: states (N x (n+1)), column 0 given, is filled.
// drive: N x n, added inside α(…), or empty (0 columns). Used for free runs, students and limit sets.
void freeRun(const Network& network, Nonlinearity phi, Convention convention, double alpha, ConstMatrixRef drive,
             MatrixRef states);

}  // namespace keyhole
