// Tests core/common/progress_part.h
#include "core/common/error.h"
#include "core/common/progress_part.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <vector>

namespace tst_progress_part {

using namespace keyhole;

namespace {

class Listening : public Progress {
 public:
  void report(double fraction, std::string_view what) override {
    fractions.push_back(fraction);
    words = what;
  }
  void objective(int start, int, double) override { starts.push_back(start); }
  bool stopRequested() const override { return stop; }
  bool grantStop() override {
    ++granted;
    return false;
  }

  std::vector<double> fractions;
  std::vector<int> starts;
  std::string words;
  bool stop = false;
  int granted = 0;
};

}  // namespace

class TestProgressPart : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a part within a part is not in its place, or the words are the wrong ones.
  void partsWithinParts() {
    Listening whole;
    ProgressPart half(whole, 0.5, 1, "the second half");
    ProgressPart inner(half, 0.5, 1);
    inner.report(0.5, "inside");
    QCOMPARE(whole.fractions, std::vector<double>{0.875});
    QCOMPARE(whole.words, std::string("the second half"));
    ProgressPart(whole, 0, 1).report(0.25, "inside");
    QCOMPARE(whole.words, std::string("inside"));
  }

  // Fails if an objective is shown unasked, or as another start's; or a stop does not come through; or a fit
  // inside takes the stop back from the whole.
  void whatElsePasses() {
    Listening whole;
    ProgressPart part(whole, 0, 1);
    part.objective(0, 1, 2.0);
    part.showObjectiveAs(4);
    part.objective(0, 1, 2.0);
    QCOMPARE(whole.starts, std::vector<int>{4});
    part.checkpoint(0, "");
    whole.stop = true;
    QVERIFY(part.stopRequested());
    QVERIFY_EXCEPTION_THROWN(part.throwIfStopped(), Stopped);
    part.grantStop();
    QCOMPARE(whole.granted, 0);
  }
};

KEYHOLE_TEST(TestProgressPart)

}  // namespace tst_progress_part

#include "tst_progress_part.moc"
