#include "core/fitting/spread.h"

#include <cmath>

namespace keyhole {

Spread::Spread(Index channels)
    : m_shift(Vector::Zero(channels)), m_sum(m_shift), m_squares(m_shift), m_count(m_shift) {}

void Spread::add(ConstMatrixRef values) {
  const bool complete = values.cols() > 1 && values.allFinite();
  if (complete && (m_count.array() == 0).all()) m_shift = values.col(0);
  if (complete && (m_count.array() > 0 || m_shift.array() == values.col(0).array()).all()) {
    const Matrix off = values.colwise() - m_shift;
    m_sum += off.rowwise().sum();
    m_squares += off.rowwise().squaredNorm();
    m_count.array() += static_cast<double>(values.cols());
    return;
  }
  for (Index t = 0; t < values.cols(); ++t)
    for (Index i = 0; i < values.rows(); ++i) {
      const double value = values(i, t);
      if (std::isnan(value)) continue;
      if (m_count(i) == 0) m_shift(i) = value;
      const double off = value - m_shift(i);
      m_sum(i) += off;
      m_squares(i) += off * off;
      m_count(i) += 1;
    }
}

double Spread::squares() const {
  return (m_squares - m_sum.cwiseAbs2().cwiseQuotient(m_count.cwiseMax(1.0))).sum();
}

bool Spread::varies() const {
  constexpr double kRounding = 1e-13;  // of a value
  return squares() > kRounding * kRounding * m_count.dot(m_shift.cwiseAbs2());
}

}  // namespace keyhole
