// The eigenvalues of each discrete state of a switching student: squares in the colours of the segmentation.
#pragma once

#include "core/analysis/lasting_modes.h"
#include "core/fitting/fit.h"
#include "widgets/plots/theme.h"

#include <qcustomplot.h>

#include <complex>
#include <vector>

namespace keyhole {

class StateMarks {
 public:
  // The plot owns what is drawn.
  StateMarks(QCPAxis* x, QCPAxis* y) : m_x(x), m_y(y) {}

  // The states of this student, which may be null or not switch: then nothing. sampling: of a recording.
  // Their names enter the legend, which is the same one in each call.
  void show(const Student* student, const std::optional<Sampling>& sampling, const Theme& theme,
            QCPLegend& legend);
  void setTheme(const Theme& theme);

  // What is shown, state by state, each in the project's order.
  const std::vector<ComplexVector>& spectra() const { return m_spectra; }

  // The nearest mark within this many pixels, in words; else empty.
  QString describe(QPointF pixel, double within) const;

 private:
  QCPAxis *m_x, *m_y;
  std::vector<QCPGraph*> m_graphs;  // one per state
  std::vector<ComplexVector> m_spectra;
  std::vector<double> m_shares;  // of the time
  double m_alpha = 0;
  std::optional<Sampling> m_sampling;
};

}  // namespace keyhole
