// A switching student's discrete states over time, behind the latents that it inferred, with the leading
// eigenvalues of every one of them.
#pragma once

#include "widgets/plots/plot_panel.h"

namespace keyhole {

class SegmentPanel : public PlotPanel {
  Q_OBJECT

 public:
  explicit SegmentPanel(QWidget* parent);

  bool speaksFor(const Experiment& experiment) const override;
  std::vector<PanelData> data() const override;

 protected:
  void showExperiment(const Experiment& experiment) override;
  QString describe(double x, double y, QPointF pixel) const override;

 private:
  void showSegments(const Switching& parts, Index steps, double alpha, double step);
  void showLatents(const Student& student, Index steps, double step);
};

// The colour of a discrete state, after Okabe & Ito, pale enough to stand behind lines.
QColor stateColour(int state, const Theme& theme);

}  // namespace keyhole
