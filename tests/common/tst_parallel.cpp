// Tests core/common/parallel.h
#include "core/common/parallel.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tst_parallel {

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

  // Fails if what runs inside could think that the other cores are free, or what runs after that they are
  // not.
  void piecesKnowThatTheyAre() {
    QVERIFY(!inParallelPiece());
    std::atomic<int> inside = 0;
    parallelFor(10, [&](std::size_t) { inside += inParallelPiece(); });
    QCOMPARE(inside.load(), 10);
    QVERIFY(!inParallelPiece());
  }

  // Fails if a half is lost, done twice, or not done yet when both() returns, whether the helper is awake,
  // has fallen asleep, or gets no core (four of these are more than there are cores).
  void bothHandsEveryTime() {
    std::vector<std::jthread> threads;
    std::atomic<int> bad = 0;
    for (int k = 0; k < 4; ++k)
      threads.emplace_back([&bad, k] {
        long left = 0, right = 0;
        TwoHands hands([&](int half) { ++(half == 0 ? left : right); });
        for (int i = 1; i <= 3000; ++i) {
          hands.both();
          bad += left != i || right != i;
          if (i % 1000 == k) std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
      });
    threads.clear();
    QCOMPARE(bad.load(), 0);
  }
};

KEYHOLE_TEST(TestParallel)

}  // namespace tst_parallel

#include "tst_parallel.moc"
