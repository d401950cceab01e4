// Tests core/network/network.h
#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "core/network/network.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_network {

using namespace keyhole;

namespace {

std::vector<Network> forms(Index D) {
  const RandomStream random(3, Stream::test);
  ChainForm bare;
  bare.links = Vector::Ones(D - 1);
  bare.links(2) = 0;
  bare.diagonal = 0.1;
  ChainForm rotated = bare;
  rotated.U = haarColumns(random, D, D);
  return {Network(DenseForm{random.normalMatrix(D, D)}),
          Network(LowRankForm{random.normalMatrix(D, 2, 100), random.normalMatrix(D, 2, 200)}), Network(bare),
          Network(rotated)};
}

}  // namespace

class TestNetwork : public QObject {
  Q_OBJECT
 private slots:
  // Every form is its dense matrix: applying it, and applying it from the left. Fails if a structure's
  // shortcut is wrong.
  void formsAgreeWithTheirDenseMatrix() {
    const Index D = 9;
    const Matrix X = RandomStream(4, Stream::test).normalMatrix(D, 5);
    for (const Network& network : forms(D)) {
      const Matrix B = network.dense();
      COMPARE_MATRICES(network.applied(X), B * X, 1e-12);
      COMPARE_MATRICES(network.leftApplied(X), X.transpose() * B, 1e-12);
    }
  }

  // A few states of a large dense network go through blocks of rows. Fails if the last, shorter one is
  // missing.
  void fewStatesOfManyUnits() {
    const Matrix B = RandomStream(1, Stream::test).normalMatrix(501, 501);
    const Matrix X = RandomStream(2, Stream::test).normalMatrix(501, 8);
    // Sums of 501 products of size 1: rounding is some 1e-14.
    COMPARE_MATRICES(Network(DenseForm{B}).applied(X), B * X, 1e-11);
  }

  // Where eigenvalues are claimed to be exact they must be those of the dense matrix, within the
  // eigensolver's error: the chain is checked on 4 units, since the error of a k-fold defective eigenvalue is
  // ε^(1/k).
  void exactEigenvaluesAreTrue() {
    const auto small = forms(4);
    COMPARE_EIGENVALUES(*small[1].exactEigenvalues(), eigenvalues(small[1].dense()), 1e-6);
    COMPARE_EIGENVALUES(*small[3].exactEigenvalues(), eigenvalues(small[3].dense()), 1e-3);
    QVERIFY(!small[0].exactEigenvalues());
  }

  // The chain of the paper: T(i, i+1) = 1, β added to the first row from the second column on.
  void chainMatrixIsThePapers() {
    ChainForm chain;
    chain.beta = 0.5;
    chain.links = Vector::Ones(3);
    Matrix T(4, 4);
    T << 0, 1.5, 0.5, 0.5, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0;
    COMPARE_MATRICES(chain.modeMatrix(), T, 0.0);
  }
};

KEYHOLE_TEST(TestNetwork)

}  // namespace tst_network

#include "tst_network.moc"
