// The leading time constants τ_n of teacher and student, and the line attractor scores with their blind spots
// named; of the student of a recording with the intervals of its resamples.
#pragma once

#include "widgets/plots/axes.h"
#include "widgets/plots/plot_panel.h"

namespace keyhole {

class TimeConstantPanel : public PlotPanel {
  Q_OBJECT

 public:
  explicit TimeConstantPanel(QWidget* parent);

  bool speaksFor(const Experiment&) const override { return true; }
  std::vector<PanelData> data() const override;

 protected:
  void showExperiment(const Experiment& experiment) override;
  void applyTheme() override;
  QString describe(double x, double y, QPointF pixel) const override;
  void adaptTo(QSize size) override;

 private:
  void showErrors(const Experiment& experiment, Range& range);
  static Fingerprint shownOf(const Experiment& experiment);
  static Vector timesOf(const Experiment& experiment, const SystemAnalysis& analysis);

  QCPGraph *m_teacher, *m_student, *m_teacherUndetermined, *m_studentUndetermined;
  QCPGraph* m_growing;     // crosses over the marks of modes that grow
  QCPErrorBars* m_errors;  // of the student
  QCPItemStraightLine* m_threshold;
  QCPItemText* m_note;
  QString m_scores;  // of both, where there is room for them
};

}  // namespace keyhole
