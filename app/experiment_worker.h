// Runs experiments beside the window: one is running, at most one is waiting, and the latest request wins. A
// run that nobody waits for any more may take a while to notice; the next one does not wait for it.
#pragma once

#include "core/experiment/studies/follow_up.h"

#include <QObject>

#include <array>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace keyhole {

class RunProgress;

// A request that has been superseded goes on until its coarse picture, if that comes soon: this is what keeps
// the panels moving while a slider is dragged. After that picture, or after the grace time, it is over: it
// gives nothing more, and the next request runs on the other of the two threads. All signals are emitted from
// the worker's own threads, so they reach the window through its event queue, in the order of the requests.
class ExperimentWorker : public QObject {
  Q_OBJECT

 public:
  using Result = std::shared_ptr<const Experiment>;
  using Runner = std::function<Result(const Settings&, const Result&, Progress&, const ExperimentSink&)>;

  // runner: what is run, runWithStudies() but for tests.
  explicit ExperimentWorker(QObject* parent = nullptr, Runner runner = runWithStudies,
                            std::chrono::milliseconds grace = std::chrono::milliseconds(300));
  ~ExperimentWorker() override;  // stops what runs and waits for it

  // Runs this experiment as soon as possible; replaces a waiting one.
  void request(const Settings& settings);

  // Drops what waits, stops what runs.
  void stop();

  // From now on a run rests after its coarse picture until drawn() names it, but not longer than this: the
  // window paints sooner while nothing is computed beside it. A newer picture or request, or stop(), ends the
  // rest.
  void letDraw(std::chrono::milliseconds atMost);
  void drawn(const Result& experiment);

 signals:
  void experimentReady(std::shared_ptr<const keyhole::Experiment> experiment);
  void failed(QString sentence);  // bad input; what was shown stays
  void stopped();                 // because the user asked for it
  void progress(double fraction, QString what);
  void objective(int start, int iteration, double value);
  void idle();  // what was asked for is done, nothing waits

 private:
  struct Job {
    Settings settings;
    std::shared_ptr<RunProgress> progress;
    int number = 0;  // they count upwards
  };

  void loop();
  std::optional<Job> nextJob();    // waits for one; empty: quit
  bool mayBegin() const;           // something waits, and what runs, if anything, is over
  bool isNewest(const Job& job);   // nothing was asked for after it
  bool finishJob(const Job& job);  // true if nothing else is wanted
  void run(const Job& job);
  void give(const Result& experiment, const Job& job);
  void waitUntilDrawn(const Result& experiment, const Job& job);

  Runner m_runner;
  std::chrono::milliseconds m_grace;
  std::mutex m_mutex;  // guards what follows
  std::condition_variable m_wake;
  Result m_newest;    // what was given last,
  int m_givenOf = 0;  // by this job,
  Result m_undrawn;   // until the window has drawn it
  std::chrono::milliseconds m_letDraw{0};
  int m_begun = 0;  // the number of the job that began last
  std::optional<Settings> m_waiting;
  std::vector<std::shared_ptr<RunProgress>> m_running;  // at most one of them is not over
  bool m_quit = false;

  std::array<std::thread, 2> m_threads;  // last: start when everything else is there
};

}  // namespace keyhole
