// Tests what core/analysis/points/fixed_points.h finds where the answer is known in closed form: linear
// systems and nilpotent chains.
#include "core/analysis/flow/jacobian.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "tests/analysis/points/fixed_point_cases.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_fixed_points_affine {

using namespace keyhole;
using namespace keyhole::test;

class TestFixedPointsAffine : public QObject {
  Q_OBJECT

 private slots:
  // Linear systems: one point, (I - B)⁻¹ v, with the eigenvalues of B, from no start at all.
  void affineSystemsAreSolved() {
    const Matrix B = 0.3 * kRandom.normalMatrix(8, 8, 20);
    const Vector v = kRandom.normalMatrix(8, 1, 40);
    const FixedPoints found = findFixedPoints(linearSystem(B, v), Matrix(8, 0));
    QCOMPARE(found.status, FixedPointStatus::exact);
    QCOMPARE(found.points.size(), std::size_t{1});
    const Vector expected = leastSquares(Matrix::Identity(8, 8) - B, v);
    COMPARE_MATRICES(found.points[0].position, expected, 1e-12);
    QVERIFY(found.points[0].residual < 1e-13);
    COMPARE_EIGENVALUES(found.points[0].local.eigenvalues, eigenvalues(B), 1e-12);
    QCOMPARE(found.points[0].local.stability,
             eigenvalues(B)(0).real() < 1 ? Stability::stable : Stability::saddle);
  }

  // λ = 1 exactly: a line of fixed points if the drive lies in the range, none if it does not. Fails if the
  // singular direction is missed or the status guessed.
  void singularSystemsHaveALineOrNothing() {
    // In whatever order the units are: a last pivot that is 0 is one, too.
    for (const Index at : {0, 1, 2}) {
      Matrix B = 0.2 * Matrix::Identity(3, 3);
      B(at, at) = 1;
      const FixedPoints found =
          findFixedPoints({Network(DenseForm{B}), Nonlinearity::linear}, Matrix::Ones(3, 4));
      QCOMPARE(found.status, FixedPointStatus::continuum);
      QVERIFY(std::abs(std::abs(found.continuum(at, 0)) - 1) < 1e-12);
    }
    Matrix U = haarColumns(kRandom, 6, 6, 60);
    Vector values = Vector::LinSpaced(6, 1, -0.5);
    const Matrix B = U * values.asDiagonal() * U.transpose();
    const FixedPoints line = findFixedPoints(linearSystem(B, U.col(2)), Matrix(6, 0));
    QCOMPARE(line.status, FixedPointStatus::continuum);
    QCOMPARE(line.continuum.cols(), Index{1});
    QVERIFY(std::abs(std::abs(line.continuum.col(0).dot(U.col(0))) - 1) < 1e-12);
    QVERIFY(line.points[0].residual < 1e-13);
    QCOMPARE(line.points[0].local.stability, Stability::marginal);
    const FixedPoints none = findFixedPoints(linearSystem(B, U.col(0)), Matrix(6, 0));
    QCOMPARE(none.status, FixedPointStatus::inconsistent);
    QVERIFY(none.points.empty());
  }

  // The low-rank road of a linear system is that of its dense form, and of any size.
  void affineLowRankAgreesWithDense() {
    const LowRankForm form = severalWells(30, 2);
    const Vector v = kRandom.normalMatrix(30, 1, 80);
    const FlowSystem low{Network(form), Nonlinearity::linear, Convention::standard, v, {}};
    const auto a = findFixedPoints(low, Matrix(30, 0));
    const auto b = findFixedPoints(linearSystem(low.network.dense(), v), Matrix(30, 0));
    COMPARE_MATRICES(a.points[0].position, b.points[0].position, 1e-11);
    QCOMPARE(a.points[0].local.stability, b.points[0].local.stability);
    QCOMPARE(a.points[0].local.furtherZeros, Index{28});
  }

  // A nilpotent chain, linear and tanh, rotated or not: one fixed point, 0, whose spectrum is exactly zero.
  // Fails if a general solver's ring of radius ε^(1/D) is shown instead, which would make the point a saddle.
  void nilpotentChainRestsAtZero_data() {
    QTest::addColumn<bool>("rotated");
    QTest::addColumn<bool>("tanh");
    for (const bool rotated : {false, true})
      for (const bool tanh : {false, true})
        QTest::addRow("%s, %s", rotated ? "rotated" : "plain", tanh ? "tanh" : "linear") << rotated << tanh;
  }
  void nilpotentChainRestsAtZero() {
    QFETCH(bool, rotated);
    QFETCH(bool, tanh);
    TeacherOptions options = teacherOptions(TeacherKind::chain, 40);
    options.chainRotated = rotated;
    FlowSystem system{buildTeacher(options).network,
                      tanh ? Nonlinearity::tanh : Nonlinearity::linear,
                      Convention::standard,
                      {},
                      {}};
    const FixedPoints found = findFixedPoints(system, kRandom.normalMatrix(40, 20, 90));
    QCOMPARE(countOf(found, PointKind::fixed), Index{1});
    const FixedPoint& point = found.points[0];
    QVERIFY2(point.position.norm() < 1e-9, qPrintable(QString::number(point.position.norm())));
    if (!tanh || !rotated || (slopes(system, point.position).array() == 1).all()) {
      QVERIFY(point.local.exact);
      QVERIFY(point.local.eigenvalues.cwiseAbs().maxCoeff() == 0);
      QCOMPARE(point.local.stability, Stability::stable);
    }
  }
};

KEYHOLE_TEST(TestFixedPointsAffine)

}  // namespace tst_fixed_points_affine

#include "tst_fixed_points_affine.moc"
