#include "core/audit/audit.h"

#include "core/audit/experiments/push_file.h"
#include "core/audit/live_units.h"
#include "core/audit/measured_calibration.h"
#include "core/common/progress_part.h"
#include "core/experiment/settings/fit_methods.h"

#include <algorithm>

namespace keyhole {
namespace {

// From where a part begins to where the next one does, with its heading before the words.
class PartProgress : public Progress {
 public:
  PartProgress(Progress& whole, std::size_t part, double from)
      : m_whole(whole), m_heading(auditParts()[part].heading), m_from(from), m_to(kEnds[part]) {}

  void report(double fraction, std::string_view what) override {
    m_whole.report(m_from + (m_to - m_from) * fraction, m_heading + " – " + std::string(what));
  }
  bool stopRequested() const override { return m_whole.stopRequested(); }

 private:
  static constexpr double kEnds[] = {0.2, 0.3, 0.4, 0.5, 0.85, 1};

  Progress& m_whole;
  std::string m_heading;
  double m_from, m_to;
};

// The part of each push that is of kept units; one without any is left out, as the note says of its units.
std::vector<TimedPush> ofUnits(const std::vector<TimedPush>& pushes, const LiveUnits& live) {
  std::vector<TimedPush> made;
  for (TimedPush push : pushes) {
    push.push = Vector(push.push(live.kept));
    if (push.push.norm() > 0) made.push_back(push);
  }
  return made;
}

class Auditor {
 public:
  Auditor(const std::vector<Trial>& trials, const Settings& settings, const Sampling& sampling,
          const AuditOptions& options, Progress& progress, const AuditSink& sink)
      : m_live(liveUnits(trials)),
        m_whole(m_live.trials),
        m_pushes(ofUnits(options.pushes, m_live)),
        m_spontaneous(m_pushes.empty() ? std::vector<Trial>()
                                       : withoutPushes(m_whole, m_pushes, &m_audit.afterPushes)),
        m_trials(m_pushes.empty() ? m_whole : m_spontaneous),
        m_settings(settings),
        m_sampling(sampling),
        m_options(options),
        m_progress(progress),
        m_sink(sink) {}

  Audit run(RecordedTrials recorded) {
    noteAsked();
    for (const auto& note : m_live.notes) m_audit.warnings.push_back(note);
    if (!m_pushes.empty()) {
      recorded.trials.clear();
      for (const auto& trial : m_trials)
        recorded.trials.emplace_back(trial.activity.data(), trial.activity.rows(), trial.activity.cols());
      m_sampling.steps = 1;
      for (const auto& trial : m_trials)
        m_sampling.steps = std::max(m_sampling.steps, trial.activity.cols() - 1);
    }
    m_audit.summary = summarise(recorded, m_progress);
    if (refuseAll()) return std::move(m_audit);
    // What cannot be simulated is refused before anything is computed.
    if (m_options.reference.circuits > 0 && m_options.reference.fraction)
      (void)shapeOf(m_trials, m_options.how, m_options.reference.fraction);
    makeClaim();
    makePredictions();
    const MethodClaim* map = m_audit.claim.of("map");
    m_audit.refusal = whyNotCarried(m_audit.summary, map ? map->leadingSteps.front() : 0);
    tell("prediction", m_audit.refusal);
    makeSubsampling();
    makeArrow();
    makeOtherClaims();
    makeReference();
    makeExperiments();
    m_audit.sentences = sentences();
    for (const auto& one : m_audit.sentences) m_audit.sentence += (m_audit.sentence.empty() ? "" : " ") + one;
    return std::move(m_audit);
  }

 private:
  // Where no matrix can be fitted there is nothing to ask about.
  bool refuseAll() {
    m_audit.refusal = whyNothingCarried(m_trials.front().activity.rows(), transitionsOf(m_trials));
    if (m_audit.refusal.empty()) return false;
    m_audit.claim.sentence = m_audit.sentence = capital(m_audit.refusal) + ".";
    for (const char* part : {"claim", "prediction", "subsampling", "reversibility", "truth", "mechanisms",
                             "likeness", "reference", "experiments"})
      m_audit.notDone.push_back({part, m_audit.refusal});
    m_audit.sentences = {m_audit.sentence};
    tell("claim", m_audit.claim.sentence);
    return true;
  }

  void tell(const std::string& part, const std::string& sentence) {
    if (m_sink && !sentence.empty()) m_sink(part, sentence, m_audit);
  }

  void makeClaim() {
    PartProgress part(m_progress, 0, 0);
    m_audit.claim = auditClaim(m_trials, m_settings, m_sampling, m_options.claim, part);
    tellClaims(0);
  }

  // And the notes of the students from this place on.
  void tellClaims(std::size_t first) {
    tell("claim", m_audit.claim.sentence);
    for (std::size_t i = first; i < m_audit.claim.methods.size(); ++i)
      for (const auto& note : m_audit.claim.methods[i].student.notes)
        m_audit.warnings.push_back(m_audit.claim.methods[i].label + ": " + note);
  }

