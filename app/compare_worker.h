// Compares methods beside the window.
#pragma once

#include "core/experiment/studies/compare.h"

#include <QObject>

#include <atomic>
#include <thread>

namespace keyhole {

// Signals are emitted from the worker's thread and reach the window through its event queue.
class CompareWorker : public QObject {
  Q_OBJECT

 public:
  explicit CompareWorker(QObject* parent = nullptr) : QObject(parent) {}
  ~CompareWorker() override;  // stops what runs and waits for it

  // Stops what runs, waits for it (well below a second) and begins anew.
  void start(std::shared_ptr<const Experiment> experiment, const CompareOptions& options);
  void stop();

 signals:
  void grown(std::shared_ptr<const keyhole::Comparison> comparison);
  void progress(double fraction, QString what);
  void finished(bool complete);
  void failed(QString sentence);

 private:
  void run(const Experiment& experiment, const CompareOptions& options);

  std::atomic<bool> m_stop = false;
  std::thread m_thread;
};

}  // namespace keyhole
