// Following one slow manifold from one point of rest: internals of slow_manifold.h.
#pragma once

#include "core/analysis/points/slow_curve.h"
#include "core/analysis/points/slow_manifold.h"
#include "core/analysis/points/slow_modes.h"

#include <memory>

namespace keyhole {

class SlowFinder {
 public:
  // All must outlive it.
  SlowFinder(const FlowSystem& system, const std::vector<FixedPoint>& points, ConstMatrixRef activity,
             const SlowManifoldOptions& options, Progress& progress);

  double scale() const { return m_scale; }
  bool isStillSlow(ConstVectorRef z) const;  // by its speed

  // From points[i] with these modes; not found if no place on a manifold is near to it.
  SlowManifold follow(std::size_t i, const SlowRanking& ranking) const;

 private:
  void followFlat(const FixedPoint& point, double rate, SlowManifold& found) const;
  void followCurved(const Vector& position, SlowManifold& found) const;
  Matrix flatBasis(const FixedPoint& point, double rate, SlowManifold& found) const;
  void setDirections(const SlowDirections& directions, SlowManifold& found) const;
  Matrix keptInRegion(const Matrix& places, int region) const;
  SlowCurveLimits limits() const;
  Matrix statesOf(const std::vector<Vector>& places) const;
  void describe(SlowManifold& found, const Matrix& inside) const;

  const FlowSystem& m_system;
  const std::vector<FixedPoint>& m_points;
  ConstMatrixRef m_activity;
  const SlowManifoldOptions& m_options;
  Progress& m_progress;
  double m_scale = 0;
  std::unique_ptr<const FlowEquation> m_equation;  // of a tanh network
};

}  // namespace keyhole
