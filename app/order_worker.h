// Compares numbers of latents or states beside the window.
#pragma once

#include "app/latest_request.h"
#include "core/experiment/studies/order.h"

#include <QObject>

#include <memory>

namespace keyhole {

// Signals are emitted from the worker's thread and reach the window through its event queue. A newer request
// stops what runs for an earlier one, of which nothing is told any more.
class OrderWorker : public QObject {
  Q_OBJECT

 public:
  explicit OrderWorker(QObject* parent = nullptr);

  void request(std::shared_ptr<const Experiment> experiment, const OrderOptions& options) {
    m_latest.request({std::move(experiment), options});
  }
  // What is there by then stays.
  void stop() { m_latest.stop(); }

 signals:
  void grown(std::shared_ptr<const keyhole::OrderResult> result);
  void progress(double fraction, QString what);
  void failed(QString sentence);
  void finished(bool complete);  // after the last request; complete: it was not stopped, nor did it fail

 private:
  struct Request {
    std::shared_ptr<const Experiment> experiment;
    OrderOptions options;
  };

  void run(const Request& request, const Turn& turn);

  bool m_complete = false;  // the request that was served last; used by the worker's thread only

  LatestRequest<Request> m_latest;  // last: its thread uses the others
};

}  // namespace keyhole
