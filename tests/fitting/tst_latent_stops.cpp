// Tests what a stop leaves of core/fitting/latent/lds_fit.h and slds_fit.h.
#include "core/common/error.h"
#include "core/fitting/latent/lds_student.h"
#include "core/fitting/switching/slds_fit.h"
#include "tests/fitting/latent/lds_runs.h"
#include "tests/fitting/switching/slds_cases.h"
#include "tests/fitting/switching/slds_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>
#include <functional>

namespace tst_latent_stops {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// Stops at the first report that says so, and says so at every later one.
class StopWhen : public Progress {
 public:
  explicit StopWhen(std::function<bool(double fraction, int objectives)> when) : m_when(std::move(when)) {}
  void report(double fraction, std::string_view) override {
    m_stop = m_stop || m_when(fraction, m_objectives);
  }
  void objective(int, int, double) override { ++m_objectives; }
  bool stopRequested() const override { return m_stop; }

 private:
  std::function<bool(double, int)> m_when;
  int m_objectives = 0;
  bool m_stop = false;
};

// More samples than a short start has, and more time points than are looked at after a stop.
Trial longTrial() {
  constexpr Index kSteps = kLookAfterStop + 1000;
  return test::sampleOf(randomLds(7, 1, 50, 0), 7, kSteps);
}

class StopAfter : public Progress {
 public:
  explicit StopAfter(int iteration) : m_last(iteration) {}
  void objective(int, int iteration, double) override { m_stop = m_stop || iteration >= m_last; }
  bool stopRequested() const override { return m_stop; }

 private:
  int m_last;
  bool m_stop = false;
};

}  // namespace

class TestLatentStops : public QObject {
  Q_OBJECT

 private slots:
  // A long recording: its start can be stopped, and what is said after a stop is of a part. Fails if there is
  // a result without a single evaluation, an earlier start is lost with a later one, or the part is not told.
  void stopsOfLongRecordings() {
    class Stop : public Progress {
     public:
      explicit Stop(int start) : m_start(start) {}
      void objective(int start, int, double) override { m_stop = m_stop || start >= m_start; }
      bool stopRequested() const override { return m_stop || m_start < 0; }

     private:
      int m_start;
      bool m_stop = false;
    };
    const std::vector<Trial> trials = {sampleOf(randomLds(7, 1, 50, 0), 7, kLookAfterStop + 1000)};
    LdsOptions options = quick(1, 2);
    Stop atOnce(-1);
    QVERIFY_EXCEPTION_THROWN(fitLds(trials, options, atOnce), Stopped);
    Stop soon(0);
    const LdsFit fit = fitLds(trials, options, soon);
    QCOMPARE(fit.summary.status, FitStatus::stopped);
    QVERIFY(fit.means.empty() && std::isfinite(fit.explainedVariance));
    const Student student = studentOf(fit, trials, options.alpha);
    QCOMPARE(student.states.cols(), kLookAfterStop);
    QVERIFY(QString::fromStdString(student.notes.back()).contains("of the first 20000 time points"));
    options.restarts = 3;
    Stop later(1);
    const LdsFit two = fitLds(trials, options, later);
    QCOMPARE(two.restarts.front().seed, options.seed);
    QVERIFY(two.summary.status == FitStatus::stopped && !two.logLikelihood.empty());
  }

  // Whatever a short recording's fit begins with, its first evaluation is there, even if the user has already
  // stopped. Fails if a start that takes steps of its own can be stopped within them.
  void aShortStartIsNotStopped() {
    class AlwaysStopped : public Progress {
     public:
      bool stopRequested() const override { return true; }
    };
    const std::vector<Trial> trials = {sampleOf(randomLds(3, 2, 6, 0), 3, 200)};
    for (const auto start : {LdsStart::several, LdsStart::subspace, LdsStart::pca, LdsStart::factors,
                             LdsStart::annealed, LdsStart::channels, LdsStart::random}) {
      LdsOptions options = quick(2, 20);
      options.start = start;
      AlwaysStopped stopped;
      const LdsFit fit = fitLds(trials, options, stopped);
      QCOMPARE(fit.summary.status, FitStatus::stopped);
      QCOMPARE(fit.logLikelihood.size(), std::size_t{1});
    }
  }

