#include "app/order_worker.h"

#include "app/worker_priority.h"
#include "core/common/error.h"

namespace keyhole {
namespace {

class OrderProgress : public Progress {
 public:
  OrderProgress(OrderWorker& worker, const std::atomic<bool>& stop) : m_worker(worker), m_stop(stop) {}

  void report(double fraction, std::string_view what) override {
    if (!what.starts_with("comparing ")) return;  // a longer recording is simulated once more before
    emit m_worker.progress(fraction, QString::fromUtf8(what.data(), static_cast<qsizetype>(what.size())));
  }
  bool stopRequested() const override { return m_stop; }

 private:
  OrderWorker& m_worker;
  const std::atomic<bool>& m_stop;
};

}  // namespace

OrderWorker::~OrderWorker() {
  stop();
  if (m_thread.joinable()) m_thread.join();
}

void OrderWorker::start(std::shared_ptr<const Experiment> experiment, const OrderOptions& options) {
  stop();
  if (m_thread.joinable()) m_thread.join();
  m_stop = false;
  m_thread = std::thread([this, experiment = std::move(experiment), options] {
    letTheWindowGoFirst();
    run(*experiment, options);
  });
}

void OrderWorker::stop() {
  m_stop = true;
}

void OrderWorker::run(const Experiment& experiment, const OrderOptions& options) {
  OrderProgress progress(*this, m_stop);
  bool complete = false;
  try {
    complete = orderOf(experiment, options, progress, [this](const OrderResult& result) {
                 emit grown(std::make_shared<const OrderResult>(result));
               }).complete;
  } catch (const Stopped&) {
    // Nothing was done yet.
  } catch (const std::exception& error) {
    emit failed(QString::fromUtf8(error.what()));
  }
  emit finished(complete);
}

}  // namespace keyhole
