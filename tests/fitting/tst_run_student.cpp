// Tests core/fitting/run_student.h
#include "core/common/random.h"
#include "core/fitting/regression/map_fit.h"
#include "core/fitting/run_student.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/teacher_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <limits>

namespace tst_run_student {

using namespace keyhole;
using namespace keyhole::test;

class TestRunStudent : public QObject {
  Q_OBJECT
 private slots:
  // A student that *is* the teacher, driven by the teacher's noise and input from its start, repeats its
  // trajectory.
  void theTeacherItselfIsRepeated() {
    const Teacher teacher = buildTeacher(teacherOptions(TeacherKind::lineAttractor, 12));
    SimulationOptions options;
    options.steps = 1000;
    options.task = TaskKind::integration;
    const Vector signal = integrationSignal(1000, 1);
    const Matrix z = activityOf(teacher, options, signal);
    Student student;
    student.A = teacher.network.dense();
    student.V = options.inputScale * teacher.integrationMode;
    const Matrix noise = options.sigma * processNoise(teacher, 1, 0, 999);
    const StudentRun run = runStudent(student, z.col(0), 1000, signal.transpose(), noise);
    QVERIFY(!run.diverged);
    COMPARE_MATRICES(run.states, z, 1e-9);
    QVERIFY(std::abs(explainedVariance(z, run.states) - 1) < 1e-12);
  }

  void divergenceIsMarkedAndBounded() {
    Student student;
    student.A = 500.0 * Matrix::Identity(2, 2);
    student.V.resize(2, 0);
    const StudentRun run = runStudent(student, Vector::Ones(2), 400, Matrix(), Matrix());
    QVERIFY(run.diverged);
    QVERIFY(run.states.allFinite());
    QCOMPARE(run.states.cols(), Index{400});
  }

  // The same run in other units ends at the same step, and large numbers that do not grow are no divergence.
  void divergenceKnowsNoUnits() {
    Student growing, resting;
    growing.A = 500.0 * Matrix::Identity(2, 2);
    resting.A = Matrix::Identity(2, 2);
    growing.V = resting.V = Matrix(2, 0);
    const StudentRun one = runStudent(growing, Vector::Ones(2), 40, Matrix(), Matrix());
    QVERIFY(one.diverged);
    for (const double unit : {1e-15, 1e15}) {
      const StudentRun other = runStudent(growing, unit * Vector::Ones(2), 40, Matrix(), Matrix());
      QVERIFY(other.diverged);
      COMPARE_MATRICES(Matrix(other.states / unit), one.states, 1e-9 * one.states.maxCoeff());
      QVERIFY(!runStudent(resting, unit * Vector::Ones(2), 40, Matrix(), Matrix()).diverged);
    }
    QVERIFY(!runStudent(growing, Vector::Zero(2), 40, Matrix(), Matrix()).diverged);
  }

  // Fails if all of a long recording is looked at after a stop, a part of it without one, or the part is not
  // told.
  void afterAStopThePartIsTold() {
    Student student;
    student.A = 0.5 * Matrix::Identity(2, 2);
    student.V.resize(2, 0);
    const std::vector<Trial> trials = {{RandomStream(1, Stream::test).normalMatrix(2, kLookAfterStop + 500),
                                        Matrix(0, kLookAfterStop + 500)}};
    setOneStepR2(student, trials);
    QVERIFY(student.notes.empty() && student.oneStepR2 == oneStepR2(student, trials));
    student.summary.status = FitStatus::stopped;
    setOneStepR2(student, trials);
    QCOMPARE(student.notes.size(), std::size_t{1});
    QVERIFY(student.oneStepR2 == oneStepR2(student, beginningOf(trials, kLookAfterStop)));
    QVERIFY(student.oneStepR2 != oneStepR2(student, trials));
  }

