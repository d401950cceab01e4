// The line attractor scores of other draws of the circuit and of other starts of the fit, estimator by
// estimator, and where the shown one stands among them.
#pragma once

#include "core/experiment/studies/score_draws.h"
#include "widgets/plots/plot_panel.h"

namespace keyhole {

class ScorePanel : public PlotPanel {
  Q_OBJECT

 public:
  explicit ScorePanel(QWidget* parent);

  bool speaksFor(const Experiment& experiment) const override { return experiment.scores != nullptr; }
  std::vector<PanelData> data() const override;

  void renderTo(QCPPainter& painter, QSize size) override;

 protected:
  void showExperiment(const Experiment& experiment) override;
  void applyTheme() override;
  QString describe(double x, double y, QPointF pixel) const override;

 private:
  void addFamily(const ScoreFamily& family, double row);
  QCPGraph* marksFor(ScoreStatus status) const;

  // One graph per kind of score, so that its blind spots are seen: defined, complex leading pair, unstable.
  QCPGraph *m_defined, *m_complex, *m_unstable;
  QCPCurve* m_quartiles;
  QCPGraph* m_medians;
  QCPItemStraightLine* m_shown;
  QCPTextElement* m_standing;  // where the shown score stands, over the whole width of the panel
};

}  // namespace keyhole
