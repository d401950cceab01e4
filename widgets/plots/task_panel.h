// The task: its input, the readouts of teacher and student, and the ideal integrator.
#pragma once

#include "widgets/plots/plot_panel.h"

namespace keyhole {

class TaskPanel : public PlotPanel {
  Q_OBJECT

 public:
  explicit TaskPanel(QWidget* parent);

  bool speaksFor(const Experiment& experiment) const override;
  std::vector<PanelData> data() const override;

 protected:
  void showExperiment(const Experiment& experiment) override;
  void applyTheme() override;
  QString describe(double x, double y, QPointF pixel) const override;

 private:
  QCPGraph *m_input, *m_ideal, *m_teacher, *m_student;
};

}  // namespace keyhole
