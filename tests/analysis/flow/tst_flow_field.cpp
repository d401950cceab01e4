// Tests core/analysis/flow/flow_field.h
#include "core/analysis/flow/flow_field.h"
#include "core/common/random.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/teacher_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_flow_field {

using namespace keyhole;
using namespace keyhole::test;

namespace {

struct Case {
  FlowSystem system;
  Matrix trajectory;
};

Case made(TeacherKind kind, Nonlinearity phi, Convention convention) {
  auto options = teacherOptions(kind, 20, 1, phi);
  options.convention = convention;
  const Teacher teacher = buildTeacher(options);
  SimulationOptions run;
  run.steps = 600;
  // An off-centre trajectory: an arrow from which the mean is subtracted would show.
  return {{teacher.network, phi, convention}, activityOf(teacher, run).array() + 2.0};
}

}  // namespace

class TestFlowField : public QObject {
  Q_OBJECT
  static void forms() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<bool>("tanh");
    QTest::addColumn<bool>("leaky");
    for (auto kind : {TeacherKind::gaussian, TeacherKind::lowRankOscillator, TeacherKind::chain})
      for (bool tanh : {false, true})
        for (bool leaky : {false, true})
          QTest::addRow("%s %d %d", nameOf(kind).c_str(), tanh, leaky)
              << static_cast<int>(kind) << tanh << leaky;
  }
 private slots:
  // Between two trials stands a column that is no number, and nothing else is lost. Fails if a line leads
  // from one trial into the next, or if a break at the beginning or behind the end makes one.
  void trialsAreParted() {
    const Case c = made(TeacherKind::symmetric, Nonlinearity::linear, Convention::leakyRate);
    const Matrix points = c.trajectory.leftCols(30);
    const FlowPlane plane = planeOf(pca(c.trajectory, 3), c.trajectory);
    FlowOptions options{6, 8, 50};
    const Matrix whole = flowField(c.system, plane, points, options).trajectory;
    options.breaks = {10, 25};
    const Matrix parted = flowField(c.system, plane, points, options).trajectory;
    QVERIFY(parted.cols() == 32 && whole.cols() == 30);
    QVERIFY(parted.col(10).array().isNaN().all() && parted.col(26).array().isNaN().all());
    QVERIFY(parted.leftCols(10) == whole.leftCols(10) &&
            parted.middleCols(11, 15) == whole.middleCols(10, 15) &&
            parted.rightCols(5) == whole.rightCols(5));
    options.trajectoryPoints = 10;  // every third point: from 9 to 12, and from 24 to 27
    const Matrix few = flowField(c.system, plane, points, options).trajectory;
    QVERIFY(few.cols() == 12 && few.col(4).array().isNaN().all() && few.col(10).array().isNaN().all());
    options.breaks = {0, 30};
    QVERIFY(flowField(c.system, plane, points, options).trajectory.array().isFinite().all());
  }

  // Every arrow and speed is the projection Eᵀ F(base + E c) of the full flow: the shortcut through EᵀB
  // changes nothing. Fails if the mean is subtracted from a direction, or rows and columns of the grid are
  // exchanged.
  void arrowsAreProjectedVelocities_data() { forms(); }
  void arrowsAreProjectedVelocities() {
    QFETCH(int, kind);
    QFETCH(bool, tanh);
    QFETCH(bool, leaky);
    const Case c = made(static_cast<TeacherKind>(kind), tanh ? Nonlinearity::tanh : Nonlinearity::linear,
                        leaky ? Convention::leakyRate : Convention::standard);
    const FlowPlane plane = planeOf(pca(c.trajectory, 3), c.trajectory);
    const FlowField field = flowField(c.system, plane, c.trajectory, {6, 8, 50});
    for (Index row = 0; row < 6; ++row)
      for (Index column = 0; column < 6; ++column) {
        const Vector state = liftPoint(plane, field.arrowX(row, column), field.arrowY(row, column));
        const Vector velocity = plane.E.transpose() * flow(c.system, state);
        QVERIFY(std::abs(velocity(0) - field.arrowU(row, column)) < 1e-9 * std::max(1.0, velocity.norm()));
        QVERIFY(std::abs(velocity(1) - field.arrowV(row, column)) < 1e-9 * std::max(1.0, velocity.norm()));
      }
    QVERIFY(field.arrowX(0, 1) > field.arrowX(0, 0) && field.arrowY(1, 0) > field.arrowY(0, 0));
    QVERIFY(field.trajectory.cols() <= 50);
    const double x = plane.x0 + (plane.x1 - plane.x0) * 2.5 / 8,
                 y = plane.y0 + (plane.y1 - plane.y0) * 5.5 / 8;
    const double speed = (plane.E.transpose() * flow(c.system, liftPoint(plane, x, y))).norm();
    QVERIFY(std::abs(field.speed(5, 2) - speed) < 1e-9 * std::max(1.0, speed));
  }

  // View arithmetic both ways; the held PCs keep their value half-way through.
  void liftAndProjectAreInverse() {
    const Case c = made(TeacherKind::gaussian, Nonlinearity::tanh, Convention::standard);
    const Pca basis = pca(c.trajectory, 20);
    const FlowPlane plane = planeOf(basis, c.trajectory);
    const Matrix there = toPlane(plane, liftPoint(plane, 0.7, -1.3));
    QVERIFY(std::abs(there(0, 0) - 0.7) < 1e-12 && std::abs(there(1, 0) + 1.3) < 1e-12);
    const Vector held = projectStates(basis, plane.base),
                 middle = projectStates(basis, c.trajectory.col(300));
    QVERIFY(std::abs(held(0)) < 1e-10 && std::abs(held(1)) < 1e-10);
    COMPARE_MATRICES(held.tail(18), middle.tail(18), 1e-10);
    // The middle state itself lies in the plane.
    const Matrix at = toPlane(plane, c.trajectory.col(300));
    COMPARE_MATRICES(liftPoint(plane, at(0, 0), at(1, 0)), Vector(c.trajectory.col(300)), 1e-10);
  }

  // The discrete run follows the flow: its first step is α F. Order of convergence: half the step, half the
  // error per time.
  void probeFollowsTheFlow() {
    const Case c = made(TeacherKind::lowRankOscillator, Nonlinearity::tanh, Convention::standard);
    const FlowPlane plane = planeOf(pca(c.trajectory, 3), c.trajectory);
    const Vector start = liftPoint(plane, 0.3, 0.2);
    const Matrix path = probeTrajectory(c.system, plane, start, 0.01, 10);
    const Vector step = plane.E.transpose() * flow(c.system, start) * 0.01;
    COMPARE_MATRICES(Vector(path.col(1) - path.col(0)), step, 1e-12);
    const auto end = [&](int halvings) {
      const double alpha = 0.1 / (1 << halvings);
      return Vector(probeTrajectory(c.system, plane, start, alpha, 10 << halvings).rightCols(1));
    };
    const double ratio = (end(3) - end(4)).norm() / (end(4) - end(5)).norm();
    QVERIFY2(ratio > 1.7 && ratio < 2.3, qPrintable(QString::number(ratio)));
  }

  void oneUnitHasAPlaneToo() {
    const Matrix x = RandomStream(1, Stream::test).normalMatrix(1, 50);
    FlowSystem system{Network(DenseForm{Matrix::Constant(1, 1, 0.5)}), Nonlinearity::linear,
                      Convention::standard};
    const FlowField field = flowField(system, planeOf(pca(x, 3), x), x, {});
    QVERIFY(field.speed.allFinite() && field.arrowU.allFinite());
    QCOMPARE(field.plane.varianceExplained2, 0.0);
  }
};

KEYHOLE_TEST(TestFlowField)

}  // namespace tst_flow_field

#include "tst_flow_field.moc"
