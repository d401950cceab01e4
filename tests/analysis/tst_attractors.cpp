// Tests core/analysis/attractors.h: systems whose attractors are known.
#include "core/analysis/attractors.h"
#include "core/common/random.h"
#include "tests/support/stop_at.h"
#include "tests/support/test_registry.h"

#include <Eigen/LU>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

namespace tst_attractors {

using namespace keyhole;

namespace {

FlowSystem lowRank(const Matrix& M, const Matrix& N) {
  return {Network(LowRankForm{M, N}), Nonlinearity::tanh, Convention::standard, {}, {}};
}

// Rank one, NᵀM = gain > 1: two wells and a saddle at 0.
FlowSystem twoWells() {
  const Index units = 60;
  const Matrix M = RandomStream(1, Stream::test).normalMatrix(units, 1);
  return lowRank(M, 2.5 * M / M.squaredNorm());
}

// Rank two, NᵀM = gain times a rotation: a stable cycle around an unstable point.
FlowSystem rotor() {
  const Index units = 80;
  const Matrix M = RandomStream(2, Stream::test).normalMatrix(units, 2);
  Matrix turn(2, 2);
  turn << std::cos(0.4), -std::sin(0.4), std::sin(0.4), std::cos(0.4);
  const Matrix gram = M.transpose() * M;
  return lowRank(M, M * gram.inverse() * (1.8 * turn).transpose());
}

FlowSystem linear(const Matrix& B) {
  return {Network(DenseForm{B}), Nonlinearity::linear, Convention::standard, {}, {}};
}

LimitSets runsOf(const FlowSystem& system) {
  LimitSetOptions options;
  options.runs = 6;
  return limitSets(system, options);
}

// The one of these whose orbit this is, either way round; null: none. Both are closed to 1e-10 of their size,
// so that the places differ by what the polygons through their points cut off.
const LimitCycle* sameOrbit(const LimitCycle& cycle, const std::vector<const LimitCycle*>& among) {
  for (const LimitCycle* one : among) {
    const double allowed = 1e-8 * one->amplitude + std::max(sagittaOf(cycle.points), sagittaOf(one->points));
    if (std::abs(cycle.period / one->period - 1) < 1e-8 &&
        distanceFromOrbit(cycle.points, one->points) <= allowed &&
        distanceFromOrbit(one->points, cycle.points) <= allowed)
      return one;
  }
  return nullptr;
}

Attractors found(const FlowSystem& system) {
  const LimitSets runs = runsOf(system);
  const Matrix activity = RandomStream(3, Stream::test).normalMatrix(system.network.size(), 200);
  return findAttractors(system, activity, &runs, {});
}

}  // namespace

class TestAttractors : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a well is missed, or the saddle between them is called an attractor.
  void twoWellsHaveTwoStablePoints() {
    const Attractors wells = found(twoWells());
    QCOMPARE(wells.stablePoints().size(), std::size_t{2});
    QCOMPARE(wells.points.points.size(), std::size_t{3});
    const Vector sum = wells.stablePoints()[0]->position + wells.stablePoints()[1]->position;
    QVERIFY(sum.norm() < 1e-9 * wells.stablePoints()[0]->position.norm());  // the network is odd
    QVERIFY(wells.stableCycles().empty());
    QVERIFY(!wells.isChaotic());
  }

  // Fails if the cycle is not found from the free runs, or its exponent along the orbit is not zero.
  void aRotorHasOneCycle() {
    const Attractors rotorIs = found(rotor());
    QVERIFY(rotorIs.stablePoints().empty());
    QCOMPARE(rotorIs.stableCycles().size(), std::size_t{1});
    QVERIFY(std::abs(rotorIs.exponents.exponents(0)) < 5e-3);  // averaged over 1000 τ
    QVERIFY(!rotorIs.isChaotic());
  }

  // Fails if a linear line attractor is not seen, or its direction is not the slow eigenvector.
  void aLinearLineAttractor() {
    const Index units = 20;
    const Vector u = RandomStream(4, Stream::test).normalMatrix(units, 1).col(0).normalized();
    const Attractors line = found(linear(0.999 * u * u.transpose()));
    QCOMPARE(line.points.status, FixedPointStatus::exact);
    QVERIFY(line.hasLine());
    QVERIFY(std::abs(std::abs(line.line.directions.col(0).dot(u)) - 1) < 1e-9);
    QVERIFY(line.cycles.empty());
    QVERIFY(std::abs(line.exponents.exponents(0) + 0.001) < 1e-9);  // Re λ - 1
  }

  // A chain that only passes on has one point of rest and nothing that lasts.
  void aNilpotentChainHasNothingElse() {
    Matrix shift = Matrix::Zero(30, 30);
    shift.diagonal(1).setOnes();
    const Attractors chain = found(linear(shift));
    QCOMPARE(chain.points.points.size(), std::size_t{1});
    QVERIFY(!chain.hasLine());
    QVERIFY(chain.cycles.empty());
    QVERIFY(!chain.isChaotic());
  }

