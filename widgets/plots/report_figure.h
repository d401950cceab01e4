// Figures of a report, drawn as the panels are: the same for a window and for a printed page.
#pragma once

#include "core/report/audit_report.h"
#include "widgets/plots/plot_panel.h"

namespace keyhole {

// Whether the block is a figure.
bool isFigure(const ReportBlock& block);

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
  QString describe(double x, double y, QPointF pixel) const override;

 private:
  void draw();
  void drawPlot(const SvgPlot& plot);
  void drawLine(const SvgLine& line);
  void drawBars();
  QColor drawn(const std::string& colour) const;

  ReportBlock m_block;
};

}  // namespace keyhole
