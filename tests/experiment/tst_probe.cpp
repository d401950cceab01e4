// Tests probe(): a click in a flow field starts the same trajectory in teacher and student.
#include "core/io/npy.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

namespace tst_probe {

using namespace keyhole;
using namespace keyhole::test;

namespace {

using Result = std::shared_ptr<const Experiment>;

Vector phiOf(const Vector& x, Nonlinearity phi) {
  return phi == Nonlinearity::tanh ? Vector(x.array().tanh()) : x;
}

// The run again, written from the equations with the dense matrix, in the plane.
Matrix run(const FlowSystem& system, const FlowPlane& plane, Vector z, double alpha, Index points) {
  const Matrix B = system.network.dense();
  Matrix path(2, points);
  for (Index t = 0; t < points; ++t) {
    path.col(t) = plane.E.transpose() * (z - plane.base);
    const Vector drive = system.convention == Convention::leakyRate ? phiOf(B * z, system.phi)
                                                                    : Vector(B * phiOf(z, system.phi));
    z = (1 - alpha) * z + alpha * drive;
  }
  return path;
}

const FlowPlane& teacherPlane(const Result& experiment) {
  return experiment->teacherAnalysis->flow.plane;
}
const FlowPlane& studentPlane(const Result& experiment) {
  return experiment->studentAnalysis->flow.plane;
}

}  // namespace

class TestProbe : public QObject {
  Q_OBJECT

 private slots:
  // A low-rank, a hidden chain and a dense circuit, both conventions, both nonlinearities.
  void circuits_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("convention");
    QTest::addColumn<QString>("phi");
    QTest::newRow("low rank, tanh") << "figure-3"
                                    << "standard"
                                    << "tanh";
    QTest::newRow("low rank, leaky rate") << "figure-3"
                                          << "leaky-rate"
                                          << "tanh";
    QTest::newRow("chain") << "chain"
                           << "standard"
                           << "linear";
    QTest::newRow("dense, tanh") << "triangular"
                                 << "standard"
                                 << "tanh";
  }

  // Fails if the start is not the clicked point (a mean forgotten, an axis swapped), the student starts from
  // other units than the seen ones, or either path is not that of the noise-free equations.
  void aClickInTheTeachersPlane_data() { circuits_data(); }
  void aClickInTheTeachersPlane() {
    const Result experiment = fetched();
    const Probe paths = probe(*experiment, Side::teacher, 0.7, -0.4);
    QVERIFY(std::abs(paths.teacher(0, 0) - 0.7) < 1e-12 && std::abs(paths.teacher(1, 0) + 0.4) < 1e-12);
    const FlowPlane& plane = teacherPlane(experiment);
    const Vector z = plane.base + 0.7 * plane.E.col(0) - 0.4 * plane.E.col(1);
    checkPaths(*experiment, paths, z, z(experiment->observation->seen));
  }

  // The other way round: the teacher's unseen units stay at their held values.
  void aClickInTheStudentsPlane_data() { circuits_data(); }
  void aClickInTheStudentsPlane() {
    const Result experiment = fetched();
    const Probe paths = probe(*experiment, Side::student, -0.2, 0.3);
    QVERIFY(std::abs(paths.student(0, 0) + 0.2) < 1e-12 && std::abs(paths.student(1, 0) - 0.3) < 1e-12);
    const FlowPlane& plane = studentPlane(experiment);
    const Vector x = plane.base - 0.2 * plane.E.col(0) + 0.3 * plane.E.col(1);
    Vector z = teacherPlane(experiment).base;
    for (std::size_t i = 0; i < experiment->observation->seen.size(); ++i)
      z(experiment->observation->seen[i]) = x(static_cast<Index>(i));
    checkPaths(*experiment, paths, z, x);
  }

  // Fails if a click needs a student where there is none, or a teacher where the data are a recording.
  void withoutOneOfThem() {
    const Result noStudent = runExperiment(
        small("symmetric", {{"teacher.symmetric_gain", "5"}, {"fit.method", "stationary-continuous"}}),
        nullptr);
    QVERIFY(!noStudent->studentAnalysis);
    QVERIFY(probe(*noStudent, Side::teacher, 0.1, 0.1).teacher.cols() > 1);
    QCOMPARE(probe(*noStudent, Side::teacher, 0.1, 0.1).student.size(), Index{0});
    QCOMPARE(probe(*noStudent, Side::student, 0.1, 0.1).teacher.size(), Index{0});

    const QTemporaryDir folder;
    const std::string file = folder.filePath("activity.npy").toStdString();
    writeNpy(file, noStudent->simulation->display.leftCols(200).transpose());
    const Result noTeacher =
        runExperiment(small("symmetric", {{"teacher.kind", "recording"}, {"teacher.file", file}}), nullptr);
    QVERIFY(probe(*noTeacher, Side::student, 0.1, 0.1).student.cols() > 1);
    QCOMPARE(probe(*noTeacher, Side::student, 0.1, 0.1).teacher.size(), Index{0});
    QCOMPARE(probe(*noTeacher, Side::teacher, 0.1, 0.1).student.size(), Index{0});
  }

  // Fails if a run away from the click ends in numbers that can't be drawn.
  void explodingPathsEndWhereTheyAreFinite() {
    const Result experiment = runExperiment(
        small("symmetric", {{"teacher.symmetric_gain", "5"}, {"simulation.steps", "50"}}), nullptr);
    const Probe paths = probe(*experiment, Side::teacher, 1e300, 1e300);
    QVERIFY(paths.teacher.cols() > 0 && paths.teacher.allFinite());
    QVERIFY(paths.student.allFinite());
  }

 private:
  static Result fetched() {
    QFETCH(QString, name);
    QFETCH(QString, convention);
    QFETCH(QString, phi);
    return runExperiment(small(name.toStdString(), {{"teacher.convention", convention.toStdString()},
                                                    {"teacher.phi", phi.toStdString()},
                                                    {"observation.subset", "random"},
                                                    {"analysis.limit_runs", "0"}}),
                         nullptr);
  }

  static void checkPaths(const Experiment& experiment, const Probe& paths, const Vector& z, const Vector& x) {
    constexpr Index kPoints = 400;
    const double alpha = experiment.simulation->alpha;
    QVERIFY(paths.teacher.cols() >= kPoints && paths.student.cols() >= kPoints);
    const Matrix teacher =
        run(*teacherSystem(experiment), experiment.teacherAnalysis->flow.plane, z, alpha, kPoints);
    COMPARE_MATRICES(paths.teacher.leftCols(kPoints), teacher, 1e-9);
    const Matrix student =
        run(*studentSystem(experiment), experiment.studentAnalysis->flow.plane, x, alpha, kPoints);
    COMPARE_MATRICES(paths.student.leftCols(kPoints), student, 1e-9);
  }
};

KEYHOLE_TEST(TestProbe)

}  // namespace tst_probe

#include "tst_probe.moc"
