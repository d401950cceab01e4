// Times and rates as sentences have them.
#pragma once

#include <string>

namespace keyhole {

// Of a known circuit in τ, the time constant of its units. Of a recording, whose τ nobody knows, in steps,
// and in seconds where those are known.
struct TimeWords {
  double step = 0;     // in τ; 0: times are told in τ. >= 0
  double seconds = 0;  // of a step; 0: not known

  bool inSteps() const { return step > 0; }
  // tau: a time in τ. "33 τ"; "330 steps (3.3 s)".
  std::string duration(double tau) const;
  // perTau: a rate per τ. "0.003 per τ"; "0.0003 per step (0.03 per s)".
  std::string rate(double perTau) const;
};

}  // namespace keyhole
