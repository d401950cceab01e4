#include "app/cli/fit_report.h"

#include "app/cli/student_json.h"
#include "core/analysis/spectrum.h"
#include "core/common/error.h"
#include "core/common/quiet_progress.h"
#include "core/fitting/latent/lds_fit.h"
#include "core/fitting/latent/lds_smoother.h"
#include "core/fitting/run_student.h"
#include "core/io/json_values.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace keyhole::cli {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool isMap(const FitRequest& request) {
  return fitMethod(request.settings) == FitMethod::map;
}

// What is known of the student beyond its parameters.
struct Findings {
  Spectrum spectrum;
  Vector timeConstants;
  LineAttractorScore score{kNaN, ScoreStatus::undetermined};
  double henrici = kNaN;
  double explainedVariance = kNaN;
  double ridgeDominance = kNaN;
};

// No transition leads from one trial into the next.
RegressionSums sumsOf(const FitRequest& request, Progress& progress) {
  constexpr Index kBlock = 4096;
  const auto& trials = request.data.trials;
  const Index inputs = trials.front().input.rows();
  RegressionSums sums = emptySums(request.data.neurons(), inputs);
  const auto all = static_cast<double>(transitionsOf(trials));
  Index done = 0;
  for (const auto& trial : trials) {
    const Index transitions = trial.activity.cols() - 1;
    for (Index first = 0; first < transitions; first += kBlock) {
      progress.checkpoint(static_cast<double>(done + first) / all, "fitting");
      const Index n = std::min(kBlock, transitions - first);
      accumulate(sums, trial.activity.middleCols(first, n + 1), trial.input.middleCols(first, n),
                 request.map.alpha, request.map.phi);
    }
    done += transitions;
  }
  return sums;
}

double ridgeDominanceOrNaN(const RegressionSums& sums, const MapOptions& options) {
  try {
    return ridgeDominance(sums, options);
  } catch (const std::runtime_error&) {  // the sums overflowed
    return kNaN;
  }
}

// The spectrum and what follows from it. A student whose eigenvalues cannot be found keeps its parameters;
// the message says why.
bool describeSpectrum(Findings& findings, const Matrix& A, std::string& message) {
  try {
    findings.spectrum = spectrumOf(A, true);
  } catch (const std::runtime_error& error) {
    message = error.what();
    return false;
  }
  findings.timeConstants = timeConstants(findings.spectrum.values);
  findings.score = lineAttractorScore(findings.spectrum);
  findings.henrici = henriciNumber(A, findings.spectrum.values);
  return true;
}

// Of the smoothed reconstruction for latent students, of a noise-free run from each trial's first sample for
// the others.
double explainedVarianceOf(const Student& student, const std::vector<Trial>& trials, Progress& progress) {
  std::vector<Matrix> states;
  if (student.latent && trials.size() > 1) states = smooth(*student.latent, trials, progress).means;
  for (std::size_t k = states.size(); k < trials.size(); ++k) {
    const Matrix& X = trials[k].activity;
    states.push_back(student.emission ? Matrix(student.states.leftCols(X.cols()))
                                      : runStudent(student, startFor(student, X.col(0)), X.cols(),
                                                   trials[k].input, Matrix(X.rows(), 0), 0, progress)
                                            .states);
  }
  const auto seen = [&](std::size_t k, Index first, Index count) -> Matrix {
    return seenActivity(student, states[k].middleCols(first, count),
                        trials[k].input.middleCols(first, count));
  };
  return explainedVariance(seen, trials, progress);
}

// How many time points of these trials are looked at after a stop.
Index lookedAt(const Student& student, const std::vector<Trial>& trials) {
  if (!student.emission) return kLookAfterStop;
  if (student.latent && trials.size() > 1) return lookedAtAfterStop(student.A.rows(), anyMissing(trials));
  // The student's states are used: after a stop perhaps of less.
  const Index known = student.states.cols();
  return known < trials.front().activity.cols() ? std::min(known, kLookAfterStop) : kLookAfterStop;
}

