// What searches for contradictions of the verdict have in common.
#pragma once

#include "core/analysis/verdict.h"
#include "core/common/random.h"
#include "core/linalg/eigen.h"

#include <complex>
#include <string>
#include <vector>

namespace keyhole::test {

using Complex = std::complex<double>;
using Values = std::vector<Complex>;

inline double uniform(const RandomStream& random, std::uint64_t at) {
  double value = 0;
  random.uniforms(at, {&value, 1});
  return value;
}

inline SystemEvidence evidenceOf(const Values& values, double alpha) {
  ComplexVector all = Eigen::Map<const ComplexVector>(values.data(), static_cast<Index>(values.size()));
  orderByRealPart(all);
  SystemEvidence made;
  made.spectrum = spectrumOf(all, alpha);
  made.score = lineAttractorScore(made.spectrum);
  return made;
}

inline bool says(const Verdict& verdict, const char* words) {
  return verdict.sentence.find(words) != std::string::npos;
}

}  // namespace keyhole::test
