#include "core/analysis/cycles/monodromy.h"

#include "core/common/random.h"
#include "core/linalg/eigen.h"

#include <Eigen/QR>

#include <algorithm>

namespace keyhole {
namespace {

constexpr double kKnown = 1e-6;  // residual of a Ritz pair that counts as a multiplier
constexpr int kTurns = 10;
constexpr int kFirstTurns = 3;  // in which one hopes for as many as kEnough multipliers
constexpr Index kEnough = 6;
constexpr Index kPollAlong = 8;  // steps between two looks at the stop

// Orthonormal columns that span those of A, the first of them the longest; as many as there are directions
// above rounding, at most `most`.
Matrix orthonormal(const Matrix& A, Index most) {
  Eigen::ColPivHouseholderQR<Matrix> qr(A);
  qr.setThreshold(1e-13);
  const Index k = std::min(most, std::max<Index>(1, qr.rank()));
  return qr.householderQ() * Matrix::Identity(A.rows(), k);
}

// The values above the largest one that is not known, by modulus.
ComplexVector leadingKnown(const ComplexVector& values, const Vector& misses) {
  double bound = 0;
  for (Index i = 0; i < values.size(); ++i)
    if (!(misses(i) <= kKnown)) bound = std::max(bound, std::abs(values(i)));
  std::vector<Index> known;
  for (Index i = 0; i < values.size(); ++i)
    if (misses(i) <= kKnown && std::abs(values(i)) > bound) known.push_back(i);
  return values(known);
}

}  // namespace

void orderByModulus(ComplexVector& values) {
  orderByRealPart(values);  // brings +im before -im
  std::stable_sort(values.begin(), values.end(),
                   [](const auto& a, const auto& b) { return std::abs(a) > std::abs(b); });
}

Monodromy::Monodromy(const SmoothFlow& flow, Index dense, Index subspace)
    : m_flow(flow), m_dense(dense), m_kept(std::min(subspace, flow.size)) {
  if (!whole())
    m_leading = orthonormal(RandomStream(1, Stream::probe, 21).normalMatrix(flow.size, m_kept), m_kept);
}

bool Monodromy::compute(ConstVectorRef x, double T, Index steps, ConstMatrixRef seeds, Progress& progress) {
  const Index n = m_flow.size;
  if (whole()) {
    m_basis = Matrix::Identity(n, n);
  } else {
    Matrix span(n, m_leading.cols() + seeds.cols());
    span << m_leading, seeds;
    for (Index i = m_leading.cols(); i < span.cols(); ++i) span.col(i).normalize();
    m_basis = orthonormal(span, span.cols());
  }
  Matrix state = x;
  m_image = m_basis;
  SmoothStepper stepper(m_flow);
  for (Index i = 0; i < steps; ++i) {
    if (i % kPollAlong == 0 && progress.stopRequested()) return false;
    stepper.step(T / static_cast<double>(steps), state, m_image);
  }
  if (!whole()) m_leading = orthonormal(m_image, m_kept);
  return true;
}

ComplexVector Monodromy::multipliers(ConstVectorRef x, double T, Index steps, ConstMatrixRef seeds,
                                     Progress& progress) {
  ComplexVector values;
  for (int turn = 0; turn < kTurns; ++turn) {
    if (!compute(x, T, steps, seeds, progress)) return {};
    if (whole()) {
      values = eigenvalues(m_image);
      break;
    }
    const EigenSystem ritz = eigenSystem(m_basis.transpose() * m_image);
    const ComplexMatrix misses = m_image * ritz.vectors - m_basis * ritz.vectors * ritz.values.asDiagonal();
    values = leadingKnown(ritz.values, misses.colwise().norm().transpose());
    if (values.size() >= (turn < kFirstTurns ? kEnough : 2)) break;
  }
  orderByModulus(values);
  return values;
}

}  // namespace keyhole
