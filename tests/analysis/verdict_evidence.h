// What the tests of the verdict put before it: systems of which the eigenvalues are given.
#pragma once

#include "core/analysis/verdict.h"

#include <complex>
#include <vector>

namespace keyhole::test {

using Values = std::vector<std::complex<double>>;

inline SystemEvidence evidence(const Values& values, Nonlinearity phi = Nonlinearity::linear,
                               Index cycles = 0) {
  SystemEvidence made;
  made.spectrum.values = Eigen::Map<const ComplexVector>(values.data(), static_cast<Index>(values.size()));
  made.spectrum.undetermined.assign(values.size(), false);
  made.score = lineAttractorScore(made.spectrum);
  made.mayCycle = phi == Nonlinearity::tanh;
  if (phi == Nonlinearity::tanh) {
    LimitSets sets;
    sets.kinds.assign(15, LimitKind::fixedPoint);
    sets.oscillating = cycles;
    sets.period = 20;
    made.limitSets = sets;
  }
  return made;
}

inline VerdictKind kind(const SystemEvidence& teacher, const SystemEvidence& student) {
  return judge(teacher, student, "", {}).kind;
}

}  // namespace keyhole::test
