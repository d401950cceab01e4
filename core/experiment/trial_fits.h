// The methods that are fitted to the recording itself, not to its sums, asked for by settings.
#pragma once

#include "core/experiment/stage_options.h"
#include "core/fitting/latent/lds_fit.h"
#include "core/fitting/latent/subspace_fit.h"
#include "core/fitting/network/bptt_fit.h"
#include "core/fitting/network/force_fit.h"
#include "core/fitting/regression/cornn_fit.h"
#include "core/fitting/switching/slds_fit.h"
#include "core/fitting/trial.h"

#include <optional>

namespace keyhole {

bool fitsTrials(FitMethod method);

// The student of the method and the options that the settings name. held: emissions that stay as they are
// (lds only). Throws InputError for options that do not fit the data.
Student fitTrials(const Settings& settings, const std::vector<Trial>& trials, Progress& progress,
                  const std::optional<LdsModel>& held = {});

// Each method's own options. BPTT's, FORCE's and CORNN's passes are fit.iterations.
LdsOptions ldsOptions(const Settings& settings);
SldsOptions sldsOptions(const Settings& settings);
SubspaceOptions subspaceOptions(const Settings& settings);
CornnOptions cornnOptions(const Settings& settings);
ForceOptions forceOptions(const Settings& settings);
BpttOptions bpttOptions(const Settings& settings);

}  // namespace keyhole
