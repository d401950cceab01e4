// `keyhole audit|sweep --slurm` with a Slurm of one node that is started here: an array of eight tasks, one
// of them killed half-way, named, and taken up again; merged it is what one process makes, byte for byte.
#include "core/common/random.h"
#include "core/io/file_bytes.h"
#include "tests/cli/run_cli.h"
#include "tests/support/test_registry.h"

#include <QDir>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include <unistd.h>

namespace tst_slurm {

using namespace keyhole;
using namespace keyhole::test;

namespace {

constexpr int kSlurmPatience = 240000;  // ms; an upper bound, not a measure

struct Ran {
  int code = -1;
  QString out, err;
};

Ran ran(const QString& program, const QStringList& arguments) {
  QProcess process;
  process.start(program, arguments);
  Ran made;
  if (!process.waitForFinished(kSlurmPatience)) return made;
  made.code = process.exitCode();
  made.out = QString::fromUtf8(process.readAllStandardOutput());
  made.err = QString::fromUtf8(process.readAllStandardError());
  return made;
}

bool hasSlurm() {
  const QStringList places = {"/usr/sbin", "/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"};
  for (const char* name : {"munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel"})
    if (QStandardPaths::findExecutable(name, places).isEmpty()) return false;
  return true;
}

}  // namespace

class TestSlurm : public QObject {
  Q_OBJECT

  Folder m_folder;
  bool m_started = false;
  QString at(const char* name) const { return QString::fromStdString(m_folder.path(name)); }

  Ran keyhole(const QStringList& arguments) const { return ran(KEYHOLE_PROGRAM, arguments); }
  // The numbers behind a state, such as "failed: 5".
  QString state(const QStringList& arguments, const QString& name) const {
    const Ran told = keyhole(arguments + QStringList{"--status"});
    for (const QString& line : told.out.split('\n'))
      if (line.startsWith(name + ": ")) return line.mid(name.size() + 2);
    return {};
  }

 private slots:
  void initTestCase() {
    if (!hasSlurm()) QSKIP("there is no Slurm here (slurm-wlm, munge)");
    qputenv("SLURM_CONF", at("slurm/slurm.conf").toLocal8Bit());
    const int port = 20000 + static_cast<int>(getpid() % 20000) / 2 * 2;
    const Ran start =
        ran(SLURM_HERE, {"start", at("slurm"), QString::number(port), QString::number(port + 1)});
    m_started = start.code == 0;
    if (m_started) return;
    ran(SLURM_HERE, {"stop", at("slurm")});
    QSKIP(qPrintable("Slurm is installed, but does not come up here: " + start.err));
  }

  void cleanupTestCase() {
    if (m_started) ran(SLURM_HERE, {"stop", at("slurm")});
  }

  // The array's fifth task is killed once it has kept a piece of its circuits.
  void aKilledTaskIsTakenUpAgain() {
    if (!m_started) QSKIP("no Slurm");
    const RandomStream random(8, Stream::test);
    m_folder.writeActivity("noise.npy", random.normalMatrix(6, 600));
    const QStringList base = {"audit", at("noise.npy"), "--quick",  "--circuits",
                              "1920",  "--fraction",    "0.05:0.06"};
    const QStringList slurm =
        base + QStringList{"--slurm", at("jobs"), "--tasks", "8", "-o", at("audit.json")};
    const Ran first = keyhole(slurm);
    QVERIFY2(first.code == 0, qPrintable(first.err));
    const auto jobs = nlohmann::json::parse(readFileBytes(m_folder.path("jobs/jobs.json")));
    const QString array = QString::fromStdString(jobs["array_jobs"][0].get<std::string>());
    const QDir pieces(at("jobs/pieces-0005-of-0008"));
    const QString shard = at("jobs/shard-0005-of-0008.json");
    QVERIFY(QTest::qWaitFor([&] { return pieces.exists() && !pieces.isEmpty(); }, kSlurmPatience));
    QVERIFY(!QFile::exists(shard));
    QCOMPARE(ran("scancel", {"--signal=KILL", "--full", array + "_5"}).code, 0);
    QVERIFY(QTest::qWaitFor([&] { return state(slurm, "failed") == "5"; }, kSlurmPatience));
    QVERIFY(!QFile::exists(shard) && !pieces.isEmpty());
    QVERIFY(QTest::qWaitFor([&] { return state(slurm, "done") == "7"; }, kSlurmPatience));
    const Ran again = keyhole(slurm);
    QVERIFY2(again.code == 0, qPrintable(again.err));
    QVERIFY2(again.err.contains("tasks 5 of 8"), qPrintable(again.err));
    QVERIFY(QTest::qWaitFor([&] { return QFile::exists(at("audit.json")); }, kSlurmPatience));
    QCOMPARE(state(slurm, "merged"), at("audit.json"));

    QVERIFY(keyhole(base + QStringList{"--shards", at("one"), "--shard", "1/1"}).code == 0);
    QVERIFY(keyhole(base + QStringList{"--shards", at("one"), "--merge", "-o", at("one.json")}).code == 0);
    QVERIFY(readFileBytes(m_folder.path("jobs/table.json")) ==
            readFileBytes(m_folder.path("one/table.json")));
    auto merged = nlohmann::json::parse(readFileBytes(m_folder.path("audit.json")));
    auto whole = nlohmann::json::parse(readFileBytes(m_folder.path("one.json")));
    QVERIFY(merged["reference"] == whole["reference"]);
    QVERIFY(merged["sentence"] == whole["sentence"]);
  }
};

KEYHOLE_TEST(TestSlurm)

}  // namespace tst_slurm

#include "tst_slurm.moc"
