// Tests core/linalg/lyapunov.h
#include "core/common/random.h"
#include "core/linalg/lyapunov.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_lyapunov {

using namespace keyhole;

class TestLyapunov : public QObject {
  Q_OBJECT

  static Matrix stable(Index n, std::uint64_t seed) {
    return 0.7 * RandomStream(seed, Stream::test).normalMatrix(n, n) / std::sqrt(static_cast<double>(n)) -
           Matrix::Identity(n, n);
  }

 private slots:
  // The residual is computed here from the defining equation, not read from the solution. Fails with a wrong
  // sign or a missing transposition.
  void continuousEquationHolds() {
    for (Index n : {1, 2, 10, 60}) {
      const Matrix J = stable(n, 2), Q = Matrix::Identity(n, n);
      const auto solution = solveContinuousLyapunov(J, Q);
      QVERIFY(solution.stable);
      const double residual = (J * solution.X + solution.X * J.transpose() + Q).norm();
      QVERIFY2(residual < 1e-12 * static_cast<double>(n), qPrintable(QString::number(residual)));
      QVERIFY(solution.residual < 1e-12);
    }
  }

  void discreteEquationHolds() {
    const Index n = 30;
    const Matrix W = Matrix::Identity(n, n) + 0.01 * stable(n, 4), Q = 1e-4 * Matrix::Identity(n, n);
    const auto solution = solveDiscreteLyapunov(W, Q);
    QVERIFY(solution.stable);
    QVERIFY((W * solution.X * W.transpose() + Q - solution.X).norm() < 1e-12 * solution.X.norm());
  }

  // With α → 0 the discrete solution for W = I + αJ, Q = α I tends to the continuous one, with an error of
  // order α: halving α halves it. Fails if either solver has a wrong factor.
  void discreteTendsToContinuousAtFirstOrder() {
    const Index n = 12;
    const Matrix J = stable(n, 6), I = Matrix::Identity(n, n);
    const Matrix X = solveContinuousLyapunov(J, I).X;
    const auto error = [&](double alpha) {
      return (solveDiscreteLyapunov(I + alpha * J, alpha * I).X - X).norm();
    };
    const double ratio = error(0.01) / error(0.005);
    QVERIFY2(ratio > 1.9 && ratio < 2.1, qPrintable(QString::number(ratio)));
  }

  // x' = -a x: X = 1/(2a). An eigenvalue on or beyond the axis has no stationary state.
  void scalarCases() {
    const Matrix one = Matrix::Constant(1, 1, 1.0);
    QVERIFY(std::abs(solveContinuousLyapunov(-4.0 * one, one).X(0, 0) - 0.125) < 1e-15);
    QVERIFY(!solveContinuousLyapunov(0.0 * one, one).stable);
    QVERIFY(!solveDiscreteLyapunov(1.0 * one, one).stable);
    QVERIFY(!solveDiscreteLyapunov(-1.5 * one, one).stable);
    QVERIFY(std::abs(solveDiscreteLyapunov(0.5 * one, one).X(0, 0) - 4.0 / 3.0) < 1e-14);
  }
};

KEYHOLE_TEST(TestLyapunov)

}  // namespace tst_lyapunov

#include "tst_lyapunov.moc"
