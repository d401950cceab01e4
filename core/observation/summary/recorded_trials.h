// A recording as it is looked at by its summary: trials in place, whoever owns them.
#pragma once

#include "core/observation/recording.h"

#include <string>
#include <vector>

namespace keyhole {

struct RecordedTrials {
  std::vector<Eigen::Map<const Matrix>> trials;  // N x T_k, NaN is a missing sample; must outlive this
  std::vector<std::string> channelNames;         // or empty
  std::string source;
  double seconds = 0;  // between two samples; 0: not known

  Index units() const { return trials.front().rows(); }
  Index timePoints() const;
};

// Precondition of what is made of it: at least one trial.
RecordedTrials recordedTrials(const Recording& recording);

}  // namespace keyhole
