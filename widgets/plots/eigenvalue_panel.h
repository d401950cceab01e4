// The eigenvalues of teacher and student in the complex plane, with the unit circle and the marginal line Re
// λ = 1.
#pragma once

#include "widgets/plots/axes.h"
#include "widgets/plots/plot_panel.h"

#include <initializer_list>

namespace keyhole {

// Eigenvalues that coincide (within a thousandth) are one mark with a count.
struct MarkedEigenvalue {
  std::complex<double> value;
  Index count = 1;
  bool undetermined = false;
  Index first = 0;  // position of the first of them in the spectrum
};
std::vector<MarkedEigenvalue> marksOf(const Spectrum& spectrum);

class EigenvaluePanel : public PlotPanel {
  Q_OBJECT

 public:
  explicit EigenvaluePanel(QWidget* parent);

  bool speaksFor(const Experiment&) const override { return true; }
  std::vector<PanelData> data() const override;

 protected:
  void showExperiment(const Experiment& experiment) override;
  void applyTheme() override;
  QString describe(double x, double y, QPointF pixel) const override;

 private:
  void showMarks(const Spectrum* spectrum, QCPGraph* determined, QCPGraph* undetermined,
                 QList<QCPAbstractItem*>& counts);
  QString nearest(const Spectrum& spectrum, const QString& owner, QPointF pixel, double& best) const;
  void placeMarginalText();
  void noteWhatIsOutside(const Range& x, const Range& y, std::initializer_list<const Spectrum*> spectra);
  void showLegend(const Experiment& experiment);

  class EqualAspectRect* m_rect;
  QCPCurve* m_circle;
  QCPItemStraightLine* m_marginal;
  QCPItemText* m_marginalText;
  QCPItemText* m_outside = nullptr;
  QCPGraph *m_teacher, *m_student, *m_teacherUndetermined, *m_studentUndetermined;
  QList<QCPAbstractItem*> m_teacherCounts, m_studentCounts;
};

}  // namespace keyhole
