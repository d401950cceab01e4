// The reader's own prior of a real slow variable, on a slider, and what it makes of an audit.
#pragma once

#include "core/report/audit_report.h"

#include <QWidget>

#include <memory>

class QLabel;
class QSlider;

namespace keyhole {

class AuditPrior : public QWidget {
  Q_OBJECT

 public:
  explicit AuditPrior(QWidget* parent = nullptr);

  // whole: nothing more of it will come.
  void showReport(std::shared_ptr<const AuditReport> report, bool whole);
  void setPrior(double prior);  // as a setting has it; nothing is told
  double prior() const { return m_value; }

  QSlider& slider() { return *m_slider; }
  QLabel& odds() { return *m_odds; }

 signals:
  // By the reader; changes of one gesture have the same number.
  void priorChosen(double prior, int gesture);

 private:
  void showOdds();

  std::shared_ptr<const AuditReport> m_report;
  bool m_whole = false;
  double m_value = 0.5;
  int m_gesture = 0;
  QSlider* m_slider;
  QLabel* m_odds;
};

}  // namespace keyhole
