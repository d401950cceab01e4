// The numbers of a push, one line per system, with its line as drawn in the plot.
#pragma once

#include "core/experiment/studies/kick_stage.h"
#include "widgets/plots/theme.h"

class QTableWidget;

namespace keyhole {

QTableWidget* makeKickTable();
void fillKickTable(QTableWidget& table, const Perturbation& perturbation, const Theme& theme);

}  // namespace keyhole
