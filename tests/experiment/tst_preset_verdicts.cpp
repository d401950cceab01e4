// What the presets say, through all stages: the paper's claims as verdicts.
#include "tests/experiment/experiment_runs.h"
#include "tests/support/matrix_compare.h"

#include <QTest>

using namespace keyhole;
using namespace keyhole::test;

namespace {

// Free runs say nothing about a linear circuit's verdict.
const Changes kNoFreeRuns = {{"analysis.limit_runs", "0"}};

// 25 of 200 units, as many as in the presets.
Settings smaller(const char* name, const char* seed) {
  const Settings settings = with(preset(name).settings, kNoFreeRuns);
  return with(settings, {{"teacher.size", "200"}, {"observation.fraction", "0.125"}, {"teacher.seed", seed}});
}

Index persistentModes(const SystemAnalysis& analysis) {
  return (analysis.timeConstants.array() > 10 || analysis.spectrum.values.real().array() >= 1).count();
}

}  // namespace

class TestPresetVerdicts : public QObject {
  Q_OBJECT

 private slots:
  // Figure 3 at its full size. Fails if the oscillator's spectrum is not the exact one, or the draw no longer
  // leads to a student near the marginal line that settles on a cycle.
  void figureThree() {
    const auto experiment = runExperiment(preset("figure-3").settings, nullptr);
    ComplexVector expected = ComplexVector::Zero(500);
    expected(0) = {0.5, 0.5};
    expected(1) = {0.5, -0.5};
    COMPARE_EIGENVALUES(experiment->teacherAnalysis->spectrum.values, expected, 1e-9);
    QCOMPARE(experiment->teacherAnalysis->limitSets->oscillating, Index{0});
    const auto& values = experiment->studentAnalysis->spectrum.values;
    QCOMPARE(values.size(), Index{25});
    QVERIFY(values(0).real() > 0.8 && values(0).real() < 1.3 && values(0).imag() > 0.1);
    QCOMPARE(values(1), std::conj(values(0)));
    QVERIFY(values(2).real() < 0.5);
    QVERIFY(experiment->studentAnalysis->limitSets->oscillating > 0);
    QVERIFY2(experiment->verdict.kind == VerdictKind::spuriousLimitCycle, sentenceOf(experiment));
    QVERIFY(experiment->verdict.spurious);
    // The cycle itself, found without anyone's looking: closed, stable, and none in the teacher.
    const auto cycles = experiment->studentAttractors->stableCycles();
    QVERIFY(!cycles.empty() && cycles.front()->residual < 1e-9);
    QVERIFY(experiment->teacherAttractors->cycles.empty());
    QCOMPARE(experiment->teacherAttractors->stablePoints().size(), std::size_t{1});
  }

  // The chain at its full size. Fails if the MAP student's several slow modes are called a line attractor.
  void chain() {
    const auto experiment = runExperiment(with(preset("chain").settings, kNoFreeRuns), nullptr);
    QCOMPARE(experiment->teacherAnalysis->spectrum.values.cwiseAbs().maxCoeff(), 0.0);
    QVERIFY2(experiment->verdict.kind == VerdictKind::spuriousPersistence, sentenceOf(experiment));
    QVERIFY(persistentModes(*experiment->studentAnalysis) > 1);
    QVERIFY2(contains(experiment->verdict.sentence, "no line attractor"), sentenceOf(experiment));
  }

  // Fails if a teacher without any slow mode no longer lends its student several.
  void triangular() {
    const auto experiment = runExperiment(smaller("triangular", "1"), nullptr);
    QCOMPARE(persistentModes(*experiment->teacherAnalysis), Index{0});
    QVERIFY(persistentModes(*experiment->studentAnalysis) > 3);
    QVERIFY2(experiment->verdict.kind == VerdictKind::spuriousPersistence, sentenceOf(experiment));
  }

  // A normal teacher: the student's real parts stay within the teacher's, so nothing is made up, in any draw.
  void symmetricMakesNothingUp() {
    for (const char* seed : {"1", "2", "3"}) {
      const auto settings = with(smaller("symmetric", seed), {{"simulation.steps", "10000"}});
      const auto experiment = runExperiment(settings, nullptr);
      QVERIFY2(experiment->verdict.kind == VerdictKind::faithful, sentenceOf(experiment));
      QVERIFY(experiment->studentAnalysis->spectrum.values(0).real() <
              experiment->teacherAnalysis->spectrum.values(0).real());
    }
  }

  // The same with a line attractor: it may be missed when driven by noise alone, but nothing is added to it.
  // In the long-time limit λ̂₂ <= λ₂, so at most one mode persists.
  void symmetricLineAttractorAddsNothing() {
    for (const char* seed : {"1", "2", "3"}) {
      const auto settings = with(smaller("symmetric-line-attractor", seed),
                                 {{"fit.method", "stationary-continuous"}, {"simulation.steps", "10"}});
      const auto experiment = runExperiment(settings, nullptr);
      const auto& values = experiment->studentAnalysis->spectrum.values;
      QVERIFY(values(0).real() < 0.999 + 1e-9 && values(1).real() < 0.4 + 1e-9);
      QVERIFY2(!experiment->verdict.spurious, sentenceOf(experiment));
    }
  }

  // Driven by its input, the line attractor is found in every draw.
  void lineAttractorIsFound() {
    for (const char* seed : {"1", "2", "3"}) {
      const auto experiment = runExperiment(smaller("line-attractor", seed), nullptr);
      QVERIFY2(experiment->verdict.kind == VerdictKind::faithful, sentenceOf(experiment));
      QVERIFY2(contains(experiment->verdict.sentence, "approximate line attractor"), sentenceOf(experiment));
    }
  }

  // Fails if the hints of these presets are wrong: in the long-time limit as many slow modes as ranks.
  void lowRankLendsAModePerRank() {
    for (const auto& [name, rank] : {std::pair("low-rank-linear", 2), std::pair("low-rank-linear-3", 3)}) {
      auto settings = with(preset(name).settings, kNoFreeRuns);
      settings = with(settings, {{"fit.method", "stationary-continuous"}, {"simulation.steps", "10"}});
      const auto experiment = runExperiment(settings, nullptr);
      QCOMPARE(experiment->teacherAnalysis->spectrum.values.cwiseAbs().maxCoeff(), 0.0);
      QCOMPARE(persistentModes(*experiment->studentAnalysis), Index{rank});
      QVERIFY2(experiment->verdict.kind == VerdictKind::spuriousPersistence, sentenceOf(experiment));
    }
  }

 private:
  static const char* sentenceOf(const std::shared_ptr<const Experiment>& experiment) {
    return experiment->verdict.sentence.c_str();
  }
};

QTEST_GUILESS_MAIN(TestPresetVerdicts)
#include "tst_preset_verdicts.moc"
