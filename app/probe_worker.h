// Runs from a clicked point, beside the experiments: a click is answered while a slow fit is running.
#pragma once

#include "core/experiment/experiment.h"

#include <QObject>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace keyhole {

// Signals are emitted from the worker's own thread and reach the window through its event queue. One probe
// runs (milliseconds), at most one waits, and the latest request wins.
class ProbeWorker : public QObject {
  Q_OBJECT

 public:
  explicit ProbeWorker(QObject* parent = nullptr);
  ~ProbeWorker() override;  // waits for what runs

  void request(std::shared_ptr<const Experiment> experiment, bool inTeacherPlane, double x, double y);

 signals:
  void ready(std::shared_ptr<const keyhole::Experiment> of, keyhole::Probe probe);
  void failed(QString sentence);

 private:
  struct Request {
    std::shared_ptr<const Experiment> experiment;
    bool inTeacherPlane = true;
    double x = 0, y = 0;
  };

  void loop();
  void run(const Request& request);

  std::mutex m_mutex;  // guards what follows
  std::condition_variable m_wake;
  std::optional<Request> m_waiting;
  bool m_quit = false;

  std::thread m_thread;  // last: starts when everything else is there
};

}  // namespace keyhole
