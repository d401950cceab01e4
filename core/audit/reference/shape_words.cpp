#include "core/audit/reference/shape_words.h"

#include "core/common/three_digits.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

// The heaviest mechanisms, up to three of at least a tenth.
std::string weightsText(const ReferenceAnswer& answer) {
  auto sorted = answer.mechanisms;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.weight > b.weight; });
  std::string text;
  for (std::size_t i = 0; i < 3 && i < sorted.size() && (i == 0 || sorted[i].weight >= 0.1); ++i)
    text += (text.empty() ? "" : ", ") + sorted[i].label + " " + percents(sorted[i].weight);
  return text;
}

// By how much leaving out a mechanism moves the answer, if by more than a tenth.
std::string withoutText(const ReferenceAnswer& answer) {
  const MechanismWeight* most = nullptr;
  for (const auto& one : answer.mechanisms)
    if (std::isfinite(one.withoutIt) && (!most || std::abs(one.withoutIt - answer.probability) >
                                                      std::abs(most->withoutIt - answer.probability)))
      most = &one;
  if (!most) return {};
  if (std::abs(most->withoutIt - answer.probability) <= 0.1)
    return " Leaving out any one mechanism moves it by at most a tenth.";
  return " Without the mechanism \"" + most->label + "\" it would be " + percents(most->withoutIt) +
         ": the answer rests on which mechanisms are in the table.";
}

}  // namespace

std::string unlikeSentence(const Likeness& likeness) {
  return "no weights are given: the recording is like nothing in the reference table (farther from it than " +
         percents(likeness.quantile) + " of the simulated recordings are from each other; farthest in \"" +
         likeness.farthest + "\")";
}

std::string answerSentence(const ReferenceAnswer& answer) {
  return "Among " + std::to_string(answer.circuits) +
         " simulated circuits and inputs of the stated priors, recordings like this one come from a real "
         "slow "
         "variable with probability " +
         percents(answer.probability) + " (standard error " + percents(answer.standardError) + "; prior " +
         percents(answer.prior) + ", likelihood ratio " + threeDigits(answer.likelihoodRatio) + ", " +
         threeDigits(answer.ratioLow) + " to " + threeDigits(answer.ratioHigh) +
         "). Heaviest mechanisms: " + weightsText(answer) + "." + withoutText(answer) +
         " These are probabilities of that world, on average over its recordings.";
}

}  // namespace keyhole