  // Every run is told where it ends, and the shares add up; each well has its own.
  void runsAreToldApart() {
    const FlowSystem system = twoWells();
    const LimitSets runs = runsOf(system);
    const Matrix activity = RandomStream(3, Stream::test).normalMatrix(system.network.size(), 200);
    const Attractors wells = findAttractors(system, activity, &runs, {});
    QCOMPARE(wells.runs, runs.ends.cols());
    Index total = 0;
    for (const CoexistingAttractor& one : wells.coexisting) {
      total += static_cast<Index>(one.runs.size());
      QCOMPARE(one.kind, AttractorKind::point);
      for (const Index run : one.runs)
        QVERIFY((wells.points.points[one.index].position - runs.ends.col(run)).norm() < 1e-2);
    }
    QCOMPARE(wells.coexisting.size(), std::size_t{2});
    QCOMPARE(total, wells.runs);
    QCOMPARE(wells.points.census.completeness, Completeness::certified);
  }

  // Two blocks that know nothing of each other: a rotor beside a bistable unit is a cycle at either of two
  // places. Fails if coexisting cycles are taken for one, or a cycle is called chaos.
  void coexistingCycles() {
    const auto turn = [] {
      Matrix B = Matrix::Zero(3, 3);
      B.topLeftCorner(2, 2) << 1.6, -1.2, 1.2, 1.6;
      B(2, 2) = 2;
      return B;
    };
    const FlowSystem system{Network(DenseForm{turn()}), Nonlinearity::tanh, Convention::standard, {}, {}};
    const Attractors both = found(system);
    QCOMPARE(both.stableCycles().size(), std::size_t{2});
    Index total = 0;
    for (const CoexistingAttractor& one : both.coexisting) {
      QCOMPARE(one.kind, AttractorKind::cycle);
      total += static_cast<Index>(one.runs.size());
    }
    QCOMPARE(total, both.runs);
    QVERIFY(!both.isChaotic());
  }

  // A ring: all runs end on it, the points on it are not counted as isolated, and a proof has no open place
  // left.
  void aRingIsOneAttractor() {
    const Index units = 60;
    Matrix B(units, units);
    for (Index i = 0; i < units; ++i)
      for (Index j = 0; j < units; ++j)
        B(i, j) = 3.0 / static_cast<double>(units) *
                  std::cos(2 * std::numbers::pi * static_cast<double>(i - j) / static_cast<double>(units));
    const FlowSystem system{Network(DenseForm{B}), Nonlinearity::tanh, Convention::standard, {}, {}};
    const Attractors ring = found(system);
    QCOMPARE(ring.continua.size(), std::size_t{1});
    QCOMPARE(ring.coexisting.size(), std::size_t{1});
    QCOMPARE(ring.coexisting.front().kind, AttractorKind::continuum);
    QCOMPARE(static_cast<Index>(ring.coexisting.front().runs.size()), ring.runs);
    QVERIFY(ring.isolatedStablePoints().empty());
    QCOMPARE(ring.points.census.completeness, Completeness::certified);
  }

  // A ring of full rank, which no factorisation makes small: exponential of a cosine. Searches that end on it
  // are not counted as points, however many places they end at. Fails if the ring is told as thousands of
  // points.
  void aRingOfFullRank() {
    const Index units = 40;
    Matrix B(units, units);
    for (Index i = 0; i < units; ++i)
      for (Index j = 0; j < units; ++j) {
        const double angle = 2 * std::numbers::pi * static_cast<double>(i - j) / static_cast<double>(units);
        B(i, j) = (2.5 * std::exp(3 * (std::cos(angle) - 1)) - 0.6) * 6 / static_cast<double>(units);
      }
    const FlowSystem system{Network(DenseForm{B}), Nonlinearity::tanh, Convention::standard, {}, {}};
    const Attractors ring = found(system);
    QVERIFY2(ring.line.status == SlowManifoldStatus::ring, ring.line.message.c_str());
    QVERIFY2(ring.points.points.size() < 200, ring.points.message.c_str());
    QVERIFY(ring.isolatedStablePoints().size() <= 2);
    QCOMPARE(ring.coexisting.front().kind, AttractorKind::continuum);
  }

  // A random network of strong gain is chaotic (Sompolinsky, Crisanti & Sommers 1988). Fails if its positive
  // exponent is not seen.
  void aStrongRandomNetworkIsChaotic() {
    const Index units = 100;
    const Matrix B = 2.5 / std::sqrt(100.0) * RandomStream(5, Stream::test).normalMatrix(units, units);
    const FlowSystem system{Network(DenseForm{B}), Nonlinearity::tanh, Convention::standard, {}, {}};
    const Matrix activity = RandomStream(6, Stream::test).normalMatrix(units, 200);
    const Attractors chaos = findAttractors(system, activity, nullptr, {8, 0.5, 6, 10, 1});
    QVERIFY2(chaos.isChaotic(), chaos.exponents.message.c_str());
  }

