#include "app/seen_text.h"

namespace keyhole {

QString seenText(const Settings& settings, const Experiment* shown) {
  const std::string& kind = settings.text("teacher.kind");
  Index units = static_cast<Index>(settings.integer("teacher.size"));
  if (kind == "imported" || kind == "recording") {
    if (!shown || !shown->simulation || staleThrough(shown->settings, settings, Stage::recording))
      return QString();
    units = shown->simulation->units;
  }
  const Index seen = seenCount(settings.number("observation.fraction"), units);
  return QStringLiteral("d = %1 of %2").arg(seen).arg(units);
}

}  // namespace keyhole