  void makeOtherClaims() {
    if (m_options.methods.empty()) return;
    PartProgress part(m_progress, 0, 0.18);
    const std::size_t before = m_audit.claim.methods.size();
    addClaims(m_audit.claim, m_options.methods, m_trials, m_settings, m_sampling, m_options.claim, part);
    tellClaims(before);
  }

  void noteAsked() {
    AuditAsked& asked = m_audit.asked;
    asked.quick = m_options.quick;
    asked.methods = {"map", "subspace"};
    asked.methods.insert(asked.methods.end(), m_options.methods.begin(), m_options.methods.end());
    asked.resamples = m_options.claim.resamples;
    asked.blocks = m_options.claim.blocks;
    asked.starts = m_options.claim.starts;
    asked.simulations = m_options.simulations;
    asked.orders = m_options.subsampling.orders;
    asked.surrogates = m_options.subsampling.surrogates;
    asked.flips = m_options.arrow.flips;
    asked.power = m_options.arrow.recordings;
    asked.circuits = m_options.reference.circuits;
    asked.independent = m_options.reference.surrogates;
    asked.worlds = m_options.experiments.make ? m_options.experiments.worlds : 0;
    asked.pushes = static_cast<Index>(m_pushes.size());
  }

  void makePredictions() {
    PartProgress part(m_progress, 1, 0.2);
    for (const auto& method : m_audit.claim.methods) {
      if (!method.fitted || (m_options.quick && method.method != "map")) continue;
      Settings settings = m_settings;
      settings.set("fit.method", method.method);
      m_audit.predictions.push_back(
          {method.method, method.label,
           claimedMemoryOf(method.student, m_trials, effective(settings), m_options.simulations, part)});
      const ClaimedMemory& memory = m_audit.predictions.back().memory;
      tell("prediction", method.label + ": " + (memory.offered ? memory.sentence : memory.why));
    }
  }

  void makeSubsampling() {
    PartProgress part(m_progress, 2, 0.3);
    m_audit.subsampling = subsampleUnits(m_trials, m_options.subsampling, part);
    if (!m_audit.subsampling.made) m_audit.notDone.push_back({"subsampling", m_audit.subsampling.why});
    tell("subsampling", m_audit.subsampling.made ? m_audit.subsampling.sentence : m_audit.subsampling.why);
    m_audit.notDone.push_back({"subsampling of latent fits",
                               "latent fits of subsets have no law and are not made in this version"});
  }

  void makeArrow() {
    PartProgress part(m_progress, 3, 0.4);
    m_audit.arrow = arrowOfTime(m_trials, m_options.arrow, part);
    if (!m_audit.arrow.tested) m_audit.notDone.push_back({"reversibility", m_audit.arrow.why});
    tell("reversibility", m_audit.arrow.tested ? m_audit.arrow.sentence : m_audit.arrow.why);
  }

  // What keeps the recording from being compared with circuits, or empty.
  std::string whyNoReference() const {
    if (m_options.reference.circuits == 0) return "no reference circuits were asked for";
    return m_audit.refusal;
  }

  void makeReference() {
    std::string why = whyNoReference();
    if (why.empty()) {
      RecordedHow how = m_options.how;
      how.counts = m_audit.summary.counts;
      const ShapeFound found = shapeOf(m_trials, how, m_options.reference.fraction);
      why = found.why;
      if (why.empty()) {
        PartProgress part(m_progress, 4, 0.5);
        m_audit.reference = askReference(m_trials, found.shape, m_options.reference, part, &m_known);
        m_audit.reference->notes.insert(m_audit.reference->notes.begin(), found.notes.begin(),
                                        found.notes.end());
        if (!m_audit.reference->given) why = m_audit.reference->why;
        tell("reference", m_audit.reference->sentence);
        if (m_audit.reference->given) tell("reference", m_audit.reference->surrogates.sentence);
      }
    }
    if (why.empty()) return;
    if (!m_audit.reference) tell("reference", capital(why) + ".");
    std::vector<std::string> parts = {"truth", "mechanisms"};
    if (!m_audit.reference) parts.insert(parts.end(), {"likeness", "reference"});
    for (const auto& part : parts) m_audit.notDone.push_back({part, why});
  }

  // Why the remaining circuits are not experimented with, or empty.
  std::string whyNoExperiments() const {
    if (!m_options.experiments.make) return "no experiments were asked for";
    if (!m_audit.reference) return "there are no reference circuits to try them on";
    if (!m_audit.reference->given) return "the recording is like none of the reference circuits";
    return {};
  }

