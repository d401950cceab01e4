// Tests the MATLAB format (core/io/format_mat.cpp): every kind of variable in every version that matio
// writes.
#include "core/io/mat.h"
#include "core/io/recording_file.h"
#include "tests/io/files.h"
#include "tests/io/mat_writer.h"
#include "tests/io/written_table.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <fstream>

namespace tst_mat_kinds {

using namespace keyhole;
using namespace keyhole::test;

namespace {

std::vector<Matrix> threeTrials() {
  const Matrix all = tableNumbers(90, 4);
  return {all.topRows(20), all.middleRows(20, 40), all.bottomRows(30)};
}

}  // namespace

class TestMatKinds : public QObject {
  Q_OBJECT

 private slots:
  void versions_data() {
    QTest::addColumn<int>("version");
    QTest::newRow("5") << static_cast<int>(MAT_FT_MAT5);
    QTest::newRow("7.3") << static_cast<int>(MAT_FT_MAT73);
  }

  // Trials of unequal length stay apart, in order. Fails if an element is lost, or the axes are exchanged.
  void trials_data() { versions_data(); }
  void trials() {
    QFETCH(int, version);
    const std::string path = m_files.path("trials.mat");
    for (const bool cells : {false, true}) {
      {
        MatWriter writer(path, static_cast<mat_ft>(version));
        if (cells)
          writer.addCells("D", threeTrials(), version == MAT_FT_MAT5);
        else
          writer.addStructArray("D", threeTrials(), version == MAT_FT_MAT5);
      }
      const std::string place = cells ? ":D" : ":D.y";
      for (const std::string& spec : {path, path + place}) {
        const Recording recording = readRecording(spec);
        COMPARE_MATRICES(recording.activity, Matrix(tableNumbers(90, 4).transpose()), 0.0);
        QVERIFY(recording.trialLengths == (std::vector<Index>{20, 40, 30}));
      }
      const std::string second = path + (cells ? ":D{2}" : ":D(2).y");
      COMPARE_MATRICES(readRecording(second).activity, Matrix(threeTrials()[1].transpose()), 0.0);
      const QString sentence = refusal([&] { readRecording(path + (cells ? ":D{4}" : ":D(4).y")); });
      QVERIFY2(isSentence(sentence, "trials.mat:D has 3 elements") && sentence.contains("1 to 3"),
               qPrintable(sentence));
    }
  }

  // Δt comes from the rate that stands beside the list of trials, not from a field of another one.
  void theRateBesideTrials() {
    const std::string path = m_files.path("rated.mat");
    for (const bool cells : {false, true}) {
      {
        MatWriter writer(path);
        if (cells)
          writer.addCells("D", threeTrials());
        else
          writer.addStructArray("D", threeTrials());
        writer.addMatrix("fs", Matrix::Constant(1, 1, 250));
      }
      const Recording recording = readRecording(path + (cells ? ":D" : ":D.y"));
      QCOMPARE(recording.interval, 0.004);
      QVERIFY2(notesOf(recording).contains("fs says 250 samples a second"), qPrintable(notesOf(recording)));
    }
  }

  // The field is found alone, and the rate beside it gives Δt.
  void structs_data() { versions_data(); }
  void structs() {
    QFETCH(int, version);
    const std::string path = m_files.path("struct.mat");
    MatWriter(path, static_cast<mat_ft>(version)).addStruct("data", tableNumbers(), 50);
    for (const char* place : {"", ":data", ":data.spikes"}) {
      const Recording recording = readRecording(path + place);
      COMPARE_MATRICES(recording.activity, Matrix(tableNumbers().transpose()), 0.0);
      QCOMPARE(recording.interval, 0.02);
      QCOMPARE(QString::fromStdString(recording.intervalUnit), QString("s"));
      QVERIFY(notesOf(recording).contains("data.fs says 50 samples a second"));
    }
    const QString sentence = refusal([&] { readRecording(path + ":data.rates"); });
    QVERIFY2(isSentence(sentence, "struct.mat:data") && sentence.contains("spikes (60 x 3 double)"),
             qPrintable(sentence));
  }

