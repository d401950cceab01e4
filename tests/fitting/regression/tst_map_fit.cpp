// Tests core/fitting/regression/map_fit.h
#include "core/analysis/spectrum.h"
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/fitting/regression/map_fit.h"
#include "core/fitting/regression/stationary_fit.h"
#include "core/linalg/eigen.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/reference.h"
#include "tests/support/teacher_runs.h"
#include "tests/support/test_registry.h"

#include <Eigen/Cholesky>
#include <QTest>

namespace tst_map_fit {

using namespace keyhole;
using namespace keyhole::test;

class TestMapFit : public QObject {
  Q_OBJECT

  static MapOptions options(Nonlinearity phi, double rho = 0.001) {
    MapOptions result;
    result.phi = phi;
    result.rho = rho;
    return result;
  }

  static Matrix recorded(Nonlinearity phi, Index steps = 3000) {
    const Teacher teacher = buildTeacher(teacherOptions(TeacherKind::lowRankOscillator, 60, 3, phi));
    SimulationOptions run;
    run.steps = steps;
    return activityOf(teacher, run).topRows(8);
  }

 private slots:
  // Fails if a ridge that decides the fit is kept quiet, or one that does not is cried about.
  void strongRidgesAreTold() {
    QVERIFY(ridgeNote(0.01, 1e-3).empty());
    QVERIFY(ridgeNote(154321, 0).empty());
    QVERIFY(QString::fromStdString(ridgeNote(154321, 1e-3)).contains("0.001) is 154000 times"));
    QVERIFY(QString::fromStdString(ridgeNote(0.25, 2)).contains("2) is 0.25 times"));
    QVERIFY(QString::fromStdString(ridgeNote(std::numeric_limits<double>::infinity(), 1)).contains("alone"));
  }

  // The independent implementation's matrix, eigenvalues and score, to 1e-8.
  void agreesWithTheReference_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("linear") << "map_linear";
    QTest::newRow("tanh") << "map_tanh";
  }
  void agreesWithTheReference() {
    SKIP_WITHOUT_REFERENCE();
    QFETCH(QString, name);
    const auto expected = referenceJson(name.toStdString());
    const Matrix activity = referenceArray(name.toStdString() + ".activity").transpose();
    const auto phi = expected["phi"] == "tanh" ? Nonlinearity::tanh : Nonlinearity::linear;
    const Student student = fitMap(activity, Matrix(), options(phi));
    QCOMPARE(student.summary.status, FitStatus::solved);
    COMPARE_MATRICES(student.A, matrixOf(expected["A"]), 1e-8);
    const Spectrum spectrum = spectrumOf(student.A, false);
    COMPARE_EIGENVALUES(spectrum.values, complexValues(expected["eigenvalues"]), 1e-8);
    QVERIFY(std::abs(lineAttractorScore(spectrum).value - expected["line_attractor_score"].get<double>()) <
            1e-7);
  }

  // The self-contained twin: the gradient of ‖X⁺ - αAΦ‖² + ρ‖A‖² vanishes at the fit. Relative to its two
  // parts, up to the rounding of the sums. Fails if α, ρ or a transposition is wrong.
  void gradientVanishes_data() {
    QTest::addColumn<bool>("tanh");
    QTest::newRow("linear") << false;
    QTest::newRow("tanh") << true;
  }
  void gradientVanishes() {
    QFETCH(bool, tanh);
    const auto phi = tanh ? Nonlinearity::tanh : Nonlinearity::linear;
    const Matrix X = recorded(phi);
    const double alpha = 0.01, rho = 0.01;
    const Matrix A = fitMap(X, Matrix(), options(phi, rho)).A;
    const Matrix before = X.leftCols(X.cols() - 1);
    const Matrix phis = tanh ? Matrix(before.array().tanh()) : before;
    const Matrix steps = X.rightCols(X.cols() - 1) - (1 - alpha) * before;
    const Matrix gradient = -alpha * (steps - alpha * A * phis) * phis.transpose() + rho * A;
    QVERIFY2(gradient.norm() < 1e-9 * (alpha * steps * phis.transpose()).norm(),
             qPrintable(QString::number(gradient.norm())));
  }

