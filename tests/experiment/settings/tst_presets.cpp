// Tests core/experiment/settings/presets.h and the files in resources/presets.
#include "core/experiment/settings/preset_files.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>
#include <nlohmann/json.hpp>

namespace tst_presets {

using namespace keyhole;
using namespace keyhole::test;

namespace {

const std::vector<std::string> kNames = {"figure-3",        "figure-3-50",
                                         "figure-1",        "figure-2",
                                         "low-rank-linear", "low-rank-linear-3",
                                         "symmetric",       "symmetric-line-attractor",
                                         "triangular",      "chain",
                                         "line-attractor"};

bool isSentence(const std::string& text) {
  return text.ends_with('.') || text.ends_with('?');
}

}  // namespace

class TestPresets : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a preset is lost, added without its words, or moved away from the top.
  void allAreThere() {
    std::vector<std::string> names;
    for (const auto& preset : presets()) {
      names.push_back(preset.name);
      QVERIFY2(!preset.title.empty(), preset.name.c_str());
      QVERIFY2(isSentence(preset.question) && isSentence(preset.hint), preset.name.c_str());
      QCOMPARE(&keyhole::preset(preset.name), &preset);
    }
    QCOMPARE(names, kNames);
  }

  // Fails if a file repeats a default: it would then not follow when the default changes.
  void filesHoldWhatDiffers() {
    for (const auto& file : presetFiles()) {
      const auto json = nlohmann::json::parse(file.bytes);
      for (const auto& [key, value] : json.at("settings").items())
        QVERIFY2(!preset(file.name).settings.isDefault(key), (file.name + " " + key).c_str());
    }
  }

  // Fails if a setting of a preset has no effect there.
  void whatDiffersApplies() {
    for (const auto& preset : presets())
      for (const auto& key : changedKeys(Settings(), preset.settings))
        QVERIFY2(preset.settings.applies(settingRow(key)), (preset.name + " " + key).c_str());
  }

  // Fails if the published parameters are lost: D = 500 and 25 or 50 units seen, α = 0.01, σ = 0.2.
  void parametersAreThePapers() {
    for (const auto& preset : presets()) {
      QCOMPARE(preset.settings.integer("teacher.size"), 500LL);
      QCOMPARE(preset.settings.number("simulation.alpha"), 0.01);
      QCOMPARE(preset.settings.number("simulation.sigma"), 0.2);
      QCOMPARE(preset.settings.number("fit.rho"), 0.001);
      QCOMPARE(preset.settings.number("observation.fraction"), preset.name == "figure-3-50" ? 0.1 : 0.05);
      const bool tanh = preset.name.starts_with("figure-3");
      QCOMPARE(preset.settings.text("teacher.phi"), std::string(tanh ? "tanh" : "linear"));
    }
  }

  void unknownNamesAreHelped() {
    const std::string message = refusal([] { preset("figure-4"); });
    QVERIFY2(contains(message, "\"figure-4\"") && isOneSentence(message), message.c_str());
    for (const auto& name : kNames) QVERIFY2(contains(message, name), message.c_str());
    QVERIFY(!refusal([] { preset(""); }).empty());
  }

  // Fails if a preset, made small, does not run through to a verdict, or a stage leaves something out.
  void runsEndToEnd_data() {
    QTest::addColumn<QString>("name");
    for (const auto& name : kNames) QTest::newRow(name.c_str()) << QString::fromStdString(name);
  }
  void runsEndToEnd() {
    QFETCH(QString, name);
    const auto experiment = runExperiment(small(name.toStdString(), {{"analysis.draws", "0"}}), nullptr);
    const bool latent = name == "figure-1" || name == "figure-2";
    const bool hasTask = latent || name == "chain" || name == "line-attractor";
    const Index states = latent ? 5 : 8;
    checkSimulation(*experiment->simulation, hasTask);
    const auto& student = experiment->fit->student;
    QVERIFY(hasParameters(student.summary.status));
    QVERIFY(latent || student.summary.status == FitStatus::solved);
    QVERIFY(student.A.rows() == states && student.A.cols() == states && student.A.allFinite());
    QCOMPARE(student.V.cols(), Index{hasTask ? 1 : 0});
    // What lies outside of five latents is missed at every step, and a step changes little: so R² may be
    // negative.
    QVERIFY(student.oneStepR2 < 1 && (latent || student.oneStepR2 > 0));
    QVERIFY(experiment->teacherAnalysis && experiment->studentAnalysis);
    checkAnalysis(*experiment->teacherAnalysis, 40);
    checkAnalysis(*experiment->studentAnalysis, states);
    QCOMPARE(experiment->studentAnalysis->activity.rows(), Index{8});
    QCOMPARE(experiment->studentAnalysis->activity.cols(), Index{1200});
    QCOMPARE(experiment->studentReadout.size(), Index{hasTask ? 1200 : 0});
    QVERIFY(experiment->verdict.kind != VerdictKind::undecided && !experiment->verdict.sentence.empty());
    QVERIFY(experiment->reached > Depth::sketch);
  }

 private:
  static void checkSimulation(const SimulationStage& simulation, bool hasTask) {
    QVERIFY(simulation.units == 40 && simulation.steps == 1200 && !simulation.diverged);
    QVERIFY(simulation.display.rows() == 40 && simulation.display.cols() == 1200);
    QVERIFY(simulation.display.allFinite());
    QVERIFY(simulation.displayNoise.rows() == 40 && simulation.displayNoise.cols() == 1199);
    const Index samples = hasTask ? 1200 : 0;
    QCOMPARE(simulation.signal.size(), samples);
    QCOMPARE(simulation.readout.size(), samples);
    QCOMPARE(simulation.target.size(), samples);
  }

  static void checkAnalysis(const SystemAnalysis& analysis, Index units) {
    QCOMPARE(analysis.spectrum.values.size(), units);
    QCOMPARE(analysis.timeConstants.size(), units);
    QVERIFY(analysis.singularValues.size() > 0 && analysis.singularValues.allFinite());
    QVERIFY(analysis.henrici >= 0 && analysis.henrici <= 1 && analysis.participationRatio >= 1);
    QVERIFY(analysis.flow.speed.rows() == 100 && analysis.flow.speed.allFinite());
    QVERIFY(analysis.limitSets && analysis.limitSets->runs.size() == 3);
    QVERIFY(analysis.reached > Depth::sketch && !analysis.runDiverged);
  }
};

KEYHOLE_TEST(TestPresets)

}  // namespace tst_presets

#include "tst_presets.moc"
