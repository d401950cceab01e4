// What a recording of this teacher claims at every seen fraction, or over another setting: students of the
// long-time limit, their mean over other circuits, those of one recording of the present length, and the
// theory, with the present value as a line; the line of the fraction can be dragged.
#pragma once

#include "core/experiment/studies/seen_curve.h"
#include "widgets/plots/plot_panel.h"

namespace keyhole {

class CurvePanel : public PlotPanel {
  Q_OBJECT

 public:
  explicit CurvePanel(QWidget* parent);

  // Null: it is being computed anew; what is shown is of other settings.
  void setCurve(std::shared_ptr<const SeenCurve> curve);
  const std::shared_ptr<const SeenCurve>& curve() const { return m_curve; }
  // Why there is none, until one is set.
  void showProblem(const QString& sentence);

  bool speaksFor(const Experiment& experiment) const override;
  std::vector<PanelData> data() const override;
  Work missingFor(QSize size) override;

 signals:
  // The line was dragged there; one gesture per press.
  void fractionDragged(double fraction, int gesture);

 protected:
  void showExperiment(const Experiment& experiment) override;
  void applyTheme() override;
  QString describe(double x, double y, QPointF pixel) const override;

 private:
  void showCurve();
  void showFrame(bool shown);
  void showTheory(const QString& quantity);
  void showChance();
  void showLegend();
  void showNow();
  void showWhyEmpty();
  double presentPosition() const;
  bool isOverSeen() const { return m_curve && m_curve->over == "observed"; }
  QString positionText(std::size_t row) const;
  void dragTo(double x);
  void placeAxes();
  void placePositions();

  std::shared_ptr<const SeenCurve> m_curve;
  QString m_problem;   // why there is no curve; empty: it is being computed
  QString m_quantity;  // of view.curve
  QCPGraph *m_bandLow, *m_bandHigh, *m_longTime, *m_finite, *m_teacher;
  QCPErrorBars* m_errors;
  QCPGraph* m_mean;
  QList<QCPAbstractPlottable*> m_theory;
  QCPItemStraightLine* m_now;
  QCPItemText* m_nowText;
  bool m_dragging = false;
  int m_gesture = 0;
};

}  // namespace keyhole
