#include "core/audit/measured_calibration.h"

#include <algorithm>

namespace keyhole {
namespace {

constexpr const char* kWithin =
    "They are calibrated within their table, by circuits of it that the classifier was not trained on: so "
    "under these priors, on average over recordings, and only there. Whether that holds for fresh circuits "
    "of "
    "the same priors ";

std::string shapesText() {
  std::string text;
  for (const auto& one : measuredCalibrations())
    text += (text.empty() ? "" : ", ") + std::to_string(one.units) + " x " + std::to_string(one.samples);
  return text;
}

std::string measuredText() {
  return "for " + std::to_string(measuredCalibrations().size()) +
         " shapes of recordings (units x samples: " + shapesText() + "), with tables of " +
         std::to_string(measuredCalibrations().front().circuits) + " circuits";
}

// A recording in one trial, unprocessed, with the fractions of the priors.
bool isPlain(const ReferenceShape& shape) {
  return shape.lengths.size() == 1 && shape.mostUnits == priors::kMostUnits && shape.gaussianWidth == 0 &&
         shape.exponentialWidth == 0 && !shape.detrend && shape.meanCounts.empty();
}

}  // namespace

const std::vector<MeasuredCalibration>& measuredCalibrations() {
  static const std::vector<MeasuredCalibration> all = {{8, 500, 4000},    {12, 2000, 4000},
                                                       {20, 1000, 4000},  {30, 5000, 4000},
                                                       {50, 10000, 4000}, {100, 3000, 4000}};
  return all;
}

CalibrationKnown calibrationKnown(const ReferenceShape& shape, Index circuits) {
  const auto& all = measuredCalibrations();
  const auto found = std::find_if(all.begin(), all.end(), [&](const MeasuredCalibration& one) {
    return isPlain(shape) && one.units == shape.units && one.samples == shape.timePoints();
  });
  if (found == all.end()) return CalibrationKnown::notMeasured;
  return found->circuits == circuits ? CalibrationKnown::measured : CalibrationKnown::ofAnotherTable;
}

std::string calibrationSentence(const std::optional<ReferenceAnswer>& answer) {
  if (!answer) return std::string(kWithin) + "was measured " + measuredText() + ".";
  switch (calibrationKnown(answer->shape, answer->circuits)) {
    case CalibrationKnown::measured:
      return std::string(kWithin) + "was measured for recordings of this shape, with a table as large.";
    case CalibrationKnown::ofAnotherTable:
      return std::string(kWithin) + "was measured for recordings of this shape, with a table of " +
             std::to_string(measuredCalibrations().front().circuits) + " circuits; this one has " +
             std::to_string(answer->circuits) + ".";
    case CalibrationKnown::notMeasured:
      break;
  }
  return std::string(kWithin) + "was not measured for recordings as this one, but " + measuredText() + ".";
}

}  // namespace keyhole
