// Tests core/io/delimited.h: how a table is written. The same numbers in every dialect, which must come back
// exactly, or one sentence.
#include "core/io/delimited.h"
#include "tests/io/files.h"
#include "tests/io/written_table.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <cmath>

namespace tst_table_dialects {

using namespace keyhole;
using namespace keyhole::test;

namespace {

std::string quoted(const std::string& text) {
  return "\"" + text + "\"";
}

// Thousands grouped by `mark`, with the decimal sign that the text has.
std::string grouped(const std::string& text, const std::string& mark) {
  const std::size_t sign = text[0] == '-' ? 1 : 0;
  const std::size_t end = std::min(text.find_first_of(".,"), text.size());
  std::string result = text;
  for (std::size_t at = end; at > sign + 3; at -= 3) result.insert(at - 3, mark);
  return result;
}

QString joined(const std::vector<std::string>& notes) {
  QString text;
  for (const auto& note : notes) text += QString::fromStdString(note) + "\n";
  return text;
}

}  // namespace

class TestTableDialects : public QObject {
  Q_OBJECT

 private slots:
  // A raster of TRUE and FALSE is one of 1 and 0, and it is said; beside numbers a column of them is none of
  // the neurons. Fails too if a table of cells with a sign behind them is refused as one of words.
  void truths() {
    const auto truth = [](Index i) { return std::string(i % 3 ? "TRUE" : "False"); };
    std::string raster = ",a,b\n", beside = "a,b,rewarded\n", percent = "a,b\n";
    for (Index i = 0; i < 60; ++i) {
      raster += std::to_string(i) + "," + truth(i) + "," + truth(i + 1) + "\n";
      beside += std::to_string(i % 7) + "," + std::to_string(i % 5) + "," + truth(i) + "\n";
      percent += std::to_string(i % 7) + "%," + std::to_string(i % 5) + "%\n";
    }
    const DelimitedTable table = readDelimited(m_files.with("raster.csv", raster));
    QCOMPARE(table.values.cols(), Index{2});
    QCOMPARE(table.values.col(0).sum(), 40.0);
    QCOMPARE(table.values(0, 0), 0.0);
    QVERIFY(std::any_of(table.notes.begin(), table.notes.end(), [](const std::string& note) {
      return note.find("120 cells are TRUE or FALSE (the first: line 2, column 2)") != note.npos;
    }));
    QString sentence = refusal([&] { readDelimited(m_files.with("beside.csv", beside)); });
    QVERIFY2(isSentence(sentence, "column 3 (rewarded) holds no numbers"), qPrintable(sentence));
    sentence = refusal([&] { readDelimited(m_files.with("percent.csv", percent)); });
    QVERIFY2(isSentence(sentence, "line 2, column 1 is \"0%\""), qPrintable(sentence));
  }

