// Small teachers and their runs, for tests.
#pragma once

#include "core/simulation/simulate.h"
#include "core/simulation/sums.h"

namespace keyhole::test {

inline TeacherOptions teacherOptions(TeacherKind kind, Index size, std::uint64_t seed = 1,
                                     Nonlinearity phi = Nonlinearity::linear) {
  TeacherOptions options;
  options.kind = kind;
  options.size = size;
  options.seed = seed;
  options.phi = phi;
  return options;
}

inline Matrix activityOf(const Teacher& teacher, const SimulationOptions& options,
                         const Vector& signal = {}) {
  Matrix states(teacher.network.size(), options.steps);
  simulate(teacher, options, signal, [&](const StateBlock& block) {
    states.middleCols(block.first, block.states.cols()) = block.inUnits();
  });
  return states;
}

inline RegressionSums sumsOf(const Teacher& teacher, const SimulationOptions& options) {
  RegressionSums sums = emptySums(teacher.network.size(), 0);
  simulate(teacher, options, {}, [&](const StateBlock& block) {
    accumulate(sums, block.inUnits(), Matrix(0, block.states.cols() - 1), options.alpha, teacher.options.phi);
  });
  return sums;
}

inline std::vector<Index> firstUnits(Index count) {
  std::vector<Index> units(static_cast<std::size_t>(count));
  for (Index i = 0; i < count; ++i) units[static_cast<std::size_t>(i)] = i;
  return units;
}

}  // namespace keyhole::test