  // With an input the joint gradient vanishes in both blocks.
  void gradientVanishesWithAnInput() {
    const Matrix X = recorded(Nonlinearity::linear, 500);
    const Matrix U = RandomStream(1, Stream::test).normalMatrix(2, 500);
    const double alpha = 0.01, rho = 0.1;
    const Student student = fitMap(X, U, options(Nonlinearity::linear, rho));
    QCOMPARE(student.V.cols(), Index{2});
    const Matrix before = X.leftCols(499), u = U.leftCols(499);
    const Matrix error =
        X.rightCols(499) - (1 - alpha) * before - alpha * (student.A * before + student.V * u);
    const double scale = (alpha * X.rightCols(499) * before.transpose()).norm();
    QVERIFY((-alpha * error * before.transpose() + rho * student.A).norm() < 1e-10 * scale);
    QVERIFY((-alpha * error * u.transpose() + rho * student.V).norm() < 1e-10 * scale);
    const double total = (X.rightCols(499) - (1 - alpha) * before).squaredNorm() -
                         (X.rightCols(499) - (1 - alpha) * before).rowwise().sum().squaredNorm() / 499;
    QVERIFY(std::abs(student.oneStepR2 - (1 - error.squaredNorm() / total)) < 1e-9);
  }

  // Two roads: from the teacher's two sums, restricted to d units, and from the recording of these units. Any
  // d, any subset: the same matrix up to rounding.
  void sumsAndRecordingAgree() {
    const Teacher teacher = buildTeacher(teacherOptions(TeacherKind::gaussian, 20, 2, Nonlinearity::tanh));
    SimulationOptions run;
    run.steps = 1500;
    const auto sums = sumsOf(teacher, run);
    const Matrix activity = activityOf(teacher, run);
    for (const auto& units :
         {firstUnits(1), firstUnits(7), std::vector<Index>{13, 2, 19, 5}, firstUnits(20)}) {
      const Matrix seen = activity(units, Eigen::all);
      const Student direct = fitMap(seen, Matrix(), options(Nonlinearity::tanh));
      const Student nested = fitMap(selectUnits(sums, units), options(Nonlinearity::tanh));
      COMPARE_MATRICES(nested.A, direct.A, 1e-8);
    }
  }

  // A student with the teacher's form, all units, no noise but a rich start, ρ = 0: the teacher itself comes
  // back.
  void fullObservationRecoversTheTeacher() {
    const Teacher teacher = buildTeacher(teacherOptions(TeacherKind::gaussian, 6, 5, Nonlinearity::tanh));
    SimulationOptions run;
    run.steps = 4000;
    run.sigma = 0;
    const Student student = fitMap(activityOf(teacher, run), Matrix(), options(Nonlinearity::tanh, 0));
    COMPARE_MATRICES(student.A, teacher.network.dense(), 1e-6);
    QVERIFY(std::abs(student.oneStepR2 - 1) < 1e-9);
  }

  // At finite T the MAP fit tends to the exact discrete limit, with an error that falls like 1/√T: over a
  // factor of 16 in T it must fall clearly (a factor of 4 in the mean; half of that is asked for).
  void convergesToTheLongTimeLimit() {
    const Teacher teacher = buildTeacher(teacherOptions(TeacherKind::lowRankOrthogonal, 40));
    const auto units = firstUnits(6);
    const auto limit = stationaryCovariance(teacher, StationaryLimit::discrete, 0.1);
    const Matrix expected = fitStationary(limit, units, 0.1).A;
    const auto error = [&](Index steps) {
      SimulationOptions run;
      run.alpha = 0.1;
      run.steps = steps;
      run.burnIn = 500;
      MapOptions fit = options(Nonlinearity::linear, 0);
      fit.alpha = 0.1;
      return (fitMap(selectUnits(sumsOf(teacher, run), units), fit).A - expected).norm();
    };
    const double early = error(20000), late = error(320000);
    QVERIFY2(late < 0.5 * early, qPrintable(QString("%1 -> %2").arg(early).arg(late)));
  }

  // More ridge, smaller norm: monotone, and 0 in the limit.
  void ridgeShrinks() {
    const Matrix X = recorded(Nonlinearity::linear);
    double before = std::numeric_limits<double>::infinity();
    for (double rho : {1e-6, 1e-3, 1.0, 1e3, 1e9}) {
      const double norm = fitMap(X, Matrix(), options(Nonlinearity::linear, rho)).A.norm();
      QVERIFY(norm < before);
      before = norm;
    }
    QVERIFY(before < 1e-3);
  }

  void singularIsAStatus() {
    Matrix X = recorded(Nonlinearity::linear, 100);
    X.row(1) = X.row(0);
    const Student student = fitMap(X, Matrix(), options(Nonlinearity::linear, 0));
    QCOMPARE(student.summary.status, FitStatus::singular);
    QVERIFY(!hasParameters(student.summary.status));
    QVERIFY(hasParameters(fitMap(X, Matrix(), options(Nonlinearity::linear, 0.01)).summary.status));
  }

