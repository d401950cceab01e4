#include "core/experiment/studies/follow_up.h"

#include "core/experiment/studies/claim_errors.h"
#include "core/experiment/studies/score_draws.h"

namespace keyhole {

std::shared_ptr<const Experiment> runWithStudies(const Settings& settings,
                                                 const std::shared_ptr<const Experiment>& previous,
                                                 Progress& progress, const ExperimentSink& sink) {
  const auto complete = runExperiment(settings, previous, progress, sink);
  const auto withErrors = withClaimErrors(complete, previous.get(), progress, sink);
  return withScores(withErrors, previous.get(), progress, sink);
}

}  // namespace keyhole
