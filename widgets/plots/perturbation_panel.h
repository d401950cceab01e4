// How long each system remembers a push: its distance from the run without it, over time.
#pragma once

#include "core/experiment/studies/perturbation_stage.h"
#include "widgets/plots/plot_panel.h"

namespace keyhole {

// The line of a system in all pictures of a push: the teacher's, the shown student's, and shades of the
// student's colour with dashes for the others. index: in Perturbation::systems.
QPen perturbationPen(const Perturbation& perturbation, std::size_t index, const Theme& theme);

QString perturbationName(const Perturbed& system);  // "teacher", "student", or the method's

// A value of a kept run at a time between its points (linear); the last one after its end.
double valueAt(const Vector& time, ConstVectorRef values, double at);

class PerturbationPanel : public PlotPanel {
  Q_OBJECT

 public:
  explicit PerturbationPanel(QWidget* parent);

  void setPerturbation(const std::shared_ptr<const Experiment>& experiment,
                       const std::shared_ptr<const Perturbation>& perturbation);
  void setLogarithmic(bool logarithmic);
  // The cursor, in τ; repaints nothing else. Below 0: none.
  void setTime(double time);
  double time() const { return m_time; }

  bool speaksFor(const Experiment&) const override { return m_perturbation != nullptr; }
  std::vector<PanelData> data() const override;

 protected:
  void showExperiment(const Experiment& experiment) override;
  void applyTheme() override;
  QString describe(double x, double y, QPointF pixel) const override;

 private:
  void showRanges();
  void placeCursor();

  std::shared_ptr<const Perturbation> m_perturbation;
  QCPItemStraightLine *m_half, *m_cursor;
  QList<QCPGraph*> m_marks;  // one point each, where the cursor meets the curve
  bool m_logarithmic = false;
  double m_time = -1;
  double m_perTau = 1;  // in what the axis tells times
};

}  // namespace keyhole
