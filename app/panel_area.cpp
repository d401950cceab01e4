#include "app/panel_area.h"

#include "app/panel_dock.h"
#include "widgets/plots/panels.h"

#include <QTimer>

#include <algorithm>

namespace keyhole {

namespace {

// Shown only once they are wanted.
QSet<QString> optionalPanels() {
  QSet<QString> names;
  for (const PanelRow& row : panelTable())
    if (row.shown == PanelShown::onceItIsWanted) names.insert(row.name);
  return names;
}

}  // namespace

PanelArea::PanelArea(QWidget* parent) : QMainWindow(parent) {
  // A child of the window, not a window of its own.
  setWindowFlags(Qt::Widget);
  setObjectName("panelArea");
  setDockNestingEnabled(true);
  setDockOptions(AllowNestedDocks | AllowTabbedDocks | AnimatedDocks);
  setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
  for (const PanelRow& row : panelTable()) {
    addPanel(row.make(this));
    if (row.shown != PanelShown::always) m_silent.insert(row.name);
  }
  m_unwanted = optionalPanels();
  placeDocks();
  updateVisibility();
}

void PanelArea::addPanel(Panel* panel) {
  auto* dock = new PanelDock(panel, this);
  m_docks.push_back(dock);
  const QString name = panel->name();
  connect(panel, &Panel::hovered, this, &PanelArea::hovered);
  connect(panel, &Panel::probeRequested, this, &PanelArea::probeRequested);
  connect(panel, &Panel::pseudospectrumWanted, this, &PanelArea::pseudospectrumWanted);
  connect(panel, &Panel::modeHovered, this, [this](const std::vector<Index>& units) {
    for (PanelDock* other : m_docks) other->panel()->highlightUnits(units);
  });
  connect(dock, &PanelDock::enlargeToggled, this, [this, name] { toggleEnlarged(name); });
  connect(dock, &QDockWidget::topLevelChanged, this, &PanelArea::touched);
  connect(dock, &QDockWidget::dockLocationChanged, this, [this] { m_given.clear(); });
  connect(dock, &PanelDock::closedByUser, this, [this, name] { setWanted(name, false); });
}

PanelDock* PanelArea::dock(const QString& name) const {
  for (PanelDock* dock : m_docks)
    if (dock->panel()->name() == name) return dock;
  return nullptr;
}

Panel* PanelArea::panel(const QString& name) const {
  const PanelDock* found = dock(name);
  return found ? found->panel() : nullptr;
}

void PanelArea::placeDocks() {
  QList<QDockWidget*> heads;
  QList<int> heights;
  for (const WindowRow& row : windowRows()) {
    PanelDock* head = dock(row.panels.first());
    if (heads.isEmpty())
      addDockWidget(Qt::TopDockWidgetArea, head);
    else
      splitDockWidget(heads.last(), head, Qt::Vertical);
    heads.append(head);
    heights.append(100 * row.height);
  }
  for (const WindowRow& row : windowRows()) {
    QList<QDockWidget*> docks;
    for (const QString& name : row.panels) docks.append(dock(name));
    for (qsizetype i = 1; i < docks.size(); ++i) splitDockWidget(docks[i - 1], docks[i], Qt::Horizontal);
    resizeDocks(docks, QList<int>(docks.size(), 100), Qt::Horizontal);
  }
  resizeDocks(heads, heights, Qt::Vertical);
}

void PanelArea::showExperiment(const std::shared_ptr<const Experiment>& experiment) {
  for (PanelDock* dock : m_docks) {
    Panel* panel = dock->panel();
    const bool speaks = panel->speaksFor(*experiment);
    if (speaks) {
      m_silent.remove(panel->name());
      panel->setExperiment(experiment);
    } else if (experiment->reached >= Depth::numbers && !panel->awaits(*experiment)) {
      m_silent.insert(panel->name());
    }
    // In a coarse pass a panel without anything new keeps its picture, marked as the earlier one.
    panel->setStale(!speaks);
  }
  updateVisibility();
}

void PanelArea::setStale(bool stale, bool updating) {
  for (PanelDock* dock : m_docks) dock->panel()->setStale(stale, updating);
}

void PanelArea::setTheme(const Theme& theme) {
  for (PanelDock* dock : m_docks) dock->panel()->setTheme(theme);
}

void PanelArea::addObjective(int start, int iteration, double value) {
  constexpr qint64 kWorthWatching = 700;  // ms: a short fit would only make the panels jump
  if (start == 0 && iteration <= 0) m_fitting.start();
  if (m_silent.contains("objective") && m_fitting.isValid() && m_fitting.elapsed() > kWorthWatching) {
    m_silent.remove("objective");
    updateVisibility();
  }
  for (PanelDock* dock : m_docks) dock->panel()->addObjective(start, iteration, value);
}

void PanelArea::setProbe(const Probe& probe) {
  for (PanelDock* dock : m_docks) dock->panel()->setProbe(probe);
}

void PanelArea::setPseudospectrum(const PseudospectrumRequest& request,
                                  const std::shared_ptr<const Pseudospectrum>& grid) {
  for (PanelDock* dock : m_docks) dock->panel()->setPseudospectrum(request, grid);
}

bool PanelArea::isWanted(const QString& name) const {
  return !m_unwanted.contains(name);
}

void PanelArea::setWanted(const QString& name, bool wanted) {
  if (wanted == isWanted(name)) return;
  m_given.clear();
  if (wanted)
    m_unwanted.remove(name);
  else
    m_unwanted.insert(name);
  if (m_enlarged == name && !wanted) toggleEnlarged(name);
  updateVisibility();
  emit wantedChanged(name, wanted);
}

void PanelArea::setPresenting(bool presenting) {
  m_presenting = presenting;
  updateVisibility();
}

// In a talk a panel that cannot be read is worse than none: the lower rows make way.
QSet<QString> PanelArea::crowdedOut() const {
  constexpr int kLinesPerRow = 9;  // of text, with the title
  QSet<QString> names;
  if (!m_presenting) return names;
  const qsizetype fitting = std::max(height() / (kLinesPerRow * fontMetrics().height()), 1);
  qsizetype row = 0;
  for (const WindowRow& shown : windowRows()) {
    const QStringList& panels = shown.panels;
    const bool speaks = std::any_of(panels.begin(), panels.end(), [this](const QString& name) {
      return isWanted(name) && !m_silent.contains(name);
    });
    if (speaks && row++ >= fitting) names.unite(QSet<QString>(panels.begin(), panels.end()));
  }
  return names;
}

void PanelArea::resizeEvent(QResizeEvent* event) {
  QMainWindow::resizeEvent(event);
  if (m_presenting) updateVisibility();
}

void PanelArea::updateVisibility() {
  const QSet<QString> out = crowdedOut();
  const bool lonely = !m_enlarged.isEmpty() && !m_silent.contains(m_enlarged);
  bool changed = false;
  for (PanelDock* dock : m_docks) {
    const QString name = dock->panel()->name();
    const bool speaks = isWanted(name) && !m_silent.contains(name) && !out.contains(name);
    const bool visible = lonely ? name == m_enlarged : speaks;
    changed = changed || visible == dock->isHidden();
    dock->setVisible(visible);
    dock->setEnlarged(lonely && name == m_enlarged);
  }
  // Once Qt has laid out the docks that came or went.
  if (changed) QTimer::singleShot(0, this, &PanelArea::spreadRows);
}

void PanelArea::toggleEnlarged(const QString& name) {
  if (m_enlarged.isEmpty()) {
    if (PanelDock* found = dock(name)) found->setFloating(false);
    m_beforeEnlarging = saveState();
    m_enlarged = name;
    updateVisibility();
    return;
  }
  m_enlarged.clear();
  restoreState(m_beforeEnlarging);
  updateVisibility();
}

void PanelArea::resetLayout() {
  m_given.clear();
  m_touched = false;
  m_enlarged.clear();
  const QSet<QString> before = std::exchange(m_unwanted, optionalPanels());
  for (PanelDock* dock : m_docks) {
    dock->setFloating(false);
    removeDockWidget(dock);
  }
  placeDocks();
  updateVisibility();
  for (const PanelDock* dock : m_docks) {
    const QString name = dock->panel()->name();
    if (before.contains(name) == isWanted(name)) emit wantedChanged(name, isWanted(name));
  }
}

void PanelArea::touched() {
  m_touched = true;
  m_given.clear();
}

// The panels that are there share their row, until the user decides otherwise.
void PanelArea::spreadRows() {
  if (m_touched || !m_enlarged.isEmpty()) return;
  for (const WindowRow& place : windowRows()) {
    QList<QDockWidget*> row;
    QList<int> shares;
    for (const QString& name : place.panels) {
      PanelDock* shown = dock(name);
      if (shown->isHidden()) continue;
      row.append(shown);
      shares.append(100 * panelRow(name)->window.share);
    }
    resizeDocks(row, shares, Qt::Horizontal);
  }
}

void PanelArea::mousePressEvent(QMouseEvent* event) {
  touched();
  QMainWindow::mousePressEvent(event);
}

QString PanelArea::layoutText() const {
  if (!m_given.isEmpty()) return m_given;
  const QByteArray state = m_enlarged.isEmpty() ? saveState() : m_beforeEnlarging;
  QStringList hidden = (m_unwanted - optionalPanels()).values();
  for (const QString& name : optionalPanels() - m_unwanted) hidden.append('+' + name);
  hidden.sort();
  return hidden.join(',') + ';' + QString::fromLatin1(state.toBase64());
}

bool PanelArea::setLayoutText(const QString& text) {
  const qsizetype end = text.indexOf(';');
  if (end < 0) return false;
  m_enlarged.clear();
  if (!restoreState(QByteArray::fromBase64(text.mid(end + 1).toLatin1()))) return false;
  const QStringList hidden = text.left(end).split(',', Qt::SkipEmptyParts);
  const QSet<QString> before = std::exchange(m_unwanted, optionalPanels());
  for (const QString& name : hidden)
    if (name.startsWith('+'))
      m_unwanted.remove(name.mid(1));
    else
      m_unwanted.insert(name);
  updateVisibility();
  for (const PanelDock* dock : m_docks) {
    const QString name = dock->panel()->name();
    if (before.contains(name) == isWanted(name)) emit wantedChanged(name, isWanted(name));
  }
  m_given = text;
  m_touched = true;
  return true;
}

}  // namespace keyhole
