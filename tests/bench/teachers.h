// The circuits that are measured, at the size of the paper.
#pragma once

#include "core/network/teachers.h"
#include "core/simulation/simulate.h"

namespace keyhole::bench {

constexpr Index kUnits = 500, kSteps = 30000;

inline Teacher lowRank(Nonlinearity phi) {
  TeacherOptions options;
  options.kind = phi == Nonlinearity::tanh ? TeacherKind::lowRankOscillator : TeacherKind::lowRankOrthogonal;
  options.size = kUnits;
  options.phi = phi;
  return buildTeacher(options);
}

inline Teacher chain() {
  TeacherOptions options;
  options.kind = TeacherKind::chain;
  options.size = kUnits;
  return buildTeacher(options);
}

inline SimulationOptions paperRun(bool structured = true, Index steps = kSteps) {
  SimulationOptions options;
  options.steps = steps;
  options.useStructure = structured;
  return options;
}

}  // namespace keyhole::bench
