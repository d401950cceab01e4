// The worker with a runner that the test holds in its hand: nothing here depends on how long anything takes.
#include "tests/app/worker_bench.h"
#include "tests/support/test_registry.h"

#include <QSignalSpy>

#include <future>

namespace tst_experiment_worker {

using namespace keyhole;
using namespace std::chrono_literals;

class TestExperimentWorker : public QObject {
  Q_OBJECT

 private slots:
  void coarseComesBeforeFine();
  void onlyTheLatestWaitingRequestRuns();
  void supersededRunShowsItsCoarsePictureAndNoMore();
  void supersededRunIsStoppedAfterTheGraceTime();
  void theNextRunDoesNotWaitForOneThatIsOver();
  void aStopOfYesterdayIsNotToldToday();
  void aGrantedPictureComesNotAfterANewerOne();
  void theNewestPictureIsHandedOnForReuse();
  void stopEndsTheRunAndDropsWhatWaits();
  void inputErrorSurfacesAndTheNextRequestRuns();
  void errorOfASupersededRequestIsNotShown();
  void destructionStopsARunningRequest();
  void restsUntilTheCoarsePictureIsDrawn();
  void restEndsWithItsTime();
  void restEndsWithANewRequestOrStop();
  void realExperimentEqualsTheCoreOne();
};

void TestExperimentWorker::coarseComesBeforeFine() {
  Bench bench;
  bench.runner.m_beforeCoarse = bench.runner.m_beforeFine = true;
  bench.worker->request(withSeed(5));
  QVERIFY(bench.waitIdleAfter(0));
  QCOMPARE(bench.delivered.size(), 2u);
  QVERIFY(bench.delivered[0]->reached == Depth::sketch && bench.delivered[1]->reached > Depth::sketch);
}

void TestExperimentWorker::onlyTheLatestWaitingRequestRuns() {
  // Fails if requests queue up: the window would then lag behind the slider.
  Bench bench;
  bench.worker->request(withSeed(1));
  QVERIFY(bench.waitStarted(1));
  for (long long seed = 2; seed <= 50; ++seed) bench.worker->request(withSeed(seed));
  bench.runner.m_beforeCoarse = bench.runner.m_beforeFine = true;
  QVERIFY(QTest::qWaitFor(
      [&] { return !bench.delivered.empty() && bench.delivered.back()->reached > Depth::sketch; }, 20000));
  QCOMPARE(bench.runner.started(), (std::vector<long long>{1, 50}));
  QCOMPARE(seedOf(bench.delivered.back()), 50);
}

void TestExperimentWorker::supersededRunShowsItsCoarsePictureAndNoMore() {
  // Fails if dragging shows nothing until the slider rests, or if it waits for fine pictures nobody wants.
  Bench bench;
  bench.worker->request(withSeed(1));
  QVERIFY(bench.waitStarted(1));
  bench.worker->request(withSeed(2));
  bench.runner.m_beforeCoarse = true;  // the gate before the fine picture stays closed
  QVERIFY(bench.waitStarted(2));
  bench.runner.m_beforeFine = true;
  QVERIFY(QTest::qWaitFor([&] { return bench.delivered.size() >= 3; }, 20000));
  QCOMPARE(seedOf(bench.delivered[0]), 1);
  QVERIFY(bench.delivered[0]->reached == Depth::sketch);
  QCOMPARE(seedOf(bench.delivered[1]), 2);
  QCOMPARE(bench.delivered.size(), 3u);
  QCOMPARE(bench.stops, 0);  // nobody pressed stop
}

void TestExperimentWorker::supersededRunIsStoppedAfterTheGraceTime() {
  Bench bench(0ms);
  bench.worker->request(withSeed(1));
  QVERIFY(bench.waitStarted(1));
  bench.worker->request(withSeed(2));
  QVERIFY(bench.waitStarted(2));  // although no gate was opened
  QVERIFY(bench.delivered.empty());
  QCOMPARE(bench.stops, 0);
}

void TestExperimentWorker::theNextRunDoesNotWaitForOneThatIsOver() {
  // Fails if a long eigenvalue problem of yesterday's setting holds up today's, or shows its picture after
  // it.
  std::promise<void> go;
  std::shared_future<void> gate = go.get_future().share();
  std::vector<Result> delivered;
  QObject context;
  int idles = 0;
  std::atomic<bool> firstEnded = false;
  ExperimentWorker worker(
      nullptr, [&](const Settings& settings, const Result&, Progress&, const ExperimentSink& sink) -> Result {
        sink(made(settings, true));
        if (settings.integer("teacher.seed") == 1) gate.wait();  // deaf to every wish to stop
        firstEnded = firstEnded || settings.integer("teacher.seed") == 1;
        sink(made(settings, false));
        return made(settings, false);
      });
  connect(&worker, &ExperimentWorker::experimentReady, &context,
          [&](const Result& experiment) { delivered.push_back(experiment); });
  connect(&worker, &ExperimentWorker::idle, &context, [&] { ++idles; });
  worker.request(withSeed(1));
  QTRY_COMPARE(delivered.size(), 1u);
  worker.request(withSeed(2));
  QTRY_COMPARE(delivered.size(), 3u);
  QVERIFY(seedOf(delivered[1]) == 2 && seedOf(delivered[2]) == 2 && delivered[2]->reached > Depth::sketch);
  QTRY_COMPARE(idles, 1);  // nobody waits for the first one
  QVERIFY(!firstEnded);
  go.set_value();
  worker.request(withSeed(3));
  QTRY_COMPARE(delivered.size(), 5u);
  QTRY_VERIFY(firstEnded);
  QVERIFY(seedOf(delivered[3]) == 3 && seedOf(delivered[4]) == 3);
}

void TestExperimentWorker::aStopOfYesterdayIsNotToldToday() {
  // Fails if a run that was stopped and takes its time to end tells of the stop while the next one already
  // runs: the window would call that picture stopped.
  std::promise<void> go;
  std::shared_future<void> gate = go.get_future().share();
  std::vector<Result> delivered;
  QObject context;
  int stops = 0, idles = 0, begun = 0;
  ExperimentWorker worker(
      nullptr,
      [&](const Settings& settings, const Result&, Progress& progress, const ExperimentSink& sink) -> Result {
        if (settings.integer("teacher.seed") == 1) {
          QMetaObject::invokeMethod(&context, [&] { ++begun; });
          gate.wait();
          progress.checkpoint(0, "over");
        }
        sink(made(settings, false));
        return made(settings, false);
      });
  connect(&worker, &ExperimentWorker::experimentReady, &context,
          [&](const Result& experiment) { delivered.push_back(experiment); });
  connect(&worker, &ExperimentWorker::stopped, &context, [&] { ++stops; });
  connect(&worker, &ExperimentWorker::idle, &context, [&] { ++idles; });
  worker.request(withSeed(1));
  QTRY_COMPARE(begun, 1);
  worker.stop();
  worker.request(withSeed(2));
  QTRY_COMPARE(delivered.size(), 1u);
  go.set_value();
  QTRY_COMPARE(idles, 1);
  QCOMPARE(seedOf(delivered[0]), 2);
  QCOMPARE(stops, 0);
}

void TestExperimentWorker::aGrantedPictureComesNotAfterANewerOne() {
  // Fails if a fit that was superseded, and takes longer than the grace time to notice, gives its best so far
  // after the next run has given its picture: the window would end with the picture of yesterday's settings.
  std::promise<void> go;
  std::shared_future<void> gate = go.get_future().share();
  std::vector<Result> delivered;
  QObject context;
  std::atomic<int> begun = 0, ended = 0;
  ExperimentWorker worker(
      nullptr,
      [&](const Settings& settings, const Result&, Progress& progress, const ExperimentSink& sink) -> Result {
        ++begun;
        if (settings.integer("teacher.seed") == 1) {
          gate.wait();
          progress.grantStop();
          ++ended;
        }
        sink(made(settings, true));
        return made(settings, false);
      },
      0ms);
  connect(&worker, &ExperimentWorker::experimentReady, &context,
          [&](const Result& experiment) { delivered.push_back(experiment); });
  worker.request(withSeed(1));
  QTRY_COMPARE(begun.load(), 1);
  worker.request(withSeed(2));
  QTRY_COMPARE(delivered.size(), 1u);
  go.set_value();
  QTRY_COMPARE(ended.load(), 1);
  worker.request(withSeed(3));
  QTRY_COMPARE(delivered.size(), 2u);
  QVERIFY(seedOf(delivered[0]) == 2 && seedOf(delivered[1]) == 3);
}

void TestExperimentWorker::theNewestPictureIsHandedOnForReuse() {
  Bench bench;
  bench.runner.m_beforeCoarse = bench.runner.m_beforeFine = true;
  bench.worker->request(withSeed(1));
  QVERIFY(bench.waitIdleAfter(0));
  bench.worker->request(withSeed(2));
  QVERIFY(bench.waitIdleAfter(1));
  QCOMPARE(bench.runner.previous().size(), 2u);
  QVERIFY(bench.runner.previous()[0] == nullptr);
  QVERIFY(bench.runner.previous()[1] == bench.delivered[1]);
}

void TestExperimentWorker::stopEndsTheRunAndDropsWhatWaits() {
  Bench bench;
  bench.worker->request(withSeed(1));
  QVERIFY(bench.waitStarted(1));
  bench.worker->request(withSeed(2));
  bench.worker->stop();
  QVERIFY(bench.waitIdleAfter(0));
  QCOMPARE(bench.stops, 1);
  QVERIFY(bench.delivered.empty());
  QCOMPARE(bench.runner.started().size(), 1u);
  bench.runner.m_beforeCoarse = bench.runner.m_beforeFine = true;
  bench.worker->request(withSeed(3));
  QVERIFY(bench.waitIdleAfter(1));
  QCOMPARE(seedOf(bench.delivered.back()), 3);
}

void TestExperimentWorker::inputErrorSurfacesAndTheNextRequestRuns() {
  Bench bench;
  bench.runner.m_beforeCoarse = bench.runner.m_beforeFine = true;
  bench.worker->request(withSeed(1));
  QVERIFY(bench.waitIdleAfter(0));
  bench.runner.m_error = true;
  bench.worker->request(withSeed(2));
  QVERIFY(bench.waitIdleAfter(1));
  QCOMPARE(bench.failures, QStringList("teacher.seed is bad."));
  QCOMPARE(seedOf(bench.delivered.back()), 1);  // the old picture is still the last one
  bench.runner.m_error = false;
  bench.worker->request(withSeed(3));
  QVERIFY(bench.waitIdleAfter(2));
  QCOMPARE(seedOf(bench.delivered.back()), 3);
}

void TestExperimentWorker::errorOfASupersededRequestIsNotShown() {
  // Fails if a sentence about a value that is no longer set could stay in the window.
  std::promise<void> go;
  std::shared_future<void> gate = go.get_future().share();
  std::atomic<int> runs = 0;
  QStringList failures;
  QObject context;
  int idles = 0;
  ExperimentWorker worker(
      nullptr, [&](const Settings& settings, const Result&, Progress&, const ExperimentSink&) -> Result {
        if (runs++ == 0) {
          gate.wait();
          throw InputError("old");
        }
        return made(settings, false);
      });
  connect(&worker, &ExperimentWorker::failed, &context,
          [&](const QString& sentence) { failures.append(sentence); });
  connect(&worker, &ExperimentWorker::idle, &context, [&] { ++idles; });
  worker.request(withSeed(1));
  QTRY_COMPARE(runs.load(), 1);
  worker.request(withSeed(2));
  go.set_value();
  QTRY_COMPARE(idles, 1);
  QCOMPARE(runs.load(), 2);
  QVERIFY(failures.isEmpty());
}

void TestExperimentWorker::destructionStopsARunningRequest() {
  // Fails (hangs) if closing the window waits for a computation to come to its own end.
  Bench bench;
  bench.worker->request(withSeed(1));
  QVERIFY(bench.waitStarted(1));
  bench.worker.reset();
  QVERIFY(bench.delivered.empty());
}

void TestExperimentWorker::restsUntilTheCoarsePictureIsDrawn() {
  // Fails if computing goes on beside the painting, or if a picture drawn earlier ends the rest.
  Bench bench;
  bench.runner.m_beforeCoarse = bench.runner.m_beforeFine = true;
  bench.worker->letDraw(1h);
  bench.worker->request(withSeed(1));
  QVERIFY(QTest::qWaitFor([&] { return bench.delivered.size() == 1; }, 20000));
  bench.worker->drawn(made(withSeed(1), true));  // another one
  QTest::qWait(50);
  QCOMPARE(bench.delivered.size(), 1u);
  bench.worker->drawn(bench.delivered[0]);
  QVERIFY(bench.waitIdleAfter(0));
  QCOMPARE(bench.delivered.size(), 2u);
}

void TestExperimentWorker::restEndsWithItsTime() {
  Bench bench;
  bench.runner.m_beforeCoarse = bench.runner.m_beforeFine = true;
  bench.worker->letDraw(1ms);
  bench.worker->request(withSeed(1));
  QVERIFY(bench.waitIdleAfter(0));
  QCOMPARE(bench.delivered.size(), 2u);
}

void TestExperimentWorker::restEndsWithANewRequestOrStop() {
  // Fails if a picture that is never drawn holds up what comes next.
  Bench bench;
  bench.runner.m_beforeCoarse = true;
  bench.worker->letDraw(1h);
  bench.worker->request(withSeed(1));
  QVERIFY(QTest::qWaitFor([&] { return bench.delivered.size() == 1; }, 20000));
  bench.worker->request(withSeed(2));
  QVERIFY(QTest::qWaitFor([&] { return bench.delivered.size() == 2; }, 20000));
  QCOMPARE(seedOf(bench.delivered[1]), 2);
  bench.worker->stop();
  QVERIFY(bench.waitIdleAfter(0));
  QCOMPARE(bench.stops, 1);
  QCOMPARE(bench.delivered.size(), 2u);
}

void TestExperimentWorker::realExperimentEqualsTheCoreOne() {
  Settings settings;
  settings.set("teacher.size", 40LL);
  settings.set("simulation.steps", 500LL);
  settings.set("observation.fraction", 0.25);
  ExperimentWorker worker;
  std::vector<Result> delivered;
  QObject context;
  connect(&worker, &ExperimentWorker::experimentReady, &context,
          [&](const Result& experiment) { delivered.push_back(experiment); });
  worker.request(settings);
  QTRY_VERIFY_WITH_TIMEOUT(!delivered.empty() && delivered.back()->reached == Depth::searched, 60000);
  const Result expected = runExperiment(settings, nullptr);
  QCOMPARE(delivered.back()->studentAnalysis->spectrum.values, expected->studentAnalysis->spectrum.values);
  QCOMPARE(delivered.back()->verdict.sentence, expected->verdict.sentence);
}

KEYHOLE_TEST(TestExperimentWorker)

}  // namespace tst_experiment_worker

#include "tst_experiment_worker.moc"
