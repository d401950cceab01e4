#include "core/experiment/known_recording.h"

#include "core/experiment/experiment.h"

namespace keyhole {

bool sameReading(const Settings& a, const Settings& b) {
  for (const auto& row : settingsTable()) {
    if (row.stage > Stage::recording || row.key == "teacher.seed") continue;
    if (a.applies(row) != b.applies(row)) return false;
    if (a.applies(row) && a.value(row.key) != b.value(row.key)) return false;
  }
  return true;
}

std::string changedRecordingWarning(const KnownRecording& known, const Settings& settings,
                                    const TeacherStage& now) {
  if (known.hash.empty() || !now.recording || now.hash == known.hash ||
      !sameReading(known.settings, settings))
    return {};
  return "the recording " + now.recording->source +
         " has other numbers than when the session was saved (its hash was " + known.hash + " and is " +
         now.hash + "): what was found then need not hold of it";
}

}  // namespace keyhole
