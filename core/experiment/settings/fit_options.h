// From the settings to the options of each method of fitting. What the settings do not name stays at the
// options' own default.
#pragma once

#include "core/experiment/settings/settings.h"
#include "core/fitting/latent/lds_fit.h"
#include "core/fitting/latent/subspace_fit.h"
#include "core/fitting/network/bptt_fit.h"
#include "core/fitting/network/force_fit.h"
#include "core/fitting/regression/cornn_fit.h"
#include "core/fitting/regression/map_fit.h"
#include "core/fitting/switching/slds_fit.h"

namespace keyhole {

// True if the "teacher" is a recording from a file.
bool isRecording(const Settings& settings);

// Whether a recording's α is the default that nobody chose: one that differs from it was chosen.
bool alphaIsAssumed(const Settings& settings);

Nonlinearity phiNamed(const std::string& name);     // of a choice: "linear", "tanh"
Nonlinearity studentPhi(const Settings& settings);  // "same" becomes the teacher's (linear for a recording)

// fit.offset: with "auto" on for a recording, whose mean says nothing of its dynamics, and off for a known
// circuit, whose equation has no constant.
bool fitOffset(const Settings& settings);

// fit.iterations, or as many as published where that is 0.
Index fitIterations(const Settings& settings);

MapOptions mapOptions(const Settings& settings);
LdsOptions ldsOptions(const Settings& settings);
SldsOptions sldsOptions(const Settings& settings);
SubspaceOptions subspaceOptions(const Settings& settings);
CornnOptions cornnOptions(const Settings& settings);
ForceOptions forceOptions(const Settings& settings);
BpttOptions bpttOptions(const Settings& settings);

}  // namespace keyhole
