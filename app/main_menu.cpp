#include "app/main_menu.h"

#include "app/file_actions.h"
#include "app/main_window.h"
#include "app/panel_area.h"
#include "app/panel_dock.h"

#include <QActionGroup>
#include <QDockWidget>
#include <QFileInfo>
#include <QMenuBar>
#include <QWhatsThis>

namespace keyhole {

namespace {

template <class Do>
QAction* add(QMenu* menu, const QString& text, const QKeySequence& keys, MainWindow& window, Do&& work) {
  QAction* action = menu->addAction(text);
  action->setShortcut(keys);
  QObject::connect(action, &QAction::triggered, &window, std::forward<Do>(work));
  return action;
}

void addPresets(QMenu* file, MainWindow& window) {
  QMenu* menu = file->addMenu("&Presets");
  menu->setObjectName("presets");
  menu->setToolTipsVisible(true);
  for (const Preset& preset : presets()) {
    QAction* action = menu->addAction(QString::fromStdString(preset.title));
    action->setToolTip(QString::fromStdString(preset.question));
    action->setStatusTip(action->toolTip());
    QObject::connect(action, &QAction::triggered, &window,
                     [&window, &preset] { window.applyPreset(preset); });
  }
}

void addRecentFiles(QMenu* file, MainWindow& window) {
  QMenu* menu = file->addMenu("Open &recent");
  QObject::connect(menu, &QMenu::aboutToShow, &window, [menu, &window] {
    menu->clear();
    const QStringList paths = window.recentFiles().paths();
    if (paths.isEmpty()) menu->addAction("No files yet")->setEnabled(false);
    for (const QString& path : paths) {
      // An ampersand in a name is not a mnemonic.
      QAction* action = menu->addAction(QFileInfo(path).fileName().replace('&', "&&"));
      action->setToolTip(path);
      QObject::connect(action, &QAction::triggered, &window, [&window, path] { window.open(path); });
    }
    menu->setToolTipsVisible(true);
  });
}

void buildFileMenu(QMenuBar* bar, MainWindow& window) {
  QMenu* menu = bar->addMenu("&File");
  FileActions& files = window.files();
  add(menu, "&New", QKeySequence::New, window, [&files] { files.startNew(); });
  add(menu, "&Open session …", QKeySequence::Open, window, [&files] { files.askForSession(); });
  add(menu, "Open r&ecording …", QKeySequence("Ctrl+R"), window, [&files] { files.askForRecording(); });
  add(menu, "Open &connectivity …", QKeySequence("Ctrl+M"), window, [&files] { files.askForConnectivity(); });
  addPresets(menu, window);
  addRecentFiles(menu, window);
  QAction* restore =
      add(menu, "Restore &last session", QKeySequence(), window, [&files] { files.restoreLast(); });
  QObject::connect(menu, &QMenu::aboutToShow, restore,
                   [restore, &files] { restore->setEnabled(files.hasUnsavedCopy()); });
  menu->addSeparator();
  add(menu, "&Save", QKeySequence::Save, window, [&files] { files.save(); });
  add(menu, "Save &as …", QKeySequence("Ctrl+Shift+S"), window, [&files] { files.saveAs(); });
  menu->addSeparator();
  add(menu, "Export &figure …", QKeySequence("Ctrl+E"), window, [&window] { window.exportFigure(); });
  add(menu, "Export &data …", QKeySequence("Ctrl+Shift+E"), window, [&window] { window.exportData(); });
  menu->addSeparator();
  add(menu, "&Quit", QKeySequence("Ctrl+Q"), window, [&window] { window.close(); });
}

void buildEditMenu(QMenuBar* bar, MainWindow& window) {
  QMenu* menu = bar->addMenu("&Edit");
  QUndoStack& history = window.document().history();
  QAction* undo = history.createUndoAction(&window, "&Undo");
  undo->setShortcut(QKeySequence::Undo);
  QAction* redo = history.createRedoAction(&window, "&Redo");
  redo->setShortcuts({QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")});
  menu->addActions({undo, redo});
  menu->addSeparator();
  add(menu, "Reset &all settings", QKeySequence(), window, [&window] { window.document().resetAll(); });
}

void addPanelToggles(QMenu* menu, MainWindow& window) {
  PanelArea& panels = window.panels();
  for (const PanelDock* dock : panels.docks()) {
    const QString name = dock->panel()->name();
    QAction* action = menu->addAction(dock->windowTitle());
    action->setCheckable(true);
    action->setChecked(panels.isWanted(name));
    QObject::connect(action, &QAction::triggered, &panels,
                     [&panels, name](bool checked) { panels.setWanted(name, checked); });
    QObject::connect(&panels, &PanelArea::wantedChanged, action,
                     [action, name](const QString& which, bool wanted) {
                       if (which == name) action->setChecked(wanted);
                     });
  }
}

void addThemes(QMenu* view, MainWindow& window) {
  static constexpr auto key = "view.theme";
  QMenu* menu = view->addMenu("&Theme");
  auto* group = new QActionGroup(menu);
  for (const Choice& choice : settingRow(key).choices) {
    QAction* action = group->addAction(QString::fromStdString(choice.label));
    action->setCheckable(true);
    action->setData(QString::fromStdString(choice.name));
    menu->addAction(action);
    QObject::connect(action, &QAction::triggered, &window, [&window, name = choice.name] {
      Settings settings = window.document().settings();
      settings.set(key, name);
      window.document().changeSettings(settings, "Change theme");
    });
  }
  QObject::connect(menu, &QMenu::aboutToShow, group, [group, &window] {
    const QString now = QString::fromStdString(window.document().settings().text(key));
    for (QAction* action : group->actions()) action->setChecked(action->data().toString() == now);
  });
}

void buildViewMenu(QMenuBar* bar, MainWindow& window) {
  QMenu* menu = bar->addMenu("&View");
  QAction* controls = window.controlsDock().toggleViewAction();
  controls->setShortcut(QKeySequence("F9"));
  menu->addAction(controls);
  menu->addSeparator();
  addPanelToggles(menu, window);
  menu->addSeparator();
  add(menu, "Reset &layout", QKeySequence(), window, [&window] { window.resetLayout(); });
  addThemes(menu, window);
  QAction* presenting = menu->addAction("&Presentation");
  presenting->setCheckable(true);
  presenting->setShortcut(QKeySequence("F11"));
  QObject::connect(presenting, &QAction::triggered, &window, &MainWindow::setPresenting);
  QObject::connect(&window, &MainWindow::presentingChanged, presenting, &QAction::setChecked);
}

void buildRunMenu(QMenuBar* bar, MainWindow& window) {
  QMenu* menu = bar->addMenu("&Run");
  add(menu, "&New draw (next seed)", QKeySequence("F5"), window, [&window] { window.document().newSeed(); });
  add(menu, "&Compare methods …", QKeySequence("Ctrl+T"), window, [&window] { window.showComparison(); });
  add(menu, "How many &latents? …", QKeySequence("Ctrl+L"), window, [&window] { window.showOrder(); });
  add(menu, "&Perturb …", QKeySequence("Ctrl+K"), window, [&window] { window.showPerturbation(); });
  add(menu, "A&udit …", QKeySequence("Ctrl+U"), window, [&window] { window.showAudit(); });
  add(menu, "Compute &again", QKeySequence("Ctrl+Return"), window, [&window] { window.computeAgain(); });
  add(menu, "&Stop", QKeySequence("Esc"), window, [&window] { window.escape(); });
}

void buildHelpMenu(QMenuBar* bar, MainWindow& window) {
  QMenu* menu = bar->addMenu("&Help");
  add(menu, "&Manual", QKeySequence("F1"), window, [&window] { window.showHelp(QString()); });
  add(menu, "How to read the &panels", QKeySequence(), window, [&window] { window.showHelp("panels"); });
  add(menu, "&Keys", QKeySequence(), window, [&window] { window.showHelp("keys"); });
  menu->addAction(QWhatsThis::createAction(menu));
  menu->addSeparator();
  add(menu, "&About, and how to cite", QKeySequence(), window, [&window] { window.showHelp("about"); });
}

}  // namespace

void buildMainMenu(MainWindow& window) {
  QMenuBar* bar = window.menuBar();
  buildFileMenu(bar, window);
  buildEditMenu(bar, window);
  buildViewMenu(bar, window);
  buildRunMenu(bar, window);
  buildHelpMenu(bar, window);
}

}  // namespace keyhole