// The same of a long recording's beginning after a stop, also one that comes here, with a note. A switching
// student has its states on the first trial alone.
double explainedVarianceOf(Student& student, const FitRequest& request, Progress& progress) {
  const auto& all = request.data.trials;
  std::vector<Trial> first;
  if (student.emission && !student.latent && all.size() > 1) first = {all.front()};
  const auto& trials = first.empty() ? all : first;
  QuietProgress quiet(progress);
  if (const auto whole = unlessStopped(student.summary, "the look at what it explains",
                                       [&] { return explainedVarianceOf(student, trials, quiet); }))
    return *whole;
  const Index most = lookedAt(student, trials);
  const LookedAt looked(trials, true, most);
  if (looked.inPart())
    student.notes.push_back("after the stop, the explained variance is of the first " + std::to_string(most) +
                            " time points only");
  return explainedVarianceOf(student, looked.trials(), noProgress());
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

ordered_json optionsJson(const FitRequest& request) {
  ordered_json options;
  options["recording"] = oneOrAll(request.data.files);
  options["transpose"] = request.transpose;
  options["observed"] = request.data.observed ? ordered_json(*request.data.observed) : ordered_json(nullptr);
  options["alpha"] = request.map.alpha;
  if (isMap(request)) options["rho"] = request.map.rho;
  options["phi"] = nameOf(request.map.phi);
  options["input"] = oneOrAll(request.data.inputs);
  options["dt"] = request.dt ? ordered_json(*request.dt) : ordered_json(nullptr);
  addMethodOptions(options, request.settings);
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

// Keys in the documented order; what the fit could not give is null.
ordered_json reportJson(const FitRequest& request, const Student& student, const Findings& findings,
                        const std::string& status) {
  const bool parameters = hasParameters(student.summary.status);
  const bool spectrum = findings.spectrum.values.size() > 0;
  const auto orNull = [](bool known, auto&& make) { return known ? make() : ordered_json(nullptr); };
  ordered_json json;
  json["method"] = request.settings.text("fit.method");
  json["neurons"] = request.data.neurons();
  json["timepoints"] = request.data.timepoints();
  if (request.data.trials.size() > 1) json["trials"] = trialsJson(request.data);
  json["options"] = optionsJson(request);
  json["dynamics"] = orNull(parameters, [&] { return matrixToJson(student.A); });
  json["eigenvalues"] = orNull(spectrum, [&] { return eigenvaluesToJson(findings.spectrum.values); });
  json["time_constants"] = orNull(spectrum, [&] { return vectorToJson(findings.timeConstants); });
  if (request.dt)
    json["time_constants_seconds"] = orNull(
        spectrum, [&] { return vectorToJson(findings.timeConstants * (*request.dt / request.map.alpha)); });
  json["line_attractor_score"] = numberOrNull(findings.score.value);
  json["line_attractor_status"] =
      orNull(spectrum, [&] { return ordered_json(nameOf(findings.score.status)); });
  json["explained_variance"] = numberOrNull(findings.explainedVariance);
  json["one_step_r2"] = numberOrNull(parameters ? student.oneStepR2 : kNaN);
  json["henrici"] = numberOrNull(findings.henrici);
  json["undetermined"] = orNull(spectrum, [&] { return ordered_json(findings.spectrum.undetermined); });
  if (isMap(request)) json["ridge_dominance"] = numberOrNull(findings.ridgeDominance);
  if (parameters) addStudentParts(json, student);
  if (!request.data.inputs.empty() && !json.contains("input_matrix"))
    json["input_matrix"] = orNull(parameters, [&] { return matrixToJson(student.V); });
  json["warnings"] = request.data.warnings;
  json["summary"] = summaryJson(student.summary, status);
  return json;
}

}  // namespace

namespace {

// The trials as fitted: MAP from its sums, the others from the recording itself.
Student fitOf(const FitRequest& request, Findings& findings, Progress& progress) {
  if (!isMap(request)) {
    Student student = fitTrials(request.settings, request.data.trials, progress, request.heldEmissions);
    if (student.summary.status == FitStatus::stopped) progress.grantStop();
    return student;
  }
  const RegressionSums sums = sumsOf(request, progress);
  findings.ridgeDominance = ridgeDominanceOrNaN(sums, request.map);
  return fitMap(sums, request.map);
}

}  // namespace

FitReport fitAndReport(FitRequest request, Progress& progress) {
  const auto start = Clock::now();
  Findings findings;
  Student student = fitOf(request, findings, progress);
  student.summary.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  progress.report(0.95, "analysing");

  FitReport report;
  if (hasParameters(student.summary.status)) {
    findings.explainedVariance = explainedVarianceOf(student, request, progress);
    report.good = describeSpectrum(findings, student.A, report.message);
  }
  report.stopped = student.summary.status == FitStatus::stopped;
  std::string status = nameOf(student.summary.status);
  if (!report.message.empty()) {
    status = "no eigenvalues";
    student.summary.message = report.message;
  } else {
    report.message = student.summary.message;
  }
  auto& warnings = request.data.warnings;
  warnings.insert(warnings.end(), student.notes.begin(), student.notes.end());
  if (isMap(request))
    if (const auto note = ridgeNote(findings.ridgeDominance, request.map.rho); !note.empty())
      warnings.push_back(note);
  report.json = reportJson(request, student, findings, status);
  report.warnings = std::move(warnings);
  return report;
}

}  // namespace keyhole::cli
