// Tests core/analysis/comparison/prediction.h and core/analysis/comparison/student_filter.h
#include "core/analysis/comparison/prediction.h"
#include "core/analysis/comparison/student_filter.h"
#include "core/common/error.h"
#include "core/fitting/latent/lds_smoother.h"
#include "core/fitting/regression/map_fit.h"
#include "core/fitting/run_student.h"
#include "tests/fitting/latent/lds_cases.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/teacher_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_prediction {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Matrix draw(Index rows, Index columns, std::uint64_t part) {
  return RandomStream(5, Stream::test, part).normalMatrix(rows, columns);
}

// n units that decay and turn, with m inputs.
Student randomStudent(Index n, Index m, double alpha = 0.1) {
  Student student;
  const Matrix A = draw(n, n, 1) / std::sqrt(static_cast<double>(n));
  student.A = 0.4 * A + 0.5 * (A - A.transpose());
  student.V = draw(n, m, 2);
  student.b = 0.1 * draw(n, 1, 3);
  student.alpha = alpha;
  return student;
}

// What the student does from a random start with process noise of the given size.
Trial recordingOf(const Student& student, Index T, double sigma) {
  const Index n = student.A.rows(), m = student.V.cols();
  Trial trial{Matrix(), draw(m, T, 4)};
  const Matrix states = runStudent(student, draw(n, 1, 5), T, trial.input, sigma * draw(n, T - 1, 6)).states;
  trial.activity = seenActivity(student, states, trial.input);
  return trial;
}

// A student with the LDS's parameters.
Student studentOf(const LdsModel& model, double alpha) {
  Student student;
  student.A = paperScaling(model.F, alpha);
  student.V = model.V / alpha;
  student.b = model.b / alpha;
  student.Q = model.Q;
  student.alpha = alpha;
  student.inputAtArrival = true;
  student.emission = Emission{model.C, model.G, model.c, model.R};
  return student;
}

// Two discrete states that turn in opposite senses, seen through 6 channels; the true path is 0 then 1 ….
struct SwitchingCase {
  Student student;
  Trial trial;
  std::vector<int> path;
};

SwitchingCase switchingCase() {
  constexpr double alpha = 0.1;
  const Index T = 600;
  SwitchingCase made;
  auto parts = std::make_shared<Switching>();
  for (const double turn : {0.5, -0.5}) {
    Matrix F(2, 2);
    F << std::cos(turn), -std::sin(turn), std::sin(turn), std::cos(turn);
    parts->A.push_back(paperScaling(F, alpha));
    parts->V.push_back(Matrix(2, 0));
    parts->b.push_back(Vector::Zero(2));
  }
  parts->logTransition = Matrix(2, 2);
  parts->logTransition << std::log(0.98), std::log(0.02), std::log(0.02), std::log(0.98);
  Student& student = made.student;
  student.A = parts->A[0];
  student.V.resize(2, 0);
  student.alpha = alpha;
  student.Q = 1e-4 * Matrix::Identity(2, 2);
  student.emission = Emission{draw(6, 2, 11), Matrix(6, 0), draw(6, 1, 12), 1e-4 * Vector::Ones(6)};
  student.switching = parts;
  Vector x(2);
  x << 1, 0;
  Matrix states(2, T);
  const Matrix noise = 0.01 * draw(2, T, 13), error = 0.01 * draw(6, T, 14);
  for (Index t = 0; t < T; ++t) {
    made.path.push_back(t % 200 < 100 ? 0 : 1);
    const Matrix& A = parts->A[static_cast<std::size_t>(made.path.back())];
    if (t > 0) x = ((1 - alpha) * x + alpha * A * x + noise.col(t)).eval();
    states.col(t) = x;
  }
  made.trial = {seenActivity(student, states, Matrix()) + error, Matrix(0, T)};
  return made;
}

}  // namespace

class TestPrediction : public QObject {
  Q_OBJECT
 private slots:
  // Noise-free data of the student itself are foreseen to the end, at any horizon. Fails if a window starts
  // at the wrong sample or the input is shifted.
  void theTruthForeseesNoiseFreeData() {
    for (const bool arrival : {false, true}) {
      Student student = randomStudent(6, 2);
      student.inputAtArrival = arrival;
      const Trial trial = recordingOf(student, 400, 0);
      for (const Index horizon : {Index{1}, Index{7}, Index{50}, Index{1000}}) {
        const PredictionScores scores = predictionScores(student, trial, horizon);
        QCOMPARE(scores.status, PredictionStatus::defined);
        QVERIFY(std::abs(scores.oneStepR2 - 1) < 1e-12);
        QVERIFY(std::abs(scores.freeRunVariance - 1) < 1e-12);
        QVERIFY(std::abs(fitGauge(scores) - 1) < 1e-12);
      }
    }
  }

