// Tests core/fitting/regression/cornn_fit.h and cornn_errors.h
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/fitting/regression/cornn_errors.h"
#include "core/fitting/regression/cornn_fit.h"
#include "core/linalg/eigen.h"
#include "tests/fitting/regression/cornn_cases.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/reference.h"
#include "tests/support/test_registry.h"

#include <Eigen/LU>
#include <QTest>

#include <cmath>

namespace tst_cornn_fit {

using namespace keyhole;
using namespace keyhole::test;

namespace {

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

class TestCornnFit : public QObject {
  Q_OBJECT

 private slots:
  // The independent implementation's matrix and eigenvalues to 1e-6, with and without the early end (whose
  // tolerance of 1e-9 leaves about 1e-8).
  void agreesWithTheReference_data() {
    QTest::addColumn<double>("tolerance");
    QTest::newRow("all iterations") << 0.0;
    QTest::newRow("early end") << CornnOptions().tolerance;
  }
  void agreesWithTheReference() {
    SKIP_WITHOUT_REFERENCE();
    QFETCH(double, tolerance);
    const auto expected = referenceJson("cornn");
    const Matrix activity = referenceArray("cornn.activity").transpose();
    CornnOptions options;
    options.alpha = expected["alpha"];
    options.l2 = expected["l2"];
    options.threshold = expected["threshold"];
    options.iterations = expected["iterations"];
    options.tolerance = tolerance;
    const Student student = fitCornn({{activity, Matrix(0, activity.cols())}}, options);
    QCOMPARE(student.summary.status, tolerance > 0 ? FitStatus::converged : FitStatus::iterationLimit);
    COMPARE_MATRICES(student.A, matrixOf(expected["A"]), 1e-6);
    COMPARE_EIGENVALUES(eigenvalues(student.A), complexValues(expected["eigenvalues"]), 1e-6);
  }

  // Without noise and ridge weights and constant come back, and its own steps are foreseen exactly.
  void recoversTheConstant() {
    CornnOptions options = optionsFor(CornnLoss::standard, 200);
    options.l2 = 0;
    options.offset = true;
    const Vector c = 0.5 * RandomStream(9, Stream::test).normalMatrix(10, 1);
    const Matrix B = randomWeights(10, 2.0, 6);
    const Student student = fitCornn({runOf(B, 4000, 0, 7, c)}, options);
    COMPARE_MATRICES(student.A, B, 1e-6);
    COMPARE_MATRICES(student.inner, c, 1e-6);
    QVERIFY(student.oneStepR2 > 1 - 1e-9);
  }

  // White noise about a mean has no dynamics. Without a constant the mean passes for a mode: of r = mean over
  // deviation, r² N / (r² N + 1) for small activity. The estimate of nothing from 4000 steps is about √(N/T).
  void aMeanIsNoMode() {
    const Index N = 5, T = 4000;
    Trial trial{0.02 * RandomStream(3, Stream::test).normalMatrix(N, T), Matrix(0, T)};
    trial.activity.array() += 0.06;
    CornnOptions options = optionsFor(CornnLoss::weighted);
    options.alpha = 1;
    const auto leading = [&] { return eigenvalues(fitCornn({trial}, options).A).cwiseAbs().maxCoeff(); };
    QVERIFY2(leading() > 0.9, qPrintable(QString::number(leading())));
    options.offset = true;
    QVERIFY2(leading() < 0.1, qPrintable(QString::number(leading())));
  }

  // Without noise and ridge the weights of a chaotic network come back under every loss: the start is exact
  // up to rounding of the targets (1e-16/α, times 1/(1-y²) up to about 1e3, times the inverse of the data).
  void recoversAKnownNetwork_data() { addLosses(); }
  void recoversAKnownNetwork() {
    QFETCH(int, loss);
    CornnOptions options = optionsFor(static_cast<CornnLoss>(loss), 200);
    options.l2 = 0;
    const Matrix B = randomWeights(10, 2.0, 6);
    const Student student = fitCornn({runOf(B, 4000, 0, 7), runOf(B, 1000, 0, 8)}, options);
    COMPARE_MATRICES(student.A, B, 1e-8);
    QVERIFY(std::abs(student.oneStepR2 - 1) < 1e-12);
  }

