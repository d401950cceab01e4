#include "core/experiment/experiment.h"
#include "core/experiment/settings/presets.h"
#include "core/experiment/settings/session.h"
#include "tests/cli/run_cli.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/reference.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_simulate {

using namespace keyhole;
using namespace keyhole::test;

namespace {

const std::vector<std::string> kSmall = {"--set", "teacher.size=40", "simulation.steps=1200",
                                         "observation.fraction=0.2", "analysis.limit_runs=0"};

std::vector<std::string> with(std::vector<std::string> args, const std::vector<std::string>& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

Settings smallSettings(const char* name) {
  Settings settings = preset(name).settings;
  settings.setFromText("teacher.size", "40");
  settings.setFromText("simulation.steps", "1200");
  settings.setFromText("observation.fraction", "0.2");
  settings.setFromText("analysis.limit_runs", "0");
  return settings;
}

}  // namespace

class TestSimulate : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a file is missing, turned, or belongs to a task that is not there.
  void filesAndShapes() {
    const std::string folder = m_folder.path("task/deep");
    QCOMPARE(runCli(with({"simulate", "chain", "--out", folder}, kSmall)).code, 0);
    const auto shape = [&](const char* name) {
      const Matrix array = readNpy(folder + "/" + name + ".npy");
      return std::pair(array.rows(), array.cols());
    };
    QCOMPARE(shape("teacher"), std::pair(Index{40}, Index{40}));
    QCOMPARE(shape("activity"), std::pair(Index{1200}, Index{40}));
    QCOMPARE(shape("seen"), std::pair(Index{1200}, Index{8}));
    for (const char* name : {"input", "readout", "target"})
      QCOMPARE(shape(name), std::pair(Index{1200}, Index{1}));
    const std::string silent = m_folder.path("silent");
    QCOMPARE(runCli(with({"simulate", "triangular", "--out", silent}, kSmall)).code, 0);
    QVERIFY(!QFile::exists(QString::fromStdString(silent + "/input.npy")));
    QVERIFY(!QFile::exists(QString::fromStdString(silent + "/readout.npy")));
  }

  // Two roads to one student: simulate, then fit the files; or the experiment. Fails if seed, noise, subset,
  // input or its timing differ between the two.
  void fittingTheFilesGivesTheExperimentsStudent_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("with input") << "chain";
    QTest::newRow("tanh, no input") << "figure-3";
  }
  void fittingTheFilesGivesTheExperimentsStudent() {
    QFETCH(QString, name);
    const std::string folder = m_folder.path("road");
    QCOMPARE(runCli(with({"simulate", name.toStdString(), "--seed", "3", "--out", folder}, kSmall)).code, 0);
    Settings settings = smallSettings(qPrintable(name));
    settings.setFromText("teacher.seed", "3");
    const auto experiment = runExperiment(settings, nullptr);
    const bool chain = name == "chain";
    std::vector<std::string> args = {"fit",      folder + "/seen.npy",
                                     "--phi",    chain ? "linear" : "tanh",
                                     "--offset", "off"};  // the teacher's equation has none
    if (chain) args = with(args, {"--input", folder + "/input.npy"});
    const auto json = runCli(args).json();
    const Matrix& expected = experiment->fit->student.A;
    COMPARE_MATRICES(matrixOf(json["dynamics"]), expected, 1e-7 * expected.cwiseAbs().maxCoeff());
    if (chain) {
      const Matrix readout = readNpy(folder + "/readout.npy"), target = readNpy(folder + "/target.npy");
      COMPARE_MATRICES(readout.col(0), experiment->simulation->readout, 1e-12);
      COMPARE_MATRICES(target.col(0), experiment->simulation->target, 1e-12);
    }
  }

  // Fails if the seed is not heeded, or the same seed does not give the same bytes.
  void seedDecides() {
    const auto run = [&](const char* seed, const char* name) {
      runCli(with({"simulate", "figure-3", "--seed", seed, "--out", m_folder.path(name)}, kSmall));
      return readNpy(m_folder.path(name) + "/activity.npy");
    };
    const Matrix a = run("5", "a"), b = run("5", "b"), c = run("6", "c");
    QVERIFY(a == b);
    QVERIFY(a != c);
  }

  // Fails if the session beside the arrays does not lead to them again.
  void sessionReproducesTheRun() {
    const std::string folder = m_folder.path("first"), again = m_folder.path("again");
    QCOMPARE(runCli(with({"simulate", "low-rank-linear", "--seed", "8", "--out", folder}, kSmall)).code, 0);
    QCOMPARE(runCli({"simulate", folder + "/session.keyhole", "--out", again}).code, 0);
    QVERIFY(readNpy(folder + "/activity.npy") == readNpy(again + "/activity.npy"));
    QCOMPARE(loadSession(folder + "/session.keyhole").settings,
             loadSession(again + "/session.keyhole").settings);
  }

  // Fails if a diverging teacher passes as good or its rows beyond the finite range are written.
  void divergedTeacherIsWrittenWithItsStatus() {
    const std::string folder = m_folder.path("diverged");
    const auto outcome = runCli({"simulate", "symmetric", "--out", folder, "--set", "teacher.size=10",
                                 "teacher.symmetric_gain=5", "simulation.alpha=1", "simulation.steps=3000"});
    QCOMPARE(outcome.code, 3);
    QVERIFY2(outcome.oneSentence(), outcome.err.c_str());
    QFile file(QString::fromStdString(folder + "/summary.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto json = nlohmann::json::parse(file.readAll().toStdString());
    QCOMPARE(json["status"].get<std::string>(), std::string("diverged"));
    const Matrix activity = readNpy(folder + "/activity.npy");
    QCOMPARE(activity.rows(), json["timepoints"].get<Index>());
    QVERIFY(activity.rows() < 3000 && activity.allFinite());
  }

 private:
  Folder m_folder;
};

KEYHOLE_TEST(TestSimulate)

}  // namespace tst_simulate

#include "tst_simulate.moc"
