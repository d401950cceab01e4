// One function per stage of an experiment, in their order. Each is a function of the settings and of the
// earlier stages' results alone; runExperiment() decides which of them have to run.
#pragma once

#include "core/experiment/experiment.h"
#include "core/fitting/trial.h"

namespace keyhole::stages {

// Time points that are displayed at most, of a simulation or a recording: the first ones.
inline constexpr Index kDisplaySteps = 5000;

std::shared_ptr<const TeacherStage> makeTeacher(const Settings& settings,
                                                const Progress& progress = noProgress());

// Which of the MAP fit's sums a simulation collects as it goes.
struct SumsWanted {
  std::optional<Nonlinearity> phi;  // empty: none
  std::vector<Index> units;         // of these alone, which costs next to nothing; empty: of all
};
// Those that the settings' fit needs.
SumsWanted sumsForFit(const Settings& settings);

// Receives the simulation as far as it is once a quarter of its steps, and all that are displayed, are done,
// with the sums so far, while it goes on: for a first picture of a teacher whose steps take long.
using EarlyPicture = std::function<void(std::shared_ptr<const SimulationStage>)>;

// early: only if the sums of all units are wanted, of a simulated teacher; on the calling thread.
std::shared_ptr<const SimulationStage> makeSimulation(const Settings& settings, const TeacherStage& teacher,
                                                      const SumsWanted& wanted, Progress& progress,
                                                      const EarlyPicture& early = {});

// The simulation with the sums over all units for φ (of many units: over those kept): the same object if it
// has them already.
std::shared_ptr<const SimulationStage> withSums(const std::shared_ptr<const SimulationStage>& simulation,
                                                const Settings& settings, const TeacherStage& teacher,
                                                Nonlinearity phi, Progress& progress);

std::shared_ptr<const ObservationStage> makeObservation(const Settings& settings,
                                                        const SimulationStage& simulation);

// kept: by an earlier fit, or nothing: a covariance of the same teacher, α and limit, a factorisation of the
// same simulation (whether its options are those of the settings is looked at here).
std::shared_ptr<const FitStage> makeFit(const Settings& settings, const TeacherStage& teacher,
                                        const SimulationStage& simulation,
                                        const ObservationStage& observation, KeptForFits kept,
                                        Progress& progress);

// What the MAP fits of all numbers of units of this simulation have in common, for those who fit many.
KeptForFits keptForFits(const Settings& settings, const SimulationStage& simulation);

// What the methods that need the recording itself (not its sums) are given: the seen units over the first
// fit.steps time points (of several trials, one after the other), and the input: the task's divided by its
// largest magnitude, a recording's as it is.
std::vector<Trial> trialsOf(const Settings& settings, const TeacherStage& teacher,
                            const SimulationStage& simulation, const ObservationStage& observation,
                            Progress& progress);

// What a recording's fit was made from: for the methods that take sums all of it.
std::vector<Trial> fittedTrials(const Experiment& experiment, Progress& progress);

// m x T: the input in the units in which the student was given it; 0 x T if it was not.
Matrix studentInput(const Settings& settings, const SimulationStage& simulation);

// The seen units over the displayed steps, trial by trial, with the input.
std::vector<Trial> displayedTrials(const Experiment& experiment);

// The teacher at this depth (at most complete; at numbers it is complete if no free run still moves). before:
// its analysis at a lesser depth, or null; what that knows already is taken from it. Null for a recording.
std::shared_ptr<const SystemAnalysis> analyseTeacher(const Experiment& experiment, Depth depth,
                                                     const SystemAnalysis* before, Progress& progress);

// Likewise the student. Null if the fit has no parameters. Uses experiment.teacherAnalysis for the common
// plane.
std::shared_ptr<const SystemAnalysis> analyseStudent(const Experiment& experiment, Depth depth,
                                                     const SystemAnalysis* before, Progress& progress);

// Foresight::rightExplains of a known teacher, where it matters: of the seen units from the first displayed
// state, of which the student explains byStudent; 0 where that is no worse than twice the variance. Cost: the
// displayed steps of the teacher, a second at most (what would take longer is not known). Throws Stopped.
double rightExplains(const Experiment& experiment, double byStudent, Progress& progress);

// After the complete analysis. Null without a system, for one that ran away, or if none are wanted.
std::shared_ptr<const Attractors> teacherAttractors(const Experiment& experiment, Progress& progress);
std::shared_ptr<const Attractors> studentAttractors(const Experiment& experiment, Progress& progress);

// Likewise. Null without a system, or for a dense one that would take too long.
std::shared_ptr<const TransientGrowth> teacherGrowth(const Experiment& experiment, Progress& progress);
std::shared_ptr<const TransientGrowth> studentGrowth(const Experiment& experiment, Progress& progress);
std::shared_ptr<const SingularOverlap> overlapOf(const Experiment& experiment, Progress& progress);

Vector studentReadout(const Experiment& experiment);
Verdict verdictOf(const Experiment& experiment);

// Free runs and the search for attractors, as the settings ask for them; none where there are too many units.
LimitSetOptions freeRunsOf(const Settings& settings, const FlowSystem& system);
AttractorOptions searchOf(const Experiment& experiment, const FlowSystem& system);

}  // namespace keyhole::stages