  // With gaps a time point costs L³. Fails if as many are looked at as without.
  void gapsShortenTheLook() {
    QCOMPARE(lookedAtAfterStop(20, false), kLookAfterStop);
    QVERIFY(lookedAtAfterStop(2, true) < kLookAfterStop);
    SldsOptions options;
    options.kind.latents = 5;
    QCOMPARE(lookedAtAfterStop(options), kLookAfterStop);
    options.states = 10;
    const Index ofTen = lookedAtAfterStop(options);
    options.kind.latents = 20;
    QVERIFY(ofTen < kLookAfterStop && lookedAtAfterStop(options) < ofTen);
    QVERIFY(lookedAtAfterStop(20, true) < kLookAfterStop / 4 && lookedAtAfterStop(200, true) >= 100);
  }

  // A stop keeps the iterations that were done, with everything that is shown of them.
  void stopKeepsTheLast() {
    const auto trial = test::sampleOf(randomSlds(4, 2, 2, 6, 0), 4, 150).trial;
    const SldsOptions options = quickSwitching(2, 2, 50);
    const SldsFit whole = fitSwitchingLds({trial}, options);
    for (const int last : {0, 3}) {
      StopAfter progress(last);
      const SldsFit fit = fitSwitchingLds({trial}, options, progress);
      QCOMPARE(fit.summary.status, FitStatus::stopped);
      QCOMPARE(fit.summary.iterations, last);
      QVERIFY(std::equal(fit.elbo.begin(), fit.elbo.end(), whole.elbo.begin()));
      QVERIFY(hasParameters(fit.summary.status) && fit.paths.size() == 1 && fit.model.F.size() == 2);
    }
    StopAfter atOnce(0);
    atOnce.objective(0, 0, 0);
    const Student student = fitSlds({trial}, options, atOnce);
    QCOMPARE(student.summary.status, FitStatus::stopped);
    QVERIFY(student.A.allFinite() && student.switching);
  }

  // Stopped before its first iteration a fit has the common LDS to show. Fails if it has nothing, goes on, or
  // its paths and posteriors are missing.
  void aStopBeforeTheFirstIterationLeavesTheLds() {
    const auto trial = test::sampleOf(randomLds(3, 2, 6, 1), 3, 200);
    StopWhen onReport([](double fraction, int) { return fraction > 0.05; });
    const SldsFit fit = fitSwitchingLds({trial}, quickSwitching(2, 3, 50), onReport);
    QCOMPARE(fit.summary.status, FitStatus::stopped);
    QCOMPARE(fit.summary.iterations, 0);
    QCOMPARE(fit.elbo.size(), std::size_t{1});
    QVERIFY(std::isfinite(fit.elbo.front()));
    QVERIFY(fit.model.F[0] == fit.model.F[2]);
    QCOMPARE(fit.paths.front().size(), std::size_t{200});
    QCOMPARE(fit.means.front().cols(), Index{200});
  }

  // Fails if a stop in a later start, of whatever part of it, loses those before, or puts one in their place
  // that never had an iteration.
  void aStopInALaterStartKeepsTheEarlierOnes() {
    const Trial trial = longTrial();
    SldsOptions options = quickSwitching(1, 2, 2);
    options.startIterations = 2;
    options.restarts = 2;
    for (const double place : {0.5, 0.53, 0.551}) {
      StopWhen progress([place](double fraction, int) { return fraction >= place; });
      const SldsFit fit = fitSwitchingLds({trial}, options, progress);
      QCOMPARE(fit.summary.status, FitStatus::stopped);
      QCOMPARE(fit.restarts.front().seed, options.seed);
      QCOMPARE(fit.seed, options.seed);
      QCOMPARE(fit.summary.iterations, 2);
    }
  }

