// Tests core/io/table_labels.h, and what a table says of columns that label its rows, of names and of dates
// in the ways that pandas, R, Excel and laboratory programs write them.
#include "core/io/delimited.h"
#include "core/io/recording_file.h"
#include "core/io/table_labels.h"
#include "tests/io/files.h"
#include "tests/io/written_table.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cstdio>

namespace tst_table_labels {

using namespace keyhole;
using namespace keyhole::test;

namespace {

std::string asText(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

QString notesOf(const DelimitedTable& table) {
  QString notes;
  for (const auto& note : table.notes) notes += QString::fromStdString(note) + "\n";
  return notes;
}

}  // namespace

class TestTableLabels : public QObject {
  Q_OBJECT

 private slots:
  // The time between samples of a clock that jitters is that of all steps together, also beside a jump; of a
  // tenth of missing rows it is the usual step. Fails if it is one step, which jitters too.
  void jitter() {
    std::string jitters = "time_ms,a\n", jumps = jitters, holes = jitters;
    for (Index i = 0; i <= 200; ++i) {
      const double off = i > 0 && i < 200 ? static_cast<double>(i % 5 - 2) * 0.4 : 0,
                   at = 20 * static_cast<double>(i);
      const std::string cell = "," + std::to_string(i % 7) + "\n";
      jitters += toText(at + off) + cell;
      jumps += toText(at + off + (i < 100 ? 0 : 500)) + cell;
      if (i % 8 != 3) holes += toText(at) + cell;
    }
    const auto interval = [&](const std::string& text) {
      return readDelimited(m_files.with("jitter.csv", text)).interval;
    };
    QVERIFY(std::abs(interval(jitters) - 0.02) < 1e-12);
    // Without one step that jitters by up to two milliseconds, of the two hundred.
    QVERIFY(std::abs(interval(jumps) - 0.02) < 0.002 / 199);
    QCOMPARE(interval(holes), 0.02);
  }

  // Sixty rows of three channels, with columns before them that are no channels.
  void trials_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("says");
    QTest::addColumn<std::vector<Index>>("begins");
    QTest::addColumn<double>("interval");
    const auto row = [](const char* name, const std::string& header,
                        const std::function<std::string(Index)>& before, const char* says,
                        const std::vector<Index>& begins, double interval = 0) {
      const std::string text = written(tableNumbers(), {.header = header, .before = before});
      QTest::newRow(name) << QByteArray::fromStdString(text) << QString(says) << begins << interval;
    };
    const auto index = [](Index i) { return std::to_string(i / 20) + "," + std::to_string(i % 20) + ","; };
    row("pandas, two levels of names", "trial,t,a,b,c\n", index, "number of the trial", {20, 40});
    row("pandas, two levels without names", ",,a,b,c\n", index, "number of the trial", {20, 40});
    row("pandas, concatenated", ",a,b,c\n", [](Index i) { return std::to_string(i % 30) + ","; },
        "counts the rows, beginning anew 1 time (first in line 32)", {30});
    row("trial numbers alone, uneven", "Trial_ID,a,b,c\n",
        [](Index i) {
          return std::to_string(i < 7 ? 3 : i < 50 ? 5 : 6) + ",";
        },
        "(3 trials)", {7, 50});
    row(
        "a clock for each trial", "time (s),a,b,c\n",
        [](Index i) { return asText("%.2f,", 0.05 * static_cast<double>(i % 15) - 0.2); },
        "begins anew 3 times (first in line 17)", {15, 30, 45}, 0.05);
    row(
        "a clock without a name", "",
        [](Index i) { return asText("%.2f,", 0.05 * static_cast<double>(i % 30)); },
        "begins anew 1 time (first in line 31)", {30}, 0.05);
    row(
        "a clock for each trial, uneven", "time_s,a,b,c\n",
        [](Index i) { return asText("%.3f,", 0.05 * static_cast<double>(i % 30) + (i % 2 ? 0.004 : 0)); },
        "its steps are uneven", {30}, 0.05 + 0.004 / 29);
    row("one trial", "trial,a,b,c\n", [](Index) { return std::string("4,"); }, "is 4 throughout", {});
    row("counted down", ",a,b,c\n", [](Index i) { return std::to_string(59 - i) + ","; },
        "counts the rows down", {});
    row("shuffled", ",a,b,c\n", [](Index i) { return std::to_string(i * 7 % 60) + ","; },
        "in another order (first in line 11)", {});
    row("doubled", "frame,a,b,c\n", [](Index i) { return std::to_string(i - (i > 30)) + ","; },
        "1 of them as the one before (first in line 33)", {});
    row("an index with a hole", ",a,b,c\n",
        [](Index i) { return (i == 9 ? std::string() : std::to_string(i)) + ","; },
        "1 without a number (the first: line 11)", {});
    row("the same count twice", ",level_0,a,b,c\n",
        [](Index i) { return std::to_string(i) + "," + std::to_string(i) + ","; }, "repeats column 1", {});
    row(
        "the clock once more", "t1,Raw t,a,b,c\n",
        [](Index i) {
          return asText("%.1f,", 0.1 * static_cast<double>(i)) +
                 asText("%.1f,", 0.1 * static_cast<double>(i));
        },
        "repeats column 1", {}, 0.1);
  }
  // Fails if such a column is read as a channel, if it goes without a word, or if a step leads from one trial
  // into the next.
  void trials() {
    QFETCH(QByteArray, text);
    QFETCH(QString, says);
    QFETCH(std::vector<Index>, begins);
    QFETCH(double, interval);
    const std::string path = m_files.with("t.csv", text.toStdString());
    const DelimitedTable table = readDelimited(path);
    const QString notes = notesOf(table);
    QVERIFY2(notes.contains(says), qPrintable(notes));
    COMPARE_MATRICES(table.values, tableNumbers(), 0.0);
    QCOMPARE(table.trialBegins, begins);
    QVERIFY(std::abs(table.interval - interval) <= 1e-9);
    const Recording recording = readRecording(path);
    COMPARE_MATRICES(recording.activity, Matrix(tableNumbers().transpose()), 0.0);
    QCOMPARE(recording.trialLengths.size(), begins.empty() ? std::size_t{0} : begins.size() + 1);
    QCOMPARE(readDelimited(path, {.indexColumn = "none"}).values.cols() > 3, true);
  }

