// The activity of a few seen units, teacher and student overlaid.
#pragma once

#include "widgets/plots/plot_panel.h"

namespace keyhole {

class ActivityPanel : public PlotPanel {
  Q_OBJECT

 public:
  explicit ActivityPanel(QWidget* parent);

  bool speaksFor(const Experiment&) const override { return true; }
  std::vector<PanelData> data() const override;
  void highlightUnits(const std::vector<Index>& units) override;

 protected:
  void showExperiment(const Experiment& experiment) override;
  void applyTheme() override;
  QString describe(double x, double y, QPointF pixel) const override;

 private:
  struct Shown {
    Index units = 0, steps = 0;
    double spacing = 1;  // between the traces' zero lines
  };
  Shown shownOf(const Experiment& experiment) const;
  Fingerprint fingerprintOf(const Experiment& experiment, const Shown& shown) const;
  void styleTraces();

  struct Trace {
    Index unit = 0;  // in the teacher's numbering
    QCPGraph* graph = nullptr;
  };
  std::vector<Trace> m_traces;
  std::vector<Index> m_highlighted;
};

}  // namespace keyhole
