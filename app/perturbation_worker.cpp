#include "app/perturbation_worker.h"

#include "core/common/error.h"

namespace keyhole {
PerturbationWorker::PerturbationWorker(QObject* parent)
    : QObject(parent),
      m_latest([this](const PerturbationRequest& request, const Turn& turn) { run(request, turn); },
               [this] { emit idle(); }) {}

void PerturbationWorker::run(const PerturbationRequest& request, const Turn& turn) {
  const Experiment& experiment = *request.experiment;
  TellingUntilOver progress(
      turn, [this](double fraction, const QString& what) { emit this->progress(fraction, what); });
  try {
    const auto others =
        request.others ? studentsOf(*request.others, experiment) : std::vector<NamedStudent>();
    auto result =
        std::make_shared<const Perturbation>(perturb(experiment, request.settings, others, progress));
    if (!turn.isOver()) emit ready(request.experiment, std::move(result));
  } catch (const Stopped&) {
    // A newer one follows, or nothing is wanted any more.
  } catch (const InputError& error) {
    if (!turn.isOver()) emit failed(QString::fromUtf8(error.what()));
  } catch (const std::exception& error) {
    if (!turn.isOver())
      emit failed(QStringLiteral("The perturbation could not be computed: %1.").arg(error.what()));
  }
}

}  // namespace keyhole
