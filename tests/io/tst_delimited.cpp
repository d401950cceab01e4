// Tests core/io/delimited.h
#include "core/io/delimited.h"
#include "tests/io/files.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <bit>
#include <cmath>
#include <cstring>
#include <random>

namespace tst_delimited {

using namespace keyhole;
using namespace keyhole::test;

class TestDelimited : public QObject {
  Q_OBJECT

 private slots:
  void dialects_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("names");
    QTest::newRow("commas") << QByteArray("1,2,3\n4,5,6\n") << 0;
    QTest::newRow("no newline at the end") << QByteArray("1,2,3\n4,5,6") << 0;
    QTest::newRow("tabs") << QByteArray("1\t2\t3\n4\t5\t6\n") << 0;
    QTest::newRow("semicolons") << QByteArray("1;2;3\n4;5;6\n") << 0;
    QTest::newRow("header") << QByteArray("a,b,c\n1,2,3\n4,5,6\n") << 3;
    QTest::newRow("header of which one is a number") << QByteArray("time,2,c\n1,2,3\n4,5,6\n") << 3;
    QTest::newRow("Windows") << QByteArray(
                                    "\xEF\xBB\xBF"
                                    "a,b,c\r\n1,2,3\r\n4,5,6\r\n")
                             << 3;
    QTest::newRow("quotes") << QByteArray("\"a, or A\",\"b\",c\n\"1\",2,3\n4,5,6\n") << 3;
    QTest::newRow("spaces, comments, blank lines")
        << QByteArray("# made by hand\n\n 1, 2 ,+3\n\n4,5.0,6e0\n") << 0;
    QTest::newRow("blanks, as numpy.savetxt writes") << QByteArray("1.0e+00 2.0e+00 3.0e+00\n4 5 6\n") << 0;
    QTest::newRow("aligned with blanks") << QByteArray(" a   b  c\n  1  2   3 \n  4  5   6 \n") << 3;
    QTest::newRow("decimal commas") << QByteArray("1,0;2;3\n4;5;6,0\n") << 0;
    QTest::newRow("blanks and quotes") << QByteArray("\"the first\" b c\n1 2 3\n4 5 6\n") << 3;
  }
  // Fails if a dialect that spreadsheets and scripts write is not understood.
  void dialects() {
    QFETCH(QByteArray, text);
    QFETCH(int, names);
    const auto table = readDelimited(m_files.with("a.csv", text.toStdString()));
    COMPARE_MATRICES(table.values, (Matrix(2, 3) << 1, 2, 3, 4, 5, 6).finished(), 0.0);
    QCOMPARE(static_cast<int>(table.columnNames.size()), names);
  }

  // Fails if writing and reading changes a number in its last bit, or a name.
  void roundTripIsExact() {
    Matrix values(2, 3);
    values << 0.1, 1.0 / 3, -5e-324, 1.7976931348623157e308, 1e22, -0.0;
    const std::vector<std::string> names = {"pc1", "a, b", "τ"};
    const auto table = readDelimited(m_files.with("b.csv", delimitedBytes(names, values)));
    QVERIFY(std::memcmp(table.values.data(), values.data(), 6 * sizeof(double)) == 0);
    QVERIFY(table.columnNames == names);
  }

  // What is missing is told apart from what is zero: the reader hands it on as NaN.
  void missingIsNaN() {
    const auto table = readDelimited(m_files.with("c.csv", "1,,3\n4,nan,inf\n"));
    QVERIFY(std::isnan(table.values(0, 1)) && std::isnan(table.values(1, 1)) &&
            std::isinf(table.values(1, 2)));
  }

  // Fails if what is too small for a double comes out as infinite, or loses its sign.
  void beyondDoubles() {
    const auto table = readDelimited(m_files.with("d.csv", "1e-400,-1e-400,1e-9999\n1e400,-1e400,1e9999\n"));
    QVERIFY(table.values.row(0).isZero(0) && std::signbit(table.values(0, 1)));
    QCOMPARE(table.values(1, 0), HUGE_VAL);
    QCOMPARE(table.values(1, 1), -HUGE_VAL);
    QCOMPARE(table.values(1, 2), HUGE_VAL);
  }

  // Fails if bits get lost anywhere in the range of a double.
  void everyMagnitudeComesBack() {
    std::mt19937_64 random(3);
    Matrix values(500, 4);
    for (double& value : values.reshaped()) do
        value = std::bit_cast<double>(random());
      while (!std::isfinite(value));
    const auto table = readDelimited(m_files.with("e.csv", delimitedBytes({}, values)));
    QCOMPARE(table.values.rows(), values.rows());
    QVERIFY(std::memcmp(table.values.data(), values.data(), 2000 * sizeof(double)) == 0);
  }

  void refused_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("says");
    QTest::newRow("empty") << QByteArray() << "no numbers";
    QTest::newRow("header alone") << QByteArray("a,b\n") << "no numbers";
    QTest::newRow("word") << QByteArray("1,2\n3,four\n") << "line 2, column 2 is \"four\"";
    QTest::newRow("two signs") << QByteArray("1,2\n3,+-4\n") << "line 2, column 2 is \"+-4\"";
    QTest::newRow("control characters") << QByteArray("1,2\n3,a\x1b\x07z\n") << "is \"a??z\"";
    QTest::newRow("endless word") << QByteArray("1,2\n3," + QByteArray(5000, 'w') + "\n") << "www…\"";
    QTest::newRow("text in the middle")
        << QByteArray("1,2\n3,4\nstop,here\n5,6\n") << "line 3, column 1 is \"stop\"";
    QTest::newRow("short line") << QByteArray("1,2\n3\n") << "line 2 has 1 cells; allowed: 2";
    QTest::newRow("long line") << QByteArray("1,2\n3,4,5\n") << "line 2 has 3 cells; allowed: 2";
  }
  // Fails if a broken table is read with a number too many or too few, or without naming its place.
  void refused() {
    QFETCH(QByteArray, text);
    QFETCH(QString, says);
    const std::string path = m_files.with("bad.csv", text.toStdString());
    const QString sentence = refusal([&] { readDelimited(path); });
    QVERIFY2(isSentence(sentence, "bad.csv") && sentence.contains(says), qPrintable(sentence));
  }

 private:
  Files m_files;
};

KEYHOLE_TEST(TestDelimited)

}  // namespace tst_delimited

#include "tst_delimited.moc"