  // Both numbers against their definitions, written out step by step for a tanh student on noisy data.
  void againstTheDefinition() {
    Student student = randomStudent(4, 1);
    student.phi = Nonlinearity::tanh;
    const Trial trial = recordingOf(student, 203, 0.5);
    const Matrix& X = trial.activity;
    const Index horizon = 9, first = 9;
    const auto step = [&](const Vector& x, Index t) {
      return Vector(0.9 * x + 0.1 * (student.A * Vector(x.array().tanh()) + student.V * trial.input.col(t) +
                                     student.b));
    };
    const Index count = X.cols() - 1 - first;
    Matrix change(4, count), target(4, count);
    double oneStep = 0, freeRun = 0;
    Vector x;
    for (Index t = first; t + 1 < X.cols(); ++t) {
      if ((t - first) % horizon == 0) x = X.col(t);
      x = step(x, t);
      freeRun += (X.col(t + 1) - x).squaredNorm();
      oneStep += (X.col(t + 1) - step(X.col(t), t)).squaredNorm();
      change.col(t - first) = X.col(t + 1) - 0.9 * X.col(t);
      target.col(t - first) = X.col(t + 1);
    }
    const auto about = [](const Matrix& M) { return (M.colwise() - M.rowwise().mean()).squaredNorm(); };
    const PredictionScores scores = predictionScores(student, trial, horizon);
    // Sums of 800 terms in two orders, tanh to 2 ulp.
    QVERIFY(std::abs(scores.oneStepR2 - (1 - oneStep / about(change))) < 1e-11);
    QVERIFY(std::abs(scores.freeRunVariance - (1 - freeRun / about(target))) < 1e-11);
  }

  // Hidden units that are forced by the seen ones forget their start (their own dynamics decay within 1/α =
  // 10 steps): after it the seen units are foreseen, though nobody showed the hidden ones.
  void hiddenUnitsAreForced() {
    Student student = randomStudent(7, 1, 0.3);
    student.A.bottomRightCorner(4, 4) *= 0.3;
    student.seen = 3;
    const Trial trial = recordingOf(student, 600, 0);
    const PredictionScores scores = predictionScores(student, trial, 100);
    QVERIFY2(std::abs(scores.oneStepR2 - 1) < 1e-9, qPrintable(QString::number(scores.oneStepR2 - 1)));
    QVERIFY2(std::abs(scores.freeRunVariance - 1) < 1e-9,
             qPrintable(QString::number(scores.freeRunVariance - 1)));
    const FilteredStates filtered = filterStates(student, trial);
    COMPARE_MATRICES(filtered.states.topRows(3), trial.activity, 0.0);
    Student blind = student;
    blind.A.topRightCorner(3, 4).setZero();
    QVERIFY(predictionScores(blind, trial, 100).freeRunVariance < 0.99);
  }

  // At the last time point the filter and the exact smoother know the same. The starts differ and are
  // forgotten at about 0.5 per step. With every 7th sample missing, too.
  void filterAgreesWithTheSmoother() {
    const LdsModel model = randomLds(3, 4, 9, 2);
    const Trial complete = sampleOf(model, 4, 300);
    for (const Trial& trial : {complete, withGaps(complete, 7)}) {
      const FilteredStates filtered = filterStates(studentOf(model, 0.1), trial);
      const LdsExpectations exact = smooth(model, {trial});
      COMPARE_MATRICES(filtered.states.rightCols(1), exact.means[0].rightCols(1), 1e-9);
      const Vector x = filtered.states.col(298);
      const Vector next = model.C * (model.F * x + model.V * trial.input.col(299) + model.b) +
                          model.G * trial.input.col(299) + model.c;
      COMPARE_MATRICES(filtered.predicted.col(299), next, 1e-9);
      QVERIFY(!filtered.diverged);
    }
  }

