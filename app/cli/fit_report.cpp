#include "app/cli/fit_report.h"

#include "core/analysis/comparison/explained.h"
#include "core/analysis/lasting_modes.h"
#include "core/audit/audited_recording.h"
#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/common/nan.h"
#include "core/common/three_digits.h"
#include "core/experiment/recorded_verdict.h"
#include "core/experiment/settings/fit_methods.h"
#include "core/experiment/settings/recording_options.h"
#include "core/experiment/stage_options.h"
#include "core/fitting/parameter_count.h"
#include "core/io/json_values.h"
#include "core/observation/summary/recording_summary.h"
#include "core/report/claim_json.h"
#include "core/report/recording_json.h"
#include "core/report/run_record.h"
#include "core/report/student_json.h"

#include <algorithm>
#include <cmath>

namespace keyhole::cli {
namespace {

using nlohmann::ordered_json;
// What is known of the student beyond its parameters.
struct Findings {
  Spectrum spectrum;
  Vector timeConstants, mapTimeConstants;  // as published; of the map, negative where a mode grows
  LineAttractorScore score{kNaN, ScoreStatus::undetermined, kNaN, kNaN};
  double henrici = kNaN;
  double explainedVariance = kNaN;
  Verdict verdict;     // an empty sentence: none is given
  ClaimErrors errors;  // of the claim, and what is said of them
  ClaimSummary claim;
  std::optional<ClaimedMemory> memory;  // whether the recording knows of it
};

Sampling samplingOf(const FitRequest& request, const Student& student) {
  return {std::max<Index>(student.timePoints - 1, 1), request.dt.value_or(0), request.alphaAssumed};
}

// Of a fit with a spectrum that was not stopped.
void describeErrors(Findings& findings, const Student& student, const FitRequest& request,
                    Progress& progress) {
  findings.errors =
      claimErrors(student, request.data.trials, request.settings, resamplesOf(request.settings), progress);
  VerdictOptions options = verdictOptions(request.settings);
  options.sampling = samplingOf(request, student);
  options.persistentTau = options.sampling->longestTold() * student.alpha;  // as the persistence of modes
  findings.claim = summaryOf(findings.errors, findings.spectrum, options);
  const Index simulations = request.settings.integer("analysis.simulations");
  if (simulations == 0 || !findings.errors.complete) return;
  findings.memory = claimedMemoryOf(student, request.data.trials, request.settings, simulations, progress);
}

// The spectrum and what follows from it. A student whose eigenvalues cannot be found keeps its parameters;
// the message says why.
bool describeSpectrum(Findings& findings, const Student& student, std::string& message) {
  const Matrix& A = student.A;
  try {
    findings.spectrum = spectrumOf(A, true, student.alpha);
    findings.spectrum.fewSteps = restsOnFewSteps(student);
  } catch (const std::runtime_error& error) {
    message = error.what();
    return false;
  }
  findings.timeConstants = timeConstants(findings.spectrum.values);
  findings.mapTimeConstants = mapTimeConstants(findings.spectrum);
  findings.score = lineAttractorScore(findings.spectrum);
  findings.henrici = henriciNumber(A, findings.spectrum.values);
  return true;
}

Vector moduliOf(const Spectrum& spectrum) {
  Vector moduli(spectrum.values.size());
  for (Index i = 0; i < moduli.size(); ++i) moduli(i) = mapModulus(spectrum.values(i), spectrum.alpha);
  return moduli;
}

// The settings that steer the method, as `options`.
void addMethodOptions(ordered_json& options, const Settings& settings) {
  for (const auto& row : settingsTable()) {
    if (row.stage != Stage::fit || row.key == "fit.method" || row.key == "fit.steps" ||
        row.key == "fit.use_input" || row.key == "fit.phi" || row.key == "fit.rho" || !settings.applies(row))
      continue;
    options[row.key.substr(4)] =
        std::visit([](const auto& value) { return ordered_json(value); }, settings.value(row.key));
  }
}

// One file's name, or a list of them; null for none.
ordered_json oneOrAll(const std::vector<std::string>& files) {
  if (files.empty()) return nullptr;
  return files.size() == 1 ? ordered_json(files.front()) : ordered_json(files);
}

ordered_json trialsJson(const FitTrials& data) {
  auto json = ordered_json::array();
  for (std::size_t k = 0; k < data.trials.size(); ++k)
    json.push_back({{"file", data.trialNames[k]}, {"timepoints", data.trials[k].activity.cols()}});
  return json;
}

ordered_json optionsJson(const FitRequest& request, const Student& student) {
  ordered_json options;
  options["recording"] = oneOrAll(request.data.files);
  options["transpose"] = request.settings.flag("teacher.transpose");
  options["steps"] = stepsText(request.settings);
  options["observed"] = request.data.observed ? ordered_json(*request.data.observed) : ordered_json(nullptr);
  const Settings& settings = request.settings;
  options["alpha"] = settings.number("simulation.alpha");
  options["alpha_assumed"] = request.alphaAssumed;
  if (settings.applies(settingRow("fit.rho"))) options["rho"] = settings.number("fit.rho");
  options["phi"] = nameOf(student.phi);
  options["input"] = oneOrAll(request.data.inputs);
  options["dt"] = request.dt ? ordered_json(*request.dt) : ordered_json(nullptr);
  addMethodOptions(options, settings);
  return options;
}

ordered_json summaryJson(const FitSummary& summary, const std::string& status) {
  ordered_json json;
  json["status"] = status;
  json["iterations"] = summary.iterations;
  json["seconds"] = numberOrNull(summary.seconds);
  json["message"] = summary.message;
  return json;
}

ordered_json persistenceJson(const Spectrum& spectrum, const Sampling& sampling) {
  auto list = ordered_json::array();
  for (const auto& value : spectrum.values) list.push_back(persistenceOf(value, spectrum.alpha, sampling));
  return list;
}

// Keys in the documented order; what the fit could not give is null.
ordered_json reportJson(const FitRequest& request, const Student& student, const Findings& findings,
                        const RecordingSummary& summary, const std::string& status) {
  const bool parameters = hasParameters(student.summary.status);
  const bool spectrum = findings.spectrum.values.size() > 0;
  const auto orNull = [](bool known, auto&& make) { return known ? make() : ordered_json(nullptr); };
  ordered_json json;
  json["method"] = request.settings.text("fit.method");
  json["neurons"] = request.data.neurons();
  json["timepoints"] = request.data.timepoints();
  if (request.data.trials.size() > 1) json["trials"] = trialsJson(request.data);
  json["options"] = optionsJson(request, student);
  json["recording"] = recordingJson(summary);
  json["recording"]["parameters"] = orNull(parameters, [&] { return ordered_json(parameterCount(student)); });
  json["recording"]["hash"] =
      request.data.trials.empty() ? request.data.streamedHash : hashOf(request.data.trials);
  json["recording"]["samples_per_parameter"] =
      orNull(parameters, [&] { return numberOrNull(samplesPerParameter(summary, parameterCount(student))); });
  json["dynamics"] = orNull(parameters, [&] { return matrixToJson(student.A); });
  json["map_moduli"] = orNull(spectrum, [&] { return vectorToJson(moduliOf(findings.spectrum)); });
  const Vector steps = findings.mapTimeConstants / student.alpha;
  json["time_constants_steps"] = orNull(spectrum, [&] { return vectorToJson(steps); });
  if (request.dt)
    json["time_constants_seconds"] = orNull(spectrum, [&] { return vectorToJson(steps * *request.dt); });
  const Sampling sampling = samplingOf(request, student);
  json["persistence"] = orNull(spectrum, [&] { return persistenceJson(findings.spectrum, sampling); });
  json["persistence_limit_steps"] = sampling.longestTold();
  json["eigenvalues"] = orNull(spectrum, [&] { return eigenvaluesToJson(findings.spectrum.values); });
  json["time_constants"] = orNull(spectrum, [&] { return vectorToJson(findings.timeConstants); });
  json["map_time_constants"] = orNull(spectrum, [&] { return vectorToJson(findings.mapTimeConstants); });
  json["line_attractor_score"] = numberOrNull(findings.score.value);
  json["published_line_attractor_score"] = numberOrNull(findings.score.published);
  json["map_line_attractor_score"] = numberOrNull(findings.score.map);
  json["line_attractor_status"] =
      orNull(spectrum, [&] { return ordered_json(nameOf(findings.score.status)); });
  json["verdict"] = orNull(!findings.verdict.sentence.empty(), [&] {
    return ordered_json{{"kind", nameOf(findings.verdict.kind)}, {"sentence", findings.verdict.sentence}};
  });
  json["intervals"] = claimErrorsToJson(findings.errors, findings.claim);
  json["prediction"] =
      orNull(findings.memory.has_value(), [&] { return claimedMemoryToJson(*findings.memory); });
  json["explained_variance"] = numberOrNull(findings.explainedVariance);
  json["one_step_r2"] = numberOrNull(parameters ? student.oneStepR2 : kNaN);
  json["henrici"] = numberOrNull(findings.henrici);
  json["undetermined"] = orNull(spectrum, [&] { return ordered_json(findings.spectrum.undetermined); });
  if (fitMethod(request.settings).source == FitSource::sums)
    json["ridge_dominance"] = numberOrNull(student.ridgeDominance);
  if (parameters)
    addStudentParts(json, student);
  else
    json["student"] = nullptr;
  if (!request.data.inputs.empty() && !json.contains("input_matrix"))
    json["input_matrix"] = orNull(parameters, [&] { return matrixToJson(student.V); });
  json["warnings"] = request.data.warnings;
  json["summary"] = summaryJson(student.summary, status);
  json["run"] = runRecord(request.settings);
  return json;
}

// What the window says above its panels; of a fit that was stopped what its spectrum says, without a search.
void describeVerdict(Findings& findings, const Student& student, const FitRequest& request, bool stopped,
                     Progress& progress) {
  static const std::vector<Trial> kNone;
  const FittedRecording recording{stopped ? kNone : request.data.trials, request.dt.value_or(0)};
  findings.verdict = verdictOfRecording(student, findings.spectrum, recording, request.settings, progress);
}

// Said once: the latent models tell of copies, as the recording does.
void addWarning(std::vector<std::string>& warnings, const std::string& warning) {
  if (!warning.empty() && std::find(warnings.begin(), warnings.end(), warning) == warnings.end())
    warnings.push_back(warning);
}

// The fit's status; of a student without eigenvalues that, with the reason in its summary.
std::string statusOf(FitReport& report, Student& student) {
  if (report.message.empty()) {
    report.message = student.summary.message;
    return nameOf(student.summary.status);
  }
  student.summary.message = report.message;
  return "no eigenvalues";
}

// What the student itself warns of.
void addNotes(std::vector<std::string>& warnings, const Student& student) {
  for (const auto& note : student.notes) addWarning(warnings, note);
  if (student.oneStepR2 < 0)
    addWarning(warnings, "the student foresees a step worse than the mean step does (one-step R² " +
                             threeDigits(student.oneStepR2) +
                             "), so that its claim says little of the recording");
}

}  // namespace

FitReport reportOfSums(FitRequest request, Student student, const RecordingSummary& summary) {
  FitReport report;
  Findings findings;
  student.alphaAssumed = request.alphaAssumed;
  if (hasParameters(student.summary.status))
    report.good = describeSpectrum(findings, student, report.message);
  if (report.good) describeVerdict(findings, student, request, false, noProgress());
  if (!findings.verdict.sentence.empty()) report.claims = {findings.verdict.sentence};
  const std::string status = statusOf(report, student);
  if (request.alphaAssumed) addWarning(request.data.warnings, assumedAlphaNote(student.alpha));
  addNotes(request.data.warnings, student);
  report.json = reportJson(request, student, findings, summary, status);
  report.warnings = std::move(request.data.warnings);
  return report;
}

FitReport fitAndReport(FitRequest request, Progress& progress) {
  const RecordingSummary summary = summarise(recordedTrials(request.data), progress);
  const auto start = Clock::now();
  Findings findings;
  const LdsModel* held = request.heldEmissions ? &*request.heldEmissions : nullptr;
  Student student = fitTrials(request.settings, request.data.trials, progress, held);
  student.alphaAssumed = request.alphaAssumed;
  if (student.summary.status == FitStatus::stopped) progress.grantStop();
  student.summary.seconds = secondsSince(start);
  progress.report(0.95, "analysing");

  FitReport report;
  if (hasParameters(student.summary.status)) {
    findings.explainedVariance = explainedAfterFit(student, request.data.trials, progress);
    report.good = describeSpectrum(findings, student, report.message);
  }
  report.stopped = student.summary.status == FitStatus::stopped;
  if (report.good) {
    try {
      describeVerdict(findings, student, request, report.stopped, progress);
    } catch (const Stopped&) {
      report.stopped = true;
    }
  }
  if (report.good && !report.stopped) {
    try {
      describeErrors(findings, student, request, progress);
    } catch (const Stopped&) {
      report.stopped = true;
    }
    report.stopped = report.stopped || !findings.errors.complete;
    report.claims = claimSentences(findings.errors, findings.claim, findings.memory);
  }
  if (!findings.verdict.sentence.empty())
    report.claims.insert(report.claims.begin(), findings.verdict.sentence);
  const std::string status = statusOf(report, student);
  auto& warnings = request.data.warnings;
  if (request.alphaAssumed) addWarning(warnings, assumedAlphaNote(student.alpha));
  for (const auto& warning : summary.warnings) addWarning(warnings, warning);
  if (hasParameters(student.summary.status))
    addWarning(warnings, parametersWarning(summary, parameterCount(student)));
  addNotes(warnings, student);
  report.json = reportJson(request, student, findings, summary, status);
  report.warnings = std::move(warnings);
  return report;
}

}  // namespace keyhole::cli
