// All panels, in the order in which they are offered.
#pragma once

#include "widgets/plots/panel.h"

namespace keyhole {

QStringList panelNames();

// Those that are shown only where they are asked for by name, or wanted in the window.
QStringList optionalPanelNames();

// The panel of that name, owned by the parent (or by the caller, if that is null). Null if there is none.
Panel* makePanel(const QString& name, QWidget* parent);

std::vector<Panel*> makePanels(QWidget* parent);

}  // namespace keyhole
