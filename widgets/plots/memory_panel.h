// Whether a recording knows of the memory that its student claims: its autocorrelation along the student's
// slow direction, and what simulations of the student predict.
#pragma once

#include "widgets/plots/plot_panel.h"

namespace keyhole {

// Over the lag, on a logarithmic axis: the recording as a line, the simulations' 95 % as a band about their
// median, and the lag of the claimed time constant.
class MemoryPanel : public PlotPanel {
  Q_OBJECT

 public:
  explicit MemoryPanel(QWidget* parent);

  bool speaksFor(const Experiment& experiment) const override;
  std::vector<PanelData> data() const override;

 protected:
  void showExperiment(const Experiment& experiment) override;
  void applyTheme() override;
  QString describe(double x, double y, QPointF pixel) const override;

 private:
  QCPGraph *m_high, *m_low, *m_median, *m_recording;
  QCPItemStraightLine *m_claimed, *m_zero;
};

}  // namespace keyhole
