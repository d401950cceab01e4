// Tests core/linalg/subspace.h
#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "core/linalg/subspace.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_subspace {

using namespace keyhole;
using namespace keyhole::test;

class TestSubspace : public QObject {
  Q_OBJECT
 private slots:
  // The definition: A maps the subspace into itself, with the leading eigenvalues, and never splits a pair.
  void leadingSubspaceIsInvariant() {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const Matrix A = RandomStream(seed, Stream::test).normalMatrix(9, 9);
      const ComplexVector all = eigenvalues(A);
      for (Index k = 0; k <= 9; ++k) {
        const InvariantSubspace leading = leadingInvariantSubspace(A, k);
        const Matrix& Z = leading.basis;
        QVERIFY(Z.cols() == k || Z.cols() == k + 1);
        COMPARE_MATRICES(Z.transpose() * Z, Matrix::Identity(Z.cols(), Z.cols()), 1e-13);
        COMPARE_MATRICES(A * Z, Z * (Z.transpose() * A * Z), 1e-12);
        QVERIFY(leading.gap > 0);
        if (Z.cols() == 0) continue;
        COMPARE_EIGENVALUES(eigenvalues(Z.transpose() * A * Z), all.head(Z.cols()), 1e-10);
        COMPARE_EIGENVALUES(leading.values, all.head(Z.cols()), 1e-10);
      }
    }
  }

  // Two planes in four dimensions that were turned against each other by known angles, one of them so small
  // that its cosine is 1.
  void anglesAreThoseOfTheConstruction() {
    const Matrix Q = haarColumns(RandomStream(2, Stream::test), 7, 4);
    for (const double small : {1e-9, 0.3, 1.2}) {
      Matrix V(7, 2);
      V.col(0) = std::cos(small) * Q.col(0) + std::sin(small) * Q.col(2);
      V.col(1) = std::cos(1.4) * Q.col(1) + std::sin(1.4) * Q.col(3);
      const Matrix turned = V * haarColumns(RandomStream(3, Stream::test), 2, 2);
      const Vector angles = principalAngles(Q.leftCols(2), turned);
      QVERIFY(std::abs(angles(0) - small) < 1e-14 && std::abs(angles(1) - 1.4) < 1e-14);
      const Vector same = principalAngles(turned, Q.leftCols(2));
      QVERIFY((angles - same).norm() < 1e-14);
      QCOMPARE(principalAngles(Q.leftCols(3), turned).size(), Index{2});
    }
    QCOMPARE(principalAngles(Q, Matrix(7, 0)).size(), Index{0});
  }

  // The mean of cos² over 4000 random pairs; its standard error is below 0.003.
  void chanceLevel() {
    double sum = 0;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
      const Matrix U = haarColumns(RandomStream(seed, Stream::test, 1), 12, 2);
      const Matrix V = haarColumns(RandomStream(seed, Stream::test, 2), 12, 3);
      sum += principalAngles(U, V).array().cos().square().mean() / 2000;
    }
    QVERIFY(std::abs(sum - std::pow(chanceCosine(2, 3, 12), 2)) < 0.012);
    QCOMPARE(chanceCosine(5, 1, 4), 1.0);
  }
};

KEYHOLE_TEST(TestSubspace)

}  // namespace tst_subspace

#include "tst_subspace.moc"
