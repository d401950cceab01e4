// Tests core/analysis/coexistence.h and approach.h: every free run is told where it ends, in systems of which
// that is known.
#include "core/analysis/approach.h"
#include "core/analysis/attractors.h"
#include "core/analysis/coexistence.h"
#include "core/common/random.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tst_coexistence {

using namespace keyhole;

namespace {

FlowSystem network(const Matrix& B) {
  return {Network(DenseForm{B}), Nonlinearity::tanh, Convention::standard, {}, {}};
}

Matrix blocks(const Matrix& a, const Matrix& b) {
  Matrix B = Matrix::Zero(a.rows() + b.rows(), a.rows() + b.rows());
  B.topLeftCorner(a.rows(), a.rows()) = a;
  B.bottomRightCorner(b.rows(), b.rows()) = b;
  return B;
}

Matrix turn(double growth, double speed) {
  return (Matrix(2, 2) << growth, -speed, speed, growth).finished();
}

// skew: the bump is pushed along by so many radians.
Matrix ring(Index units, double gain, double skew = 0) {
  Matrix B(units, units);
  for (Index i = 0; i < units; ++i)
    for (Index j = 0; j < units; ++j)
      B(i, j) =
          2 * gain / static_cast<double>(units) *
          std::cos(2 * std::numbers::pi * static_cast<double>(i - j) / static_cast<double>(units) + skew);
  return B;
}

Attractors found(const FlowSystem& system, double alpha = 0.01, double reach = 1) {
  LimitSetOptions options;
  options.runs = 6;
  options.alpha = alpha;
  const LimitSets runs = limitSets(system, options);
  const Matrix activity = reach * RandomStream(3, Stream::test).normalMatrix(system.network.size(), 200);
  AttractorOptions asked;
  asked.alpha = alpha;
  return findAttractors(system, activity, &runs, asked);
}

Index runsOn(const Attractors& all, AttractorKind kind) {
  Index runs = 0;
  for (const CoexistingAttractor& one : all.coexisting)
    if (one.kind == kind) runs += std::ssize(one.runs);
  return runs;
}

Approach look(double distance, std::size_t index = 0) {
  return {AttractorKind::cycle, index, distance, 1.0, 0.002};
}

}  // namespace

class TestCoexistence : public QObject {
  Q_OBJECT

 private slots:
  // Two rotors that know nothing of each other, of periods without a common measure: a torus, on which no
  // orbit closes. Fails if runs that never repeat are chaotic, on a cycle, or nothing.
  void twoRotorsAreATorus() {
    const Attractors torus = found(network(blocks(turn(1.5, 0.9), turn(1.5, 0.5))));
    QCOMPARE(runsOn(torus, AttractorKind::torus), torus.runs);
    QVERIFY(!torus.tori.empty() && !torus.isChaotic());
    for (const LyapunovSpectrum& one : torus.tori) QVERIFY(one.exponents(1) > -1e-3);
    QVERIFY2(torus.coexistenceText().find("two frequencies") != std::string::npos,
             torus.coexistenceText().c_str());
  }

  // A chaotic network: all runs are told, not the first few. Fails if one stays without a word.
  void everyChaoticRunIsTold() {
    const Index units = 100;
    const Matrix B = 2.5 / std::sqrt(100.0) * RandomStream(5, Stream::test).normalMatrix(units, units);
    const Attractors chaos = found(network(B));
    QVERIFY2(runsOn(chaos, AttractorKind::chaos) == chaos.runs, chaos.coexistenceText().c_str());
    QCOMPARE(std::ssize(chaos.chaos), chaos.runs);
  }

  // In steps of 0.1 these runs go to and fro; the flow from where they are comes to rest. Fails if the runs
  // that go on take steps that are too long for the flow.
  void stiffSystemsRestInTheFlow() {
    const Attractors all = found(network(-40 * Matrix::Identity(3, 3)), 0.1);
    QVERIFY2(runsOn(all, AttractorKind::point) == all.runs, all.coexistenceText().c_str());
  }

  // On its way to a cycle: nearer at every look, at the rate at which the cycle attracts (0.002 per τ, looks
  // of 100 τ: a fall by e^-0.2). Fails if what only passes by, leaves, comes far too fast, or changes its aim
  // counts.
  void whatIsOnItsWay() {
    const double fall = std::exp(-0.2);
    QVERIFY(isOnItsWay({look(0.1), look(0.1 * fall), look(0.1 * fall * fall)}, 100));
    QVERIFY(!isOnItsWay({look(0.1), look(0.1 * fall)}, 100));
    QVERIFY(!isOnItsWay({look(0.1), look(0.1 / fall), look(0.1 * fall)}, 100));
    QVERIFY(!isOnItsWay({look(0.5), look(0.5 * fall), look(0.5 * fall * fall)}, 100));
    QVERIFY(!isOnItsWay({look(0.1), look(0.01), look(0.001)}, 100));
    QVERIFY(!isOnItsWay({look(0.1), look(0.0999), look(0.0998)}, 100));
    QVERIFY(!isOnItsWay({look(0.1, 1), look(0.1 * fall), look(0.1 * fall * fall)}, 100));
  }

