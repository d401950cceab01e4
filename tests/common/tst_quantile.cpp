// Tests core/common/quantile.h and three_digits.h
#include "core/common/quantile.h"
#include "core/common/three_digits.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <limits>

namespace tst_quantile {

using namespace keyhole;

class TestQuantile : public QObject {
  Q_OBJECT
 private slots:
  // Of 1 … 9 the place of p is 10 p: the k-th value at p = k/10, half-way between two in between. Fails if
  // the place is (n - 1) p or n p.
  void isAtTheExchangeablePlace() {
    const std::vector<double> rising = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    for (int k = 1; k <= 9; ++k) QVERIFY(std::abs(drawnQuantile(rising, 0.1 * k) - k) < 1e-12);
    QVERIFY(std::abs(drawnQuantile(rising, 0.25) - 2.5) < 1e-12);
    QCOMPARE(drawnQuantile(rising, 0.001), 1.0);
    QCOMPARE(drawnQuantile(rising, 0.999), 9.0);
  }

  // Fails if an infinite value makes NaN of its neighbours.
  void infiniteValuesAreValues() {
    const double infinite = std::numeric_limits<double>::infinity();
    QCOMPARE(drawnQuantile({1, infinite, infinite}, 0.75), infinite);
    QCOMPARE(drawnQuantile({2}, 0.5), 2.0);
  }

  void numbersHaveThreeDigits() {
    QCOMPARE(threeDigits(0.012345), std::string("0.0123"));
    QCOMPARE(threeDigits(999.4), std::string("999"));
    QCOMPARE(threeDigits(-1234.5), std::string("-1234"));
    QCOMPARE(threeDigits(1234567), std::string("1.23e+06"));
  }
};

KEYHOLE_TEST(TestQuantile)

}  // namespace tst_quantile

#include "tst_quantile.moc"
