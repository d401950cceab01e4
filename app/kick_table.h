// The numbers of a push, one line per system, with its line as drawn in the plot.
#pragma once

#include "core/experiment/studies/kick_stage.h"
#include "widgets/plots/sides.h"
#include "widgets/plots/theme.h"

class QTableWidget;

namespace keyhole {

QTableWidget* makeKickTable();
// unit: in which times are told.
void fillKickTable(QTableWidget& table, const Perturbation& perturbation, const TimeUnit& unit,
                   const Theme& theme);

}  // namespace keyhole
