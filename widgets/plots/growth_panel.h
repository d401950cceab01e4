// Transient growth of teacher and student: how far a disturbance can grow before it decays.
#pragma once

#include "widgets/plots/plot_panel.h"

namespace keyhole {

// G(t) = ‖e^{Jt}‖ over t, with what brackets it: below the decay e^{αt} of the slowest mode (dashed), above
// the tangent e^{ωt} at t = 0 (dotted), where ω + 1 is the numerical abscissa. For a normal system all three
// are one line.
class GrowthPanel : public PlotPanel {
  Q_OBJECT

 public:
  explicit GrowthPanel(QWidget* parent);

  bool speaksFor(const Experiment& experiment) const override;
  bool awaits(const Experiment& experiment) const override { return experiment.reached < Depth::searched; }
  std::vector<PanelData> data() const override;

 protected:
  void showExperiment(const Experiment& experiment) override;
  void applyTheme() override;
  QString describe(double x, double y, QPointF pixel) const override;

 private:
  struct Curves {
    QCPGraph *growth, *decay, *tangent, *maximum;
  };
  Curves addCurves(const QString& owner);
  void draw(const Curves& curves, const TransientGrowth* growth, const QString& owner, double perTau);
  void style(const Curves& curves, const QColor& colour, const QCPScatterStyle& mark);

  Curves m_teacher, m_student;
};

}  // namespace keyhole
