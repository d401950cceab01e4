// Tests core/audit/claim.h and carries.h
#include "core/audit/carries.h"
#include "core/audit/claim.h"
#include "core/audit/live_units.h"
#include "core/common/random.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>

namespace tst_claim {

using namespace keyhole;

namespace {

Trial counted(Index first, Index count) {
  Trial trial{Matrix(1, count), Matrix(0, count)};
  for (Index t = 0; t < count; ++t) trial.activity(0, t) = static_cast<double>(first + t);
  return trial;
}

std::vector<double> valuesOf(const std::vector<Trial>& trials) {
  std::vector<double> all;
  for (const auto& trial : trials)
    all.insert(all.end(), trial.activity.data(), trial.activity.data() + trial.activity.size());
  return all;
}

// x_{t+1} = F x_t + η of three units with F = diag(slow, 0.5, 0.2).
Trial linearRun(double slow, Index steps) {
  const Vector F{{slow, 0.5, 0.2}};
  const Matrix noise = RandomStream(7, Stream::test).normalMatrix(3, steps);
  Trial trial{Matrix::Zero(3, steps), Matrix(0, steps)};
  for (Index t = 1; t < steps; ++t)
    trial.activity.col(t) = F.cwiseProduct(trial.activity.col(t - 1)) + noise.col(t);
  return trial;
}

RecordingSummary goodSummary() {
  RecordingSummary summary;
  summary.units = 20;
  summary.timePoints = 10000;
  summary.effectiveSamples = 500;
  return summary;
}

}  // namespace

class TestClaim : public QObject {
  Q_OBJECT

 private slots:
  // Each time point is held out once, and is nowhere among what is then fitted. Fails if blocks overlap,
  // leave a gap, or cross a trial.
  void everyTimePointIsLeftOutOnce() {
    const auto parts = blocksLeftOut({counted(0, 37), counted(37, 63)}, 5);
    QCOMPARE(parts.size(), std::size_t(5));
    std::vector<double> held;
    for (const auto& part : parts) {
      const auto mine = valuesOf(part.heldOut), rest = valuesOf(part.fitted);
      QCOMPARE(mine.size(), std::size_t(20));
      QCOMPARE(mine.size() + rest.size(), std::size_t(100));
      for (const double value : mine) QVERIFY(std::find(rest.begin(), rest.end(), value) == rest.end());
      held.insert(held.end(), mine.begin(), mine.end());
    }
    std::sort(held.begin(), held.end());
    for (std::size_t i = 0; i < held.size(); ++i) QCOMPARE(held[i], static_cast<double>(i));
  }

  // A mode of 0.98 decays in 49.5 steps. The standard error of the estimate is √((1 - 0.98²)/20000) = 0.0014,
  // so that its time constant is within 43 to 58 in 19 of 20 recordings. One step of diag(0.98, 0.5, 0.2)
  // leaves the unit variance of η, no change Σ 2 (1 - F)/(1 - F²) = Σ 2/(1 + F): a gain of 1 - 3/4.01 =
  // 0.252.
  void claimOfAKnownSystem() {
    Settings settings;
    settings.set("teacher.kind", std::string("recording"));
    settings.set("fit.latents", 2LL);
    const auto claim = auditClaim({linearRun(0.98, 20000)}, settings, {19999, 0.1, true}, {40, 5});
    const MethodClaim* map = claim.of("map");
    QVERIFY(map);
    QVERIFY(map->leadingSteps.front() > 40 && map->leadingSteps.front() < 62);
    QVERIFY(std::abs(map->heldOut.mean - 0.252) < 0.02);
    QVERIFY(map->heldOut.low < map->heldOut.mean && map->heldOut.mean < map->heldOut.high);
    QVERIFY(claim.of("subspace"));
    QVERIFY(!claim.of("lds"));
    QVERIFY(!claim.others.empty());
    QVERIFY(claim.sentence.find("MAP claims") != std::string::npos);
  }

