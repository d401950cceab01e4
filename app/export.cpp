#include "app/export.h"

#include "app/ask_for_file.h"
#include "core/common/error.h"
#include "widgets/plots/figure.h"

#include <QDir>
#include <QFileDialog>

namespace keyhole {

namespace {

bool isComplete(const std::shared_ptr<const Experiment>& experiment, const ExportOutcome& done) {
  if (!experiment)
    done("There is nothing to export yet: the first picture is still being computed.", false);
  else if (experiment->reached <= Depth::sketch)
    done(
        "There is only a sketch yet: the picture is still being computed, or was stopped (Run > Compute "
        "again).",
        false);
  return experiment && experiment->reached > Depth::sketch;
}

// Runs the export; tells what became of it.
template <class Write>
void report(const ExportOutcome& done, const QString& path, Write&& write) {
  try {
    write();
    done("Exported " + QDir::toNativeSeparators(path) + ".", true);
  } catch (const InputError& error) {
    done(QString::fromUtf8(error.what()), false);
  }
}

}  // namespace

void exportFigure(QWidget& window, const std::shared_ptr<const Experiment>& experiment, ExportOutcome done) {
  if (!isComplete(experiment, done)) return;
  askForFile(&window,
             {"Export the figure", "PDF, vector graphics (*.pdf);;PNG, 300 dpi (*.png)", "pdf",
              QDir::homePath(), FileQuestion::Kind::save},
             [experiment, done](const QString& path) {
               report(done, path, [&] { writeFigure(experiment, path); });
             });
}

void exportData(QWidget& window, const std::shared_ptr<const Experiment>& experiment, ExportOutcome done) {
  if (!isComplete(experiment, done)) return;
  askForFile(&window,
             {"Export the numbers, one CSV file per table, into a folder", QString(), QString(),
              QDir::homePath(), FileQuestion::Kind::folder},
             [experiment, done](const QString& path) {
               report(done, path, [&] { writeFigureData(experiment, path); });
             });
}

}  // namespace keyhole
