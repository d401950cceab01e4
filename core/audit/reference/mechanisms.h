// The mechanisms of the reference circuits, a row each, every one in the same random background.
#pragma once

#include "core/audit/reference/prior_draws.h"

#include <string>
#include <vector>

namespace keyhole {

// A circuit's connectivity. Linear rates with the map W = (1-α) I + α B; the input, if it has one, reaches
// unit i as weight(i) times an Ornstein-Uhlenbeck process.
struct ReferenceCircuit {
  Matrix B;            // D x D
  Vector inputWeight;  // D, or empty: no common input
  double inputTau = 0;
  // Where a slow mode was put in: its direction and how much larger it is than a mode of a symmetric circuit
  // would be. Only where a run begins depends on it.
  Vector slowDirection;
  double slowTau = 0, slowGain = 1;
};

struct Mechanism {
  std::string name;   // "chain", in files
  std::string label;  // "feedforward chain"
  ReferenceCircuit (*build)(PriorDraws& draws, const Matrix& background, bool symmetric);
};

// Behind an unknown index there is nobody: the order is part of a table's seed.
const std::vector<Mechanism>& mechanisms();

}  // namespace keyhole
