// Tests core/io/table_clock_row.h and what else a table with time along its columns is: each of the same
// three channels at sixty time points, a row each.
#include "core/io/recording_file.h"
#include "tests/io/files.h"
#include "tests/io/written_table.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_turned_tables {

using namespace keyhole;
using namespace keyhole::test;

namespace {

constexpr Index kUnits = 3, kTimes = 60;

// A line of what stands at each time point.
std::string line(const std::string& name, const std::function<double(Index)>& at) {
  std::string text = name;
  for (Index t = 0; t < kTimes; ++t) text += (t ? "," : "") + toText(at(t));
  return text + "\n";
}

// The channels with what stands before each.
std::string channels(const Matrix& values, const std::function<std::string(Index)>& before = {}) {
  std::string text;
  for (Index i = 0; i < kUnits; ++i)
    text += line(before ? before(i) : "", [&](Index t) { return values(i, t); });
  return text;
}

std::string named(Index i) {
  return "cell" + std::to_string(i) + ",";
}

}  // namespace

class TestTurnedTables : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a column of activity that happens to rise over the channels is taken for a clock, if the row of
  // the time is fitted as a channel, or if what was done goes unsaid.
  void rows_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("says");
    QTest::addColumn<double>("interval");
    QTest::addColumn<int>("trials");
    const auto row = [](const char* name, const std::string& text, const char* says, double interval = 0,
                        int trials = 1) {
      QTest::newRow(name) << QByteArray::fromStdString(text) << QString(says) << interval << trials;
    };
    const auto seconds = [](Index t) { return static_cast<double>(t) / 50; };
    const auto count = [](Index t) { return static_cast<double>(t); };
    const std::string plain = channels(risingFirst()), withNames = channels(risingFirst(), named);
    row("numbers alone", plain, "");
    row("names in front", withNames, "the rows' names");
    row("a clock by its name", line("time (s),", seconds) + withNames,
        "row 1 (time (s)) rises with every column", 0.02);
    row("a clock without names", line("", seconds) + plain, "row 1 rises with every column", 0.02);
    row("frames", line("frame,", count) + withNames, "row 1 (frame) counts the columns from 0: left out");
    row("a clock that begins anew",
        line("time_ms,", [](Index t) { return 20.0 * static_cast<double>(t % 20); }) + withNames,
        "begins anew 2 times (first in column 21)", 0.02, 3);
    row("a table of pandas, turned",
        line(",", count) + channels(risingFirst(), [](Index i) { return std::to_string(i) + ","; }),
        "counts the rows from 0");
    row("a clock in the last row",
        withNames + line("timestamp_us,", [](Index t) { return 2e4 * static_cast<double>(t); }),
        "row 4 (timestamp_us)", 0.02);
  }
  void rows() {
    QFETCH(QByteArray, text);
    QFETCH(QString, says);
    QFETCH(double, interval);
    QFETCH(int, trials);
    const Recording recording = readRecording(m_files.with("turned.csv", text.toStdString()), {true});
    COMPARE_MATRICES(recording.activity, risingFirst(), 0.0);
    QVERIFY2(notesOf(recording).contains(says), qPrintable(notesOf(recording)));
    QVERIFY(std::abs(recording.interval - interval) < 1e-12);
    QCOMPARE(recording.trialLengths.size(), trials == 1 ? std::size_t{0} : static_cast<std::size_t>(trials));
    if (says.isEmpty()) QCOMPARE(notesOf(recording), QString());
  }

  void clockThatFalls() {
    const std::string text = line("time,", [](Index t) { return static_cast<double>(kTimes - t); }) +
                             channels(risingFirst(), named);
    const QString sentence = refusal([&] { readRecording(m_files.with("falls.csv", text), {true}); });
    QVERIFY2(isSentence(sentence, "falls.csv, row 1 (time)") && sentence.contains("before column 2"),
             qPrintable(sentence));
  }

 private:
  // Its first time point rises over the channels, as a column of a clock would.
  static Matrix risingFirst() {
    Matrix values = tableNumbers(kUnits, kTimes);
    values.col(0) << 0.5, 1.5, 2.5;
    return values;
  }

  Files m_files;
};

KEYHOLE_TEST(TestTurnedTables)

}  // namespace tst_turned_tables

#include "tst_turned_tables.moc"
