#include "app/probe_worker.h"

namespace keyhole {

ProbeWorker::ProbeWorker(QObject* parent)
    : QObject(parent), m_latest([this](const Request& request, const Turn&) { run(request); }) {}

void ProbeWorker::run(const Request& request) {
  try {
    emit ready(request.experiment, probe(*request.experiment, request.plane, request.x, request.y));
  } catch (const std::exception& error) {
    emit failed(QStringLiteral("The run from this point could not be computed: %1.").arg(error.what()));
  }
}

}  // namespace keyhole
