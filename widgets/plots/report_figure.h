// Figures of a report, drawn as the panels are: the same for a window and for a printed page. Axes, ticks,
// colours, marks and dashes are those of the report's SVG (core/report/plot_axis.h).
#pragma once

#include "core/report/audit_figures.h"
#include "core/report/plot_axis.h"
#include "widgets/plots/plot_panel.h"

namespace keyhole {

class ReportFigure : public PlotPanel {
  Q_OBJECT

 public:
  explicit ReportFigure(QWidget* parent);

  // A block without a figure empties it.
  void setBlock(const ReportBlock& block);
  const ReportBlock& block() const { return m_block; }

  bool speaksFor(const Experiment&) const override { return false; }
  std::vector<PanelData> data() const override;

 protected:
  void showExperiment(const Experiment&) override {}
  void applyTheme() override;
  void adaptTo(QSize size) override;
  QString describe(double x, double y, QPointF pixel) const override;

 private:
  void draw();
  void makePanels(int count);
  void drawPlot(const SvgPlot& plot);
  void drawLine(const SvgLine& line, const PlotAxes& axes);
  void drawBand(const SvgLine& line, const PlotAxes& axes, const QColor& colour);
  void drawIntervals(const SvgLine& line, const PlotAxes& axes, QCPGraph* of, const QColor& colour);
  void drawLevels(const SvgPlot& plot, const PlotAxes& axes);
  void drawBars();
  QCPGraph* graphIn(int panel, const QPen& pen);
  void nameGraph(QCPGraph* graph, const std::string& label);
  QColor drawn(const std::string& colour) const;

  ReportBlock m_block;
  QCPLayoutGrid* m_grid;            // titles above panels
  QCPMarginGroup* m_margins;        // of several panels
  QList<QCPAxisRect*> m_panels;     // the first is the plot's own
  QList<QCPTextElement*> m_titles;  // of panels; none of a single one
  QStringList m_named;              // in the legend
};

}  // namespace keyhole