  // Two roads: the regression on [φ; 1] by its normal equations with a ridge on φ alone, and the fit. Fails
  // if b is penalised, or left out of a mean.
  void offsetIsTheRegressionOnAConstant() {
    const double alpha = 0.2, rho = 0.5;
    Matrix X = RandomStream(5, Stream::test).normalMatrix(4, 300).array() + 1.5;
    X.row(2) *= 0.3;
    const Matrix U = RandomStream(6, Stream::test).normalMatrix(2, 300).array() - 0.7;
    for (const auto phi : {Nonlinearity::linear, Nonlinearity::tanh}) {
      MapOptions fit = options(phi, rho);
      fit.alpha = alpha;
      fit.offset = true;
      const Student student = fitMap(X, U, fit);
      Matrix Z(7, 299);
      Z << alpha * applied(phi, X.leftCols(299)), alpha * U.leftCols(299), Matrix::Constant(1, 299, alpha);
      Matrix gram = Z * Z.transpose();
      gram.diagonal().head(6).array() += rho;
      const Matrix steps = X.rightCols(299) - (1 - alpha) * X.leftCols(299);
      const Matrix M = gram.ldlt().solve(Z * steps.transpose()).transpose();
      COMPARE_MATRICES(student.A, M.leftCols(4), 1e-10);
      COMPARE_MATRICES(student.V, M.middleCols(4, 2), 1e-10);
      COMPARE_MATRICES(student.b, M.rightCols(1), 1e-10);
      const double total = (steps.colwise() - steps.rowwise().mean()).squaredNorm();
      QVERIFY(std::abs(student.oneStepR2 - (1 - (steps - M * Z).squaredNorm() / total)) < 1e-10);
    }
  }

  // A property over random recordings: with an offset, activity about any level gives the same matrix and the
  // same one-step R², and the level is where b holds the student: b' = b + c - A c. Levels up to 1e6 standard
  // deviations, which cost six of sixteen digits of the activity; without the sums about the mean they would
  // cost twelve.
  void levelsDoNotMatter() {
    for (const std::uint64_t seed : {1u, 2u, 3u, 4u})
      for (const double level : {3.0, 1e3, 1e6}) {
        const Matrix X = RandomStream(seed, Stream::test).normalMatrix(5, 400);
        const Vector c = level * RandomStream(seed, Stream::test, 9).normalMatrix(5, 1);
        MapOptions fit = options(Nonlinearity::linear, 1e-3);
        fit.alpha = 0.3;
        fit.offset = true;
        const Student at0 = fitMap(X, Matrix(), fit), there = fitMap(X.colwise() + c, Matrix(), fit);
        COMPARE_MATRICES(there.A, at0.A, 1e-8);
        COMPARE_MATRICES(there.b, at0.b + c - at0.A * c, 1e-8 * level);
        QVERIFY(std::abs(there.oneStepR2 - at0.oneStepR2) < 1e-8);
      }
  }

  // White noise about 3 of 10 units, α = 1: no dynamics. With an offset all eigenvalues are those of chance,
  // √(N/T) = 0.03 and surely below 0.1; without one the mean makes n m²/(n m² + 1) = 0.989 and is named. The
  // one-step R² is that of the definition.
  void whiteNoiseAboutAMeanHasNoMemory() {
    const Matrix X = RandomStream(3, Stream::test).normalMatrix(10, 10000).array() + 3;
    MapOptions fit = options(Nonlinearity::linear);
    fit.alpha = 1;
    const Student without = fitMap(X, Matrix(), fit);
    QVERIFY(std::abs(spectrumOf(without.A, false).values(0).real() - 90.0 / 91) < 0.003);
    QCOMPARE(without.notes.size(), std::size_t{1});
    const QString note = QString::fromStdString(without.notes.front());
    QVERIFY2(note.contains("a mean of 9.") && note.contains("0.989") && note.contains("fit.offset"),
             qPrintable(note));
    const Matrix before = X.leftCols(9999), after = X.rightCols(9999);
    const double total = (after.colwise() - after.rowwise().mean()).squaredNorm();
    QVERIFY(std::abs(without.oneStepR2 - (1 - (after - without.A * before).squaredNorm() / total)) < 1e-10);
    fit.offset = true;
    const Student with = fitMap(X, Matrix(), fit);
    QVERIFY(spectrumOf(with.A, false).values.cwiseAbs().maxCoeff() < 0.1);
    COMPARE_MATRICES(with.b + with.A * Vector::Constant(10, 3), Vector::Constant(10, 3), 0.05);
    QVERIFY(with.notes.empty());
  }

  void badOptionsAreNamed() {
    QVERIFY(QString::fromStdString(problems(options(Nonlinearity::linear, -1)).front()).contains("-1"));
    QVERIFY_EXCEPTION_THROWN(
        fitMap(recorded(Nonlinearity::linear, 50), Matrix(), options(Nonlinearity::linear, -1)), InputError);
  }
};

KEYHOLE_TEST(TestMapFit)

}  // namespace tst_map_fit

#include "tst_map_fit.moc"