  // Where noise drives the targets beyond ±1, artanh of what is left of them is a bad start: the iteration
  // must come clearly closer to B. Fails if it does not move, or moves elsewhere.
  void improvesOnItsStart() {
    const Matrix B = randomWeights(8, 1.2, 9);
    const std::vector<Trial> trials{runOf(B, 8000, 0.5, 10)};
    const double before = (fitCornn(trials, optionsFor(CornnLoss::standard, 0)).A - B).norm();
    const double after = (fitCornn(trials, optionsFor(CornnLoss::standard, 200)).A - B).norm();
    QVERIFY2(after < 0.7 * before, qPrintable(QString("%1 -> %2").arg(before).arg(after)));
  }

  // Two steps in a hundred are kicked far out of tanh's range, always in the direction of the sign of another
  // unit, which a plain fit takes for a weight. Weighted drops these errors and stays as good as without the
  // kicks; robust limits each to what an ordinary error may count, which is less than standard lets pass.
  void outliers() {
    const Index steps = 6000, N = 6;
    const Matrix B = randomWeights(N, 1.8, 11);
    const Matrix kicks = RandomStream(13, Stream::test).normalMatrix(N, steps);
    const auto run = [&](double kick) {
      Trial trial{Matrix(N, steps), Matrix(0, steps)};
      trial.activity.col(0) = 0.5 * kicks.col(0);
      for (Index t = 1; t < steps; ++t) {
        const Vector x = trial.activity.col(t - 1);
        Vector drive = (B * x).array().tanh();
        for (Index i = 0; i < N; ++i)
          if (kicks(i, t) > 2.05) drive(i) += std::copysign(kick, x((i + 1) % N));
        trial.activity.col(t) = (1 - kAlpha) * x + kAlpha * drive;
      }
      return trial;
    };
    const Trial trial = run(3);
    const auto error = [&](CornnLoss loss) {
      return (fitCornn({trial}, optionsFor(loss, 300)).A - B).norm();
    };
    const double weighted = error(CornnLoss::weighted), standard = error(CornnLoss::standard),
                 robust = error(CornnLoss::robust);
    QVERIFY(weighted < 0.1 * standard);
    QVERIFY(robust < 0.3 * standard);
  }

  // Our tanh within 4e-16 of the library's over its whole range, and the errors that follow from it, for
  // every remainder of the vector width.
  void errorsAreExact() {
    const Index count = 5003;
    const Vector z = Vector::LinSpaced(count, -25, 25), y = Vector::Zero(count);
    Vector e(count);
    cornnErrors(CornnLoss::standard, 1, z.data(), y.data(), e.data(), count);
    for (Index i = 0; i < count; ++i) QVERIFY(std::abs(e(i) + std::tanh(z(i))) < 4e-16);
    for (Index n = 0; n < 70; ++n) {
      Vector part = Vector::Constant(n + 1, 7);
      const auto sums = cornnErrors(CornnLoss::weighted, 0.5, z.data() + 2450, y.data(), part.data(), n);
      QCOMPARE(part(n), 7.0);
      double kept = 0, loss = 0;
      for (Index i = 0; i < n; ++i) {
        const double error = -std::tanh(z(2450 + i));
        kept += std::abs(error) <= 0.5 ? 1 : 0;
        loss += std::min(error * error, 0.25);
        QVERIFY(std::abs(part(i) - (std::abs(error) <= 0.5 ? error : 0)) < 1e-15);
      }
      QCOMPARE(sums.kept, kept);
      QVERIFY(std::abs(sums.loss - loss) < 1e-14);
    }
  }

