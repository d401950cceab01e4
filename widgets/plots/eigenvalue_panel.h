// The eigenvalues of teacher and student in the complex plane, with the unit circle, the marginal line Re
// λ = 1 and, where it can be told from it, the circle |1-α+αλ| = 1 outside of which a mode of the map grows;
// and the pseudospectrum of one of them, which somebody else computes for the window that the panel asks for.
// In figures the panel computes it itself. Of a switching student the eigenvalues of each discrete state too;
// of a recording's student those of its resamples, as a cloud.
#pragma once

#include "widgets/plots/axes.h"
#include "widgets/plots/eigenvalue_hover.h"
#include "widgets/plots/plot_panel.h"
#include "widgets/plots/pseudospectrum_lines.h"
#include "widgets/plots/resample_cloud.h"
#include "widgets/plots/state_marks.h"

#include <initializer_list>

class QTimer;

namespace keyhole {

class EigenvaluePanel : public PlotPanel {
  Q_OBJECT

 public:
  explicit EigenvaluePanel(QWidget* parent);

  bool speaksFor(const Experiment&) const override { return true; }
  std::vector<PanelData> data() const override;
  void setPseudospectrum(const PseudospectrumRequest& request,
                         const std::shared_ptr<const Pseudospectrum>& grid) override;
  Work missingFor(QSize size) override;
  void renderTo(QCPPainter& painter, QSize size) override;
  const PseudospectrumLines& pseudospectrum() const { return m_lines; }
  const StateMarks& stateMarks() const { return m_states; }
  const QCPCurve& mapCircle() const { return *m_mapCircle; }  // without data where the line says the same

 protected:
  void showExperiment(const Experiment& experiment) override;
  void applyTheme() override;
  QString describe(double x, double y, QPointF pixel) const override;
  void hideEvent(QHideEvent* event) override;

 private:
  void showMarks(const Spectrum* spectrum, QCPGraph* determined, QCPGraph* undetermined,
                 QList<QCPAbstractItem*>& counts);
  QString describePlace(double x, double y) const;
  static Fingerprint shownOf(const Experiment& experiment);
  void dropStaleLines();
  void askForPseudospectrum();
  class EqualAspectRect* equalAxes();
  void placeMarginalText();
  void noteWhatIsOutside(const Range& x, const Range& y, std::initializer_list<const Spectrum*> spectra);
  void showLegend(const Experiment& experiment);

  class EqualAspectRect* m_rect;
  QCPCurve* m_circle;
  QCPCurve* m_mapCircle;
  QCPItemStraightLine* m_marginal;
  QCPItemText* m_marginalText;
  QCPItemText* m_outside = nullptr;
  QCPGraph *m_teacher, *m_student, *m_teacherUndetermined, *m_studentUndetermined;
  QList<QCPAbstractItem*> m_teacherCounts, m_studentCounts;
  ResampleCloud m_cloud;
  StateMarks m_states;
  PseudospectrumLines m_lines;
  mutable EigenvalueHover m_hover;
  QCPItemText* m_linesNote;
  PseudospectrumRequest m_asked;  // what was asked for last
  QTimer* m_askSoon;
  int m_waits = 0;  // how often it was too early
};

}  // namespace keyhole
