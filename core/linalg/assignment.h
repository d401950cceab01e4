// The linear assignment problem.
#pragma once

#include "core/common/types.h"

#include <vector>

namespace keyhole {

// The permutation σ that minimises Σ cost(i, σ(i)), cost n x n and finite: shortest augmenting paths with
// dual prices (Kuhn 1955; Jonker & Volgenant 1987). Of several optima the same one every time. Throws
// std::runtime_error if the cost is not square and finite. Cost O(n³).
std::vector<Index> leastCostAssignment(ConstMatrixRef cost);

}  // namespace keyhole
