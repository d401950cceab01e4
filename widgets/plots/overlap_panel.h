// The student's leading singular vectors against the teacher's, and the singular values of both.
#pragma once

#include "widgets/plots/plot_panel.h"

namespace keyhole {

// Above: the overlaps of left and right vectors over k, with the level that chance reaches. Below: the
// singular values.
class OverlapPanel : public PlotPanel {
  Q_OBJECT

 public:
  explicit OverlapPanel(QWidget* parent);

  bool speaksFor(const Experiment& experiment) const override { return experiment.overlap != nullptr; }
  bool awaits(const Experiment& experiment) const override {
    return experiment.reached < Depth::searched && experiment.teacherAnalysis && experiment.studentAnalysis;
  }
  std::vector<PanelData> data() const override;

 protected:
  void showExperiment(const Experiment& experiment) override;
  void applyTheme() override;
  QString describe(double x, double y, QPointF pixel) const override;

 private:
  void addValueAxes();
  static QSharedPointer<QCPAxisTicker> ticksFor(Index K);

  QCPAxisRect* m_values = nullptr;
  QCPGraph *m_left, *m_right, *m_chance;
  QCPGraph *m_teacher = nullptr, *m_student = nullptr;
};

}  // namespace keyhole