  // Another method, fitted again from two other starts: each has its own seed and a claim, the blocks are
  // held out for it as well, and the sentence speaks of all methods. Convex methods have no other start.
  void furtherMethods() {
    Settings settings;
    settings.set("teacher.kind", std::string("recording"));
    settings.set("fit.latents", 2LL);
    settings.set("fit.hidden", 4LL);
    settings.set("fit.iterations", 5LL);
    const std::vector<Trial> trials = {linearRun(0.9, 400)};
    AuditedClaim claim;
    addClaims(claim, {"map", "bptt", "cornn"}, trials, settings, {399, 0.1, true}, {0, 2, 2});
    const MethodClaim* bptt = claim.of("bptt");
    QVERIFY(bptt && claim.of("cornn"));
    QCOMPARE(bptt->starts.size(), std::size_t{2});
    QVERIFY(bptt->starts[0].seed != bptt->starts[1].seed && bptt->starts[0].fitted);
    QCOMPARE(bptt->heldOut.blocks.size(), std::size_t{2});
    QVERIFY(claim.of("map")->starts.empty() && claim.of("cornn")->starts.empty());
    QVERIFY(claim.sentence.find("of 3 starts") != std::string::npos);
    QVERIFY(claim.sentence.find("CORNN claims") != std::string::npos);
    QCOMPARE(claim.others.size(), otherAuditedMethods().size() - 2);
  }

  // A constant unit and copies (of any size and sign) are left out and named; with fewer than two others all
  // stay. Fails if a correlation of 0.999 counts as a copy.
  void deadUnitsAreLeftOut() {
    const Trial run = linearRun(0.9, 500);
    Matrix X(6, 500);
    X.row(0) = run.activity.row(0);
    X.row(1).setConstant(3);
    X.row(2) = run.activity.row(1);
    X.row(3) = (5 - 2 * run.activity.row(0).array()).matrix();
    X.row(4) = run.activity.row(0) + 0.03 * run.activity.row(2);
    X.row(5) = run.activity.row(1);
    const LiveUnits live = liveUnits({{X, Matrix(0, 500)}});
    QVERIFY((live.kept == std::vector<Index>{0, 2, 4}));
    QCOMPARE(live.trials.front().activity.rows(), Index{3});
    QCOMPARE(live.notes.size(), std::size_t{3});
    QVERIFY(live.notes[0].find("unit 2 is constant") != std::string::npos);
    QVERIFY(live.notes[1].find("unit 4 is a copy of unit 1") != std::string::npos);
    const LiveUnits none = liveUnits({{Matrix::Ones(3, 50), Matrix(0, 50)}});
    QVERIFY(none.kept.size() == 3 && none.notes.empty());
  }

  // What cannot be asked is said with its number.
  void whatIsRefused() {
    QCOMPARE(whyNotCarried(goodSummary(), 50), std::string());
    RecordingSummary one = goodSummary(), few = one, missing = one, smooth = one, constant = one;
    one.units = 1;
    constant.constant = 20;
    few.effectiveSamples = 15;
    missing.missing = 3;
    smooth.smoothness.width = 60;
    QVERIFY(whyNotCarried(one, 50).find("1 unit varies") != std::string::npos);
    QVERIFY(whyNotCarried(constant, 50).find("0 units vary") != std::string::npos);
    QVERIFY(whyNotCarried(few, 50).find("15") != std::string::npos);
    QVERIFY(whyNotCarried(missing, 50).find("3 samples are missing") != std::string::npos);
    QVERIFY(whyNotCarried(smooth, 50).find("longer than every time constant") != std::string::npos);
    QCOMPARE(whyNotCarried(smooth, 200), std::string());
    QCOMPARE(whyNothingCarried(8, 9), std::string());
    QVERIFY(whyNothingCarried(9, 9).find("9 steps from one time point to the next of 9 units") !=
            std::string::npos);
    smooth.timePoints = 5000;
    QVERIFY(whyNotCarried(smooth, 200).find("5000") != std::string::npos);
  }
};

KEYHOLE_TEST(TestClaim)

}  // namespace tst_claim

#include "tst_claim.moc"
