// The manual, as one HTML text: what one sees, how to read each panel, and every setting. The settings come
// from the settings table, so that the manual cannot fall behind the program.
#pragma once

#include <QString>

namespace keyhole {

// Anchors: "start", "panels", "verdict", "settings", "files", "keys", "about".
QString manualHtml();

// "How to cite", as HTML.
QString citationHtml();

}  // namespace keyhole
