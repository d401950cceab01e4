// How many latents or discrete states: held-out likelihood with its standard error (left axis) and the line
// attractor score (right axis) over their number, with the one-standard-error choice.
#pragma once

#include "core/experiment/studies/order.h"
#include "widgets/plots/plot_panel.h"

namespace keyhole {

// It shows a result of its own and nothing of an experiment.
class OrderPanel : public PlotPanel {
  Q_OBJECT

 public:
  explicit OrderPanel(QWidget* parent);

  void setResult(std::shared_ptr<const OrderResult> result);
  const std::shared_ptr<const OrderResult>& result() const { return m_result; }

  bool speaksFor(const Experiment&) const override { return false; }
  std::vector<PanelData> data() const override;

 signals:
  void numberClicked(keyhole::Index number);

 protected:
  void showExperiment(const Experiment&) override {}
  void applyTheme() override;
  QString describe(double x, double y, QPointF pixel) const override;
  void clicked(double x, double y) override;

 private:
  void draw();
  void drawPoints();
  void drawChoice(double level, double number);
  void setRanges();
  QCPGraph* marksFor(ScoreStatus status) const;
  const ScoredPoint* nearest(double x) const;

  std::shared_ptr<const OrderResult> m_result;
  QCPGraph* m_heldOut;
  QCPErrorBars* m_errors;
  QCPGraph *m_defined, *m_complex, *m_unstable;  // scores by what they mean, as in the panel of scores
  QCPItemStraightLine* m_choice;                 // upright, at the choice
  QCPItemLine* m_within;                         // level, one standard error below the best
  QCPItemText* m_label;
};

}  // namespace keyhole
