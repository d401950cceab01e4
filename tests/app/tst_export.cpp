// File > Export: what takes long is computed beside the window.
#include "tests/app/window_bench.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/test_registry.h"

#include <QDir>
#include <QFile>

namespace tst_export {

using namespace keyhole;
using namespace keyhole::test;

namespace {

struct Outcomes {
  QStringList sentences;
  int good = 0, bad = 0;
  ExportOutcome listener() {
    return [this](const QString& sentence, bool fine) {
      sentences.append(sentence);
      ++(fine ? good : bad);
    };
  }
};

struct Bench : WindowBench {
  Bench() : WindowBench(small("figure-3", {{"view.pseudospectrum", "student"}})) {}
};

}  // namespace

class TestExport : public QObject {
  Q_OBJECT

 private slots:
  // Fails if an export that needs contours is done before the window goes on (it would stand still for
  // seconds), or they are not in it, or the second one is lost.
  void contoursAreComputedBesideTheWindow() {
    Bench bench;
    QVERIFY(bench.settle());
    Outcomes outcomes;
    const QString folder = bench.folder.filePath("numbers"), file = bench.folder.filePath("figure.pdf");
    bench.window.exports().writeData(bench.window.shown(), folder, outcomes.listener());
    bench.window.exports().writeFigure(bench.window.shown(), file, outcomes.listener());
    QVERIFY(!QFile::exists(folder + "/eigenvalues-student.csv"));
    QCOMPARE(outcomes.sentences.size(), 1);  // that it is on its way
    QTRY_VERIFY_WITH_TIMEOUT(outcomes.good == 4, kPatience);
    QCOMPARE(outcomes.bad, 0);
    QVERIFY(QFile::exists(folder + "/pseudospectrum-student.csv"));
    QVERIFY(QFile::exists(file));
  }

  // Fails if an export without contours waits, or a path that can't be written passes as good.
  void whatIsThereIsWrittenAtOnce() {
    Bench bench;
    bench.window.document().changeSetting("view.pseudospectrum", std::string("none"), 1);
    QVERIFY(bench.settle());
    Outcomes outcomes;
    const QString file = bench.folder.filePath("figure.png");
    bench.window.exports().writeFigure(bench.window.shown(), file, outcomes.listener());
    QVERIFY(QFile::exists(file) && outcomes.good == 1);
    bench.window.exports().writeFigure(bench.window.shown(), file + "/x.pdf", outcomes.listener());
    QCOMPARE(outcomes.bad, 1);
    QVERIFY2(isOneSentence(outcomes.sentences.last().toStdString()), qPrintable(outcomes.sentences.last()));
  }

  // Fails if closing the window waits for what nobody will see, or falls over it.
  void closingLeavesIt() {
    auto bench = std::make_unique<Bench>();
    QVERIFY(bench->settle());
    Outcomes outcomes;
    bench->window.exports().writeData(bench->window.shown(), bench->folder.filePath("numbers"),
                                      outcomes.listener());
    bench.reset();
    QCOMPARE(outcomes.sentences.size(), 1);
  }
};

KEYHOLE_TEST(TestExport)

}  // namespace tst_export

#include "tst_export.moc"
