// From the settings to each stage's own options.
#pragma once

#include "core/analysis/verdict.h"
#include "core/experiment/settings/settings.h"
#include "core/fitting/regression/map_fit.h"
#include "core/fitting/regression/stationary_fit.h"
#include "core/observation/subset.h"
#include "core/simulation/simulate.h"

namespace keyhole {

enum class FitMethod {
  map,
  stationaryContinuous,
  stationaryDiscrete,
  lds,
  slds,
  subspace,
  cornn,
  force,
  bptt
};

// True if the "teacher" is a recording from a file.
bool isRecording(const Settings& settings);

// Reads the imported matrix from its file. Throws InputError if it cannot, and for a recording.
// What was guessed when a matrix was read from a file is added to `notes`.
TeacherOptions teacherOptions(const Settings& settings, std::vector<std::string>* notes = nullptr);
SimulationOptions simulationOptions(const Settings& settings);
FitMethod fitMethod(const Settings& settings);
Nonlinearity studentPhi(const Settings& settings);  // "same" becomes the teacher's (linear for a recording)
MapOptions mapOptions(const Settings& settings);
VerdictOptions verdictOptions(const Settings& settings);
LimitSetOptions limitSetOptions(const Settings& settings);
AttractorOptions attractorOptions(const Settings& settings);  // starts = 0: none are looked for
SubsetKind subsetKind(const Settings& settings);
// All units in the order in which they are seen as the fraction grows; empty for a chosen list.
std::vector<Index> nestedOrder(const Settings& settings, Index units);
// The seen ones of so many units, in the order in which they are seen. Throws InputError for a bad list.
std::vector<Index> seenUnits(const Settings& settings, Index units);

}  // namespace keyhole
