// Compares numbers of latents or states beside the window.
#pragma once

#include "core/experiment/studies/order.h"

#include <QObject>

#include <atomic>
#include <thread>

namespace keyhole {

// Signals are emitted from the worker's thread and reach the window through its event queue.
class OrderWorker : public QObject {
  Q_OBJECT

 public:
  explicit OrderWorker(QObject* parent = nullptr) : QObject(parent) {}
  ~OrderWorker() override;  // stops what runs and waits for it

  // Stops what runs, waits for it (well below a second) and begins anew.
  void start(std::shared_ptr<const Experiment> experiment, const OrderOptions& options);
  void stop();

 signals:
  void grown(std::shared_ptr<const keyhole::OrderResult> result);
  void progress(double fraction, QString what);
  void finished(bool complete);
  void failed(QString sentence);

 private:
  void run(const Experiment& experiment, const OrderOptions& options);

  std::atomic<bool> m_stop = false;
  std::thread m_thread;
};

}  // namespace keyhole
