#include "core/common/time_words.h"

#include "core/common/three_digits.h"

namespace keyhole {

std::string TimeWords::duration(double tau) const {
  if (!inSteps()) return threeDigits(tau) + " τ";
  const std::string steps = threeDigits(tau / step);
  std::string text = steps + (steps == "1" ? " step" : " steps");
  if (seconds > 0) text += " (" + threeDigits(tau / step * seconds) + " s)";
  return text;
}

std::string TimeWords::rate(double perTau) const {
  if (!inSteps()) return threeDigits(perTau) + " per τ";
  std::string text = threeDigits(perTau * step) + " per step";
  if (seconds > 0) text += " (" + threeDigits(perTau * step / seconds) + " per s)";
  return text;
}

}  // namespace keyhole
