// Tests core/io/delimited.h: the columns of a table that are no channels.
#include "core/io/delimited.h"
#include "core/io/table_clock.h"
#include "tests/io/files.h"
#include "tests/io/written_table.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cstdio>

namespace tst_table_columns {

using namespace keyhole;
using namespace keyhole::test;

namespace {

std::string printed(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

class TestTableColumns : public QObject {
  Q_OBJECT

 private slots:
  void leftOut_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("says");
    QTest::addColumn<double>("interval");
    QTest::addColumn<QString>("unit");
    const auto row = [](const char* name, const std::string& header,
                        const std::function<std::string(Index)>& before, const char* says,
                        double interval = 0, const char* unit = "",
                        const std::function<std::string(Index)>& after = {}) {
      const std::string text = written(tableNumbers(), {.header = header, .before = before, .after = after});
      QTest::newRow(name) << QByteArray::fromStdString(text) << QString(says) << interval << QString(unit);
    };
    const auto count = [](Index from) { return [from](Index i) { return std::to_string(from + i) + ","; }; };
    const auto clock = [](const char* format, double step) {
      return [=](Index i) { return printed(format, static_cast<double>(i) * step) + ","; };
    };
    row("pandas", ",a,b,c\n", count(0), "column 1 counts the rows from 0: left out");
    row("pandas, from the middle", ",a,b,c\n", count(4711), "counts the rows from 4711");
    row(
        "pandas, rows filtered", ",a,b,c\n", [](Index i) { return std::to_string(i + i / 10) + ","; },
        "with gaps (5,");
    row("pandas, names that count", ",0,1,2\n", count(0), "line 1 counts the columns");
    row(
        "R", "\"\",\"V1\",\"V2\",\"V3\"\n", [](Index i) { return "\"" + std::to_string(i + 1) + "\","; },
        "counts the rows from 1");
    row(
        "R, write.table", "\"V1\",\"V2\",\"V3\"\n",
        [](Index i) { return "\"" + std::to_string(i + 1) + "\","; }, "counts the rows from 1");
    row("without names", "", count(0), "counts the rows from 0");
    row("frame numbers at the end", "a,b,c,frame\n", {}, "column 4 (frame) counts the rows", 0, "",
        [](Index i) { return "," + std::to_string(i); });
    row(
        "trials one below the other", ",a,b,c\n", [](Index i) { return std::to_string(i % 20) + ","; },
        "beginning anew 2 times (first in line 22)");
    row(
        "row names", "id,a,b,c\n", [](Index i) { return "s" + std::to_string(i) + ","; },
        "taken as the rows' names");
    row("seconds", "time (s),a,b,c\n", clock("%.3f", 0.002), "taken as the clock", 0.002, "s");
    row("milliseconds, rounded", "t_ms,a,b,c\n", clock("%.0f", 100.0 / 3), "Δt = 0.0333", 0.0333333, "s");
    row("unit in a row", "t,a,b,c\nms,mV,mV,mV\n", clock("%.1f", 5), "Δt = 0.005 s", 0.005, "s");
    row("no unit", "time,a,b,c\n", clock("%.2f", 0.05), "of a unit that the file does not name", 0.05, "");
    row("no name", "", clock("%.2f", 0.05), "taken as the clock", 0.05, "");
    row(
        "index and clock", ",time,a,b,c\n", [&](Index i) { return count(0)(i) + clock("%.2f", 0.05)(i); },
        "taken as the clock", 0.05, "");
    row(
        "uneven", "time [s],a,b,c\n",
        [](Index i) { return printed("%.2f,", 0.1 * static_cast<double>(i) + (i > 30 ? 0.05 : 0)); },
        "1 of 59 differ", 0.1, "s");
    row(
        "ISO dates", "when,a,b,c\n",
        [](Index i) { return printed("2024-02-28T23:59:%02.0f,", static_cast<double>(i)); }, "holds dates", 1,
        "s");
    row(
        "German dates over midnight", "Zeit,a,b,c\n",
        [](Index i) {
          return i < 30 ? printed("31.12.2023 23:59:%02.0f,", 30 + static_cast<double>(i))
                        : printed("01.01.2024 00:00:%02.0f,", static_cast<double>(i) - 30);
        },
        "holds dates", 1, "s");
    row(
        "American dates", "date,a,b,c\n",
        [](Index i) { return printed("1/31/2024 1:%02.0f:00 PM,", static_cast<double>(i)); }, "holds dates",
        60, "s");
    row(
        "times of day", "time,a,b,c\n",
        [](Index i) { return printed("10:00:%04.1f,", 0.5 * static_cast<double>(i)); }, "holds dates", 0.5,
        "s");
  }
  // Fails if such a column is taken for a channel, if it is left out without a word, or if Δt is wrong.
  void leftOut() {
    QFETCH(QByteArray, text);
    QFETCH(QString, says);
    QFETCH(double, interval);
    QFETCH(QString, unit);
    const std::string path = m_files.with("t.csv", text.toStdString());
    const auto table = readDelimited(path);
    COMPARE_MATRICES(table.values, tableNumbers(), 0.0);
    QString notes;
    for (const auto& note : table.notes) notes += QString::fromStdString(note) + "\n";
    QVERIFY2(notes.contains(says), qPrintable(notes));
    // Rounded to the printed digits: half of the last place over 59 steps.
    QVERIFY2(std::abs(table.interval - interval) <= 2e-3 * interval, qPrintable(notes));
    QCOMPARE(QString::fromStdString(table.intervalUnit), unit);
    QVERIFY(table.columnNames.empty() || table.columnNames.size() == 3);
    if (table.rowNames.empty() && interval != 60 && interval != 1 && interval != 0.5)
      QVERIFY(readDelimited(path, {.indexColumn = "none"}).values.cols() > 3);
  }

  // Fails if a channel is lost that only looks like a clock at its beginning.
  void channelsStay() {
    Matrix X = tableNumbers(60, 3);
    for (Index i = 0; i < 59; ++i) X(i, 0) = static_cast<double>(i);  // and then it falls
    const auto table = readDelimited(m_files.with("t.csv", written(X, {.header = "a,b,c\n"})));
    COMPARE_MATRICES(table.values, X, 0.0);
    // Risen throughout, uneven and with another name: kept, and said.
    for (Index i = 0; i < 60; ++i) X(i, 1) = static_cast<double>(i * i);
    const auto ramp = readDelimited(m_files.with("t.csv", written(X, {.header = "a,b,c\n"})));
    QCOMPARE(ramp.values.cols(), Index{3});
    QVERIFY(QString::fromStdString(ramp.notes.front()).contains("column 2 (b) rises with every row"));
    // A single column is a channel whatever it does.
    QCOMPARE(readDelimited(m_files.with("t.csv", written(X.col(1)))).values.cols(), Index{1});
  }

  // Ramps: one may be a clock, not all of them. Fails if channel after channel goes.
  void rampsStay() {
    Matrix X(30, 4);
    for (Index j = 0; j < 4; ++j) X.col(j) = Vector::LinSpaced(30, 0, 3 * static_cast<double>(j + 1));
    const auto table = readDelimited(m_files.with("t.csv", written(X, {.header = "a,b,c,d\n"})));
    COMPARE_MATRICES(table.values, Matrix(X.rightCols(3)), 0.0);
    QCOMPARE(table.notes.size(), std::size_t{4});
    // A name that only ends like a clock's is a channel's.
    const Matrix Y = tableNumbers();
    COMPARE_MATRICES(
        readDelimited(m_files.with("t.csv", written(Y, {.header = "a,reaction_time,c\n"}))).values, Y, 0.0);
  }

  // A clock that runs backwards is no clock, and no channel either.
  void clockRunsBackwards() {
    const auto before = [](Index i) {
      return printed("%.1f,", i == 30 ? 0.05 : 0.1 * static_cast<double>(i));
    };
    const std::string path =
        m_files.with("back.csv", written(tableNumbers(), {.header = "time,a,b,c\n", .before = before}));
    const QString sentence = refusal([&] { readDelimited(path); });
    QVERIFY2(isSentence(sentence, "back.csv") && sentence.contains("does not rise before line 32"),
             qPrintable(sentence));
    QCOMPARE(readDelimited(path, {.indexColumn = "time"}).values.cols(), Index{3});
    QCOMPARE(readDelimited(path, {.indexColumn = "none"}).values.cols(), Index{4});
  }

  // Known days: the first of 1970, a leap day, a zone.
  void dates() {
    QCOMPARE(secondsOfDate("1970-01-02", false).value(), 86400.0);
    QCOMPARE(secondsOfDate("2024-02-29 12:00", false).value(), 1709208000.0);
    QCOMPARE(secondsOfDate("2024-02-29T12:00:00+02:00", false).value(), 1709208000.0 - 7200);
    QCOMPARE(secondsOfDate("03/04/2024", true).value() - secondsOfDate("03/04/2024", false).value(),
             30 * 86400.0);
    for (const char* text : {"", "1.5", "12", "2024-13-01", "1/2", "a:b", "25:00:00", "1-2-3-4", "0.25/3"})
      QVERIFY2(!secondsOfDate(text, false), text);
  }

 private:
  Files m_files;
};

KEYHOLE_TEST(TestTableColumns)

}  // namespace tst_table_columns

#include "tst_table_columns.moc"
