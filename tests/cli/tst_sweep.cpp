// `keyhole sweep`: every combination once, each as it would be alone, in shards or at once.
#include "core/common/random.h"
#include "core/experiment/experiment.h"
#include "core/experiment/settings/presets.h"
#include "core/experiment/studies/sweep.h"
#include "core/io/file_bytes.h"
#include "tests/cli/run_cli.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_sweep {

using namespace keyhole;
using namespace keyhole::test;

namespace {

const std::vector<std::string> kSweep = {"sweep",
                                         "figure-3",
                                         "--set",
                                         "teacher.size=40",
                                         "--set",
                                         "simulation.steps=400",
                                         "--set",
                                         "analysis.limit_runs=0",
                                         "--over",
                                         "observation.fraction=0.2,0.5",
                                         "fit.method=map,subspace",
                                         "--draws",
                                         "2"};

std::vector<std::string> with(std::vector<std::string> more) {
  more.insert(more.begin(), kSweep.begin(), kSweep.end());
  return more;
}

// Of a line of comma-separated values: commas in quotes part nothing.
qsizetype cellsIn(const QString& line) {
  qsizetype cells = 1;
  bool quoted = false;
  for (const QChar c : line) {
    quoted = quoted != (c == '"');
    cells += !quoted && c == ',';
  }
  return quoted ? 0 : cells;
}

}  // namespace

class TestSweep : public QObject {
  Q_OBJECT

  Folder m_folder;

 private slots:
  void everyCombinationOnce() {
    const auto outcome = runCli(with({"-o", m_folder.path("sweep.json")}));
    QVERIFY2(outcome.code == 0, outcome.err.c_str());
    const auto json = nlohmann::ordered_json::parse(readFileBytes(m_folder.path("sweep.json")));
    const auto& rows = json["rows"];
    QCOMPARE(rows.size(), std::size_t{8});
    std::size_t at = 0;
    for (const double fraction : {0.2, 0.5})
      for (const char* method : {"map", "subspace"})
        for (const int draw : {0, 1}) {
          const auto& row = rows[at++];
          QCOMPARE(row["observation.fraction"].get<double>(), fraction);
          QCOMPARE(row["fit.method"].get<std::string>(), std::string(method));
          QCOMPARE(row["draw"].get<int>(), draw);
          QVERIFY(row["problem"].is_null());
        }
    // One of them alone.
    Settings settings = presets().front().settings;
    for (const auto& preset : presets())
      if (preset.name == "figure-3") settings = preset.settings;
    settings.set("teacher.size", 40LL);
    settings.set("simulation.steps", 400LL);
    settings.set("analysis.limit_runs", 0LL);
    settings.set("observation.fraction", 0.5);
    settings.set("fit.method", std::string("map"));
    settings.set("teacher.seed", settings.integer("teacher.seed") + 1);
    const auto alone = runExperiment(settings, nullptr);
    QCOMPARE(rows[5]["student_tau"].get<double>(), alone->studentAnalysis->timeConstants(0));
    QCOMPARE(rows[5]["verdict"].get<std::string>(), nameOf(alone->verdict.kind));
  }

  void shardsAreTheSameTable() {
    const std::string shards = m_folder.path("shards");
    for (const char* shard : {"2/3", "3/3", "1/3"})
      QCOMPARE(runCli(with({"--shard", shard, "--shards", shards})).code, 0);
    const auto merged = runCli(with({"--merge", "--shards", shards})), whole = runCli(kSweep);
    QCOMPARE(merged.code, 0);
    QVERIFY(!whole.out.empty() && merged.out == whole.out);
  }

  // Fails if the row of one that cannot be made is left out, or its sentence spills into other cells.
  void whatCannotBeMadeSaysWhy() {
    const Matrix activity = RandomStream(4, Stream::test).normalMatrix(3, 200);
    const std::string there = m_folder.writeActivity("there.npy", activity),
                      missing = m_folder.path("not \"here\".npy");
    const auto outcome = runCli({"sweep", there, "--over", "teacher.file=" + there + "," + missing});
    QCOMPARE(outcome.code, 0);
    QVERIFY(outcome.err.find("1 of 2 experiments could not be made") != outcome.err.npos);
    const auto lines = QString::fromStdString(outcome.out).split('\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 3);
    for (const QString& line : lines) QCOMPARE(cellsIn(line), cellsIn(lines.front()));
    QVERIFY2(lines[2].contains("not \"\"here\"\".npy"), qPrintable(lines[2]));
  }

  // A name that is neither a preset nor a file: a table of sentences is no result.
  void nothingCanBeMade() {
    using Words = std::vector<std::string>;
    for (const Words& more : {Words{}, Words{"--over", "observation.fraction=0.2,0.5"}}) {
      std::vector<std::string> args = {"sweep", "nothing", "-o", m_folder.path("nothing.csv")};
      args.insert(args.end(), more.begin(), more.end());
      const auto outcome = runCli(args);
      QCOMPARE(outcome.code, 2);
      QVERIFY2(outcome.oneSentence(), outcome.err.c_str());
      QVERIFY(outcome.err.find("no experiment of the sweep could be made; the first: ") != outcome.err.npos);
      QVERIFY(outcome.err.find("nothing") != outcome.err.npos);
    }
    QVERIFY(!m_folder.entries().contains("nothing.csv"));
  }

  void spacedValues() {
    QVERIFY(sweepAxis("observation.fraction=0.1:0.4:4").values.size() == 4);
    const auto axis = sweepAxis("observation.fraction=0.01:1:3:log");
    QVERIFY(std::abs(std::stod(axis.values[1]) - 0.1) < 1e-12);
  }

  void badInput() {
    const auto refused = [&](const std::vector<std::string>& more, const std::string& word) {
      std::vector<std::string> args = {"sweep", "figure-3"};
      args.insert(args.end(), more.begin(), more.end());
      const auto outcome = runCli(args);
      return outcome.code == 2 && outcome.oneSentence() && outcome.err.find(word) != std::string::npos;
    };
    QVERIFY(refused({"--over", "observation.fraction"}, "KEY=A,B,C"));
    QVERIFY(refused({"--over", "no.such=1"}, "no.such"));
    QVERIFY(refused({"--over", "observation.fraction=0.1,7"}, "7"));
    QVERIFY(refused({"--over", "observation.fraction=0.5:0.1:3"}, "LOW < HIGH"));
    QVERIFY(refused({"--over", "teacher.seed=1,2"}, "--draws"));
    QVERIFY(refused({"--draws", "0"}, "--draws"));
    QVERIFY(refused({"--shard", "1/2"}, "--shards"));
    QVERIFY(refused({"--merge", "--shard", "1/2", "--shards", m_folder.path("x")}, "one of them"));
    QVERIFY(refused({"--merge", "--shards", m_folder.path("none")}, "no shard"));
    QVERIFY(refused({"--status"}, "--slurm"));
  }
};

KEYHOLE_TEST(TestSweep)

}  // namespace tst_sweep

#include "tst_sweep.moc"
