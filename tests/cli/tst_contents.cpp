// Tests `keyhole contents`, and `keyhole fit` of what a file says beside its numbers.
#include "core/io/file_bytes.h"
#include "tests/cli/run_cli.h"
#include "tests/io/written_table.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_contents {

using namespace keyhole;
using namespace keyhole::test;

class TestContents : public QObject {
  Q_OBJECT

 private slots:
  void listsArrays() {
    const std::string file = m_folder.writeActivity("a.npy", tableNumbers().transpose());
    const auto json = runCli({"contents", file, "--json"}).json();
    QCOMPARE(QString::fromStdString(json["format"].get<std::string>()), QString("NumPy array"));
    QCOMPARE(json["arrays"].size(), std::size_t{1});
    const auto& array = json["arrays"][0];
    QVERIFY(keysOf(array) ==
            (std::vector<std::string>{"path", "shape", "trials", "type", "unit", "rate", "role", "reason"}));
    QVERIFY(array["shape"] == (std::vector<int>{60, 3}) && array["role"] == "recording");
    QVERIFY(runCli({"contents", file}).out.find("60 x 3") != std::string::npos);
    const auto missing = runCli({"contents", m_folder.path("none.npy")});
    QVERIFY2(missing.code == 2 && missing.oneSentence(), missing.err.c_str());
  }

  // What was guessed is on stderr and in the JSON, and a clock gives the time between samples. Fails if a
  // column that counts is fitted as a neuron.
  void fitSaysWhatWasRead() {
    const auto before = [](Index i) { return toText(0.02 * static_cast<double>(i)) + ","; };
    const std::string file = m_folder.path("clock.csv");
    writeFileAtomically(file, written(tableNumbers(), {.header = "time (s),a,b,c\n", .before = before}));
    const auto outcome = runCli({"fit", file, "--alpha", "0.1"});
    QCOMPARE(outcome.code, 0);
    const auto json = outcome.json();
    QCOMPARE(json["neurons"].get<int>(), 3);
    QVERIFY(std::abs(json["options"]["dt"].get<double>() - 0.02) < 1e-12);
    QVERIFY(json.contains("time_constants_seconds"));
    QVERIFY(json["warnings"].dump().find("taken as the clock") != std::string::npos);
    QVERIFY(outcome.err.find("taken as the clock") != std::string::npos);
    const auto all = runCli({"fit", file, "--index-column", "none"});
    QCOMPARE(all.json()["neurons"].get<int>(), 4);
    const auto wrong = runCli({"fit", file, "--decimal", "dot"});
    QVERIFY2(wrong.code == 2 && wrong.oneSentence() && wrong.err.find("--decimal") != std::string::npos,
             wrong.err.c_str());
  }

 private:
  Folder m_folder;
};

KEYHOLE_TEST(TestContents)

}  // namespace tst_contents

#include "tst_contents.moc"