  void makeExperiments() {
    PartProgress part(m_progress, 5, 0.85);
    ProgressPart trying(part, 0, m_pushes.empty() ? 1 : 0.8), pushing(part, 0.8, 1);
    const std::string why = whyNoExperiments();
    if (!why.empty()) {
      m_audit.notDone.push_back({"experiments", why});
      tell("experiments", capital(why) + ".");
    } else {
      m_audit.experiments =
          tryExperiments(*m_known.table, *m_known.classifier, m_audit.reference->shape, m_known.statistics,
                         *m_audit.reference, m_sampling.seconds, m_options.experiments, trying);
      tell("experiments", m_audit.experiments->sentence);
    }
    if (m_pushes.empty()) return;
    if (!m_audit.reference || !m_audit.reference->given) {
      m_audit.notDone.push_back(
          {"evidence of perturbations", "there are no circuits that remain to compare them with"});
      m_audit.pushes = responseOf(m_trials, m_whole, m_pushes, statisticsOf(m_trials));
      tell("experiments", m_audit.pushes->sentence);
      return;
    }
    m_audit.pushes =
        evidenceOf(m_trials, m_whole, m_pushes, *m_known.table, *m_known.classifier, m_audit.reference->shape,
                   m_known.statistics, *m_audit.reference, m_options.experiments.worlds, pushing);
    tell("experiments", m_audit.pushes->sentence);
  }

  std::vector<std::string> sentences() const {
    std::vector<std::string> all = {m_audit.claim.sentence};
    for (const auto& one : m_audit.predictions)
      all.push_back(one.label + ": " + (one.memory.offered ? one.memory.sentence : one.memory.why + "."));
    for (const auto& part : {m_audit.subsampling.sentence, m_audit.arrow.sentence})
      if (!part.empty()) all.push_back(part);
    if (m_audit.reference) all.push_back(capital(m_audit.reference->sentence));
    if (m_audit.reference && m_audit.reference->surrogates.made > 0)
      all.push_back(m_audit.reference->surrogates.sentence);
    if (m_audit.experiments) all.push_back(m_audit.experiments->sentence);
    if (m_audit.pushes) all.push_back(m_audit.pushes->sentence);
    if (!m_audit.refusal.empty()) all.push_back(capital(m_audit.refusal) + ".");
    std::string text = "Not done: ";
    for (std::size_t i = 0; i < m_audit.notDone.size(); ++i)
      text += (i > 0 ? ", " : "") + m_audit.notDone[i].part;
    all.push_back(text + ".");
    return all;
  }

  static std::string capital(std::string text) {
    if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    return text;
  }

  Audit m_audit;
  LiveUnits m_live;
  const std::vector<Trial>& m_whole;
  const std::vector<TimedPush> m_pushes;
  const std::vector<Trial> m_spontaneous;  // of a recording with pushes
  const std::vector<Trial>& m_trials;
  const Settings& m_settings;
  Sampling m_sampling;
  const AuditOptions& m_options;
  Progress& m_progress;
  const AuditSink& m_sink;
  ReferenceKnown m_known;
};

}  // namespace

AuditOptions quickAudit() {
  AuditOptions options;
  options.quick = true;
  options.methods.clear();
  options.claim.resamples = 100;
  options.subsampling.orders = 4;
  options.subsampling.sizes = 6;
  options.subsampling.resamples = 40;
  options.subsampling.surrogates = 39;
  options.arrow.flips = 199;
  options.arrow.recordings = 10;
  options.reference.circuits = 2000;
  options.reference.importanceRows = 400;
  options.experiments.worlds = 120;
  options.experiments.longer = {1, 2};
  options.experiments.units = {2};
  options.experiments.trials = {10, 40};
  return options;
}

Audit auditRecording(const std::vector<Trial>& trials, const RecordedTrials& recorded,
                     const Settings& settings, const Sampling& sampling, const AuditOptions& options,
                     Progress& progress, const AuditSink& sink) {
  return Auditor(trials, settings, sampling, options, progress, sink).run(recorded);
}

const std::vector<AuditPart>& auditParts() {
  static const std::vector<AuditPart> parts = {
      {"claim", "1. The claim"},
      {"prediction", "2. Does the recording show it?"},
      {"subsampling", "3. Subsets of the units"},
      {"reversibility", "4. The arrow of time"},
      {"reference", "5. What else could have made it"},
      {"experiments", "6. What would tell them apart"},
  };
  return parts;
}

std::vector<std::string> auditLimits(const Audit& audit) {
  return {
      "No spontaneous recording can tell a slow mode of the circuit from a slow input to it: for a line "
      "attractor with an equal bulk the seen units are exactly independent processes plus one slow signal. "
      "The question here is whether there is a real slow variable, in the circuit or in its input, or "
      "whether the keyhole made it up. Only perturbations decide between circuit and input.",
      "Intervals are the spread of an estimator on these units, not its distance to the circuit.",
      "A fall of the claim over subsets, or an arrow of time, excludes symmetric circuits under white input "
      "(the joint hypothesis, with equal filters, stationarity and near-linear dynamics) and speaks neither "
      "for nor against a slow variable; their absence excludes nothing.",
      "Probabilities of a real slow variable and of mechanisms are those of a world: the stated mechanisms "
      "in random backgrounds, with the stated priors. " +
          calibrationSentence(audit.reference) +
          " Weights from statistics that do not hold all of a recording can be wrong for one recording by "
          "any "
          "amount (Robert et al. 2011), and a mechanism that is missing from the world can be misjudged "
          "without being noticed.",
      "A student's prediction that the recording does not keep speaks against the student; one that it keeps "
      "proves nothing, and a long feedforward chain really remembers for its length.",
  };
}

}  // namespace keyhole
