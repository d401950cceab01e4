// Whether a recording is still the one that a session was saved with.
#pragma once

#include "core/experiment/settings/settings.h"

#include <string>

namespace keyhole {

struct TeacherStage;  // experiment.h

// A recording as some settings read it.
struct KnownRecording {
  Settings settings;
  std::string hash = {};  // fingerprint() of it; empty: not known
};

// Whether two settings read a recording in the same way: the file, its reading and the steps before the fit.
bool sameReading(const Settings& a, const Settings& b);

// One sentence if `now` (read by these settings) has other numbers than what was known of it; empty if not,
// and if that cannot be said: nothing is known, it is read in another way, or it is a teacher.
std::string changedRecordingWarning(const KnownRecording& known, const Settings& settings,
                                    const TeacherStage& now);

}  // namespace keyhole
