// Tests core/observation/subset.h
#include "core/common/error.h"
#include "core/observation/subset.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>

namespace tst_subset {

using namespace keyhole;

class TestSubset : public QObject {
  Q_OBJECT
 private slots:
  // d = max(1, round(f D)): never nothing, never more than there is.
  void seenCountRounds() {
    QCOMPARE(seenCount(0.05, 500), Index{25});
    QCOMPARE(seenCount(0.001, 100), Index{1});
    QCOMPARE(seenCount(1, 7), Index{7});
    QCOMPARE(seenCount(0.5, 3), Index{2});
  }

  // Nested by construction; random differs from first and from another seed.
  void randomOrderIsAPermutationOfItsSeed() {
    auto order = unitOrder(SubsetKind::random, 50, 4);
    QVERIFY(order != unitOrder(SubsetKind::first, 50, 4));
    QVERIFY(order != unitOrder(SubsetKind::random, 50, 5));
    QVERIFY(order == unitOrder(SubsetKind::random, 50, 4));
    std::sort(order.begin(), order.end());
    QVERIFY(order == unitOrder(SubsetKind::first, 50, 4));
  }

  void lists() {
    QVERIFY((parseUnits("1-3, 7,10-14:2", 20) == std::vector<Index>{0, 1, 2, 6, 9, 11, 13}));
    QVERIFY((parseUnits("5", 5) == std::vector<Index>{4}));
  }

  void badListsAreNamed_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("named");
    QTest::newRow("empty") << ""
                           << "\"\"";
    QTest::newRow("word") << "1, two"
                          << "two";
    QTest::newRow("beyond") << "1-21"
                            << "21";
    QTest::newRow("zero") << "0-3"
                          << "0-3";
    QTest::newRow("twice") << "1-4, 3"
                           << "unit 3 twice";
    QTest::newRow("backwards") << "5-2"
                               << "5-2";
    QTest::newRow("no stride") << "1-9:0"
                               << "1-9:0";
    QTest::newRow("trailing comma") << "1,"
                                    << "1,";
  }
  void badListsAreNamed() {
    QFETCH(QString, text);
    QFETCH(QString, named);
    try {
      parseUnits(text.toStdString(), 20);
      QFAIL("accepted");
    } catch (const InputError& error) {
      QVERIFY2(QString(error.what()).contains(named) && QString(error.what()).contains("1 to 20"),
               error.what());
    }
  }
};

KEYHOLE_TEST(TestSubset)

}  // namespace tst_subset

#include "tst_subset.moc"
