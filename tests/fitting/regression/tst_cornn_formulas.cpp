// Tests core/fitting/regression/cornn_fit.h against its formulas, written down once more.
#include "tests/fitting/regression/cornn_cases.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <Eigen/LU>
#include <QTest>

#include <cmath>

namespace tst_cornn_formulas {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// The method again, straight from its formulas, time in rows, with the library's tanh.
struct Plain {
  Matrix X, Y;
  double ridge;
  Matrix penalty;  // of the constant none

  Plain(const std::vector<Trial>& trials, const CornnOptions& options) {
    const Index N = trials.front().activity.rows(), all = transitionsOf(trials);
    X.resize(all, N + (options.offset ? 1 : 0));
    X.rightCols(1).setOnes();
    Y.resize(all, N);
    Index row = 0;
    for (const auto& trial : trials) {
      const Index n = trial.activity.cols() - 1;
      const Matrix before = trial.activity.leftCols(n).transpose(),
                   after = trial.activity.rightCols(n).transpose();
      X.block(row, 0, n, N) = before;
      Y.middleRows(row, n) =
          ((after - (1 - options.alpha) * before) / options.alpha).cwiseMin(1 - 1e-6).cwiseMax(-1 + 1e-6);
      row += n;
    }
    ridge = options.l2 * static_cast<double>(all);
    penalty = Matrix::Identity(X.cols(), X.cols());
    if (options.offset) penalty(N, N) = 0;
  }

  Matrix inverse() const { return (X.transpose() * X + ridge * penalty).inverse(); }
  Matrix start() const {
    return inverse() * X.transpose() * Matrix(Y.array().unaryExpr([](double y) { return std::atanh(y); }));
  }

  Matrix errors(const Matrix& theta, const CornnOptions& options) const {
    Matrix E = Y - Matrix((X * theta).unaryExpr([](double z) { return std::tanh(z); }));
    if (options.loss == CornnLoss::standard) return E;
    E = E.cwiseQuotient(Matrix(1 - Y.array().square()));
    for (Index j = 0; j < E.cols(); ++j) {
      Index kept = 0;
      for (Index t = 0; t < E.rows(); ++t) {
        const bool inside = std::abs(E(t, j)) <= options.threshold;
        kept += inside ? 1 : 0;
        if (!inside)
          E(t, j) = options.loss == CornnLoss::weighted ? 0 : std::copysign(options.threshold, E(t, j));
      }
      if (options.loss == CornnLoss::weighted)
        E.col(j) *= static_cast<double>(E.rows()) / static_cast<double>(kept);
    }
    return E;
  }

  Matrix next(const Matrix& theta, const CornnOptions& options) const {
    return inverse() * X.transpose() * (X * theta + errors(theta, options));
  }
};

}  // namespace

class TestCornnFormulas : public QObject {
  Q_OBJECT

 private slots:
  // The self-contained twin, two roads: three iterations written straight from the formulas, over two trials
  // of unequal length, longer than a block. Rounding of H (condition about 1e4) allows 1e-9. Fails if a loss,
  // the scaling by kept entries, α, the ridge or a transposition is wrong.
  void agreesWithThePlainFormulas_data() { addLosses(); }
  void agreesWithThePlainFormulas() {
    QFETCH(int, loss);
    const CornnOptions options = optionsFor(static_cast<CornnLoss>(loss), 3);
    const Matrix B = randomWeights(7, 1.6, 1);
    const std::vector<Trial> trials{runOf(B, 2500, 0.3, 2), runOf(B, 1311, 0.3, 3)};
    const Plain plain(trials, options);
    Matrix theta = plain.start();
    COMPARE_MATRICES(fitCornn(trials, optionsFor(options.loss, 0)).A, theta.transpose(), 1e-9);
    for (int i = 0; i < 3; ++i) theta = plain.next(theta, options);
    const Student student = fitCornn(trials, options);
    COMPARE_MATRICES(student.A, theta.transpose(), 1e-9);
    QCOMPARE(student.summary.iterations, 3);
    QCOMPARE(student.summary.cost.size(), std::size_t{4});
    QCOMPARE(student.convention, Convention::leakyRate);
    QCOMPARE(student.phi, Nonlinearity::tanh);
    QCOMPARE(student.V.cols(), Index{0});
  }

