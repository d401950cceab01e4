// One push to the teacher and to every student of what is shown: how long each remembers it, as curves, as
// numbers, and played back on the plane of their activity.
#pragma once

#include "app/perturbation_worker.h"
#include "widgets/plots/theme.h"

#include <QWidget>

#include <functional>

class QCheckBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QTableWidget;

namespace keyhole {

class PerturbationControls;
class PerturbationPanel;
class PerturbationPlanePanel;
class PlayBar;

class PerturbationWindow : public QWidget {
  Q_OBJECT

 public:
  // others: the newest comparison of methods, or null.
  using Others = std::function<std::shared_ptr<const Comparison>()>;

  PerturbationWindow(QWidget* parent, Others others);

  // The experiment to push. Computed at once if the window is visible, else when it is shown.
  void setExperiment(const std::shared_ptr<const Experiment>& experiment);
  void setTheme(const Theme& theme);
  // The picture is of earlier settings than the main window's; updating: a newer one is being computed.
  void setStale(bool stale, bool updating = true);

  PerturbationWorker& worker() { return m_worker; }
  PerturbationPanel& curves() { return *m_curves; }
  PerturbationPlanePanel& teacherPlane() { return *m_teacherPlane; }
  PerturbationPlanePanel& studentPlane() { return *m_studentPlane; }
  PlayBar& player() { return *m_player; }
  QTableWidget& table() { return *m_table; }
  // What is shown; null before the first.
  const std::shared_ptr<const Perturbation>& shown() const { return m_shown; }

 protected:
  void showEvent(QShowEvent* event) override;
  void changeEvent(QEvent* event) override;
  void hideEvent(QHideEvent* event) override;

 private:
  QWidget* makeHead();
  QWidget* makePlots();
  QWidget* makeFoot();
  void connectParts();
  void request();
  void requestIfNew();
  void showResult(const std::shared_ptr<const Experiment>& of,
                  const std::shared_ptr<const Perturbation>& result);
  void showPlanes();
  void setBusy(bool busy);
  void exportFigure();
  void exportNumbers();
  void tell(const QString& sentence);

  Others m_others;
  std::shared_ptr<const Experiment> m_experiment;  // the newest one
  PerturbationRequest m_asked;                     // the last request
  std::shared_ptr<const Experiment> m_perturbed;   // of what is shown
  std::shared_ptr<const Perturbation> m_shown;
  Theme m_theme;
  bool m_busy = false;

  PerturbationControls* m_controls = nullptr;
  QCheckBox *m_withOthers = nullptr, *m_logarithmic = nullptr;
  QLabel *m_conclusion = nullptr, *m_message = nullptr;
  QProgressBar* m_progress = nullptr;
  QPushButton *m_stop = nullptr, *m_export = nullptr;
  PerturbationPanel* m_curves = nullptr;
  PerturbationPlanePanel *m_teacherPlane = nullptr, *m_studentPlane = nullptr;
  PlayBar* m_player = nullptr;
  QTableWidget* m_table = nullptr;
  PerturbationWorker m_worker;  // last: stops first
};

}  // namespace keyhole
