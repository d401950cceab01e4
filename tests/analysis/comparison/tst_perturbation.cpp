// Tests core/analysis/comparison/perturbation.h
#include "core/analysis/comparison/perturbation.h"
#include "core/analysis/nonnormal/transient_growth.h"
#include "core/common/error.h"
#include "core/linalg/exponential.h"
#include "core/linalg/orthogonal.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/teacher_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_perturbation {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Matrix gaussian(Index n, double gain, std::uint64_t seed) {
  return gain * RandomStream(seed, Stream::test).normalMatrix(n, n) / std::sqrt(static_cast<double>(n));
}

FlowSystem systemOf(const Teacher& teacher) {
  return {teacher.network, teacher.options.phi, teacher.options.convention};
}

PerturbedRun perturbedAlone(const PerturbationTarget& target, const PerturbationOptions& options) {
  return perturbAll({target}, options).at(0);
}

// A student of two latents with the emission C.
Student latentStudent(const Matrix& A, const Matrix& C) {
  Student student;
  student.A = A;
  student.V = Matrix::Zero(A.rows(), 0);
  student.emission = Emission{C, Matrix(C.rows(), 0), Vector::Zero(C.rows()), Vector::Ones(C.rows())};
  student.seen = C.rows();
  return student;
}

class StopAtOnce : public Progress {
 public:
  bool stopRequested() const override { return true; }
};

}  // namespace

class TestPerturbation : public QObject {
  Q_OBJECT

  // The largest error of the distances at t = 1, 2, 3 against ‖P e^{Jt} δ‖.
  static double errorAt(double alpha) {
    const Matrix A = gaussian(12, 1.2, 3);
    const std::vector<Index> seen{2, 5, 7, 1};
    const Vector direction = randomDirection(4, 1);
    PerturbationTarget target =
        teacherTarget({Network(DenseForm{A})}, alpha, seen, Vector::Zero(12), direction);
    const PerturbedRun run = perturbedAlone(target, {2.0, 3.0, 100000});
    double worst = 0;
    for (Index i = 1; i <= 3; ++i) {
      const auto k = static_cast<Index>(std::llround(static_cast<double>(i) / alpha));
      const Matrix E = exponential((A - Matrix::Identity(12, 12)) * static_cast<double>(i));
      Vector delta = Vector::Zero(12);
      delta(seen) = 2.0 * direction;
      worst = std::max(worst, std::abs(run.distance(k) - Vector((E * delta)(seen)).norm()));
    }
    return worst;
  }

 private slots:
  // Linear: the distance is ‖P e^{Jt} δ‖ as α → 0; Euler steps are of order 1. Fails if the norm, the time
  // axis or the rows are wrong.
  void linearSystemsFollowTheExponential() {
    const double coarse = errorAt(0.02), fine = errorAt(0.01), finest = errorAt(0.005);
    QVERIFY2(coarse / fine > 1.8 && coarse / fine < 2.2 && fine / finest > 1.8 && fine / finest < 2.2,
             qPrintable(QString("%1 %2 %3").arg(coarse).arg(fine).arg(finest)));
    QVERIFY(finest < 0.02);
  }

  // One mode: (1 - α + αλ)^k exactly; the half-life and the time constant are those of the discrete decay.
  void oneModeDecaysAsItShould() {
    const double lambda = 0.75, alpha = 0.01;
    const Matrix A = Matrix::Constant(1, 1, lambda);
    const PerturbationTarget target =
        teacherTarget({Network(DenseForm{A})}, alpha, {0}, Vector::Ones(1), Vector::Ones(1));
    const PerturbedRun run = perturbedAlone(target, {3.0, 20.0, 401});
    const double factor = 1 - alpha + alpha * lambda;
    QCOMPARE(run.time.size(), Index{401});
    QCOMPARE(run.time(400), 20.0);
    for (const Index k : {0, 1, 200, 400})
      QVERIFY(std::abs(run.distance(k) - 3.0 * std::pow(factor, 5 * static_cast<double>(k))) < 1e-12);
    const double tau = -alpha / std::log(factor);
    QVERIFY(std::abs(run.timeConstant - tau) < 1e-10);
    QVERIFY(std::abs(run.halfLife - tau * std::log(2.0)) < 1e-10);
    QCOMPARE(run.peak, 1.0);
    QVERIFY(std::abs(run.remaining - std::pow(factor, 2000)) < 1e-12);
  }

