// Tests core/analysis/attractors.h: systems whose attractors are known.
#include "core/analysis/attractors.h"
#include "core/common/random.h"

#include <Eigen/LU>
#include <QTest>

#include <cmath>
#include <numbers>

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
};

QTEST_GUILESS_MAIN(TestAttractors)
#include "tst_attractors.moc"
