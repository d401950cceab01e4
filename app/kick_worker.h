// Pushes teacher and students beside the window: one runs, at most one waits, and the latest request wins.
#pragma once

#include "core/experiment/kick_stage.h"

#include <QObject>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace keyhole {

// What is pushed, and what came of it.
struct PushRequest {
  std::shared_ptr<const Experiment> experiment;
  std::shared_ptr<const Comparison> others;  // whose students are pushed too; or null
  KickSettings settings;
};

// Signals are emitted from the worker's thread and reach the window through its event queue. A request stops
// the one that runs.
class KickWorker : public QObject {
  Q_OBJECT

 public:
  explicit KickWorker(QObject* parent = nullptr);
  ~KickWorker() override;  // stops what runs and waits for it

  void request(PushRequest request);
  void stop();

 signals:
  void ready(std::shared_ptr<const keyhole::Experiment> of,
             std::shared_ptr<const keyhole::Perturbation> perturbation);
  void failed(QString sentence);
  void progress(double fraction, QString what);
  void idle();  // nothing runs, nothing waits

 private:
  void loop();
  void run(const PushRequest& request, int number);

  std::atomic<int> m_newest = 0;  // whoever has another number stops

  std::mutex m_mutex;  // guards what follows
  std::condition_variable m_wake;
  std::optional<PushRequest> m_waiting;
  bool m_quit = false;

  std::thread m_thread;  // last: starts when everything else is there
};

}  // namespace keyhole
