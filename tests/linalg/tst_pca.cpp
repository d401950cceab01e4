// Tests core/linalg/pca.h
#include "core/common/random.h"
#include "core/linalg/pca.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_pca {

using namespace keyhole;

class TestPca : public QObject {
  Q_OBJECT
 private slots:
  // Data on a plane through an off-centre point: two components carry all variance, and lifting the scores
  // gives the data back. Fails if the mean is not removed or components are not orthonormal.
  void recoversAPlane() {
    const RandomStream random(1, Stream::test);
    const Matrix X =
        (random.normalMatrix(8, 2) * random.normalMatrix(2, 300, 50)).colwise() + Vector::Constant(8, 5.0);
    const Pca basis = pca(X, 3);
    QVERIFY(std::abs(basis.variances.head(2).sum() / basis.totalVariance - 1) < 1e-12);
    const Matrix back = (basis.components * projectStates(basis, X)).colwise() + basis.mean;
    COMPARE_MATRICES(back, X, 1e-10);
    for (Index j = 0; j < 3; ++j) {
      Index largest = 0;
      basis.components.col(j).cwiseAbs().maxCoeff(&largest);
      QVERIFY(basis.components(largest, j) > 0);
    }
  }

  // Fewer samples than units: the two roads, over the samples and over the units, give the same components,
  // variances and participation ratio. Fails if the small road forgets the mean, the scale or the signs.
  // Rounding is about n ε of the largest variance over the gap of the variances asked for.
  void fewerSamplesThanUnits() {
    const Matrix loads = RandomStream(1, Stream::test).normalMatrix(60, 3);
    const Matrix scores = RandomStream(2, Stream::test).normalMatrix(3, 20);
    const Matrix X = (loads * Vector{{3.0, 2.0, 1.0}}.asDiagonal() * scores).colwise() + Vector::Ones(60);
    const Matrix noisy = X + 0.01 * RandomStream(3, Stream::test).normalMatrix(60, 20);
    const Pca few = pca(noisy, 3);
    const Matrix centred = noisy.colwise() - noisy.rowwise().mean();
    const Matrix covariance = centred * centred.transpose() / 19;
    COMPARE_MATRICES(covariance * few.components, Matrix(few.components * few.variances.asDiagonal()), 1e-9);
    COMPARE_MATRICES(few.components.transpose() * few.components, Matrix(Matrix::Identity(3, 3)), 1e-9);
    QVERIFY(std::abs(few.totalVariance - covariance.trace()) < 1e-9);
    const double ratio = covariance.trace() * covariance.trace() / covariance.squaredNorm();
    QVERIFY(std::abs(few.participationRatio - ratio) < 1e-9);
    // Two samples span one direction; the others are still orthonormal.
    const Pca two = pca(noisy.leftCols(2), 3);
    COMPARE_MATRICES(two.components.transpose() * two.components, Matrix(Matrix::Identity(3, 3)), 1e-9);
  }

  // n equal variances: participation ratio n; one direction: 1.
  void participationRatio() {
    Matrix X = Matrix::Zero(4, 8);
    for (Index i = 0; i < 4; ++i) {
      X(i, 2 * i) = 1;
      X(i, 2 * i + 1) = -1;
    }
    QVERIFY(std::abs(pca(X, 2).participationRatio - 4) < 1e-12);
    X.bottomRows(3).setZero();
    QVERIFY(std::abs(pca(X, 2).participationRatio - 1) < 1e-12);
    QCOMPARE(pca(Matrix::Ones(3, 5), 2).participationRatio, 0.0);
  }
};

KEYHOLE_TEST(TestPca)

}  // namespace tst_pca

#include "tst_pca.moc"
