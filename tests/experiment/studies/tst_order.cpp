// Tests core/experiment/studies/order.h
#include "core/experiment/settings/fit_options.h"
#include "core/experiment/studies/compare.h"
#include "core/experiment/studies/order.h"
#include "core/fitting/latent/lds_order.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/fitting/latent/lds_cases.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_order {

using namespace keyhole;
using namespace keyhole::test;

namespace {

const Changes kQuick = {{"simulation.steps", "400"},
                        {"simulation.observation_noise", "0.2"},
                        {"fit.method", "lds"},
                        {"fit.estimator", "exact"},
                        {"fit.iterations", "5"}};

}  // namespace

class TestOrder : public QObject {
  Q_OBJECT

 private slots:
  // The experiment's curve is that of its recording and its own options; the score is that of the
  // eigenvalues.
  void isTheCurveOfTheRecording() {
    const auto run = runExperiment(small("chain", kQuick), nullptr);
    OrderOptions options;
    options.numbers = {1, 3};
    options.folds = 3;
    int calls = 0;
    const OrderResult result = orderOf(*run, options, noProgress(), [&](const OrderResult& grown) {
      QCOMPARE(grown.points.size(), static_cast<std::size_t>(++calls));
    });
    QVERIFY(result.complete && calls == 2);
    const Trial trial{run->simulation->display(run->observation->seen, Eigen::all),
                      run->simulation->signal.transpose() / run->simulation->signal.cwiseAbs().maxCoeff()};
    const OrderCurve known = ldsOrderCurve({trial}, ldsOptions(run->settings), {1, 3}, 3, noProgress());
    QCOMPARE(result.chosen, known.chosen);
    for (const std::size_t i : {0, 1}) {
      QCOMPARE(result.points[i].order.heldOut, known.points[i].heldOut);
      QVERIFY(result.points[i].order.eigenvalues == known.points[i].eigenvalues);
    }
    QCOMPARE(result.points[0].score.status, ScoreStatus::tooFewModes);
    QVERIFY(std::isfinite(result.points[1].score.value));
  }

  // A recording of fewer than four time points for each number of a step's row: the score says so.
  // Fails if chance passes for a line attractor here, though fit says what it is.
  void fewTimePointsAreSaid() {
    const auto run = runExperiment(small("chain", kQuick), nullptr);
    const Trial all{run->simulation->display(run->observation->seen, Eigen::all), Matrix(0, 400)};
    const Trial few{all.activity.leftCols(12), Matrix(0, 12)};
    OrderOptions options;
    options.numbers = {2};
    options.folds = 3;
    const auto status = [&](const Trial& trial) {
      return orderOf(run->settings, {trial}, options).points.front().score.status;
    };
    QCOMPARE(status(few), ScoreStatus::tooFewSteps);  // 11 steps, three numbers
    QVERIFY(status(all) != ScoreStatus::tooFewSteps);
  }

  // No more latents than there are units, by default; asked for, they are refused.
  void numbersWithinTheSeenUnits() {
    const auto run = runExperiment(small("chain", kQuick), nullptr);  // eight are seen
    OrderOptions options;
    options.folds = 2;
    const auto all = orderOf(*run, options);
    QCOMPARE(all.points.size(), std::size_t{8});
    QCOMPARE(all.points.back().order.number, Index{8});
    options.numbers = {9};
    const std::string sentence = refusal([&] { orderOf(*run, options); });
    QVERIFY2(isOneSentence(sentence) && contains(sentence, "1 to 8"), sentence.c_str());
  }

  // Another method's settings do not reach the fits: they are those of the comparison.
  void settingsOfOtherMethods() {
    const Settings map = small("chain", {{"fit.method", "map"}, {"fit.iterations", "7"}});
    QVERIFY(orderSettings(map, Counted::latents) == settingsOf(map, "lds"));
    QVERIFY(orderSettings(map, Counted::states) == settingsOf(map, "slds"));
    const Settings lds = small("chain", kQuick);
    QVERIFY(orderSettings(lds, Counted::latents) == lds);
    QCOMPARE(orderSettings(lds, Counted::states).text("fit.method"), std::string("slds"));
  }

  // What the curve does not depend on leaves it in force: the number itself, the analysis, another method.
  void curveStaysInForce() {
    const Settings lds = small("chain", kQuick);
    const auto stays = [&](const Changes& changes) {
      return haveSameOrder(lds, with(lds, changes), Counted::latents);
    };
    QVERIFY(stays({{"fit.latents", "3"}, {"analysis.persistent_tau", "20"}, {"fit.rho", "2"}}));
    QVERIFY(!stays({{"fit.noise", "full"}}));
    QVERIFY(!stays({{"teacher.seed", "5"}}));
    QVERIFY(!stays({{"observation.fraction", "0.5"}}));
    QVERIFY(!haveSameOrder(lds, with(lds, {{"fit.latents", "3"}}), Counted::states));
  }

  // A tenfold burst in one block: its value is far from the others', and that is said. Fails if an outlier
  // passes in silence, or the cautious word comes for blocks that differ as they should.
  void oneBlockThatDecidesIsTold() {
    LdsModel model = randomLds(1, 2, 6, 0);
    Trial trial = sampleOf(model, 1, 500);
    const Settings settings = small("chain", kQuick);
    OrderOptions options;
    options.numbers = {1, 2};
    QVERIFY(orderOf(settings, {trial}, options).caution.empty());
    trial.activity.middleCols(320, 20) *= 10;
    const std::string caution = orderOf(settings, {trial}, options).caution;
    QVERIFY2(caution.starts_with("block 4 of 5"), caution.c_str());
  }
};

KEYHOLE_TEST(TestOrder)

}  // namespace tst_order

#include "tst_order.moc"
