// Tests core/analysis/points/complete_points.h, with missing_estimate.h, known_roots.h, symmetries.h and
// spread_search.h, gain_walk.h and deflated_search.h under it
#include "core/analysis/points/complete_points.h"
#include "core/analysis/points/deflated_search.h"
#include "core/analysis/points/gain_walk.h"
#include "core/analysis/points/missing_estimate.h"
#include "core/analysis/points/symmetries.h"
#include "tests/analysis/points/fixed_point_cases.h"
#include "tests/support/test_registry.h"

#include <Eigen/LU>
#include <QTest>

#include <algorithm>
#include <cmath>

namespace tst_complete_points {

using namespace keyhole;
using namespace keyhole::test;

class TestCompletePoints : public QObject {
  Q_OBJECT

  static FixedPoints completed(const FlowSystem& system, const CompletionOptions& options = {},
                               const FixedPointOptions& points = {}) {
    const Matrix activity = kRandom.normalMatrix(system.network.size(), 50, 8000);
    return completeFixedPoints(
        system, findFixedPoints(system, fixedPointStarts(activity, 64, 0.5, 1), points), points, options);
  }

  static CompletionOptions withoutProof() {
    CompletionOptions options;
    options.mostProven = 0;
    return options;
  }

  // The roots of x = B tanh x that plain Newton's method finds from `count` starts over the box |x_i| <=
  // Σ|w|.
  static std::vector<Vector> plainNewton(const Matrix& B, int count) {
    const Index n = B.rows();
    const Vector reach = B.cwiseAbs().rowwise().sum();
    std::vector<Vector> roots;
    std::vector<double> draws(static_cast<std::size_t>(n));
    for (int start = 0; start < count; ++start) {
      kRandom.uniforms(20000 + static_cast<std::uint64_t>(start), draws);
      Vector x(n);
      for (Index i = 0; i < n; ++i) x(i) = reach(i) * (2 * draws[static_cast<std::size_t>(i)] - 1);
      Vector f;
      for (int i = 0; i < 60; ++i) {
        const Vector t = x.array().tanh();
        f = B * t - x;
        if (f.norm() < 1e-12) break;
        Matrix J = B * (1 - t.array().square()).matrix().asDiagonal();
        J.diagonal().array() -= 1;
        x -= J.partialPivLu().solve(f);
        if (!x.allFinite()) break;
      }
      if (!(f.norm() < 1e-11) || !x.allFinite()) continue;
      if (std::none_of(roots.begin(), roots.end(), [&](const Vector& y) { return (x - y).norm() < 1e-5; }))
        roots.push_back(x);
    }
    return roots;
  }

 private slots:
  // x = 2 tanh x: 3 points per unit, 2 of them stable. The list keeps the stable ones, the census counts all.
  void uncoupledBistableUnits_data() {
    QTest::addColumn<int>("n");
    QTest::addColumn<bool>("leaky");
    QTest::addColumn<bool>("proof");
    for (int n = 1; n <= 8; ++n)
      for (const bool leaky : {false, true})
        QTest::addRow("%d units, %s", n, leaky ? "leaky" : "standard") << n << leaky << true;
    QTest::newRow("5 units, from starts") << 5 << false << false;
  }
  void uncoupledBistableUnits() {
    QFETCH(int, n);
    QFETCH(bool, leaky);
    QFETCH(bool, proof);
    const FlowSystem system = tanhSystem(Network(DenseForm{2 * Matrix::Identity(n, n)}),
                                         leaky ? Convention::leakyRate : Convention::standard);
    const FixedPoints found = completed(system, proof ? CompletionOptions{} : withoutProof());
    QCOMPARE(found.census.completeness, proof ? Completeness::certified : Completeness::estimated);
    QCOMPARE(static_cast<double>(found.census.fixed), std::pow(3, n));
    QCOMPARE(static_cast<double>(found.census.stable), std::pow(2, n));
    QCOMPARE(countOf(found, PointKind::fixed) + found.omittedPoints, found.census.fixed);
    const auto stable = std::count_if(found.points.begin(), found.points.end(), [](const FixedPoint& point) {
      return point.local.stability == Stability::stable;
    });
    QCOMPARE(static_cast<Index>(stable), found.census.stable);
  }

  // Three coupled bistable units: 23 of 27 points are left (counted by an independent solver, and a proof).
  void threeCoupledUnits() {
    Matrix B(3, 3);
    B << 2.0, -0.3, 0.1, 0.2, 1.8, -0.4, -0.1, 0.3, 2.2;
    const FixedPoints found = completed(tanhSystem(Network(DenseForm{B})));
    QCOMPARE(found.census.completeness, Completeness::certified);
    QCOMPARE(found.census.fixed, Index{23});
    QCOMPARE(plainNewton(B, 10000).size(), std::size_t{23});
    const FixedPoints sampled = completed(tanhSystem(Network(DenseForm{B})), withoutProof());
    QCOMPARE(sampled.census.fixed, Index{23});
    QVERIFY(sampled.census.missing < 0.5);
  }

