// File > Export: the figure, and the numbers behind it, of the experiment that is shown.
#pragma once

#include "core/experiment/experiment.h"

#include <QString>

#include <functional>

class QWidget;

namespace keyhole {

// Told what became of an export, in one sentence; good: the file is there.
using ExportOutcome = std::function<void(const QString& sentence, bool good)>;

// Both ask where to write, without blocking the window, and write what was shown when they were called.
void exportFigure(QWidget& window, const std::shared_ptr<const Experiment>& experiment, ExportOutcome done);
void exportData(QWidget& window, const std::shared_ptr<const Experiment>& experiment, ExportOutcome done);

}  // namespace keyhole
