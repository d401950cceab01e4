#include "widgets/plots/state_marks.h"

#include "core/analysis/spectrum.h"
#include "core/analysis/verdict.h"
#include "widgets/plots/axes.h"
#include "widgets/plots/segment_panel.h"

#include <cmath>

namespace keyhole {

void StateMarks::show(const Student* student, const std::optional<Sampling>& sampling, const Theme& theme,
                      QCPLegend& legend) {
  m_sampling = sampling;
  for (QCPGraph* graph : m_graphs) {
    graph->removeFromLegend(&legend);
    m_x->parentPlot()->removeGraph(graph);
  }
  m_graphs.clear();
  m_spectra.clear();
  m_shares.clear();
  if (!student || !student->switching || student->switching->A.size() < 2) return;
  const Switching& parts = *student->switching;
  m_alpha = student->alpha;
  for (std::size_t k = 0; k < parts.A.size(); ++k) {
    m_spectra.push_back(spectrumOf(parts.A[k], false).values);
    m_shares.push_back(occupancy(parts, k));
    auto* graph = m_x->parentPlot()->addGraph(m_x, m_y);
    graph->setLineStyle(QCPGraph::lsNone);
    graph->setName(QObject::tr("state %1").arg(k + 1));
    for (const auto& value : m_spectra.back()) graph->addData(value.real(), value.imag());
    graph->addToLegend(&legend);
    m_graphs.push_back(graph);
  }
  setTheme(theme);
}

void StateMarks::setTheme(const Theme& theme) {
  for (std::size_t k = 0; k < m_graphs.size(); ++k) {
    QColor fill = stateColour(static_cast<int>(k), theme);
    fill.setAlpha(255);
    m_graphs[k]->setScatterStyle({QCPScatterStyle::ssSquare, QPen(theme.foreground, 0.7 * theme.lineWidth),
                                  fill, 0.8 * theme.markSize});
  }
}

QString StateMarks::describe(QPointF pixel, double within) const {
  QString text;
  for (std::size_t k = 0; k < m_spectra.size(); ++k)
    for (const auto& value : m_spectra[k]) {
      const QPointF at(m_x->coordToPixel(value.real()), m_y->coordToPixel(value.imag()));
      const double distance = std::hypot(at.x() - pixel.x(), at.y() - pixel.y());
      if (distance >= within) continue;
      within = distance;
      text = QObject::tr("student, discrete state %1 (%2 of the time): λ = %3")
                 .arg(k + 1)
                 .arg(percent(m_shares[k]), QString::fromStdString(complexText(value)));
      text += m_sampling ? QObject::tr(" by α = %1, |λ(F)| = %2, %3")
                               .arg(shortNumber(m_alpha), shortNumber(mapModulus(value, m_alpha)),
                                    QString::fromStdString(courseText(value, m_alpha, *m_sampling)))
                         : QObject::tr(", τ = %1 τ").arg(shortNumber(std::abs(1 / (1 - value.real()))));
      if (grows(value, m_alpha)) text += QObject::tr(" (unstable)");
    }
  return text;
}

}  // namespace keyhole