  // Small random networks against 10⁴ starts of a plain Newton solver: everything that it finds is there. (It
  // misses some: six units at g = 4 have 11 points, of which it finds 10, although an odd network has 0 and
  // pairs.) Fails if any point is missed.
  void smallRandomNetworks_data() {
    QTest::addColumn<int>("n");
    QTest::addColumn<double>("gain");
    for (int n = 2; n <= 7; ++n)
      for (const double gain : {1.5, 2.5, 4.0}) QTest::addRow("%d units, g = %.1f", n, gain) << n << gain;
  }
  void smallRandomNetworks() {
    QFETCH(int, n);
    QFETCH(double, gain);
    for (std::uint64_t draw = 0; draw < 2; ++draw) {
      const Matrix B =
          gain / std::sqrt(static_cast<double>(n)) * kRandom.normalMatrix(n, n, 9000 + 100 * draw);
      const auto roots = plainNewton(B, 10000);
      for (const bool proof : {true, false}) {
        const FixedPoints found =
            completed(tanhSystem(Network(DenseForm{B})), proof ? CompletionOptions{} : withoutProof());
        if (proof) QCOMPARE(found.census.completeness, Completeness::certified);
        QVERIFY(found.census.fixed >= static_cast<Index>(roots.size()));
        QCOMPARE(found.census.fixed % 2, Index{1});
        for (const Vector& root : roots) QVERIFY((nearest(found, root).position - root).norm() < 1e-5);
      }
    }
  }

  // Hopfield's network of p orthogonal patterns, gain β > 1: z = κ ξ is stable for each pattern and its
  // mirror image, κ = β tanh κ. Dense, of rank p, so searched and certified in p latents.
  void hopfieldPatterns_data() {
    QTest::addColumn<int>("patterns");
    for (int p = 1; p <= 4; ++p) QTest::addRow("%d patterns", p) << p;
  }
  void hopfieldPatterns() {
    QFETCH(int, patterns);
    const Index units = 64;
    Matrix xi(units, patterns);  // columns of a Hadamard matrix
    for (Index i = 0; i < units; ++i)
      for (Index p = 0; p < patterns; ++p)
        xi(i, p) = __builtin_popcountll(static_cast<unsigned long long>(i & (1 << p))) % 2 ? -1 : 1;
    const double gain = 2;
    const Matrix B = gain / static_cast<double>(units) * xi * xi.transpose();
    // The proof in four latents takes more than a window's budget.
    CompletionOptions patient;
    patient.work = 4e10;
    const FixedPoints found = completed(tanhSystem(Network(DenseForm{B})), patient);
    QCOMPARE(found.census.completeness, Completeness::certified);
    const double kappa = wellOf({Matrix::Ones(1, 1), gain * Matrix::Ones(1, 1)});
    for (Index p = 0; p < patterns; ++p)
      for (const double side : {1.0, -1.0}) {
        const FixedPoint& point = nearest(found, side * kappa * xi.col(p));
        QVERIFY((point.position - side * kappa * xi.col(p)).norm() < 1e-8);
        QCOMPARE(point.local.stability, Stability::stable);
      }
    if (patterns <= 2) QCOMPARE(found.census.stable, Index{2 * patterns});
  }

  // tanh with the identity: 0 is a triple root, alone. Found at scattered places, since f is flat there.
  void aFlatRootIsOnePoint_data() {
    QTest::addColumn<int>("n");
    for (const int n : {1, 3, 20, 50}) QTest::addRow("%d units", n) << n;
  }
  void aFlatRootIsOnePoint() {
    QFETCH(int, n);
    const FlowSystem system = tanhSystem(Network(DenseForm{Matrix::Identity(n, n)}));
    const Matrix activity = kRandom.normalMatrix(n, 50, 8000);
    const FixedPoints first = findFixedPoints(system, fixedPointStarts(activity, 64, 0.5, 1));
    QCOMPARE(first.points.size(), std::size_t{1});
    CompletionOptions options;
    options.work = 3e8;
    const FixedPoints found = completeFixedPoints(system, first, {}, options);
    QCOMPARE(found.census.fixed, Index{1});
    QVERIFY(found.points.front().position.norm() < 1e-3);
  }

