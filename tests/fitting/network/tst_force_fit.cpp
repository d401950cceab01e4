// Tests core/fitting/network/force_fit.h and recursive_least_squares.h
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/fitting/network/force_fit.h"
#include "core/fitting/network/recursive_least_squares.h"
#include "core/fitting/regression/map_fit.h"
#include "core/fitting/run_student.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <Eigen/Cholesky>
#include <QTest>

#include <cmath>

namespace tst_force_fit {

using namespace keyhole;
using namespace keyhole::test;

namespace {

constexpr double kAlpha = 0.1;

ForceOptions optionsFor(Nonlinearity phi, Index passes = 30) {
  ForceOptions options;
  options.alpha = kAlpha;
  options.phi = phi;
  options.passes = passes;
  options.tolerance = 0;
  return options;
}

Matrix randomWeights(Index rows, Index columns, double gain, std::uint64_t seed) {
  return gain / std::sqrt(static_cast<double>(columns)) *
         RandomStream(seed, Stream::test).normalMatrix(rows, columns);
}

// A run of x ← (1-α) x + α (A φ(x) + V u + σ ξ) from N(0, I).
Trial runOf(const Matrix& A, const Matrix& V, Nonlinearity phi, Index steps, double sigma,
            std::uint64_t seed) {
  const Index N = A.rows();
  const RandomStream random(seed, Stream::test, 1);
  const Matrix noise = random.normalMatrix(N, steps);
  Trial trial{Matrix(N, steps), RandomStream(seed, Stream::test, 2).normalMatrix(V.cols(), steps)};
  trial.activity.col(0) = noise.col(0);
  for (Index t = 1; t < steps; ++t) {
    const Vector x = trial.activity.col(t - 1);
    Vector drive = A * applied(phi, x) + sigma * noise.col(t);
    if (V.cols() > 0) drive += V * trial.input.col(t - 1);
    trial.activity.col(t) = (1 - kAlpha) * x + kAlpha * drive;
  }
  return trial;
}

// 1.2 times a rotation by 0.9 and one by 0.5, mixed: tanh keeps it in a bounded oscillation.
Matrix oscillator() {
  Matrix A = Matrix::Zero(4, 4);
  A.topLeftCorner(2, 2) << 1.5, 1.2, -1.2, 1.5;
  A.bottomRightCorner(2, 2) << 1.3, 0.6, -0.6, 1.3;
  const Matrix Q = haarColumns(RandomStream(77, Stream::test), 4, 4);
  return Q * A * Q.transpose();
}

class StopAfter : public Progress {
 public:
  explicit StopAfter(int count) : m_left(count) {}
  void objective(int, int, double value) override {
    --m_left;
    values.push_back(value);
  }
  bool stopRequested() const override { return m_left <= 0; }
  std::vector<double> values;

 private:
  int m_left;
};

}  // namespace

class TestForceFit : public QObject {
  Q_OBJECT

 private slots:
  // The theorem of recursive least squares: after n updates the weights are the ridge solution around their
  // start, and P is the inverse of I/p0 + Σ r rᵀ. Condition about 1e3, so 1e-10.
  void recursionIsRidgeRegression() {
    const Index d = 3, q = 7, n = 60;
    const double p0 = 2.5;
    const Matrix start = randomWeights(d, q, 1, 1), r = randomWeights(q, n, 8, 2),
                 a = randomWeights(d, n, 8, 3);
    RecursiveLeastSquares rls(start, p0);
    Vector predicted(d);
    for (Index t = 0; t < n; ++t) {
      rls.predict(r.col(t).data(), predicted.data());
      const Vector error = predicted - a.col(t);
      rls.update(r.col(t).data(), error.data());
    }
    const Matrix gram = r * r.transpose() + Matrix::Identity(q, q) / p0;
    const Matrix expected =
        Eigen::LLT<Matrix>(gram).solve(Matrix(r * a.transpose() + start.transpose() / p0)).transpose();
    COMPARE_MATRICES(rls.weights(), expected, 1e-10);
    COMPARE_MATRICES(Matrix(rls.inverse() * gram), Matrix::Identity(q, q), 1e-10);
  }

  // P stays exactly symmetric and positive definite where it is hardest: a wide start, regressors that are
  // nearly one direction, many updates.
  void inverseStaysPositiveDefinite() {
    const Index q = 6;
    RecursiveLeastSquares rls(Matrix::Zero(2, q), 1e6);
    const Matrix noise = randomWeights(q, 20000, 1e-3, 4);
    const Vector direction = Vector::LinSpaced(q, 1, 2), error = Vector::Ones(2);
    for (Index t = 0; t < noise.cols(); ++t) {
      const Vector r = direction + noise.col(t);
      rls.update(r.data(), error.data());
    }
    QVERIFY(rls.inverse() == rls.inverse().transpose());
    QVERIFY(symmetricEigenSystem(rls.inverse()).values.minCoeff() > 0);
    QCOMPARE(rls.timesRestarted(), 0);
    QVERIFY(rls.weights().allFinite());
  }

