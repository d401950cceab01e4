#include "app/audit_prior.h"

#include "core/audit/reference/answer.h"
#include "widgets/plots/axes.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>

#include <cmath>
#include <utility>

namespace keyhole {

AuditPrior::AuditPrior(QWidget* parent)
    : QWidget(parent), m_slider(new QSlider(Qt::Horizontal)), m_odds(new QLabel) {
  m_slider->setAccessibleName("Your own prior of a real slow variable, percent");
  m_slider->setRange(1, 99);
  m_slider->setValue(50);
  m_slider->setFixedWidth(220);
  m_odds->setWordWrap(true);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->addWidget(new QLabel("Your prior"));
  row->addWidget(m_slider);
  row->addWidget(m_odds, 1);
  connect(m_slider, &QSlider::sliderPressed, this, [this] { ++m_gesture; });
  connect(m_slider, &QSlider::valueChanged, this, [this](int percent) {
    if (!m_slider->isSliderDown()) ++m_gesture;
    m_value = percent / 100.0;
    showOdds();
    emit priorChosen(m_value, m_gesture);
  });
  showOdds();
}

void AuditPrior::showReport(std::shared_ptr<const AuditReport> report, bool whole) {
  m_report = std::move(report);
  m_whole = whole;
  showOdds();
}

void AuditPrior::setPrior(double prior) {
  if (prior == m_value) return;
  m_value = prior;
  const QSignalBlocker quiet(m_slider);
  m_slider->setValue(static_cast<int>(std::lround(100 * prior)));
  showOdds();
}

void AuditPrior::showOdds() {
  const bool known = m_report && m_report->odds;
  m_slider->setEnabled(known);
  if (!known) {
    m_odds->setText(m_whole ? "No weights are given, so that no prior can be put in."
                            : "Puts your own prior in, once part 5 is known.");
    return;
  }
  const ReportOdds& odds = *m_report->odds;
  m_odds->setText(
      QString("%1 %: with it a real slow variable has probability %2 (likelihood ratio %3; by the "
              "reference table's own prior of %4 it is %5 ± %6)")
          .arg(shortNumber(100 * m_value), shortNumber(withPrior(odds.likelihoodRatio, m_value)),
               shortNumber(odds.likelihoodRatio), shortNumber(odds.prior), shortNumber(odds.probability),
               shortNumber(odds.standardError)));
}

}  // namespace keyhole