  // Low-rank networks of any size are certified in their latents; the census of the dense form is the same.
  void lowRankIsCertified() {
    for (const Index rank : {1, 2}) {
      const FlowSystem low = tanhSystem(Network(severalWells(400, rank)));
      FlowSystem dense = low;
      dense.network = Network(DenseForm{low.network.dense()});
      const FixedPoints a = completed(low), b = completed(dense);
      QCOMPARE(a.census.completeness, Completeness::certified);
      QCOMPARE(b.census.completeness, Completeness::certified);
      QCOMPARE(a.census.fixed, b.census.fixed);
      QCOMPARE(a.census.stable, b.census.stable);
      QVERIFY(a.census.fixed >= 3);
    }
  }

  // x = 2 tanh x - 0.3 has three roots. The lower two are born together as the gain rises: going down from
  // one, round the fold, leads to the other, and back. The upper one is alone: it goes down to no gain at
  // all.
  void theGainLeadsFromRootToRoot() {
    FlowSystem system = tanhSystem(Network(DenseForm{2 * Matrix::Identity(1, 1)}));
    system.drive = Vector::Constant(1, 0.3);
    const FlowEquation equation(system);
    const FixedPoints found = completed(system);
    QCOMPARE(found.census.fixed, Index{3});
    std::vector<double> roots;
    for (const FixedPoint& point : found.points) roots.push_back(point.position(0));
    std::sort(roots.begin(), roots.end());
    GainWalkOptions options;
    options.size = 2;
    const auto from = [&](double root, int direction) {
      return walkInGain(equation, Vector::Constant(1, root), direction, options, [] { return false; });
    };
    for (const int first : {0, 1}) {
      const GainWalk walk = from(roots[static_cast<std::size_t>(first)], -1);
      QCOMPARE(walk.end.size(), Index{1});
      QCOMPARE(walk.direction, 1);
      QVERIFY(std::abs(walk.end(0) - roots[static_cast<std::size_t>(1 - first)]) < 0.05);
    }
    QCOMPARE(from(roots[2], -1).end.size(), Index{0});
    QCOMPARE(from(roots[2], 1).end.size(), Index{0});
  }

  // Newton's method from beside a known root goes back to it, deflated it goes to another one. Fails if the
  // factor of the step is wrong.
  void deflationLeadsAway() {
    const FlowSystem system = tanhSystem(Network(DenseForm{2 * Matrix::Identity(2, 2)}));
    const FlowEquation equation(system);
    const double well = wellOf({Matrix::Ones(1, 1), 2 * Matrix::Ones(1, 1)});
    std::vector<Vector> known = {Eigen::Vector2d(well, well)};
    for (int round = 0; round < 3; ++round) {
      const DeflatedSearch end = searchDeflated(equation, known.front() + Eigen::Vector2d(0.01, -0.02), known,
                                                0.5, 2, [] { return false; });
      if (!end.isNear) continue;
      for (const Vector& root : known) QVERIFY((end.y - root).norm() > 0.1);
      known.push_back(end.y);
    }
    QVERIFY(known.size() >= 2);
  }

  // What proofs cannot reach: 20 coupled units, of which continuation and deflation find what starts missed;
  // all that plain Newton finds from 10⁴ starts is there.
  void moreThanCanBeProven() {
    const Matrix B = 1.5 / std::sqrt(20.0) * kRandom.normalMatrix(20, 20, 9500);
    const auto roots = plainNewton(B, 10000);
    const FixedPoints found = completed(tanhSystem(Network(DenseForm{B})));
    QCOMPARE(found.census.completeness, Completeness::estimated);
    for (const Vector& root : roots) QVERIFY((nearest(found, root).position - root).norm() < 1e-5);
  }

  // 20 uncoupled units have 3^20 points: the estimate must not claim to know how many.
  void tooManyToCountIsSaid() {
    CompletionOptions options = withoutProof();
    options.work = 5e7;
    const FixedPoints found =
        completed(tanhSystem(Network(DenseForm{2 * Matrix::Identity(20, 20)})), options);
    QCOMPARE(found.census.completeness, Completeness::estimated);
    QVERIFY(std::isnan(found.census.missing));
    QVERIFY(found.census.message.starts_with("at least"));
  }

