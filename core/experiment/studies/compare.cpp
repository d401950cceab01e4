#include "core/experiment/studies/compare.h"

#include "core/common/error.h"
#include "core/common/nan.h"
#include "core/common/progress_part.h"
#include "core/experiment/experiment_stages.h"
#include "core/fitting/order_curve.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

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

// The settings as asked, with this method.
Settings changed(Settings settings, std::string_view method) {
  for (const auto& [key, value] : variantNamed(method).settings) settings.set(key, value);
  return settings;
}

// The recording that is divided, and what the teacher is known to be.
struct Material {
  std::vector<Trial> all, fitted, heldOut;
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
  Material material;
  material.all = stages::trialsOf(effective(settings), *experiment.teacher, *experiment.simulation,
                                  *experiment.observation, progress);
  auto parts = split(material.all, options.fitted);
  material.fitted = std::move(parts.fitted);
  material.heldOut = std::move(parts.heldOut);
  material.window = static_cast<double>(experiment.simulation->steps) * experiment.simulation->alpha;
  if (experiment.teacherAnalysis)
    material.teacher = teacherOf(experiment, material.all.front(), AgreementOptions().plane);
  return material;
}

// The parts of a row's experiment each tell 0 to 1 of their own: a bar never goes back.
class Rising : public Progress {
 public:
  explicit Rising(Progress& whole) : m_whole(whole) {}
  void report(double fraction, std::string_view what) override {
    m_most = std::max(m_most, fraction);
    m_whole.report(m_most, what);
  }
  bool stopRequested() const override { return m_whole.stopRequested(); }

 private:
  Progress& m_whole;
  double m_most = 0;
};

// What the experiment with this method says, the very one that the window shows.
void describe(MethodRow& row, const Experiment& own, const Material& material, Progress& progress) {
  row.student = own.fit->student;
  row.analysis = own.studentAnalysis;
  row.verdict = nameOf(own.verdict.kind);
  row.sentence = own.verdict.sentence;
  if (!row.analysis) return;
  row.spectrum = row.analysis->spectrum;
  row.score = row.analysis->score;
  row.henrici = row.analysis->henrici;
  row.explainedVariance = row.analysis->explainedVariance;
  row.hasTheDynamics = row.analysis->hasTheDynamics;
  if (!material.teacher) return;
  AgreementOptions options;
  options.window = material.window;
  const auto seed = static_cast<std::uint64_t>(own.settings.integer("fit.seed"));
  Trial shown = material.all.front();
  if (row.student.V.cols() > 0)
    shown.input = stages::studentInput(own.settings, *own.simulation).leftCols(shown.activity.cols());
  row.agreement = dynamicsAgreement(*material.teacher, row.student, noisyRun(row.student, shown, seed),
                                    options, progress);
}

// A second fit, to the first part alone, is scored on the rest.
void holdOut(MethodRow& row, const Material& material, Index horizon, Progress& progress) {
  try {
    if (!fitMethod(row.settings).missingSamples)
      for (const auto* trials : {&material.fitted, &material.heldOut})
        requireTrials(*trials, MissingSamples::refused);
    const Student student = fitTrials(row.settings, material.fitted, progress);
    if (student.summary.status == FitStatus::stopped) throw Stopped();  // half a fit is no entry
    row.heldOut = predictionScores(student, material.heldOut, horizon);
    row.fitsTheData = fitGauge(row.heldOut);
  } catch (const InputError& error) {  // too many latents for so few time points …
    row.student.notes.push_back("nothing could be held out: " + std::string(error.what()));
  }
}

MethodRow rowOf(const MethodVariant& variant, const Material& material,
                std::shared_ptr<const Experiment>& before, Index horizon, Progress& progress) {
  constexpr double kOwn = 0.7;  // share of a row's time, about
  MethodRow row;
  row.name = variant.name;
  row.label = variant.label;
  row.settings = settingsOf(before->asked, variant.name);
  row.score = {kNaN, ScoreStatus::undetermined};
  ProgressPart first(progress, 0, kOwn), second(progress, kOwn, 1);
  Rising rising(first), further(second);
  try {
    const auto own = runExperiment(changed(before->asked, variant.name), before, rising);
    row.summary = own->fit->student.summary;
    row.seconds = own->fit->seconds;
    row.hasParameters = hasParameters(row.summary.status);
    if (row.summary.status == FitStatus::stopped) throw Stopped();
    describe(row, *own, material, rising);
    before = own;
  } catch (const InputError& error) {  // too many latents for so few units …
    row.summary.status = FitStatus::notRun;
    row.summary.message = error.what();
  }
  if (row.hasParameters) holdOut(row, material, horizon, further);
  return row;
}

}  // namespace

const std::vector<MethodVariant>& comparedMethods() {
  static const std::vector<MethodVariant> variants = makeVariants();
  return variants;
}

Settings settingsOf(const Settings& settings, std::string_view method) {
  return effective(changed(settings, method));
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
  ProgressPart reading(progress, 0, 0);
  const Material material = materialOf(experiment, options, reading);
  const auto oneTau = static_cast<Index>(std::lround(1 / experiment.simulation->alpha));
  const Index horizon = options.horizon > 0 ? options.horizon : std::max<Index>(oneTau, 1);
  Comparison comparison;
  comparison.timePoints = experiment.simulation->steps;
  comparison.fitted = timePointsOf(material.fitted);
  comparison.heldOut = timePointsOf(material.heldOut);
  comparison.horizon = horizon;
  auto before = std::make_shared<const Experiment>(experiment);
  try {
    for (const auto& name : names) {
      const auto& variant = variantNamed(name);
      const auto done = static_cast<double>(comparison.rows.size()), all = static_cast<double>(names.size());
      ProgressPart part(progress, done / all, (done + 1) / all, "comparing: " + variant.label);
      part.checkpoint(0, {});
      comparison.rows.push_back(rowOf(variant, material, before, horizon, part));
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
