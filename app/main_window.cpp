#include "app/main_window.h"

#include "app/after_painting.h"
#include "app/ask_for_file.h"
#include "app/audit_window.h"
#include "app/compare_window.h"
#include "app/curve_follower.h"
#include "app/file_actions.h"
#include "app/gestures.h"
#include "app/help_window.h"
#include "app/main_menu.h"
#include "app/message_strip.h"
#include "app/order_window.h"
#include "app/panel_area.h"
#include "app/perturbation_window.h"
#include "app/presentation_bar.h"
#include "app/seen_text.h"
#include "app/status_line.h"
#include "app/verdict_bar.h"
#include "core/common/error.h"
#include "widgets/controls/settings_panel.h"
#include "widgets/controls/value_editor.h"
#include "widgets/plots/curve_panel.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QDropEvent>
#include <QMimeData>
#include <QScreen>
#include <QScrollArea>
#include <QSettings>
#include <QTimer>
#include <QUrl>
#include <QVBoxLayout>

namespace keyhole {

namespace {
const QString seenKey = QStringLiteral("observation.fraction");

// Whether the same fit is drawn in the same planes: those of a sketch are not yet those of the picture.
bool samePlanes(const Experiment& a, const Experiment& b) {
  const auto same = [](const auto& x, const auto& y) {
    return x == y || (x && y && samePlane(x->flow.plane, y->flow.plane));
  };
  return a.fit == b.fit && same(a.teacherAnalysis, b.teacherAnalysis) &&
         same(a.studentAnalysis, b.studentAnalysis);
}
}  // namespace

MainWindow::MainWindow(QSettings& preferences, const QString& unsavedFolder)
    : m_preferences(preferences), m_recent(preferences), m_unsaved(unsavedFolder) {
  setObjectName("mainWindow");
  setAcceptDrops(true);
  buildParts();
  m_files =
      new FileActions(m_document, m_recent, m_unsaved, *this, [this] { return m_panels->layoutText(); });
  connectDocument();
  connectWorker();
  connectPanels();
  connectCurve();
  buildMainMenu(*this);
  restorePreferences();
  m_appearance.setTheme(QString::fromStdString(m_document.settings().text("view.theme")));
  updateTheme();
  updateTitle();
  showSettings();
  offerUnsavedSession();
}

void MainWindow::start(const QString& presetOrPath) {
  if (!presetOrPath.isEmpty()) open(presetOrPath);
  m_document.history().clear();  // what the program was started with is not a change
  m_worker.request(m_document.settings());
}

MainWindow::~MainWindow() = default;

void MainWindow::buildParts() {
  m_panels = new PanelArea;
  m_verdict = new VerdictBar;
  m_messages = new MessageStrip;
  m_presentation = new PresentationBar;
  m_presentation->hide();
  auto* centre = new QWidget(this);
  auto* column = new QVBoxLayout(centre);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(m_verdict);
  column->addWidget(m_messages);
  column->addWidget(m_panels, 1);
  column->addWidget(m_presentation);
  setCentralWidget(centre);

  m_controls = new SettingsPanel;
  auto* scroll = new QScrollArea;
  scroll->setWidget(m_controls);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  // Always there, so that nothing is covered when it is needed.
  scroll->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
  m_controlsDock = new QDockWidget("Controls", this);
  m_controlsDock->setObjectName("controls");
  m_controlsDock->setAllowedAreas(Qt::LeftDockWidgetArea | Qt::RightDockWidgetArea);
  m_controlsDock->setTitleBarWidget(new QWidget(m_controlsDock));  // the panel speaks for itself
  m_controlsDock->setWidget(scroll);
  addDockWidget(Qt::LeftDockWidgetArea, m_controlsDock);

  m_status = new StatusLine;
  setStatusBar(m_status);
  m_staleSoon = new QTimer(this);
  m_staleSoon->setSingleShot(true);
  m_staleSoon->setInterval(120);  // a picture that follows at once need not be marked
}

void MainWindow::connectDocument() {
  connect(&m_document, &Document::settingsChanged, this, &MainWindow::takeSettings);
  connect(&m_document, &Document::nameChanged, this, &MainWindow::updateTitle);
  connect(&m_document, &Document::replaced, this, &MainWindow::showKeptAudit);
  connect(m_files, &FileActions::problem, this, &MainWindow::showProblem);
  connect(m_files, &FileActions::done, m_status, &StatusLine::showHover);
  connect(m_files, &FileActions::layoutRead, this, [this](const QString& layout) {
    if (!layout.isEmpty()) m_panels->setLayoutText(layout);
  });
  connect(m_controls, &SettingsPanel::valueEdited, this, &MainWindow::edit);
  connect(m_presentation, &PresentationBar::valueEdited, this, &MainWindow::edit);
}

void MainWindow::connectWorker() {
  connect(&m_worker, &ExperimentWorker::experimentReady, this, &MainWindow::showExperiment);
  m_worker.letDraw(std::chrono::milliseconds(40));  // a window of panels takes less
  connect(&m_worker, &ExperimentWorker::failed, this, &MainWindow::showFailure);
  connect(&m_worker, &ExperimentWorker::progress, m_status, &StatusLine::showProgress);
  connect(&m_worker, &ExperimentWorker::progress, this, [this] { m_busy = true; });
  connect(&m_worker, &ExperimentWorker::objective, m_panels, &PanelArea::addObjective);
  connect(&m_worker, &ExperimentWorker::idle, m_status, &StatusLine::showIdle);
  connect(&m_worker, &ExperimentWorker::idle, this, [this] { m_busy = false; });
  connect(&m_worker, &ExperimentWorker::stopped, this, [this] {
    m_staleSoon->stop();
    if (!m_shown) m_verdict->showNoPicture(false);
    markIfEarlier();
    m_status->showHover(
        "Stopped. The picture is the last one that was ready; any change computes a new one.");
  });
  connect(&m_probes, &ProbeWorker::failed, this, &MainWindow::showProblem);
  connect(&m_probes, &ProbeWorker::ready, this,
          [this](const std::shared_ptr<const Experiment>& of, const Probe& probe) {
            if (m_shown && samePlanes(*of, *m_shown)) m_panels->setProbe(probe);
          });
  connect(m_staleSoon, &QTimer::timeout, this, [this] { markStale(true); });
}

void MainWindow::connectPanels() {
  connect(m_status, &StatusLine::stopClicked, &m_worker, &ExperimentWorker::stop);
  connect(m_panels, &PanelArea::hovered, m_status, &StatusLine::showHover);
  connect(m_panels, &PanelArea::pseudospectrumWanted, &m_pseudospectra, &PseudospectrumWorker::request);
  connect(&m_pseudospectra, &PseudospectrumWorker::ready, m_panels, &PanelArea::setPseudospectrum);
  connect(m_panels, &PanelArea::probeRequested, this, [this](Side plane, double x, double y) {
    if (m_shown) m_probes.request(m_shown, plane, x, y);
  });
}

void MainWindow::connectCurve() {
  auto* panel = qobject_cast<CurvePanel*>(m_panels->panel("curve"));
  m_curves = new CurveFollower(*panel, this);
  connect(panel, &CurvePanel::fractionDragged, this, [this](double fraction, int gesture) {
    edit(seenKey, fraction, gestureNumber(GesturesOf::curve, gesture));
  });
}

void MainWindow::edit(const QString& key, const SettingValue& value, int gesture) {
  try {
    m_document.changeSetting(key, value, gesture);
  } catch (const InputError& error) {
    showProblem(QString::fromUtf8(error.what()));
    showSettings();
  }
}

void MainWindow::takeSettings(const QStringList& keys) {
  const Settings& settings = m_document.settings();
  if (keys.contains("view.theme")) m_appearance.setTheme(QString::fromStdString(settings.text("view.theme")));
  m_messages->clearProblem();
  m_status->showHover(QString());  // what was said of the settings before is not true of these
  showSettings();
  // The picture is of earlier settings only if something was computed from what changed.
  if (m_shown && !staleThrough(m_shown->settings, settings, Stage::analysis))
    m_staleSoon->stop();
  else if (!m_staleSoon->isActive())
    m_staleSoon->start();
  if (!m_shown) m_verdict->showNoPicture(true);
  m_curves->settingsChanged(settings);
  if (m_audit) m_audit->setSettings(settings);
  m_worker.request(settings);
}

void MainWindow::showSettings() {
  m_controls->showSettings(m_document.settings());
  showSeen();
}

// How many units that is; of a file it is known once there is a picture.
void MainWindow::showSeen() {
  const QString seen = seenText(m_document.settings(), m_shown.get());
  m_controls->setNote(seenKey, seen);
  m_presentation->showSettings(m_document.settings(), seen);
}

void MainWindow::showExperiment(const std::shared_ptr<const Experiment>& experiment) {
  m_shown = experiment;
  m_panels->showExperiment(experiment);
  m_verdict->showExperiment(*experiment);
  m_status->showExperiment(*experiment);
  if (m_compare && experiment->reached > Depth::sketch) m_compare->setExperiment(experiment);
  m_curves->follow(*experiment);
  if (m_order) m_order->setExperiment(experiment);
  if (m_perturbation) m_perturbation->setExperiment(experiment);
  afterPainting(this, [this, experiment] { m_worker.drawn(experiment); });
  if (staleThrough(experiment->settings, m_document.settings(), Stage::analysis)) return;
  m_staleSoon->stop();
  m_verdict->setStale(false);
  m_messages->pictureShown();
  showSeen();
  const QString changed = m_document.takeRecording(experiment->asked, *experiment->teacher);
  if (!changed.isEmpty()) m_messages->showNotice(changed);
}

void MainWindow::showProblem(const QString& sentence) {
  m_messages->showProblem(inLabels(sentence));
}

void MainWindow::showFailure(const QString& sentence) {
  m_messages->showProblem(inLabels(sentence), MessageStrip::Ends::withNextPicture);
  m_staleSoon->stop();
  if (!m_shown) {  // nothing is earlier, and nothing is on its way
    m_verdict->showNoPicture(false);
    m_verdict->setStale(false);
    m_panels->setStale(false, false);
  } else {
    markIfEarlier();
  }
}

// Where nothing newer is on its way. A picture of these settings that is not yet whole is of no earlier ones.
void MainWindow::markIfEarlier() {
  if (m_shown && staleThrough(m_shown->settings, m_document.settings(), Stage::analysis)) markStale(false);
}

void MainWindow::markStale(bool updating) {
  m_panels->setStale(true, updating);
  m_verdict->setStale(true, updating);
  if (m_perturbation) m_perturbation->setStale(true, updating);
}

void MainWindow::open(const QString& presetOrPath) {
  for (const Preset& preset : presets())
    if (QString::fromStdString(preset.name) == presetOrPath) return applyPreset(preset);
  m_files->open(presetOrPath);
}

void MainWindow::applyPreset(const Preset& preset) {
  m_document.applyPreset(preset);
  m_status->showHover(QString::fromStdString(preset.question));
}

void MainWindow::tellExport(const QString& outcome, bool good) {
  good ? m_status->showHover(outcome) : showProblem(outcome);
}

void MainWindow::exportFigure() {
  m_exports.askForFigure(*this, m_shown,
                         [this](const QString& outcome, bool good) { tellExport(outcome, good); });
}

void MainWindow::exportData() {
  m_exports.askForData(*this, m_shown,
                       [this](const QString& outcome, bool good) { tellExport(outcome, good); });
}

void MainWindow::escape() {
  if (m_busy)
    m_worker.stop();
  else
    setPresenting(false);
}

void MainWindow::setPresenting(bool presenting) {
  if (presenting == m_presenting) return;
  m_presenting = presenting;
  m_appearance.setPresenting(presenting);
  m_controlsDock->setVisible(!presenting);
  m_presentation->setVisible(presenting);
  m_panels->setPresenting(presenting);
  updateTheme();
  setWindowState(presenting ? windowState() | Qt::WindowFullScreen : windowState() & ~Qt::WindowFullScreen);
  emit presentingChanged(presenting);
}

void MainWindow::resetLayout() {
  m_controlsDock->setFloating(false);
  addDockWidget(Qt::LeftDockWidgetArea, m_controlsDock);
  m_controlsDock->setVisible(!m_presenting);
  m_panels->resetLayout();
}

void MainWindow::updateTitle() {
  setWindowTitle(m_document.displayName() + "[*] – Keyhole");
  setWindowModified(m_document.isModified());
}

void MainWindow::updateTheme() {
  const Theme theme = Theme::of(palette(), QApplication::font());
  m_panels->setTheme(theme);
  if (m_compare) m_compare->setTheme(theme);
  if (m_order) m_order->setTheme(theme);
  if (m_perturbation) m_perturbation->setTheme(theme);
  if (m_audit) m_audit->setTheme(theme);
}

void MainWindow::restorePreferences() {
  // As large as the panels like, within the screen; what the user left is restored below.
  const QSize room = screen()->availableSize();
  resize(QSize(1500, 900).boundedTo(QSize(room.width() - 10, room.height() - 40)));
  restoreGeometry(m_preferences.value("window/geometry").toByteArray());
  restoreState(m_preferences.value("window/state").toByteArray());
  m_panels->setLayoutText(m_preferences.value("window/panels").toString());
  if (m_preferences.contains("window/sections"))
    m_controls->setOpenSections(m_preferences.value("window/sections").toStringList());
}

void MainWindow::offerUnsavedSession() {
  const QString path = m_files->offerUnsaved();
  if (path.isEmpty()) return;
  m_messages->showOffer("The last session was closed without saving it, and was kept.", "Restore it",
                        [this, path] { m_files->restoreOffered(path); });
}

void MainWindow::closeEvent(QCloseEvent* event) {
  m_files->keepUnsaved();
  setPresenting(false);
  m_preferences.setValue("window/geometry", saveGeometry());
  m_preferences.setValue("window/state", saveState());
  m_preferences.setValue("window/panels", m_panels->layoutText());
  m_preferences.setValue("window/sections", m_controls->openSections());
  QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent* event) {
  QMainWindow::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && m_panels) updateTheme();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls() && event->mimeData()->urls().first().isLocalFile())
    event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  event->acceptProposedAction();
  const QList<QUrl> urls = event->mimeData()->urls();
  m_files->offer(urls.first().toLocalFile());
  if (urls.size() > 1)
    m_messages->showNotice(QString("%1 files were dropped, and one can be open: %2 is; the others were left "
                                   "alone (keyhole fit takes several as trials).")
                               .arg(urls.size())
                               .arg(urls.first().fileName()));
}

}  // namespace keyhole
