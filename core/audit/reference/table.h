// The reference table: worlds from the priors, and the statistics of what is recorded of each.
#pragma once

#include "core/audit/reference/statistics.h"
#include "core/audit/reference/worlds.h"
#include "core/common/progress.h"
#include "core/io/shards.h"

#include <string>

namespace keyhole {

struct ReferenceRow {
  std::uint64_t index = 0;
  std::size_t mechanism = 0;
  Index redrawn = 0;
  std::vector<double> modes;  // the truth (World::modes)
  Statistics statistics;

  bool real() const { return isReal(modes, statistics.claimedSteps); }
};

struct ReferenceTable {
  std::uint64_t seed = 0;
  Index asked = 0;                 // circuits
  std::vector<ReferenceRow> rows;  // those that could be drawn, by index
  Index redrawn = 0, failed = 0;   // unstable circuits; places for which none was found
  Index fromCache = 0;             // rows that were not made now
  std::vector<std::string> notes;  // of the cache: what was damaged, or could not be written
  bool complete = false;
  double secondsPerCircuit = 0;  // of those made now, all cores together
};

// Everything that a row depends on but the index: the shape, the seed, the priors' version, that of the
// statistics, and the kernels of BLAS.
std::string tableKey(const ReferenceShape& shape, std::uint64_t seed);

// Circuits 0 … count-1, in pieces of 96 that are each kept in `folder` (empty: nowhere), so that a table that
// was stopped or killed is taken up again, and a longer one takes over a shorter one. On all cores, the same
// numbers whatever their number. Throws Stopped.
ReferenceTable referenceTable(const ReferenceShape& shape, std::uint64_t seed, Index count,
                              const std::string& folder, Progress& progress = noProgress());

// The same circuits as work in shards, and the table of its merged rows: the same, bit for bit.
ShardedWork tableWork(const ReferenceShape& shape, std::uint64_t seed, Index count);
ReferenceTable tableFrom(const std::vector<nlohmann::ordered_json>& rows, std::uint64_t seed);

// One row; empty if no stable circuit was found.
std::optional<ReferenceRow> referenceRow(const ReferenceShape& shape, std::uint64_t seed,
                                         std::uint64_t index);

}  // namespace keyhole