  // A network is bounded by its weights, however large they are. Fails if what goes far is told to diverge.
  void largeWeightsDoNotDiverge() {
    const FlowSystem system{
        Network(DenseForm{1e7 * Matrix::Identity(2, 2)}), Nonlinearity::tanh, Convention::standard, {}, {}};
    const LimitSets runs = runsOf(system);
    for (const LimitKind kind : runs.kinds) QCOMPARE(kind, LimitKind::fixedPoint);
    QVERIFY((runs.ends.cwiseAbs().array() - 1e7).abs().maxCoeff() < 1);
  }

  // x ← -1.5 tanh x in steps of α = 1 goes to and fro, though the flow comes to rest at 0; steps of 0.1 rest,
  // too (|1 - 0.1 · 2.5| < 1). Fails if what is said of the flow is said of the steps.
  void whatStepsLeaveIsTold() {
    Matrix B = Matrix::Zero(2, 2);
    B.diagonal() << -1.5, 0.5;
    const FlowSystem system{Network(DenseForm{B}), Nonlinearity::tanh, Convention::standard, {}, {}};
    const LimitSets runs = runsOf(system);
    const Matrix activity = RandomStream(3, Stream::test).normalMatrix(2, 200);
    AttractorOptions options;
    for (const double alpha : {0.0, 0.1, 1.0}) {
      options.alpha = alpha;
      const Attractors attractors = findAttractors(system, activity, &runs, options);
      QCOMPARE(attractors.stablePoints().size(), std::size_t{1});
      QCOMPARE(attractors.leftInSteps(), Index{alpha == 1.0});
      const auto sentences = attractors.sentences();
      QCOMPARE(std::count_if(sentences.begin(), sentences.end(),
                             [](const std::string& text) { return text.find("in steps of") != text.npos; }),
               alpha == 1.0 ? 2 : 0);  // that the point is left, and on what the steps end
      QCOMPARE(attractors.coexistenceText().find("in the flow alone") != std::string::npos, alpha == 1.0);
    }
  }

  // A cycle on either side of a bistable unit, stopped at one report after the other. Fails if a stop throws
  // away what was found, makes something up, does not say that it is a part, or is followed by a report.
  void aStopKeepsWhatWasFound() {
    Matrix B = Matrix::Zero(3, 3);
    B << 1.6, -1.2, 0, 1.2, 1.6, 0, 0, 0, 2;
    const FlowSystem system{Network(DenseForm{B}), Nonlinearity::tanh, Convention::standard, {}, {}};
    const LimitSets runs = runsOf(system);
    const Matrix activity = RandomStream(3, Stream::test).normalMatrix(3, 200);
    test::StopAt counter;
    const Attractors whole = findAttractors(system, activity, &runs, {}, counter);
    const auto both = whole.stableCycles();
    QVERIFY(!whole.isPart() && whole.untoldRuns == 0 && both.size() == 2);
    QVERIFY(!sameOrbit(*both[0], {both[1]}));  // of one period
    Index mostFixed = 0;
    std::size_t mostCycles = 0;
    for (int n = 1; n <= counter.reports(); n += 1 + counter.reports() / 30) {
      test::StopAt stop(n);
      const Attractors part = findAttractors(system, activity, &runs, {}, stop);
      if (stop.reports() < n) break;  // threads get on as they can: another run may have fewer reports
      QCOMPARE(stop.reports(), n);
      QVERIFY(part.isPart() && part.sentences().back() == part.stoppedAt);
      for (const FixedPoint& point : part.points.points)
        QVERIFY(point.kind != PointKind::fixed ||
                std::any_of(whole.points.points.begin(), whole.points.points.end(), [&](const auto& one) {
                  return one.kind == PointKind::fixed && (one.position - point.position).norm() < 1e-8;
                }));
      // Each of another one of the whole search's; how many is up to the threads: a later report may come
      // with less.
      std::set<const LimitCycle*> known;
      for (const LimitCycle* cycle : part.stableCycles()) {
        const LimitCycle* own = sameOrbit(*cycle, both);
        QVERIFY2(own, cycle->message.c_str());
        QVERIFY2(known.insert(own).second, "the same orbit twice");
      }
      mostCycles = std::max(mostCycles, known.size());
      const bool certified = part.points.census.completeness == Completeness::certified;
      QVERIFY(!certified || part.points.census.fixed == whole.points.census.fixed);
      mostFixed = std::max(mostFixed, part.points.census.fixed);
      Index told = part.untoldRuns;
      for (const CoexistingAttractor& one : part.coexisting) told += static_cast<Index>(one.runs.size());
      QCOMPARE(told, part.runs);
    }
    QCOMPARE(mostFixed, whole.points.census.fixed);
    QCOMPARE(mostCycles, std::size_t{2});
  }
};

KEYHOLE_TEST(TestAttractors)

}  // namespace tst_attractors

#include "tst_attractors.moc"