  // Sums over a long recording are made of pieces. Fails if one of them, or the step from one into the next,
  // is left out or counted twice: other code has the whole at once. (1e-12: n ε, in another order.)
  void piecesFitTogether() {
    Student student;
    student.A = 0.5 * RandomStream(4, Stream::test).normalMatrix(2, 2);
    student.V = RandomStream(5, Stream::test).normalMatrix(2, 1);
    student.alpha = 0.3;
    const auto draw = [](std::uint64_t seed, Index rows, Index T) {
      return RandomStream(seed, Stream::test).normalMatrix(rows, T);
    };
    const Index T = 2 * kPiece + 7;
    const std::vector<Trial> trials = {{draw(1, 2, T), draw(2, 1, T)}, {draw(3, 2, 30), draw(4, 1, 30)}};
    std::vector<Matrix> predicted, states;
    Matrix all(2, T + 30), explained(2, T + 30);
    double left = 0;
    for (const auto& [X, input] : trials) {
      predicted.push_back(Matrix::Zero(2, X.cols()));
      predicted.back().rightCols(X.cols() - 1) = oneStepPredictions(student, X, input);
      left += (X - predicted.back()).rightCols(X.cols() - 1).squaredNorm();
      states.push_back(0.4 * X);
    }
    const double r2 = oneStepR2(student, trials);
    const auto part = [&](std::size_t k, Index first, Index count) -> Matrix {
      return predicted[k].middleCols(first, count);
    };
    QVERIFY(std::abs(predictedR2(part, trials, student.alpha) - r2) < 1e-12);
    Matrix change(2, T + 28);
    change << trials[0].activity.rightCols(T - 1) - 0.7 * trials[0].activity.leftCols(T - 1),
        trials[1].activity.rightCols(29) - 0.7 * trials[1].activity.leftCols(29);
    const Matrix about = change.colwise() - change.rowwise().mean();
    QVERIFY(std::abs(r2 - (1 - left / about.squaredNorm())) < 1e-12);
    all << trials[0].activity, trials[1].activity;
    explained << states[0], states[1];
    const auto known = [&](std::size_t k, Index first, Index count) -> Matrix {
      return states[k].middleCols(first, count);
    };
    QVERIFY(std::abs(explainedVariance(known, trials) - explainedVariance(all, explained)) < 1e-12);
  }

  // A stop that comes to the look at a finished fit: the look is at a part, and the summary says so. Fails if
  // the stop is not heeded, or if it leaves the R² unknown.
  void aStopDuringTheLook() {
    class Stop : public Progress {
      bool stopRequested() const override { return true; }
    };
    Student student;
    student.A = 0.5 * Matrix::Identity(2, 2);
    student.V.resize(2, 0);
    student.summary.status = FitStatus::converged;
    const Index T = kPiece + 500;
    const std::vector<Trial> trials = {{RandomStream(1, Stream::test).normalMatrix(2, T), Matrix(0, T)}};
    setOneStepR2(student, trials, Stop());
    QVERIFY(student.summary.status == FitStatus::stopped && student.notes.size() == 1);
    QVERIFY(student.oneStepR2 == oneStepR2(student, beginningOf(trials, kLookAfterStop)));
  }

  // Missing samples are left out, of both sums. Fails if they are taken for 0.
  void explainedVarianceLeavesGapsOut() {
    Matrix X = RandomStream(2, Stream::test).normalMatrix(3, 40);
    const Matrix guess = 0.5 * X;
    Matrix some = X.leftCols(39);
    X(1, 39) = X(0, 39) = X(2, 39) = std::numeric_limits<double>::quiet_NaN();
    QVERIFY(std::abs(explainedVariance(X, guess) - explainedVariance(some, guess.leftCols(39))) < 1e-14);
  }

  // Predicting the mean explains nothing; a constant recording has nothing to explain.
  void explainedVarianceScale() {
    const Matrix X = RandomStream(1, Stream::test).normalMatrix(3, 50);
    const Matrix mean = X.rowwise().mean() * Eigen::RowVectorXd::Ones(50);
    QVERIFY(std::abs(explainedVariance(X, mean)) < 1e-12);
    QVERIFY(std::isnan(explainedVariance(Matrix::Ones(2, 5), Matrix::Ones(2, 5))));
  }
};

KEYHOLE_TEST(TestRunStudent)

}  // namespace tst_run_student

#include "tst_run_student.moc"
