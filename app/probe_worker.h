// Runs from a clicked point, beside the experiments: a click is answered while a slow fit is running.
#pragma once

#include "app/latest_request.h"
#include "core/experiment/experiment.h"

#include <QObject>

namespace keyhole {

// Signals are emitted from the worker's own thread and reach the window through its event queue. One probe
// runs (milliseconds), at most one waits, and the latest request wins.
class ProbeWorker : public QObject {
  Q_OBJECT

 public:
  explicit ProbeWorker(QObject* parent = nullptr);

  void request(std::shared_ptr<const Experiment> experiment, Side plane, double x, double y) {
    m_latest.request({std::move(experiment), plane, x, y});
  }

 signals:
  void ready(std::shared_ptr<const keyhole::Experiment> of, keyhole::Probe probe);
  void failed(QString sentence);

 private:
  struct Request {
    std::shared_ptr<const Experiment> experiment;
    Side plane = Side::teacher;
    double x = 0, y = 0;
  };

  void run(const Request& request);

  LatestRequest<Request> m_latest;
};

}  // namespace keyhole
