// Tests core/linalg/shifted_solver.h and smallest_singular.h
#include "core/common/random.h"
#include "core/linalg/schur.h"
#include "core/linalg/singular.h"
#include "core/linalg/smallest_singular.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_shifted_solver {

using namespace keyhole;

namespace {

using Complex = std::complex<double>;

Matrix gaussian(Index n, std::uint64_t seed) {
  return RandomStream(seed, Stream::test).normalMatrix(n, n) / std::sqrt(static_cast<double>(n));
}

ComplexVector laneOf(const Lanes& X, Index l) {
  ComplexVector x(X.cols());
  x.real() = X.row(l).transpose();
  x.imag() = X.row(X.rows() / 2 + l).transpose();
  return x;
}

Matrix chainMatrix(const Vector& links, double beta, double diagonal) {
  const Index n = links.size() + 1;
  Matrix T = diagonal * Matrix::Identity(n, n);
  T.diagonal(1) = links;
  T.row(0).tail(n - 1).array() += beta;
  return T;
}

ComplexVector someShifts() {
  ComplexVector z(5);
  z << Complex(1.2, 0), Complex(0.3, 0.8), Complex(-0.5, 1.1), Complex(2, -1), Complex(0, 0.4);
  return z;
}

// The largest relative residual ‖(z - T) x - b‖ / (‖z - T‖ ‖x‖) over lanes, both ways.
double worstResidual(const ShiftedSolver& solver, const Matrix& T) {
  const ComplexVector z = someShifts();
  const Index n = T.rows(), m = z.size();
  const Lanes B = RandomStream(9, Stream::test).normalMatrix(2 * m, n);
  const auto system = solver.at(z);
  Lanes forward = B, adjoint = B;
  system->solve(forward);
  system->solveAdjoint(adjoint);
  double worst = 0;
  for (Index l = 0; l < m; ++l) {
    const ComplexMatrix R = z(l) * ComplexMatrix::Identity(n, n) - T;
    const ComplexVector x = laneOf(forward, l), y = laneOf(adjoint, l), b = laneOf(B, l);
    worst = std::max(worst, (R * x - b).norm() / (R.norm() * x.norm()));
    worst = std::max(worst, (R.adjoint() * y - b).norm() / (R.norm() * y.norm()));
  }
  return worst;
}

}  // namespace

class TestShiftedSolver : public QObject {
  Q_OBJECT
 private slots:
  // Substitution is backward stable: the residual is the roundoff times a small factor. The sizes put blocks'
  // borders before, in and behind 2 x 2 blocks. Fails if one is cut, or b and c are exchanged.
  void quasiTriangularSystemsAreSolved() {
    for (Index n = 1; n <= 70; n += (n < 40 ? 1 : 7)) {
      const Matrix T = realSchur(gaussian(n, 40 + static_cast<std::uint64_t>(n)), false).T;
      const double worst = worstResidual(*triangularSolver(T, 1e-16), T);
      QVERIFY2(worst < 1e-14, qPrintable(QString("n = %1: %2").arg(n).arg(worst)));
    }
  }

  // Fails if the first row's sum or the links are off by one. A missing link, and one unit.
  void chainsAreSolved() {
    for (const Index n : {1, 2, 30}) {
      Vector links = Vector::Ones(n - 1);
      if (n > 10) links(7) = 0;
      const double worst = worstResidual(*chainSolver(links, 0.5, 0.1, 1e-16), chainMatrix(links, 0.5, 0.1));
      QVERIFY2(worst < 1e-14, qPrintable(QString::number(worst)));
    }
  }

  // Schur: A = Z T Zᵀ, and a triangular matrix is left alone, exactly (its exact eigenvalues depend on it).
  void schurForm() {
    const Matrix A = gaussian(30, 1);
    const RealSchur schur = realSchur(A);
    COMPARE_MATRICES(Matrix(schur.Z * schur.T * schur.Z.transpose()), A, 1e-13);
    const Matrix T = chainMatrix(Vector::Ones(19), 0.5, 0);
    COMPARE_MATRICES(realSchur(T, false).T, T, 0.0);
    QVERIFY_EXCEPTION_THROWN(realSchur(Matrix::Zero(2, 3)), std::runtime_error);
  }

  // Against a full SVD, from random starts, to the square of the residual over the gap at best and to the
  // residual at worst; the vectors have the residual that they claim.
  void smallestSingularValuesAgreeWithSvd() {
    const Index n = 45, m = 5;
    const Matrix T = realSchur(gaussian(n, 7), false).T;
    const ComplexVector z = someShifts();
    Lanes X = RandomStream(5, Stream::test).normalMatrix(2 * m, n);
    const auto found = smallestSingular(*triangularSolver(T, 1e-16), z, X, 1e-6, 1e-16);
    for (Index l = 0; l < m; ++l) {
      QVERIFY(found.converged[static_cast<std::size_t>(l)]);
      const ComplexMatrix R = z(l) * ComplexMatrix::Identity(n, n) - T;
      const double known = smallestSingularValue(R);
      QVERIFY(std::abs(found.values(l) - known) < 1e-6 * known);
      QVERIFY(found.values(l) > known * (1 - 1e-12));
      const ComplexVector x = laneOf(X, l).normalized();
      QVERIFY(std::abs((R * x).norm() - known) < 1e-5 * known);
    }
  }

  // At an eigenvalue, and far below the roundoff in a long chain (σ_min(0.1 I - shift) ~ 0.1^100): the floor,
  // no infinity, and the other lanes unharmed. Fails if one lane's overflow spreads.
  void singularShiftsStandAtTheFloor() {
    const Index n = 100;
    const auto solver = chainSolver(Vector::Ones(n - 1), 0, 0, 1e-15);
    ComplexVector z(3);
    z << Complex(0, 0), Complex(3, 0), Complex(0, 0.1);
    Lanes X = RandomStream(5, Stream::test).normalMatrix(6, n);
    const auto found = smallestSingular(*solver, z, X, 1e-6, 1e-15);
    QCOMPARE(found.values(0), 1e-15);
    QCOMPARE(found.values(2), 1e-15);
    const ComplexMatrix R = 3.0 * ComplexMatrix::Identity(n, n) - chainMatrix(Vector::Ones(n - 1), 0, 0);
    QVERIFY(std::abs(found.values(1) - smallestSingularValue(R)) < 1e-6);
    QVERIFY(X.allFinite());
  }
};

KEYHOLE_TEST(TestShiftedSolver)

}  // namespace tst_shifted_solver

#include "tst_shifted_solver.moc"