  void pages() {
    const std::string path = m_files.path("pages.mat");
    Matrix values(30, 8);
    values << tableNumbers(30, 4), tableNumbers(30, 4) * 2;
    MatWriter(path).addPages("x", values, 2);
    const Recording all = readRecording(path);
    QVERIFY(all.trialLengths == (std::vector<Index>{30, 30}));
    QVERIFY(notesOf(all).contains("its 2 pages were read as trials"));
    COMPARE_MATRICES(readRecording(path + ":x[:,:,2]").activity, Matrix(tableNumbers(30, 4).transpose() * 2),
                     0.0);
    for (const char* wrong : {":x[:,:,3]", ":x[:,:,0]", ":x[1]", ":x(1)", ":x[:,:,1]y"}) {
      const QString sentence = refusal([&] { readRecording(path + wrong); });
      QVERIFY2(isSentence(sentence, "pages.mat:x"), qPrintable(sentence));
    }
  }

  void complexNumbers() {
    const std::string path = m_files.path("complex.mat");
    MatWriter(path).addComplex("x", tableNumbers(), Matrix::Zero(60, 3));
    COMPARE_MATRICES(readMat(path, "x"), tableNumbers(), 0.0);
    MatWriter(path).addComplex("x", tableNumbers(), Matrix::Ones(60, 3));
    const QString sentence = refusal([&] { readMat(path, "x"); });
    QVERIFY2(isSentence(sentence, "complex.mat:x") && sentence.contains("imaginary"), qPrintable(sentence));
  }

  void version4() {
    const std::string path = m_files.path("four.mat");
    MatWriter(path, MAT_FT_MAT4).addMatrix("x", tableNumbers());
    COMPARE_MATRICES(readRecording(path).activity, Matrix(tableNumbers().transpose()), 0.0);
    // The same in the other byte order: the header's five words and the numbers turned.
    std::string bytes = readFileBytes(path);
    const auto turn = [&](std::size_t at, std::size_t n) {
      std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                   bytes.begin() + static_cast<std::ptrdiff_t>(at + n));
    };
    bytes[0] = static_cast<char>(1000 & 255);
    bytes[1] = static_cast<char>(1000 >> 8);
    for (std::size_t word = 0; word < 5; ++word) turn(4 * word, 4);
    for (std::size_t at = 22; at < bytes.size(); at += 8) turn(at, 8);
    COMPARE_MATRICES(readMat(m_files.with("big.mat", bytes), "x"), tableNumbers(), 0.0);
    const QString sentence =
        refusal([&] { readMat(m_files.with("cut.mat", bytes.substr(0, bytes.size() - 8)), "x"); });
    QVERIFY2(isSentence(sentence, "cut.mat"), qPrintable(sentence));
  }

  // A handful of numbers beside the trials is not the recording; a clock is none either.
  void whatIsTheRecording() {
    const std::string path = m_files.path("mixed.mat");
    std::vector<Matrix> many(40, tableNumbers(50, 4));
    {
      MatWriter writer(path);
      writer.addMatrix("info", tableNumbers(2, 6));
      writer.addStructArray("trial", many, true);
      writer.addText("note");
    }
    const Recording recording = readRecording(path);
    QCOMPARE(recording.trialLengths.size(), std::size_t{40});
    QVERIFY2(notesOf(recording).contains("info (2 x 6 double) passed over"), qPrintable(notesOf(recording)));
    {
      MatWriter writer(path);
      writer.addMatrix("traces", tableNumbers());
      writer.addMatrix("t", Vector::LinSpaced(60, 0, 5.9));
    }
    const Recording timed = readRecording(path);
    QCOMPARE(timed.activity.rows(), Index{3});
    QVERIFY(std::abs(timed.interval - 0.1) < 1e-12);
    QVERIFY(notesOf(timed).contains("taken as the clock"));
  }

