// What a recording can say about its circuit: the parts of the audit in a list, each with its sentence, its
// plot and its numbers, and the reader's own prior.
#pragma once

#include "app/audit_worker.h"
#include "core/report/audit_figures.h"
#include "widgets/plots/theme.h"

#include <QWidget>

#include <functional>
#include <vector>

class QComboBox;
class QLabel;
class QListWidget;
class QProgressBar;
class QPushButton;
class QTextBrowser;

namespace keyhole {

class AuditChoices;
class AuditPrior;
class ReportFigure;

class AuditWindow : public QWidget {
  Q_OBJECT

 public:
  explicit AuditWindow(QWidget* parent);

  // The recording to audit. A report that is there stays, marked if it is of another one.
  void setSettings(const Settings& settings);
  // A report that a session kept; null: there is none.
  void showReport(const std::shared_ptr<const AuditReport>& report);
  void setTheme(const Theme& theme);

  // Audits what the window asks for. What is not allowed is said, and nothing is started.
  void start();

  AuditWorker& worker() { return m_worker; }
  const std::shared_ptr<const AuditReport>& report() const { return m_report; }
  QListWidget& parts() { return *m_parts; }
  AuditChoices& choices() { return *m_choices; }
  AuditPrior& prior() { return *m_prior; }
  QLabel& message() { return *m_message; }
  QComboBox& whichFigure() { return *m_which; }
  const ReportFigure& figure() const { return *m_figure; }
  // As HTML, PDF or JSON of the report, by the ending; with the reader's prior. Throws InputError.
  void exportTo(const QString& path) const;
  // The figure that is shown, with its numbers (app/audit_saving.h). Throws InputError.
  void exportFigureTo(const QString& path) const;

 signals:
  void reportReady(std::shared_ptr<const keyhole::AuditReport> report);  // a whole one
  void finished(bool complete);
  void priorChosen(double prior, int gesture);  // see AuditPrior

 private:
  QWidget* makeChoices();
  QWidget* makeMessages();
  QWidget* makePages();
  QWidget* makeFigures();
  QWidget* makePrior();
  void connectWorker();
  void takeReport(const std::shared_ptr<const AuditReport>& report, bool whole);
  void fillParts();
  void showPart();
  void showFigure();
  void markOther();
  void setRunning(bool running);
  void askForExport();
  void askForFigure();
  void tellSaved(const QString& path, const QString& more, const std::function<void()>& save);

  Settings m_settings;
  bool m_running = false, m_whole = false;
  std::shared_ptr<const AuditReport> m_report;
  QString m_runningPart;

  std::vector<AuditFigure> m_figures;  // of the part that is shown

  AuditChoices* m_choices = nullptr;
  QPushButton *m_start = nullptr, *m_stop = nullptr, *m_export = nullptr, *m_saveFigure = nullptr;
  QProgressBar* m_progress = nullptr;
  QLabel* m_message = nullptr;
  QListWidget* m_parts = nullptr;
  QWidget* m_figureSide = nullptr;
  QComboBox* m_which = nullptr;
  ReportFigure* m_figure = nullptr;
  QTextBrowser* m_text = nullptr;
  AuditPrior* m_prior = nullptr;
  AuditWorker m_worker;  // last: stops first
};

}  // namespace keyhole
