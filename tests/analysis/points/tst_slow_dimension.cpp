// Tests core/analysis/points/slow_manifold.h: how many directions an object has.
#include "tests/analysis/points/slow_cases.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <numbers>

namespace tst_slow_dimension {

using namespace keyhole;
using namespace keyhole::test;

namespace {

const RandomStream kRandom(1, Stream::test);
constexpr double kPi = std::numbers::pi;

}  // namespace

class TestSlowDimension : public QObject {
  Q_OBJECT
 private slots:
  // A Jordan block of λ = 1 has one eigenvector: a line of fixed points, ker(J), and what lies beside it
  // drifts along it, however slowly. Fails if the dimension is the count of eigenvalues at 1.
  void aJordanBlockIsALineAlongWhichStatesDrift() {
    for (const Index n : {2, 3, 5})
      for (const double link : {1.0, 0.05, 3e-4})
        for (const bool turned : {false, true}) {
          Matrix B = 0.3 * Matrix::Identity(n, n);
          B.topLeftCorner(2, 2) << 1, link, 0, 1;
          const Matrix Q = turned ? orthogonal(n, 6000) : Matrix(Matrix::Identity(n, n));
          const FlowSystem system = linearSystem(Q * B * Q.transpose());
          const Matrix activity = kRandom.normalMatrix(n, 200, 5000);
          const FixedPoints found = findFixedPoints(system, activity.leftCols(8), {});
          const SlowManifold line = findSlowManifold(system, found.points, activity);
          QCOMPARE(line.status, SlowManifoldStatus::line);
          QCOMPARE(line.dimension, Index{1});
          QCOMPARE(line.drifting, Index{1});
          QVERIFY(line.isAtRest);
          QVERIFY(std::isinf(line.slowTau));
          QVERIFY(std::abs(std::abs(line.directions.col(0).dot(Q.col(0))) - 1) < 1e-9);
          QVERIFY2(line.message.find("no attractor") != std::string::npos, line.message.c_str());
          if (!turned)
            QCOMPARE(found.continuum.cols(), Index{1});  // turned, it is singular to rounding alone
        }
  }

  // Two such blocks have a plane of fixed points, a block of three a line. Modes that drive each other slowly
  // and decay are no Jordan block: a plane. One that is slow to decay and drives another one fast has no slow
  // places of its own.
  void whatCountsIsWhereTheFlowIsSlow() {
    Matrix twoBlocks = Matrix::Identity(4, 4), three = Matrix::Identity(3, 3);
    twoBlocks(0, 1) = twoBlocks(2, 3) = 1;
    three(0, 1) = three(1, 2) = 1;
    Matrix slow(2, 2), fast(2, 2), apart(2, 2);
    slow << 0.99, 0.02, 0, 0.98;
    fast << 0.99, 3, 0, 0.98;
    apart << 1, 0, 0, 1 - 1e-7;
    struct Row {
      Matrix B;
      Index dimension, drifting;
    };
    for (const Row& row :
         {Row{twoBlocks, 2, 2}, Row{three, 1, 2}, Row{slow, 2, 0}, Row{fast, 1, 1}, Row{apart, 2, 0}}) {
      const FlowSystem system = linearSystem(row.B);
      const Matrix activity = kRandom.normalMatrix(row.B.rows(), 200, 5000);
      const FixedPoints found = findFixedPoints(system, activity.leftCols(8), {});
      const SlowManifold object = findSlowManifold(system, found.points, activity);
      QVERIFY2(object.isFound(), object.message.c_str());
      QCOMPARE(object.dimension, row.dimension);
      QCOMPARE(object.drifting, row.drifting);
    }
  }

  // Two slow modes of an affine system: a plane, of which the activity says how far it goes.
  void aLinearPlane() {
    const Matrix U = orthogonal(9, 620);
    Vector values = Vector::Constant(9, 0.1);
    values(3) = values(7) = 0.995;
    const FlowSystem system = linearSystem(U * values.asDiagonal() * U.transpose());
    Matrix latent = 0.01 * kRandom.normalMatrix(9, 300, 700);
    const Vector t = Vector::LinSpaced(300, 0, 2 * kPi * 299 / 300);
    latent.row(3) = 2 * t.array().cos();
    latent.row(7) = t.array().sin();
    const SlowManifold found = manifoldOf(system, U * latent);
    QVERIFY2(found.status == SlowManifoldStatus::plane, found.message.c_str());
    QCOMPARE(found.dimension, Index{2});
    QVERIFY(std::abs(found.extent - 4) < 0.1 && std::abs(found.narrowest - 2) < 0.1);
    QVERIFY(std::abs((U(Eigen::all, {3, 7}).transpose() * found.directions).norm() - std::sqrt(2.0)) < 1e-9);
  }

  // Two equal modes of a tanh network at the marginal line, or near it: a plane, flat to third order. Where
  // the mode of amplitude ρ slows down to λ = 0.9 it ends in every direction: 1 - tanh² averaged over the
  // units is 0.9, which a bisection gives for single directions (their spread over the angle is that of the
  // units).
  void aTanhPlane_data() {
    QTest::addColumn<double>("value");
    QTest::addColumn<double>("noise");
    QTest::newRow("exact") << 1.0 << 0.0;
    QTest::newRow("decaying") << 0.999 << 0.0;
    QTest::newRow("perturbed") << 1.0 << 1e-3;
  }
  void aTanhPlane() {
    QFETCH(double, value);
    QFETCH(double, noise);
    const Matrix U = orthogonal(40, 800).leftCols(2);
    const FlowSystem system =
        tanhSystem(Network(DenseForm{value * U * U.transpose() + noise * kRandom.normalMatrix(40, 40, 900)}));
    const SlowManifold found = manifoldOf(system, U * kRandom.normalMatrix(2, 100, 950));
    QVERIFY2(found.status == SlowManifoldStatus::plane, found.message.c_str());
    QCOMPARE(found.dimension, Index{2});
    QVERIFY(found.narrowest > 0.5 * found.extent);
    QVERIFY((U.transpose() * found.directions).norm() > std::sqrt(2.0) * (1 - 1e-2));
    QCOMPARE(found.closedDirections, Index{0});
  }
};

KEYHOLE_TEST(TestSlowDimension)

}  // namespace tst_slow_dimension

#include "tst_slow_dimension.moc"