  // Two roads: put back to the recording before every step, FORCE with n passes is the ridge regression with
  // ridge α²/(n p0), here that of map_fit, from a start at 0; over two trials, with and without an input.
  // Fails if the error's units, the input's place or a reset point is wrong.
  void teacherForcedIsMap_data() {
    QTest::addColumn<bool>("tanh");
    QTest::addColumn<int>("inputs");
    QTest::addColumn<int>("passes");
    QTest::newRow("linear") << false << 0 << 1;
    QTest::newRow("tanh") << true << 0 << 1;
    QTest::newRow("tanh, input") << true << 2 << 1;
    QTest::newRow("tanh, input, 7 passes") << true << 2 << 7;
  }
  void teacherForcedIsMap() {
    QFETCH(bool, tanh);
    QFETCH(int, inputs);
    QFETCH(int, passes);
    const auto phi = tanh ? Nonlinearity::tanh : Nonlinearity::linear;
    const Matrix A = randomWeights(5, 5, 0.8, 5), V = randomWeights(5, inputs, 1, 6);
    const std::vector<Trial> trials{runOf(A, V, phi, 400, 0.5, 7), runOf(A, V, phi, 150, 0.5, 8)};
    ForceOptions options = optionsFor(phi, passes);
    options.resetEvery = 1;
    options.gain = 0;
    const Student force = fitForce(trials, options);
    MapOptions map;
    map.alpha = kAlpha;
    map.phi = phi;
    map.rho = kAlpha * kAlpha / (passes * options.p0);
    RegressionSums sums = emptySums(5, inputs);
    for (const auto& trial : trials)
      accumulate(sums, trial.activity, trial.input.leftCols(trial.input.cols() - 1), kAlpha, phi);
    const Student expected = fitMap(sums, map);
    COMPARE_MATRICES(force.A, expected.A, 1e-8);
    COMPARE_MATRICES(force.V, expected.V, 1e-8);
    QVERIFY(std::abs(force.oneStepR2 - expected.oneStepR2) < 1e-9);
    QCOMPARE(force.convention, Convention::standard);
    QCOMPARE(force.phi, phi);
  }

  // A noise-free linear system, decaying from a rich start in several trials, and its input weights come
  // back. What the first passes saw, off the recording, is forgotten like 1/passes: 1e-3 of entries of about
  // 0.3. Fails if the free run feeds back anything else than its own past.
  void recoversALinearSystem() {
    Matrix A = randomWeights(4, 4, 0.6, 9);
    const Matrix V = randomWeights(4, 1, 1, 10);
    std::vector<Trial> trials;
    for (std::uint64_t k = 0; k < 6; ++k) trials.push_back(runOf(A, V, Nonlinearity::linear, 200, 0, 20 + k));
    ForceOptions options = optionsFor(Nonlinearity::linear, 300);
    options.p0 = 100;
    options.gain = 0.5;
    const Student student = fitForce(trials, options);
    COMPARE_MATRICES(student.A, A, 1e-3);
    COMPARE_MATRICES(student.V, V, 1e-3);
  }

  // A limit cycle is learnt by a network that runs on its own: from a chaotic start the error of the run at
  // rest falls by a factor of a hundred, and the student alone then follows the recording. (Not from every
  // start: of twenty mixings of the oscillator 11 were learnt in 100 passes, 15 in 300.) The objective is
  // what run_student says of it.
  void learnsALimitCycle() {
    const Trial trial = runOf(oscillator(), Matrix(4, 0), Nonlinearity::tanh, 600, 0, 31);
    ForceOptions options = optionsFor(Nonlinearity::tanh, 100);
    const Student student = fitForce({trial}, options);
    QCOMPARE(student.summary.status, FitStatus::iterationLimit);
    const auto& cost = student.summary.cost;
    QCOMPARE(cost.size(), std::size_t{100});
    QVERIFY(cost.back() < 0.01 * cost.front());
    const auto run = runStudent(student, trial.activity.col(0), 600, Matrix(0, 600), Matrix(4, 0));
    const double expected = (run.states - trial.activity).squaredNorm() / (599 * 4);
    QVERIFY(std::abs(cost.back() - expected) < 1e-6 * expected);
  }

  // Reset points: with resetEvery = 50 the objective is that of runs of 50 steps from the recording.
  void resetPoints() {
    const Trial trial = runOf(oscillator(), Matrix(4, 0), Nonlinearity::tanh, 301, 0.3, 32);
    ForceOptions options = optionsFor(Nonlinearity::tanh, 3);
    options.resetEvery = 50;
    options.updateEvery = 2;
    const Student student = fitForce({trial}, options);
    double sum = 0;
    for (Index first = 0; first < 300; first += 50) {
      const auto run = runStudent(student, trial.activity.col(first), 51, Matrix(0, 51), Matrix(4, 0));
      sum += (run.states - trial.activity.middleCols(first, 51)).squaredNorm();
    }
    const double expected = sum / (300 * 4);
    QVERIFY(std::abs(student.summary.cost.back() - expected) < 1e-10 * expected);
  }