  // A converged fit is not lost with its comparison.
  void aStopDuringTheComparisonKeepsTheFit() {
    SldsOptions options = quickSwitching(1, 2, 1);
    options.startIterations = 2;
    options.compareWithLds = true;
    // The comparison begins the bar anew, after the last objective.
    StopWhen progress([](double fraction, int objectives) { return objectives == 2 && fraction < 0.5; });
    const SldsFit fit = fitSwitchingLds({longTrial()}, options, progress);
    QCOMPARE(fit.summary.status, FitStatus::stopped);
    QCOMPARE(fit.elbo.size(), std::size_t{2});
    QVERIFY(!fit.ldsLogLikelihood);
  }

  // Of a long recording a part is shown after a stop, and the shares of the states are those of all. Fails if
  // lengths disagree, or nothing is told.
  void afterAStopAPartIsShown() {
    SldsOptions options = quickSwitching(1, 2, 50);
    options.startIterations = 2;
    for (const int last : {0, 2}) {  // before the first iteration, and after it
      StopWhen progress([last](double fraction, int objectives) {
        return last == 0 ? fraction > 0.05 : objectives >= last;
      });
      const Trial trial = longTrial();
      const SldsFit fit = fitSwitchingLds({trial}, options, progress);
      QCOMPARE(fit.summary.status, FitStatus::stopped);
      QVERIFY(fit.inPart);
      QCOMPARE(fit.paths[0].size(), static_cast<std::size_t>(kLookAfterStop));
      QCOMPARE(fit.means[0].cols(), kLookAfterStop);
      QCOMPARE(fit.posteriors[0].cols(), kLookAfterStop);
      const Student student = studentOf(fit, {trial}, options.alpha);
      QCOMPARE(student.states.cols(), kLookAfterStop);
      QVERIFY(std::abs(occupancy(*student.switching, 0) - fit.visits(0)) < 1e-15);
      QVERIFY(!student.notes.empty() && std::isfinite(student.oneStepR2));
    }
  }

  // A stop while a finished fit is looked at. Fails if the iterations are lost, or the look cannot be
  // stopped.
  void aStopDuringTheLookKeepsTheFit() {
    const std::vector<Trial> trials = {test::sampleOf(randomLds(3, 2, 6, 0), 3, 2 * kPiece)};
    LdsOptions options = quick(2, 2);
    StopWhen none([](double, int) { return false; });
    const LdsFit whole = fitLds(trials, options, none);
    StopAfter atTheEnd(static_cast<int>(options.iterations));
    const LdsFit fit = fitLds(trials, options, atTheEnd);
    QVERIFY(fit.logLikelihood == whole.logLikelihood && fit.model.F == whole.model.F);
    QCOMPARE(fit.summary.status, FitStatus::stopped);
    QVERIFY(fit.means.empty() && std::isfinite(fit.explainedVariance));
    const Student student = studentOf(whole, trials, options.alpha, atTheEnd);
    QCOMPARE(student.summary.status, FitStatus::stopped);
    QVERIFY(std::isfinite(student.oneStepR2) && student.A == paperScaling(whole.model.F, options.alpha));
    SldsOptions switching = quickSwitching(2, 2, 2);
    StopAfter atItsEnd(2);
    const SldsFit slds = fitSwitchingLds(trials, switching, atItsEnd);
    QCOMPARE(slds.summary.status, FitStatus::stopped);
    QCOMPARE(slds.summary.iterations, 2);
    QCOMPARE(slds.paths[0].size(), static_cast<std::size_t>(kLookAfterStop));
  }
};

KEYHOLE_TEST(TestLatentStops)

}  // namespace tst_latent_stops

#include "tst_latent_stops.moc"
