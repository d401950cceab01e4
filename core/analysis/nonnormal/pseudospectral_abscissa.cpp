// The criss-cross search for the pseudospectral abscissa.
#include "core/analysis/nonnormal/compression.h"
#include "core/analysis/nonnormal/pseudospectrum.h"
#include "core/linalg/eigen.h"

#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace keyhole {
namespace {

using Complex = std::complex<double>;

constexpr int kRounds = 20;
constexpr double kAxis = 1e-7;       // of the matrix' norm: an eigenvalue that is taken to lie on an axis
constexpr double kExcess = 1e-6;     // of ε, by which σ_min may exceed it at a point that counts
constexpr double kProgress = 1e-10;  // of the norm

ComplexVector complexEigenvalues(ComplexMatrix A) {
  const auto n = static_cast<lapack_int>(A.rows());
  // OpenBLAS 0.3.21 reads a number beyond the end of small complex matrices.
  A.conservativeResize(Eigen::NoChange, A.cols() + 1);
  A.rightCols(1).setZero();
  ComplexVector values(n);
  const auto info =
      LAPACKE_zgeev(LAPACK_COL_MAJOR, 'N', 'N', n, reinterpret_cast<lapack_complex_double*>(A.data()), n,
                    reinterpret_cast<lapack_complex_double*>(values.data()), nullptr, 1, nullptr, 1);
  if (info != 0) throw std::runtime_error("the QR iteration for the eigenvalues did not converge");
  return values;
}

class CrissCross {
 public:
  CrissCross(const Matrix& A, double epsilon)
      : m_A(A), m_epsilon(epsilon), m_resolvent(A), m_scale(std::max(A.norm(), epsilon)) {}

  PseudospectralAbscissa run() {
    const ComplexVector values = eigenvalues(m_A);
    PseudospectralAbscissa best;
    best.z = {values(0).real(), std::abs(values(0).imag())};
    best.z = farthest(best.z.imag(), best.z.real());
    for (int round = 0; round < kRounds; ++round) {
      const double x = best.z.real();
      for (const double y : midpoints(x)) {
        const Complex z = farthest(y, x);
        if (z.real() > best.z.real()) best.z = z;
      }
      best.converged = best.z.real() - x <= kProgress * m_scale;
      if (best.converged) break;
    }
    best.value = best.z.real();
    return best;
  }

 private:
  bool inside(Complex z) const { return m_resolvent.sigmaMin(z) <= m_epsilon * (1 + kExcess); }

  // The rightmost x with σ_min((x + iy) I - A) = ε: a real eigenvalue of [A - iy, ε; ε, Aᵀ + iy]. `least`
  // if there is none farther right.
  Complex farthest(double y, double least) const {
    const Index n = m_A.rows();
    ComplexMatrix H(2 * n, 2 * n);
    const ComplexMatrix shift = Complex(0, y) * ComplexMatrix::Identity(n, n);
    H << m_A - shift, m_epsilon * ComplexMatrix::Identity(n, n), m_epsilon * ComplexMatrix::Identity(n, n),
        m_A.transpose() + shift;
    double x = least;
    for (const Complex value : complexEigenvalues(std::move(H)))
      if (std::abs(value.imag()) <= kAxis * m_scale && value.real() > x && inside(Complex(value.real(), y)))
        x = value.real();
    return {x, y};
  }

  // The middles of the segments of the vertical line at x that lie inside, y >= 0: where they end, iy is an
  // imaginary eigenvalue of the Hamiltonian [A - x, ε; -ε, x - Aᵀ].
  std::vector<double> midpoints(double x) const {
    const Index n = m_A.rows();
    Matrix H(2 * n, 2 * n);
    const Matrix shifted = m_A - x * Matrix::Identity(n, n), epsilon = m_epsilon * Matrix::Identity(n, n);
    H << shifted, epsilon, -epsilon, -shifted.transpose();
    std::vector<double> ends{0.0};
    for (const Complex value : eigenvalues(H))
      if (std::abs(value.real()) <= kAxis * m_scale && value.imag() >= 0) ends.push_back(value.imag());
    std::sort(ends.begin(), ends.end());
    std::vector<double> middles{0.0};
    for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
      const double middle = 0.5 * (ends[i] + ends[i + 1]);
      if (inside(Complex(x, middle))) middles.push_back(middle);
    }
    return middles;
  }

  const Matrix& m_A;
  double m_epsilon;
  Resolvent m_resolvent;
  double m_scale;
};

}  // namespace

PseudospectralAbscissa pseudospectralAbscissa(ConstMatrixRef A, double epsilon) {
  return CrissCross(A, epsilon).run();
}

PseudospectralAbscissa pseudospectralAbscissa(const Network& network, double epsilon) {
  const Compression compressed = compressionOf(network);
  PseudospectralAbscissa result = pseudospectralAbscissa(compressed.core, epsilon);
  if (compressed.rest > 0 && epsilon > result.value) {
    result.value = epsilon;
    result.z = epsilon;
  }
  return result;
}

}  // namespace keyhole
