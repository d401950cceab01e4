#include "widgets/plots/panel.h"

#include <QLabel>
#include <QResizeEvent>

namespace keyhole {

Panel::Panel(QString name, QString title, QWidget* parent)
    : QWidget(parent),
      m_name(std::move(name)),
      m_title(std::move(title)),
      m_staleMark(new QLabel(tr("updating …"), this)) {
  setObjectName("panel." + m_name);
  setAccessibleName(m_title);
  setMinimumSize(140, 110);
  m_staleMark->setObjectName("staleMark");
  m_staleMark->setAttribute(Qt::WA_TransparentForMouseEvents);
  m_staleMark->hide();
}

void Panel::setExperiment(std::shared_ptr<const Experiment> experiment) {
  if (!experiment) return;
  m_experiment = std::move(experiment);
  showExperiment(*m_experiment);
}

void Panel::setStale(bool stale, bool updating) {
  m_stale = stale;
  m_staleMark->setText(updating ? tr("updating …") : tr("earlier settings"));
  m_staleMark->setVisible(stale);
  if (stale) {
    m_staleMark->adjustSize();
    m_staleMark->move(width() - m_staleMark->width() - 4, height() - m_staleMark->height() - 2);
    m_staleMark->raise();
  }
}

void Panel::setTheme(const Theme& theme) {
  m_theme = theme;
  ++m_themeChanges;
  m_staleMark->setStyleSheet(QString("color: %1; background: transparent; font-size: %2px;")
                                 .arg(theme.muted.name())
                                 .arg(theme.fontPixels));
  applyTheme();
  if (m_experiment) showExperiment(*m_experiment);
}

void Panel::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  m_staleMark->move(width() - m_staleMark->width() - 4, height() - m_staleMark->height() - 2);
}

}  // namespace keyhole
