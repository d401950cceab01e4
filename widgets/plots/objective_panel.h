// What an iterative fit minimises or maximises, iteration by iteration: live while it runs, then as its
// summary has it.
#pragma once

#include "widgets/plots/plot_panel.h"

class QTimer;

namespace keyhole {

class ObjectivePanel : public PlotPanel {
  Q_OBJECT

 public:
  explicit ObjectivePanel(QWidget* parent);

  bool speaksFor(const Experiment& experiment) const override;
  std::vector<PanelData> data() const override;

  // One more value of the fit that is running. Iteration 0 of start 0 begins a new fit.
  void addObjective(int start, int iteration, double value) override;

 protected:
  void showExperiment(const Experiment& experiment) override;
  void applyTheme() override;
  QString describe(double x, double y, QPointF pixel) const override;

 private:
  void drawLive();

  std::vector<std::vector<double>> m_live;  // per start
  QTimer* m_redraw;                         // the values come faster than pictures are worth
};

}  // namespace keyhole
