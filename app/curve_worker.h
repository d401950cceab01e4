// Computes the curve over the seen fraction beside the window. The latest request wins: an earlier one stops.
#pragma once

#include "core/experiment/seen_curve.h"

#include <QObject>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace keyhole {

class CurveWorker : public QObject {
  Q_OBJECT

 public:
  explicit CurveWorker(QObject* parent = nullptr);
  ~CurveWorker() override;  // stops what runs and waits for it

  void request(const Settings& settings, const SeenCurveOptions& options);
  void stop();

 signals:
  // From the worker's thread, through the window's event queue.
  void grown(std::shared_ptr<const keyhole::SeenCurve> curve);
  void failed(QString sentence);

 private:
  struct Request {
    Settings settings;
    SeenCurveOptions options;
  };

  void loop();
  void run(const Request& request);

  std::atomic<bool> m_stop = false;
  std::mutex m_mutex;  // guards what follows
  std::condition_variable m_wake;
  std::optional<Request> m_waiting;
  bool m_quit = false;

  std::thread m_thread;  // last: starts when everything else is there
};

}  // namespace keyhole
