#include "app/cli/fit_report.h"

#include "app/cli/student_json.h"
#include "core/analysis/spectrum.h"
#include "core/common/error.h"
#include "core/fitting/run_student.h"
#include "core/io/json_values.h"

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

RegressionSums sumsOf(const FitRequest& request, Progress& progress) {
  constexpr Index kBlock = 4096;
  const Matrix& X = request.recording.activity;
  const Index transitions = X.cols() - 1, inputs = request.input.rows();
  RegressionSums sums = emptySums(X.rows(), inputs);
  for (Index first = 0; first < transitions; first += kBlock) {
    progress.checkpoint(static_cast<double>(first) / static_cast<double>(transitions), "fitting");
    const Index n = std::min(kBlock, transitions - first);
    const Matrix u = inputs > 0 ? Matrix(request.input.middleCols(first, n)) : Matrix(0, n);
    accumulate(sums, X.middleCols(first, n + 1), u, request.map.alpha, request.map.phi);
  }
  return sums;
}

// m x T, also without an input.
Matrix inputOf(const FitRequest& request) {
  return request.input.rows() > 0 ? request.input : Matrix(0, request.recording.activity.cols());
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

// Of the smoothed reconstruction for latent students, of a noise-free run from the first sample for the
// others.
double explainedVarianceOf(const Student& student, const FitRequest& request) {
  const Matrix& X = request.recording.activity;
  if (student.emission) return explainedVariance(X, seenActivity(student, student.states, request.input));
  const StudentRun run =
      runStudent(student, startFor(student, X.col(0)), X.cols(), request.input, Matrix(X.rows(), 0));
  return explainedVariance(X, seenActivity(student, run.states, request.input));
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

ordered_json optionsJson(const FitRequest& request) {
  ordered_json options;
  options["recording"] = request.recording.source;
  options["transpose"] = request.transpose;
  options["observed"] = request.observed ? ordered_json(*request.observed) : ordered_json(nullptr);
  options["alpha"] = request.map.alpha;
  if (isMap(request)) options["rho"] = request.map.rho;
  options["phi"] = nameOf(request.map.phi);
  options["input"] = request.inputFile.empty() ? ordered_json(nullptr) : ordered_json(request.inputFile);
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
  json["neurons"] = request.recording.activity.rows();
  json["timepoints"] = request.recording.activity.cols();
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
  if (request.input.rows() > 0 && !json.contains("input_matrix"))
    json["input_matrix"] = orNull(parameters, [&] { return matrixToJson(student.V); });
  json["warnings"] = request.warnings;
  json["summary"] = summaryJson(student.summary, status);
  return json;
}

}  // namespace

namespace {

// The trial as fitted: MAP from its sums, the others from the recording itself.
Student fitOf(const FitRequest& request, Findings& findings, Progress& progress) {
  if (!isMap(request)) {
    Student student = fitTrials(request.settings, {{request.recording.activity, inputOf(request)}}, progress,
                                request.heldEmissions);
    student.seen = request.recording.activity.rows();
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
  progress.checkpoint(0.95, "analysing");

  FitReport report;
  report.message = student.summary.message;
  report.stopped = student.summary.status == FitStatus::stopped;
  std::string status = nameOf(student.summary.status);
  if (hasParameters(student.summary.status)) {
    report.good = describeSpectrum(findings, student.A, report.message);
    if (!report.good) {
      status = "no eigenvalues";
      student.summary.message = report.message;
    }
    findings.explainedVariance = explainedVarianceOf(student, request);
  }
  request.warnings.insert(request.warnings.end(), student.notes.begin(), student.notes.end());
  if (isMap(request))
    if (const auto note = ridgeNote(findings.ridgeDominance, request.map.rho); !note.empty())
      request.warnings.push_back(note);
  report.json = reportJson(request, student, findings, status);
  report.warnings = std::move(request.warnings);
  return report;
}

}  // namespace keyhole::cli
