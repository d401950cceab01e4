// Tests core/common/parallel.h
#include "core/common/parallel.h"

#include <QTest>

#include <atomic>
#include <stdexcept>
#include <vector>

using namespace keyhole;

class TestParallel : public QObject {
  Q_OBJECT
 private slots:
  void everyPieceOnce() {
    std::vector<std::atomic<int>> counts(1000);
    parallelFor(counts.size(), [&](std::size_t i) { ++counts[i]; });
    for (const auto& count : counts) QCOMPARE(count.load(), 1);
    parallelFor(0, [](std::size_t) { throw std::logic_error("nothing to do"); });
  }

  // An exception comes out where it was called, and ends the loop early.
  void exceptionsComeOut() {
    std::atomic<int> done = 0;
    QVERIFY_EXCEPTION_THROWN(parallelFor(1000000,
                                         [&](std::size_t i) {
                                           if (i == 10) throw std::runtime_error("broken");
                                           ++done;
                                         }),
                             std::runtime_error);
    QVERIFY(done < 1000000);
  }
};

QTEST_GUILESS_MAIN(TestParallel)
#include "tst_parallel.moc"
