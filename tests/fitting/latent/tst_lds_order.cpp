// Tests core/fitting/latent/lds_order.h: the number of latents of known systems, and the rule that chooses
// it.
#include "core/common/error.h"
#include "core/fitting/latent/lds_order.h"
#include "core/fitting/latent/lds_smoother.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "tests/fitting/latent/lds_cases.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <limits>

namespace tst_lds_order {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// Two latents, each well above the noise of six channels.
LdsModel twoLatents(std::uint64_t seed) {
  LdsModel model = randomLds(seed, 2, 6, 0);
  model.C = 2 * haarColumns(RandomStream(seed, Stream::test, 300), 6, 2);
  model.F << 0.9, -0.2, 0.2, 0.8;
  model.Q = 0.1 * Matrix::Identity(2, 2);
  model.R.setConstant(0.3);
  return model;
}

LdsOptions quick(LdsEmissions emissions = LdsEmissions::free) {
  LdsOptions options;
  options.kind.emissions = emissions;
  options.kind.dynamicsNoise = LdsDynamicsNoise::full;
  options.iterations = 40;
  return options;
}

OrderPoint at(Index latents, double heldOut, double standardError) {
  OrderPoint point;
  point.number = latents;
  point.heldOut = heldOut;
  point.standardError = standardError;
  return point;
}

}  // namespace

class TestLdsOrder : public QObject {
  Q_OBJECT

 private slots:
  // A second latent is worth tenths of a nat per time point here, and the blocks' standard error is
  // √(6/2)/√1600 = 0.04; a third one can only lose, by about its 10 parameters over twice the 1200 time
  // points of the training data. Fails if a block's first state is that of the recording's start.
  void choosesTheTrueNumber_data() {
    QTest::addColumn<int>("seed");
    QTest::addColumn<int>("emissions");
    for (const int seed : {1, 2, 3})
      for (const int emissions : {0, 1})
        QTest::addRow("seed %d, %s", seed, emissions ? "free" : "orthonormal") << seed << emissions;
  }
  void choosesTheTrueNumber() {
    QFETCH(int, seed);
    QFETCH(int, emissions);
    const LdsModel truth = twoLatents(static_cast<std::uint64_t>(seed));
    const std::vector<Trial> trials = {sampleOf(truth, static_cast<std::uint64_t>(seed), 1600)};
    Index calls = 0;
    const OrderCurve curve = ldsOrderCurve(trials, quick(static_cast<LdsEmissions>(emissions)), {1, 2, 3, 4},
                                           4, noProgress(), [&calls](const OrderCurve& seen) {
                                             QCOMPARE(static_cast<Index>(seen.points.size()), ++calls);
                                             QCOMPARE(seen.complete, calls == 4);
                                           });
    for (const auto& point : curve.points)
      qInfo("%ld latents: %.4f +- %.4f", static_cast<long>(point.number), point.heldOut, point.standardError);
    QCOMPARE(curve.chosen, Index{2});
    QVERIFY(curve.complete);
    QCOMPARE(calls, Index{4});
    // Against the truth on the same data: some 25 parameters cost 25/2/1200 = 0.01 on fresh data and win back
    // half of it on old ones.
    const OrderPoint& two = curve.points[1];
    QVERIFY(std::abs(two.heldOut - logLikelihood(truth, trials) / 1600) < 0.05);
    QCOMPARE(two.eigenvalues.size(), Index{2});
    COMPARE_EIGENVALUES(two.eigenvalues, eigenvalues(paperScaling(truth.F, 0.01)), 10.0);  // 0.1 of F's
  }

  void sameSeedSameNumbers() {
    const LdsModel truth = twoLatents(4);
    const std::vector<Trial> trials = {sampleOf(truth, 1, 200), sampleOf(truth, 2, 150)};
    LdsOptions options = quick();
    options.iterations = 5;
    const auto first = ldsOrderCurve(trials, options, {1, 2}, 3, noProgress());
    const auto second = ldsOrderCurve(trials, options, {1, 2}, 3, noProgress());
    for (std::size_t i = 0; i < 2; ++i) {
      QCOMPARE(first.points[i].heldOut, second.points[i].heldOut);
      QCOMPARE(first.points[i].standardError, second.points[i].standardError);
      QVERIFY(first.points[i].eigenvalues == second.points[i].eigenvalues);
    }
    QCOMPARE(first.chosen, second.chosen);
  }

