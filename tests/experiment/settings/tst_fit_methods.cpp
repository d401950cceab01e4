// Tests core/experiment/settings/fit_methods.h: that settings reach the fits they are for and no others, and
// what the experiment makes of each method's student.
#include "core/experiment/settings/fit_methods.h"
#include "core/experiment/settings/fit_options.h"
#include "core/experiment/studies/compare.h"
#include "core/experiment/studies/follow_up.h"
#include "core/fitting/run_student.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>

namespace tst_fit_methods {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Settings chainWith(const char* method, const Changes& more = {}) {
  return with(small("chain", {{"simulation.steps", "900"}, {"fit.iterations", "10"}, {"fit.method", method}}),
              more);
}

// Every other value that a row can have, as far as they can be listed: all choices, both ends of a range.
std::vector<SettingValue> otherValues(const SettingRow& row, const SettingValue& now) {
  std::vector<SettingValue> others;
  switch (row.type) {
    case SettingType::number:
      others = {row.minimum, row.maximum};
      break;
    case SettingType::integer:
      others = {static_cast<long long>(row.minimum), static_cast<long long>(row.maximum)};
      break;
    case SettingType::flag:
      others = {false, true};
      break;
    case SettingType::choice:
      for (const auto& choice : row.choices) others.push_back(choice.name);
      break;
    case SettingType::text:
      break;
  }
  std::erase(others, now);
  return others;
}

// Rows that choose what is fitted, not how.
bool choosesTheData(const SettingRow& row) {
  return row.key == "fit.method" || row.key == "fit.steps" || row.key == "fit.use_input";
}

bool takes(const FitMethod& method, const std::string& key) {
  return std::find(method.takes.begin(), method.takes.end(), key) != method.takes.end();
}

// The method, with every other condition of the row fulfilled.
Settings readyFor(const FitMethod& method, const SettingRow& row) {
  Settings settings;
  settings.set("fit.method", method.name);
  for (const auto& condition : row.applies)
    if (condition.key != "fit.method" && condition.key.starts_with("fit."))
      settings.set(condition.key, condition.values.front());
  return settings;
}

// Stops as soon as the fit tells its first objective.
class StopInFit : public Progress {
 public:
  void objective(int, int, double) override { m_stop = true; }
  bool stopRequested() const override { return m_stop; }
  bool grantStop() override {
    m_stop = false;
    return true;
  }

 private:
  bool m_stop = false;
};

}  // namespace

class TestFitMethods : public QObject {
  Q_OBJECT
 private slots:
  // A setting that is offered for a method changes what is fitted. Fails if one is offered and ignored, as
  // the gain of the start once was for BPTT.
  void whatIsOfferedActs() {
    for (const auto& method : fitMethods())
      for (const auto& row : settingsTable()) {
        if (row.stage != Stage::fit || choosesTheData(row) || !takes(method, row.key)) continue;
        const Settings ready = readyFor(method, row);
        QVERIFY2(ready.applies(row), (method.name + ", " + row.key).c_str());
        bool acts = false;
        for (const auto& value : otherValues(row, ready.value(row.key))) {
          Settings other = ready;
          other.set(row.key, value);
          acts = acts || !method.sameOptions(effective(ready), effective(other));
        }
        QVERIFY2(acts, (method.name + " ignores " + row.key).c_str());
      }
  }

  // … and one that is not offered changes nothing, whatever it was left at: fit.stable once reached the SLDS.
  // Read as they stand where the method does not take them at all; where an option of the method makes them
  // meaningless, as they act.
  void whatIsNotOfferedDoesNot() {
    for (const auto& method : fitMethods())
      for (const auto& row : settingsTable()) {
        if (row.stage != Stage::fit || choosesTheData(row)) continue;
        Settings settings;
        settings.set("fit.method", method.name);
        for (const char* estimator : {"exact", "published"})
          for (const auto& value : otherValues(row, settings.value(row.key))) {
            settings.set("fit.estimator", std::string(estimator));
            Settings other = settings;
            other.set(row.key, value);
            const std::string what = method.name + ", " + row.key + " = " + toText(value);
            if (row.key != "fit.estimator" && !takes(method, row.key))
              QVERIFY2(method.sameOptions(settings, other), what.c_str());
            if (!settings.applies(row)) QVERIFY2(effective(settings) == effective(other), what.c_str());
          }
      }
  }

