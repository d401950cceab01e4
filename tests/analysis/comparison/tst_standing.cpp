// Tests core/analysis/comparison/standing.h
#include "core/analysis/comparison/standing.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <limits>

namespace tst_standing {

using namespace keyhole;

class TestStanding : public QObject {
  Q_OBJECT
 private slots:
  // By hand: 0 … 4 in some order, with two draws that do not count.
  void byHand() {
    Vector draws(7);
    draws << 3, std::numeric_limits<double>::infinity(), 0, 4, 1, std::numeric_limits<double>::quiet_NaN(), 2;
    const Standing standing = standingOf(3, draws);
    QVERIFY(standing.defined);
    QCOMPARE(standing.undefined, Index{2});
    QCOMPARE(standing.sorted, Vector(Vector::LinSpaced(5, 0, 4)));
    QCOMPARE(standing.quantile, 3.5 / 5);
    QCOMPARE(standing.lowerQuartile, 1.0);
    QCOMPARE(standing.median, 2.0);
    QCOMPARE(standing.upperQuartile, 3.0);
    // The shown one computed again, with other rounding. Fails if that puts it above or below itself.
    QCOMPARE(standingOf(3 + 1e-9, draws).quantile, 3.5 / 5);
    QCOMPARE(standingOf(3 - 1e-9, draws).quantile, 3.5 / 5);
    QCOMPARE(standingOf(3.001, draws).quantile, 4.0 / 5);
    QCOMPARE(standingOf(-1, draws).quantile, 0.0);
    QCOMPARE(standingOf(9, draws).quantile, 1.0);
    QCOMPARE(quantileOf(standing.sorted, 0.1), 0.4);
  }

  void fewOrNoDraws() {
    QCOMPARE(standingOf(2, Vector::Constant(1, 2.0)).quantile, 0.5);
    QCOMPARE(standingOf(2, Vector::Constant(1, 5.0)).upperQuartile, 5.0);
    QVERIFY(!standingOf(2, Vector()).defined);
    QVERIFY(!standingOf(std::numeric_limits<double>::quiet_NaN(), Vector::Ones(3)).defined);
  }
};

KEYHOLE_TEST(TestStanding)

}  // namespace tst_standing

#include "tst_standing.moc"
