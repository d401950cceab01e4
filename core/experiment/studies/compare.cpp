#include "core/experiment/studies/compare.h"

#include "core/analysis/comparison/explained.h"
#include "core/common/error.h"
#include "core/common/progress_part.h"
#include "core/experiment/experiment_stages.h"
#include "core/fitting/run_student.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

SettingValue text(const char* value) {
  return std::string(value);
}

// A method of the table as it is, with what a variant of it changes; as many iterations as published.
MethodVariant variantOf(const std::string& method) {
  const FitMethod& row = fitMethod(method);
  return {method, row.label, row.help, {{"fit.method", method}, {"fit.iterations", 0LL}}};
}

MethodVariant variantOf(const std::string& method, std::string name, std::string label, std::string help,
                        std::vector<std::pair<std::string, SettingValue>> changes) {
  MethodVariant variant = variantOf(method);
  variant.name = std::move(name);
  variant.label = std::move(label);
  variant.help = std::move(help);
  variant.settings.insert(variant.settings.end(), changes.begin(), changes.end());
  return variant;
}

std::vector<MethodVariant> makeVariants() {
  return {
      variantOf("map"),
      variantOf("lds", "lds-published", "Latent LDS, as published",
                "PCA emissions in a random rotation, EM on the dynamics.",
                {{"fit.estimator", text("published")}}),
      variantOf("lds", "lds", "Latent LDS, exact EM",
                "Maximum likelihood of all parameters; diagonal and full Q are the same models.",
                {{"fit.estimator", text("exact")}}),
      variantOf("subspace"),
      variantOf("slds"),
      variantOf("cornn"),
      variantOf("force"),
      variantOf("bptt", "bptt", "BPTT", "Back-propagation through time with teacher forcing.",
                {{"fit.hidden", 0LL}}),
      variantOf("bptt", "bptt-hidden", "BPTT, 50 hidden units", "The same with units that nobody saw.",
                {{"fit.hidden", 50LL}}),
  };
}

const MethodVariant& variantNamed(std::string_view name) {
  if (name == "lds-full") name = "lds";  // the name that full Q had when it was taken for another class
  std::string known;
  for (const auto& variant : comparedMethods()) {
    if (variant.name == name) return variant;
    known += (known.empty() ? "" : ", ") + variant.name;
  }
  throw InputError("the method is " + std::string(name) + "; allowed: " + known);
}

// The recording, divided, and what the teacher is known to be.
struct Material {
  Trial fitted, heldOut;
  std::optional<TeacherDynamics> teacher;
  double window = 1;  // length of the recording, τ
};

// A linear teacher's leading modes restricted to the seen units, its spectrum, and its activity there.
TeacherDynamics teacherOf(const Experiment& experiment, const Trial& trial, Index modes) {
  TeacherDynamics known;
  known.spectrum = experiment.teacherAnalysis->spectrum;
  const Matrix all = leadingModes(experiment.teacher->teacher->network, modes);
  if (all.cols() > 0) known.modes = all(experiment.observation->seen, Eigen::all);
  known.activity = trial.activity;
  return known;
}

Material materialOf(const Experiment& experiment, const CompareOptions& options, Progress& progress) {
  Settings settings = experiment.asked;
  settings.set("fit.method", text("lds"));  // any method that is given the recording itself
  const Trial all = stages::trialOf(effective(settings), *experiment.teacher, *experiment.simulation,
                                    *experiment.observation, progress);
  Material material;
  std::tie(material.fitted, material.heldOut) = split(all, options.fitted);
  material.window = static_cast<double>(all.activity.cols()) * experiment.simulation->alpha;
  if (experiment.teacherAnalysis)
    material.teacher = teacherOf(experiment, material.fitted, AgreementOptions().plane);
  return material;
}

Student fitOf(const Settings& settings, const Material& material, Progress& progress) {
  if (!fitMethod(settings).missingSamples)
    requireTrials({material.fitted, material.heldOut}, MissingSamples::refused);
  return fitTrials(settings, {material.fitted}, progress);
}

std::string verdictOf(const MethodRow& row, const Experiment& experiment) {
  const auto mayCycle = [](Nonlinearity phi) { return phi != Nonlinearity::linear; };
  SystemEvidence student{row.spectrum, row.score, {}, mayCycle(row.student.phi), false};
  student.foresight = {row.explainedVariance, row.hasTheDynamics};
  std::optional<SystemEvidence> teacher;
  if (experiment.teacherAnalysis)
    teacher = SystemEvidence{experiment.teacherAnalysis->spectrum,
                             experiment.teacherAnalysis->score,
                             {},
                             mayCycle(experiment.teacher->teacher->options.phi),
                             false};
  return nameOf(judge(teacher, student, "", verdictOptions(experiment.settings)).kind);
}

