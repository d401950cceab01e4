#include "app/order_worker.h"

#include "core/common/error.h"

namespace keyhole {

OrderWorker::OrderWorker(QObject* parent)
    : QObject(parent),
      m_latest([this](const Request& request, const Turn& turn) { run(request, turn); },
               [this] { emit finished(std::exchange(m_complete, false)); }) {}

void OrderWorker::run(const Request& request, const Turn& turn) {
  TellingUntilOver progress(
      turn, [this](double fraction, const QString& what) { emit this->progress(fraction, what); });
  m_complete = false;
  try {
    const auto result =
        orderOf(*request.experiment, request.options, progress, [&](const OrderResult& grownSoFar) {
          if (!turn.isOver()) emit grown(std::make_shared<const OrderResult>(grownSoFar));
        });
    m_complete = result.complete && !turn.isOver();
  } catch (const Stopped&) {
    // Nothing was done yet.
  } catch (const std::exception& error) {
    if (!turn.isOver()) emit failed(QString::fromUtf8(error.what()));
  }
}

}  // namespace keyhole
