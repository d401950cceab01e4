// Tests core/analysis/step_cycles.h and step_map.h: maps whose cycles are known.
#include "core/analysis/attractors.h"
#include "core/analysis/step_cycles.h"
#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>
#include <numbers>

namespace tst_step_cycles {

using namespace keyhole;

namespace {

FlowSystem tanhNetwork(const Matrix& B) {
  return {Network(DenseForm{B}), Nonlinearity::tanh, Convention::standard, {}, {}};
}

Attractors inStepsOf(const FlowSystem& system, double alpha) {
  const LimitSets runs = limitSets(system, {});
  const Matrix activity = RandomStream(3, Stream::test).normalMatrix(system.network.size(), 200);
  AttractorOptions options;
  options.alpha = alpha;
  return findAttractors(system, activity, &runs, options);
}

// Each step of a cycle, made by FreeRun, leads to the next of its points.
double worstStep(const FlowSystem& system, double alpha, const StepCycle& cycle) {
  Matrix next(cycle.points.rows(), cycle.points.cols());
  FreeRun(system, alpha).step(cycle.points, next);
  double worst = 0;
  for (Index k = 0; k < cycle.period; ++k)
    worst = std::max(worst, (next.col(k) - cycle.points.col((k + 1) % cycle.period)).norm());
  return worst;
}

// The root of y = gain tanh y above 0.
double rootOf(double gain) {
  double y = gain;
  for (int i = 0; i < 500; ++i) y = gain * std::tanh(y);
  return y;
}

std::string counts(const StepAttractors& found) {
  return std::to_string(found.cycles.size()) + " cycles, " + std::to_string(found.stableCycles()) +
         " stable: " + found.message;
}

}  // namespace

class TestStepCycles : public QObject {
  Q_OBJECT
 private slots:
  // x ← -g tanh x in n units, α = 1: a unit's pair of states is (0, 0), (a, -a) or (-a, a), so that there are
  // (3ⁿ - 1)/2 cycles of two steps, of which 2ⁿ⁻¹ are stable; the flow has one point of rest. Fails if one is
  // missing, or one more is told, or that these are all is not proven.
  void flippingUnitsAreCounted() {
    for (const Index n : {1, 2, 3, 4}) {
      const FlowSystem system = tanhNetwork(-1.7 * Matrix::Identity(n, n));
      const Attractors found = inStepsOf(system, 1);
      const StepAttractors& steps = found.inSteps;
      QCOMPARE(found.points.points.size(), std::size_t{1});
      QVERIFY2(static_cast<Index>(steps.cycles.size()) == (std::lround(std::pow(3, n)) - 1) / 2,
               counts(steps).c_str());
      QVERIFY2(steps.stableCycles() == Index{1} << (n - 1), counts(steps).c_str());
      QCOMPARE(steps.twoSteps, Completeness::certified);
      QCOMPARE(steps.repeating, steps.runs);
      const double a = rootOf(1.7), slope = 1 - std::pow(std::tanh(a), 2);
      for (const StepCycle& cycle : steps.cycles) {
        QCOMPARE(cycle.period, Index{2});
        QVERIFY(worstStep(system, 1, cycle) < 1e-10);
        for (Index i = 0; i < n; ++i) {
          const double size = std::abs(cycle.points(i, 0));
          QVERIFY(size < 1e-9 || std::abs(size - a) < 1e-9);
        }
        if (cycle.stability == CycleStability::stable)
          QVERIFY(std::abs(std::abs(cycle.multipliers(0)) - std::pow(1.7 * slope, 2)) < 1e-9);
      }
    }
  }

