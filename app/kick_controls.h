// The row of choices of the window that pushes: along what, how hard, where, for how long.
#pragma once

#include "core/experiment/studies/kick_stage.h"

#include <QWidget>

class QComboBox;
class QDoubleSpinBox;
class QSpinBox;

namespace keyhole {

class KickControls : public QWidget {
  Q_OBJECT

 public:
  explicit KickControls(QWidget* parent = nullptr);

  KickSettings settings() const;

  // Directions that this experiment does not have cannot be chosen; the reason is their tool tip. If the
  // chosen one is among them, the first that it has is chosen (and `changed` is emitted).
  void showExperiment(const Experiment& experiment);

 signals:
  void changed();

 private:
  void enableSeed();

  QComboBox *m_direction, *m_hidden, *m_place;
  QDoubleSpinBox *m_norm, *m_horizon;
  QSpinBox* m_seed;
};

}  // namespace keyhole