  void sameSeedSameBits() {
    const Trial trial = runOf(oscillator(), Matrix(4, 0), Nonlinearity::tanh, 300, 0.1, 33);
    ForceOptions options = optionsFor(Nonlinearity::tanh, 4);
    const Student first = fitForce({trial}, options), second = fitForce({trial}, options);
    QVERIFY(first.A == second.A);
    QVERIFY(first.summary.cost == second.summary.cost);
    options.seed = 2;
    QVERIFY(fitForce({trial}, options).A != first.A);
  }

  // A stop after k passes returns the one with the lowest error of these k: the objective of its weights is
  // that minimum.
  void stopKeepsTheBestPass() {
    const Trial trial = runOf(oscillator(), Matrix(4, 0), Nonlinearity::tanh, 400, 0.5, 34);
    StopAfter progress(6);
    const Student student = fitForce({trial}, optionsFor(Nonlinearity::tanh, 1000), progress);
    QCOMPARE(student.summary.status, FitStatus::stopped);
    QCOMPARE(student.summary.iterations, 6);
    QVERIFY(student.summary.cost == progress.values);
    const auto run = runStudent(student, trial.activity.col(0), 400, Matrix(0, 400), Matrix(4, 0));
    const double own = (run.states - trial.activity).squaredNorm() / (399 * 4);
    const double best = *std::min_element(progress.values.begin(), progress.values.end());
    QVERIFY(std::abs(own - best) < 1e-6 * best);
    StopAfter atOnce(0);
    const Student none = fitForce({trial}, optionsFor(Nonlinearity::tanh), atOnce);
    QCOMPARE(none.summary.status, FitStatus::stopped);
    QVERIFY(none.A.allFinite());
  }

  // Weights that explode at once (a linear network with a huge gain), numbers that are huge, channels that do
  // not vary: everything stays finite, and an early end is told.
  void divergenceGivesNoNaN() {
    const Trial trial = runOf(randomWeights(5, 5, 0.8, 35), Matrix(5, 0), Nonlinearity::linear, 800, 0.2, 36);
    ForceOptions options = optionsFor(Nonlinearity::linear, 10);
    options.gain = 1000;
    options.p0 = 1e-6;
    const Student wild = fitForce({trial}, options);
    QVERIFY(wild.A.allFinite());
    QVERIFY(hasParameters(wild.summary.status));
    QVERIFY(!wild.notes.empty() && QString::fromStdString(wild.notes.front()).contains("ran away"));
    for (const double cost : wild.summary.cost) QVERIFY(std::isfinite(cost));

    Trial odd = trial;
    odd.activity *= 1e100;
    odd.activity.row(0).setZero();
    odd.activity.row(1).setConstant(3e100);
    for (const auto phi : {Nonlinearity::linear, Nonlinearity::tanh}) {
      const Student student = fitForce({odd}, optionsFor(phi, 5));
      QVERIFY(student.A.allFinite());
      for (const double cost : student.summary.cost) QVERIFY(std::isfinite(cost));
    }
    const Trial still{Matrix::Zero(2, 30), Matrix(0, 30)};
    QVERIFY(fitForce({still}, optionsFor(Nonlinearity::tanh, 3)).A.allFinite());
  }

  // Teacher forcing with all the data seen many times stands still; the default tolerance notices.
  // Squares of such values are infinite: no pass has an error to compare. Fails if weights of no pass are
  // taken.
  void hugeValuesAreRefusedByTheNumbers() {
    Trial trial{Matrix(3, 60), Matrix(0, 60)};
    for (Index t = 0; t < 60; ++t)
      trial.activity.col(t) = 1e160 * Eigen::Vector3d(std::sin(0.3 * static_cast<double>(t)), 1, -1);
    ForceOptions options;
    options.passes = 3;
    const Student student = fitForce({trial}, options);
    QCOMPARE(student.summary.status, FitStatus::diverged);
    QVERIFY(student.summary.message.find("too large") != std::string::npos);
  }

  void convergenceIsNoticed() {
    const Trial trial = runOf(randomWeights(4, 4, 0.8, 37), Matrix(4, 0), Nonlinearity::tanh, 500, 0.5, 38);
    ForceOptions options = optionsFor(Nonlinearity::tanh, 1000);
    options.resetEvery = 1;
    options.tolerance = 1e-4;
    const Student student = fitForce({trial}, options);
    QCOMPARE(student.summary.status, FitStatus::converged);
    QVERIFY(student.summary.iterations < 1000);
  }

  void badOptionsAreNamed() {
    ForceOptions options;
    QVERIFY(problems(options).empty());
    options.alpha = 2;
    options.gain = -1;
    options.p0 = 0;
    options.passes = 0;
    options.resetEvery = -1;
    options.updateEvery = 0;
    options.tolerance = -1;
    QCOMPARE(problems(options).size(), std::size_t{7});
    QVERIFY_EXCEPTION_THROWN(fitForce({{Matrix::Ones(2, 5), Matrix(0, 5)}}, options), InputError);
    QVERIFY_EXCEPTION_THROWN(fitForce({}, ForceOptions()), InputError);
  }
};

KEYHOLE_TEST(TestForceFit)

}  // namespace tst_force_fit

#include "tst_force_fit.moc"