  // Neurons in rows, as trials often are: the sentence says how.
  void trialsOfNeuronsInRows() {
    const std::string path = m_files.path("rows.mat");
    std::vector<Matrix> trials;
    for (const Matrix& trial : threeTrials()) trials.emplace_back(trial.transpose());
    MatWriter(path).addStructArray("D", trials);
    const QString sentence = refusal([&] { readRecording(path); });
    QVERIFY2(isSentence(sentence, "rows.mat:D.y") && sentence.contains("with --transpose they agree"),
             qPrintable(sentence));
    COMPARE_MATRICES(readRecording(path, {true}).activity, Matrix(tableNumbers(90, 4).transpose()), 0.0);
  }

  // matio declares 8 bytes too many for compressed text in structs and cells, and the struct their sum. Fails
  // if such files are called damaged, if a trial behind a text is read from elsewhere, or if it goes unsaid.
  void textThatDeclaresTooMuch_data() {
    QTest::addColumn<bool>("textLast");
    QTest::newRow("text in front") << false;
    QTest::newRow("text behind") << true;
  }
  void textThatDeclaresTooMuch() {
    QFETCH(bool, textLast);
    const std::string path = m_files.path("texts.mat");
    const std::vector<Matrix> trials = threeTrials();
    const char* fields[] = {textLast ? "y" : "note", textLast ? "note" : "y"};
    for (const bool compressed : {false, true}) {
      std::size_t dims[2] = {1, trials.size()};
      matvar_t* variable = Mat_VarCreateStruct("D", 2, dims, fields, 2);
      for (std::size_t k = 0; k < trials.size(); ++k) {
        std::string note = "left hand, trial of many words";
        std::size_t length[2] = {1, 5 + 8 * k};
        Mat_VarSetStructFieldByName(
            variable, "note", k, Mat_VarCreate(nullptr, MAT_C_CHAR, MAT_T_UINT8, 2, length, note.data(), 0));
        Mat_VarSetStructFieldByName(variable, "y", k, MatWriter::matrix(nullptr, trials[k]));
      }
      MatWriter(path).addVariable(variable, compressed);
      const Recording recording = readRecording(path);
      COMPARE_MATRICES(recording.activity, Matrix(tableNumbers(90, 4).transpose()), 0.0);
      QVERIFY(recording.trialLengths == (std::vector<Index>{20, 40, 30}));
      QCOMPARE(notesOf(recording).contains("bytes more than its arrays have"), compressed);
      COMPARE_MATRICES(readRecording(path + ":D(3).y").activity, Matrix(trials[2].transpose()), 0.0);
    }
    const std::string good = readFileBytes(path);
    for (std::size_t at = 128; at < good.size(); at += 11) {
      std::string bytes = good;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << at % 8));
      const std::string bad = m_files.with("bad.mat", bytes);
      Matrix values;
      const QString sentence = refusal([&] { values = readRecording(bad + ":D.y").activity; });
      QVERIFY2(
          sentence.isEmpty() ? values == tableNumbers(90, 4).transpose() : isSentence(sentence, "bad.mat"),
          qPrintable(QString("byte %1: %2").arg(at).arg(sentence)));
    }
  }

  // Every bit of a compressed variable's stream flipped, one at a time: the same numbers, or one sentence.
  // Fails if the checksum is not checked (a stored block then gives other numbers).
  void flippedBits() {
    const std::string path = m_files.path("bits.mat");
    MatWriter(path).addMatrix("x", tableNumbers(6, 3), true);
    const std::string good = readFileBytes(path);
    for (std::size_t at = 128; at < good.size(); ++at)
      for (int bit = 0; bit < 8; ++bit) {
        std::string bytes = good;
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
        const std::string bad = m_files.path("bad.mat");
        std::ofstream(bad, std::ios::binary) << bytes;
        Matrix values;
        const QString sentence = refusal([&] { values = readMat(bad, "x"); });
        QVERIFY2(sentence.isEmpty() ? values == tableNumbers(6, 3) : isSentence(sentence, "bad.mat"),
                 qPrintable(QString("byte %1, bit %2: %3").arg(at).arg(bit).arg(sentence)));
      }
  }

 private:
  Files m_files;
};

KEYHOLE_TEST(TestMatKinds)

}  // namespace tst_mat_kinds

#include "tst_mat_kinds.moc"
