#include "app/status_line.h"

#include <QEvent>
#include <QLabel>
#include <QProgressBar>
#include <QTimer>
#include <QToolButton>

namespace keyhole {

StatusLine::StatusLine(QWidget* parent)
    : QStatusBar(parent),
      m_delay(new QTimer(this)),
      m_repaint(new QTimer(this)),
      m_facts(new QLabel(this)),
      m_hover(new QLabel(this)),
      m_what(new QLabel(this)),
      m_progress(new QProgressBar(this)),
      m_stop(new QToolButton(this)) {
  m_facts->setObjectName("facts");
  m_hover->setObjectName("hover");
  // A long text must not widen the window: what does not fit is cut.
  m_hover->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  m_hover->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  m_hover->installEventFilter(this);
  m_progress->setRange(0, 1000);
  m_progress->setTextVisible(false);
  m_progress->setFixedWidth(110);
  m_progress->setAccessibleName("Progress");
  m_stop->setObjectName("stop");
  m_stop->setText("■ Stop");
  m_stop->setToolTip("Stop computing (Esc)");
  setSizeGripEnabled(false);
  addWidget(m_facts);
  addWidget(m_hover, 1);
  for (QWidget* widget : std::initializer_list<QWidget*>{m_what, m_progress, m_stop}) {
    // Without this the line would jump whenever something is computed for a moment.
    QSizePolicy keepsItsPlace = widget->sizePolicy();
    keepsItsPlace.setRetainSizeWhenHidden(widget != m_what);
    widget->setSizePolicy(keepsItsPlace);
    addPermanentWidget(widget);
  }
  m_delay->setSingleShot(true);
  m_delay->setInterval(200);
  connect(m_delay, &QTimer::timeout, this, [this] {
    paintProgress();
    setBusy(true);
  });
  m_repaint->setSingleShot(true);
  m_repaint->setInterval(100);  // oftener nobody reads it, and each time the line is laid out anew
  connect(m_repaint, &QTimer::timeout, this, &StatusLine::paintProgress);
  connect(m_stop, &QToolButton::clicked, this, &StatusLine::stopClicked);
  showIdle();
}

void StatusLine::showExperiment(const Experiment& experiment) {
  m_facts->setText(factsOf(experiment));
}

void StatusLine::showHover(const QString& text) {
  m_hoverText = text;
  elideHover();
}

void StatusLine::elideHover() {
  const QString shown = m_hover->fontMetrics().elidedText(m_hoverText, Qt::ElideRight, m_hover->width());
  m_hover->setText(shown);
  m_hover->setToolTip(shown == m_hoverText ? QString() : m_hoverText);
}

bool StatusLine::eventFilter(QObject* watched, QEvent* event) {
  if (watched == m_hover && event->type() == QEvent::Resize) elideHover();
  return QStatusBar::eventFilter(watched, event);
}

void StatusLine::showProgress(double fraction, const QString& what) {
  m_fraction = fraction;
  m_doing = what;
  QTimer* next = m_stop->isHidden() ? m_delay : m_repaint;
  if (!next->isActive()) next->start();
}

void StatusLine::paintProgress() {
  m_what->setText(m_doing);
  m_progress->setValue(static_cast<int>(1000 * m_fraction));
}

void StatusLine::showIdle() {
  m_delay->stop();
  m_repaint->stop();
  setBusy(false);
}

void StatusLine::setBusy(bool busy) {
  for (QWidget* widget : std::initializer_list<QWidget*>{m_what, m_progress, m_stop})
    widget->setVisible(busy);
}

QString StatusLine::facts() const {
  return m_facts->text();
}

QString factsOf(const Experiment& experiment) {
  QStringList parts{"seed " + QString::number(experiment.settings.integer("teacher.seed"))};
  if (experiment.simulation) {
    const bool recorded = experiment.teacher && experiment.teacher->recording.has_value();
    // A recording is read by the teacher's stage.
    const double seconds = experiment.simulation->seconds + (recorded ? experiment.teacher->seconds : 0.0);
    parts.append((recorded ? "read " : "simulated ") + durationText(seconds));
  }
  if (experiment.fit) parts.append("fitted " + durationText(experiment.fit->seconds));
  parts.append("analysed " + durationText(experiment.analysisSeconds));
  return parts.join(" · ");
}

QString durationText(double seconds) {
  const double value = seconds < 0.1 ? seconds * 1000 : seconds;
  const QString unit = seconds < 0.1 ? QStringLiteral(" ms") : QStringLiteral(" s");
  if (value >= 10) return QString::number(value, 'f', 0) + unit;
  return QString::number(value, 'g', 2) + unit;
}

}  // namespace keyhole