  void sameNumbers_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");  // a part of the notes; empty: there are none
    const Matrix X = tableNumbers();
    const auto row = [](const char* name, const std::string& bytes, const char* says = "") {
      QTest::newRow(name) << QByteArray::fromStdString(bytes) << QString(says);
    };
    const char* comma = "the comma is the decimal sign";
    row("commas", written(X));
    row("CRLF", written(X, {.end = "\r\n"}));
    row("CR", written(X, {.end = "\r", .header = "a,b,c\r"}));
    row("byte order mark", "\xEF\xBB\xBF" + written(X, {.end = "\r\n", .header = "a,b,c\r\n"}));
    row("semicolons and points", written(X, {.separator = ";", .header = "a;b;c\n"}));
    row("semicolons and commas", written(X, {.separator = ";", .decimal = ","}), comma);
    row("tabs and commas", written(X, {.separator = "\t", .decimal = ","}), comma);
    row("blanks and commas", written(X, {.separator = "  ", .decimal = ","}), comma);
    row("bars", written(X, {.separator = " | ", .header = "a|b|c\n"}));
    row("quoted numbers", written(X, {.cell = quoted}));
    row("quoted decimal commas between commas", written(X, {.decimal = ",", .cell = quoted}), comma);
    row("sep=", "sep=;\r\n" + written(X, {.separator = ";", .end = "\r\n", .header = "a;b;c\r\n"}));
    row("sep= with a tab and commas", "sep=\t\n" + written(X, {.separator = "\t", .decimal = ","}), comma);
    row("separator in a name", written(X, {.header = "\"a; x\",\"b, y\",c\n"}));
    row("line end in a name", written(X, {.header = "\"a\r\nx\",b,c\n"}));
    row("quote in a name", written(X, {.header = "\"a \"\"x\"\"\",b,c\n"}));
    row("Latin-1 in a name", written(X, {.header = "\xB5V,b,c\n"}));
    row("UTF-16, little, marked", widened(written(X, {.header = "a,b,c\n"}), 2, false, true));
    row("UTF-16, big, marked", widened(written(X), 2, true, true));
    row("UTF-16, little", widened(written(X), 2, false, false), "read as UTF-16");
    row("UTF-16, big", widened(written(X), 2, true, false), "read as UTF-16");
    row("UTF-32", widened(written(X), 4, false, true));
    row("separators at the end", written(X, {.header = "a,b,c,\n", .after = [](Index) { return ","; }}),
        "column 4 has neither a name nor any number");
    row("separators at the end of the rows alone",
        written(X, {.header = "a,b,c\n", .after = [](Index) { return ",,"; }}),
        "column 4 and 1 more have neither");
    row("separators in front", written(X, {.header = ",a,b,c\n", .before = [](Index) { return ","; }}),
        "column 1 has neither a name nor any number");
    row("comments", "% exported\n" + written(X) + "# end\n", "2 comment lines were left out");
    row("a comment with the names", "#a,b,c\n" + written(X), "taken for the columns' names");
    row("blank lines", written(X.topRows(20)) + "\n \n" + written(X.bottomRows(40)), "2 blank lines between");
    row("blank lines at the end", written(X) + "\n\n");
    row("a row of units", written(X, {.header = "a,b,c\nmV,mV,nA\n"}), "taken for the columns' units");
    row("three lines of names", written(X, {.header = "s,s,s\nnose,nose,ear\nx,y,x\n"}), "taken together");
    row("names that count", written(X, {.header = "0,1,2\n"}), "line 1 counts the columns");
    row("words above", "Exported by hand\nRate,1000\n" + written(X, {.header = "a,b,c\n"}),
        "words above the table");
    row("minus signs of typography",
        written(X, {.cell =
                        [](std::string t) {
                          if (t[0] == '-') t.replace(0, 1, "\xE2\x88\x92");
                          return t;
                        }}),
        "unusual minus sign");
  }
  // Fails if a dialect is misread, or if what was guessed or left out is not said.
  void sameNumbers() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, says);
    const auto table = readDelimited(m_files.with("t.csv", bytes.toStdString()));
    COMPARE_MATRICES(table.values, tableNumbers(), 0.0);
    QVERIFY2(says.isEmpty() ? table.notes.empty() : joined(table.notes).contains(says),
             qPrintable(joined(table.notes)));
    for (const auto& note : table.notes) QVERIFY(isSentence(QString::fromStdString(note), "t.csv: "));
  }

  void thousands_data() {
    QTest::addColumn<QString>("separator");
    QTest::addColumn<QString>("decimal");
    QTest::addColumn<QString>("mark");
    QTest::newRow("German") << ";"
                            << ","
                            << ".";
    QTest::newRow("English") << ","
                             << "."
                             << ",";
    QTest::newRow("English, semicolons") << ";"
                                         << "."
                                         << ",";
    QTest::newRow("French") << ";"
                            << ","
                            << "\u00A0";
    QTest::newRow("French, narrow") << "\t"
                                    << ","
                                    << "\u202F";
    QTest::newRow("blanks") << ";"
                            << ","
                            << " ";
    QTest::newRow("Swiss") << ","
                           << "."
                           << "'";
  }
  // Fails if a sign that groups thousands is taken for a decimal sign, or goes uncounted.
  void thousands() {
    QFETCH(QString, separator);
    QFETCH(QString, decimal);
    QFETCH(QString, mark);
    const Matrix X = tableNumbers(60, 3, 12345);
    const bool inQuotes = separator == mark;
    const auto cell = [&](const std::string& text) {
      const std::string number = grouped(text, mark.toStdString());
      return inQuotes ? quoted(number) : number;
    };
    Matrix rounded = (X.array() * 8).round() / 8;  // exact in decimals
    const std::string text = written(
        rounded, {.separator = separator.toStdString(), .decimal = decimal.toStdString(), .cell = cell});
    const auto table = readDelimited(m_files.with("t.csv", text));
    COMPARE_MATRICES(table.values, rounded, 0.0);
    QVERIFY2(joined(table.notes).contains("group thousands"), qPrintable(joined(table.notes)));
  }

  // One column of decimal commas is one channel. Fails if it becomes two.
  void oneColumnOfDecimalCommas() {
    const Matrix X = tableNumbers(60, 1);
    for (const char* header : {"", "trace\n"}) {
      const auto table =
          readDelimited(m_files.with("one.csv", written(X, {.decimal = ",", .header = header})));
      COMPARE_MATRICES(table.values, X, 0.0);
      QVERIFY(joined(table.notes).contains("the comma is the decimal sign"));
    }
  }

  // Two columns of whole numbers stay two: by their names, a sign, a gap, or with a note.
  void twoColumnsOfWholeNumbers() {
    Matrix counts(40, 2);
    for (Index i = 0; i < 40; ++i)
      counts.row(i) << static_cast<double>(i * i % 7), static_cast<double>(i * 3 % 13);
    const auto named = readDelimited(m_files.with("two.csv", written(counts, {.header = "a,b\n"})));
    COMPARE_MATRICES(named.values, counts, 0.0);
    QVERIFY(named.notes.empty());
    const auto nameless = readDelimited(m_files.with("two.csv", written(counts)));
    COMPARE_MATRICES(nameless.values, counts, 0.0);
    QVERIFY(joined(nameless.notes).contains("--decimal comma"));
    counts(7, 1) = -3;
    QVERIFY(readDelimited(m_files.with("two.csv", written(counts))).notes.empty());
  }

  void ambiguous_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("says");
    std::string thousands, temperatures;
    for (int i = 0; i < 30; ++i) {
      thousands += std::to_string(1 + i % 9) + "," + std::to_string(100 + i * 31 % 900) + "\n";
      temperatures += std::to_string(36 + i % 2) + "," + std::to_string(i * 7 % 10) + "\n";
    }
    QTest::newRow("thousands or decimals") << QByteArray::fromStdString(thousands) << "--decimal";
    QTest::newRow("with a name") << QByteArray::fromStdString("v\n" + thousands) << "--decimal";
    QTest::newRow("tabs") << QByteArray("1,234\t5,678\n2,345\t6,789\n")
                          << "groups thousands or is the decimal sign";
    QTest::newRow("one digit") << QByteArray::fromStdString(temperatures) << "--decimal comma";
    QTest::newRow("both signs") << QByteArray("1,5;2.5\n1,5;2.5\n")
                                << "both a decimal point and a decimal comma";
    QTest::newRow("comma for both") << QByteArray::fromStdString(written(tableNumbers(), {.decimal = ","}))
                                    << "separator at once";
    QTest::newRow("comma for both, blanks")
        << QByteArray("1,5, 2,5\n3,5, 4,25\n1,75, 2,1\n") << "separator at once";
  }
  // What changes the numbers and cannot be told is asked for. Fails if one reading is taken in silence.
  void ambiguous() {
    QFETCH(QByteArray, text);
    QFETCH(QString, says);
    const std::string path = m_files.with("odd.csv", text.toStdString());
    const QString sentence = refusal([&] { readDelimited(path); });
    QVERIFY2(isSentence(sentence, "odd.csv") && sentence.contains(says), qPrintable(sentence));
  }

  // Fails if a choice by hand is not followed, or a wrong one not named.
  void byHand() {
    const std::string path = m_files.with("hand.csv", "1,234\n2,500\n3,125\n");
    QCOMPARE(readDelimited(path, {.decimal = "comma"}).values(1, 0), 2.5);
    QCOMPARE(readDelimited(path, {.decimal = "point"}).values(1, 0), 2500.0);
    QCOMPARE(readDelimited(path, {.separator = "comma"}).values(1, 1), 500.0);
    QCOMPARE(readDelimited(m_files.with("rows.csv", "1,2.5\n3,4.5\n5,6\n"), {.header = "1"}).values.rows(),
             Index{2});
    for (const auto& [options, says] :
         {std::pair{TableOptions{.separator = "dash"}, "--separator is \"dash\""},
          {TableOptions{.decimal = "dot"}, "--decimal is \"dot\""},
          {TableOptions{.separator = "comma", .indexColumn = "9"}, "no column \"9\""},
          {TableOptions{.header = "-1"}, "--header is \"-1\""}}) {
      const QString sentence = refusal([&, chosen = options] { readDelimited(path, chosen); });
      QVERIFY2(isSentence(sentence, says) && sentence.contains("allowed: "), qPrintable(sentence));
    }
  }

  // Every word for a value that is not there is a missing sample, and counted. Fails if a line that begins
  // with one vanishes as a comment, or a row of empty cells as a blank line.
  void missingWords() {
    Matrix X = tableNumbers();
    const double gap = std::nan("");
    X(4, 0) = X(9, 1) = gap;
    X.row(20).setConstant(gap);
    for (const char* word :
         {"", "NA", "N/A", "#N/A", "NaN", "nan", "null", "None", ".", "-", "#DIV/0!", "<NA>"})
      for (const char* separator : {",", "\t", ";"}) {
        const auto cell = [&](const std::string& text) { return text == "nan" ? word : text; };
        const auto table =
            readDelimited(m_files.with("gap.txt", written(X, {.separator = separator, .cell = cell})));
        QCOMPARE(table.values.rows(), X.rows());
        QVERIFY((table.values.array() == X.array() || X.array().isNaN()).all());
        QVERIFY(table.values.array().isNaN().cast<int>().sum() == 5);
        QVERIFY2(joined(table.notes).contains("5 cells hold no number"), qPrintable(joined(table.notes)));
      }
    const auto one = readDelimited(m_files.with("one.txt", "0.5\n\n0.25\n0.5\n\n"));
    QCOMPARE(one.values.rows(), Index{4});
    QVERIFY(std::isnan(one.values(1, 0)));
  }

  void refused_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("says");
    const std::string X = written(tableNumbers(), {.header = "a,b,c\n"});
    const auto row = [](const char* name, const std::string& text, const char* says) {
      QTest::newRow(name) << QByteArray::fromStdString(text) << QString(says);
    };
    row("a row of sums", X + "Average,0.1,0.1,\n", "line 62");
    row("a row of sums as wide", X + "Average,0.1,0.1\n", "line 62, column 1 is \"Average\"");
    row("a column of words",
        written(tableNumbers(),
                {.header = "a,b,c,lick\n", .after = [](Index i) { return i % 2 ? ",yes" : ",no"; }}),
        "column 4 (lick) holds no numbers");
    row("percent", written(tableNumbers(), {.cell = [](const std::string& t) { return t + "%"; }}),
        "line 1, column 1");
    row("a quote left open", "\"a,b,c\n" + X, "line 1 opens a quote");
    row("names too few", "a,b,c\n" + written(tableNumbers(60, 5)), "line 1 has 3 names for 5 columns");
    row("zero bytes", std::string("1,2\n3,\0\n", 8), "is zero");
    row("half a character", widened("1,2\n3,4\n", 2, false, true) + "x", "truncated");
  }
  void refused() {
    QFETCH(QByteArray, text);
    QFETCH(QString, says);
    const std::string path = m_files.with("bad.csv", text.toStdString());
    const QString sentence = refusal([&] { readDelimited(path); });
    QVERIFY2(isSentence(sentence, "bad.csv") && sentence.contains(says), qPrintable(sentence));
  }

  void tablesOfWords_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* text, const char* says) {
      QTest::newRow(text) << QByteArray(text) << QString(says);
    };
    row("a,b\n1,x", ", line 2, column 2 is \"x\"; allowed: a number");
    row("a,b\n1,x\n2,y\n3,z\n", "column 2 (b) holds no numbers (line 2, column 2 is \"x\")");
    row("a,b\nx,1\n\n", ", line 2, column 1 is \"x\"");
    row("x,1\n\n", ", line 1, column 1 is \"x\"");
    row("1 V\n2 V\n", ", line 1, column 2 is \"V\"");
    row("a,b\n1.5V,2.5V\n1.6V,2.7V\n", ", line 2, column 1 is \"1.5V\"; allowed: a number");
    row("1.5V,2.5V\n1.6V,2.7V\n", ", line 1, column 1 is \"1.5V\"");
    row("a\n1x\n2y\n", ", line 2, column 1 is \"1x\"");
    row("one,two\nthree,four\nfive,six\n", " holds no numbers (line 2, column 1 is \"three\")");
    row("hello\n", " holds no numbers (line 1, column 1 is \"hello\")");
    row("# nothing\n", " holds no numbers; allowed: a table");
  }
  // Every row has a word in it: fails if the sentence does not lead to one, or names a column that is none.
  void tablesOfWords() {
    QFETCH(QByteArray, text);
    QFETCH(QString, says);
    const std::string path = m_files.with("words.csv", text.toStdString());
    const QString sentence = refusal([&] { readDelimited(path); });
    QVERIFY2(isSentence(sentence, "words.csv") && sentence.contains(says), qPrintable(sentence));
  }

  // Fails if the option that takes all lines is not named.
  void allLinesAreNames() {
    const std::string path = m_files.with("words.csv", "a,b\n1,2\n");
    const QString sentence = refusal([&] { readDelimited(path, {.header = "2"}); });
    QVERIFY2(isSentence(sentence, "words.csv") && sentence.contains("--header 2"), qPrintable(sentence));
  }

 private:
  Files m_files;
};

KEYHOLE_TEST(TestTableDialects)

}  // namespace tst_table_dialects

#include "tst_table_dialects.moc"
