// What a system is left with, drawn over its flow: points of rest by their stability, with the directions
// along which they are left, closed orbits, and the line of slow points.
#pragma once

#include "core/analysis/attractors.h"
#include "core/analysis/flow/flow_field.h"
#include "widgets/plots/panel.h"
#include "widgets/plots/sides.h"
#include "widgets/plots/theme.h"

#include <qcustomplot.h>

namespace keyhole {

class AttractorMarks {
 public:
  // The marks belong to the plot and stand above what is drawn in it so far.
  AttractorMarks(QCPAxis* x, QCPAxis* y);

  void setTheme(const Theme& theme);

  // Null: nothing is drawn. unit: in which time is told.
  void show(std::shared_ptr<const Attractors> attractors, const FlowPlane& plane, const TimeUnit& unit);

  // What is near that place of the screen, in words; empty if nothing is.
  QString describe(QPointF pixel) const;

  // One row per point: place, kind, stability, residual, speed …
  PanelData pointTable(const QString& name) const;

 private:
  void showPoints();
  void showDirections();
  void showOrbits();

  QCPAxis *m_x, *m_y;
  QCPGraph *m_stable, *m_saddle, *m_unstable, *m_slow, *m_lost;
  QCPCurve *m_directions, *m_cycles, *m_unstableCycles, *m_line;
  std::shared_ptr<const Attractors> m_attractors;
  FlowPlane m_plane;
  TimeUnit m_unit;
  Matrix m_places;  // 2 x points
};

// "stable point of rest, λ₁ = 0.4, ‖F‖ = 1e-15, 12 starts"
QString pointText(const FixedPoint& point, const TimeUnit& unit);

}  // namespace keyhole
