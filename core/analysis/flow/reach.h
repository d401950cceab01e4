// How far a tanh network reaches, and to what its rounding amounts there.
#pragma once

#include "core/analysis/flow/flow_system.h"

namespace keyhole {

// ‖ |B| 1 + |v| ‖ (standard) or ‖ 1 + |v| ‖ (leaky rate): no state of a tanh network outside of a ball of
// this size stays there. Infinite for other systems. Of chains an estimate. Cost O(D²), low rank O(D r).
double reachOf(const FlowSystem& system);

// The size of the rounding error of F where a tanh network can rest, as a norm: 16 ε ‖ |B| 1 + |v| + 1 ‖,
// with the largest |v| in the sum that leaky rates multiply. It exceeds 1e-12 √D only where the weights of a
// unit add up to hundreds. 0 for other systems.
double roundingOfFlow(const FlowSystem& system);

// The distance that differences of arguments of tanh are seen against: `size`, but at most 100 √n, since
// beyond ±20 a tanh is flat, and what happens happens within a few units, however large the weights are.
double curvedSize(double size, Index n);

}  // namespace keyhole
