// Times of a recording: see lasting_modes.h.
#include "core/analysis/lasting_modes.h"
#include "core/common/three_digits.h"
#include "core/common/time_words.h"

#include <cmath>

namespace keyhole {
namespace {

// Of the decay, in steps; infinite if there is none.
double decaySteps(std::complex<double> value, double alpha) {
  const double rate = mapExponent(value, alpha).real();
  return rate < -kMarginalRate ? -1 / (rate * alpha) : INFINITY;
}

}  // namespace

std::string stepsText(double tau, double alpha, const Sampling& sampling) {
  return TimeWords{alpha, sampling.seconds}.duration(tau);
}

std::string courseText(std::complex<double> value, double alpha, const Sampling& sampling) {
  if (grows(value, alpha))
    return "grows by e in " + stepsText(1 / mapExponent(value, alpha).real(), alpha, sampling);
  const double steps = decaySteps(value, alpha);
  if (std::isinf(steps)) return "neither grows nor decays";
  if (steps < 1) return "gone within a step";
  return "decays within " + stepsText(steps * alpha, alpha, sampling);
}

std::string assumedAlphaNote(double alpha) {
  return "alpha, the step in units of the units' time constant, is not given; " + threeDigits(alpha) +
         " is assumed. |λ(F)| and times in steps of linear students do not depend on it (but for MAP's "
         "ridge, which weighs ρ/α²); λ, times in τ and tanh students do";
}

std::string persistenceOf(std::complex<double> value, double alpha, const Sampling& sampling) {
  if (grows(value, alpha))
    return sampling.tellsGrowth(mapExponent(value, alpha).real() * alpha) ? "grows" : "lasts";
  const double steps = decaySteps(value, alpha);
  if (steps > sampling.longestTold()) return "lasts";
  return steps < 1 ? "within a step" : "decays";
}

}  // namespace keyhole