  // Chao's and Good's formulas on counts made up for it: 3 kinds once, 2 twice, 1 five times in 12 draws.
  void missingIsEstimated() {
    const MissingEstimate found = missingFrom({1, 1, 1, 2, 2, 5, 0}, 12);
    QCOMPARE(found.once, Index{3});
    QCOMPARE(found.twice, Index{2});
    QCOMPARE(found.coverage, 0.75);
    QCOMPARE(found.missing, 1.0);  // 3 · 2 / (2 · 3)
    QVERIFY(found.upper > found.missing);
    QVERIFY(!missingFrom({1, 1, 1, 1}, 4).isMeaningful);
    QCOMPARE(missingFrom({2, 3}, 5).missing, 0.0);
    // 40 equally likely kinds: over 200 repeats of 60 draws the mean estimate is near what is missing (Chao's
    // bound is nearly exact for equal kinds; the mean of 200 is within about 1 of its expectation).
    double excess = 0;
    std::vector<double> draws(60);
    for (std::uint64_t repeat = 0; repeat < 200; ++repeat) {
      kRandom.uniforms(40000 + repeat, draws);
      std::vector<Index> counts(40, 0);
      for (const double u : draws) ++counts[static_cast<std::size_t>(40 * u)];
      excess +=
          missingFrom(counts, 60).missing - static_cast<double>(std::count(counts.begin(), counts.end(), 0));
    }
    QVERIFY2(std::abs(excess / 200) < 1.5, qPrintable(QString::number(excess / 200)));
  }

  // Every symmetry found maps the flow onto itself; the ones that are there are found.
  void symmetriesAreSymmetries() {
    Matrix ring(6, 6);
    for (Index i = 0; i < 6; ++i)
      for (Index j = 0; j < 6; ++j)
        ring(i, j) = std::cos(2 * std::numbers::pi * static_cast<double>(i - j) / 6);
    Matrix blocks = Matrix::Zero(4, 4);
    blocks.topLeftCorner(2, 2) << 2, 0.3, -0.1, 2;
    blocks.bottomRightCorner(2, 2) << 1.5, 1, 1, 1.5;
    const std::vector<std::pair<Matrix, std::size_t>> cases = {
        {ring, 3},    // all signs, one turn, the reflection
        {blocks, 4},  // all signs, each block's, the exchange of units 3 and 4
        {kRandom.normalMatrix(5, 5, 50), 1}};
    for (const auto& [B, count] : cases) {
      const FlowSystem system = tanhSystem(Network(DenseForm{B}));
      const auto symmetries = symmetriesOf(system);
      QCOMPARE(symmetries.size(), count);
      const Vector z = kRandom.normalMatrix(B.rows(), 1, 60);
      for (const Symmetry& symmetry : symmetries)
        QVERIFY((symmetry.imageOf(flow(system, z).col(0)) - flow(system, symmetry.imageOf(z)).col(0)).norm() <
                1e-12);
    }
  }

  // Points of x = s G tanh x for s → ∞, x = s y: each unit is at +1, -1 or in between, y_i = 0, where the
  // others decide. By all patterns.
  static int pointsOfSteepNetwork(const Matrix& G) {
    const Index n = G.rows();
    int count = 0;
    for (int code = 0, all = static_cast<int>(std::lround(std::pow(3, n))); code < all; ++code) {
      Vector t(n);
      std::vector<Index> between, ends;
      for (Index i = 0, rest = code; i < n; ++i, rest /= 3) {
        t(i) = static_cast<double>(rest % 3 - 1);
        (t(i) == 0 ? between : ends).push_back(i);
      }
      if (!between.empty()) {
        const Vector pushed = Matrix(G(between, ends)) * Vector(t(ends));
        t(between) = -Matrix(G(between, between)).partialPivLu().solve(pushed);
        if (Vector(t(between)).cwiseAbs().maxCoeff() >= 1) continue;
      }
      const Vector y = G * t;
      count += std::all_of(ends.begin(), ends.end(), [&](Index i) { return y(i) * t(i) > 0; });
    }
    return count;
  }

  // However large the weights are, the points that were proven are listed. Fails if an absolute tolerance,
  // which rounding at states of 1e6 does not reach, drops them; or if points as far apart as ±2 count as one,
  // since the box is a million times larger.
  void largeWeights_data() {
    QTest::addColumn<double>("size");
    for (const double size : {1e3, 1e5, 1e7}) QTest::newRow(qPrintable(QString::number(size))) << size;
  }
  void largeWeights() {
    QFETCH(double, size);
    for (const std::uint64_t seed : {1, 2, 3}) {
      const Matrix G = kRandom.normalMatrix(5, 5, 30000 + 1000 * seed);
      const FixedPoints found = completed(tanhSystem(Network(DenseForm{size * G})));
      QCOMPARE(found.census.completeness, Completeness::certified);
      QCOMPARE(found.census.fixed, static_cast<Index>(pointsOfSteepNetwork(G)));
    }
    const Vector gains{{size, 2, 1.5}};
    const FixedPoints mixed = completed(tanhSystem(Network(DenseForm{gains.asDiagonal()})));
    QCOMPARE(mixed.census.completeness, Completeness::certified);
    QCOMPARE(mixed.census.fixed, Index{27});
    QCOMPARE(mixed.census.stable, Index{8});
  }
};

KEYHOLE_TEST(TestCompletePoints)

}  // namespace tst_complete_points

#include "tst_complete_points.moc"
