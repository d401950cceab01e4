// Perturb everything at once: one and the same push to the teacher and to every student, and how long each
// remembers it. A true line attractor keeps a push along it; a feedforward chain that looks like one through
// a partial recording passes it on and forgets.
#pragma once

#include "core/analysis/flow/flow_system.h"
#include "core/common/progress.h"

#include <cstdint>
#include <string>
#include <vector>

namespace keyhole {

// A system, where it is when it is pushed, and how its state shows in the seen units.
struct PerturbationTarget {
  std::string name;
  FlowSystem system;
  double alpha = 0.01;
  Vector state;             // N: a rest point, or a state of the trajectory
  Vector perturbation;      // N: the push, multiplied by PerturbationOptions::norm
  std::vector<Index> seen;  // the states that are the d seen units; or
  Matrix emission;          // d x N, if not empty: distances are ‖emission (z_perturbed - z_free)‖
  double captured = 1;      // ‖what the seen units see of the perturbation‖ for a unit direction
};

// The teacher pushed along a direction (d, any length but 0) of the seen units, nothing on the others.
// Throws InputError if sizes do not fit or the direction is 0, as the next two do.
PerturbationTarget teacherTarget(FlowSystem system, double alpha, const std::vector<Index>& seen,
                                 const Vector& state, const Vector& direction);
// The teacher pushed along a direction (D) of all of its units, scaled so that the seen units are pushed by
// the norm 1; if they are not touched at all, by norm 1 over all units.
PerturbationTarget teacherTargetOnAllUnits(FlowSystem system, double alpha, const std::vector<Index>& seen,
                                           const Vector& state, const Vector& direction);
// A student at its state (n), pushed along a direction (d) of the seen units: hidden units are not touched;
// of a latent student the latents move so that C δx is closest to the push (captured says how close: the
// part of a unit push that lies in the span of C).
PerturbationTarget studentTarget(const Student& student, const Vector& state, const Vector& direction);

// Directions in the d seen units, unit length.
Vector randomDirection(Index d, std::uint64_t seed);
// The right eigenvector of the leading eigenvalue, in seen units; of a complex pair the major axis of its
// ellipse. Signed as in linalg/signs.h.
Vector slowDirection(const Student& student);
// The seen part of a direction over all of a teacher's units (transientGrowth().amplified, a leading right
// singular vector, Teacher::integrationMode). Throws InputError if the seen units have no part in it.
Vector seenDirection(const Vector& direction, const std::vector<Index>& seen);
// The column of V of an input, in seen units. Throws InputError if the student has no such input.
Vector inputDirection(const Student& student, Index input = 0);

struct PerturbationOptions {
  double norm = 1;      // of the push in the seen units, above 0
  double horizon = 20;  // in τ, above 0
  Index points = 400;   // kept, at most (and the last), from 2
};
std::vector<std::string> problems(const PerturbationOptions& options);

// Noise-free. Time in τ since the push.
struct PerturbedRun {
  std::string name;
  Vector time;             // P, from 0 to the horizon
  Vector distance;         // P: ‖z_perturbed - z_free‖ in the seen units
  Matrix free, perturbed;  // d x P, the seen activity without and with the push, to be played back
  double initial = 0;      // distance(0)
  double remaining = 0;    // distance at the horizon / initial
  // The time from which on the distance stays below 1/2, 1/e of the initial one (between points: log-linear);
  // infinite if it is above at the horizon: remembered for longer than we looked. For one mode of decay τ_n
  // these are τ_n ln 2 and τ_n up to O(α); a transient growth counts as memory, as it should.
  double halfLife = 0;
  double timeConstant = 0;
  double peak = 1;  // the largest distance / initial, and when
  double peakTime = 0;
  bool diverged = false;  // a state left ±1e12: the run ends there
};

// Each target once without and once with the push, at its own α. Affine systems carry the difference itself
// (it obeys δ ← δ + α (B - I) δ exactly), so a distance may decay to nothing without cancellation; linear
// chains run in their modes. In other systems distances below 1e-15 of the state are rounding. If the seen
// units do not see the push (initial 0), the ratios are NaN. Throws InputError for bad options or sizes, and
// Stopped from progress. Cost per target: horizon/α steps of two states.
std::vector<PerturbedRun> perturbAll(const std::vector<PerturbationTarget>& targets,
                                     const PerturbationOptions& options = {},
                                     Progress& progress = noProgress());

}  // namespace keyhole
