// What a recording can say about its circuit: what it claims, whether it knows of that itself, what its units
// in part say, whether time has an arrow in it, and what else could have made it. No spontaneous recording
// can tell a slow mode of the circuit from a slow input to it: the question is whether there is a real slow
// variable, in the circuit or in its input, or whether the keyhole made it up. Only pushes decide the rest.
#pragma once

#include "core/audit/carries.h"
#include "core/audit/claim.h"
#include "core/audit/experiments/experiments.h"
#include "core/audit/reference/answer.h"
#include "core/audit/reversibility/arrow.h"
#include "core/audit/subsampling/subsampling.h"
#include "core/observation/summary/recording_summary.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace keyhole {

// A part that was not made, and why.
struct NotDone {
  std::string part;  // its key in the JSON
  std::string why;   // one sentence
};

struct AuditOptions {
  ClaimSizes claim;
  // Whose claims are told beside those of MAP and subspace identification, after the arrow of time.
  std::vector<std::string> methods = otherAuditedMethods();
  Index simulations = 40;  // of the student, for the prediction
  SubsamplingOptions subsampling;
  ArrowOptions arrow;
  ReferenceOptions reference;  // with no circuits the table is not made
  ExperimentOptions experiments;
  std::vector<TimedPush> pushes;  // made during the recording; empty: none
  RecordedHow how;                // but for counts, which the summary knows
  bool quick = false;             // the prediction of MAP alone; fewer simulated circuits
};

// One student's prediction of the recording's memory.
struct AuditedPrediction {
  std::string method, label;
  ClaimedMemory memory;
};

// What was asked for, as numbers.
struct AuditAsked {
  bool quick = false;
  std::vector<std::string> methods;
  Index resamples = 0, blocks = 0, starts = 0;  // of the claims
  Index simulations = 0;
  Index orders = 0, surrogates = 0;  // of subsampling
  Index flips = 0, power = 0;        // of the arrow
  Index circuits = 0, worlds = 0;    // of the table, and those that experiments are tried on
  Index independent = 0;             // surrogates of independent units that the table is asked about
  Index pushes = 0;                  // that were made, a train counted once
};

struct Audit {
  AuditAsked asked;
  RecordingSummary summary;
  std::string refusal;  // why the recording cannot carry the question, one sentence; empty: it can
  AuditedClaim claim;
  std::vector<AuditedPrediction> predictions;
  Subsampling subsampling;
  Arrow arrow;
  std::optional<ReferenceAnswer> reference;      // empty: not asked
  std::optional<ExperimentsAnswer> experiments;  // empty: not made
  std::optional<PushEvidence> pushes;            // empty: none were made
  Index afterPushes = 0;                         // samples after each push that the other parts leave out
  std::vector<NotDone> notDone;
  std::vector<std::string> warnings;   // of the students: ridge, means, few steps
  std::vector<std::string> sentences;  // all of it, what each part says
  std::string sentence;                // the same as one text
};

// Fewer simulations and resamples, for a first answer.
AuditOptions quickAudit();

// The parts in their order: how they are called in files, and in a report.
struct AuditPart {
  std::string key, heading;
};
const std::vector<AuditPart>& auditParts();

// A sentence of a part (its key) as soon as it is known, and all that is known by then.
using AuditSink =
    std::function<void(const std::string& part, const std::string& sentence, const Audit& soFar)>;

// Units that are constant or copies are left out of all parts, with a warning (live_units.h). Progress tells
// which part is running. trials: as they are fitted, at least one; recorded: the same, as the
// summary looks at them; settings: of a recording, as asked for. With pushes all parts but their evidence are
// of the stretches before and between them (withoutPushes()). Throws Stopped, and InputError as the fits
// do.
Audit auditRecording(const std::vector<Trial>& trials, const RecordedTrials& recorded,
                     const Settings& settings, const Sampling& sampling, const AuditOptions& options,
                     Progress& progress = noProgress(), const AuditSink& sink = {});

// The limits of the method, a sentence each: what is said before any result. Of its probabilities they say
// for which tables it was measured that they hold (measured_calibration.h).
std::vector<std::string> auditLimits(const Audit& audit);

}  // namespace keyhole
