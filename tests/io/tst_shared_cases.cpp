// Files in the shape of those that others could not read, each with its right value, where they are
// (environment variable KEYHOLE_CASES). Their twins, made by the tests themselves, are in tst_table_dialects,
// tst_table_columns and tst_mat_kinds.
#include "core/io/recording_file.h"
#include "tests/io/files.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_shared_cases {

using namespace keyhole;
using namespace keyhole::test;

class TestSharedCases : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    m_folder = qEnvironmentVariable("KEYHOLE_CASES").toStdString();
    if (m_folder.empty()) QSKIP("KEYHOLE_CASES does not name the folder of cases");
    m_clean = readRecording(m_folder + "/tables/clean.csv").activity;
    QCOMPARE(m_clean.rows(), Index{4});
    QCOMPARE(m_clean.cols(), Index{300});
  }

  void sameAsClean_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("says");  // a part of the notes; empty: there are none
    const auto row = [](const char* file, const char* says) {
      QTest::newRow(file) << QString(file) << QString(says);
    };
    row("tables/pandas_named.csv", "column 1 counts the rows from 0");
    row("tables/r_writecsv.csv", "column 1 counts the rows from 1");
    row("tables/blank_lines.csv", "2 blank lines");
    row("tables/semicolon_noheader.csv", "the comma is the decimal sign");
    row("tables/semicolon_point.csv", "");
    row("tables/utf16le_bom.csv", "");
    row("tables/utf8_bom_crlf.csv", "");
    row("tables/cr_only.csv", "");
    row("tables/quoted_semicolon_header.csv", "");
    row("tables/newline_in_header.csv", "");
    row("tables/trailing_comma.csv", "column 5 has neither");
    row("tables/units_row.csv", "units");
    row("tables/datetime_column.csv", "column 1 (time) holds dates");
    row("tables/percent_comment.txt", "1 comment line");
    row("tables/sep_semicolon.csv", "");
  }
  void sameAsClean() {
    QFETCH(QString, file);
    QFETCH(QString, says);
    const Recording recording = readRecording(m_folder + "/" + file.toStdString());
    COMPARE_MATRICES(recording.activity, m_clean, 0.0);
    QString notes;
    for (const auto& note : recording.notes) notes += QString::fromStdString(note) + "\n";
    QVERIFY2(says.isEmpty() ? notes.isEmpty() : notes.contains(says), qPrintable(notes));
  }

  void gaps() {
    const auto missing = [&](const char* file, Index expected) {
      const Matrix activity = readRecording(m_folder + "/tables/" + file, {false, true}).activity;
      return activity.cols() == 300 && activity.array().isNaN().count() == expected;
    };
    QVERIFY(missing("gap.csv", 40) && missing("gap.tsv", 40));
    QVERIFY(missing("empty_first_cell.csv", 3) && missing("hash_first_cell.csv", 3));
  }

  void oneColumn() {
    const Matrix trace = readRecording(m_folder + "/tables/onecolumn.csv").activity;
    COMPARE_MATRICES(trace, Matrix(m_clean.row(0)), 0.0);
    const Recording thousands = readRecording(m_folder + "/tables/quoted_thousands.csv");
    QCOMPARE(thousands.activity(1, 0), -1039.5);
  }

  void refused() {
    const auto sentence = [&](const std::string& file) {
      return refusal([&] { readRecording(m_folder + file); });
    };
    QVERIFY(isSentence(sentence("/tables/sum_row.csv"), "line 302, column 1 is \"Average\""));
    QVERIFY(isSentence(sentence("/mat/damaged_silent.mat"), "damaged"));
  }

  void mat_data() {
    QTest::addColumn<QString>("spec");
    QTest::addColumn<int>("neurons");
    QTest::addColumn<int>("timepoints");
    QTest::addColumn<int>("trials");
    const auto row = [](const char* spec, int neurons, int timepoints, int trials) {
      QTest::newRow(spec) << QString(spec) << neurons << timepoints << trials;
    };
    row("good.mat", 4, 300, 0);
    row("v4.mat", 4, 300, 0);
    row("sparse.mat", 6, 300, 0);
    row("complex_zero_imag.mat", 4, 300, 0);
    row("v73_double.mat", 4, 300, 0);
    row("v73_sparse.mat", 6, 300, 0);
    row("struct.mat:data.spikes", 4, 300, 0);
    row("v73_struct.mat:data.spikes", 4, 300, 0);
    row("struct.mat", 4, 300, 0);
    row("struct_array.mat", 4, 200, 2);
    row("struct_array.mat:trial(2).y", 4, 100, 0);
    row("cell_trials.mat", 4, 300, 3);
    row("v73_cell.mat:trials", 4, 300, 3);
    row("three_d.mat", 4, 300, 3);
    row("three_d.mat:x[:,:,2]", 4, 100, 0);
    row("matrix_and_time.mat", 4, 300, 0);
  }
  void mat() {
    QFETCH(QString, spec);
    QFETCH(int, neurons);
    QFETCH(int, timepoints);
    QFETCH(int, trials);
    const Recording recording = readRecording(m_folder + "/mat/" + spec.toStdString());
    QCOMPARE(recording.activity.rows(), Index{neurons});
    QCOMPARE(recording.activity.cols(), Index{timepoints});
    QCOMPARE(recording.trialLengths.size(), static_cast<std::size_t>(trials));
    // All of four channels hold the table's numbers, or some of its rows, but for the digits that it leaves
    // out.
    if (neurons == 4 && timepoints == 300)
      QVERIFY((recording.activity - m_clean).cwiseAbs().maxCoeff() < 1e-5);
  }

 private:
  std::string m_folder;
  Matrix m_clean;
};

KEYHOLE_TEST(TestSharedCases)

}  // namespace tst_shared_cases

#include "tst_shared_cases.moc"