  // The experiment: a push along the integrating direction. The line attractor keeps it; the feedforward
  // chain passes it on, maybe growing at first, and has forgotten it after its length.
  void lineAttractorKeepsAndChainForgets() {
    const Teacher attractor = buildTeacher(teacherOptions(TeacherKind::lineAttractor, 60));
    const Teacher chain = buildTeacher(teacherOptions(TeacherKind::chain, 60));
    std::vector<PerturbationTarget> targets;
    for (const Teacher* teacher : {&attractor, &chain})
      targets.push_back(teacherTargetOnAllUnits(systemOf(*teacher), 0.01, firstUnits(20), Vector::Zero(60),
                                                teacher->integrationMode));
    const auto runs = perturbAll(targets, {1.0, 150.0, 300});
    QVERIFY(std::isinf(runs[0].timeConstant));
    // 150 τ at τ₁ = 1000: e^{-0.15}.
    QVERIFY(std::abs(runs[0].remaining - std::exp(-0.15)) < 1e-3);
    QVERIFY(std::isfinite(runs[1].timeConstant));
    QVERIFY2(runs[1].remaining < 1e-3, qPrintable(QString::number(runs[1].remaining)));
    QVERIFY(runs[1].timeConstant > 5);  // yet for a while it looked like memory
  }

  // Two roads: a rotated chain in its modes against the dense matrix; low rank against dense, with tanh too.
  void structuredFormsAgreeWithDense() {
    for (const auto& [kind, phi] : {std::pair{TeacherKind::chain, Nonlinearity::linear},
                                    {TeacherKind::lowRankOrthogonal, Nonlinearity::linear},
                                    {TeacherKind::lowRankOscillator, Nonlinearity::tanh}}) {
      const Teacher teacher = buildTeacher(teacherOptions(kind, 40, 1, phi));
      FlowSystem structured = systemOf(teacher);
      structured.drive = 0.1 * RandomStream(2, Stream::test).normalMatrix(40, 1);
      FlowSystem plain = structured;
      plain.network = Network(DenseForm{teacher.network.dense()});
      const Vector state = RandomStream(3, Stream::test).normalMatrix(40, 1);
      const Vector direction = randomDirection(10, 4);
      const auto runs = perturbAll({teacherTarget(structured, 0.01, firstUnits(10), state, direction),
                                    teacherTarget(plain, 0.01, firstUnits(10), state, direction)},
                                   {0.5, 10, 50});
      const double scale = runs[1].free.cwiseAbs().maxCoeff();
      COMPARE_MATRICES(runs[0].distance, runs[1].distance, 1e-11 * runs[1].distance.maxCoeff());
      COMPARE_MATRICES(runs[0].free, runs[1].free, 1e-11 * scale);
      COMPARE_MATRICES(runs[0].perturbed, runs[1].perturbed, 1e-11 * scale);
    }
  }

  // Along the amplified mode the distance (all units seen) peaks at max ‖e^{Jt}‖, to O(α).
  void amplifiedModeIsAmplified() {
    const Teacher teacher = buildTeacher(teacherOptions(TeacherKind::lowRankOrthogonal, 50));
    const TransientGrowth growth = transientGrowth(teacher.network);
    const PerturbationTarget target =
        teacherTarget(systemOf(teacher), 0.005, firstUnits(50), Vector::Zero(50), growth.amplified);
    const PerturbedRun run = perturbedAlone(target, {1.0, 10.0, 2001});
    QVERIFY2(std::abs(run.peak / growth.maximum - 1) < 0.02, qPrintable(QString::number(run.peak)));
    QVERIFY(std::abs(run.peakTime - growth.maximumTime) < 0.05);
    QVERIFY(run.peak > 2);
  }

  // The same push reaches every kind of student in the seen units: hidden units are left alone, latents move
  // to the closest that C can do, and say how close.
  void pushesReachEveryKindOfStudent() {
    const Vector direction = randomDirection(6, 1);
    Student hidden;
    hidden.A = gaussian(9, 0.5, 1);
    hidden.V = Matrix::Zero(9, 0);
    hidden.seen = 6;
    const PerturbationTarget onUnits = studentTarget(hidden, Vector::Zero(9), direction);
    QVERIFY(onUnits.perturbation.tail(3).isZero(0));
    QVERIFY(std::abs(perturbedAlone(onUnits, {2.0, 1.0, 10}).initial - 2) < 1e-14);
    const Matrix C = haarColumns(RandomStream(2, Stream::test), 6, 2);
    const Student latent = latentStudent(gaussian(2, 0.5, 2), C);
    const PerturbationTarget partial = studentTarget(latent, Vector::Zero(2), direction);
    const double part = (C.transpose() * direction).norm();
    QVERIFY(std::abs(partial.captured - part) < 1e-14);
    QVERIFY(std::abs(perturbedAlone(partial, {2.0, 1.0, 10}).initial - 2 * part) < 1e-13);
    QVERIFY(std::abs(studentTarget(latent, Vector::Zero(2), slowDirection(latent)).captured - 1) < 1e-13);
  }

