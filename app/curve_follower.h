// Keeps the panel of curves at the present settings: asks for a curve when what it depends on has changed.
#pragma once

#include "app/curve_worker.h"
#include "core/experiment/experiment.h"

#include <optional>

namespace keyhole {

class CurvePanel;

class CurveFollower : public QObject {
  Q_OBJECT

 public:
  // The panel must outlive what is made here.
  explicit CurveFollower(CurvePanel& panel, QObject* parent = nullptr);

  // The curve belongs to the teacher and the simulation: it is computed once they stand, whatever is seen.
  void follow(const Experiment& experiment);

  // Nobody waits any more for a curve of other settings.
  void settingsChanged(const Settings& settings);

 private:
  CurvePanel& m_panel;
  std::optional<Settings> m_wanted;   // the newest
  std::optional<Settings> m_curveOf;  // that the curve shows or will show
  bool m_hasAll = false;              // with the quantities that cost more
  CurveWorker m_worker;
};

}  // namespace keyhole
