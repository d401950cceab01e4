// Pushes teacher and students beside the window: one runs, at most one waits, and the latest request wins.
#pragma once

#include "app/latest_request.h"
#include "core/experiment/studies/perturbation_stage.h"

#include <QObject>

namespace keyhole {

// What is pushed, and what came of it.
struct PerturbationRequest {
  std::shared_ptr<const Experiment> experiment;
  std::shared_ptr<const Comparison> others;  // whose students are pushed too; or null
  PerturbationSettings settings;
};

// Signals are emitted from the worker's thread and reach the window through its event queue. A request stops
// the one that runs.
class PerturbationWorker : public QObject {
  Q_OBJECT

 public:
  explicit PerturbationWorker(QObject* parent = nullptr);

  void request(PerturbationRequest request) { m_latest.request(std::move(request)); }
  void stop() { m_latest.stop(); }

 signals:
  void ready(std::shared_ptr<const keyhole::Experiment> of,
             std::shared_ptr<const keyhole::Perturbation> perturbation);
  void failed(QString sentence);
  void progress(double fraction, QString what);
  void idle();  // nothing runs, nothing waits

 private:
  void run(const PerturbationRequest& request, const Turn& turn);

  LatestRequest<PerturbationRequest> m_latest;
};

}  // namespace keyhole
