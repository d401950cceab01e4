// From a recording to the shape of its reference circuits.
#include "core/audit/reference/answer.h"
#include "core/common/error.h"
#include "core/common/three_digits.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

// Two significant digits, so that recordings of about the same rates share a table.
double rounded(double value) {
  if (!(value > 0)) return 1e-6;
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - 1);
  return std::round(value / unit) * unit;
}

void requireFraction(const priors::Range& range, Index units) {
  const std::string given = "--fraction " + toText(range.low) + ":" + toText(range.high);
  if (!(range.low > 0 && range.low <= range.high && range.high <= 1))
    throw InputError(given + " is no range of seen fractions; allowed: LOW:HIGH with 0 < LOW <= HIGH <= 1");
  const double least = static_cast<double>(units) / static_cast<double>(priors::kMostUnitsAsked);
  if (range.low < least)
    throw InputError(
        given + " asks for dense circuits of up to " + threeDigits(static_cast<double>(units) / range.low) +
        " units where " + std::to_string(units) + " are seen; allowed are at most " +
        std::to_string(priors::kMostUnitsAsked) + " units, so fractions from " + twoDigits(least) + " on");
}

void addFraction(ShapeFound& found, const std::optional<priors::Range>& fraction) {
  ReferenceShape& shape = found.shape;
  if (fraction) {
    requireFraction(*fraction, shape.units);
    shape.fraction = *fraction;
    shape.mostUnits = priors::kMostUnitsAsked;
    return;
  }
  const double least = static_cast<double>(shape.units) / static_cast<double>(shape.mostUnits);
  if (least > 1) {
    found.why = "no reference circuits: " + std::to_string(shape.units) +
                " units are recorded, and the circuits have at most " + std::to_string(shape.mostUnits) +
                " (choose some units with --steps units:…)";
    return;
  }
  shape.fraction = {std::max(priors::kFraction.low, least), std::max(priors::kFraction.high, least)};
  found.notes.push_back("the reference circuits are seen in fractions from " + twoDigits(shape.fraction.low) +
                        " to " + twoDigits(shape.fraction.high) +
                        "; what smaller fractions would do is not covered");
}

}  // namespace

ShapeFound shapeOf(const std::vector<Trial>& trials, const RecordedHow& how,
                   const std::optional<priors::Range>& fraction) {
  ShapeFound found;
  ReferenceShape& shape = found.shape;
  shape.units = trials.front().activity.rows();
  for (const auto& trial : trials) shape.lengths.push_back(trial.activity.cols());
  if (trials.size() > 1)
    found.notes.push_back("the trials of a reference circuit are cut from one uninterrupted run");
  addFraction(found, fraction);
  const Preprocessing& steps = how.steps;
  if (steps.squareRoot) found.why = "no reference circuits: square roots are not simulated";
  if (steps.smoothing != Smoothing::none && !(how.seconds > 0))
    found.why =
        "no reference circuits: the smoothing is in seconds, and the time between samples is not known";
  if (trials.front().input.rows() > 0) found.why = "no reference circuits: a known input is not simulated";
  if (!found.why.empty()) return found;
  if (steps.bin > 0) found.notes.push_back("the reference circuits are simulated in steps of the bins");
  const double width = how.seconds > 0 ? steps.smoothingWidth / how.seconds : 0;
  if (steps.smoothing == Smoothing::gaussian) shape.gaussianWidth = rounded(width);
  if (steps.smoothing == Smoothing::exponential) shape.exponentialWidth = rounded(width);
  shape.detrend = steps.detrend;
  if (how.counts) {
    const Vector means = channelMeans(trials).values();
    for (const double mean : means) shape.meanCounts.push_back(rounded(mean));
  }
  return found;
}

}  // namespace keyhole
