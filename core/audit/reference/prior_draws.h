// Numbers from priors, one after the other, as a function of (seed, circuit).
#pragma once

#include "core/audit/reference/priors.h"
#include "core/common/random.h"

namespace keyhole {

class PriorDraws {
 public:
  PriorDraws(std::uint64_t seed, std::uint64_t circuit) : m_random(seed, Stream::network, circuit) {}

  double uniform(priors::Range range);     // of [low, high]
  double logUniform(priors::Range range);  // likewise; low > 0
  bool chance(double probability);
  Index count(Index most);  // 1 … most
  Matrix normals(Index rows, Index columns);
  Vector unitVector(Index n);
  Matrix frame(Index n, Index k);  // n x k, orthonormal columns, Haar

 private:
  double next();

  RandomStream m_random;
  std::uint64_t m_row = 0;
};

}  // namespace keyhole
