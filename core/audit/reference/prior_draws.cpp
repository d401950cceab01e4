#include "core/audit/reference/prior_draws.h"

#include "core/linalg/orthogonal.h"

#include <cmath>

namespace keyhole {

double PriorDraws::next() {
  double value = 0;
  m_random.uniforms(m_row++, {&value, 1});
  return value;
}

double PriorDraws::uniform(priors::Range range) {
  return range.low + (range.high - range.low) * next();
}

double PriorDraws::logUniform(priors::Range range) {
  return range.low * std::pow(range.high / range.low, next());
}

bool PriorDraws::chance(double probability) {
  return next() < probability;
}

Index PriorDraws::count(Index most) {
  return 1 + std::min(most - 1, static_cast<Index>(next() * static_cast<double>(most)));
}

Matrix PriorDraws::normals(Index rows, Index columns) {
  const Matrix made = m_random.normalMatrix(rows, columns, m_row);
  m_row += static_cast<std::uint64_t>(columns);
  return made;
}

Vector PriorDraws::unitVector(Index n) {
  return Vector(normals(n, 1)).normalized();
}

Matrix PriorDraws::frame(Index n, Index k) {
  const Matrix made = haarColumns(m_random, n, k, m_row);
  m_row += static_cast<std::uint64_t>(k);
  return made;
}

}  // namespace keyhole
