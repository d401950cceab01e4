// Tests `keyhole summary`, and that fit, compare and order read a recording in the same way and say the same.
#include "core/common/random.h"
#include "core/experiment/settings/session.h"
#include "tests/cli/run_cli.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_summary {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// 8 units smoothed by hand over some 20 samples, so that neighbours are alike.
Matrix smoothActivity() {
  const Matrix noise = RandomStream(4, Stream::test).normalMatrix(8, 460);
  Matrix X = Matrix::Zero(8, 400);
  for (Index t = 0; t < 400; ++t)
    for (Index k = 0; k <= 60; ++k)
      X.col(t) += std::exp(-0.5 * std::pow((static_cast<double>(k) - 30) / 8.0, 2)) * noise.col(t + k);
  return X;
}

bool hasWarning(const nlohmann::ordered_json& warnings, const char* text) {
  return warnings.dump().find(text) != std::string::npos;
}

}  // namespace

class TestSummary : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { m_file = m_folder.writeActivity("smooth.npy", smoothActivity()); }

  // Fails if a key is missing, or the page and the JSON say two things.
  void saysWhatTheRecordingIs() {
    const auto outcome = runCli({"summary", m_file, "--dt", "0.02", "--json"});
    QVERIFY2(outcome.code == 0, outcome.err.c_str());
    const auto json = outcome.json();
    QCOMPARE(keysOf(json), (std::vector<std::string>{"source", "recording", "warnings", "run"}));
    const auto& recording = json["recording"];
    QCOMPARE(recording["units"].get<int>(), 8);
    QCOMPARE(recording["timepoints"].get<int>(), 400);
    QCOMPARE(recording["duration_seconds"].get<double>(), 8.0);
    QCOMPARE(json["run"]["settings"]["recording.interval"].get<double>(), 0.02);
    QVERIFY(hasWarning(recording["warnings"], "smoothed over 0."));
    QVERIFY(outcome.err.find("no time constant below that can be told") != std::string::npos);
    const auto page = runCli({"summary", m_file, "--dt", "0.02"});
    QVERIFY(page.out.find("Effective samples") != std::string::npos);
    QVERIFY(page.out.find("! " + recording["warnings"][0].get<std::string>()) != std::string::npos);
    QVERIFY(runCli({"summary", m_folder.path("none.npy")}).code == 2);
  }

  // The same numbers have one hash, whatever the command and the file; one number else has another. Fails if
  // a result does not say what it was made of.
  void theSourceHasAHash() {
    const auto hash = [](const std::vector<std::string>& arguments) {
      const auto outcome = runCli(arguments);
      return outcome.json()["recording"]["hash"].get<std::string>();
    };
    Matrix changed = smoothActivity();
    const std::string copy = m_folder.writeActivity("copy.npy", changed);
    changed(3, 7) += 1e-9;
    const std::string other = m_folder.writeActivity("other.npy", changed);
    const std::string own = hash({"summary", m_file, "--json"});
    QCOMPARE(own.size(), std::size_t{16});
    QCOMPARE(hash({"summary", copy, "--json"}), own);
    QCOMPARE(hash({"fit", m_file, "--alpha", "0.1", "--resamples", "0", "--simulations", "0"}), own);
    QVERIFY(hash({"summary", other, "--json"}) != own);
  }

  // Fails if a session does not tell that its recording has changed since it was saved, or tells it of one
  // that has not, or that is read in another way.
  void aChangedRecordingIsTold() {
    const std::string file = m_folder.writeActivity("later.npy", smoothActivity());
    Session session;
    session.settings.set("teacher.kind", std::string("recording"));
    session.settings.set("teacher.file", file);
    session.settings.set("observation.fraction", 1.0);
    const auto summary = runCli({"summary", file, "--json"}).json();
    session.recordingHash = summary["recording"]["hash"].get<std::string>();
    const std::string saved = m_folder.path("saved.keyhole");
    saveSession(saved, session);
    const auto compare = [&](const std::vector<std::string>& more) {
      std::vector<std::string> arguments = {"compare", saved, "--methods", "map", "--alpha", "0.1"};
      arguments.insert(arguments.end(), more.begin(), more.end());
      return runCli(arguments);
    };
    const std::string told = "later.npy has other numbers than when the session was saved";
    QVERIFY(compare({}).err.find(told) == std::string::npos);
    Matrix changed = smoothActivity();
    changed(3, 7) += 1e-9;
    m_folder.writeActivity("later.npy", changed);
    const auto outcome = compare({});
    QVERIFY2(outcome.code == 0, outcome.err.c_str());
    QVERIFY(outcome.err.find(told) != std::string::npos);
    QVERIFY(hasWarning(outcome.json()["warnings"], session.recordingHash.c_str()));
    QVERIFY(compare({"--dt", "0.5", "--steps", "zscore"}).err.find(told) == std::string::npos);
  }

  // One recording, one reading, one set of sentences.
  void everyCommandSaysTheSame() {
    const std::vector<std::string> reading = {"--dt", "0.02", "--steps", "bin:0.04,zscore"};
    const auto with = [&](std::vector<std::string> args) {
      args.insert(args.end(), reading.begin(), reading.end());
      return runCli(args);
    };
    const auto known = with({"summary", m_file, "--json"}).json();
    const auto fit = with({"fit", m_file, "--alpha", "0.1"});
    const auto compare = with({"compare", m_file, "--alpha", "0.1", "--methods", "map"});
    const auto order = with(
        {"order", m_file, "--alpha", "0.1", "--latents", "1", "--folds", "2", "--set", "fit.iterations=2"});
    QCOMPARE(known["recording"]["timepoints"].get<int>(), 200);
    for (const auto* outcome : {&fit, &compare, &order}) {
      QVERIFY2(outcome->code == 0, outcome->err.c_str());
      const auto json = outcome->json();
      for (const char* key :
           {"units", "timepoints", "effective_samples", "smoothed_over", "interval_seconds", "hash"})
        QVERIFY2(json["recording"][key] == known["recording"][key], key);
      QVERIFY(hasWarning(json["warnings"], "means of 2 samples"));
      QVERIFY(hasWarning(json["warnings"], "no time constant below"));
      QVERIFY(outcome->err.find("means of 2 samples") != std::string::npos);
    }
    QCOMPARE(fit.json()["options"]["dt"].get<double>(), 0.04);
    QCOMPARE(fit.json()["options"]["steps"].get<std::string>(), std::string("bin:0.04,zscore"));
    QCOMPARE(fit.json()["run"]["settings"]["recording.bin"].get<double>(), 0.04);
    // A matrix of 8 x 8, and a constant drive of each unit.
    QCOMPARE(fit.json()["recording"]["parameters"].get<int>(), 72);
  }

  // The input is read by all alike: 1 column for every method.
  void inputsAreTaken() {
    const std::string input =
        m_folder.writeActivity("input.npy", RandomStream(5, Stream::test).normalMatrix(1, 400));
    const auto compare = runCli({"compare", m_file, "--alpha", "0.1", "--methods", "map,lds", "--input",
                                 input, "--set", "fit.iterations=2"});
    QVERIFY2(compare.code == 0, compare.err.c_str());
    const auto order = runCli(
        {"order", m_file, "--input", input, "--latents", "1", "--folds", "2", "--set", "fit.iterations=2"});
    QVERIFY2(order.code == 0, order.err.c_str());
    QCOMPARE(order.json()["run"]["settings"]["recording.input"].get<std::string>(), input);
    const auto wrong = runCli({"order", m_file, "--input", m_folder.path("none.npy")});
    QCOMPARE(wrong.code, 2);
    QVERIFY(wrong.err.find("none.npy") != std::string::npos);
  }

  // A step as input is named once by every command. Fails if a fit says it for each method, or none does.
  void aStepAsInputIsNamed() {
    Matrix step = Matrix::Zero(1, 400);
    step.rightCols(150).setOnes();
    const std::string input = m_folder.writeActivity("step.npy", step);
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"fit", m_file, "--alpha", "0.1", "--resamples", "0", "--simulations", "0"},
          {"compare", m_file, "--alpha", "0.1", "--methods", "map,subspace"},
          {"order", m_file, "--latents", "1", "--folds", "2", "--set", "fit.iterations=2"}}) {
      std::vector<std::string> with = arguments;
      with.insert(with.end(), {"--input", input});
      const auto outcome = runCli(with);
      QVERIFY2(outcome.code == 0, outcome.err.c_str());
      const QString warnings = QString::fromStdString(outcome.json()["warnings"].dump());
      QVERIFY2(warnings.count("input 1 changes at 1 of 399 steps only") == 1, qPrintable(warnings));
    }
  }

  void badReadingIsRefused_data() {
    QTest::addColumn<QStringList>("args");
    QTest::addColumn<QString>("sentence");
    const auto row = [](const char* name, const QStringList& args, const char* sentence) {
      QTest::newRow(name) << args << sentence;
    };
    row("unknown step", {"fit", "@", "--steps", "smoth:1"}, "the step \"smoth:1\" is unknown");
    row("no interval", {"fit", "@", "--steps", "bin:0.1"}, "--dt");
    row("trials", {"order", "@", "--trials", "some"},
        "holds no table of intervals \"some\"; allowed: kept, joined");
    row("separator", {"compare", "@", "--separator", "x"}, "--separator is x");
    row("teacher", {"compare", "figure-2", "--bin", "0.1"}, "a simulated teacher");
    row("other setting", {"fit", "@", "--set", "teacher.size=3"}, "allowed: a setting of the fit");
  }

  void badReadingIsRefused() {
    QFETCH(QStringList, args);
    QFETCH(QString, sentence);
    std::vector<std::string> all;
    for (const QString& arg : args) all.push_back(arg == "@" ? m_file : arg.toStdString());
    const auto outcome = runCli(all);
    QCOMPARE(outcome.code, 2);
    QVERIFY2(QString::fromStdString(outcome.err).contains(sentence), outcome.err.c_str());
  }

 private:
  Folder m_folder;
  std::string m_file;
};

KEYHOLE_TEST(TestSummary)

}  // namespace tst_summary

#include "tst_summary.moc"
