// One system on the plane of its activity with and without a push, to be played back: the free and the
// perturbed state as dots with short tails.
#pragma once

#include "core/experiment/studies/perturbation_stage.h"
#include "widgets/plots/axes.h"
#include "widgets/plots/plot_panel.h"

namespace keyhole {

class EqualAspectRect;

class PerturbationPlanePanel : public PlotPanel {
  Q_OBJECT

 public:
  PerturbationPlanePanel(PerturbationRole role, QWidget* parent);

  // Both panels are given the same ranges, so that the same place is the same activity.
  void setRun(const std::shared_ptr<const Experiment>& experiment, const Vector& time,
              const PerturbationPlane& plane, Range x, Range y);
  void setTime(double time);  // repaints the dots and tails only

  struct Place {
    double x = 0, y = 0;
  };
  Place freeAt(double time) const;
  Place perturbedAt(double time) const;

  bool speaksFor(const Experiment&) const override { return m_time.size() > 0; }
  std::vector<PanelData> data() const override;

 protected:
  void showExperiment(const Experiment& experiment) override;
  void applyTheme() override;
  QString describe(double x, double y, QPointF pixel) const override;

 private:
  void placeDots();
  void drawTail(QCPCurve& tail, const Matrix& path) const;

  PerturbationRole m_role;
  EqualAspectRect* m_rect;
  QCPCurve *m_freePath, *m_perturbedPath, *m_freeTail, *m_perturbedTail;
  QCPGraph *m_freeDot, *m_perturbedDot;
  Vector m_time;
  PerturbationPlane m_plane;
  double m_now = 0;
};

}  // namespace keyhole