  // Two folds of one trial by hand: train on one half, and the other half's first state has the mean and the
  // covariance of the training half's smoothed states. Fails if the block is part of its training data. 1e-9:
  // another order of sums, and the ridge of P0.
  void twoFoldsByHand() {
    const Trial trial = sampleOf(twoLatents(5), 1, 301);
    LdsOptions options = quick();
    options.iterations = 5;
    options.kind.latents = 2;
    options.restarts = 1;  // as every fold has
    const Trial first{trial.activity.leftCols(150), trial.input.leftCols(150)};
    const Trial second{trial.activity.rightCols(151), trial.input.rightCols(151)};
    Vector expected(2);
    for (const int held : {0, 1}) {
      const Trial &training = held ? first : second, &block = held ? second : first;
      LdsModel model = fitLds({training}, options).model;
      const LdsExpectations sums = smooth(model, {training});
      const Matrix& x = sums.means.front();
      const auto T = static_cast<double>(x.cols());
      const Vector mean = x.rowwise().mean();
      model.P0 = (x.colwise() - mean) * (x.colwise() - mean).transpose() / T + sums.covariances.front() / T;
      model.mu0 = mean;
      expected(held) = logLikelihood(model, {block}) / static_cast<double>(block.activity.cols());
    }
    const OrderCurve curve = ldsOrderCurve({trial}, options, {2}, 2, noProgress());
    QVERIFY(std::abs(curve.points.front().heldOut - expected.mean()) < 1e-9 * std::abs(expected.mean()));
    // Of two values: half of their difference.
    QVERIFY(std::abs(curve.points.front().standardError - 0.5 * std::abs(expected(0) - expected(1))) < 1e-8);
  }

  void theRule() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    QCOMPARE(oneStandardErrorChoice({}), Index{0});
    QCOMPARE(oneStandardErrorChoice({at(1, nan, nan)}), Index{0});
    QCOMPARE(oneStandardErrorChoice({at(1, -9, 5), at(2, -3.5, 5), at(3, -3, 1)}),
             Index{2});  // the best's s.e.
    QCOMPARE(oneStandardErrorChoice({at(3, -3, 1), at(2, -3.5, 5), at(1, nan, 1)}), Index{2});  // any order
    QCOMPARE(oneStandardErrorChoice({at(1, -4.1, 1), at(2, -3, 1)}), Index{2});
    QCOMPARE(oneStandardErrorChoice({at(1, -4, 1), at(2, -3, 1)}), Index{1});  // at the bound
  }

  // A stop during the second point keeps the first one.
  void stopKeepsWhatIsThere() {
    class StopLater : public Progress {
     public:
      void objective(int start, int, double) override { m_stop = m_stop || start >= 3; }
      bool stopRequested() const override { return m_stop; }

     private:
      bool m_stop = false;
    } progress;
    LdsOptions options = quick();
    options.iterations = 5;
    const auto curve = ldsOrderCurve({sampleOf(twoLatents(4), 1, 200)}, options, {1, 2, 3}, 2, progress);
    QCOMPARE(curve.points.size(), std::size_t{1});
    QCOMPARE(curve.chosen, Index{1});
    QVERIFY(!curve.complete);
  }

  void refusals() {
    const std::vector<Trial> trials = {sampleOf(twoLatents(4), 1, 200)};
    QVERIFY_THROWS_EXCEPTION(InputError, ldsOrderCurve(trials, quick(), {}, 4, noProgress()));
    QVERIFY_THROWS_EXCEPTION(InputError, ldsOrderCurve(trials, quick(), {0}, 4, noProgress()));
    QVERIFY_THROWS_EXCEPTION(InputError, ldsOrderCurve(trials, quick(), {7}, 4, noProgress()));
    QVERIFY_THROWS_EXCEPTION(InputError, ldsOrderCurve(trials, quick(), {2}, 1, noProgress()));
    QVERIFY_THROWS_EXCEPTION(InputError, ldsOrderCurve(trials, quick(), {2}, 200, noProgress()));
  }
};

KEYHOLE_TEST(TestLdsOrder)

}  // namespace tst_lds_order

#include "tst_lds_order.moc"
