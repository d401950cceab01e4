// Figures for papers: the panels of an experiment on one page, as vector PDF (text stays text) or PNG, and
// the numbers behind them.
#pragma once

#include "core/experiment/experiment.h"

#include <QString>

namespace keyhole {

class Panel;

struct FigureOptions {
  QString panel;         // one panel alone; empty: all that have something to say, but for optional ones
  double widthMm = 183;  // two journal columns; a single panel is 89 mm wide
  int dpi = 300;         // of PNG
};

// Black on white, 7 pt text, panels lettered a, b, c …; the verdict as the last line. Needs a QApplication
// (any platform). The same experiment gives the same bytes. Written whole or not at all. Throws InputError:
// another ending than .pdf or .png, an unknown panel (the known ones are listed), a panel that has nothing to
// say, a path that cannot be written.
void writeFigure(const std::shared_ptr<const Experiment>& experiment, const QString& path,
                 const FigureOptions& options = {});

// A panel that shows something of its own, as it is (give it Theme::print() first), with a caption below if
// there is one. Throws as writeFigure() does.
void writePanelFigure(Panel& panel, const QString& path, const QString& caption = {}, int dpi = 300);

// One CSV file per table of each panel that has something to say, in a folder that is created if need be.
void writeFigureData(const std::shared_ptr<const Experiment>& experiment, const QString& folder,
                     const QString& panel = {});

}  // namespace keyhole