  // The gain that stands still is the one that would have gone on being computed: one sample missing at the
  // first time point keeps the filter from settling, and is forgotten.
  void settledGainIsTheLimit() {
    const LdsModel model = randomLds(8, 3, 6, 1);
    Trial trial = sampleOf(model, 9, 400);
    const Matrix settled = filterStates(studentOf(model, 0.1), trial).states;
    trial.activity(0, 0) = std::nan("");
    const Matrix full = filterStates(studentOf(model, 0.1), trial).states;
    COMPARE_MATRICES(settled.rightCols(200), full.rightCols(200), 1e-9);
  }

  // The innovations of the true model are the best linear prediction: another gain or other dynamics
  // predict worse (by a margin far above the sampling error of 4000 points).
  void theTrueModelPredictsBest() {
    const LdsModel model = randomLds(3, 4, 9, 0);
    const Trial trial = sampleOf(model, 4, 4000);
    Student truth = studentOf(model, 0.1);
    const PredictionScores best = predictionScores(truth, trial, 5);
    Student unknown = truth;
    unknown.Q.resize(0, 0);
    const PredictionScores guessed = predictionScores(unknown, trial, 5);
    QVERIFY(guessed.oneStepR2 <= best.oneStepR2 + 1e-3 && guessed.oneStepR2 > 0.3 * best.oneStepR2);
    Student wrong = truth;
    wrong.A = 0.5 * truth.A;
    QVERIFY(predictionScores(wrong, trial, 5).freeRunVariance < best.freeRunVariance - 0.01);
    QVERIFY(best.freeRunVariance > 0 && best.freeRunVariance < 1);
  }

  // One discrete state is no switching.
  void oneDiscreteStateIsTheLatentSystem() {
    const LdsModel model = randomLds(6, 3, 7, 1);
    const Trial trial = withGaps(sampleOf(model, 2, 200), 11);
    const Student plain = studentOf(model, 0.1);
    Student single = plain;
    auto parts = std::make_shared<Switching>();
    parts->A = {plain.A};
    parts->V = {plain.V};
    parts->b = {plain.b};
    parts->logTransition = Matrix::Zero(1, 1);
    single.switching = parts;
    COMPARE_MATRICES(filterStates(single, trial).states, filterStates(plain, trial).states, 1e-12);
    const PredictionScores a = predictionScores(single, trial, 6), b = predictionScores(plain, trial, 6);
    QVERIFY(std::abs(a.oneStepR2 - b.oneStepR2) < 1e-12);
    QVERIFY(std::abs(a.freeRunVariance - b.freeRunVariance) < 1e-12);
  }

  // Opposite rotations with little noise: one step tells them apart, so the path is found but for the steps
  // around the five switches.
  void switchingPathIsFound() {
    const SwitchingCase made = switchingCase();
    const FilteredStates filtered = filterStates(made.student, made.trial);
    int wrong = 0;
    for (std::size_t t = 1; t < made.path.size(); ++t)
      if (filtered.discrete[t] != made.path[t]) ++wrong;
    QVERIFY2(wrong <= 10, qPrintable(QString::number(wrong)));
    const PredictionScores scores = predictionScores(made.student, made.trial, 5);
    QVERIFY(scores.freeRunVariance > 0.9);
    // One set of dynamics foresees half of the time only.
    Student single = made.student;
    single.switching = nullptr;
    QVERIFY(predictionScores(single, made.trial, 5).freeRunVariance < scores.freeRunVariance - 0.1);
  }

  // A fitted student on the half it did not see: near the truth's scores, and not above them by more than
  // sampling allows.
  void heldOutHalf() {
    const Teacher teacher = buildTeacher(teacherOptions(TeacherKind::lineAttractor, 20));
    SimulationOptions options;
    options.steps = 8000;
    options.burnIn = 2000;
    const Matrix z = activityOf(teacher, options);
    const auto [fitted, heldOut] = split({z, Matrix(0, z.cols())}, 0.6);
    QCOMPARE(fitted.activity.cols(), Index{4800});
    QCOMPARE(heldOut.activity.cols(), Index{3200});
    COMPARE_MATRICES(heldOut.activity.col(0), z.col(4800), 0.0);
    Student truth;
    truth.A = teacher.network.dense();
    truth.V.resize(20, 0);
    const PredictionScores best = predictionScores(truth, heldOut, 100);
    const PredictionScores scores =
        predictionScores(fitMap(fitted.activity, Matrix(0, 4800), MapOptions{}), heldOut, 100);
    QVERIFY(scores.oneStepR2 < best.oneStepR2 && scores.oneStepR2 > best.oneStepR2 - 0.05);
    QVERIFY(scores.freeRunVariance < best.freeRunVariance && scores.freeRunVariance > 0);
  }

