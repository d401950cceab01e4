// Free runs that come back: the first guess of a closed orbit, by a Poincaré section.
#pragma once

#include "core/analysis/flow/smooth_flow.h"
#include "core/common/progress.h"

#include <string>
#include <vector>

namespace keyhole {

struct RecurrenceOptions {
  double settle = 60;    // τ, before the section is laid; from 0
  double horizon = 200;  // τ, in which a run should come back; above 0
  double step = 0.05;    // τ; (0, 1]
  double near = 0.01;    // a return closer than this part of the run's extent is taken at once; (0, 1)
  double far = 0.2;      // and the closest one if it is within this part; from near, below 1
};
std::vector<std::string> problems(const RecurrenceOptions& options);

// How a run ended, each the test that fired.
enum class RunEnd {
  recurs,    // it crossed the section within `near`, or `far`, of where it started
  rests,     // ‖F‖ fell below 1e-9 (1 + ‖z‖)
  wanders,   // neither within the horizon
  diverges,  // ‖z‖ above 1e6 (1 + ‖z(0)‖)
  stopped,   // the user stopped before it was known
};

struct Recurrence {
  RunEnd end = RunEnd::stopped;
  Vector state;                  // on the section; of the other ends: the last one
  double period = 0;             // τ, of the return that was taken
  double distance = 0;           // of that return, in parts of the extent
  double extent = 0;             // largest distance from z*
  bool isQuasiPeriodic = false;  // its crossings fill a closed curve, as on a torus
  Vector last;                   // where the run stands now: another try may go on from here
};

// Whether successive crossings of a section (n x count) turn on a closed curve for ever: both halves spread
// alike, to 3 %, and their means agree to a twentieth of that, weighted so (exp(-1/(t(1-t)))) that those of a
// quasi-periodic turn converge faster than any power while those of a chaotic one do not (Das, Saiki, Sander
// & Yorke 2017). False of fewer than 40, and of what spreads by less than `least`: it is nearly closed.
bool areQuasiPeriodic(ConstMatrixRef crossings, double least);

// All runs side by side. After `settle` the section is the plane through the state z* across F(z*); a run
// comes back when it crosses it in the direction of F(z*), between steps by linear interpolation. Its extent
// is its largest distance from z* since. Cost: (settle + horizon) / step x 6 evaluations of F at most, fewer
// if all runs come to an end. Polls for a stop every few steps.
std::vector<Recurrence> recurrences(const SmoothFlow& flow, ConstMatrixRef starts,
                                    const RecurrenceOptions& options, Progress& progress = noProgress());

}  // namespace keyhole
