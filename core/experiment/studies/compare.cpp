#include "core/experiment/studies/compare.h"

#include "core/common/error.h"
#include "core/common/nan.h"
#include "core/common/progress_part.h"
#include "core/experiment/experiment_stages.h"
#include "core/fitting/order_curve.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr double kSecondFit = 0.3;  // share of a row's time, about

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

// The method of the table that a variant is of.
const std::string& fitMethodOf(std::string_view variant) {
  const auto& settings = variantNamed(variant).settings;
  const auto row = std::find_if(settings.begin(), settings.end(),
                                [](const auto& setting) { return setting.first == "fit.method"; });
  return std::get<std::string>(row->second);
}

// The settings as asked, with this method. A number of iterations that was asked for is that of the method
// that was chosen, or, where that has none, of all that have.
Settings changed(Settings settings, std::string_view method) {
  const bool keeps = settings.text("fit.method") == fitMethodOf(method) || usualIterations(settings) == 0;
  for (const auto& [key, value] : variantNamed(method).settings)
    if (key != "fit.iterations" || !keeps) settings.set(key, value);
  return settings;
}

// The recording that is divided, and what the teacher is known to be.
struct Material {
  std::vector<Trial> all;
  SplitTrials parts;  // the beginning, and the end held out
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
  material.parts = split(material.all, options.fitted);
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

SplitRow splitRow(const MethodRow& row, const SplitTrials& parts, Index horizon, Progress& progress) {
  if (!fitMethod(row.settings).missingSamples)
    for (const auto* trials : {&parts.fitted, &parts.heldOut})
      requireTrials(*trials, MissingSamples::refused);
  const Student student = fitTrials(row.settings, parts.fitted, progress);
  if (student.summary.status == FitStatus::stopped) throw Stopped();  // half a fit is no entry
  SplitRow split{predictionScores(student, parts.heldOut, horizon), {kNaN, ScoreStatus::undetermined}, kNaN};
  if (!hasParameters(student.summary.status)) return split;
  try {
    Spectrum spectrum = spectrumOf(student.A, false, student.alpha);
    spectrum.fewSteps = restsOnFewSteps(student);
    split.score = lineAttractorScore(spectrum);
    split.decaySteps = decaySteps(spectrum);
  } catch (const std::runtime_error&) {
    // Its eigenvalues were not found; the scores on the rest stand.
  }
  return split;
}

// What the splits so far say together.
void summarise(MethodRow& row) {
  row.heldOut = row.splits.front().heldOut;
  for (const SplitRow& split : row.splits)
    if (split.heldOut.status != PredictionStatus::defined) row.heldOut.status = split.heldOut.status;
  row.heldOut.oneStepR2 = spreadOver(row, [](const SplitRow& s) { return s.heldOut.oneStepR2; }).mean;
  row.heldOut.freeRunVariance =
      spreadOver(row, [](const SplitRow& s) { return s.heldOut.freeRunVariance; }).mean;
  row.heldOut.gainOnNoChange =
      spreadOver(row, [](const SplitRow& s) { return s.heldOut.gainOnNoChange; }).mean;
  row.fitsTheData = fitGauge(row.heldOut);
}

// A second fit, without one part, is scored on it.
void addSplit(MethodRow& row, const SplitTrials& parts, Index horizon, Progress& progress) {
  try {
    row.splits.push_back(splitRow(row, parts, horizon, progress));
    summarise(row);
  } catch (const InputError& error) {  // too many latents for so few time points …
    const std::string note = "nothing could be held out: " + std::string(error.what());
    auto& notes = row.student.notes;
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
  }
}

// The stretches that are held out after the end: evenly placed, the last of them the beginning.
std::vector<SplitTrials> furtherSplits(const Material& material, Index splits) {
  std::vector<SplitTrials> further;
  const Index all = timePointsOf(material.all), length = timePointsOf(material.parts.heldOut);
  for (Index j = 1; j < splits; ++j) {
    const double share = static_cast<double>(j) / static_cast<double>(splits - 1);
    const auto first = static_cast<Index>(std::llround((1 - share) * static_cast<double>(all - length)));
    further.push_back(holdOut(material.all, first, first + length));
  }
  return further;
}

MethodRow rowOf(const MethodVariant& variant, const Settings& asked, const Material& material,
                std::shared_ptr<const Experiment>& before, Index horizon, Progress& progress) {
  MethodRow row;
  row.name = variant.name;
  row.label = variant.label;
  row.settings = settingsOf(asked, variant.name);
  row.score = {kNaN, ScoreStatus::undetermined};
  ProgressPart first(progress, 0, 1 - kSecondFit), second(progress, 1 - kSecondFit, 1);
  Rising rising(first), further(second);
  try {
    const auto own = runExperiment(changed(asked, variant.name), before, rising);
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
  if (row.hasParameters) addSplit(row, material.parts, horizon, further);
  return row;
}

// Row after row, so that the quick ones have their errors first.
void addFurtherSplits(Comparison& comparison, const Material& material, Progress& progress,
                      const CompareSink& sink) {
  if (comparison.splits < 2) return;
  const std::vector<SplitTrials> further = furtherSplits(material, comparison.splits);
  const auto all = static_cast<double>(comparison.rows.size() * further.size());
  double done = 0;
  for (MethodRow& row : comparison.rows)
    for (const SplitTrials& parts : further) {
      ProgressPart part(progress, done / all, (done + 1) / all, "further splits: " + row.label);
      part.checkpoint(0, {});
      done += 1;
      if (row.splits.empty()) continue;
      addSplit(row, parts, comparison.horizon, part);
      if (sink) sink(comparison);
    }
}

void requireSplits(const CompareOptions& options) {
  if (const Index most = mostSplits(options.fitted); options.splits < 1 || options.splits > most)
    throw InputError("the number of splits is " + std::to_string(options.splits) + "; allowed: 1 to " +
                     std::to_string(most) + ", as many as there are parts of the share that is held out");
}

}  // namespace

Index mostSplits(double fitted) {
  if (!(fitted > 0 && fitted < 1)) return 1;  // told by split()
  return std::max<Index>(1, static_cast<Index>(std::floor(1 / (1 - fitted) + 1e-9)));
}

Index usualSplits(double fitted) {
  constexpr Index kUsual = 5;
  return std::min(kUsual, mostSplits(fitted));
}

SplitSpread spreadOver(const MethodRow& row, double (*number)(const SplitRow&)) {
  SplitSpread spread;
  double sum = 0, squares = 0;
  for (const SplitRow& split : row.splits)
    if (const double value = number(split); std::isfinite(value)) {
      sum += value;
      ++spread.count;
    }
  if (spread.count == 0) return spread;
  spread.mean = sum / static_cast<double>(spread.count);
  if (spread.count < 2) return spread;
  for (const SplitRow& split : row.splits)
    if (const double value = number(split); std::isfinite(value))
      squares += (value - spread.mean) * (value - spread.mean);
  spread.deviation = std::sqrt(squares / static_cast<double>(spread.count - 1));
  return spread;
}

SplitSpread scoreSpread(const MethodRow& row) {
  return spreadOver(row, [](const SplitRow& split) {
    const bool means =
        split.score.status != ScoreStatus::unstable && split.score.status != ScoreStatus::tooFewModes;
    return means ? split.score.value : kNaN;
  });
}

double decaySteps(const Spectrum& spectrum) {
  if (spectrum.values.size() == 0 || !(spectrum.alpha > 0)) return kNaN;
  const Index leading = leadingOrder(spectrum).front();
  return mapTimeConstants(spectrum)(leading) / spectrum.alpha;
}

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
  requireSplits(options);
  ProgressPart reading(progress, 0, 0);
  const Material material = materialOf(experiment, options, reading);
  const auto oneTau = static_cast<Index>(std::lround(1 / experiment.simulation->alpha));
  const Index horizon = options.horizon > 0 ? options.horizon : std::max<Index>(oneTau, 1);
  Comparison comparison;
  comparison.timePoints = experiment.simulation->steps;
  comparison.fitted = timePointsOf(material.parts.fitted);
  comparison.heldOut = timePointsOf(material.parts.heldOut);
  comparison.horizon = horizon;
  comparison.splits = options.splits;
  auto before = std::make_shared<const Experiment>(experiment);
  // A further split costs about what the first one does.
  const double first = 1 / (1 + kSecondFit * static_cast<double>(options.splits - 1));
  ProgressPart rows(progress, 0, first), further(progress, first, 1);
  try {
    for (const auto& name : names) {
      const auto& variant = variantNamed(name);
      const auto done = static_cast<double>(comparison.rows.size()), all = static_cast<double>(names.size());
      ProgressPart part(rows, done / all, (done + 1) / all, "comparing: " + variant.label);
      part.checkpoint(0, {});
      comparison.rows.push_back(rowOf(variant, experiment.asked, material, before, horizon, part));
      if (sink) sink(comparison);
    }
    addFurtherSplits(comparison, material, further, sink);
  } catch (const Stopped&) {
    return comparison;
  }
  comparison.complete = true;
  if (sink) sink(comparison);
  return comparison;
}

}  // namespace keyhole