  // Of several trials the noise is that of all their steps: of two, the mean weighted by their lengths. Fails
  // if each trial has its own.
  void noiseIsPooledOverTrials() {
    const Student student = randomStudent(3, 1);
    const Trial calm = recordingOf(student, 400, 0.1), loud = recordingOf(student, 1200, 1.0);
    const auto covariance = [&](const Trial& trial) {
      const Index count = trial.activity.cols() - 1;
      const Matrix e =
          trial.activity.rightCols(count) - oneStepPredictions(student, trial.activity, trial.input);
      return Matrix(e * e.transpose());
    };
    const Matrix expected = (covariance(calm) + covariance(loud)) / (399.0 + 1199.0);
    COMPARE_MATRICES(noiseCovariance(student, {calm, loud}), expected, 1e-12 * expected.norm());
    COMPARE_MATRICES(NoisyRuns(student, calm, expected).run(1),
                     NoisyRuns(student, calm, noiseCovariance(student, {calm, loud})).run(1), 1e-9);
  }

  // A student's own noise: the residual covariance of its noisy run is that of the recording.
  void noisyRunHasTheNoiseOfTheRecording() {
    const Student student = randomStudent(3, 1);
    const Trial trial = recordingOf(student, 20000, 0.5);
    const Matrix again = noisyRun(student, trial, 1);
    QCOMPARE(again.cols(), trial.activity.cols());
    COMPARE_MATRICES(again, noisyRun(student, trial, 1), 0.0);
    const auto covariance = [&](const Matrix& X) {
      const Matrix e = X.rightCols(19999) - oneStepPredictions(student, X, trial.input);
      return Matrix(e * e.transpose() / 19999.0);
    };
    const Matrix of = covariance(trial.activity);
    // Relative standard error √(2/20000) = 1 % of an entry; five of them.
    COMPARE_MATRICES(covariance(again), of, 0.05 * of.diagonal().maxCoeff());
  }

  void outcomesAreNamed() {
    const Trial constant{Matrix::Ones(3, 50), Matrix(0, 50)};
    Student student = randomStudent(3, 0);
    PredictionScores scores = predictionScores(student, constant, 5);
    QCOMPARE(scores.status, PredictionStatus::constant);
    QCOMPARE(fitGauge(scores), 0.0);
    student.A = 1e4 * Matrix::Identity(3, 3);
    scores = predictionScores(student, {draw(3, 50, 20), Matrix(0, 50)}, 10);
    QCOMPARE(scores.status, PredictionStatus::diverged);
    QCOMPARE(scores.freeRunVariance, -1e6);
    QCOMPARE(fitGauge(scores), 0.0);
    student.A.resize(0, 0);
    QCOMPARE(predictionScores(student, constant, 5).status, PredictionStatus::noParameters);
  }

  void badDataAreRefused() {
    const Student student = randomStudent(3, 2);
    const Trial good = recordingOf(student, 50, 0.1);
    QVERIFY_THROWS_EXCEPTION(InputError, predictionScores(student, good, 0));
    QVERIFY_THROWS_EXCEPTION(InputError, predictionScores(student, {good.activity, Matrix(0, 50)}, 5));
    QVERIFY_THROWS_EXCEPTION(InputError, predictionScores(student, {draw(4, 50, 1), good.input}, 5));
    Trial missing = good;
    missing.activity(1, 7) = std::nan("");
    QVERIFY_THROWS_EXCEPTION(InputError, predictionScores(student, missing, 5));
    QVERIFY_THROWS_EXCEPTION(InputError, split(good, 0));
    QVERIFY_THROWS_EXCEPTION(InputError, split(good, std::nan("")));
    QVERIFY_THROWS_EXCEPTION(InputError, split({Matrix::Ones(1, 3), Matrix(0, 3)}, 0.5));
    QCOMPARE(split(good, 1e-9).first.activity.cols(), Index{2});
    QCOMPARE(split(good, 1 - 1e-9).second.activity.cols(), Index{2});
  }
};

KEYHOLE_TEST(TestPrediction)

}  // namespace tst_prediction

#include "tst_prediction.moc"
