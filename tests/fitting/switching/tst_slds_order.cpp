// Tests core/fitting/switching/slds_order.h: the number of discrete states of known systems, by a bound of
// the likelihood.
#include "core/common/error.h"
#include "core/fitting/latent/lds_order.h"
#include "core/fitting/latent/lds_smoother.h"
#include "core/fitting/switching/slds_order.h"
#include "core/fitting/switching/slds_smoother.h"
#include "tests/fitting/switching/slds_cases.h"
#include "tests/support/test_registry.h"

#include <Eigen/Dense>
#include <QTest>

#include <numbers>

namespace tst_slds_order {

using namespace keyhole;
using namespace keyhole::test;

namespace {

SldsOptions quick(Index iterations = 25) {
  SldsOptions options;
  options.kind.latents = 2;
  options.iterations = iterations;
  options.startIterations = 10;
  return options;
}

Matrix rotation(double angle) {
  Matrix F(2, 2);
  F << std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle);
  return 0.97 * F;
}

// Two rotations, one each way, about points of their own, seen by eight neurons with little noise.
SldsModel twoRotations() {
  LdsModel one = randomLds(5, 2, 8, 0);
  one.Q = 0.01 * Matrix::Identity(2, 2);
  one.R.setConstant(0.01);
  SldsModel model = switchingOf(one, 2, 0.98);
  model.F = {rotation(0.4), rotation(-0.15)};
  model.b = {Vector::Constant(2, 0.1), Vector::Constant(2, -0.1)};
  return model;
}

// log p(y | path) of one latent without inputs: y is Gaussian, x_t = f x_{t-1} + b + noise with the f, b and
// variance of the path's state at t.
double logGivenPath(const SldsModel& model, const Trial& trial, const std::vector<std::size_t>& path) {
  const Index T = trial.activity.cols(), N = model.neurons();
  Vector mean(T);
  Matrix cov = Matrix::Zero(T, T);
  mean(0) = model.mu0(0);
  cov(0, 0) = model.P0(0, 0);
  for (Index t = 1; t < T; ++t) {
    const std::size_t k = path[static_cast<std::size_t>(t)];
    const double f = model.F[k](0, 0);
    mean(t) = f * mean(t - 1) + model.b[k](0);
    for (Index s = 0; s < t; ++s) cov(t, s) = cov(s, t) = f * cov(t - 1, s);
    cov(t, t) = f * f * cov(t - 1, t - 1) + model.Q[k](0, 0);
  }
  Vector left(N * T);
  Matrix S(N * T, N * T);
  for (Index t = 0; t < T; ++t) {
    left.segment(N * t, N) = trial.activity.col(t) - model.c - model.C.col(0) * mean(t);
    for (Index s = 0; s < T; ++s)
      S.block(N * t, N * s, N, N) = cov(t, s) * model.C.col(0) * model.C.col(0).transpose();
    S.block(N * t, N * t, N, N) += Matrix(model.R.asDiagonal());
  }
  const Eigen::LLT<Matrix> factor(S);
  const double logDet = 2 * Matrix(factor.matrixL()).diagonal().array().log().sum();
  return -0.5 * (left.dot(factor.solve(left)) + logDet +
                 static_cast<double>(N * T) * std::log(2 * std::numbers::pi));
}

// log p(y): over all paths of two states.
double logSumOverPaths(const SldsModel& model, const Trial& trial) {
  const auto T = static_cast<std::size_t>(trial.activity.cols());
  double total = 0;
  for (std::size_t bits = 0; bits < (std::size_t{1} << T); ++bits) {
    std::vector<std::size_t> path(T);
    for (std::size_t t = 0; t < T; ++t) path[t] = (bits >> t) & 1;
    double weight = model.logInitial(static_cast<Index>(path[0]));
    for (std::size_t t = 1; t < T; ++t)
      weight += model.logTransition(static_cast<Index>(path[t - 1]), static_cast<Index>(path[t]));
    total += std::exp(weight + logGivenPath(model, trial, path));
  }
  return std::log(total);
}

}  // namespace

class TestSldsOrder : public QObject {
  Q_OBJECT

