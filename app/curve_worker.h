// Computes the curve over the seen fraction beside the window. The latest request wins: an earlier one stops.
#pragma once

#include "app/latest_request.h"
#include "core/experiment/studies/seen_curve.h"

#include <QObject>

namespace keyhole {

class CurveWorker : public QObject {
  Q_OBJECT

 public:
  explicit CurveWorker(QObject* parent = nullptr);

  void request(const Settings& settings, const SeenCurveOptions& options) {
    m_latest.request({settings, options});
  }
  void stop() { m_latest.stop(); }

 signals:
  // From the worker's thread, through the window's event queue.
  void grown(std::shared_ptr<const keyhole::SeenCurve> curve);
  void failed(QString sentence);

 private:
  struct Request {
    Settings settings;
    SeenCurveOptions options;
  };

  void run(const Request& request, const Turn& turn);

  LatestRequest<Request> m_latest;
};

}  // namespace keyhole
