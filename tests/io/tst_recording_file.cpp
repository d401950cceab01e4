// Tests core/io/recording_file.h
#include "core/io/npy.h"
#include "core/io/recording_file.h"
#include "tests/io/files.h"
#include "tests/io/mat_writer.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_recording_file {

using namespace keyhole;
using namespace keyhole::test;

class TestRecordingFile : public QObject {
  Q_OBJECT

 private slots:
  // Files hold time x neurons, recordings neurons x time. Fails if one is taken for the other.
  void timeRunsDownTheRows() {
    const Matrix stored = (Matrix(3, 2) << 1, 2, 3, 4, 5, 7).finished();
    writeNpy(m_files.path("a.npy"), stored);
    COMPARE_MATRICES(readRecording(m_files.path("a.npy")).activity, Matrix(stored.transpose()), 0.0);
    COMPARE_MATRICES(readRecording(m_files.path("a.npy"), {true}).activity, stored, 0.0);
    COMPARE_MATRICES(readMatrixFile(m_files.path("a.npy")), stored, 0.0);
  }

  void namesComeFromTheHeader() {
    const auto recording = readRecording(m_files.with("b.csv", "left,right\n1,2\n3,5\n"));
    QVERIFY(recording.channelNames == (std::vector<std::string>{"left", "right"}));
    QVERIFY(readRecording(m_files.path("b.csv"), {true}).channelNames.empty());
  }

  // Only behind .mat does a colon part file and variable. Fails if a file with a colon in its name can't be
  // read.
  void colonsInNames() {
    writeNpy(m_files.path("mouse:3.npy"), Matrix::Identity(3, 3));
    QCOMPARE(readRecording(m_files.path("mouse:3.npy")).activity.rows(), Index{3});
  }

  // Fails if the name behind the colon is lost, or asked for where there is but one matrix.
  void variablesOfMatFiles() {
    const std::string path = m_files.path("two.mat");
    const Matrix left = (Matrix(3, 2) << 1, 2, 3, 4, 5, 7).finished();
    {
      MatWriter writer(path);
      writer.addMatrix("left", left);
      writer.addMatrix("right", left * 2);
    }
    COMPARE_MATRICES(readRecording(path + ":right").activity, Matrix(left.transpose() * 2), 0.0);
    COMPARE_MATRICES(readRecording(path + ":left", {true}).activity, left, 0.0);
    QVERIFY(readRecording(path + ":right").source == path + ":right");
    const auto sentence = [](const std::string& spec) { return refusal([&] { readRecording(spec); }); };
    QVERIFY(isSentence(sentence(path), "left (3 x 2 double), right (3 x 2 double)"));
    QVERIFY(isSentence(sentence(path + ":"), "so a name is needed"));
    QVERIFY(isSentence(sentence(path + ":middle"), "no variable \"middle\""));
    QVERIFY(isSentence(sentence(m_files.path("none.mat:left")), "none.mat"));
  }

  void refused_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("says");
    QTest::newRow("nan") << "nan.csv" << QByteArray("1,2\n3,nan\n5,6\n")
                         << "no number (nan, or an empty cell) in channel 2 at time point 2";
    QTest::newRow("infinite") << "inf.csv" << QByteArray("1,2\ninf,4\n5,6\n")
                              << "inf in channel 1 at time point 2";
    QTest::newRow("missing") << "gap.tsv" << QByteArray("1\t2\n3\t\n5\t6\n")
                             << "no number (nan, or an empty cell) in channel 2 at time point 2";
    QTest::newRow("empty file") << "empty.csv" << QByteArray() << "no numbers";
    QTest::newRow("one time point") << "one.csv" << QByteArray("1,2,3\n")
                                    << "1 time point; allowed: at least 2";
    QTest::newRow("type") << "movie.avi" << QByteArray("RIFF") << "file type \".avi\"; allowed: .npy";
    QTest::newRow("no type") << "noending" << QByteArray("1,2\n3,4\n") << "allowed: .npy";
  }
  void refused() {
    QFETCH(QString, name);
    QFETCH(QByteArray, text);
    QFETCH(QString, says);
    const std::string path = m_files.with(name.toStdString(), text.toStdString());
    const QString sentence = refusal([&] { readRecording(path); });
    QVERIFY2(isSentence(sentence, name) && sentence.contains(says), qPrintable(sentence));
  }

  void refusedFiles() {
    const auto sentence = [](const std::string& path) { return refusal([&] { readRecording(path); }); };
    QVERIFY(isSentence(sentence(m_files.path("missing.npy")), "missing.npy"));
    createFolder(m_files.path("folder.npy"));
    QVERIFY(isSentence(sentence(m_files.path("folder.npy")), "folder.npy"));
    writeNpy(m_files.path("none.npy"), Matrix(5, 0));
    QVERIFY(sentence(m_files.path("none.npy")).contains("0 neurons; allowed: at least 1"));
  }

  // Connectivity: square and finite, and the place of a bad entry named.
  void squareMatrices() {
    const auto sentence = [](const std::string& path) { return refusal([&] { readSquareMatrix(path); }); };
    QVERIFY(sentence(m_files.with("wide.csv", "1,2\n")).contains("1 x 2; allowed: a square matrix"));
    QVERIFY(sentence(m_files.with("hole.csv", "1,2\n,4\n")).contains("row 2, column 1"));
    COMPARE_MATRICES(readSquareMatrix(m_files.with("good.csv", "1,2\n3,4\n")),
                     (Matrix(2, 2) << 1, 2, 3, 4).finished(), 0.0);
  }

 private:
  Files m_files;
};

KEYHOLE_TEST(TestRecordingFile)

}  // namespace tst_recording_file

#include "tst_recording_file.moc"
