// Tests `keyhole fit` with several recordings: each is a trial.
#include "core/common/random.h"
#include "core/fitting/latent/lds_fit.h"
#include "core/fitting/regression/map_fit.h"
#include "tests/cli/run_cli.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/reference.h"
#include "tests/support/teacher_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_fit_trials {

using namespace keyhole;
using namespace keyhole::test;

class TestFitTrials : public QObject {
  Q_OBJECT

 private slots:
  // Two runs of one circuit, of different lengths, with inputs.
  void initTestCase() {
    for (const std::uint64_t k : {1, 2}) {
      SimulationOptions run;
      run.steps = k == 1 ? 300 : 180;
      run.seed = k;
      const Matrix activity = activityOf(buildTeacher(teacherOptions(TeacherKind::gaussian, 5)), run);
      m_trials.push_back({activity, RandomStream(k, Stream::test).normalMatrix(1, activity.cols())});
      const std::string number = std::to_string(k);
      m_files.push_back(m_folder.writeActivity("trial" + number + ".npy", activity));
      m_inputs.push_back(m_folder.writeActivity("input" + number + ".npy", m_trials.back().input));
    }
  }

  // Fails if a trial is dropped, or the keys are not the documented ones.
  void trialsAreListed() {
    const auto json = runCli({"fit", m_files[0], m_files[1]}).json();
    QCOMPARE(json["timepoints"].get<int>(), 480);
    QCOMPARE(json["trials"].size(), std::size_t{2});
    for (const std::size_t k : {0, 1}) {
      QCOMPARE(json["trials"][k]["file"].get<std::string>(), m_files[k]);
      QCOMPARE(json["trials"][k]["timepoints"].get<Index>(), m_trials[k].activity.cols());
      QCOMPARE(json["options"]["recording"][k].get<std::string>(), m_files[k]);
    }
    QVERIFY(json["options"]["input"].is_null());
    QVERIFY(!runCli({"fit", m_files[0]}).json().contains("trials"));
  }

  // MAP of both is that of the sums of both. Fails if a step leads from the end of one into the next.
  void mapAddsSums() {
    const MapOptions options{0.1, 0.001, Nonlinearity::linear, true};
    RegressionSums sums = emptySums(5, 1);
    for (const auto& trial : m_trials)
      accumulate(sums, trial.activity, trial.input.leftCols(trial.input.cols() - 1), options.alpha,
                 options.phi);
    const Student known = fitMap(sums, options);
    const auto outcome =
        runCli({"fit", m_files[0], m_files[1], "--alpha", "0.1", "--input", m_inputs[0], m_inputs[1]});
    QVERIFY2(outcome.code == 0, outcome.err.c_str());
    COMPARE_MATRICES(matrixOf(outcome.json()["dynamics"]), known.A, 1e-12);
    COMPARE_MATRICES(matrixOf(outcome.json()["input_matrix"]), known.V, 1e-12);
  }

  // The latent LDS is that of the core, given the trials as they are; what it explains is of both.
  void latentIsTheCores() {
    LdsOptions options;
    options.kind.latents = 2;
    options.iterations = 5;
    const LdsFit known = fitLds(m_trials, options);
    const auto json = runCli({"fit", m_files[0], m_files[1], "--method", "lds", "--latents", "2",
                              "--iterations", "5", "--input", m_inputs[0], m_inputs[1]})
                          .json();
    COMPARE_MATRICES(matrixOf(json["transition"]), known.model.F, 1e-12);
    QVERIFY(std::abs(json["explained_variance"].get<double>() - known.explainedVariance) < 1e-9);
  }

