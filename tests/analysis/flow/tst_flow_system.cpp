// Tests core/analysis/flow/flow_system.h
#include "core/analysis/flow/flow_field.h"
#include "core/common/random.h"
#include "core/fitting/run_student.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_flow_system {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Student drifting() {
  Student student;
  student.A = 0.3 * RandomStream(1, Stream::test).normalMatrix(3, 3);
  student.V.resize(3, 0);
  student.b = Vector::LinSpaced(3, -1, 1);
  return student;
}

// Two decaying systems whose points of rest are ±1 on the first axis, switched by its sign.
Student switching() {
  Student student;
  student.A = Matrix::Zero(2, 2);
  student.V.resize(2, 0);
  auto parts = std::make_shared<Switching>();
  for (const double side : {-1.0, 1.0}) {
    parts->A.push_back(Matrix::Zero(2, 2));
    parts->V.emplace_back(2, 0);
    parts->b.push_back(Eigen::Vector2d(side, 0));
  }
  parts->logTransition = Matrix::Constant(2, 2, std::log(0.5));
  parts->W = (Matrix(2, 2) << -5, 0, 5, 0).finished();
  parts->w = Vector::Zero(2);
  student.switching = parts;
  return student;
}

}  // namespace

class TestFlowSystem : public QObject {
  Q_OBJECT
 private slots:
  // A step of a run is α times the flow, whatever drives it. Fails if the constant drive is lost or scaled.
  void stepsFollowTheFlow_data() {
    QTest::addColumn<bool>("switches");
    QTest::newRow("constant drive") << false;
    QTest::newRow("switching") << true;
  }
  void stepsFollowTheFlow() {
    QFETCH(bool, switches);
    const Student student = switches ? switching() : drifting();
    const FlowSystem system = systemOf(student);
    QCOMPARE(isAffine(system), !switches);
    const Matrix states = RandomStream(2, Stream::test).normalMatrix(student.A.rows(), 7);
    Matrix next(states.rows(), states.cols());
    FreeRun(system, 0.1).step(states, next);
    COMPARE_MATRICES(next, Matrix(states + 0.1 * flow(system, states)), 1e-14);
  }

  // The flow and the student's own run are one system: two roads to one trajectory.
  void runsAgreeWithRunStudent() {
    for (const Student& student : {drifting(), switching()}) {
      const FlowSystem system = systemOf(student);
      Vector now = Vector::Constant(student.A.rows(), 0.4), next(now.size());
      const auto run = runStudent(student, now, 200, Matrix(), Matrix(now.size(), 0), 1);
      FreeRun free(system, student.alpha);
      for (int t = 1; t < 200; ++t) {
        free.step(now, next);
        now.swap(next);
      }
      COMPARE_MATRICES(Matrix(now), Matrix(run.states.col(199)), 1e-12);
    }
  }

  // The projected flow of a driven system is the projection of its flow.
  void fieldHoldsTheDrive() {
    const FlowSystem system = systemOf(drifting());
    const Matrix trajectory = RandomStream(3, Stream::test).normalMatrix(3, 50);
    const FlowPlane plane = planeOf(pca(trajectory, 3), trajectory);
    const FlowField field = flowField(system, plane, trajectory, {4, 4, 10});
    const Vector at = liftPoint(plane, field.arrowX(1, 2), field.arrowY(1, 2));
    const Vector velocity = plane.E.transpose() * flow(system, at);
    QVERIFY(std::abs(velocity(0) - field.arrowU(1, 2)) < 1e-12 &&
            std::abs(velocity(1) - field.arrowV(1, 2)) < 1e-12);
  }

  // Each half of the plane belongs to the system that keeps it, and rests at its own point.
  void regionsAreWhereTheirSystemsHold() {
    const FlowSystem system = systemOf(switching());
    const Matrix states = (Matrix(2, 3) << -2, 0.5, 3, 0, 0, 0).finished();
    QCOMPARE(regionsOf(system, states), (std::vector<int>{0, 1, 1}));
    COMPARE_MATRICES(flow(system, Eigen::Vector2d(1, 0)), Matrix::Zero(2, 1), 1e-15);
    COMPARE_MATRICES(flow(system, Eigen::Vector2d(-1, 0)), Matrix::Zero(2, 1), 1e-15);
  }
};

KEYHOLE_TEST(TestFlowSystem)

}  // namespace tst_flow_system

#include "tst_flow_system.moc"
