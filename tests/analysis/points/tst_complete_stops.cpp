// Tests the stops of core/analysis/points/complete_points.h.
#include "core/analysis/points/complete_points.h"
#include "tests/analysis/points/fixed_point_cases.h"
#include "tests/support/stop_at.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>

namespace tst_complete_stops {

using namespace keyhole;
using namespace keyhole::test;

class TestCompleteStops : public QObject {
  Q_OBJECT

 private slots:
  // At whichever report the stop is asked for, in a proof or in a search, no report follows and nothing is
  // lost. Fails if a part goes on reporting, or a later one begins.
  void noReportFollowsAStop_data() {
    QTest::addColumn<int>("kind");
    QTest::newRow("proof") << 0;
    QTest::newRow("search") << 1;
  }
  void noReportFollowsAStop() {
    QFETCH(int, kind);
    const FlowSystem system = kind == 0 ? gaussianSystem(5, 3.0) : gaussianSystem(40, 1.8);
    const Index D = system.network.size();
    const FixedPoints first = findFixedPoints(system, kRandom.normalMatrix(D, 10, 8100));
    // On a busy machine the other thread may do nearly all of a proof; then it is counted again.
    int reports = 0;
    for (int tries = 0; reports < 3 && tries < 20; ++tries) {
      StopAt counter;
      const FixedPoints whole = completeFixedPoints(system, first, {}, {}, counter);
      QCOMPARE(whole.census.completeness == Completeness::certified, kind == 0);
      reports = std::max(reports, counter.reports());
    }
    QVERIFY2(reports >= 3, qPrintable(QString::number(reports)));
    for (int n = 1; n <= reports; n += std::max(1, reports / 12)) {
      StopAt stop(n);
      const FixedPoints found = completeFixedPoints(system, first, {}, {}, stop);
      if (stop.reports() < n) break;  // the calling thread reports what it gets to do, which differs
      QCOMPARE(stop.reports(), n);
      QVERIFY(found.points.size() >= first.points.size());
    }
  }

  void itCanBeStopped() {
    const FlowSystem system = gaussianSystem(40, 1.8);
    StopAtOnce progress;
    const FixedPoints first = findFixedPoints(system, kRandom.normalMatrix(40, 10, 8100));
    const FixedPoints found = completeFixedPoints(system, first, {}, {}, progress);
    QCOMPARE(found.census.completeness, Completeness::stopped);
    QVERIFY(found.points.size() >= first.points.size());
    CompletionOptions options;
    options.work = -1;
    QCOMPARE(problems(options).size(), std::size_t{1});
  }
};

KEYHOLE_TEST(TestCompleteStops)

}  // namespace tst_complete_stops

#include "tst_complete_stops.moc"
