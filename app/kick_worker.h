// Pushes teacher and students beside the window: one runs, at most one waits, and the latest request wins.
#pragma once

#include "app/latest_request.h"
#include "core/experiment/studies/kick_stage.h"

#include <QObject>

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

  void request(PushRequest request) { m_latest.request(std::move(request)); }
  void stop() { m_latest.stop(); }

 signals:
  void ready(std::shared_ptr<const keyhole::Experiment> of,
             std::shared_ptr<const keyhole::Perturbation> perturbation);
  void failed(QString sentence);
  void progress(double fraction, QString what);
  void idle();  // nothing runs, nothing waits

 private:
  void run(const PushRequest& request, const Turn& turn);

  LatestRequest<PushRequest> m_latest;
};

}  // namespace keyhole
