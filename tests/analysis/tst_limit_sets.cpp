// Tests core/analysis/limit_sets.h on systems with known ends.
#include "core/analysis/limit_sets.h"

#include <QTest>

#include <algorithm>
#include <numbers>

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

  // Two wells: a real eigenvalue above 1 gives two fixed points, no cycle.
  void twoWellsComeToRest() { QVERIFY(all(limitSets(system(2, 0), {}), LimitKind::fixedPoint)); }

  // A linear centre oscillates for ever, but on a family of orbits that depends on the start: no attractor.
  void linearSystemsHaveNoCycle() {
    const LimitSets sets = limitSets(system(1 - 0.0018, 0.6, Nonlinearity::linear), {});
    QCOMPARE(sets.oscillating, Index{0});
    QVERIFY(all(sets, LimitKind::slow));
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

QTEST_GUILESS_MAIN(TestLimitSets)
#include "tst_limit_sets.moc"