  void refused_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const std::string& header,
                        const std::function<std::string(Index)>& before, const char* says) {
      const std::string text = written(tableNumbers(), {.header = header, .before = before});
      QTest::newRow(name) << QByteArray::fromStdString(text) << QString(says);
    };
    row(
        "a clock that goes back", "t,a,b,c\n",
        [](Index i) { return asText("%.1f,", 0.1 * static_cast<double>(i) - (i >= 40 ? 2 : 0)); },
        "does not rise before line 42");
    row(
        "a clock that goes back, without a name", "",
        [](Index i) { return asText("%.1f,", 0.1 * static_cast<double>(i) - (i >= 40 ? 2 : 0)); },
        "does not rise before line 41");
    row(
        "a clock with the same time twice", "t,a,b,c\n",
        [](Index i) { return asText("%.1f,", 0.1 * static_cast<double>(i == 30 ? 29 : i)); },
        "does not rise before line 32");
    row(
        "a clock with a hole", "time,a,b,c\n",
        [](Index i) { return i == 5 ? std::string(",") : asText("%.1f,", 0.1 * static_cast<double>(i)); },
        "does not tell the time, 1 without a number (the first: line 7)");
    row(
        "one row per neuron and time point", "time,neuron,a,b,c\n",
        [](Index i) {
          return asText("%.1f,", 0.1 * static_cast<double>(i / 4)) + std::to_string(i % 4) + ",";
        },
        "does not rise");
  }
  // Fails if a clock that is none goes into the fit as a neuron.
  void refused() {
    QFETCH(QByteArray, text);
    QFETCH(QString, says);
    const std::string path = m_files.with("t.csv", text.toStdString());
    const QString sentence = refusal([&] { readDelimited(path); });
    QVERIFY2(isSentence(sentence, "t.csv") && sentence.contains(says), qPrintable(sentence));
    QVERIFY(readDelimited(path, {.indexColumn = "none"}).values.cols() > 3);
  }

  // Times of day of trials, and over midnights. Fails if their step is lost, or a midnight goes unsaid.
  void datesThatBeginAnew() {
    const auto of = [&](const std::function<std::string(Index)>& before) {
      return readDelimited(
          m_files.with("t.csv", written(tableNumbers(), {.header = "time,a,b,c\n", .before = before})));
    };
    const auto back = of([](Index i) {
      return std::to_string(12 - i / 20) + ":00:" + asText("%04.1f,", 0.5 * static_cast<double>(i % 20));
    });
    QCOMPARE(back.interval, 0.5);
    QCOMPARE(back.intervalUnit, std::string("s"));
    QCOMPARE(back.trialBegins, (std::vector<Index>{20, 40}));
    QVERIFY2(notesOf(back).contains("holds dates that begin anew 2 times (first in line 22)"),
             qPrintable(notesOf(back)));
    const auto nights = of([](Index i) { return std::to_string((20 + i) % 24) + ":00:00,"; });
    QCOMPARE(nights.interval, 3600.0);
    QVERIFY(nights.trialBegins.empty());
    QVERIFY2(notesOf(nights).contains("pass midnight 3 times (first in line 6)"),
             qPrintable(notesOf(nights)));
  }

  void numbersOfUnits_data() {
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<double>("scale");
    QTest::addColumn<bool>("taken");
    QTest::addColumn<QString>("says");
    QTest::newRow("in quotes") << QByteArray("\"2\",\"1\",\"0\"\n") << 1.0 << true << "in quotes";
    QTest::newRow("far from all below") << QByteArray("117,40,233\n") << 1.0 << true << "far from all below";
    QTest::newRow("near") << QByteArray("2,1,0\n") << 1.0 << false << "as no other line does";
    QTest::newRow("of whole numbers") << QByteArray("900000,400000,800000\n") << 1e4 << false
                                      << "far from all below and was read as numbers";
    QTest::newRow("not different") << QByteArray("117,40,40\n") << 1.0 << false << "";
  }
  // The numbers of units above a table. Fails if they are taken for the first time point without a word, or a
  // first time point that may be one is left out.
  void numbersOfUnits() {
    QFETCH(QByteArray, header);
    QFETCH(double, scale);
    QFETCH(bool, taken);
    QFETCH(QString, says);
    Matrix values = tableNumbers(60, 3, scale);
    if (scale > 1) values = values.array().round();
    const std::string text = written(values, {.header = header.toStdString()});
    const DelimitedTable table = readDelimited(m_files.with("t.csv", text));
    QCOMPARE(table.values.rows(), Index{taken ? 60 : 61});
    QCOMPARE(table.columnNames.size(), std::size_t{taken ? 3u : 0u});
    QVERIFY2(notesOf(table).contains(says), qPrintable(notesOf(table)));
    QVERIFY(!says.isEmpty() || !notesOf(table).contains("line 1"));
  }

  // One number per row, of neurons in turn: no table of neurons.
  void longTable() {
    std::string text = "trial,neuron,rate\n", blocks = "frame,unit,rate\n";
    const Matrix X = tableNumbers();
    for (Index i = 0; i < 60; ++i)
      text += std::to_string(i / 20) + "," + std::to_string(i % 4) + "," + toText(X(i, 0)) + "\n";
    for (Index i = 0; i < 60; ++i)
      blocks += std::to_string(i % 20) + "," + std::to_string(i / 20) + "," + toText(X(i, 0)) + "\n";
    for (const auto& one : {text, blocks}) {
      const QString sentence = refusal([&] { readDelimited(m_files.with("long.csv", one)); });
      QVERIFY2(isSentence(sentence, "long.csv") && sentence.contains("one row per neuron"),
               qPrintable(sentence));
    }
    // A channel of that name whose numbers are its own stays.
    const std::string path = m_files.with("t.csv", written(X, {.header = "time,unit,c\n"}));
    const QString kept = refusal([&] { readDelimited(path); });
    QVERIFY2(kept.contains("does not rise"), qPrintable(kept));  // by its first column, not by "unit"
  }

  // A channel that happens to be whole, falls evenly or has few values is no label.
  void channelsStay() {
    Matrix X = tableNumbers();
    for (Index i = 0; i < 60; ++i) X(i, 0) = static_cast<double>((i * i + i / 3) % 5);
    for (const char* header : {"a,b,c\n", "x,b,c\n", "rate,b,c\n", "n,b,c\n"}) {
      const auto table = readDelimited(m_files.with("t.csv", written(X, {.header = header})));
      COMPARE_MATRICES(table.values, X, 0.0);
      QVERIFY(table.trialBegins.empty());
    }
    COMPARE_MATRICES(readDelimited(m_files.with("t.csv", written(X))).values, X, 0.0);
    // A stimulus of steps has no trial's name.
    for (Index i = 0; i < 60; ++i) X(i, 0) = static_cast<double>(i / 20);
    COMPARE_MATRICES(readDelimited(m_files.with("t.csv", written(X, {.header = "stimulus,b,c\n"}))).values, X,
                     0.0);
    // And nothing is cut or left out where it is asked for.
    const auto all =
        readDelimited(m_files.with("t.csv", written(X, {.header = "trial,b,c\n"})), {.indexColumn = "none"});
    COMPARE_MATRICES(all.values, X, 0.0);
    QVERIFY(all.trialBegins.empty());
  }

  // pandas' levels of columns, whose index has a name; and what is no line of names.
  void names() {
    const Matrix X = tableNumbers();
    const auto count = [](Index i) { return std::to_string(i) + ","; };
    const auto levels = readDelimited(
        m_files.with("t.csv", written(X, {.header = "area,x,x,y\nunit,0,1,0\nframe,,,\n", .before = count})));
    COMPARE_MATRICES(levels.values, X, 0.0);
    // A row with a comment behind its numbers is not taken for names: it is named.
    std::string text = written(X, {.header = "a,b,c\n"});
    text.insert(text.find('\n', 7), " # first");
    QString sentence = refusal([&] { readDelimited(m_files.with("t.csv", text)); });
    QVERIFY2(sentence.contains("line 2, column 3 is"), qPrintable(sentence));
    text = text.substr(6);
    sentence = refusal([&] { readDelimited(m_files.with("t.csv", text)); });
    QVERIFY2(sentence.contains("line 1"), qPrintable(sentence));
    // Counts below 0, 1, 2, 3: names by pandas; a table that goes on counting has none.
    Matrix counts(40, 4), counting(40, 4);
    for (Index i = 0; i < 40; ++i)
      for (Index j = 0; j < 4; ++j) {
        counts(i, j) = static_cast<double>((i * i * (j + 2) + 3 * j) % 7);
        counting(i, j) = static_cast<double>(4 * i + j);
      }
    const auto named = readDelimited(m_files.with("t.csv", written(counts, {.header = "0,1,2,3\n"})));
    COMPARE_MATRICES(named.values, counts, 0.0);
    QVERIFY(notesOf(named).contains("line 1 counts the columns"));
    const std::string path = m_files.with("t.csv", written(counts, {.header = "0,1,2,3\n"}));
    QCOMPARE(readDelimited(path, {.header = "0"}).values.rows(), Index{41});
    QCOMPARE(readDelimited(m_files.with("t.csv", written(counting)), {.indexColumn = "none"}).values.rows(),
             Index{40});
    // Neurons in rows, times above them.
    const auto across = readDelimited(
        m_files.with("t.csv", ",0.0,0.5,1.0\ncell1,1,2,3\ncell2,4,5,6.5\ncell3,7,8,1\ncell4,1,1,1\n"));
    QCOMPARE(across.values.rows(), Index{4});
    QCOMPARE(across.rowNames.size(), std::size_t{4});
    QVERIFY(notesOf(across).contains("line 1 rises from column to column"));
  }

  // The same 60 rows, half a second apart, by the ways in which programs write it.
  void clocks_data() {
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char* name, const std::function<std::string(double)>& time,
                        const char* header) {
      const auto before = [&](Index i) { return time(0.5 * static_cast<double>(i)) + ","; };
      QTest::newRow(name) << QByteArray::fromStdString(
          written(tableNumbers(), {.header = header, .before = before}));
    };
    row(
        "pandas, a span", [](double s) { return asText("0 days 00:00:%09.6f", s); }, ",a,b,c\n");
    row(
        "over a day",
        [](double s) {
          return s < 10 ? asText("0 days 23:59:%04.1f", 50 + s) : asText("1 days 00:00:%04.1f", s - 10);
        },
        ",a,b,c\n");
    row(
        "minutes and seconds", [](double s) { return asText("59:%04.1f", 20 + s); }, "time,a,b,c\n");
    row(
        "MATLAB", [](double s) { return asText("31-May-2024 12:00:%04.1f", s); }, "time,a,b,c\n");
    row(
        "ISO 8601, basic", [](double s) { return asText("20240229T2359%04.1fZ", s); }, "t,a,b,c\n");
    row(
        "day and time", [](double s) { return asText("2024-02-29,12:00:%04.1f", s); }, "Date,Time,a,b,c\n");
    row(
        "German day and time, over midnight",
        [](double s) {
          return s < 10 ? asText("31.12.2023,23:59:%04.1f", 50 + s)
                        : asText("01.01.2024,00:00:%04.1f", s - 10);
        },
        "Datum,Zeit,a,b,c\n");
  }
  void clocks() {
    QFETCH(QByteArray, text);
    const auto table = readDelimited(m_files.with("t.csv", text.toStdString()));
    COMPARE_MATRICES(table.values, tableNumbers(), 0.0);
    // A double of seconds since 1970 resolves 2e-7.
    QVERIFY2(std::abs(table.interval - 0.5) <= 1e-6, qPrintable(notesOf(table)));
    QCOMPARE(table.intervalUnit, std::string("s"));
    QVERIFY(table.trialBegins.empty());
  }

  // Days by name are those by number; what is none stays none.
  void daysByName() {
    const double may = secondsOfDate("2024-05-01", false).value();
    for (const char* text : {"01-May-2024", "1 May 2024", "May 1, 2024", "1-MAI-24", "1. Mai 2024"})
      QVERIFY2(secondsOfDate(text, false).value_or(0) == may, text);
    QCOMPARE(secondsOfDate("20240501T0130", false).value(), may + 5400);
    QCOMPARE(secondsOfDate("2 days 01:00:00", false).value(), 2 * 86400.0 + 3600);
    for (const char* text : {"May", "may 1", "3 dogs 12:00", "20241301T000000", "Mayor 12 99", "1 days 99"})
      QVERIFY2(!secondsOfDate(text, false), text);
  }

  // In Windows-1252, as Excel saves "CSV": the no-break space and the apostrophe are one byte.
  void oldSpreadsheets() {
    Matrix X = tableNumbers(40, 2, 1000);
    const auto grouped = [](const std::string& mark) {
      return [mark](const std::string& text) {
        const auto end = text.find(',');
        const std::size_t whole = end == std::string::npos ? text.size() : end, sign = text[0] == '-';
        return whole - sign > 3 ? text.substr(0, whole - 3) + mark + text.substr(whole - 3) : text;
      };
    };
    for (const std::string mark : {"\xA0", "\x92", "\xC2\xA0", "\xE2\x80\x99"}) {
      const auto table = readDelimited(m_files.with(
          "t.csv", written(X, {.separator = ";", .decimal = ",", .header = "a;b\n", .cell = grouped(mark)})));
      COMPARE_MATRICES(table.values, X, 0.0);
      QVERIFY(notesOf(table).contains("group thousands"));
    }
  }

  // Guesses that nothing in the table settles are said.
  void doubtsAreSaid() {
    const auto table = readDelimited(m_files.with("t.csv", "a;b\n1.234;2.345\n1.500;3.125\n2.250;1.125\n"));
    QCOMPARE(table.values(0, 0), 1.234);
    QVERIFY2(notesOf(table).contains("groups thousands"), qPrintable(notesOf(table)));
    const auto settled = readDelimited(m_files.with("t.csv", "a;b\n1.234;2.345\n1.5;3.125\n2.250;1.125\n"));
    QVERIFY2(settled.notes.empty(), qPrintable(notesOf(settled)));
    const auto sentinels = readDelimited(m_files.with("t.csv", "a,b\n1.5,-999\n-999,2.5\n0.1,0.2\n"));
    QVERIFY(notesOf(sentinels).contains("2 cells are -999, which often stands for a missing value"));
    QCOMPARE(sentinels.values(0, 1), -999.0);
  }

 private:
  Files m_files;
};

KEYHOLE_TEST(TestTableLabels)

}  // namespace tst_table_labels

#include "tst_table_labels.moc"
