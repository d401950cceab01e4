// How many latents, or discrete states, does the recording that is shown support? Held-out likelihood and
// scores over their number, and a button that takes one.
#pragma once

#include "app/order_worker.h"
#include "widgets/plots/theme.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace keyhole {

class OrderPanel;

class OrderWindow : public QWidget {
  Q_OBJECT

 public:
  explicit OrderWindow(QWidget* parent);

  // The experiment to look at. The curve that is shown stays, marked if it is of earlier settings.
  void setExperiment(const std::shared_ptr<const Experiment>& experiment);
  void setTheme(const Theme& theme);

  // Compares the numbers that are chosen.
  void start();
  // The picture as .pdf or .png, or its numbers as .csv. Throws InputError.
  void exportTo(const QString& path) const;

  OrderPanel& panel() { return *m_panel; }
  QComboBox& counted() { return *m_counted; }
  QSpinBox& most() { return *m_most; }
  QPushButton& useButton() { return *m_use; }

 signals:
  // The user wants this number of latents (or states).
  void numberWanted(keyhole::Counted counted, keyhole::Index number);
  void finished(bool complete);

 private:
  QWidget* makeChoices();
  QWidget* makeButtons();
  void connectWorker();
  void limitNumbers();
  void showResult(const std::shared_ptr<const OrderResult>& result);
  void select(Index number);
  void setRunning(bool running);
  void askForExport();
  void use();

  std::shared_ptr<const Experiment> m_experiment;  // the newest one
  std::shared_ptr<const Experiment> m_compared;    // the one of the curve
  Index m_selected = 0;                            // what the button takes; 0: none
  bool m_clicked = false;                          // the user chose it

  OrderPanel* m_panel = nullptr;
  QLabel* m_message = nullptr;
  QComboBox* m_counted = nullptr;
  QSpinBox *m_most = nullptr, *m_folds = nullptr;
  QPushButton *m_start = nullptr, *m_stop = nullptr, *m_use = nullptr, *m_export = nullptr;
  QProgressBar* m_progress = nullptr;
  OrderWorker m_worker;  // last: stops first
};

}  // namespace keyhole
