// Tests core/experiment/studies/subsampling_curve.h: rows as they arrive, stops, the same bits on any number
// of cores, means over draws. (What the rows say is tested in analysis/long_time_students and cli/curve.)
#include "core/common/error.h"
#include "core/experiment/studies/subsampling_curve.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <numeric>

namespace tst_subsampling_curve {

using namespace keyhole;

namespace {

Settings settingsOf(const std::string& kind, long long size) {
  Settings settings;
  settings.set("teacher.kind", kind);
  settings.set("teacher.phi", std::string("linear"));
  settings.set("teacher.size", size);
  settings.set("fit.method", std::string("stationary-continuous"));
  return settings;
}

CurveOptions leadingOnly(const std::vector<Index>& counts) {
  CurveOptions options;
  options.counts = counts;
  options.questions.modes.all = false;
  return options;
}

// Stops after a number of reports.
class StopAfter : public Progress {
 public:
  explicit StopAfter(int reports) : m_left(reports) {}
  void report(double fraction, std::string_view) override {
    --m_left;
    falling = falling || fraction < m_last;
    m_last = fraction;
  }
  bool stopRequested() const override { return m_left <= 0; }
  bool falling = false;

 private:
  int m_left;
  double m_last = 0;
};

}  // namespace

class TestSubsamplingCurve : public QObject {
  Q_OBJECT
 private slots:
  // Fails if a place is left out or made twice, or the ends wait for the rest.
  void theCoarseGridIsFirst() {
    for (const std::size_t n :
         {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{5}, std::size_t{40}}) {
      const auto order = coarseFirst(n);
      std::vector<std::size_t> sorted = order;
      std::sort(sorted.begin(), sorted.end());
      for (std::size_t i = 0; i < n; ++i) QCOMPARE(sorted[i], i);
      QCOMPARE(sorted.size(), n);
    }
    QCOMPARE(coarseFirst(10), (std::vector<std::size_t>{9, 8, 4, 0, 7, 6, 5, 3, 2, 1}));
  }

  // Fails if a row is not given on, is given on twice, or is another than the one in the curve.
  void rowsArriveOnce() {
    std::vector<Index> counts(40);
    std::iota(counts.begin(), counts.end(), Index{1});
    std::vector<int> seen(40, 0);
    std::vector<std::complex<double>> leading(40);
    const auto curve = subsamplingCurve(settingsOf("low-rank-orthogonal", 40), leadingOnly(counts),
                                        noProgress(), [&](std::size_t i, const CurveRow& row) {
                                          ++seen[i];
                                          leading[i] = row.modes.leading.values(0);
                                        });
    for (std::size_t i = 0; i < 40; ++i) {
      QCOMPARE(seen[i], 1);
      QCOMPARE(curve.rows[i].d, static_cast<Index>(i) + 1);
      QVERIFY(curve.rows[i].modes.leading.values(0) == leading[i]);
    }
  }

  // Which thread makes a row is left to chance: two runs agree to the last bit unless a row depends on it.
  void sameBitsTwice() {
    for (const char* kind : {"chain", "low-rank-random"}) {
      const auto options = leadingOnly(logSpacedCounts(160, 12));
      const auto a = subsamplingCurve(settingsOf(kind, 160), options, noProgress());
      const auto b = subsamplingCurve(settingsOf(kind, 160), options, noProgress());
      for (std::size_t i = 0; i < a.rows.size(); ++i) {
        QVERIFY(a.rows[i].modes.leading.values == b.rows[i].modes.leading.values);
        QCOMPARE(a.rows[i].modes.residual, b.rows[i].modes.residual);
      }
    }
  }

  // A row of a list is the row of that d alone: fails if rows lean on their neighbours in the list.
  void rowsStandAlone() {
    auto settings = settingsOf("chain", 120);
    settings.set("teacher.chain_rotated", false);
    const auto many = subsamplingCurve(settings, leadingOnly({30, 70, 90, 110}), noProgress());
    const auto one = subsamplingCurve(settings, leadingOnly({90}), noProgress());
    QVERIFY(many.rows[2].modes.leading.values == one.rows[0].modes.leading.values);
  }

  // Fails if a stop is not heeded, what came before it was not given on, or progress runs backwards.
  void stops() {
    std::vector<Index> counts(100);
    std::iota(counts.begin(), counts.end(), Index{1});
    StopAfter stop(6);
    std::size_t arrived = 0;
    QVERIFY_EXCEPTION_THROWN(subsamplingCurve(settingsOf("chain", 100), leadingOnly(counts), stop,
                                              [&](std::size_t, const CurveRow&) { ++arrived; }),
                             Stopped);
    QVERIFY(arrived > 0 && arrived < 100);
    QVERIFY(!stop.falling);
  }

  void countsAreSpaced() {
    QCOMPARE(defaultCounts(30), (std::vector<Index>{1, 2, 5, 10, 20, 30}));
    const auto counts = logSpacedCounts(500, 40);
    QCOMPARE(counts.front(), Index{1});
    QCOMPARE(counts.back(), Index{500});
    QVERIFY(std::is_sorted(counts.begin(), counts.end()));
    QVERIFY(std::adjacent_find(counts.begin(), counts.end()) == counts.end());
    QVERIFY_EXCEPTION_THROWN(subsamplingCurve(settingsOf("chain", 20), leadingOnly({3, 21}), noProgress()),
                             InputError);
  }

  // Undetermined and unstable values do not enter a mean. Known answers: 1, 2 and NaN; scores of which one
  // belongs to an unstable student.
  void meansLeaveOutWhatIsNotDetermined() {
    std::vector<Curve> draws(3);
    for (std::size_t i = 0; i < 3; ++i) {
      CurveRow row;
      row.good = true;
      row.modes.leading.values = ComplexVector::Constant(1, static_cast<double>(i) + 1);
      row.modes.leading.undetermined = {i == 2};
      row.modes.score = {static_cast<double>(i) + 1, i == 0 ? ScoreStatus::unstable : ScoreStatus::defined};
      draws[i].rows = {row};
    }
    const auto summary = summaryOf(draws)[0];
    QCOMPARE(summary.real[0].mean, 1.5);
    QCOMPARE(summary.real[0].count, Index{2});
    QVERIFY(std::abs(summary.real[0].error - 0.5) < 1e-15);
    QCOMPARE(summary.score.mean, 2.5);
    QCOMPARE(summary.henrici.count, Index{0});
    QVERIFY(std::isnan(summary.henrici.mean));
  }
};

KEYHOLE_TEST(TestSubsamplingCurve)

}  // namespace tst_subsampling_curve

#include "tst_subsampling_curve.moc"
