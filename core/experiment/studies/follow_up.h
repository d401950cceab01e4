// An experiment and the studies that follow its picture.
#pragma once

#include "core/experiment/experiment.h"

namespace keyhole {

// runExperiment(), and then what takes longer than a picture and is drawn from many fits: the errors of the
// claim of a recording (claim_errors.h), the scores of other draws (score_draws.h). The sink gets what there
// is so far, again and again; the last one is also returned. Throws as runExperiment().
std::shared_ptr<const Experiment> runWithStudies(const Settings& settings,
                                                 const std::shared_ptr<const Experiment>& previous,
                                                 Progress& progress = noProgress(),
                                                 const ExperimentSink& sink = {});

}  // namespace keyhole
