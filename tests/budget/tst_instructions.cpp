// A guard against slower code that does not depend on the machine's speed or load: instructions of the hot
// paths, counted by callgrind, against recorded budgets.
#include <QFile>
#include <QProcess>
#include <QProcessEnvironment>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

namespace {

// Another compiler orders instructions differently; a path that does its work twice takes twice as many.
constexpr double kMargin = 1.25;

QProcessEnvironment sameEverywhere() {
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  // Code of OpenBLAS that every 64-bit processor of the x86 family runs, whatever callgrind lets it see.
  environment.insert("OPENBLAS_CORETYPE", "Prescott");
  environment.insert("OPENBLAS_NUM_THREADS", "1");
  environment.insert("KEYHOLE_CACHE", "");
  return environment;
}

}  // namespace

class TestInstructions : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
#if defined(KEYHOLE_SANITIZED) || !defined(__x86_64__)
    QSKIP("the budgets are those of plain x86-64 code");
#else
    if (QStandardPaths::findExecutable("valgrind").isEmpty()) QSKIP("valgrind is not installed");
    // The loops that are compiled for several instruction sets: the budgets are of the one with AVX2.
    if (!__builtin_cpu_supports("avx2")) QSKIP("this processor has no AVX2");
#ifndef __OPTIMIZE__
    QSKIP("the budgets are those of optimised code");
#endif
#endif
  }

  // Fails if a path that follows the hand needs a quarter more instructions than it did (budgets.txt),
  // because something is computed twice, copied, or no longer vectorised.
  void hotPaths_data() {
    QTest::addColumn<double>("budget");
    QFile file(KEYHOLE_BUDGETS);
    QVERIFY(file.open(QIODevice::ReadOnly));
    for (const QByteArray& line : file.readAll().split('\n')) {
      const QList<QByteArray> words = line.simplified().split(' ');
      if (words.size() == 2 && !line.startsWith('#')) QTest::newRow(words[0]) << words[1].toDouble();
    }
  }
  void hotPaths() {
    QFETCH(double, budget);
    const double counted = instructionsOf(QTest::currentDataTag());
    const QByteArray told = QByteArray(QTest::currentDataTag()) + ": " + QByteArray::number(counted, 'f', 0) +
                            " instructions, budget " + QByteArray::number(budget, 'f', 0);
    qInfo("%s", told.constData());
    QVERIFY2(counted > 0 && counted <= kMargin * budget, told.constData());
  }

 private:
  static double instructionsOf(const char* path) {
    QTemporaryDir folder;
    const QString out = folder.filePath("callgrind.out");
    QProcess valgrind;
    valgrind.setProcessEnvironment(sameEverywhere());
    valgrind.start("valgrind", {"--tool=callgrind", "--callgrind-out-file=" + out, "--collect-atstart=no",
                                "--toggle-collect=keyhole_measured", KEYHOLE_HOT_PATHS, path});
    if (!valgrind.waitForFinished(300000) || valgrind.exitCode() != 0) {
      qWarning("%s", valgrind.readAllStandardError().constData());
      return 0;
    }
    QFile file(out);
    if (!file.open(QIODevice::ReadOnly)) return 0;
    const auto match = QRegularExpression("^(?:summary|totals): (\\d+)", QRegularExpression::MultilineOption)
                           .match(QString::fromUtf8(file.readAll()));
    return match.captured(1).toDouble();
  }
};

QTEST_GUILESS_MAIN(TestInstructions)
#include "tst_instructions.moc"
