// Tests core/analysis/nonnormal/pseudospectrum.h and compression.h
#include "core/analysis/nonnormal/compression.h"
#include "core/analysis/nonnormal/pseudospectrum.h"
#include "core/common/error.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "core/linalg/singular.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/teacher_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_pseudospectrum {

using namespace keyhole;
using namespace keyhole::test;

namespace {

using Complex = std::complex<double>;

constexpr ComplexWindow kWindow{-1.5, 1.5, -1.2, 1.2};

Matrix gaussian(Index n, double gain, std::uint64_t seed) {
  return gain * RandomStream(seed, Stream::test).normalMatrix(n, n) / std::sqrt(static_cast<double>(n));
}

Matrix shift(Index n) {
  Matrix A = Matrix::Zero(n, n);
  A.diagonal(1).setOnes();
  return A;
}

// A normal matrix with complex eigenvalues: 2 x 2 rotations of several sizes in a Haar basis.
Matrix normalMatrix(Index n) {
  Matrix blocks = Matrix::Zero(n, n);
  for (Index k = 0; k + 1 < n; k += 2) {
    const double a = 0.9 - 0.1 * static_cast<double>(k), b = 0.05 * static_cast<double>(k % 7);
    blocks.block(k, k, 2, 2) << a, -b, b, a;
  }
  const Matrix Q = haarColumns(RandomStream(4, Stream::test), n, n);
  return Q * blocks * Q.transpose();
}

double dense(ConstMatrixRef A, Complex z) {
  return smallestSingularValue(z * ComplexMatrix::Identity(A.rows(), A.cols()) - A);
}

// The largest relative difference to an SVD at every point.
double worstError(ConstMatrixRef A, const Pseudospectrum& grid) {
  double worst = 0;
  for (Index j = 0; j < grid.im.size(); ++j)
    for (Index i = 0; i < grid.re.size(); ++i) {
      const double known = std::max(dense(A, {grid.re(i), grid.im(j)}), grid.floor);
      worst = std::max(worst, std::abs(std::pow(10.0, grid.log10Sigma(i, j)) / known - 1));
    }
  return worst;
}

class StopAtOnce : public Progress {
 public:
  bool stopRequested() const override { return true; }
};

}  // namespace

class TestPseudospectrum : public QObject {
  Q_OBJECT
 private slots:
  // Inverse Lanczos on the Schur form against an SVD at every point: generic, feedforward, and nearly normal,
  // where the vectors of the neighbours are almost orthogonal to the wanted ones wherever the regions of two
  // eigenvalues meet (there the second smallest value may stand in for the smallest by up to 1 %). 3e-4 is
  // the residual that is promised. Fails if the starts lack something random, or if the lanes are mixed up.
  void agreesWithSvdEverywhere() {
    const Matrix feedforward = shift(30) + 0.1 * gaussian(30, 1, 5);
    const Matrix nearlyNormal = normalMatrix(40) + 1e-4 * gaussian(40, 1, 6);
    for (const auto& [A, tolerance] :
         {std::pair<Matrix, double>{gaussian(40, 0.9, 1), 3e-4}, {feedforward, 3e-4}, {nearlyNormal, 1e-2}}) {
      const Pseudospectrum grid = pseudospectrum(A, kWindow, 32);
      const double worst = worstError(A, grid);
      QVERIFY2(worst < tolerance, qPrintable(QString("%1, %2 corrected").arg(worst).arg(grid.corrected)));
      QVERIFY(grid.residual > 0 && grid.residual <= 3e-4);
    }
  }

  // Small matrices: σ_min of z - [0 1; 0 0] in closed form: σ² = |z|² + (1 - √(1 + 4|z|²))/2.
  void jordanBlockInClosedForm() {
    const Pseudospectrum grid = pseudospectrum(shift(2), kWindow, 8);
    for (Index j = 0; j < grid.im.size(); ++j)
      for (Index i = 0; i < grid.re.size(); ++i) {
        const double r2 = grid.re(i) * grid.re(i) + grid.im(j) * grid.im(j);
        // The same without cancellation: σ² = |z|⁴ / (|z|² + (1 + √(1 + 4|z|²))/2).
        const double known = r2 / std::sqrt(r2 + 0.5 + 0.5 * std::sqrt(1 + 4 * r2));
        QVERIFY(std::abs(std::pow(10.0, grid.log10Sigma(i, j)) - std::max(known, grid.floor)) < 1e-14);
      }
  }

  // A normal matrix: the distance to the spectrum, which an SVD confirms at every point. A hair's breadth
  // from normal the general way takes over and gives the same.
  void normalMatricesHaveDiscs() {
    const Matrix symmetric = gaussian(40, 0.6, 3) + gaussian(40, 0.6, 3).transpose();
    for (const Matrix& A : {normalMatrix(40), symmetric}) {
      const Pseudospectrum grid = pseudospectrum(A, kWindow, 16);
      QCOMPARE(grid.residual, 0.0);
      QVERIFY(worstError(A, grid) < 1e-10);
      const Pseudospectrum near = pseudospectrum(A + 1e-9 * gaussian(40, 1, 8), kWindow, 16);
      QVERIFY(near.residual > 0);
      const double apart =
          (near.log10Sigma.cwiseMax(-4) - grid.log10Sigma.cwiseMax(-4)).cwiseAbs().maxCoeff();
      QVERIFY2(apart < 5e-3, qPrintable(QString("%1, %2").arg(apart).arg(near.corrected)));
    }
  }

