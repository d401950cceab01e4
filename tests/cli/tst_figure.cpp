#include "core/io/delimited.h"
#include "core/io/file_bytes.h"
#include "tests/cli/run_cli.h"
#include "tests/support/test_registry.h"

#include <QFile>
#include <QImage>
#include <QTest>

#include <cmath>

namespace tst_figure {

using namespace keyhole;
using namespace keyhole::test;

namespace {

const std::vector<std::string> kSmall = {"--set",
                                         "teacher.size=40",
                                         "simulation.steps=1200",
                                         "observation.fraction=0.2",
                                         "analysis.limit_runs=2",
                                         "analysis.limit_steps=200"};

std::vector<std::string> with(std::vector<std::string> args, const std::vector<std::string>& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

QByteArray bytesOf(const std::string& path) {
  QFile file(QString::fromStdString(path));
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

class TestFigure : public QObject {
  Q_OBJECT

 private slots:
  // Fails if the file is no PDF, holds its text as curves, or differs between two runs of the same seed.
  void pdfIsTheSameTwice() {
    const auto draw = [&](const char* name) {
      const auto outcome = runCli(with({"figure", "figure-3", "-o", m_folder.path(name)}, kSmall));
      return outcome.code == 0 && outcome.out.empty() ? bytesOf(m_folder.path(name)) : QByteArray();
    };
    const QByteArray first = draw("a.pdf");
    QVERIFY(first.startsWith("%PDF"));
    QVERIFY(first.contains("/Font"));
    QVERIFY(draw("b.pdf") == first);
  }

  // A recording is fitted and drawn as it is read, and a name that is no file is still taken for a preset's.
  void figureOfARecording() {
    const std::string recording = m_folder.path("x.csv");
    Matrix x(2, 200);
    for (Index t = 0; t < x.cols(); ++t)
      x.col(t) << std::sin(0.1 * static_cast<double>(t)), std::cos(0.17 * static_cast<double>(t));
    writeFileAtomically(recording, delimitedBytes({"a", "b"}, x.transpose()));
    const std::string file = m_folder.path("recording.pdf");
    const auto outcome = runCli({"figure", recording, "--dt", "0.1", "--alpha", "0.5", "-o", file});
    QVERIFY2(outcome.code == 0, outcome.err.c_str());
    QVERIFY(bytesOf(file).startsWith("%PDF"));
    const auto wrong = runCli({"figure", recording, "--bin", "-1", "-o", file});
    QVERIFY2(wrong.code == 2 && wrong.oneSentence(), wrong.err.c_str());
    const auto none = runCli({"figure", "figure-9", "-o", file});
    QVERIFY2(none.code == 2 && none.err.find("neither a preset nor a file") != std::string::npos,
             none.err.c_str());
  }

  // Fails if one panel alone is not drawn, or is an empty page.
  void onePanelAsPng() {
    const std::string file = m_folder.path("spectrum.png");
    QCOMPARE(runCli(with({"figure", "figure-3", "-o", file, "--panel", "eigenvalues"}, kSmall)).code, 0);
    const QImage image(QString::fromStdString(file));
    QVERIFY(image.width() > 500);
    int dark = 0;
    for (int x = 0; x < image.width(); x += 3)
      for (int y = 0; y < image.height(); y += 3) dark += qGray(image.pixel(x, y)) < 128;
    QVERIFY(dark > 50);
  }

  // Fails if a panel that the whole figure leaves out can't be had by its name, with its numbers.
  void optionalPanelsByName() {
    for (const char* panel : {"transient-growth", "singular-overlaps", "curve"}) {
      const std::string file = m_folder.path(std::string(panel) + ".pdf");
      const std::string folder = m_folder.path(std::string("numbers-") + panel);
      QCOMPARE(
          runCli(with({"figure", "figure-3", "-o", file, "--panel", panel, "--data", folder}, kSmall)).code,
          0);
      QVERIFY(bytesOf(file).startsWith("%PDF"));
      const QStringList files = QDir(QString::fromStdString(folder)).entryList({"*.csv"}, QDir::Files);
      QVERIFY(!files.isEmpty() && files.first().startsWith(panel));
    }
  }

  // Fails if the numbers behind the figure are not written, or cannot be read again.
  void dataAreTables() {
    const std::string folder = m_folder.path("data/numbers");
    QCOMPARE(
        runCli(with({"figure", "figure-3", "-o", m_folder.path("c.pdf"), "--data", folder}, kSmall)).code, 0);
    const QStringList files = QDir(QString::fromStdString(folder)).entryList({"*.csv"}, QDir::Files);
    QVERIFY(files.size() >= 3);
    for (const QString& file : files) {
      const auto table = readDelimited(folder + "/" + file.toStdString());
      QVERIFY2(table.values.rows() > 0 && !table.columnNames.empty(), qPrintable(file));
    }
  }

  // Fails if a student that could not be fitted passes as good, or leaves no figure.
  void unfittedStudentIsTold() {
    const auto outcome = runCli({"figure", "line-attractor", "-o", m_folder.path("d.pdf"), "--set",
                                 "teacher.size=20", "simulation.steps=500", "simulation.task=none",
                                 "teacher.leading_eigenvalue=1.1", "fit.method=stationary-continuous"});
    QCOMPARE(outcome.code, 3);
    QVERIFY2(outcome.oneSentence(), outcome.err.c_str());
    QVERIFY(bytesOf(m_folder.path("d.pdf")).startsWith("%PDF"));
  }

 private:
  Folder m_folder;
};

KEYHOLE_TEST(TestFigure)

}  // namespace tst_figure

#include "tst_figure.moc"