  // A ring beside a bistable unit: a ring at each of its wells, and one that repels between them. Fails if
  // the points on the latter are counted one by one, or it is called an attractor.
  void aRepellingRingIsNoListOfPoints() {
    const Attractors all = found(network(blocks(ring(20, 1.8), 2 * Matrix::Identity(1, 1))));
    QCOMPARE(all.continua.size(), std::size_t{2});
    QCOMPARE(all.repelling.size(), std::size_t{1});
    QVERIFY(!all.repelling.front().isFound());
    QVERIFY2(all.points.census.completeness == Completeness::certified, all.points.census.message.c_str());
    QCOMPARE(all.points.census.fixed, Index{3});  // 0 at each place of the bistable unit
    QCOMPARE(all.points.census.stable, Index{0});
    QCOMPARE(runsOn(all, AttractorKind::continuum), all.runs);
    const Vector middle = all.repelling.front().points.rowwise().mean();
    QVERIFY(middle.norm() < 0.05 * all.repelling.front().points.col(0).norm());
  }

  // Pushed along, the bump never rests: a ring that is gone round in a time that a run of its own measures
  // (by the angle of its first harmonic). The sum over the ring's points is a trapezium rule of 100 pieces
  // and more: a per cent is asked. Fails if the ring is said to be of points that stay.
  void aRingThatIsGoneRound() {
    const FlowSystem system = network(ring(24, 1.8, 0.03));
    const Attractors all = found(system);
    QCOMPARE(all.continua.size(), std::size_t{1});
    const SlowManifold& one = all.continua.front();
    QVERIFY2(one.message.find("a slow cycle") != std::string::npos, one.message.c_str());
    QCOMPARE(one.stablePoints, Index{0});
    FreeRun run(system, 0.01);
    Matrix now = one.points.col(0), next = now;
    const auto angleOf = [](const Matrix& z) {
      std::complex<double> sum = 0;
      for (Index i = 0; i < z.rows(); ++i)
        sum += z(i, 0) * std::polar(1.0, 2 * std::numbers::pi * static_cast<double>(i) / 24.0);
      return std::arg(sum);
    };
    double turned = 0, before = angleOf(now), time = 0;
    while (std::abs(turned) < 2 * std::numbers::pi && time < 1000) {
      run.step(now, next);
      now.swap(next);
      const double angle = angleOf(now);
      turned += std::remainder(angle - before, 2 * std::numbers::pi);
      before = angle;
      time += 0.01;
    }
    QVERIFY2(std::abs(one.roundTime / time - 1) < 0.01, one.message.c_str());
  }

  // Slow only next to its point, as seen from an activity that goes a hundred times as far: a slow direction
  // of a point, no line. Fails if a line of no length is an attractor.
  void aSlowDirectionIsNoLine() {
    Matrix B = Matrix::Zero(2, 2);
    B.diagonal() << 0.95, 0.2;
    QVERIFY(found(network(B)).hasLine());
    const Attractors far = found(network(B), 0.01, 100);
    QVERIFY2(!far.hasLine() && far.line.status == SlowManifoldStatus::tooShort, far.line.message.c_str());
    QCOMPARE(runsOn(far, AttractorKind::point), far.runs);
  }

  // Rates of 0.025 and 0.1, the last just slow, but nowhere beside the point: a line, not a plane of no
  // width.
  void aPlaneHasAWidth() {
    Matrix B = Matrix::Zero(3, 3);
    B.diagonal() << 0.975, 0.9, 0.2;
    const Attractors all = found(network(B));
    QVERIFY(all.hasLine());
    QVERIFY2(all.line.status == SlowManifoldStatus::line && all.line.dimension == 1,
             all.line.message.c_str());
  }

  // Of a Jordan block of three, tanh in each: it rests at 0 alone. Fails if what rounding leaves of the drift
  // is counted as points.
  void pointsOnALineAreNoRounding() {
    Matrix B = Matrix::Identity(3, 3);
    B.diagonal(1).setOnes();
    const Attractors all = found(network(B));
    QVERIFY(!all.continua.empty());
    for (const SlowManifold& one : all.continua)
      QVERIFY2(one.stablePoints + one.otherPoints <= 1, one.message.c_str());
  }

