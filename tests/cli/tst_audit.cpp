// Tests `keyhole audit`: its keys, its refusals, its report.
#include "core/common/random.h"
#include "core/io/file_bytes.h"
#include "tests/cli/run_cli.h"
#include "tests/support/test_registry.h"

#include <QFile>
#include <QTest>

#include <cmath>

namespace tst_audit {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// Six units of which one is slow, and all mixed.
Matrix activity(Index steps) {
  const RandomStream random(8, Stream::test);
  const Matrix mixing = random.normalMatrix(6, 6), noise = random.normalMatrix(6, steps, 100);
  const Vector F{{0.95, 0.7, 0.6, 0.5, 0.4, 0.3}};
  Matrix x = Matrix::Zero(6, steps);
  for (Index t = 1; t < steps; ++t) x.col(t) = F.cwiseProduct(x.col(t - 1)) + noise.col(t);
  return mixing * x;
}

bool has(const nlohmann::ordered_json& json, const std::string& key) {
  const auto keys = keysOf(json);
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

class TestAudit : public QObject {
  Q_OBJECT

  Folder m_folder;
  std::string m_file;

 private slots:
  void initTestCase() { m_file = m_folder.writeActivity("six.npy", activity(3000)); }

  // Every part that was made has its key, every other one its reason. The weights are probabilities, and the
  // likelihood ratio is that of probability and prior. No α, and no D, enters: another α says the same.
  void everyPartOrItsReason() {
    const std::vector<std::string> args = {"audit", m_file, "--dt", "0.01", "--quick", "--circuits", "240"};
    const auto outcome = runCli(args);
    QVERIFY2(outcome.code == 0, outcome.err.c_str());
    const auto json = outcome.json();
    for (const char* key : {"limits", "claim", "prediction", "subsampling", "reversibility", "likeness",
                            "reference", "not_done", "sentence", "data_hash", "run"})
      QVERIFY2(has(json, key), key);
    QCOMPARE(json["reference"]["seed"].get<int>(), 1);
    QVERIFY(json["sentence"].get<std::string>().find("Not done: ") != std::string::npos);
    const bool given = has(json, "truth");
    QCOMPARE(has(json, "experiments"), given);
    QVERIFY(given != (json["not_done"].dump().find("\"experiments\"") != std::string::npos));
    QVERIFY(given != (json["not_done"].dump().find("\"truth\"") != std::string::npos));
    if (!given) return;
    double sum = 0;
    for (const auto& one : json["mechanisms"]) sum += one["weight"].get<double>();
    QVERIFY(std::abs(sum - 1) < 1e-6);
    const auto& slow = json["truth"]["slow_mode"];
    const double p = slow["probability"].get<double>(), prior = slow["prior"].get<double>();
    const double ratio = p / (1 - p) / (prior / (1 - prior));
    QVERIFY(std::abs(slow["likelihood_ratio"].get<double>() - ratio) < 1e-6 * ratio);
  }

  // Forty time points of six units carry nothing: that is a result, with a sentence and without weights.
  void refusesWhatCannotCarryTheQuestion() {
    const std::string file = m_folder.writeActivity("short.npy", activity(40));
    const auto outcome = runCli({"audit", file, "--quick"});
    QVERIFY2(outcome.code == 0, outcome.err.c_str());
    const auto json = outcome.json();
    QVERIFY(json["refusal"].get<std::string>().find("no weights are given") != std::string::npos);
    QVERIFY(!has(json, "truth") && !has(json, "mechanisms") && !has(json, "reference"));
    QVERIFY(outcome.err.find("no weights are given") != std::string::npos);
  }

  // With no more steps than units nothing can be fitted: every part says so, in a report too.
  void refusesMoreUnitsThanSteps() {
    const std::string file = m_folder.writeActivity("wide.npy", activity(6)),
                      out = m_folder.path("wide.html");
    const auto outcome = runCli({"audit", file, "--quick"});
    QVERIFY2(outcome.code == 0, outcome.err.c_str());
    QVERIFY(outcome.json()["refusal"].get<std::string>().find(
                "5 steps from one time point to the next of 6 units") != std::string::npos);
    for (const char* part : {"claim", "prediction", "truth"}) QVERIFY(!has(outcome.json(), part));
    QCOMPARE(runCli({"audit", file, "--quick", "-o", out}).code, 0);
    const std::string html = readFileBytes(out);
    QVERIFY(html.find("5 steps from one time point to the next of 6 units") <
            html.find("2. Does the recording"));
    QVERIFY(html.find("Not made, for the reason given above.") != std::string::npos);
    QVERIFY(html.find("<svg") == std::string::npos);
  }

  // One file, limits before results, figures as vectors, nothing fetched from elsewhere.
  void reportIsOneFile() {
    const std::string out = m_folder.path("audit.html");
    const auto outcome = runCli({"audit", m_file, "--quick", "--circuits", "0", "-o", out});
    QVERIFY2(outcome.code == 0, outcome.err.c_str());
    const std::string html = readFileBytes(out);
    QVERIFY(html.find("Only perturbations decide") < html.find("1. The claim"));
    for (const char* part : {"<svg", "4. The arrow of time", "methods section", "Hash of the data",
                             "No reference circuits were asked for.", "</html>"})
      QVERIFY2(html.find(part) != std::string::npos, part);
    QVERIFY(html.find("<script") == std::string::npos && html.find("src=") == std::string::npos);
  }

  // A folder of figures with their numbers; of parts that have none that is said. It is not made where the
  // recording cannot be read, and one that cannot be written to is refused before it is.
  void figuresAreFiles() {
    const std::string folder = m_folder.path("figures");
    const auto run = [&](const std::string& recording, const std::string& into) {
      return runCli({"audit", recording, "--quick", "--circuits", "0", "--figures", into});
    };
    QCOMPARE(run(m_folder.path("none.npy"), folder).code, 2);
    QVERIFY(!QFile::exists(QString::fromStdString(folder)));
    const auto outcome = run(m_file, folder);
    QVERIFY2(outcome.code == 0, outcome.err.c_str());
    QVERIFY(!outcome.json()["claim"].is_null());
    for (const char* name : {"1-claim", "2-prediction", "3-subsampling", "4-reversibility"}) {
      QVERIFY(readFileBytes(folder + "/" + name + ".svg").find("</svg>") != std::string::npos);
      QVERIFY(readFileBytes(folder + "/" + name + ".csv").starts_with("line,"));
    }
    QVERIFY(!QFile::exists(QString::fromStdString(folder + "/5-reference.svg")));
    QVERIFY(outcome.err.find("there is no figure of \"5. What else could have made it\"") !=
            std::string::npos);
    const auto refused = run(m_folder.path("none.npy"), m_file + "/figures");
    QVERIFY(refused.code == 2 && refused.oneSentence());
    QVERIFY2(refused.err.find("is no folder") != std::string::npos, refused.err.c_str());
  }

  void badInput() {
    const auto refused = [&](std::vector<std::string> more, const std::string& word) {
      more.insert(more.begin(), {"audit", m_file});
      const auto outcome = runCli(more);
      return outcome.code == 2 && outcome.err.find(word) != std::string::npos;
    };
    QVERIFY(refused({"--fraction", "0.5"}, "LOW:HIGH"));
    QVERIFY(refused({"--fraction", "0.1:1.5"}, "1.5"));
    QVERIFY(refused({"--circuits", "17"}, "at least 240"));
    QVERIFY(refused({"--seed", "x"}, "--seed"));
    QVERIFY(refused({"-o", m_folder.path("audit.txt")}, "audit.txt"));
    QVERIFY(refused({"--experiments", "3"}, "at least 60"));
    QVERIFY(runCli({"audit"}).code == 2);
    QVERIFY(runCli({"audit", m_folder.path("none.npy")}).code == 2);
  }

  void stops() {
    StopAtOnce stop;
    QCOMPARE(runCli({"audit", m_file, "--quick"}, stop).code, 130);
  }
};

KEYHOLE_TEST(TestAudit)

}  // namespace tst_audit

#include "tst_audit.moc"
