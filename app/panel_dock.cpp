#include "app/panel_dock.h"

#include "widgets/plots/panel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QToolButton>

namespace keyhole {

PanelDock::PanelDock(Panel* panel, QWidget* parent) : QDockWidget(panel->title(), parent), m_panel(panel) {
  setObjectName("dock." + panel->name());
  setFeatures(DockWidgetMovable | DockWidgetFloatable | DockWidgetClosable);
  setWidget(panel);
  setTitleBarWidget(buildTitleLine());
}

QWidget* PanelDock::buildTitleLine() {
  auto* line = new QWidget(this);
  line->setObjectName("titleLine");
  auto* layout = new QHBoxLayout(line);
  layout->setContentsMargins(6, 0, 2, 0);
  layout->setSpacing(0);
  auto* title = new QLabel(windowTitle(), line);
  title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  layout->addWidget(title, 1);
  QToolButton* afloat = addButton(line, "❐", "Float this panel, or put it back");
  m_enlarge = addButton(line, QString(), QString());
  QToolButton* close = addButton(line, "✕", "Hide this panel (the View menu brings it back)");
  connect(afloat, &QToolButton::clicked, this, [this] { setFloating(!isFloating()); });
  connect(m_enlarge, &QToolButton::clicked, this, &PanelDock::enlargeToggled);
  connect(close, &QToolButton::clicked, this, &PanelDock::closedByUser);
  line->installEventFilter(this);
  setEnlarged(false);
  return line;
}

QToolButton* PanelDock::addButton(QWidget* line, const QString& text, const QString& help) {
  auto* button = new QToolButton(line);
  button->setText(text);
  button->setAutoRaise(true);
  button->setFocusPolicy(Qt::TabFocus);
  button->setToolTip(help);
  button->setAccessibleName(help);
  line->layout()->addWidget(button);
  return button;
}

void PanelDock::setEnlarged(bool enlarged) {
  m_enlarge->setText(enlarged ? "▣" : "□");
  const QString help = enlarged ? "Back to all panels (double click)" : "Enlarge this panel (double click)";
  m_enlarge->setToolTip(help);
  m_enlarge->setAccessibleName(help);
}

bool PanelDock::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::MouseButtonDblClick) {
    emit enlargeToggled();
    return true;
  }
  return QDockWidget::eventFilter(watched, event);
}

}  // namespace keyhole
