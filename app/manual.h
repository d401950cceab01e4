// The manual, as one HTML text: what one sees, how to read each panel, and every setting. The prose is
// resources/manual/manual.html; the settings and presets come from their tables, so that the manual cannot
// fall behind the program.
#pragma once

#include <QString>

namespace keyhole {

// Anchors: "start", "panels", "verdict", "settings", "files", "keys", "about".
QString manualHtml();

}  // namespace keyhole