// The picture of the student, as if it were the experiment's own.
std::shared_ptr<const SystemAnalysis> analysisOf(const MethodRow& row, const Experiment& experiment,
                                                 Progress& progress) {
  Experiment own = experiment;
  own.settings = row.settings;
  auto fit = std::make_shared<FitStage>();
  fit->student = row.student;
  // MAP was given the same input as the others here, and takes it undivided there.
  if (fitMethod(row.settings).source == FitSource::sums && row.student.V.cols() > 0)
    fit->student.V /= experiment.simulation->signal.cwiseAbs().maxCoeff();
  own.fit = fit;
  return stages::analyseStudent(own, Depth::picture, nullptr, progress);
}

void score(MethodRow& row, const Material& material, const Experiment& experiment, Index horizon,
           Progress& progress) {
  const Student& student = row.student;
  row.spectrum = spectrumOf(student.A, true, student.alpha);
  row.score = lineAttractorScore(row.spectrum);
  row.henrici = henriciNumber(student.A, row.spectrum.values);
  row.explainedVariance = explainedBy(student, {material.fitted}, progress);
  row.heldOut = predictionScores(student, material.heldOut, horizon);
  row.fitsTheData = fitGauge(row.heldOut);
  row.analysis = analysisOf(row, experiment, progress);
  if (!material.teacher) {
    row.verdict = verdictOf(row, experiment);
    return;
  }
  AgreementOptions options;
  options.window = material.window;
  const auto seed = static_cast<std::uint64_t>(experiment.settings.integer("fit.seed"));
  row.agreement = dynamicsAgreement(*material.teacher, student, noisyRun(student, material.fitted, seed),
                                    options, progress);
  row.hasTheDynamics = row.agreement->gauge;
  row.verdict = verdictOf(row, experiment);
}

MethodRow rowOf(const MethodVariant& variant, const Material& material, const Experiment& experiment,
                Index horizon, Progress& progress) {
  MethodRow row;
  row.name = variant.name;
  row.label = variant.label;
  row.settings = settingsOf(experiment.asked, variant.name);
  row.score = {kNaN, ScoreStatus::undetermined};
  const auto start = Clock::now();
  try {
    row.student = fitOf(row.settings, material, progress);
    row.summary = row.student.summary;
  } catch (const InputError& error) {  // too many latents for so few units …
    row.summary.status = FitStatus::notRun;
    row.summary.message = error.what();
  }
  row.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  row.hasParameters = hasParameters(row.summary.status);
  if (row.summary.status == FitStatus::stopped) throw Stopped();  // half a fit is no entry
  ProgressPart after(progress, 1, 1);                             // of a row, its fit is what takes long
  if (row.hasParameters) score(row, material, experiment, horizon, after);
  return row;
}

}  // namespace

const std::vector<MethodVariant>& comparedMethods() {
  static const std::vector<MethodVariant> variants = makeVariants();
  return variants;
}

Settings settingsOf(const Settings& settings, std::string_view method) {
  Settings own = settings;
  for (const auto& [key, value] : variantNamed(method).settings) own.set(key, value);
  return effective(own);
}

Comparison compareMethods(const Experiment& experiment, const CompareOptions& options, Progress& progress,
                          const CompareSink& sink) {
  std::vector<std::string> names = options.methods;
  if (names.empty())
    for (const auto& variant : comparedMethods()) names.push_back(variant.name);
  for (auto& name : names) name = variantNamed(name).name;  // told before anything is computed
  // Two names of one method are one row.
  std::vector<std::string> once;
  for (const auto& name : names)
    if (std::find(once.begin(), once.end(), name) == once.end()) once.push_back(name);
  names = std::move(once);
  ProgressPart before(progress, 0, 0);
  const Material material = materialOf(experiment, options, before);
  const auto oneTau = static_cast<Index>(std::lround(1 / experiment.simulation->alpha));
  const Index horizon = options.horizon > 0 ? options.horizon : std::max<Index>(oneTau, 1);
  Comparison comparison;
  try {
    for (const auto& name : names) {
      const auto& variant = variantNamed(name);
      const auto done = static_cast<double>(comparison.rows.size()), all = static_cast<double>(names.size());
      ProgressPart part(progress, done / all, (done + 1) / all, "comparing: " + variant.label);
      part.checkpoint(0, {});
      comparison.rows.push_back(rowOf(variant, material, experiment, horizon, part));
      if (sink) sink(comparison);
    }
  } catch (const Stopped&) {
    return comparison;
  }
  comparison.complete = true;
  if (sink) sink(comparison);
  return comparison;
}

}  // namespace keyhole
