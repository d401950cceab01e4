// The integration task of the paper's Figs. 1 and 2: a signal of boxes and a ramp to be integrated over time.
#pragma once

#include "core/common/types.h"

#include <cstdint>

namespace keyhole {

enum class TaskKind { none, integration };

// T input samples s_t: 0 except -2 on [800, 950), +1 on [1000, 1200), -1 on [1250, 1450), +3 on [1600, 1800),
// +0.5 on [2200, 2400), a ramp 0 → -3 on [2600, 3000), +0.1 on [3500, 4500); plus N(0, 1/20²) at every step.
Vector integrationSignal(Index steps, std::uint64_t seed);

// The ideal integrator of what the network receives, noise included: y_t = v₀ α Σ_{k<t} s_k.
Vector idealIntegrator(const Vector& signal, double inputScale, double alpha);

}  // namespace keyhole
