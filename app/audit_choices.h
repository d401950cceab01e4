// What an audit is asked with: the time between samples, the seen fractions, how quick, and perturbations
// that were made.
#pragma once

#include "app/audit_worker.h"

#include <QWidget>

class QCheckBox;
class QHBoxLayout;
class QLineEdit;
class QToolButton;

namespace keyhole {

class AuditChoices : public QWidget {
  Q_OBJECT

 public:
  explicit AuditChoices(QWidget* parent = nullptr);

  void showSettings(const Settings& settings);  // of the recording
  void setRunning(bool running);
  // Further things at the right end.
  QHBoxLayout& row() { return *m_row; }

  // Throws InputError, one sentence for the window.
  AuditRequest asked(const Settings& settings) const;

  QLineEdit& interval() { return *m_interval; }
  QLineEdit& lowFraction() { return *m_low; }
  QLineEdit& highFraction() { return *m_high; }
  QLineEdit& perturbations() { return *m_pushes; }
  QCheckBox& quick() { return *m_quick; }

 private:
  void addPerturbations();

  QHBoxLayout* m_row;
  QLineEdit *m_interval, *m_low, *m_high, *m_pushes = nullptr;
  QToolButton* m_choosePushes = nullptr;
  QCheckBox* m_quick;
};

}  // namespace keyhole
