#include "widgets/plots/resample_cloud.h"

#include <algorithm>

namespace keyhole {

ResampleCloud::ResampleCloud(QCPAxis* x, QCPAxis* y) : m_marks(new QCPGraph(x, y)) {
  m_marks->setLineStyle(QCPGraph::lsNone);
  m_marks->removeFromLegend();
}

void ResampleCloud::show(const ClaimStudy* claim, QCPLegend& legend) {
  const Matrix table = tableOf(claim);
  QVector<double> re(table.rows()), im(table.rows());
  for (Index i = 0; i < table.rows(); ++i) {
    re[i] = table(i, 1);
    im[i] = table(i, 2);
  }
  m_marks->setData(re, im);
  if (table.rows() == 0) return;
  m_marks->setName(QObject::tr("%1 resamples").arg(claim->errors.spectra.size()));
  m_marks->addToLegend(&legend);
}

void ResampleCloud::setTheme(const Theme& theme) {
  constexpr int kMany = 1000;  // marks, of which each is paler
  QColor mist = theme.student;
  mist.setAlpha(m_marks->dataCount() > kMany ? 35 : 60);
  m_marks->setScatterStyle({QCPScatterStyle::ssDisc, QPen(mist), mist, 0.35 * theme.markSize});
}

Matrix ResampleCloud::tableOf(const ClaimStudy* claim) {
  constexpr Index kModes = 10;
  if (!claim) return Matrix(0, 3);
  const auto& spectra = claim->errors.spectra;
  Index count = 0;
  for (const Spectrum& spectrum : spectra) count += std::min(kModes, spectrum.values.size());
  Matrix rows(count, 3);
  Index at = 0;
  for (std::size_t draw = 0; draw < spectra.size(); ++draw) {
    const ComplexVector& values = spectra[draw].values;
    for (Index i = 0; i < std::min(kModes, values.size()); ++i)
      rows.row(at++) << static_cast<double>(draw + 1), values(i).real(), values(i).imag();
  }
  return rows;
}

}  // namespace keyhole