  // The same with a constant inside of tanh: a row of ones more, without a ridge; and of a recording far from
  // 0. Fails if the constant bears the ridge, or the mean does not come back out of it.
  void theConstantAgreesWithThePlainFormulas_data() { addLosses(); }
  void theConstantAgreesWithThePlainFormulas() {
    QFETCH(int, loss);
    CornnOptions options = optionsFor(static_cast<CornnLoss>(loss), 3);
    options.offset = true;
    options.l2 = 1e-3;
    const Vector c = 0.5 * RandomStream(8, Stream::test).normalMatrix(7, 1);
    const Matrix B = randomWeights(7, 0.8, 1);
    const std::vector<Trial> trials{runOf(B, 2500, 0.3, 2, c), runOf(B, 1311, 0.3, 3, c)};
    const Plain plain(trials, options);
    Matrix theta = plain.start();
    for (int i = 0; i < 3; ++i) theta = plain.next(theta, options);
    const Student student = fitCornn(trials, options);
    COMPARE_MATRICES(student.A, theta.topRows(7).transpose(), 1e-9);
    COMPARE_MATRICES(student.inner, theta.bottomRows(1).transpose(), 1e-9);
    QCOMPARE(student.b.size(), Index{0});
    QVERIFY(restsOnFewSteps(student) == false);
  }

  // The defining equation at convergence, E Xᵀ = λ A: relative to Σ|e x| it is the tolerance times the
  // condition of the update, far below 1e-7. Fails if the iteration ends anywhere else.
  void endsAtTheFixedPoint_data() { addLosses(); }
  void endsAtTheFixedPoint() {
    QFETCH(int, loss);
    CornnOptions options = optionsFor(static_cast<CornnLoss>(loss), 5000, 1e-12);
    options.l2 = 1e-3;
    const std::vector<Trial> trials{runOf(randomWeights(6, 1.6, 4), 3000, 0.2, 5)};
    const Student student = fitCornn(trials, options);
    QCOMPARE(student.summary.status, FitStatus::converged);
    const Plain plain(trials, options);
    const Matrix theta = student.A.transpose();
    const Matrix E = plain.errors(theta, options);
    const Matrix left = plain.X.transpose() * E - plain.ridge * theta;
    const double scale = (plain.X.cwiseAbs().transpose() * E.cwiseAbs()).maxCoeff();
    QVERIFY2(left.cwiseAbs().maxCoeff() < 1e-7 * scale, qPrintable(QString::number(left.norm() / scale)));
  }

  // The objective is the mean of the loss as documented, at the matrix before the iteration.
  void objectiveIsTheMeanLoss_data() { addLosses(); }
  void objectiveIsTheMeanLoss() {
    QFETCH(int, loss);
    const CornnOptions options = optionsFor(static_cast<CornnLoss>(loss), 0);
    const std::vector<Trial> trials{runOf(randomWeights(5, 1.6, 14), 700, 0.4, 15)};
    const Student student = fitCornn(trials, options);
    const Plain plain(trials, options);
    const Matrix theta = student.A.transpose();
    double sum = 0;
    for (Index j = 0; j < 5; ++j)
      for (Index t = 0; t < plain.X.rows(); ++t) {
        double e = plain.Y(t, j) - std::tanh(plain.X.row(t).dot(theta.col(j)));
        if (options.loss != CornnLoss::standard) e /= 1 - plain.Y(t, j) * plain.Y(t, j);
        const double size = std::abs(e), c = options.threshold;
        if (options.loss == CornnLoss::standard || size <= c)
          sum += e * e;
        else
          sum += options.loss == CornnLoss::weighted ? c * c : 2 * c * size - c * c;
      }
    const double expected = sum / static_cast<double>(plain.X.size());
    QCOMPARE(student.summary.cost.size(), std::size_t{1});
    QVERIFY(std::abs(student.summary.cost.front() - expected) < 1e-10 * expected);
  }
};

KEYHOLE_TEST(TestCornnFormulas)

}  // namespace tst_cornn_formulas

#include "tst_cornn_formulas.moc"
