#include "core/analysis/flow/linearisation.h"

#include "core/analysis/flow/jacobian.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"

#include <Eigen/LU>

#include <cmath>
#include <stdexcept>

namespace keyhole {
namespace {

using Complex = std::complex<double>;

// A unit eigenvector of A, by two steps of inverse iteration from a fixed vector; not finite where a
// defective eigenvalue makes the iteration overflow.
ComplexVector eigenvector(const Matrix& A, Complex value) {
  const Index n = A.rows();
  // Off the eigenvalue by rounding, so that the matrix can be factored.
  const double offset =
      1e-13 * std::max(A.norm() / std::sqrt(static_cast<double>(n)), std::abs(value)) + 1e-300;
  ComplexMatrix shifted = A.cast<Complex>();
  shifted.diagonal().array() -= value + offset;
  const Eigen::PartialPivLU<ComplexMatrix> lu(std::move(shifted));
  ComplexVector v(n);
  for (Index i = 0; i < n; ++i) v(i) = 1 + 0.5 * std::sin(1.7 * static_cast<double>(i));
  for (int k = 0; k < 2; ++k) v = lu.solve(v).normalized().eval();
  return v;
}

Matrix realPlane(const ComplexVector& v, bool isReal) {
  if (isReal) {
    // An eigenvector of a real eigenvalue is real up to a phase.
    Index largest = 0;
    v.cwiseAbs().maxCoeff(&largest);
    return (v * (std::conj(v(largest)) / std::abs(v(largest)))).real().normalized();
  }
  Matrix pair(v.size(), 2);
  pair << v.real(), v.imag();
  return thinQr(pair).Q;
}

// Which eigenvalues get modes: see Linearisation::modes.
std::vector<Complex> shownValues(const Linearisation& found, double band, Index maxModes) {
  std::vector<Complex> shown;
  for (const Complex value : found.eigenvalues) {
    if (static_cast<Index>(shown.size()) == maxModes) break;
    if (value.imag() < 0) continue;
    if (value.real() > 1 + band) shown.push_back(value);
  }
  if (shown.empty() && found.eigenvalues.size() > 0 && maxModes > 0) {
    const Complex slowest = found.eigenvalues(0);
    if (slowest.real() > 0) shown.push_back({slowest.real(), std::abs(slowest.imag())});
  }
  return shown;
}

void addMode(Linearisation& found, Complex value, const ComplexVector& vector) {
  if (vector.allFinite()) found.modes.push_back({value, realPlane(vector, value.imag() == 0)});
}

// With A = P Qᵀ of rank r, the eigenvectors of non-zero values are P times those of the r x r matrix QᵀP.
Linearisation lowRankLinearised(const FlowSystem& system, const LowRankForm& form, ConstVectorRef z,
                                double band, Index maxModes) {
  const Vector gains = slopes(system, z);
  const bool standard = system.convention == Convention::standard || system.phi == Nonlinearity::linear;
  const Matrix P = standard ? form.M : Matrix(gains.asDiagonal() * form.M);
  const Matrix core =
      standard ? Matrix(form.N.transpose() * gains.asDiagonal() * P) : Matrix(form.N.transpose() * P);
  Linearisation found;
  found.eigenvalues = eigenvalues(core);
  found.furtherZeros = P.rows() - P.cols();
  for (const Complex value : shownValues(found, band, maxModes)) {
    const ComplexVector inner = eigenvector(core, value);
    addMode(found, value, (P.cast<Complex>() * inner).normalized());
  }
  return found;
}

// The eigenvalues where the structure gives them.
std::optional<ComplexVector> exactValues(const FlowSystem& system, const Vector& gains) {
  if (system.switching) return {};
  if (system.network.exactEigenvalues() && (gains.array() == 1).all())
    return system.network.exactEigenvalues();
  const auto* chain = std::get_if<ChainForm>(&system.network.form());
  if (!chain || chain->U.size() > 0) return {};
  ComplexVector values = (chain->diagonal * gains).cast<Complex>();
  orderByRealPart(values);
  return values;
}

}  // namespace

std::string nameOf(Stability stability) {
  switch (stability) {
    case Stability::stable:
      return "stable";
    case Stability::marginal:
      return "marginal";
    case Stability::saddle:
      return "saddle";
    case Stability::unstable:
      return "unstable";
    case Stability::unknown:
      break;
  }
  return "unknown";
}

Stability stabilityOf(const ComplexVector& values, Index furtherZeros, double band) {
  const auto distance = values.real().array() - 1;
  const Index above = (distance > band).count(), within = (distance.abs() <= band).count();
  if (above == 0) return within == 0 ? Stability::stable : Stability::marginal;
  return above == values.size() && furtherZeros == 0 ? Stability::unstable : Stability::saddle;
}

Linearisation linearised(const FlowSystem& system, ConstVectorRef z, double band, Index maxModes) {
  if (!z.allFinite()) throw std::runtime_error("linearisation at a point that is not finite");
  const auto* factors = system.switching ? nullptr : std::get_if<LowRankForm>(&system.network.form());
  Linearisation found;
  if (factors && factors->M.cols() < factors->M.rows()) {
    found = lowRankLinearised(system, *factors, z, band, maxModes);
  } else {
    const Matrix A = effectiveConnectivity(system, z);
    const auto exact = exactValues(system, slopes(system, z));
    found.exact = exact.has_value();
    found.eigenvalues = exact ? *exact : eigenvalues(A);
    for (const Complex value : shownValues(found, band, maxModes))
      addMode(found, value, eigenvector(A, value));
  }
  found.stability = stabilityOf(found.eigenvalues, found.furtherZeros, band);
  return found;
}

}  // namespace keyhole
