// What a recording can say about its circuit: the parts of the audit in a list, each with its sentence, its
// plot and its numbers, and the reader's own prior.
#pragma once

#include "app/audit_worker.h"
#include "widgets/plots/theme.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QProgressBar;
class QPushButton;
class QSlider;
class QTextBrowser;

namespace keyhole {

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
  QSlider& prior() { return *m_prior; }
  QLineEdit& interval() { return *m_interval; }
  QLineEdit& lowFraction() { return *m_low; }
  QLineEdit& highFraction() { return *m_high; }
  QLabel& message() { return *m_message; }
  QLabel& odds() { return *m_odds; }
  const ReportFigure& figure() const { return *m_figure; }
  // As HTML, PDF or JSON of the report, by the ending. Throws InputError.
  void exportTo(const QString& path) const;

 signals:
  void reportReady(std::shared_ptr<const keyhole::AuditReport> report);  // a whole one
  void finished(bool complete);

 private:
  QWidget* makeChoices();
  QWidget* makeMessages();
  QWidget* makePages();
  QWidget* makePrior();
  void connectWorker();
  AuditRequest asked() const;  // throws InputError
  void takeReport(const std::shared_ptr<const AuditReport>& report, bool whole);
  void fillParts();
  void showPart();
  void showOdds();
  void markOther();
  void setRunning(bool running);
  void askForExport();

  Settings m_settings;
  bool m_running = false, m_whole = false;
  std::shared_ptr<const AuditReport> m_report;
  QString m_runningPart;

  QLineEdit *m_interval = nullptr, *m_low = nullptr, *m_high = nullptr;
  QCheckBox* m_quick = nullptr;
  QPushButton *m_start = nullptr, *m_stop = nullptr, *m_export = nullptr;
  QProgressBar* m_progress = nullptr;
  QLabel *m_message = nullptr, *m_odds = nullptr;
  QListWidget* m_parts = nullptr;
  ReportFigure* m_figure = nullptr;
  QTextBrowser* m_text = nullptr;
  QSlider* m_prior = nullptr;
  AuditWorker m_worker;  // last: stops first
};

}  // namespace keyhole
