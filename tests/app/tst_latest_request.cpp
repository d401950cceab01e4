// One thread serves the latest request (app/latest_request.h).
#include "app/latest_request.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <vector>

namespace tst_latest_request {

using namespace keyhole;

namespace {

constexpr int kPatience = 30000;  // ms; an upper bound, not a measure

}  // namespace

class TestLatestRequest : public QObject {
  Q_OBJECT

 private slots:
  // Fails if one that was replaced while it waited is served, the last one is not, or what is served does not
  // learn that its turn is over.
  void theLatestWins() {
    std::mutex mutex;
    std::vector<int> served;
    std::atomic<bool> begun = false;
    LatestRequest<int> latest([&](int request, const Turn& turn) {
      {
        const std::lock_guard lock(mutex);
        served.push_back(request);
      }
      begun = true;
      while (request == 1 && !turn.isOver()) std::this_thread::yield();
    });
    const auto soFar = [&] {
      const std::lock_guard lock(mutex);
      return served;
    };
    latest.request(1);
    QTRY_VERIFY_WITH_TIMEOUT(begun, kPatience);
    {
      // While the mutex is held nothing more can be served, so that 2 is replaced while it waits.
      const std::lock_guard lock(mutex);
      latest.request(2);
      latest.request(3);
    }
    QTRY_VERIFY_WITH_TIMEOUT(soFar().back() == 3, kPatience);
    QVERIFY(soFar().front() == 1 && soFar().size() <= 3);
  }

  // Fails if a stop leaves what waits, or what is served is not told.
  void stopDropsWhatWaits() {
    std::atomic<int> served = 0, idle = 0;
    LatestRequest<int> latest(
        [&](int, const Turn& turn) {
          ++served;
          while (!turn.isOver()) std::this_thread::yield();
        },
        [&] { ++idle; });
    latest.request(1);
    QTRY_VERIFY_WITH_TIMEOUT(served == 1, kPatience);
    latest.stop();
    QTRY_VERIFY_WITH_TIMEOUT(idle == 1, kPatience);
    QCOMPARE(served.load(), 1);
  }

  // Fails if a window that asked and stopped at once never hears that nothing runs, so that it would wait for
  // ever.
  void idleAfterEveryStop() {
    std::atomic<int> idle = 0;
    LatestRequest<int> latest(
        [](int, const Turn& turn) {
          while (!turn.isOver()) std::this_thread::yield();
        },
        [&] { ++idle; });
    for (int i = 1; i <= 40; ++i) {
      const int before = idle;
      latest.request(i);
      latest.stop();
      QTRY_VERIFY_WITH_TIMEOUT(idle > before, kPatience);
    }
  }

  // Fails if the end waits for ever, or does not wait at all.
  void theEndStopsAndWaits() {
    std::atomic<int> begun = 0, ended = 0;
    {
      LatestRequest<int> latest([&](int, const Turn& turn) {
        ++begun;
        while (!turn.isOver()) std::this_thread::yield();
        ++ended;
      });
      latest.request(1);
      QTRY_VERIFY_WITH_TIMEOUT(begun == 1, kPatience);
    }
    QCOMPARE(ended.load(), 1);
  }
};

KEYHOLE_TEST(TestLatestRequest)

}  // namespace tst_latest_request

#include "tst_latest_request.moc"