  // A push along the slow mode decays with the slow eigenvalue alone; a complex pair turns as it does.
  void slowDirectionIsTheSlowMode() {
    Student student;
    const Matrix Q = haarColumns(RandomStream(5, Stream::test), 8, 8);
    Vector values = Vector::LinSpaced(8, -0.5, 0.9);
    student.A = Q * values.asDiagonal() * Q.transpose();
    student.V = Matrix::Zero(8, 0);
    student.alpha = 0.05;
    const PerturbedRun run =
        perturbedAlone(studentTarget(student, Vector::Zero(8), slowDirection(student)), {1.0, 40.0, 200});
    const double factor = 1 - 0.05 + 0.05 * 0.9;
    QVERIFY(std::abs(run.remaining - std::pow(factor, 800)) < 1e-12);
    // The ellipse's major axis: A = [a, -4b; b, a] turns along x = 2 cos, y = sin.
    Matrix turning(2, 2);
    turning << 0.9, -4 * 0.3, 0.3, 0.9;
    student.A = turning;
    QVERIFY(std::abs(std::abs(slowDirection(student)(0)) - 1) < 1e-12);
  }

  // A nonlinear bistable unit, dz/dt = -z + 2 tanh z: a small push off the well decays, one over the ridge
  // does not, and the two runs end in the two wells.
  void nonlinearSystemsMayChangeTheWell() {
    const FlowSystem system{Network(DenseForm{Matrix::Constant(1, 1, 2.0)}), Nonlinearity::tanh};
    double well = 1.9;
    for (int i = 0; i < 200; ++i) well = 2 * std::tanh(well);
    const PerturbationTarget target =
        teacherTarget(system, 0.01, {0}, Vector::Constant(1, -well), Vector::Ones(1));
    const PerturbedRun small = perturbedAlone(target, {0.5, 30.0, 100}),
                       large = perturbedAlone(target, {3.0, 30.0, 100});
    QVERIFY(small.remaining < 1e-6);
    QVERIFY(std::abs(large.distance(large.distance.size() - 1) - 2 * well) < 1e-6);
    QVERIFY(std::isinf(large.timeConstant));
  }

  // Distances of a linear system decay to nothing however large the state is: no cancellation.
  void decayIsNotLostInTheState() {
    const FlowSystem system{Network(DenseForm{Matrix::Zero(2, 2)}), Nonlinearity::linear,
                            Convention::standard, Vector::Constant(2, 1e6)};
    const PerturbationTarget target =
        teacherTarget(system, 0.1, {0, 1}, Vector::Constant(2, 1e6), Vector::Unit(2, 0));
    const PerturbedRun run = perturbedAlone(target, {1.0, 40.0, 50});
    QVERIFY(std::abs(run.remaining / std::pow(0.9, 400) - 1) < 1e-10);
    QVERIFY((run.free.array() - 1e6).abs().maxCoeff() < 1e-6);
  }

  void divergenceEndsTheRun() {
    const FlowSystem system{Network(DenseForm{Matrix::Constant(1, 1, 50.0)})};
    const PerturbedRun run =
        perturbedAlone(teacherTarget(system, 0.1, {0}, Vector::Zero(1), Vector::Ones(1)), {1.0, 20.0, 100});
    QVERIFY(run.diverged);
    QVERIFY(run.distance.size() < 100 && run.distance.allFinite());
  }

  void badInputIsNamed() {
    QCOMPARE(problems(PerturbationOptions{}).size(), std::size_t{0});
    QCOMPARE(problems(PerturbationOptions{0, -1, 1}).size(), std::size_t{3});
    const FlowSystem system{Network(DenseForm{gaussian(4, 1, 1)})};
    const Vector zero = Vector::Zero(4);
    QVERIFY_EXCEPTION_THROWN(teacherTarget(system, 0.01, {0, 4}, zero, Vector::Ones(2)), InputError);
    QVERIFY_EXCEPTION_THROWN(teacherTarget(system, 0.01, {0, 1}, zero, Vector::Ones(3)), InputError);
    QVERIFY_EXCEPTION_THROWN(teacherTarget(system, 0.01, {0, 1}, zero, Vector::Zero(2)), InputError);
    QVERIFY_EXCEPTION_THROWN(seenDirection(Vector::Unit(4, 3), {0, 1}), InputError);
    Student student;
    student.A = gaussian(4, 1, 1);
    student.V = Matrix::Zero(4, 0);
    QVERIFY_EXCEPTION_THROWN(inputDirection(student), InputError);
    const PerturbationTarget target = teacherTarget(system, 0.01, {0, 1}, zero, Vector::Ones(2));
    QVERIFY_EXCEPTION_THROWN(perturbAll({target}, {-1, 1, 10}), InputError);
    StopAtOnce stop;
    QVERIFY_EXCEPTION_THROWN(perturbAll({target}, {}, stop), Stopped);
  }
};

KEYHOLE_TEST(TestPerturbation)

}  // namespace tst_perturbation

#include "tst_perturbation.moc"
