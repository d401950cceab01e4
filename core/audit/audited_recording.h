// A recording as the audit takes it.
#pragma once

#include "core/audit/audit.h"
#include "core/common/progress.h"
#include "core/experiment/settings/settings.h"
#include "core/fitting/trial.h"

#include <string>
#include <vector>

namespace keyhole {

struct AuditedRecording {
  std::vector<Trial> trials;
  std::string source;
  std::string hash;                   // fingerprint() of all trials
  double seconds = 0;                 // between two samples after all steps; 0: not known
  std::vector<std::string> warnings;  // of its reading
  Preprocessing steps;

  RecordedTrials recorded() const;  // this must outlive it
  Sampling sampling(bool alphaAssumed) const;
};

// All units of the file that the settings name, read and made ready as they say. Throws InputError, also if
// they are of a known circuit, and Stopped.
AuditedRecording readAudited(const Settings& settings, const Progress& progress = noProgress());

// 16 hexadecimal digits of all trials, see fingerprint().
std::string hashOf(const std::vector<Trial>& trials);

}  // namespace keyhole
