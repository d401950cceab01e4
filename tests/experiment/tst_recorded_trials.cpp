// A recording of several trials with an input, through the experiment, the comparison and the choice of an
// order: no step leads from one trial into the next, anywhere.
#include "core/experiment/experiment_stages.h"
#include "core/experiment/settings/fit_options.h"
#include "core/experiment/studies/compare.h"
#include "core/experiment/studies/order.h"
#include "core/fitting/regression/map_fit.h"
#include "core/io/npy.h"
#include "core/io/recording_file.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

namespace tst_recorded_trials {

using namespace keyhole;
using namespace keyhole::test;

namespace {

constexpr Index kUnits = 3, kTrials = 4, kLength = 60;
constexpr double kAlpha = 0.2;

// Each trial starts far from where the last one ended: a step between them would be seen.
std::vector<Trial> madeTrials() {
  const RandomStream random(8, Stream::test);
  const Matrix A = 0.4 * random.normalMatrix(kUnits, kUnits), V = random.normalMatrix(kUnits, 1, 100);
  const Matrix noise = random.normalMatrix(kUnits, kTrials * kLength, 200);
  const Matrix inputs = random.normalMatrix(1, kTrials * kLength, 300);
  std::vector<Trial> trials;
  for (Index k = 0; k < kTrials; ++k) {
    Trial trial{Matrix(kUnits, kLength), inputs.middleCols(k * kLength, kLength)};
    trial.activity.col(0) = Vector::Constant(kUnits, k % 2 == 0 ? 20 : -20);
    for (Index t = 1; t < kLength; ++t)
      trial.activity.col(t) = (1 - kAlpha) * trial.activity.col(t - 1) +
                              kAlpha * (A * trial.activity.col(t - 1) + V * trial.input.col(t - 1)) +
                              0.1 * noise.col(k * kLength + t);
    trials.push_back(std::move(trial));
  }
  return trials;
}

}  // namespace

class TestRecordedTrials : public QObject {
  Q_OBJECT

 private slots:
  // Trials by the step "split"; time in rows.
  void initTestCase() {
    m_trials = madeTrials();
    Matrix activity(kUnits, kTrials * kLength), input(1, kTrials * kLength);
    for (Index k = 0; k < kTrials; ++k) {
      activity.middleCols(k * kLength, kLength) = m_trials[static_cast<std::size_t>(k)].activity;
      input.middleCols(k * kLength, kLength) = m_trials[static_cast<std::size_t>(k)].input;
    }
    m_file = m_folder.filePath("all.npy").toStdString();
    m_input = m_folder.filePath("input.npy").toStdString();
    writeNpy(m_file, activity.transpose());
    writeNpy(m_input, input.transpose());
  }

  // Fails if the sums of MAP step over an edge, or the input is lost, shifted or divided.
  void mapIsThatOfTheTrials() {
    const auto result = runExperiment(of("map"), nullptr);
    const Student known = fitTrials(effective(of("map")), m_trials, noProgress());
    COMPARE_MATRICES(result->fit->student.A, known.A, 1e-10);
    COMPARE_MATRICES(result->fit->student.V, known.V, 1e-10);
    Settings joined = of("map");
    joined.set("recording.split", 0.0);
    QVERIFY((runExperiment(joined, nullptr)->fit->student.A - known.A).cwiseAbs().maxCoeff() > 1e-3);
  }

  // Fails if the methods that are given the recording itself get it glued.
  void latentModelsGetTheTrials() {
    const Settings settings = effective(of("lds"));
    const auto result = runExperiment(of("lds"), nullptr);
    const Student known = fitTrials(settings, m_trials, noProgress());
    COMPARE_MATRICES(result->fit->student.A, known.A, 1e-10);
    // What is displayed of it is every trial's own.
    const SystemAnalysis& shown = *result->studentAnalysis;
    QCOMPARE(shown.activity.cols(), kTrials * kLength);
    QVERIFY(shown.activity.allFinite() && shown.explainedVariance > 0.9);
  }

  // A run of each trial starts where the trial does.
  void runsStartWithTheirTrials() {
    const auto result = runExperiment(of("map"), nullptr);
    for (Index k = 0; k < kTrials; ++k)
      COMPARE_MATRICES(result->studentAnalysis->activity.col(k * kLength),
                       m_trials[static_cast<std::size_t>(k)].activity.col(0), 1e-12);
    QVERIFY(result->studentAnalysis->explainedVariance > 0.9);
  }

