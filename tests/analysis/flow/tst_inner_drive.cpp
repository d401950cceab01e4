// Tests the constant drive inside of φ (FlowSystem::inner): every form in which a flow is written knows it.
#include "core/analysis/flow/flow_equation.h"
#include "core/analysis/flow/flow_field.h"
#include "core/analysis/flow/jacobian.h"
#include "core/analysis/flow/tangent.h"
#include "core/analysis/points/box_equation.h"
#include "core/analysis/points/symmetries.h"
#include "core/common/random.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_inner_drive {

using namespace keyhole;
using namespace keyhole::test;

namespace {

const RandomStream kRandom(1, Stream::test);
constexpr Index kUnits = 4;

FlowSystem driven(double gain = 0.8) {
  FlowSystem system{Network(DenseForm{gain * kRandom.normalMatrix(kUnits, kUnits)}), Nonlinearity::tanh,
                    Convention::leakyRate};
  system.drive = 0.3 * kRandom.normalMatrix(kUnits, 1, 1000);
  system.inner = 0.7 * kRandom.normalMatrix(kUnits, 1, 2000);
  return system;
}

Vector byHand(const FlowSystem& system, const Vector& z) {
  const Vector argument = system.network.dense() * z + system.inner;
  return -z + Vector(argument.array().tanh()) + system.drive;
}

// Where the flow rests, by following it: the gain is small enough.
Vector restOf(const FlowSystem& system) {
  Vector z = Vector::Zero(kUnits);
  for (int i = 0; i < 2000; ++i) z += 0.2 * byHand(system, z);
  return z;
}

}  // namespace

class TestInnerDrive : public QObject {
  Q_OBJECT

 private slots:
  void everyFormOfTheFlowKnowsIt() {
    const FlowSystem system = driven();
    const Matrix states = kRandom.normalMatrix(kUnits, 3, 50);
    const Matrix velocities = flow(system, states);
    Matrix next(kUnits, 3);
    FreeRun(system, 0.1).step(states, next);
    const FlowEquation equation(system);
    for (Index j = 0; j < 3; ++j) {
      const Vector expected = byHand(system, states.col(j));
      COMPARE_MATRICES(Vector(velocities.col(j)), expected, 1e-14);
      COMPARE_MATRICES(Vector(next.col(j)), Vector(states.col(j) + 0.1 * expected), 1e-14);
      FlowEquation::Value value;
      equation.evaluate(states.col(j), value);
      COMPARE_MATRICES(value.f, expected, 1e-14);
      COMPARE_MATRICES(equation.jacobian(value), jacobian(system, states.col(j)), 1e-13);
    }
  }

  // Against differences; the slope is that of tanh at B z + a.
  void theSlopesAreTakenThere() {
    const FlowSystem system = driven();
    const Vector z = kRandom.normalMatrix(kUnits, 1, 70);
    const double h = 1e-5;
    Matrix differences(kUnits, kUnits);
    for (Index i = 0; i < kUnits; ++i) {
      Vector up = z, down = z;
      up(i) += h;
      down(i) -= h;
      differences.col(i) = (byHand(system, up) - byHand(system, down)) / (2 * h);
    }
    COMPARE_MATRICES(jacobian(system, z), differences, 1e-8);
    COMPARE_MATRICES(tangentFlow(system, z, Matrix::Identity(kUnits, kUnits)), differences, 1e-8);
    QVERIFY(std::abs(divergence(system, z) - differences.trace()) < 1e-7);
  }

  // The drawn arrows are the flow's, projected.
  void thePictureKnowsIt() {
    const FlowSystem system = driven();
    const Matrix run = kRandom.normalMatrix(kUnits, 40, 90);
    const FlowPlane plane = planeOf(pca(run, kUnits), run);
    const FlowField field = flowField(system, plane, run, {});
    const Vector z = liftPoint(plane, field.arrowX(2, 5), field.arrowY(2, 5));
    const Vector arrow = plane.E.transpose() * byHand(system, z);
    QVERIFY(std::abs(field.arrowU(2, 5) - arrow(0)) < 1e-12);
    QVERIFY(std::abs(field.arrowV(2, 5) - arrow(1)) < 1e-12);
  }

  // The boxes' unknowns are x = B z + a: their equation holds where the flow rests, and leads back there.
  void pointsOfRestAreTheRightOnes() {
    const FlowSystem system = driven(0.3);
    const Vector rest = restOf(system);
    QVERIFY(byHand(system, rest).norm() < 1e-12);
    const BoxEquation equation = boxEquationOf(system);
    const Vector x = system.network.dense() * rest + system.inner;
    Vector value, error;
    equation.residual(x, value, error);
    QVERIFY(value.norm() < 1e-12);
    COMPARE_MATRICES(stateOfRoot(system, equation, x), rest, 1e-12);
  }

  // With a drive inside alone the mirror image of a point of rest is none.
  void itBreaksTheMirrorSymmetry() {
    FlowSystem system = driven();
    system.drive.resize(0);
    QVERIFY(!isOdd(system));
    QVERIFY(symmetriesOf(system).empty());
    system.inner.setZero();
    QVERIFY(isOdd(system));
    QVERIFY(!symmetriesOf(system).empty());
  }
};

KEYHOLE_TEST(TestInnerDrive)

}  // namespace tst_inner_drive

#include "tst_inner_drive.moc"
