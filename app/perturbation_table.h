// The numbers of a push, one line per system, with its line as drawn in the plot.
#pragma once

#include "core/experiment/studies/perturbation_stage.h"
#include "widgets/plots/sides.h"
#include "widgets/plots/theme.h"

class QTableWidget;

namespace keyhole {

QTableWidget* makePerturbationTable();
// unit: in which times are told.
void fillPerturbationTable(QTableWidget& table, const Perturbation& perturbation, const TimeUnit& unit,
                           const Theme& theme);

}  // namespace keyhole