  // Four wells of the identity's neighbour, nine points in all, each slow in all directions. Fails if points
  // in such a region are not counted.
  void whatIsSlowAllRoundIsAPoint() {
    const Attractors wells = found(network(1.02 * Matrix::Identity(2, 2)));
    QCOMPARE(wells.points.census.fixed, Index{9});
    QCOMPARE(wells.points.census.stable, Index{4});
    QCOMPARE(found(network(Matrix::Identity(3, 3))).points.census.fixed, Index{1});
  }

  // What grows slowly in an affine system grows for ever. Fails if its slow mode is a line attractor, or its
  // runs are told to end.
  void slowGrowthIsNoAttractor() {
    for (const double value : {1.01, 1.1}) {
      FlowSystem system = network((Matrix(2, 2) << value, 0, 0, 0.5).finished());
      system.phi = Nonlinearity::linear;
      const Attractors all = found(system);
      QVERIFY2(!all.hasLine(), all.line.message.c_str());
      QCOMPARE(runsOn(all, AttractorKind::divergence), all.runs);
    }
  }

  // Two rotors of one period: all runs are on cycles side by side, whichever two exponents vanish.
  void equalRotorsAreNoTorus() {
    const Attractors all = found(network(blocks(turn(1.5, 1), turn(1.5, 1))));
    QVERIFY2(runsOn(all, AttractorKind::torus) == 0, all.coexistenceText().c_str());
    QVERIFY(runsOn(all, AttractorKind::cycle) > 0);
  }

  // Weights of which no step of a reasonable length makes a flow. Fails if what such steps do is chaos.
  void hugeWeightsAreNoChaos() {
    const Attractors all = found(network(1e6 * RandomStream(21, Stream::test).normalMatrix(4, 4)));
    QVERIFY2(runsOn(all, AttractorKind::chaos) == 0, all.coexistenceText().c_str());
    QCOMPARE(all.exponents.status, LyapunovStatus::stiff);
  }

  // A linear pair at Re λ = 1 that turns: cycles of one period 2π/ω side by side. The same pair twice with a
  // shared eigenvector grows as t. Fails if runs on them are nothing, or what grows is a cycle.
  void neutralCyclesOfLinearSystemsAreTold() {
    FlowSystem system = network(blocks(turn(1, 0.5), Matrix::Constant(1, 1, 0.5)));
    system.phi = Nonlinearity::linear;
    const Attractors one = found(system);
    QCOMPARE(runsOn(one, AttractorKind::centre), one.runs);
    QCOMPARE(one.centre.periods.size(), Index{1});
    QVERIFY(std::abs(one.centre.periods(0) - 4 * std::numbers::pi) < 1e-9);
    QVERIFY(!one.centreInSteps.isFound());  // 1 + α (λ - 1) is outside of the unit circle
    Matrix twice = blocks(turn(1, 0.5), turn(1, 0.5));
    system.network = Network(DenseForm{twice});
    QCOMPARE(runsOn(found(system), AttractorKind::centre), Index{6});
    twice.topRightCorner(2, 2).setIdentity();
    system.network = Network(DenseForm{twice});
    QCOMPARE(runsOn(found(system), AttractorKind::divergence), Index{6});
    system.network = Network(DenseForm{blocks(turn(std::cos(1.0), std::sin(1.0)), turn(0.2, 0.1))});
    const Attractors steps = found(system, 1.0);  // z ← B z turns by one radian
    QVERIFY(!steps.centre.isFound() && steps.centreInSteps.isFound());
    QVERIFY(std::abs(steps.centreInSteps.periods(0) - 2 * std::numbers::pi) < 1e-9);
  }

  // tanh at a Hopf point: r' = -c r³, slower than any exponential, to the one point.
  void hopfPointsAreApproached() {
    const Attractors all = found(network(turn(1, 0.5)));
    QVERIFY2(runsOn(all, AttractorKind::slowPoint) == all.runs, all.coexistenceText().c_str());
  }

  // More than a few wells are told together.
  void manyWellsAreToldTogether() {
    const Attractors wells = found(network(2 * Matrix::Identity(6, 6)));
    const std::string text = wells.coexistenceText();
    QVERIFY2(text.find(std::to_string(wells.runs) + " of " + std::to_string(wells.runs)) != std::string::npos,
             text.c_str());
    QVERIFY(text.find("stable points (") != std::string::npos);
  }
};

KEYHOLE_TEST(TestCoexistence)

}  // namespace tst_coexistence

#include "tst_coexistence.moc"
