#include "app/kick_worker.h"

#include "core/common/error.h"

namespace keyhole {
namespace {

class KickProgress : public Progress {
 public:
  KickProgress(KickWorker& worker, const std::atomic<int>& newest, int number)
      : m_worker(worker), m_newest(newest), m_number(number) {}

  void report(double fraction, std::string_view what) override {
    emit m_worker.progress(fraction, QString::fromUtf8(what.data(), static_cast<qsizetype>(what.size())));
  }
  bool stopRequested() const override { return m_newest != m_number; }

 private:
  KickWorker& m_worker;
  const std::atomic<int>& m_newest;
  int m_number;
};

}  // namespace

KickWorker::KickWorker(QObject* parent) : QObject(parent), m_thread([this] { loop(); }) {}

KickWorker::~KickWorker() {
  {
    const std::lock_guard lock(m_mutex);
    m_quit = true;
    ++m_newest;
  }
  m_wake.notify_one();
  m_thread.join();
}

void KickWorker::request(PushRequest request) {
  {
    const std::lock_guard lock(m_mutex);
    m_waiting = std::move(request);
    ++m_newest;
  }
  m_wake.notify_one();
}

void KickWorker::stop() {
  const std::lock_guard lock(m_mutex);
  m_waiting.reset();
  ++m_newest;
}

void KickWorker::loop() {
  for (;;) {
    PushRequest request;
    int number = 0;
    {
      std::unique_lock lock(m_mutex);
      m_wake.wait(lock, [this] { return m_quit || m_waiting; });
      if (m_quit) return;
      request = std::move(*m_waiting);
      m_waiting.reset();
      number = m_newest;
    }
    run(request, number);
    const std::lock_guard lock(m_mutex);
    if (!m_waiting) emit idle();
  }
}

void KickWorker::run(const PushRequest& request, int number) {
  const Experiment& experiment = *request.experiment;
  KickProgress progress(*this, m_newest, number);
  try {
    const auto others =
        request.others ? studentsOf(*request.others, experiment) : std::vector<NamedStudent>();
    auto result =
        std::make_shared<const Perturbation>(perturb(experiment, request.settings, others, progress));
    if (number == m_newest) emit ready(request.experiment, std::move(result));
  } catch (const Stopped&) {
    // A newer one follows, or nothing is wanted any more.
  } catch (const InputError& error) {
    if (number == m_newest) emit failed(QString::fromUtf8(error.what()));
  } catch (const std::exception& error) {
    if (number == m_newest)
      emit failed(QStringLiteral("The push could not be computed: %1.").arg(error.what()));
  }
}

}  // namespace keyhole
