// The row of choices of the window that pushes: along what, how hard, where, for how long.
#pragma once

#include "core/experiment/studies/perturbation_stage.h"
#include "widgets/plots/sides.h"

#include <QWidget>

class QComboBox;
class QDoubleSpinBox;
class QSpinBox;

namespace keyhole {

class PerturbationControls : public QWidget {
  Q_OBJECT

 public:
  explicit PerturbationControls(QWidget* parent = nullptr);

  PerturbationSettings settings() const;

  // Directions that this experiment does not have cannot be chosen; the reason is their tool tip. If the
  // chosen one is among them, the first that it has is chosen (and `changed` is emitted). The horizon is told
  // in the experiment's unit of time.
  void showExperiment(const Experiment& experiment);

 signals:
  void changed();

 private:
  void enableSeed();
  void showUnit(const TimeUnit& unit);

  QComboBox *m_direction, *m_hidden, *m_place;
  QDoubleSpinBox *m_norm, *m_horizon;
  QSpinBox* m_seed;
  double m_perTau = 1;  // in what the horizon is shown
};

}  // namespace keyhole