  // A row is the window's fit, of all trials. Four fifths of 240 time points are fitted once more: three
  // trials and 12 of the fourth. Fails if a method gets other trials, or the rest is scored as one.
  void comparisonTakesTheTrials() {
    const auto experiment = runExperiment(of("map"), nullptr);
    CompareOptions options;
    options.methods = {"map", "slds"};
    const Comparison comparison = compareMethods(*experiment, options);
    COMPARE_MATRICES(comparison.rows[0].student.A, experiment->fit->student.A, 1e-10);
    auto fitted = m_trials;
    fitted.back() = {fitted.back().activity.leftCols(12), fitted.back().input.leftCols(12)};
    const Trial rest{m_trials.back().activity.rightCols(48), m_trials.back().input.rightCols(48)};
    const Student second = fitTrials(effective(of("map")), fitted, noProgress());
    QCOMPARE(comparison.heldOut, Index{48});
    const double known = predictionScores(second, rest, comparison.horizon).freeRunVariance;
    QVERIFY(std::abs(comparison.rows[0].heldOut.freeRunVariance - known) < 1e-9);
    QVERIFY(comparison.rows[0].heldOut.status == PredictionStatus::defined);
    QVERIFY(comparison.rows[1].hasParameters && std::isfinite(comparison.rows[1].explainedVariance));
  }

  // Fails if the curve in the window and on the command line is of other data than the fit's.
  void orderIsOfTheTrials() {
    const Settings settings = of("lds");
    const auto experiment = runExperiment(settings, nullptr);
    OrderOptions options;
    options.numbers = {1};
    options.folds = 2;
    const OrderResult known = orderOf(settings, m_trials, options);
    QCOMPARE(orderOf(*experiment, options).points[0].order.heldOut, known.points[0].order.heldOut);
  }

  // Two halves of a trial are scored as they are, not as one.
  void predictionsAreOfEachTrial() {
    Progress quiet;
    const Student student = fitMap(m_trials, {kAlpha, 0.001, Nonlinearity::linear}, quiet);
    const auto [first, second] = split(m_trials[0], 0.5);
    const double both = predictionScores(student, std::vector<Trial>{first, second}, 3).oneStepR2;
    QVERIFY(std::isfinite(both) && both <= 1);
    QCOMPARE(predictionScores(student, std::vector<Trial>{first}, 3).oneStepR2,
             predictionScores(student, first, 3).oneStepR2);
    const SplitTrials parts = split(m_trials, 0.75);
    QCOMPARE(parts.fitted.size(), std::size_t{3});
    QCOMPARE(parts.heldOut.size(), std::size_t{1});
    COMPARE_MATRICES(parts.heldOut[0].activity, m_trials[3].activity, 0.0);
  }

  // Joining is said; so is an interval that is not the file's, and an input that does not fit.
  void whatIsDoneIsSaid() {
    RecordingOptions options;
    options.interval = 0.1;
    options.input = m_input;
    options.steps.split = 6;
    Recording recording = readRecording(m_file, options);
    QCOMPARE(recording.trialLengths, std::vector<Index>(4, kLength));
    QCOMPARE(recording.input.rows(), Index{1});
    options.input = m_file;
    QCOMPARE(readRecording(m_file, options).input.rows(), kUnits);
    const std::string shorter = m_folder.filePath("short.npy").toStdString();
    writeNpy(shorter, Matrix::Ones(7, 1));
    options.input = shorter;
    QVERIFY(contains(refusal([&] { readRecording(m_file, options); }), "7 rows; allowed: 240"));
  }

 private:
  Settings of(const char* method) const {
    Settings settings;
    settings.set("teacher.kind", std::string("recording"));
    settings.set("teacher.file", m_file);
    settings.set("observation.fraction", 1.0);
    settings.set("recording.interval", 0.1);
    settings.set("recording.split", 6.0);
    settings.set("recording.input", m_input);
    settings.set("simulation.alpha", kAlpha);
    settings.set("fit.method", std::string(method));
    settings.set("fit.latents", 2LL);
    settings.set("fit.iterations", std::string(method) == "map" ? 0LL : 20LL);
    settings.set("analysis.draws", 0LL);
    return settings;
  }

  QTemporaryDir m_folder;
  std::string m_file, m_input;
  std::vector<Trial> m_trials;
};

KEYHOLE_TEST(TestRecordedTrials)

}  // namespace tst_recorded_trials

#include "tst_recorded_trials.moc"
