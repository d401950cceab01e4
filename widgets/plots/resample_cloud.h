// The eigenvalues of a recording's resamples, as a cloud behind those of its student.
#pragma once

#include "core/experiment/studies/claim_errors.h"
#include "widgets/plots/theme.h"

#include <qcustomplot.h>

namespace keyhole {

class ResampleCloud {
 public:
  // The plot owns what is drawn.
  ResampleCloud(QCPAxis* x, QCPAxis* y);

  // Of this study, which may be null: then nothing. A name in the legend where there is something.
  void show(const ClaimStudy* claim, QCPLegend& legend);
  void setTheme(const Theme& theme);

  // draw (from 1), re, im: of each resample up to ten leading eigenvalues, in their order.
  static Matrix tableOf(const ClaimStudy* claim);

 private:
  QCPGraph* m_marks;
};

}  // namespace keyhole
