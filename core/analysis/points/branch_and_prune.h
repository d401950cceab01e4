// All points of rest of a tanh network, with proof: the box that must hold them is cut into smaller ones
// until each is empty or holds exactly one (Neumaier 1990; Hansen & Walster 2004).
#pragma once

#include "core/analysis/points/box_equation.h"
#include "core/common/progress.h"

#include <string>
#include <vector>

namespace keyhole {

struct BranchAndPruneOptions {
  double work = 2e9;         // > 0: multiplications at most (box_operators.h), about one second per 1e9
  double resolution = 1e-3;  // > 0, of the scale of the box (curvedSize() of reach.h): boxes as small stay
                             // open, if there are many
  double fineResolution = 1e-6;  // > 0: if there are few
};
std::vector<std::string> problems(const BranchAndPruneOptions& options);

// Each status is the test that fired.
enum class ProofStatus {
  complete,   // no box is left: the roots are all that there are, each alone in its enclosure
  open,       // boxes of the smallest size are left, in which roots may lie (several, a curve, or none)
  outOfWork,  // the work ran out, or a tenth of it settled less than a fiftieth of the volume
  stopped,    // the user stopped
};

struct Proof {
  ProofStatus status = ProofStatus::outOfWork;
  std::vector<Vector> roots;  // y, each proven to exist, and alone in a box around it
  std::vector<Box> open;      // where else roots may lie; empty if out of work or stopped
  double radius = 0;          // of the largest open box
  Index boxes = 0;            // looked at
  double work = 0;            // done
  double left = 1;            // the share of the box's volume that was not settled, in [0, 1]
};

// Deterministic. Uncoupled units, few units and few latents come to an end; in n strongly coupled units the
// number of boxes grows like several to the n.
Proof proveAllRoots(const BoxEquation& equation, const BranchAndPruneOptions& options = {},
                    Progress& progress = noProgress());

}  // namespace keyhole
