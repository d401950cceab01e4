// Tests core/simulation/task.h
#include "core/simulation/task.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_task {

using namespace keyhole;

class TestTask : public QObject {
  Q_OBJECT
 private slots:
  // The mean over a box of n samples with noise 1/20: five standard errors. Fails if a box has the wrong
  // place or level.
  void boxesStandWhereThePaperPutsThem_data() {
    QTest::addColumn<int>("begin");
    QTest::addColumn<int>("end");
    QTest::addColumn<double>("level");
    QTest::newRow("before") << 0 << 800 << 0.0;
    QTest::newRow("-2") << 800 << 950 << -2.0;
    QTest::newRow("gap") << 950 << 1000 << 0.0;
    QTest::newRow("+1") << 1000 << 1200 << 1.0;
    QTest::newRow("-1") << 1250 << 1450 << -1.0;
    QTest::newRow("+3") << 1600 << 1800 << 3.0;
    QTest::newRow("+0.5") << 2200 << 2400 << 0.5;
    QTest::newRow("ramp") << 2600 << 3000 << -1.49625;  // mean of -3 k/400 over k < 400
    QTest::newRow("+0.1") << 3500 << 4500 << 0.1;
    QTest::newRow("after") << 4500 << 5000 << 0.0;
  }
  void boxesStandWhereThePaperPutsThem() {
    QFETCH(int, begin);
    QFETCH(int, end);
    QFETCH(double, level);
    const Vector s = integrationSignal(5000, 1);
    QVERIFY(std::abs(s.segment(begin, end - begin).mean() - level) <
            5 * 0.05 / std::sqrt(double(end - begin)));
    const auto box = s.segment(begin, end - begin).array();
    if (level != -1.49625) QVERIFY(std::abs(std::sqrt((box - box.mean()).square().mean()) / 0.05 - 1) < 0.45);
  }

  // The integral's increments are v₀ α s_{t-1}.
  void integratorSumsWhatCameBefore() {
    const Vector s = integrationSignal(100, 3), y = idealIntegrator(s, 0.1, 0.01);
    QCOMPARE(y(0), 0.0);
    for (Index t = 1; t < 100; ++t) QVERIFY(std::abs(y(t) - y(t - 1) - 0.001 * s(t - 1)) < 1e-16);
  }

  void shortRunsCutTheSignal() { QCOMPARE(integrationSignal(900, 1).size(), Index{900}); }
};

KEYHOLE_TEST(TestTask)

}  // namespace tst_task

#include "tst_task.moc"
