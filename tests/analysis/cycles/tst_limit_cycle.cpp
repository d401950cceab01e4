// Tests core/analysis/cycles/limit_cycle.h and what it rests on: closed orbits with known periods and
// multipliers.
#include "core/analysis/cycles/limit_cycle.h"
#include "core/analysis/flow/tangent.h"
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/linalg/orthogonal.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/smooth_systems.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tst_limit_cycle {

using namespace keyhole;
using namespace keyhole::test;

namespace {

constexpr double kPi = std::numbers::pi;

FlowSystem planar(double a, double b, Nonlinearity phi = Nonlinearity::tanh) {
  Matrix B(2, 2);
  B << a, -b, b, a;
  return {Network(DenseForm{B}), phi, Convention::standard};
}

Matrix starts(Index n, Index count, double scale = 0.5) {
  return scale * RandomStream(11, Stream::test).normalMatrix(n, count);
}

bool within(double a, double b, double relative) {
  return std::abs(a - b) <= relative * std::abs(b);
}

// The period by crossings of a run of the same equation with classical Runge-Kutta steps of 1e-3 τ.
double crossingPeriod(const FlowSystem& system, Vector z) {
  constexpr double h = 1e-3;
  const auto F = [&](const Vector& x) -> Vector { return flow(system, x); };
  const auto step = [&] {
    const Vector a = F(z), b = F(z + h / 2 * a), c = F(z + h / 2 * b), d = F(z + h * c);
    z += h / 6 * (a + 2 * b + 2 * c + d);
  };
  for (int i = 0; i < 60000; ++i) step();
  std::vector<double> crossings;
  for (int i = 1; i < 60000; ++i) {
    const double before = z(0);
    step();
    if (before < 0 && z(0) >= 0) crossings.push_back((i - z(0) / (z(0) - before)) * h);
  }
  return (crossings.back() - crossings.front()) / static_cast<double>(crossings.size() - 1);
}

// Two spirals of rate a < 0 and frequency ω whose centres lie on the boundary x₁ = 0, at (0, p) of the region
// x₁ > 0 and at (0, q) of the other.
FlowSystem relay(double a, double omega, double p, double q) {
  Matrix J(2, 2);
  J << a, omega, -omega, a;
  Switching parts;
  parts.A.assign(2, J + Matrix::Identity(2, 2));
  parts.b = {-J * Vector{{0.0, p}}, -J * Vector{{0.0, q}}};
  parts.logTransition = Matrix::Zero(2, 2);
  parts.W = Matrix{{1.0, 0.0}, {-1.0, 0.0}};
  FlowSystem system{Network(DenseForm{parts.A[0]})};
  system.switching = std::make_shared<const Switching>(parts);
  return system;
}

class StopAt : public Progress {
 public:
  explicit StopAt(int polls) : m_left(polls) {}
  bool stopRequested() const override { return --m_left < 0; }

 private:
  mutable int m_left;
};

}  // namespace

class TestLimitCycle : public QObject {
  Q_OBJECT

 private slots:
  // A turn by the golden ratio fills a circle and is on no cycle; a spiral to a point comes nearer, noise has
  // no mean that converges, and what hardly spreads is closed. Fails if one is taken for another.
  void quasiPeriodicTurnsAreTold() {
    const Index count = 60;
    const double turn = std::numbers::pi * (std::sqrt(5.0) - 1);
    Matrix circle(2, count), spiral(2, count);
    for (Index i = 0; i < count; ++i) {
      const double angle = turn * static_cast<double>(i), shrunk = std::pow(0.99, static_cast<double>(i));
      circle.col(i) << std::cos(angle), std::sin(angle);
      spiral.col(i) = shrunk * circle.col(i);
    }
    QVERIFY(areQuasiPeriodic(circle, 0.1));
    QVERIFY(!areQuasiPeriodic(spiral, 0.1));
    QVERIFY(!areQuasiPeriodic(circle, 10));
    QVERIFY(!areQuasiPeriodic(circle.leftCols(30), 0.1));
    int taken = 0;
    for (std::uint64_t seed = 1; seed <= 50; ++seed)
      taken += areQuasiPeriodic(RandomStream(seed, Stream::test).normalMatrix(2, count), 0.1);
    QVERIFY2(taken <= 2, std::to_string(taken).c_str());
  }

  // Fails if the phase condition, the derivative by the period or the variational equation is wrong: then
  // Newton converges slowly, elsewhere or not at all. The orbit is closed to 1e-10 and the step error is
  // below 1e-8, so T and the radius are right to 1e-8; multipliers to ten times that.
  void hopfNormalForm_data() {
    QTest::addColumn<double>("mu");
    QTest::addColumn<double>("s");
    QTest::addColumn<Index>("n");
    QTest::addColumn<Index>("dense");
    QTest::newRow("stable") << 0.04 << -1.0 << Index{2} << Index{64};
    QTest::newRow("unstable") << -0.04 << 1.0 << Index{2} << Index{64};
    QTest::newRow("stable, among decaying coordinates") << 0.04 << -1.0 << Index{12} << Index{64};
    QTest::newRow("stable, by a subspace") << 0.04 << -1.0 << Index{12} << Index{8};
    QTest::newRow("unstable, by a subspace") << -0.04 << 1.0 << Index{12} << Index{8};
  }
  void hopfNormalForm() {
    QFETCH(double, mu);
    QFETCH(double, s);
    QFETCH(Index, n);
    QFETCH(Index, dense);
    constexpr double kOmega = 0.6;
    const SmoothFlow flow = hopf(mu, kOmega, s, n);
    // 30 % off in the radius (10 % where farther ones run to infinity within a period), 10 % in the period,
    // and with some of each decaying coordinate.
    const Matrix Q =
        n == 2 ? Matrix(Matrix::Identity(2, 2)) : haarColumns(RandomStream(3, Stream::test), n, n);
    Vector x = Vector::Constant(n, 0.02);
    x(0) = (s < 0 ? 1.3 : 1.1) * std::sqrt(std::abs(mu));
    ShootingOptions options;
    options.dense = dense;
    options.subspace = 6;
    const double T = 2 * kPi / kOmega;
    const ClosedOrbit orbit = closeOrbit(flow, Q * x, 1.1 * T, options);
    QCOMPARE(orbit.status, ShootingStatus::converged);
    QVERIFY(within(orbit.period, T, 1e-8));
    QVERIFY(within(orbit.amplitude, std::sqrt(std::abs(mu)), 1e-8));
    QVERIFY(within(orbit.start.norm(), std::sqrt(std::abs(mu)), 1e-8));
    QVERIFY(orbit.residual <= 1e-10 && orbit.trivialError < 1e-7);
    const Index other = 1 - orbit.trivial;
    QVERIFY(within(orbit.multipliers(other).real(), std::exp(-2 * mu * T), 1e-7));
    if (n > dense) return;
    QCOMPARE(orbit.multipliers.size(), n);
    for (Index i = 2; i < n && i < 4; ++i)  // smaller ones are below the rounding of the largest
      QVERIFY(std::abs(orbit.multipliers(i) - std::exp(-T * static_cast<double>(i - 1))) < 1e-9);
    QVERIFY(within(orbit.divergence, -2 * mu * T - T * static_cast<double>((n - 2) * (n - 1) / 2), 1e-8));
  }

  // Fails if an orbit run through twice or six times is sold as one.
  void periodIsTheMinimalOne() {
    for (const double turns : {2.0, 3.0, 6.0}) {
      const ClosedOrbit orbit = closeOrbit(hopf(0.04, 0.6), Vector{{0.21, 0.0}}, turns * 10.4, {});
      QCOMPARE(orbit.status, ShootingStatus::converged);
      QVERIFY2(within(orbit.period, 2 * kPi / 0.6, 1e-8), qPrintable(QString::number(orbit.period)));
    }
  }

  // Stopped at one question after the other. Fails if what is known of an orbit that was not closed with
  // smaller steps is taken for one with these steps: that ended the program.
  void aStopAtAnyQuestion() {
    class StopsAfter : public Progress {
     public:
      explicit StopsAfter(int questions) : m_left(questions) {}
      bool stopRequested() const override { return m_left-- <= 0; }

     private:
      mutable int m_left;
    };
    int converged = 0;
    for (int questions = 0; questions < 2000 && converged < 3; questions += 3) {
      StopsAfter progress(questions);
      const ClosedOrbit orbit = closeOrbit(hopf(0.04, 0.6), Vector{{0.21, 0.0}}, 10.4, {}, progress);
      QVERIFY(orbit.status == ShootingStatus::stopped || orbit.status == ShootingStatus::converged ||
              orbit.status == ShootingStatus::notConverged || orbit.status == ShootingStatus::diverged);
      converged += orbit.status == ShootingStatus::converged && orbit.multipliers.size() > 0;
    }
    QCOMPARE(converged, 3);
  }

  // Below the bifurcation there is nothing but the fixed point.
  void shrinkingOrbitIsAFixedPoint() {
    QCOMPARE(closeOrbit(hopf(-0.02, 0.6), Vector{{0.2, 0.0}}, 10.4, {}).status, ShootingStatus::fixedPoint);
  }

  // A gain g > 1/cos θ turns the plane of a rank-two network into a stable cycle. Fails if the latent road
  // loses a part of z, or Liouville's formula does not hold: Σ log|μ| = ∫ tr J over all D multipliers.
  void rankTwoNetwork_data() {
    QTest::addColumn<bool>("leaky");
    QTest::newRow("standard") << false;
    QTest::newRow("leaky rate") << true;
  }
  void rankTwoNetwork() {
    QFETCH(bool, leaky);
    const LowRankForm form = rotatingForm(40, 1.6, 0.5);
    FlowSystem system{Network(form), Nonlinearity::tanh, leaky ? Convention::leakyRate : Convention::standard,
                      0.1 * RandomStream(8, Stream::test).normalMatrix(40, 1).col(0)};
    const auto found = findLimitCycles(system, starts(40, 4));
    QCOMPARE(found.size(), std::size_t{1});
    const LimitCycle& cycle = found.front();
    QVERIFY2(cycle.status == CycleStatus::found, cycle.message.c_str());
    QCOMPARE(cycle.starts.size(), std::size_t{4});
    QCOMPARE(cycle.road, CycleRoad::latent);
    QCOMPARE(cycle.stability, CycleStability::stable);
    QVERIFY(cycle.residual <= 1e-8 && cycle.trivialError < 1e-7);
    QCOMPARE(cycle.multipliers.size(), Index{40});
    QVERIFY(within(cycle.multipliers.array().abs().log().sum(), cycle.divergence, 1e-8));
    // Linear interpolation between steps of 1e-3: 1e-6 τ of a dozen.
    QVERIFY(within(cycle.period, crossingPeriod(system, cycle.points.col(0)), 1e-6));

    FlowSystem dense = system;
    dense.network = Network(DenseForm{form.M * form.N.transpose()});
    const LimitCycle same = refineCycle(dense, cycle.points.col(7), cycle.period * 1.02);
    QCOMPARE(same.road, CycleRoad::dense);
    QVERIFY(within(same.period, cycle.period, 1e-8) && within(same.amplitude, cycle.amplitude, 1e-4));
    // The chords of 400 points are (2π/400)²/8 = 3e-5 of the radius off the orbit.
    QVERIFY(distanceFromOrbit(same.points, cycle.points) < 2e-4 * cycle.amplitude);
    QVERIFY(std::abs(same.multipliers(0) - cycle.multipliers(0)) < 1e-7);
    QVERIFY(std::abs(same.multipliers(1) - cycle.multipliers(1)) < 1e-7);
    QVERIFY(within(same.divergence, cycle.divergence, 1e-8));
    // As many units by the subspace road.
    LimitCycleOptions options;
    options.shooting.dense = 10;
    const LimitCycle third = refineCycle(dense, cycle.points.col(7), cycle.period * 1.02, options);
    QVERIFY2(third.status == CycleStatus::found && third.road == CycleRoad::subspace, third.message.c_str());
    QVERIFY(within(third.period, cycle.period, 1e-8));
    QVERIFY(third.multipliers.size() >= 2);
    QVERIFY(std::abs(third.multipliers(1) - cycle.multipliers(1)) < 1e-7);
  }

  // Map and equation: the period of an Euler run differs by O(α), as the header says.
  void eulerMapDiffersByOrderAlpha() {
    const FlowSystem system = planar(1.2, 0.6);
    const LimitCycle cycle = findLimitCycles(system, starts(2, 1)).front();
    const auto difference = [&](double alpha) {
      FreeRun run(system, alpha);
      Matrix z = cycle.points.col(0), next(2, 1);
      std::vector<double> crossings;
      for (int i = 1; static_cast<double>(i) * alpha < 400; ++i) {
        run.step(z, next);
        if (z(0) < 0 && next(0) >= 0 && static_cast<double>(i) * alpha > 100)
          crossings.push_back((i - next(0) / (next(0) - z(0))) * alpha);
        z.swap(next);
      }
      return (crossings.back() - crossings.front()) / static_cast<double>(crossings.size() - 1) /
                 cycle.period -
             1;
    };
    const double coarse = difference(0.02), fine = difference(0.01);
    QVERIFY(std::abs(fine) > 1e-5 && std::abs(fine) < 0.02);
    // Halving α halves it, up to α² and the crossings' interpolation.
    QVERIFY2(std::abs(coarse / fine - 2) < 0.2, qPrintable(QString("%1 %2").arg(coarse).arg(fine)));
  }

  // Networks without a cycle. Fails if a spiral, two wells or a family of linear orbits is called one.
  void noCycle() {
    const auto only = [](const FlowSystem& system) {
      const auto found = findLimitCycles(system, starts(2, 5));
      return found.size() == 1 && found.front().starts.size() == 5 ? found.front().status
                                                                   : CycleStatus::found;
    };
    QCOMPARE(only(planar(0.5, 0.5)), CycleStatus::fixedPoint);
    QCOMPARE(only(planar(2, 0)), CycleStatus::fixedPoint);
    QCOMPARE(only(planar(1, 0.6, Nonlinearity::linear)), CycleStatus::affine);
    QCOMPARE(only(planar(0.999, 0.5)), CycleStatus::fixedPoint);
    QVERIFY(!findLimitCycles(planar(2, 0), starts(2, 1)).front().message.empty());
  }

  // Two wells beside a rotation: a cycle in each well, mirror images of each other, and starts in one of them
  // only. Fails if the image is forgotten, or a symmetric cycle (the planar one) gets a copy.
  void mirrorImages() {
    Matrix B = Matrix::Zero(3, 3);
    B.topLeftCorner(2, 2) << 1.3, -0.7, 0.7, 1.3;
    B(2, 2) = 2;
    const FlowSystem system{Network(DenseForm{B}), Nonlinearity::tanh};
    Matrix from = starts(3, 3);
    from.row(2).setConstant(0.4);
    auto found = findLimitCycles(system, from);
    QCOMPARE(found.size(), std::size_t{2});
    QVERIFY(!found[0].mirrorSymmetric && found[0].starts.size() == 3 && found[1].starts.empty());
    COMPARE_MATRICES(found[0].mean, -found[1].mean, 1e-12);
    from(2, 1) = -0.4;
    found = findLimitCycles(system, from);
    QCOMPARE(found.size(), std::size_t{2});
    QVERIFY(found[0].starts.size() == 2 && found[1].starts.size() == 1);
    found = findLimitCycles(planar(1.3, 0.7), starts(2, 3));
    QCOMPARE(found.size(), std::size_t{1});
    QVERIFY(found[0].mirrorSymmetric);
    // On the ridge between the wells the same orbit, unstable across: e^{(2 - 1) T}.
    const LimitCycle ridge =
        refineCycle(system, Vector{{found[0].points(0, 0), found[0].points(1, 0), 0.0}}, found[0].period);
    QCOMPARE(ridge.stability, CycleStability::unstable);
    QVERIFY(within(ridge.multipliers(0).real(), std::exp(ridge.period), 1e-6));
  }

  // A known cycle of a field with jumps: half a turn in each region multiplies the distance from its centre
  // by E = e^{aπ/ω}, so that with the centres at ∓1 the boundary is crossed at ±(1+E)/(1-E), every π/ω.
  void switchingByReturns() {
    constexpr double a = -0.3, omega = 0.8;
    const auto found = findLimitCycles(relay(a, omega, -1, 1), starts(2, 2, 3));
    QCOMPARE(found.size(), std::size_t{1});
    const LimitCycle& cycle = found.front();
    QVERIFY2(cycle.status == CycleStatus::found && cycle.road == CycleRoad::returnMap, cycle.message.c_str());
    QVERIFY(within(cycle.period, 2 * kPi / omega, 1e-7));
    const double E = std::exp(a * kPi / omega);
    QVERIFY(distanceFromOrbit(Vector{{0.0, (1 + E) / (1 - E)}}, cycle.points) < 1e-3);
    QCOMPARE(cycle.stability, CycleStability::stable);
    QCOMPARE(cycle.multipliers.size(), Index{0});
    // The other way round the two flows meet between the centres: no cycle, and the search ends.
    const auto none = findLimitCycles(relay(a, omega, 1, -1), starts(2, 1, 3));
    QCOMPARE(none.front().status, CycleStatus::notConverged);
  }

  void stopKeepsWhatIsThere() {
    StopAt progress(40);
    const auto found = findLimitCycles(planar(1.3, 0.7), starts(2, 3), {}, progress);
    QCOMPARE(found.back().status, CycleStatus::stopped);
    std::size_t all = 0;
    for (const auto& cycle : found) all += cycle.starts.size();
    QCOMPARE(all, std::size_t{3});
  }

  void refusals() {
    LimitCycleOptions options;
    options.shooting.tolerance = 0;
    options.runs.step = 2;
    options.points = 3;
    options.attempts = 0;
    QCOMPARE(problems(options).size(), std::size_t{4});
    QVERIFY(problems(LimitCycleOptions{}).empty());
    QVERIFY_THROWS_EXCEPTION(InputError, findLimitCycles(planar(1, 1), starts(2, 1), options));
    QVERIFY_THROWS_EXCEPTION(InputError, findLimitCycles(planar(1, 1), starts(3, 1)));
    QVERIFY_THROWS_EXCEPTION(InputError, refineCycle(planar(1, 1), Vector::Ones(2), 0.0));
    QVERIFY_THROWS_EXCEPTION(InputError, refineCycle(planar(1, 1), Vector::Constant(2, NAN), 1.0));
  }
};

KEYHOLE_TEST(TestLimitCycle)

}  // namespace tst_limit_cycle

#include "tst_limit_cycle.moc"