  // The nilpotent shift: every |z| < 1 is almost an eigenvalue, though the spectrum is {0}. σ_min(zI - S) <=
  // |z|ⁿ √(1 - |z|²)/√(1 - |z|^{2n}) from the vector (1, z, z², …), within the disc. Fails if a solver's ring
  // of computed eigenvalues stood in for the matrix.
  void nilpotentChainFillsTheDisc() {
    const Resolvent resolvent(shift(60));
    for (const double r : {0.6, 0.8, 0.95}) {
      const double s = resolvent.sigmaMin(Complex(0, r));
      QVERIFY(s <= std::pow(r, 60) * std::sqrt((1 - r * r) / (1 - std::pow(r, 120))) * (1 + 1e-3) +
                       resolvent.floor());
      QVERIFY(s > 0);
    }
    QCOMPARE(resolvent.sigmaMin(Complex(0.1, 0)), resolvent.floor());
  }

  // The compression's three identities on a low-rank teacher whose M and N do not span the same space, and on
  // one where they do; the chain in its modes. Against the dense matrix.
  void structuredFormsAgreeWithDense() {
    for (const auto kind : {TeacherKind::lowRankOrthogonal, TeacherKind::lowRankOscillator,
                            TeacherKind::lowRankRandom, TeacherKind::chain, TeacherKind::gaussian}) {
      const Teacher teacher = buildTeacher(teacherOptions(kind, 40));
      const Matrix B = teacher.network.dense();
      const Compression compressed = compressionOf(teacher.network);
      QCOMPARE(compressed.core.rows() + compressed.rest, Index{40});
      // B = Q C Qᵀ, as lifting the columns of C and then the rows.
      const Matrix half = compressed.lifted(compressed.core);
      COMPARE_MATRICES(Matrix(compressed.lifted(Matrix(half.transpose())).transpose()), B, 1e-13 * B.norm());
      const double scale = std::max(1.0, singularValues(B)(0));
      const ComplexWindow window{-scale, scale, -scale, scale};
      const Pseudospectrum grid = pseudospectrum(teacher.network, window, 12);
      const double worst = worstError(B, grid);
      QVERIFY2(worst < 3e-4, qPrintable(QString::fromStdString(nameOf(kind)) + QString(": %1").arg(worst)));
    }
  }

  void lowRankInOneSubspace() {
    LowRankForm form{haarColumns(RandomStream(1, Stream::test), 20, 3), {}};
    form.N = form.M;
    const Compression compressed = compressionOf(Network(form));
    QCOMPARE(compressed.core.rows(), Index{3});
    // A projector: normal, eigenvalues 0 and 1.
    const Resolvent resolvent{Network(form)};
    QVERIFY(std::abs(resolvent.sigmaMin(Complex(0.3, 0.1)) - std::abs(Complex(0.3, 0.1))) < 1e-14);
    QVERIFY(std::abs(resolvent.sigmaMin(Complex(0.8, 0.1)) - std::abs(Complex(0.2, 0.1))) < 1e-14);
  }

  // Refinement: shared points are kept bit by bit, and the result is as good as from scratch; a window that
  // is not symmetric gives the same at shared points; the lower half mirrors the upper.
  void refinementsAndSymmetry() {
    const Matrix A = gaussian(30, 0.9, 2);
    const Resolvent resolvent(A);
    const Pseudospectrum coarse = resolvent.grid(kWindow, 16);
    const Pseudospectrum fine = resolvent.grid(kWindow, 32, noProgress(), &coarse);
    for (Index j = 0; j <= 16; ++j)
      for (Index i = 0; i <= 16; ++i) QCOMPARE(fine.log10Sigma(2 * i, 2 * j), coarse.log10Sigma(i, j));
    QVERIFY(worstError(A, fine) < 3e-4);
    COMPARE_MATRICES(fine.log10Sigma, fine.log10Sigma.rowwise().reverse(), 0.0);
    const Pseudospectrum half = resolvent.grid({-1.5, 1.5, -0.3, 1.2}, 20);
    QVERIFY(worstError(A, half) < 3e-4);
    // Another window's grid is no help, and does no harm.
    COMPARE_MATRICES(resolvent.grid(kWindow, 32, noProgress(), &half).log10Sigma,
                     resolvent.grid(kWindow, 32).log10Sigma, 0.0);
  }

  void stops() {
    StopAtOnce stop;
    QVERIFY_EXCEPTION_THROWN(pseudospectrum(gaussian(30, 1, 1), kWindow, 32, stop), Stopped);
  }

  // The level line of ε of a normal matrix is a circle of radius ε about an eigenvalue that stands alone.
  void contoursOfANormalMatrixAreCircles() {
    Matrix A = Matrix::Zero(2, 2);
    A.diagonal() << 0.8, -0.8;
    const auto lines = contours(pseudospectrum(A, kWindow, 128), 0.3);
    QCOMPARE(lines.size(), std::size_t{2});
    for (const auto& line : lines) {
      QVERIFY(line.closed);
      const double centre = line.points.row(0).mean() > 0 ? 0.8 : -0.8;
      Matrix from = line.points;
      from.row(0).array() -= centre;
      QVERIFY((from.colwise().norm().array() - 0.3).abs().maxCoeff() < 2e-3);
    }
  }
};

KEYHOLE_TEST(TestPseudospectrum)

}  // namespace tst_pseudospectrum

#include "tst_pseudospectrum.moc"
