#include "app/curve_worker.h"

#include "core/common/error.h"

namespace keyhole {

CurveWorker::CurveWorker(QObject* parent)
    : QObject(parent), m_latest([this](const Request& request, const Turn& turn) { run(request, turn); }) {}

void CurveWorker::run(const Request& request, const Turn& turn) {
  UntilOver progress(turn);
  try {
    seenCurve(request.settings, request.options, progress,
              [this](std::shared_ptr<const SeenCurve> curve) { emit grown(std::move(curve)); });
  } catch (const Stopped&) {
    // A newer request, or the user, knows why.
  } catch (const std::exception& error) {
    if (!turn.isOver()) emit failed(QString::fromUtf8(error.what()));
  }
}

}  // namespace keyhole
