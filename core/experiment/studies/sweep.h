// Many experiments: every combination of some settings' values, each with several seeds, and what each
// claims.
#pragma once

#include "core/common/progress.h"
#include "core/experiment/settings/settings.h"
#include "core/io/shards.h"

#include <string>
#include <vector>

namespace keyhole {

struct SweepAxis {
  std::string key;                  // of a setting
  std::vector<std::string> values;  // as typed
};

// "observation.fraction=0.05,0.1,0.2", or LOW:HIGH:COUNT for evenly spaced numbers, or LOW:HIGH:COUNT:log.
// Throws InputError: another form, an unknown setting, a value that is not allowed.
SweepAxis sweepAxis(const std::string& text);

struct Sweep {
  Settings base;
  std::vector<SweepAxis> axes;
  Index draws = 1;  // seeds of each combination: that of the base and the following ones

  Index items() const;
  // The last axis runs fastest, and within it the draws.
  Settings settingsOf(Index item) const;
  Index drawOf(Index item) const { return item % draws; }
};

// One row per item: the values, the draw, the seed, and of the experiment (runExperiment()) the fit's status,
// scores and leading time constants of teacher and student, both gauges, and the verdict; what is not known
// is null. An experiment that cannot be made is a row with its sentence in "problem".
ShardedWork sweepWork(const Sweep& sweep);

// The rows' names, in their order.
std::vector<std::string> sweepColumns(const Sweep& sweep);

// How many rows say that their experiment could not be made.
Index countProblems(const std::vector<nlohmann::ordered_json>& rows);
// Throws InputError with the first one's sentence if all do.
void requireSomeMade(const std::vector<nlohmann::ordered_json>& rows);

}  // namespace keyhole
