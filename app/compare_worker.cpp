#include "app/compare_worker.h"

#include "app/worker_priority.h"
#include "core/common/error.h"

namespace keyhole {
namespace {

class CompareProgress : public Progress {
 public:
  CompareProgress(CompareWorker& worker, const std::atomic<bool>& stop) : m_worker(worker), m_stop(stop) {}

  // What runs inside of a method reports its own share, which says nothing of the whole.
  void report(double fraction, std::string_view what) override {
    if (!what.starts_with("comparing: ")) return;
    emit m_worker.progress(fraction, QString::fromUtf8(what.data(), static_cast<qsizetype>(what.size())));
  }
  bool stopRequested() const override { return m_stop; }

 private:
  CompareWorker& m_worker;
  const std::atomic<bool>& m_stop;
};

}  // namespace

CompareWorker::~CompareWorker() {
  stop();
  if (m_thread.joinable()) m_thread.join();
}

void CompareWorker::start(std::shared_ptr<const Experiment> experiment, const CompareOptions& options) {
  stop();
  if (m_thread.joinable()) m_thread.join();
  m_stop = false;
  m_thread = std::thread([this, experiment = std::move(experiment), options] {
    letTheWindowGoFirst();
    run(*experiment, options);
  });
}

void CompareWorker::stop() {
  m_stop = true;
}

void CompareWorker::run(const Experiment& experiment, const CompareOptions& options) {
  CompareProgress progress(*this, m_stop);
  bool complete = false;
  try {
    const auto result = compareMethods(experiment, options, progress, [this](const Comparison& comparison) {
      emit grown(std::make_shared<const Comparison>(comparison));
    });
    complete = result.complete;
  } catch (const Stopped&) {
    // Nothing was done yet.
  } catch (const std::exception& error) {
    emit failed(QString::fromUtf8(error.what()));
  }
  emit finished(complete);
}

}  // namespace keyhole
