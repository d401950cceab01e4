// Does the recording know of the memory that its student claims? A slow mode that the keyhole made up is an
// artefact of the one-step regression of a process that is not Markov in the seen units: the recording's own
// correlations at long lags know nothing of it.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/fit.h"
#include "core/fitting/trial.h"

#include <functional>

namespace keyhole {

// The student of other trials, by the same method and options. Called from several threads.
using Refit = std::function<Student(const std::vector<Trial>&)>;

// Where the recording stands among the simulations, at the lag that is judged. Near an end of their interval
// another draw of the simulations could have put it on the other side: that is marginal.
enum class MemoryStanding {
  forgets,       // clearly below all but 2.5 %
  barelyLess,    // near their lower end
  within,        // as predicted
  barelyMore,    // near their upper end
  remembersMore  // clearly above
};
std::string nameOf(MemoryStanding standing);  // "forgets", "marginal, less" …

// value against the median and the ends of 95 % of so many simulations. Near an end: within a standard
// error of that quantile, as simulations of a normal spread have it. Only the order counts of what is not
// finite.
MemoryStanding memoryStanding(double value, double low, double median, double high, Index simulations);

struct ClaimedMemory {
  static constexpr double kLevel = 0.95;
  bool offered = false;
  std::string why;           // one sentence, if not
  double claimedSteps = 0;   // time constant of the leading mode of the fitted map, in time steps
  std::vector<Index> lags;   // in time steps, rising
  Vector recording;          // its autocorrelation along the student's slow direction, at these lags
  Vector low, median, high;  // of simulations of the student, each refitted and looked at along its own slow
                             // direction: 95 %
  std::size_t decisive = 0;  // the lag that is judged: that of the claimed time constant (at least 3, at
                             // most the longest)
  Index simulations = 0, failed = 0;
  double lower = 0;  // share of the simulations that remember more than the recording at that lag
  MemoryStanding standing = MemoryStanding::within;
  std::string sentence;
};

// As long as the recording, with the student's own noise (noisyRun(), and the emission's), `simulations`
// times. Along the student's own slow direction the value at lag 1 is λ̂ by construction, and too high, as the
// best of many directions: hence the refits. Lags up to six claimed time constants, and at most a quarter of
// the longest trial. The sign of the difference is the message: below all simulations, the recording has
// forgotten what the student claims; above them, it remembers more, as it does where a real slow variable is
// seen in part; in between, nothing is said, and a long
// feedforward chain really remembers for its length. Near the two borders the sentence says so.
// Not offered of a student that grows, of a switching one, and with missing samples. Cost `simulations` fits
// and runs; on all cores, the same numbers whatever their number; throws Stopped.
ClaimedMemory claimedMemory(const Student& student, const std::vector<Trial>& trials, const Refit& refit,
                            Index simulations, Progress& progress = noProgress());

}  // namespace keyhole
