// Tests core/experiment/trial_fits.h and what the experiment makes of its students.
#include "core/experiment/trial_fits.h"
#include "core/fitting/run_student.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/matrix_compare.h"

#include <QTest>

using namespace keyhole;
using namespace keyhole::test;

namespace {

Settings chainWith(const char* method, const Changes& more = {}) {
  return with(small("chain", {{"simulation.steps", "900"}, {"fit.iterations", "10"}, {"fit.method", method}}),
              more);
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

class TestTrialFits : public QObject {
  Q_OBJECT
 private slots:
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
    QCOMPARE(ldsOptions(with(settings, {{"fit.estimator", "published"}})).start, LdsStart::pca);
    QCOMPARE(ldsOptions(Settings()).start, LdsStart::pca);
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
    QVERIFY(run->studentAnalysis && !run->studentAnalysis->coarse);
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
        runExperiment(chainWith("lds", {{"fit.iterations", "500"}, {"analysis.draws", "2"}}), nullptr, stop);
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
    QVERIFY(first->fit->interrupted && first->coarse);
    const auto second = runExperiment(settings, first);
    QVERIFY(!second->fit->interrupted);
    QVERIFY(second->fit->student.summary.status != FitStatus::stopped);
  }
};

QTEST_GUILESS_MAIN(TestTrialFits)
#include "tst_trial_fits.moc"
