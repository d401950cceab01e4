// Tests core/experiment/many_units.h and the experiments on such teachers, against all units of one that is
// just large enough for it.
#include "core/experiment/experiment_stages.h"
#include "core/experiment/many_units.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_many_units {

using namespace keyhole;
using namespace keyhole::test;

namespace {

constexpr Index kUnits = kMostUnits + 3;

Settings many(std::string_view name, const Changes& changes = {}) {
  return with(small(name, {{"teacher.size", std::to_string(kUnits)},
                           {"simulation.steps", "600"},
                           {"observation.fraction", "0.003"}}),
              changes);
}

// All recorded states, D x T.
Matrix wholeRun(const Settings& settings, const Teacher& teacher) {
  const auto options = simulationOptions(settings);
  Matrix states(teacher.network.size(), options.steps);
  simulate(teacher, options, Vector(), [&](const StateBlock& block) {
    states.middleCols(block.first, block.states.cols()) = block.states;
  });
  return states;
}

}  // namespace

class TestManyUnits : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a kept state, its noise or a sum belongs to another unit or step.
  void seenUnitsAreKeptAsTheyAre() {
    const Settings settings = many("figure-3", {{"observation.subset", "random"}});
    const auto teacher = stages::makeTeacher(settings);
    const auto simulation =
        stages::makeSimulation(settings, *teacher, stages::sumsForFit(settings), noProgress());
    const auto seen = seenUnits(settings, kUnits);
    QCOMPARE(simulation->kept, seen);
    const Matrix states = wholeRun(settings, *teacher->teacher);
    QVERIFY(simulation->display == states(seen, Eigen::all));
    const auto options = simulationOptions(settings);
    const Matrix noise = options.sigma * processNoise(*teacher->teacher, options.seed, options.burnIn, 599);
    QVERIFY(simulation->displayNoise == noise(seen, Eigen::all));
    RegressionSums sums = emptySums(static_cast<Index>(seen.size()), 0);
    accumulate(sums, states(seen, Eigen::all), Matrix(0, 599), options.alpha, Nonlinearity::tanh);
    // Of the same products in another order: rounding, far below 1e-12 of the largest of 600 summands.
    COMPARE_MATRICES(simulation->seenSums->sums.S, sums.S, 1e-12 * sums.S.cwiseAbs().maxCoeff());
    COMPARE_MATRICES(simulation->seenSums->sums.R, sums.R, 1e-12 * sums.S.cwiseAbs().maxCoeff());
    QVERIFY(!simulation->tanhSums && !simulation->linearSums);
  }

  // Without noise a low-rank run never leaves the span of M and its first state, so that its components there
  // are those of all units. Fails if a state is missed or counted twice, or a direction is lost.
  void componentsWithinTheSpanAreThoseOfAllUnits() {
    const Settings settings = many("figure-3", {{"simulation.sigma", "0"}});
    const auto teacher = stages::makeTeacher(settings);
    const auto simulation = stages::makeSimulation(settings, *teacher, {}, noProgress());
    const Matrix states = wholeRun(settings, *teacher->teacher);
    const LatentRun& run = *simulation->latents;
    const double scale = states.cwiseAbs().maxCoeff();
    COMPARE_MATRICES(run.Q * run.coordinates, states, 1e-11 * scale);
    QVERIFY(run.middle == states.col(300));
    COMPARE_MATRICES(run.mean, states.rowwise().mean(), 1e-12 * scale);
    const Pca all = pca(states, 2), within = pcaOf(run, 2);
    QVERIFY(std::abs(all.totalVariance / within.totalVariance - 1) < 1e-9);
    COMPARE_MATRICES(within.variances / all.totalVariance, all.variances / all.totalVariance, 1e-10);
    // The second component has some 1e-3 of the variance: its direction is known to 1e-9 or better.
    COMPARE_MATRICES((within.components.transpose() * all.components).cwiseAbs(), Matrix::Identity(2, 2),
                     1e-7);
  }

  // With noise the span misses that of the other units alone, which is in the total. Fails if the total is of
  // the span, or noise is taken for it.
  void whatIsMissedIsNoise() {
    const Settings settings = many("figure-3");
    const auto teacher = stages::makeTeacher(settings);
    const auto simulation = stages::makeSimulation(settings, *teacher, {}, noProgress());
    const Matrix states = wholeRun(settings, *teacher->teacher);
    const Pca all = pca(states, 2), within = pcaOf(*simulation->latents, 2);
    QVERIFY(std::abs(all.totalVariance / within.totalVariance - 1) < 1e-9);
    QVERIFY(within.variances(0) <= all.variances(0) && within.variances(0) > 0.99 * all.variances(0));
  }

  // The picture of such a teacher is that of any other: exact eigenvalues, the student's fit from the seen
  // sums. Fails if something waits for sums or runs that never come.
  void experimentIsWhole() {
    const Settings settings = many("figure-3");
    std::vector<std::shared_ptr<const Experiment>> pictures;
    const auto result =
        runExperiment(settings, nullptr, noProgress(), [&](const auto& e) { pictures.push_back(e); });
    QVERIFY(pictures.front()->reached == Depth::sketch && result->reached == Depth::searched);
    QVERIFY(!result->teacherAnalysis->limitSets && !result->teacherAttractors);
    QVERIFY(result->studentAnalysis->limitSets && result->studentAttractors);
    QVERIFY(result->teacherAnalysis->flow.speed.allFinite());
    QCOMPARE(result->teacherAnalysis->flow.trajectory.cols(), Index{600});
    QCOMPARE(result->teacherAnalysis->spectrum.values.size(), kUnits);
    QVERIFY(!contains(result->verdict.sentence, "…"));
    const auto atOnce = runExperiment(settings, nullptr);
    QVERIFY(atOnce->fit->student.A == result->fit->student.A);

    // What is seen belongs to its simulation.
    const Settings wider = with(settings, {{"observation.fraction", "0.004"}});
    const auto next = runExperiment(wider, result);
    QVERIFY(next->teacher == result->teacher && next->simulation != result->simulation);
    QVERIFY(next->fit->student.A == runExperiment(wider, nullptr)->fit->student.A);
    const auto ridge = runExperiment(with(settings, {{"fit.rho", "0.01"}}), result);
    QVERIFY(ridge->simulation == result->simulation);
    // Another transfer function of the student needs other sums, of the same run.
    const Settings linear = with(settings, {{"fit.phi", "linear"}});
    QVERIFY(runExperiment(linear, result)->fit->student.A == runExperiment(linear, nullptr)->fit->student.A);
  }

  // Fails if something that needs all units is tried, or refused without saying why.
  void whatNeedsAllUnitsIsRefused() {
    const auto sentence = refusal([] {
      runExperiment(many("figure-3", {{"observation.fraction", "1"}}), nullptr);
    });
    QVERIFY2(contains(sentence, "4003 of 4003 units are seen; allowed: at most 4000"), sentence.c_str());
    const auto dense = refusal([] { runExperiment(many("symmetric"), nullptr); });
    QVERIFY2(contains(dense, "size is 4003; allowed: at most 4000"), dense.c_str());
    const auto leaky = refusal([] {
      runExperiment(many("figure-3", {{"teacher.convention", "leaky-rate"}}), nullptr);
    });
    QVERIFY2(contains(leaky, "leaky-rate dynamics; allowed with more than 4000"), leaky.c_str());
    const auto limit =
        runExperiment(many("low-rank-linear", {{"fit.method", "stationary-continuous"}}), nullptr);
    QCOMPARE(limit->fit->student.summary.status, FitStatus::notRun);
    QVERIFY(contains(limit->fit->student.summary.message, "4003 are too many"));
  }
};

KEYHOLE_TEST(TestManyUnits)

}  // namespace tst_many_units

#include "tst_many_units.moc"
