// For which reference tables it was measured, on fresh circuits, that their probabilities hold
// (tests/bench/audit/calibrate.py and calibration.json; the numbers are in the README).
#pragma once

#include "core/audit/reference/answer.h"

#include <optional>
#include <string>
#include <vector>

namespace keyhole {

struct MeasuredCalibration {
  Index units = 0, samples = 0;  // of a recording in one trial, as it is, with the fractions of the priors
  Index circuits = 0;            // of the table
};
const std::vector<MeasuredCalibration>& measuredCalibrations();

enum class CalibrationKnown { measured, ofAnotherTable, notMeasured };
CalibrationKnown calibrationKnown(const ReferenceShape& shape, Index circuits);

// What may be said of the probabilities of this answer; of none: of any.
std::string calibrationSentence(const std::optional<ReferenceAnswer>& answer);

}  // namespace keyhole
