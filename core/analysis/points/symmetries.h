// Symmetries of a network that are cheap to see: with every point of rest (or cycle) its image is one.
#pragma once

#include "core/analysis/flow/flow_system.h"

#include <vector>

namespace keyhole {

// z ↦ signs ∘ z(order): signed permutations of the units.
struct Symmetry {
  std::vector<Index> order;
  Vector signs;

  Vector imageOf(ConstVectorRef z) const;
};

// Generators among: all signs (no drive); the signs of a group of units that no other unit is coupled to; two
// units exchanged; a turn of the units' ring by each step; its reflection. tanh systems without switching;
// dense networks alone are looked at, but for all signs. Each leaves B and v as they are to 1e-12 of their
// largest entries. Most generic networks without a drive have the first one only. Cost O(D³) at worst, mostly
// O(D²).
std::vector<Symmetry> symmetriesOf(const FlowSystem& system);

}  // namespace keyhole
