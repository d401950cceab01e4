// Tests core/analysis/flow/limit_sets.h on systems with known ends.
#include "core/analysis/flow/limit_sets.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <numbers>
#include <set>
#include <utility>

namespace tst_limit_sets {

using namespace keyhole;

namespace {

FlowSystem system(double a, double b, Nonlinearity phi = Nonlinearity::tanh) {
  Matrix B(2, 2);
  B << a, -b, b, a;
  return {Network(DenseForm{B}), phi, Convention::standard};
}

bool all(const LimitSets& sets, LimitKind kind) {
  return std::all_of(sets.kinds.begin(), sets.kinds.end(), [&](LimitKind k) { return k == kind; });
}

}  // namespace

class TestLimitSets : public QObject {
  Q_OBJECT
 private slots:
  // a < 1: the origin attracts everything. Fails if a decaying oscillation is taken for a cycle.
  void stableSpiralComesToRest() { QVERIFY(all(limitSets(system(0.5, 0.5), {}), LimitKind::fixedPoint)); }

  // Very slowly decaying oscillation is not a cycle either: e^{-0.01·50} per half of the looked-at time.
  void slowSpiralIsNoCycle() { QCOMPARE(limitSets(system(0.99, 0.5), {}).oscillating, Index{0}); }

  // a > 1 (Hopf): a cycle. Close to the bifurcation its period is 2π/b; at a = 1.02 the nonlinearity slows it
  // by a few per cent.
  void hopfCycleIsFoundWithItsPeriod() {
    const LimitSets sets = limitSets(system(1.02, 0.6), {});
    QCOMPARE(sets.oscillating, Index{15});
    QVERIFY(all(sets, LimitKind::oscillation));
    QVERIFY2(std::abs(sets.period / (2 * std::numbers::pi / 0.6) - 1) < 0.06,
             qPrintable(QString::number(sets.period)));
  }

  // The runs are drawn before it is known what becomes of them. Fails if the first part already claims a
  // cycle or to know that there is none, if the second changes what is drawn, or if linear runs are held
  // open.
  void whatStillMovesIsDecidedLater() {
    LimitSets sets = freeRuns(system(1.02, 0.6), {});
    QVERIFY(sets.undecided && sets.oscillating == 0 && all(sets, LimitKind::slow));
    const std::vector<Matrix> drawn = sets.runs;
    decide(sets, system(1.02, 0.6), {});
    QVERIFY(!sets.undecided && all(sets, LimitKind::oscillation));
    QVERIFY(sets.runs == drawn);
    QVERIFY(!freeRuns(system(0.5, 0.5), {}).undecided);
    QVERIFY(!freeRuns(system(1 - 0.0018, 0.6, Nonlinearity::linear), {}).undecided);
  }

  // Runs that rest late end there, each at its own time. λ = 0.9 leaves e^{-5} of a start after 50 τ, so that
  // none rests by then, and 1e-5 of the speed after some 120 to 150. Fails if those that rest are not let go
  // of, if a column is taken for another's when the first are, or if what is left at the end is lost.
  void lateRestEndsARun() {
    const FlowSystem slow = system(0.9, 0);
    const LimitSets sets = limitSets(slow, {});
    QVERIFY(all(sets, LimitKind::slow));  // at the end of what is drawn
    QCOMPARE(sets.restLater, Index{15});
    QCOMPARE(sets.restingPoints, Index{1});
    QCOMPARE(sets.shownTime, 50.0);
    QCOMPARE(sets.followedTime, 200.0);
    LimitSetOptions longer;
    longer.steps *= 4;
    const LimitSets whole = freeRuns(slow, longer);  // the same starts
    const double rest = 1e-5 * sets.startNorm;
    for (Index k = 0; k < sets.ends.cols(); ++k) {
      const double speed = flow(slow, sets.ends.col(k)).norm();
      // 500 steps of e^{-0.001} between two looks: it went on until then, and no further.
      QVERIFY2(speed <= rest && speed > 0.5 * rest, qPrintable(QString::number(speed / rest)));
      const Vector direction = sets.ends.col(k).normalized();
      QVERIFY((direction - whole.ends.col(k).normalized()).norm() < 1e-3);
    }
  }

  // Two units, each with two wells, and so slow that no run rests within 80 τ (near a well 1e-5 of the
  // start's speed takes about ln(1e5)/0.06 = 190 τ): all rest later, one place per quadrant. Fails if what
  // rests later does not count.
  void lateWellsAreTold() {
    LimitSetOptions options;
    options.steps = 8000;
    const LimitSets sets = limitSets(system(1.03, 0), options);
    QVERIFY(all(sets, LimitKind::slow));
    QCOMPARE(sets.restLater, Index{15});
    std::set<std::pair<bool, bool>> quadrants;
    for (const auto& end : sets.ends.colwise()) quadrants.emplace(end(0) > 0, end(1) > 0);
    QVERIFY(quadrants.size() > 1);
    QCOMPARE(sets.restingPoints, static_cast<Index>(quadrants.size()));
  }

  // Two wells: a real eigenvalue above 1 gives two fixed points, no cycle.
  void twoWellsComeToRest() { QVERIFY(all(limitSets(system(2, 0), {}), LimitKind::fixedPoint)); }

  // A linear centre oscillates for ever, but on a family of orbits that depends on the start: no attractor.
  void linearSystemsHaveNoCycle() {
    const LimitSets sets = limitSets(system(1 - 0.0018, 0.6, Nonlinearity::linear), {});
    QCOMPARE(sets.oscillating, Index{0});
    QVERIFY(all(sets, LimitKind::slow));
  }

  // A linear line attractor: all runs rest, wherever they are on it. Fails if these are called several
  // points.
  void linearSystemsHaveOnePoint() {
    const LimitSets sets = limitSets(system(1 - 1e-7, 0, Nonlinearity::linear), {});
    QVERIFY(all(sets, LimitKind::fixedPoint));
    QCOMPARE(sets.restingPoints, Index{1});
  }

  void divergenceIsOne() {
    QVERIFY(all(limitSets(system(3, 0, Nonlinearity::linear), {}), LimitKind::divergence));
  }

  void shapesAndNone() {
    LimitSetOptions options;
    options.runs = 3;
    options.pointsPerRun = 50;
    const LimitSets sets = limitSets(system(0.5, 0.5), options);
    QCOMPARE(sets.runs.size(), std::size_t{3});
    QCOMPARE(sets.runs[0].rows(), Index{3});
    QVERIFY(sets.runs[0].cols() <= 50 && sets.runs[0].row(2).isZero());
    options.runs = 0;
    QVERIFY(limitSets(system(0.5, 0.5), options).runs.empty());
  }
};

KEYHOLE_TEST(TestLimitSets)

}  // namespace tst_limit_sets

#include "tst_limit_sets.moc"
