// Tests core/io/octave_text.h, and the other formats as Octave writes them: by Octave where it is, and by
// hand.
#include "core/io/formats.h"
#include "core/io/recording_file.h"
#include "tests/io/files.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QProcess>
#include <QTest>

#include <cmath>

namespace tst_octave {

using namespace keyhole;
using namespace keyhole::test;

namespace {

constexpr const char* kText =
    "# Created by Octave 7.3.0, Mon Jan 01 10:00:00 2024 UTC <a@b>\n"
    "# name: x\n# type: matrix\n# rows: 3\n# columns: 2\n 1 2\n 3 NA\n -5e-1 7\n\n\n"
    "# name: note\n# type: sq_string\n# elements: 1\n# length: 4\ntext\n\n\n"
    "# name: whole\n# type: int16 matrix\n# ndims: 2\n 2 3\n 1\n 2\n 3\n 4\n 5\n 6\n\n\n"
    "# name: few\n# type: sparse matrix\n# nnz: 2\n# rows: 3\n# columns: 2\n2 1 5\n3 2 -1.5\n\n\n"
    "# name: flat\n# type: complex matrix\n# rows: 1\n# columns: 2\n (1,0) (2,-0)\n\n\n"
    "# name: bent\n# type: complex scalar\n(1,2)\n\n\n"
    "# name: up\n# type: double_range\n# base, limit, increment\n2 8 3\n\n\n"
    "# name: D\n# type: struct\n# ndims: 2\n 1 2\n# length: 2\n"
    "# name: y\n# type: cell\n# rows: 1\n# columns: 2\n"
    "# name: <cell-element>\n# type: matrix\n# rows: 2\n# columns: 2\n 1 2\n 3 4\n\n\n"
    "# name: <cell-element>\n# type: matrix\n# rows: 2\n# columns: 2\n 5 6\n 7 8\n\n\n\n\n\n"
    "# name: k\n# type: cell\n# rows: 1\n# columns: 2\n"
    "# name: <cell-element>\n# type: scalar\n1\n\n\n"
    "# name: <cell-element>\n# type: scalar\n2\n\n\n\n\n\n\n\n"
    "# name: f\n# type: function handle\n@<anonymous>\n@(x) x\n\n\n";

double weightedSumOf(const Recording& recording) {
  double sum = 0;
  for (Index t = 0; t < recording.activity.cols(); ++t)
    for (Index i = 0; i < recording.activity.rows(); ++i)
      sum += recording.activity(i, t) * static_cast<double>(1 + (7 * t + 3 * i) % 11);
  return sum;
}

}  // namespace

class TestOctave : public QObject {
  Q_OBJECT

 private slots:
  void text() {
    const std::string path = m_files.with("x.mat", kText);
    const Matrix x = readMatrixFile(path + ":x");
    QVERIFY(x.rows() == 3 && x.cols() == 2 && std::isnan(x(1, 1)) && x(2, 0) == -0.5 && x(2, 1) == 7);
    COMPARE_MATRICES(readMatrixFile(path + ":whole"), (Matrix(2, 3) << 1, 3, 5, 2, 4, 6).finished(), 0.0);
    COMPARE_MATRICES(readMatrixFile(path + ":few"), (Matrix(3, 2) << 0, 0, 5, 0, 0, -1.5).finished(), 0.0);
    COMPARE_MATRICES(readMatrixFile(path + ":flat"), (Matrix(1, 2) << 1, 2).finished(), 0.0);
    COMPARE_MATRICES(readMatrixFile(path + ":up"), (Matrix(1, 3) << 2, 5, 8).finished(), 0.0);
    const Recording trials = readRecording(path + ":D.y");
    QVERIFY((trials.trialLengths == std::vector<Index>{2, 2}));
    COMPARE_MATRICES(trials.activity, (Matrix(2, 4) << 1, 3, 5, 7, 2, 4, 6, 8).finished(), 0.0);
    QVERIFY(isSentence(refusal([&] { readMatrixFile(path + ":bent"); }), "imaginary part is not zero"));
    QVERIFY(isSentence(refusal([&] { readMatrixFile(path + ":f"); }), "function handle"));
  }

  // Cut anywhere, and with a size that lies: the same numbers or one sentence.
  void damagedText() {
    const std::string good = kText;
    int refused = 0;
    for (std::size_t at = 20; at < good.size(); at += 7) {
      const std::string path = m_files.with("cut.txt", good.substr(0, at));
      const QString sentence = refusal([&] { readMatrixFile(path + ":D(2).y"); });
      if (sentence.isEmpty()) continue;
      ++refused;
      QVERIFY2(isSentence(sentence, "cut.txt"), qPrintable(sentence));
    }
    QVERIFY(refused > 50);
    for (const auto& [from, to] : {std::pair{"# rows: 3", "# rows: 3000000000"},
                                   {"# rows: 3", "# rows: -3"},
                                   {"# nnz: 2", "# nnz: 2000000000000"},
                                   {" 2 3\n", " 1e9 1e9\n"},
                                   {"# length: 2", "# length: 4000000000"},
                                   {" -5e-1 7", " -5e-1 7 8"},
                                   {"2 1 5", "9 1 5"}}) {
      std::string bad = good;
      bad.replace(bad.find(from), std::string(from).size(), to);
      const std::string path = m_files.with("lie.txt", bad);
      const QString sentence = refusal([&] {
        for (const char* place : {":x", ":few", ":D.y"}) readMatrixFile(path + place);
      });
      QVERIFY2(isSentence(sentence, "lie.txt"), qPrintable(QString("%1: ").arg(to) + sentence));
    }
    const std::string binary = m_files.with("x.bin", std::string("Octave-1-L\0\0", 12));
    QVERIFY(isSentence(refusal([&] { readRecording(binary); }), "Octave's own binary format"));
  }

  // Octave writes each kind in each of its formats, and says what is in it.
  void writtenByOctave() {
    QProcess octave;
    octave.start("octave-cli",
                 {"--no-gui", "--norc", OCTAVE_WRITERS, QString::fromStdString(m_files.path(""))});
    if (!octave.waitForStarted(5'000)) QSKIP("there is no octave-cli here");
    QVERIFY(octave.waitForFinished(120'000));
    QVERIFY2(octave.exitCode() == 0, octave.readAllStandardError().constData());
    int read = 0;
    for (const QByteArray& line : octave.readAllStandardOutput().split('\n')) {
      const auto parts = line.split('\t');
      if (parts.size() != 4) continue;
      ++read;
      Recording recording;
      const QString sentence = refusal([&] {
        recording = readRecording(m_files.path(parts[0].toStdString()), {false, true});
      });
      QVERIFY2(sentence.isEmpty(), qPrintable(sentence));
      QVERIFY2(recording.activity.rows() == parts[1].toInt() && recording.activity.cols() == parts[2].toInt(),
               line.constData());
      // At most 2400 terms of up to 100 times 11; text and single precision come back exactly.
      QVERIFY2(std::abs(weightedSumOf(recording) - parts[3].toDouble()) < 1e-6, line.constData());
    }
    QVERIFY(read > 60);
  }

 private:
  Files m_files;
};

KEYHOLE_TEST(TestOctave)

}  // namespace tst_octave

#include "tst_octave.moc"
