// Tests core/report/csv_cells.h: what is written reads back as the same.
#include "core/io/delimited.h"
#include "core/report/csv_cells.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cstdlib>
#include <limits>

namespace tst_csv_cells {

using namespace keyhole;

class TestCsvCells : public QObject {
  Q_OBJECT
 private slots:
  // Fails if a number is rounded, or if what is undefined is written as a number or a word.
  void numbers() {
    for (const double value : {0.1, 1.0 / 3, -2.5e-300, 1e22, 5e-324})
      QCOMPARE(std::strtod(csvCell(value).c_str(), nullptr), value);  // std::stod refuses the smallest
    QCOMPARE(csvCell(std::numeric_limits<double>::quiet_NaN()), std::string());
    QCOMPARE(csvCell(-std::numeric_limits<double>::infinity()), std::string());
  }

  // RFC 4180. Fails if a separator, a quote or a line end within a text would end the cell.
  void texts() {
    QCOMPARE(csvCell(std::string("plain; text")), std::string("plain; text"));
    QCOMPARE(csvCell(std::string("a, b")), std::string("\"a, b\""));
    QCOMPARE(csvCell(std::string("say \"no\"")), std::string("\"say \"\"no\"\"\""));
    QCOMPARE(csvCell(std::string("two\nlines")), std::string("\"two\nlines\""));
  }
};

KEYHOLE_TEST(TestCsvCells)

}  // namespace tst_csv_cells

#include "tst_csv_cells.moc"