  // In steps of α the pair is x = -k tanh x with k = g α/(2 - α), from g > 2/α - 1 on. Fails on either side.
  void smallerStepsNeedLargerWeights() {
    for (const double alpha : {0.5, 0.8})
      for (const double factor : {0.97, 1.1}) {
        const double gain = factor * (2 / alpha - 1);
        const FlowSystem system = tanhNetwork(Matrix::Constant(1, 1, -gain));
        const StepAttractors steps = inStepsOf(system, alpha).inSteps;
        QVERIFY2(steps.cycles.size() == std::size_t{factor > 1}, counts(steps).c_str());
        if (factor < 1) continue;
        QVERIFY(std::abs(std::abs(steps.cycles[0].points(0, 0)) - rootOf(gain * alpha / (2 - alpha))) < 1e-9);
        QVERIFY(worstStep(system, alpha, steps.cycles[0]) < 1e-10);
        QCOMPARE(steps.cycles[0].stability, CycleStability::stable);
      }
  }

  // A ring of p units, each driven by the one before it, x ← g P tanh x: one unit high and the others low
  // goes round in p steps. Fails if longer cycles than of two steps are not told, or by a multiple of their
  // period.
  void aPatternGoesRoundInAsManySteps() {
    for (const Index p : {3, 5}) {
      Matrix B = Matrix::Zero(p, p);
      for (Index i = 0; i < p; ++i) B((i + 1) % p, i) = 2;
      const FlowSystem system = tanhNetwork(B);
      const StepAttractors steps = inStepsOf(system, 1).inSteps;
      bool has = false;
      for (const StepCycle& cycle : steps.cycles) {
        QVERIFY(worstStep(system, 1, cycle) < 1e-8);
        QVERIFY2(cycle.period == p || cycle.period == 2, counts(steps).c_str());
        has = has || (cycle.period == p && cycle.stability == CycleStability::stable && cycle.runs > 0);
      }
      QVERIFY2(has, counts(steps).c_str());
    }
  }

  // The same map in other coordinates: z ← φ(B z + a) steps as y = B z + a of y ← B φ(y) + a. Fails if leaky
  // rates have other cycles than that, or the points are not states of their own.
  void leakyRatesHaveTheSameCycles() {
    const Index n = 3;
    const Matrix B = -1.2 * Matrix::Identity(n, n) - 0.4 * Matrix::Ones(n, n);
    Vector a(n);
    a << 0.1, -0.2, 0.05;
    for (const double alpha : {1.0, 0.9}) {
      FlowSystem standard = tanhNetwork(B), leaky = tanhNetwork(B);
      standard.drive = a;
      leaky.convention = Convention::leakyRate;
      leaky.inner = a;
      const StepAttractors one = inStepsOf(standard, alpha).inSteps, other = inStepsOf(leaky, alpha).inSteps;
      QVERIFY2(!one.cycles.empty(), counts(one).c_str());
      QVERIFY2(one.cycles.size() == other.cycles.size() && one.stableCycles() == other.stableCycles(),
               (counts(one) + " | " + counts(other)).c_str());
      QCOMPARE(one.twoSteps, Completeness::certified);
      QCOMPARE(other.twoSteps, Completeness::certified);
      for (const StepCycle& cycle : other.cycles) QVERIFY(worstStep(leaky, alpha, cycle) < 1e-9);
    }
  }

  // A network of low rank has the cycles of its latents: of rank 1 with NᵀM = -1.8, one of two steps, proven
  // for any number of units. Fails if the dense matrix of twice as many units would be needed.
  void lowRankIsSearchedInLatents() {
    for (const Index units : {10, 100, 1000}) {
      const Matrix M = RandomStream(1, Stream::test).normalMatrix(units, 1);
      const FlowSystem system{Network(LowRankForm{M, -4 * M / M.squaredNorm()}),
                              Nonlinearity::tanh,
                              Convention::standard,
                              {},
                              {}};
      const StepAttractors steps = inStepsOf(system, 1).inSteps;
      QVERIFY2(steps.cycles.size() == 1 && steps.stableCycles() == 1, counts(steps).c_str());
      QCOMPARE(steps.twoSteps, Completeness::certified);
      QVERIFY(worstStep(system, 1, steps.cycles[0]) < 1e-9 * std::sqrt(static_cast<double>(units)));
    }
  }

