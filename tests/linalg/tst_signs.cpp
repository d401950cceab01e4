// Tests core/linalg/signs.h, and that what is made of eigenvectors keeps to it.
#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "core/linalg/pca.h"
#include "core/linalg/signs.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <vector>

namespace tst_signs {

using namespace keyhole;

namespace {

// 0 … n-1 in another order.
std::vector<Index> shuffled(Index n) {
  std::vector<Index> order;
  for (Index i = 0; i < n; ++i) order.push_back((5 * i + 3) % n);  // n is no multiple of 5
  return order;
}

}  // namespace

class TestSigns : public QObject {
  Q_OBJECT
 private slots:
  void signIsThatOfTheLargestEntry() {
    QCOMPARE(directionSign(Vector{{1.0, -3.0, 2.0}}), -1.0);
    QCOMPARE(directionSign(Vector{{-1.0, 3.0, -2.0}}), 1.0);
    QCOMPARE(directionSign(Vector(Vector::Zero(3))), 1.0);
    QCOMPARE(directionSign(Vector()), 1.0);
  }

  // (1, -1)/√2 and the like: rounding decides which entry is the larger one, and must not decide the sign.
  // Fails if the largest entry is taken literally.
  void roundingDecidesNothing() {
    for (const double little : {-1e-9, 0.0, 1e-9}) {
      QCOMPARE(directionSign(Vector{{1.0, -1.0 + little, 0.5}}), 1.0);
      QCOMPARE(directionSign(Vector{{-1.0, 1.0 + little, 0.5}}), -1.0);
    }
  }

  // Two roads to the same vectors, with other rounding: the units in another order. LAPACK's own signs follow
  // no such rule. Fails if eigenvectors or components keep those. (1e-10: n ε over the eigenvalues' gaps.)
  void orderOfTheUnitsDoesNotMatter() {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const Index n = 12;
      const auto order = shuffled(n);
      const Matrix X = RandomStream(seed, Stream::test).normalMatrix(n, 40);
      const Matrix moved = X(order, Eigen::all);
      const Matrix gram = X * X.transpose(), movedGram = moved * moved.transpose();
      const Matrix vectors = symmetricEigenSystem(gram).vectors;
      COMPARE_MATRICES(symmetricEigenSystem(movedGram).vectors, Matrix(vectors(order, Eigen::all)), 1e-10);
      const Matrix components = pca(X, 4).components;
      COMPARE_MATRICES(pca(moved, 4).components, Matrix(components(order, Eigen::all)), 1e-10);
      for (Index j = 0; j < n; ++j) QCOMPARE(directionSign(vectors.col(j)), 1.0);
    }
  }
};

KEYHOLE_TEST(TestSigns)

}  // namespace tst_signs

#include "tst_signs.moc"
