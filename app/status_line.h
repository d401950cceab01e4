// The bottom line of the window: seed and times of the picture shown, the value under the cursor, and while
// something is computed how far it is and the button that stops it.
#pragma once

#include "core/experiment/experiment.h"

#include <QStatusBar>

class QLabel;
class QProgressBar;
class QTimer;
class QToolButton;

namespace keyhole {

class StatusLine : public QStatusBar {
  Q_OBJECT

 public:
  explicit StatusLine(QWidget* parent = nullptr);

  void showExperiment(const Experiment& experiment);
  void showHover(const QString& text);  // one line; a long one is elided
  void showProgress(double fraction, const QString& what);
  void showIdle();

  QString facts() const;

 signals:
  void stopClicked();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void setBusy(bool busy);
  void paintProgress();
  void elideHover();  // what does not fit is cut at its end, and whole in the tool tip

  QTimer* m_delay = nullptr;    // short computations do not flash
  QTimer* m_repaint = nullptr;  // of how far it is
  double m_fraction = 0;
  QString m_doing;
  QLabel* m_facts = nullptr;
  QLabel* m_hover = nullptr;
  QString m_hoverText;
  QLabel* m_what = nullptr;
  QProgressBar* m_progress = nullptr;
  QToolButton* m_stop = nullptr;
};

// "seed 1 · simulated 0.12 s · fitted 0.4 ms · analysed 9 ms"
QString factsOf(const Experiment& experiment);

// "0.12 s", "9 ms", "0.4 ms": two significant digits.
QString durationText(double seconds);

}  // namespace keyhole
