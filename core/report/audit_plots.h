// The figures of an audit's report.
#pragma once

#include "core/audit/audit.h"
#include "core/report/svg.h"

namespace keyhole {

// Colours that differ for colour-blind eyes too (Okabe & Ito); what is of the recording is vermilion, what is
// of a student blue.
SvgPlot claimPlot(const AuditedClaim& claim);
SvgPlot predictionPlot(const AuditedPrediction& prediction);
SvgPlot subsamplingPlot(const Subsampling& subsampling);
SvgPlot powerPlot(const Arrow& arrow);
// Side by side: more recording, single perturbations, trains of them.
SvgPlot experimentsPlot(const ExperimentsAnswer& answer);

// What the recording keeps of perturbations that were made, and circuits of the table of the same.
SvgPlot pushPlot(const PushEvidence& evidence);

}  // namespace keyhole
