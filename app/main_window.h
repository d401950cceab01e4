// The window: composes controls, panels, verdict and menus around one document and one worker. What they do
// stands in their own files.
#pragma once

#include "app/appearance.h"
#include "app/document.h"
#include "app/experiment_worker.h"
#include "app/export.h"
#include "app/probe_worker.h"
#include "app/pseudospectrum_worker.h"
#include "app/recent_files.h"
#include "app/unsaved_sessions.h"

#include <QMainWindow>

class QDockWidget;
class QSettings;
class QTimer;

namespace keyhole {

class AuditWindow;
class CompareWindow;
class CurveFollower;
class FileActions;
class HelpWindow;
class PerturbationWindow;
class MessageStrip;
class OrderWindow;
class PanelArea;
class PresentationBar;
class SettingsPanel;
class StatusLine;
class VerdictBar;

class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  // preferences must outlive the window. unsavedFolder: where unsaved sessions are kept.
  MainWindow(QSettings& preferences, const QString& unsavedFolder);
  ~MainWindow() override;

  Document& document() { return m_document; }
  ExperimentWorker& worker() { return m_worker; }
  ProbeWorker& probes() { return m_probes; }
  FileActions& files() { return *m_files; }
  Exports& exports() { return m_exports; }
  RecentFiles& recentFiles() { return m_recent; }
  PanelArea& panels() { return *m_panels; }
  SettingsPanel& controls() { return *m_controls; }
  QDockWidget& controlsDock() { return *m_controlsDock; }
  MessageStrip& messages() { return *m_messages; }

  // The newest experiment that is shown; null before the first.
  const std::shared_ptr<const Experiment>& shown() const { return m_shown; }

  // Computes the first picture: of a preset or a file, or of the default settings if the text is empty.
  void start(const QString& presetOrPath);

  // A preset's name, or a file.
  void open(const QString& presetOrPath);
  void applyPreset(const Preset& preset);
  void exportFigure();
  void exportData();
  void setPresenting(bool presenting);
  bool isPresenting() const { return m_presenting; }
  void resetLayout();
  void showHelp(const QString& anchor);
  // Opens the table of methods.
  CompareWindow& showComparison();
  // Opens the curve of numbers of latents.
  OrderWindow& showOrder();
  // Opens the window that pushes teacher and students.
  PerturbationWindow& showPerturbation();
  // Opens the audit of the recording.
  AuditWindow& showAudit();
  // Stops what is being computed; if nothing is, leaves the presentation.
  void escape();
  // Computes the experiment of the present settings once more (after a stop).
  void computeAgain() { m_worker.request(m_document.settings()); }

 signals:
  void presentingChanged(bool presenting);

 protected:
  void closeEvent(QCloseEvent* event) override;
  void changeEvent(QEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void buildParts();
  void connectDocument();
  void connectWorker();
  void connectPanels();
  void connectCurve();
  void restorePreferences();
  void offerUnsavedSession();

  void edit(const QString& key, const SettingValue& value, int gesture);
  void takeSettings(const QStringList& keys);
  void showSettings();
  void showSeen();
  void showExperiment(const std::shared_ptr<const Experiment>& experiment);
  void showKeptAudit();
  void takeNumber(bool latents, Index number);
  void showProblem(const QString& sentence);
  void tellExport(const QString& outcome, bool good);
  void showFailure(const QString& sentence);  // of an experiment
  void markStale(bool updating);
  void markIfEarlier();
  void updateTitle();
  void updateTheme();

  QSettings& m_preferences;
  Appearance m_appearance;
  Document m_document;
  RecentFiles m_recent;
  UnsavedSessions m_unsaved;
  std::shared_ptr<const Experiment> m_shown;
  bool m_presenting = false;
  bool m_busy = false;

  PanelArea* m_panels = nullptr;
  SettingsPanel* m_controls = nullptr;
  QDockWidget* m_controlsDock = nullptr;
  VerdictBar* m_verdict = nullptr;
  MessageStrip* m_messages = nullptr;
  PresentationBar* m_presentation = nullptr;
  StatusLine* m_status = nullptr;
  FileActions* m_files = nullptr;
  HelpWindow* m_help = nullptr;
  AuditWindow* m_audit = nullptr;
  CompareWindow* m_compare = nullptr;
  OrderWindow* m_order = nullptr;
  PerturbationWindow* m_perturbation = nullptr;
  CurveFollower* m_curves = nullptr;
  QTimer* m_staleSoon = nullptr;

  ProbeWorker m_probes;
  PseudospectrumWorker m_pseudospectra;
  Exports m_exports;
  ExperimentWorker m_worker;  // last: stops first
};

}  // namespace keyhole
