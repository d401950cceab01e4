// Every method on the recording that is shown: a table to sort and export, and the flows of any two of the
// students (or the teacher) side by side.
#pragma once

#include "app/compare_worker.h"
#include "widgets/plots/theme.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QTableWidget;

namespace keyhole {

class FlowPanel;

class CompareWindow : public QWidget {
  Q_OBJECT

 public:
  explicit CompareWindow(QWidget* parent);

  // The experiment to compare on. What is in the table stays, marked as of an earlier experiment.
  void setExperiment(const std::shared_ptr<const Experiment>& experiment);
  void setTheme(const Theme& theme);

  // Compares the ticked methods.
  void start();

  CompareWorker& worker() { return m_worker; }
  QTableWidget& table() { return *m_table; }
  QComboBox& leftChoice() { return *m_leftChoice; }
  QComboBox& rightChoice() { return *m_rightChoice; }
  const FlowPanel& left() const { return *m_left; }
  const FlowPanel& right() const { return *m_right; }
  const std::shared_ptr<const Comparison>& comparison() const { return m_comparison; }

 private:
  QWidget* makeButtons();
  QWidget* makeFlows();
  void showComparison(const std::shared_ptr<const Comparison>& comparison);
  void fillChoices();
  void showFlows();
  void setRunning(bool running);
  void exportTable();
  std::shared_ptr<const SystemAnalysis> analysisOf(const QComboBox& choice) const;
  static bool isTeacher(const QComboBox& choice);

  std::shared_ptr<const Experiment> m_experiment;  // the newest one
  std::shared_ptr<const Experiment> m_compared;    // the one in the table
  std::shared_ptr<const Comparison> m_comparison;

  QTableWidget* m_table = nullptr;
  QLabel* m_message = nullptr;
  QWidget* m_flows = nullptr;
  QPushButton *m_start = nullptr, *m_stop = nullptr, *m_export = nullptr;
  QProgressBar* m_progress = nullptr;
  QComboBox *m_leftChoice = nullptr, *m_rightChoice = nullptr;
  FlowPanel *m_left = nullptr, *m_right = nullptr;
  CompareWorker m_worker;  // last: stops first
};

}  // namespace keyhole
