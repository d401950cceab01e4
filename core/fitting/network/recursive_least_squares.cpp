#include "core/fitting/network/recursive_least_squares.h"

#include "core/common/clones.h"

#include <cmath>
#include <utility>

namespace keyhole {
namespace {

// Column by column, so that no sum has to be reordered to be vectorised: the same bits with any vector width.
// The matrices are small and these are called for every time step; BLAS would spend more on its calls.

// out = M x
KEYHOLE_CLONES void multiply(const double* __restrict M, Index rows, Index columns,
                             const double* __restrict x, double* __restrict out) {
  for (Index i = 0; i < rows; ++i) out[i] = 0;
  for (Index j = 0; j < columns; ++j) {
    const double* __restrict column = M + j * rows;
    const double factor = x[j];
    for (Index i = 0; i < rows; ++i) out[i] += factor * column[i];
  }
}

// M ← M - left rightᵀ
KEYHOLE_CLONES void subtractOuter(double* __restrict M, Index rows, Index columns,
                                  const double* __restrict left, const double* __restrict right) {
  for (Index j = 0; j < columns; ++j) {
    double* __restrict column = M + j * rows;
    const double factor = right[j];
    for (Index i = 0; i < rows; ++i) column[i] -= factor * left[i];
  }
}

// M ← M - x xᵀ: entries (i, j) and (j, i) are the same product, so M stays symmetric to the last bit.
KEYHOLE_CLONES void subtractSquare(double* __restrict M, Index size, const double* __restrict x) {
  for (Index j = 0; j < size; ++j) {
    double* __restrict column = M + j * size;
    const double factor = x[j];
    for (Index i = 0; i < size; ++i) column[i] -= factor * x[i];
  }
}

}  // namespace

RecursiveLeastSquares::RecursiveLeastSquares(Matrix start, double p0)
    : m_weights(std::move(start)),
      m_inverse(p0 * Matrix::Identity(m_weights.cols(), m_weights.cols())),
      m_p0(p0),
      m_gain(m_weights.cols()),
      m_scaledError(m_weights.rows()) {}

void RecursiveLeastSquares::predict(const double* regressor, double* out) const {
  multiply(m_weights.data(), m_weights.rows(), m_weights.cols(), regressor, out);
}

void RecursiveLeastSquares::update(const double* regressor, const double* error) {
  const Index d = m_weights.rows(), q = m_weights.cols();
  multiply(m_inverse.data(), q, q, regressor, m_gain.data());
  double along = 0;
  for (Index i = 0; i < q; ++i) along += regressor[i] * m_gain(i);
  if (!(along >= 0 && std::isfinite(along))) {
    m_inverse = m_p0 * Matrix::Identity(q, q);
    ++m_restarted;
    return;
  }
  const double root = 1.0 / std::sqrt(1.0 + along);
  for (Index i = 0; i < q; ++i) m_gain(i) *= root;  // √c k
  for (Index i = 0; i < d; ++i) m_scaledError(i) = root * error[i];
  subtractOuter(m_weights.data(), d, q, m_scaledError.data(), m_gain.data());
  subtractSquare(m_inverse.data(), q, m_gain.data());
}

}  // namespace keyhole
