// The flow of teacher or student in the plane of its two leading principal components: speed map, arrows on
// the scale that both panels share, trajectory coloured by time.
#pragma once

#include "widgets/plots/attractor_marks.h"
#include "widgets/plots/flow_plottables.h"
#include "widgets/plots/plot_panel.h"

namespace keyhole {

// The one scale of the arrows of both flow panels: an arrow is the way of the state in this time (in τ), at
// its speed there. A round number, such that of the arrows of both panels, measured in cells of their grids,
// all but the longest 5 % are at most 1.5 cells long.
double sharedArrowTime(const Experiment& experiment);

class FlowPanel : public PlotPanel {
  Q_OBJECT

 public:
  FlowPanel(Side side, QWidget* parent);

  bool speaksFor(const Experiment& experiment) const override;
  std::vector<PanelData> data() const override;
  void setProbe(const Probe& probe) override;

 protected:
  void showExperiment(const Experiment& experiment) override;
  void applyTheme() override;
  QString describe(double x, double y, QPointF pixel) const override;
  void clicked(double x, double y) override;

 private:
  void showSpeed(const FlowField& field, bool visible);
  void showArrows(const Experiment& experiment, const FlowField& field);
  void showAxes(const FlowField& field);
  bool isDrawn(const Experiment& experiment);
  bool keepsProbe(const Experiment& experiment) const;

  // What the picture was made of, so that it is not drawn again for something else.
  struct Drawn {
    std::shared_ptr<const SystemAnalysis> analysis;
    std::shared_ptr<const Attractors> attractors;
    double arrowTime = 0;
    bool speedMap = false;
    bool operator==(const Drawn&) const = default;
  };

  Side m_side;
  Drawn m_drawn;  // empty after a change of the theme
  QCPColorMap* m_speed;
  ArrowField* m_arrows;
  TimeCurve* m_trajectory;
  TimeCurve* m_probe;
  std::shared_ptr<const FitStage> m_probedFit;  // of the student that the probe is a run of; null: no probe
  FlowPlane m_probedPlane;                      // in which it is drawn
  AttractorMarks m_marks;
  QCPItemText* m_keyText;
  ArrowKey* m_key;
};

}  // namespace keyhole