  void everyMethodTakesTrials_data() {
    QTest::addColumn<QString>("method");
    for (const char* method : {"map", "lds", "slds", "subspace", "cornn", "force", "bptt"})
      QTest::newRow(method) << method;
  }
  // Fails if a method sees the first trial alone: the other one changes what it finds.
  void everyMethodTakesTrials() {
    QFETCH(QString, method);
    const auto run = [&](const std::vector<std::string>& files) {
      std::vector<std::string> args = {"fit", "--method", method.toStdString()};
      if (method == "lds" || method == "slds" || method == "subspace")
        args.insert(args.end(), {"--latents", "2"});
      if (method != "map" && method != "subspace") args.insert(args.end(), {"--iterations", "3"});
      args.insert(args.end(), files.begin(), files.end());
      return runCli(args);
    };
    const auto both = run(m_files), first = run({m_files[0]});
    QVERIFY2(both.code == 0 && first.code == 0, (both.err + first.err).c_str());
    QVERIFY(both.json()["dynamics"] != first.json()["dynamics"]);
    QVERIFY(both.json()["explained_variance"].is_number());
    QCOMPARE(both.json()["trials"].size(), std::size_t{2});
  }

  // Files may stand before or behind --input, which takes them all: one input for each recording.
  void filesMayStandBehindTheInputs() {
    const auto before = runCli({"fit", m_files[0], m_files[1], "--input", m_inputs[0], m_inputs[1]});
    const auto behind = runCli({"fit", "--input", m_inputs[0], m_inputs[1], m_files[0], m_files[1]});
    QCOMPARE(behind.code, 0);
    QVERIFY(before.json()["dynamics"] == behind.json()["dynamics"]);
    QVERIFY(behind.json()["options"]["input"] == nlohmann::ordered_json(m_inputs));
    QCOMPARE(runCli({"fit", "--input", m_inputs[0], m_files[0]}).code, 0);
  }

  void badTrialsAreOneSentence_data() {
    QTest::addColumn<QStringList>("args");
    QTest::addColumn<QStringList>("names");
    const auto row = [](const char* name, const QStringList& args, const QStringList& names) {
      QTest::newRow(name) << args << names;
    };
    row("other neurons", {"trial1.npy", "three.npy"}, {"three.npy has 3 neurons", "trial1.npy has 5"});
    row("one neuron", {"three.npy", "one.npy"}, {"one.npy has 1 neuron and"});
    row("too few inputs", {"trial1.npy", "trial2.npy", "--input", "input1.npy"}, {"1 file for 2 recordings"});
    row("too many inputs", {"trial1.npy", "--input", "input1.npy", "input2.npy"},
        {"2 files for 1 recording"});
    row("inputs in another order", {"trial1.npy", "trial2.npy", "--input", "input2.npy", "input1.npy"},
        {"input2.npy", "trial1.npy"});
    row("other inputs", {"trial1.npy", "trial2.npy", "--input", "input1.npy", "two.npy"},
        {"two.npy has 2 inputs", "input1.npy has 1"});
    row("no recording", {"--method", "map"}, {"needs RECORDING"});
    row("an input and nothing else", {"--input", "input1.npy"}, {"needs RECORDING"});
    row("missing file", {"trial1.npy", "none.npy"}, {"none.npy"});
    row("observed", {"trial1.npy", "trial2.npy", "--observed", "6"}, {"--observed is 6"});
  }
  void badTrialsAreOneSentence() {
    QFETCH(QStringList, args);
    QFETCH(QStringList, names);
    m_folder.writeActivity("three.npy", m_trials[1].activity.topRows(3));
    m_folder.writeActivity("one.npy", m_trials[1].activity.topRows(1));
    m_folder.writeActivity("two.npy", RandomStream(3, Stream::test).normalMatrix(2, 180));
    std::vector<std::string> words = {"fit"};
    for (const QString& arg : args)
      words.push_back(arg.endsWith(".npy") ? m_folder.path(arg.toStdString()) : arg.toStdString());
    const auto outcome = runCli(words);
    QCOMPARE(outcome.code, 2);
    QVERIFY2(outcome.oneSentence() && outcome.out.empty(), outcome.err.c_str());
    for (const QString& name : names)
      QVERIFY2(QString::fromStdString(outcome.err).contains(name), outcome.err.c_str());
  }

 private:
  Folder m_folder;
  std::vector<Trial> m_trials;
  std::vector<std::string> m_files, m_inputs;
};

KEYHOLE_TEST(TestFitTrials)

}  // namespace tst_fit_trials

#include "tst_fit_trials.moc"