  // A ring whose bump changes sign at every step: cycles of two steps side by side, one object. Fails if it
  // is told as many cycles.
  void aRingOfCyclesIsOne() {
    const Index n = 24;
    Matrix M(n, 2);
    for (Index i = 0; i < n; ++i) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n);
      M.row(i) << std::cos(angle), std::sin(angle);
    }
    const FlowSystem system{Network(LowRankForm{M, -3.0 / static_cast<double>(n) * M}),
                            Nonlinearity::tanh,
                            Convention::standard,
                            {},
                            {}};
    const StepAttractors steps = inStepsOf(system, 1).inSteps;
    QVERIFY2(steps.continua == std::vector<std::string>{"ring"}, counts(steps).c_str());
    QVERIFY2(steps.cycles.size() <= 2, counts(steps).c_str());
    QCOMPARE(steps.repeating, steps.runs);
  }

  // What the flow tells is not told again: a line, a ring and wells in steps of 1 rest, and weights below 1
  // allow no cycle of the map; small steps follow the flow. Fails if a run that creeps is told not to repeat.
  void whatRestsHasNoCycles() {
    Matrix well = 2 * Matrix::Identity(3, 3), line = Matrix::Zero(6, 6);
    const Vector u = RandomStream(4, Stream::test).normalMatrix(6, 1).col(0).normalized();
    line = u * u.transpose();
    for (const Matrix& B : {well, line, Matrix(0.9 * Matrix::Identity(2, 2))}) {
      const Attractors found = inStepsOf(tanhNetwork(B), 1);
      QVERIFY2(found.inSteps.message.empty(), found.inSteps.message.c_str());
    }
    Matrix flips = -1.7 * Matrix::Identity(2, 2);
    QVERIFY(inStepsOf(tanhNetwork(flips), 0.1).inSteps.message.empty());
    QVERIFY(inStepsOf(tanhNetwork(flips), 0.0).inSteps.message.empty());
  }

  // Chaos of the map is told: a random network of strong gain in steps of 1. Fails if its runs are said to
  // rest or to repeat.
  void chaosOfTheMapIsTold() {
    const Index n = 60;
    const Matrix B = 3 / std::sqrt(60.0) * RandomStream(5, Stream::test).normalMatrix(n, n);
    const StepAttractors steps = inStepsOf(tanhNetwork(B), 1).inSteps;
    QVERIFY2(steps.chaotic > 0 && steps.exponent > 0.01, counts(steps).c_str());
  }

  // Cycles of p steps are points of rest of the folded network: whatever α, convention and form. Fails if its
  // weights are wrong.
  void foldedNetworksRestOnCycles() {
    const Index n = 4, p = 3;
    const Matrix M = RandomStream(6, Stream::test).normalMatrix(n, 2),
                 N = RandomStream(7, Stream::test).normalMatrix(n, 2);
    const Vector v = 0.3 * RandomStream(8, Stream::test).normalMatrix(n, 1);
    for (const double alpha : {1.0, 0.6, 0.1})
      for (const bool lowRank : {false, true}) {
        FlowSystem system = tanhNetwork(M * N.transpose());
        if (lowRank) system.network = Network(LowRankForm{M, N});
        system.drive = v;
        const StepMap map(system, alpha);
        // Any y_1 … y_p: the folded flow at them against y_k = Σ_j c_j (B tanh y_{k-j} + v), summed by hand.
        const Matrix turn = RandomStream(9, Stream::test).normalMatrix(n, p);
        const Matrix folded = flow(map.folded(p), turn.reshaped()).reshaped(n, p);
        const Matrix F = M * N.transpose() * Matrix(turn.array().tanh()) + v.replicate(1, p);
        for (Index k = 0; k < p; ++k) {
          Vector expected = -turn.col(k);
          for (Index j = 1; j <= p; ++j)
            expected +=
                alpha * std::pow(1 - alpha, j - 1) / (1 - std::pow(1 - alpha, p)) * F.col((k - j + p) % p);
          QVERIFY((folded.col(k) - expected).norm() < 1e-12);
        }
      }
  }
};

KEYHOLE_TEST(TestStepCycles)

}  // namespace tst_step_cycles

#include "tst_step_cycles.moc"
