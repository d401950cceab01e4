// Which units are seen.
#pragma once

#include "core/common/types.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace keyhole {

enum class SubsetKind {
  first,   // the first d of the teacher's own order
  random,  // the first d of one random permutation per seed: subsets are nested
  chosen,  // a list
};

// d = max(1, round(f D)), at most D.
Index seenCount(double fraction, Index units);

// The order in which units are seen (a permutation of 0 … D-1) for `first` and `random`.
std::vector<Index> unitOrder(SubsetKind kind, Index units, std::uint64_t seed);

// Reads a list such as "1-25, 40, 60-70:2" (units counted from 1) into indices from 0, in the given order.
// Throws InputError for anything that is not such a list, for a unit outside 1 … units, and for a unit named
// twice.
std::vector<Index> parseUnits(std::string_view text, Index units);

}  // namespace keyhole
