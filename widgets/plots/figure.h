// Figures for papers: the panels of an experiment on one page, as vector PDF (text stays text) or PNG, and
// the numbers behind them.
#pragma once

#include "widgets/plots/panel.h"

#include <memory>
#include <vector>

namespace keyhole {

struct FigurePage;

struct FigureOptions {
  QString panel;         // one panel alone; empty: all that have something to say, but for optional ones
  double widthMm = 183;  // two journal columns; a single panel is 89 mm wide
  int dpi = 300;         // of PNG
};

// Black on white, 7 pt text, panels lettered a, b, c …; the verdict as the last line. The same experiment
// gives the same bytes. Needs a QApplication (any platform) and belongs in its thread. The panel of curves is
// left out of a whole figure: it takes longer than all the others together.
class Figure {
 public:
  // Throws InputError: an unknown panel (the known ones are listed), a panel that has nothing to say.
  explicit Figure(const std::shared_ptr<const Experiment>& experiment, const FigureOptions& options = {});
  ~Figure();

  QStringList panels() const;  // their names, in the order of reading

  // What is still to be computed for the panels as they stand on the page (contours of a pseudospectrum, or
  // the curve of its panel alone): seconds, see Panel::missingFor(). The figure must outlive it.
  std::vector<Panel::Work> missing() const;

  // Computes what is missing here and now. Throws Stopped.
  void complete(Progress& progress = noProgress());

  // Both complete the figure first, and write whole files or none. Throw InputError: another ending than .pdf
  // or .png, a path that cannot be written.
  void write(const QString& path);
  // One CSV file per table of each panel on the page, in a folder that is created if need be.
  void writeData(const QString& folder);

 private:
  Settings m_settings;  // of the experiment
  int m_dpi;
  std::vector<std::unique_ptr<Panel>> m_panels;
  std::unique_ptr<FigurePage> m_page;
};

struct PanelShape {
  double widthMm = 89, heightToWidth = 0.75;
  int dpi = 300;  // of PNG
};

// A panel that shows something of its own, as it is (give it Theme::print() first), with a caption below if
// there is one. Throws as Figure::write() does.
void writePanelFigure(Panel& panel, const QString& path, const QString& caption = {},
                      const PanelShape& shape = {});

}  // namespace keyhole