  // Every key that a method names is a setting of the fit, and every such setting is some method's.
  void theTableIsWhole() {
    for (const auto& method : fitMethods())
      for (const auto& key : method.takes) QCOMPARE(settingRow(key).stage, Stage::fit);
    for (const auto& row : settingsTable())
      if (row.stage == Stage::fit && row.key != "fit.method")
        QVERIFY2(std::any_of(fitMethods().begin(), fitMethods().end(),
                             [&](const FitMethod& method) { return takes(method, row.key); }),
                 row.key.c_str());
  }

  // One place for the numbers of iterations: the experiment and the comparison ask it, and a number that is
  // set stays.
  void iterationsAreThosePublished() {
    for (const auto& method : fitMethods()) {
      Settings settings;
      settings.set("fit.method", method.name);
      QCOMPARE(effective(settings).integer("fit.iterations"), usualIterations(settings));
      if (method.iterations == 0) continue;
      settings.set("fit.estimator", std::string("published"));
      QCOMPARE(effective(settings).integer("fit.iterations"), method.iterations);
      settings.set("fit.iterations", 7LL);
      QCOMPARE(effective(settings).integer("fit.iterations"), 7LL);
    }
    // A number that is asked for is that of the chosen method; the default, MAP, has none, and it is
    // everybody's.
    for (const char* chosen : {"map", "lds"}) {
      Settings asked;
      asked.set("fit.method", std::string(chosen));
      asked.set("fit.iterations", 7LL);
      for (const auto& variant : comparedMethods()) {
        const Settings own = settingsOf(asked, variant.name);
        const bool asks =
            usualIterations(own) > 0 && (chosen == std::string("map") || own.text("fit.method") == chosen);
        QVERIFY2(own.integer("fit.iterations") == (asks ? 7 : usualIterations(own)), variant.name.c_str());
      }
    }
  }

  // The input reaches every method that takes it, and stays away where it is not wanted.
  void inputIsGivenOrNot() {
    for (const auto& method : fitMethods()) {
      if (!method.fit) continue;
      for (const char* given : {"true", "false"}) {
        const auto run = runExperiment(
            chainWith(method.name.c_str(), {{"fit.iterations", "2"}, {"fit.use_input", given}}), nullptr);
        const bool expected = takes(method, "fit.use_input") && std::string(given) == "true";
        QVERIFY2((run->fit->student.V.cols() == 1) == expected, (method.name + ", " + given).c_str());
      }
    }
  }

  void everyMethodHasItsPicture_data() {
    QTest::addColumn<QString>("method");
    for (const char* method : {"lds", "slds", "subspace", "cornn", "force", "bptt"})
      QTest::newRow(method) << method;
  }
  // Fails if a method is not dispatched, gets no recording, or if its states, emission or hidden units do not
  // fit the analysis.
  void everyMethodHasItsPicture() {
    QFETCH(QString, method);
    const auto run = runExperiment(chainWith(qPrintable(method), {{"fit.hidden", "3"}}), nullptr);
    const Student& student = run->fit->student;
    QVERIFY2(hasParameters(student.summary.status), student.summary.message.c_str());
    QCOMPARE(student.seen, Index{8});
    QVERIFY(method == "subspace" || !student.summary.cost.empty());
    const auto& analysis = *run->studentAnalysis;
    QCOMPARE(analysis.activity.rows(), Index{8});
    QCOMPARE(analysis.activity.cols(), Index{900});
    QVERIFY(analysis.activity.allFinite() && analysis.flow.speed.allFinite());
    QCOMPARE(analysis.spectrum.values.size(), student.A.rows());
    for (const double gauge : {analysis.fitsTheData, analysis.hasTheDynamics})
      QVERIFY(gauge >= 0 && gauge <= 1);
    QVERIFY(!run->verdict.sentence.empty());
    // A click is answered in both planes.
    const Probe clicked = probe(*run, Side::teacher, 0, 0);
    QVERIFY(clicked.teacher.cols() > 1 && clicked.student.cols() > 1);
    QVERIFY(probe(*run, Side::student, 0, 0).teacher.cols() > 1);
  }

  // The settings reach the fit: the experiment's student is that of the same options given by hand.
  void settingsReachTheFit() {
    const Settings settings =
        chainWith("lds", {{"fit.estimator", "published"}, {"fit.latents", "3"}, {"fit.seed", "4"}});
    const auto run = runExperiment(settings, nullptr);
    LdsOptions options;
    options.kind.latents = 3;
    options.estimator = LdsEstimator::published;
    options.iterations = 10;
    options.seed = 4;
    Trial trial{run->simulation->display(run->observation->seen, Eigen::all),
                run->simulation->signal.transpose() / run->simulation->signal.cwiseAbs().maxCoeff()};
    const LdsFit fit = fitLds({trial}, options);
    QVERIFY(paperScaling(fit.model.F, 0.01) == run->fit->student.A);
  }