  // Channels that stand still, also beyond what tanh reaches, give finite weights and no NaN anywhere.
  void constantChannels_data() { addLosses(); }
  void constantChannels() {
    QFETCH(int, loss);
    Trial trial = runOf(randomWeights(5, 1.6, 16), 500, 0.2, 17);
    trial.activity.row(0).setZero();
    trial.activity.row(1).setConstant(0.3);
    trial.activity.row(2).setConstant(4);
    const Student student = fitCornn({trial}, optionsFor(static_cast<CornnLoss>(loss), 50));
    QVERIFY(hasParameters(student.summary.status));
    QVERIFY(student.A.allFinite());
    for (const double cost : student.summary.cost) QVERIFY(std::isfinite(cost));
    QCOMPARE(student.notes.empty(), false);  // a fifth of the targets was clipped

    Trial still{Matrix::Zero(2, 20), Matrix(0, 20)};
    QVERIFY(fitCornn({still}, optionsFor(static_cast<CornnLoss>(loss), 5)).A.isZero());
  }

  void singularIsAStatus() {
    Trial trial = runOf(randomWeights(4, 1.6, 18), 300, 0.2, 19);
    trial.activity.row(0).setZero();
    CornnOptions options = optionsFor(CornnLoss::weighted, 5);
    options.l2 = 0;
    const Student student = fitCornn({trial}, options);
    QCOMPARE(student.summary.status, FitStatus::singular);
    QVERIFY(!hasParameters(student.summary.status));
  }

  // A stop after k iterations gives, bit for bit, what k iterations give; so do two runs.
  void stopKeepsTheLastIteration() {
    const std::vector<Trial> trials{runOf(randomWeights(5, 1.6, 20), 900, 0.3, 21)};
    StopAfter progress(4);
    const Student stopped = fitCornn(trials, optionsFor(CornnLoss::weighted), progress);
    QCOMPARE(stopped.summary.status, FitStatus::stopped);
    QCOMPARE(stopped.summary.iterations, 4);
    QVERIFY(stopped.summary.cost == progress.values);
    const Student four = fitCornn(trials, optionsFor(CornnLoss::weighted, 4));
    QVERIFY(stopped.A == four.A);
    StopAfter atOnce(0);
    const Student none = fitCornn(trials, optionsFor(CornnLoss::weighted), atOnce);
    QCOMPARE(none.summary.status, FitStatus::stopped);
    QVERIFY(none.A == fitCornn(trials, optionsFor(CornnLoss::weighted, 0)).A);
  }

  void inputIsIgnoredAndSaidSo() {
    Trial trial = runOf(randomWeights(4, 1.6, 22), 400, 0.2, 23);
    const Student without = fitCornn({trial}, optionsFor(CornnLoss::weighted, 10));
    trial.input = Matrix::Ones(2, 400);
    const Student with = fitCornn({trial}, optionsFor(CornnLoss::weighted, 10));
    QVERIFY(with.A == without.A);
    QVERIFY(QString::fromStdString(with.notes.front()).contains("input was ignored"));
  }

  void badOptionsAreNamed() {
    CornnOptions options;
    QVERIFY(problems(options).empty());
    options.alpha = 0;
    options.l2 = -1;
    options.threshold = 0;
    options.iterations = -3;
    options.tolerance = std::nan("");
    QCOMPARE(problems(options).size(), std::size_t{5});
    const std::vector<Trial> trials{runOf(randomWeights(3, 1, 24), 50, 0.2, 25)};
    QVERIFY_EXCEPTION_THROWN(fitCornn(trials, options), InputError);
    QVERIFY_EXCEPTION_THROWN(fitCornn({}, CornnOptions()), InputError);
    Trial missing = trials.front();
    missing.activity(1, 3) = std::nan("");
    QVERIFY_EXCEPTION_THROWN(fitCornn({missing}, CornnOptions()), InputError);
  }
};

KEYHOLE_TEST(TestCornnFit)

}  // namespace tst_cornn_fit

#include "tst_cornn_fit.moc"
