// From the settings to each stage's own options.
#pragma once

#include "core/analysis/verdict.h"
#include "core/experiment/settings/fit_methods.h"
#include "core/experiment/settings/fit_options.h"
#include "core/observation/subset.h"
#include "core/simulation/simulate.h"

namespace keyhole {

// Reads the imported matrix from its file. Throws InputError if it cannot, and for a recording.
// What was guessed when a matrix was read from a file is added to `notes`.
TeacherOptions teacherOptions(const Settings& settings, std::vector<std::string>* notes = nullptr);
SimulationOptions simulationOptions(const Settings& settings);
VerdictOptions verdictOptions(const Settings& settings);
LimitSetOptions limitSetOptions(const Settings& settings);
AttractorOptions attractorOptions(const Settings& settings);  // starts = 0: none are looked for
SubsetKind subsetKind(const Settings& settings);
// All units in the order in which they are seen as the fraction grows; empty for a chosen list.
std::vector<Index> nestedOrder(const Settings& settings, Index units);
// The seen ones of so many units, in the order in which they are seen. Throws InputError for a bad list.
std::vector<Index> seenUnits(const Settings& settings, Index units);

}  // namespace keyhole