 private slots:
  // Two clearly different rotations need two states; a third one gains less than the blocks differ. Fails if
  // the states are not found on the blocks left out.
  void choosesTwoForTwoRotations() {
    const Trial trial = test::sampleOf(twoRotations(), 11, 1200).trial;
    const OrderCurve curve = sldsOrderCurve({trial}, quick(), {1, 2, 3}, 3, noProgress());
    for (const auto& point : curve.points)
      qInfo("%ld states: %.4f +- %.4f", static_cast<long>(point.number), point.heldOut, point.standardError);
    QCOMPARE(curve.chosen, Index{2});
    QVERIFY(curve.complete);
    QVERIFY(curve.points[1].heldOut > curve.points[0].heldOut + 2 * curve.points[1].standardError);
    QCOMPARE(curve.points[1].eigenvalues.size(), Index{2});
  }

  // Where nothing switches, one is enough.
  void choosesOneForOne() {
    const Trial trial = test::sampleOf(randomLds(3, 2, 6, 0), 3, 500);
    QCOMPARE(sldsOrderCurve({trial}, quick(10), {1, 2}, 3, noProgress()).chosen, Index{1});
  }

  // One state is the LDS: the numbers are those of the other curve.
  void oneStateIsTheLds() {
    const std::vector<Trial> trials = {test::sampleOf(randomLds(3, 2, 6, 1), 3, 200)};
    const SldsOptions options = quick(5);
    LdsOptions lds;
    lds.kind = options.kind;
    lds.iterations = options.iterations;
    lds.tolerance = options.tolerance;
    const OrderPoint one = sldsOrderCurve(trials, options, {1}, 3, noProgress()).points.front();
    const OrderPoint known = ldsOrderCurve(trials, lds, {2}, 3, noProgress()).points.front();
    QCOMPARE(one.heldOut, known.heldOut);
    QCOMPARE(one.standardError, known.standardError);
    QVERIFY(one.eigenvalues == known.eigenvalues);
  }

  // A bound from below: of equal states it is the LDS's log-likelihood to rounding (1e-8; two smoothers that
  // share no line), of others below the sum over all paths, here 2^6 of them. Also with recurrent switches.
  void boundIsFromBelow() {
    const LdsModel lds = randomLds(4, 2, 4, 1);
    const Trial longer = test::sampleOf(lds, 4, 80);
    const double single = logLikelihood(lds, {longer});
    QVERIFY(std::abs(evidenceBound(switchingOf(lds, 3), {longer}) - single) < 1e-8 * std::abs(single));
    for (const bool recurrent : {false, true}) {
      SldsModel model = randomSlds(4, 2, 1, 3, 0);
      if (recurrent) makeRecurrent(model, 4);
      const Trial trial = test::sampleOf(model, 4, 6).trial;
      const double bound = evidenceBound(model, {trial});
      QVERIFY(std::isfinite(bound));
      if (recurrent) continue;  // no closed form: x decides on the path
      const double known = logSumOverPaths(model, trial);
      qInfo("bound %.4f, sum over all paths %.4f", bound, known);
      QVERIFY(bound <= known);
      QVERIFY(bound > known - 3);  // no further than a few nats for so few steps
    }
  }

  void recurrentSwitches() {
    SldsOptions options = quick(8);
    options.transitions = SldsTransitions::recurrent;
    const Trial trial = test::sampleOf(twoRotations(), 12, 400).trial;
    const OrderCurve curve = sldsOrderCurve({trial}, options, {2}, 2, noProgress());
    QVERIFY(std::isfinite(curve.points.front().heldOut));
    const OrderCurve again = sldsOrderCurve({trial}, options, {2}, 2, noProgress());
    QCOMPARE(again.points.front().heldOut, curve.points.front().heldOut);
  }

  void refusalsAndStop() {
    const std::vector<Trial> trials = {test::sampleOf(randomLds(3, 2, 6, 0), 3, 100)};
    QVERIFY_THROWS_EXCEPTION(InputError, sldsOrderCurve(trials, quick(), {}, 3, noProgress()));
    QVERIFY_THROWS_EXCEPTION(InputError, sldsOrderCurve(trials, quick(), {0}, 3, noProgress()));
    QVERIFY_THROWS_EXCEPTION(InputError, sldsOrderCurve(trials, quick(), {2}, 1, noProgress()));
    class StopAtOnce : public Progress {
     public:
      bool stopRequested() const override { return true; }
    } stop;
    const OrderCurve curve = sldsOrderCurve(trials, quick(), {2, 3}, 2, stop);
    QVERIFY(curve.points.empty() && !curve.complete);
  }
};

KEYHOLE_TEST(TestSldsOrder)

}  // namespace tst_slds_order

#include "tst_slds_order.moc"
