// The boundaries of ε-pseudospectra, drawn around the eigenvalues: thin lines, stronger for smaller ε, each
// with its log₁₀ ε once.
#pragma once

#include "core/analysis/nonnormal/pseudospectrum.h"
#include "widgets/plots/panel.h"

#include <qcustomplot.h>

namespace keyhole {

// The levels of log₁₀ ε that are drawn, falling: multiples of 0.5, 1, 2 … from the first negative one on, six
// at most, as far down as the lines enclose more than half a percent of the window.
std::vector<double> pseudospectrumLevels(const Pseudospectrum& grid);

class PseudospectrumLines {
 public:
  // The lines belong to the plot and lie below its other curves.
  PseudospectrumLines(QCPAxis* x, QCPAxis* y);

  // Null: nothing is drawn.
  void show(std::shared_ptr<const Pseudospectrum> grid, Side side);
  void setTheme(const Theme& theme);

  // Leaves out the labels that would stand under something else (in pixels). After the layout of the plot.
  void hideLabelsUnder(const QRectF& place);

  const std::shared_ptr<const Pseudospectrum>& grid() const { return m_grid; }

  // log₁₀ σ_min at a place, between the points of the grid; NaN outside of it.
  double valueAt(double x, double y) const;

  // One row per vertex: log10_epsilon, line, re, im. Empty without lines.
  std::vector<PanelData> tables() const;

 private:
  struct Level {
    double value = 0;
    std::vector<Polyline> lines;
    QCPCurve* curve = nullptr;
    QCPItemText* label = nullptr;
  };

  void remove();
  QCPCurve* curveOf(const std::vector<Polyline>& lines) const;
  QCPItemText* labelOf(const Level& level) const;
  void style();

  QCPAxis *m_x, *m_y;
  QCustomPlot* m_plot;
  Theme m_theme;
  Side m_side = Side::student;
  std::shared_ptr<const Pseudospectrum> m_grid;
  std::vector<Level> m_levels;
};

}  // namespace keyhole
