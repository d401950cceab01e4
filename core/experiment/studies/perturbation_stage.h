// The experiment that unmasks a spurious attractor: one push to the teacher and to every student, and how
// long each remembers it.
//
// A student is fitted to what the seen units do by themselves; a push is an intervention, of which the fit
// knows nothing. Two pushes look the same in the seen units: those alone are moved, or the hidden ones move
// along as they do in the activity, δz = C_{:,S} C_SS⁻¹ δx (C the covariance of the activity, S the seen
// units), which for Gaussian activity is the mean of all states that look like that. The second is what a
// regression on the seen units has learned to continue, so that for a short while even a wrong student is
// right about it; the first is what an experimenter with a stimulator does.
#pragma once

#include "core/analysis/comparison/perturbation.h"
#include "core/experiment/studies/compare.h"

namespace keyhole {

enum class PerturbationDirection { random, slowMode, amplified, input };
enum class PerturbationPlace { rest, trajectory };
enum class PerturbationHidden { alone, along };

struct PerturbationSettings {
  PerturbationDirection direction = PerturbationDirection::slowMode;  // of the shown student
  PerturbationPlace place = PerturbationPlace::rest;      // at 0, or at the middle of the displayed run
  PerturbationHidden hidden = PerturbationHidden::alone;  // the teacher's hidden units; along the amplified
                                                          // mode and the input they take their part of those
  double norm = 1;         // of the push in the seen units, above 0, in root mean squares of their distance
                           // from their mean over the displayed run
  double horizon = 50;     // in τ, from 1 to 1000
  std::uint64_t seed = 1;  // of a random direction
};
std::vector<std::string> problems(const PerturbationSettings& settings);

struct NamedStudent {
  std::string name;
  Student student;
  Settings settings;  // of its fit
};

// The students of a comparison on the recording that the experiment shows: none if it is of another one.
std::vector<NamedStudent> studentsOf(const Comparison& comparison, const Experiment& experiment);

// Why an experiment cannot be pushed along that direction, in one sentence; empty if it can.
std::string whyNot(const Experiment& experiment, PerturbationDirection direction);

struct Push {
  Vector seen;     // d, unit
  Vector teacher;  // D, its seen part is `seen`; empty for a recording
  double norm = 0;
};
// Throws InputError (bad settings, whyNot()), and Stopped. Cost: of the slow mode O(n³), of the amplified
// mode transientGrowth(), of hidden units that move along O(d² n + d D n) for n displayed steps.
Push pushOf(const Experiment& experiment, const PerturbationSettings& settings,
            Progress& progress = noProgress());

// The teacher (if there is one), the shown student (if it has parameters), the others. On the trajectory all
// are at the same seen activity: of a student what it knows beside that (latents, hidden units) is inferred
// from the run up to there.
std::vector<PerturbationTarget> perturbationTargets(const Experiment& experiment,
                                                    const PerturbationSettings& settings, const Push& push,
                                                    const std::vector<NamedStudent>& others = {});

enum class PerturbationRole { teacher, shown, other };

struct Perturbed {
  PerturbationRole role = PerturbationRole::teacher;
  double captured = 1;  // of a latent student: the part of the push that its latents can take up
  PerturbedRun run;
  // From the last third of the horizon, -Δt/Δ ln(distance): infinite if the distance does not fall there, NaN
  // if it is 0 or the run is too short. A small part may stay when most is gone at once.
  double lateTimeConstant = 0;
};

// Free and perturbed seen activity of the two systems on one plane: the two leading principal components of
// both together, so that the same place is the same activity.
struct PerturbationPlane {
  Matrix free, perturbed;  // 2 x P
};

struct Perturbation {
  PerturbationSettings settings;
  std::optional<Sampling> sampling;  // of a recording: times are told in its steps, of alpha τ each
  double alpha = 0;
  double norm = 0;  // of the push, in units of the activity
  std::vector<Perturbed> systems;
  std::optional<PerturbationPlane> teacherPlane, shownPlane;  // of the first two, as far as they are there
  // Whether a linear teacher has a mode that lasts (analysis.persistent_tau). What one without any still
  // holds is passed along, as by a feedforward chain. Empty: not known (not linear, a recording, or
  // undetermined).
  std::optional<bool> lastingMode;
  std::string conclusion;  // one sentence with numbers

  const Perturbed* find(PerturbationRole role) const;  // the first one, or null
};

// Noise-free, and without the task's input. Throws as pushOf() does.
Perturbation perturb(const Experiment& experiment, const PerturbationSettings& settings,
                     const std::vector<NamedStudent>& others = {}, Progress& progress = noProgress());

// One plane per run, in their order; none if there are fewer than two states in all.
std::vector<PerturbationPlane> perturbationPlanes(const std::vector<const PerturbedRun*>& runs);

// In words. A system remembers the push if its half-life is above persistent ln 2 (persistent in τ: of a mode
// that counts as one); a part of it, if most is gone at once but at least a hundredth stays to the end and
// fades more slowly than the horizon. Half-lives within a factor of two, or both beyond the horizon, are
// alike. If the student remembers and the teacher does not, or has only a part left that no mode of it holds,
// the student's attractor is not the circuit's.
std::string conclusionOf(const Perturbation& perturbation, double persistent);

std::string nameOf(PerturbationDirection direction);  // "the student's slow mode"

}  // namespace keyhole
