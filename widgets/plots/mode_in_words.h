// An eigenvalue's mode: how sensitive it is and the neurons it lives on, for the line under the cursor.
#pragma once

#include "core/experiment/experiment.h"

#include <QString>

#include <memory>
#include <vector>

namespace keyhole {

struct ModeInWords {
  QString text;              // "spread over 8.2 units, most on 3, 17, 25"; empty if it was not computed
  double condition = 0;      // of the eigenvalue; 0 if it was not computed
  std::vector<Index> units;  // the leading ones, in the teacher's numbering from 0; hidden ones are not there
};

// Of one eigenvalue of a spectrum. Not computed for an undetermined one, nor for systems of more than 300
// units: it must not be felt under the cursor. Cost: an SVD of the system's core.
ModeInWords modeInWords(const Experiment& experiment, Side side, Index index);

// The mode that was asked for last, kept.
class LastMode {
 public:
  const ModeInWords& of(const std::shared_ptr<const Experiment>& experiment, Side side, Index index);

 private:
  std::shared_ptr<const SystemAnalysis> m_analysis;
  Index m_index = -1;
  ModeInWords m_mode;
};

}  // namespace keyhole
