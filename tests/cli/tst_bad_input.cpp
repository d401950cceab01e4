// Bad input: exit code 2, one sentence that names the thing, nothing on the standard output, no file left
// behind.
#include "core/common/random.h"
#include "core/io/file_bytes.h"
#include "tests/cli/run_cli.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <limits>
#include <sys/stat.h>

namespace tst_bad_input {

using namespace keyhole;
using namespace keyhole::test;

class TestBadInput : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    const Matrix activity = RandomStream(1, Stream::test).normalMatrix(3, 50);
    m_inputs.writeActivity("good.npy", activity);
    m_inputs.writeActivity("one_time_point.npy", activity.leftCols(1));
    m_inputs.writeActivity("no_neurons.npy", Matrix(0, 50));
    Matrix constant = activity;
    constant.topRows(2).setConstant(1);
    m_inputs.writeActivity("constant.npy", constant);
    Matrix missing = activity;
    missing(1, 6) = std::numeric_limits<double>::quiet_NaN();
    m_inputs.writeActivity("nan.npy", missing);
    missing(1, 6) = std::numeric_limits<double>::infinity();
    m_inputs.writeActivity("inf.npy", missing);
    const std::string good = npyBytes(activity.transpose());
    writeFileAtomically(m_inputs.path("truncated.npy"), good.substr(0, good.size() - 40));
    std::string objects = good;
    objects.replace(objects.find("<f8"), 3, "|O8");
    writeFileAtomically(m_inputs.path("objects.npy"), objects);
    writeFileAtomically(m_inputs.path("text.csv"), "a,b\n1,2\n3,four\n");
    writeFileAtomically(m_inputs.path("text.npy"), "hello");
    writeFileAtomically(m_inputs.path("notes.docx"), "hello");
    writeFileAtomically(m_inputs.path("broken.keyhole"), "{\"keyhole\": 1, ");
    writeFileAtomically(m_inputs.path("odd.keyhole"),
                        "{\"keyhole\": 1, \"settings\": {\"teacher.size\": 1}}");
    writeFileAtomically(m_inputs.path("recording.keyhole"),
                        "{\"keyhole\": 1, \"settings\": {\"teacher.kind\": \"recording\"}}");
    writeFileAtomically(m_inputs.path("oblong.csv"), "1,2,3\n4,5,6\n");
    writeFileAtomically(m_inputs.path("square.csv"), "0.5,0.1\n0,0.3\n");
    writeFileAtomically(m_inputs.path("larger.csv"), "0,1,0\n0,0,1\n0,0,0\n");
    writeFileAtomically(m_inputs.path("odd.json"), "{\"method\": \"map\"}");
    createFolder(m_inputs.path("folder.json"));
    QCOMPARE(mkfifo(m_inputs.path("pipe.json").c_str(), 0600), 0);
  }

  // Each row fails if that input crashes, is accepted, is refused without naming it, or leaves something
  // behind.
  void isRefused_data() {
    QTest::addColumn<QStringList>("args");
    QTest::addColumn<QString>("names");  // what the sentence must hold
    const auto row = [](const char* name, const QStringList& args, const char* names) {
      QTest::newRow(name) << args << QString(names);
    };
    row("missing file", {"fit", "@none.npy"}, "none.npy: No such file");
    row("a folder", {"fit", "@folder.json"}, "folder.json");
    row("wrong type", {"fit", "@notes.docx"}, ".docx");
    row("not an array", {"fit", "@text.npy"}, "text.npy");
    row("object array", {"fit", "@objects.npy"}, "objects.npy");
    row("truncated", {"fit", "@truncated.npy"}, "truncated.npy");
    row("text in a table", {"fit", "@text.csv"}, "four");
    row("NaN", {"fit", "@nan.npy"}, "no number (nan, or an empty cell) in channel 2 at time point 7");
    row("infinite", {"fit", "@inf.npy"}, "value inf in channel 2 at time point 7");
    row("single time point", {"fit", "@one_time_point.npy"}, "1 time point");
    row("no neurons", {"fit", "@no_neurons.npy"}, "0 neurons");
    row("one varying channel", {"fit", "@constant.npy"}, "constant");
    row("d above D", {"fit", "@good.npy", "--observed", "4"}, "--observed is 4");
    row("d = 0", {"fit", "@good.npy", "--observed", "0"}, "--observed is 0");
    row("alpha 0", {"fit", "@good.npy", "--alpha", "0"}, "--alpha is 0");
    row("alpha above 1", {"fit", "@good.npy", "--alpha", "1.5"}, "--alpha is 1.5");
    row("alpha no number", {"fit", "@good.npy", "--alpha", "small"}, "--alpha is small");
    row("alpha nan", {"fit", "@good.npy", "--alpha", "nan"}, "--alpha is nan");
    row("rho negative", {"fit", "@good.npy", "--rho", "-1"}, "--rho is -1");
    row("dt 0", {"fit", "@good.npy", "--dt", "0"}, "--dt is 0");
    row("unknown phi", {"fit", "@good.npy", "--phi", "relu"}, "relu");
    row("unknown method", {"fit", "@good.npy", "--method", "guess"}, "guess");
    row("missing input", {"fit", "@good.npy", "--input", "@none.csv"}, "none.csv: No such file");
    row("short input", {"fit", "@good.npy", "--input", "@oblong.csv"}, "oblong.csv has 2 rows");
    row("input with NaN", {"fit", "@good.npy", "--input", "@nan.npy"}, "value nan in row 7, column 2");
    row("unknown option", {"fit", "@good.npy", "--speed"}, "--speed");
    row("option without value", {"fit", "@good.npy", "--alpha"}, "--alpha has no value");
    row("option twice", {"fit", "@good.npy", "--alpha", "0.1", "--alpha", "0.2"},
        "--alpha is given more than once");
    row("no recording", {"fit"}, "RECORDING");
    row("two recordings, one of them bad", {"fit", "@good.npy", "@nan.npy"}, "nan.npy");
    row("output in no folder", {"fit", "@good.npy", "-o", "@nowhere/fit.json"}, "there is no folder");
    row("output is a folder", {"fit", "@good.npy", "-o", "@folder.json"}, "folder.json: it is a folder");
    row("empty output", {"fit", "@good.npy", "-o", ""}, "-o is empty");
    row("empty setting", {"fit", "@good.npy", "--alpha="}, "--alpha is empty");
    row("missing file without a type", {"fit", "@none"}, "there is no file");
    row("output of another type", {"fit", "@good.npy", "-o", "@fit.xlsx"}, ".xlsx");
    row("output is a pipe", {"curve", "--teacher", "chain", "-o", "@pipe.json"},
        "pipe.json: it is not a regular file");
    row("attractors of nothing", {"attractors"}, "needs a preset, a session, --teacher");
    row("attractors of two", {"attractors", "figure-3", "--teacher", "@good.npy"}, "both figure-3");
    row("attractors, no square", {"attractors", "--teacher", "@oblong.csv"}, "2 x 3");
    row("attractors, phi", {"attractors", "--teacher", "@square.csv", "--phi", "relu"}, "relu");
    row("student too large", {"attractors", "--teacher", "@square.csv", "--student", "@larger.csv"},
        "larger.csv has 3 units; allowed: up to 2");
    row("student without dynamics", {"attractors", "--teacher", "@square.csv", "--student", "@odd.json"},
        "no \"dynamics\"");
    row("student of a preset", {"attractors", "figure-3", "--student", "@square.csv"},
        "only without a preset");
    row("unknown teacher", {"curve", "--teacher", "brain"}, "brain");
    row("teacher is a recording", {"curve", "--teacher", "recording", "--set", "teacher.file=@good.npy"},
        "--teacher is recording");
    row("missing teacher file", {"curve", "--teacher", "@none.npy"}, "none.npy");
    row("teacher not square", {"curve", "--teacher", "@oblong.csv"}, "2 x 3");
    row("curve d above D", {"curve", "--teacher", "chain", "--set", "teacher.size=10", "--observed", "2,11"},
        "2,11");
    row("curve d = 0", {"curve", "--teacher", "chain", "--set", "teacher.size=10", "--observed", "0"},
        "--observed is 0");
    row("curve list broken", {"curve", "--teacher", "chain", "--observed", "2,,6"}, "2,,6");
    row("unknown limit", {"curve", "--teacher", "chain", "--limit", "long"}, "long");
    row("setting out of range", {"curve", "--teacher", "chain", "--set", "teacher.size=1"},
        "teacher.size is 1");
    row("setting no number", {"curve", "--teacher", "chain", "--set", "teacher.size=many"},
        "teacher.size is many");
    row("setting not finite", {"curve", "--teacher", "chain", "--set", "teacher.chain_beta=nan"},
        "teacher.chain_beta is nan");
    row("unknown setting", {"curve", "--teacher", "chain", "--set", "teacher.siez=10"}, "teacher.siez");
    row("setting without value", {"curve", "--teacher", "chain", "--set", "teacher.size"}, "key=value");
    row("rank above half",
        {"curve", "--teacher", "low-rank-orthogonal", "--set", "teacher.size=4", "teacher.rank=3"},
        "rank is 3");
    row("unknown preset", {"simulate", "figure-9", "--out", "@out"}, "figure-9");
    row("no folder", {"simulate", "figure-3"}, "--out");
    row("folder is a file", {"simulate", "figure-3", "--out", "@good.npy", "--set", "teacher.size=10"},
        "good.npy");
    row("broken session", {"simulate", "@broken.keyhole", "--out", "@out"}, "broken.keyhole");
    row("session out of range", {"simulate", "@odd.keyhole", "--out", "@out"}, "teacher.size is 1");
    row("session of a recording", {"simulate", "@recording.keyhole", "--out", "@out"}, "about a recording");
    row("seed no number", {"simulate", "figure-3", "--out", "@out", "--seed", "x"}, "teacher.seed is x");
    row("too long for memory",
        {"simulate", "figure-3", "--out", "@out", "--set", "simulation.steps=1000000", "teacher.size=4000"},
        "4000000000");
    row("figure of another type", {"figure", "figure-3", "-o", "@figure.gif"}, ".gif");
    row("figure of nothing", {"figure", "figure-9", "-o", "@figure.pdf"}, "figure-9");
    row("figure without file", {"figure", "figure-3"}, "--out");
    row("unknown panel", {"figure", "figure-3", "-o", "@figure.pdf", "--panel", "brain"}, "--panel is brain");
    row("unknown command", {"fti", "@good.npy"}, "fti");
    row("unknown flag", {"--verbose"}, "--verbose");
  }
  void isRefused() {
    QFETCH(QStringList, args);
    QFETCH(QString, names);
    const QStringList before = m_inputs.entries();
    const QString folder = QString::fromStdString(m_inputs.path("")) + "/";
    std::vector<std::string> words;
    for (QString word : args) words.push_back(word.replace("@", folder).toStdString());
    const auto outcome = runCli(words);
    QVERIFY2(outcome.code == 2, outcome.err.c_str());
    QVERIFY2(outcome.oneSentence(), outcome.err.c_str());
    QVERIFY2(outcome.err.find(names.toStdString()) != std::string::npos, outcome.err.c_str());
    QVERIFY(outcome.out.empty());
    QCOMPARE(m_inputs.entries(), before);
  }

  // Fails if a result that cannot be printed passes as printed.
  void fullOutputIsTold() {
    std::ostringstream out, err;
    out.setstate(std::ios::badbit);
    QCOMPARE(runCommandLine({"list"}, out, err), 2);
    QVERIFY(err.str().find("standard output") != std::string::npos);
  }

 private:
  Folder m_inputs;
};

KEYHOLE_TEST(TestBadInput)

}  // namespace tst_bad_input

#include "tst_bad_input.moc"