  // The input's timing and the start of EM, likewise; both are left out where they mean nothing.
  void timingAndStartReachTheFit() {
    const Settings settings = chainWith("lds", {{"fit.lds_start", "subspace"},
                                                {"fit.input_timing", "departure"},
                                                {"simulation.observation_noise", "0.1"}});
    const LdsOptions options = ldsOptions(settings);
    QCOMPARE(options.start, LdsStart::subspace);
    QVERIFY(!options.inputAtArrival);
    const auto run = runExperiment(settings, nullptr);
    QVERIFY(run->simulation->signal.size() > 0);
    QVERIFY(run->fit->student.latent && !run->fit->student.latent->inputAtArrival);
    QVERIFY(!run->fit->student.inputAtArrival);
    QVERIFY(run->studentAnalysis->explainedVariance > 0.9);
    QCOMPARE(ldsOptions(with(settings, {{"fit.estimator", "published"}})).start, LdsStart::several);
    QCOMPARE(ldsOptions(Settings()).start, LdsStart::several);
    QVERIFY(ldsOptions(Settings()).inputAtArrival);
  }

  // More steps than are displayed are simulated once more, and are the same ones.
  void longerRecordingsAreTheSame() {
    const Settings settings = chainWith("lds", {{"simulation.steps", "6000"}, {"fit.steps", "6000"}});
    const auto run = runExperiment(settings, nullptr);
    QCOMPARE(run->simulation->display.cols(), Index{5000});
    QCOMPARE(run->fit->student.states.cols(), Index{6000});
    // Its reconstruction follows what is displayed, so the steps are in place.
    QVERIFY(run->studentAnalysis->explainedVariance > 0.9);
  }

  // Stopping a fit keeps the best so far, and its picture is drawn.
  void stoppedFitIsShown() {
    StopInFit stop;
    const auto run = runExperiment(chainWith("lds", {{"fit.iterations", "5000"}}), nullptr, stop);
    QCOMPARE(run->fit->student.summary.status, FitStatus::stopped);
    QVERIFY(run->fit->student.summary.iterations < 5000);
    QVERIFY(run->studentAnalysis && run->studentAnalysis->reached > Depth::sketch);
    QVERIFY(!run->fit->interrupted);
    // Another analysis keeps it; asked for again, it is fitted to the end.
    const Settings again = run->settings;
    const auto other = runExperiment(with(again, {{"analysis.persistent_tau", "20"}}), run);
    QVERIFY(other->fit == run->fit);
    Settings brief = chainWith("lds", {{"fit.iterations", "30"}});
    StopInFit once;
    const auto stopped = runExperiment(brief, nullptr, once);
    QCOMPARE(stopped->fit->student.summary.status, FitStatus::stopped);
    QVERIFY(runExperiment(brief, stopped)->fit->student.summary.status != FitStatus::stopped);
  }

  // Nobody who stopped a fit waits for the scores of many more.
  void stoppedFitDrawsNoOthers() {
    StopInFit stop;
    const auto run =
        runWithStudies(chainWith("lds", {{"fit.iterations", "500"}, {"analysis.draws", "2"}}), nullptr, stop);
    QCOMPARE(run->fit->student.summary.status, FitStatus::stopped);
    QVERIFY(!run->scores);
  }

  // A fit that a newer request cut short is never taken for the fit of its settings.
  void interruptedFitIsNotReused() {
    class Superseded : public StopInFit {
      bool grantStop() override {
        StopInFit::grantStop();
        return false;
      }
    } superseded;
    const Settings settings = chainWith("lds", {{"fit.iterations", "300"}});
    const auto first = runExperiment(settings, nullptr, superseded);
    QVERIFY(first->fit->interrupted && first->reached == Depth::sketch);
    const auto second = runExperiment(settings, first);
    QVERIFY(!second->fit->interrupted);
    QVERIFY(second->fit->student.summary.status != FitStatus::stopped);
  }
};

KEYHOLE_TEST(TestFitMethods)

}  // namespace tst_fit_methods

#include "tst_fit_methods.moc"
