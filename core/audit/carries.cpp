#include "core/audit/carries.h"

#include "core/common/three_digits.h"

namespace keyhole {
namespace {

std::string tooSmooth(const RecordingSummary& summary, double claimedSteps, const CarryLimits& limits) {
  const double width = summary.smoothness.width;
  if (!(width > 0)) return {};
  const double T = static_cast<double>(summary.timePoints);
  const std::string smooth = "the samples are smoothed over " + threeDigits(width) + " time points";
  if (T < limits.smoothings * width)
    return smooth + ", and there are " + std::to_string(summary.timePoints) +
           " of them; asked are at least " + threeDigits(limits.smoothings) + " times as many";
  if (claimedSteps > 0 && width >= claimedSteps)
    return smooth + ", which is longer than every time constant in question (the leading one is " +
           threeDigits(claimedSteps) + " time points)";
  return {};
}

}  // namespace

std::string whyNotCarried(const RecordingSummary& summary, double claimedSteps, const CarryLimits& limits) {
  const Index varying = summary.units - summary.constant;
  const std::string no = "no weights are given: ";
  if (varying < limits.units)
    return no + std::to_string(varying) + (varying == 1 ? " unit varies" : " units vary") +
           "; asked are at least " + std::to_string(limits.units);
  if (summary.missing > 0)
    return no + std::to_string(summary.missing) +
           " samples are missing, and the reference circuits have none missing";
  if (summary.timePoints < limits.timePoints)
    return no + "there are " + std::to_string(summary.timePoints) + " time points; asked are at least " +
           std::to_string(limits.timePoints);
  if (summary.effectiveSamples < limits.effectiveSamples)
    return no + "the recording has about " + threeDigits(summary.effectiveSamples) +
           " independent samples, as slow traces, heavily smoothed ones and averages over trials have; asked "
           "are at "
           "least " +
           threeDigits(limits.effectiveSamples);
  if (const auto why = tooSmooth(summary, claimedSteps, limits); !why.empty()) return no + why;
  return {};
}

std::string whyNothingCarried(Index units, Index transitions) {
  if (units < transitions) return {};
  return "no part of the audit is made, and no weights are given: there are " + std::to_string(transitions) +
         " steps from one time point to the next of " + std::to_string(units) +
         " units, and the fit of all units needs more steps than units; if the axes are the other way round, "
         "turn the recording (--transpose)";
}

}  // namespace keyhole
