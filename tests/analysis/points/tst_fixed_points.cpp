// Tests core/analysis/points/fixed_points.h, with flow_equation.h, root_search.h and linearisation.h under it
#include "core/analysis/flow/flow_equation.h"
#include "core/analysis/flow/jacobian.h"
#include "core/analysis/points/fixed_points.h"
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "tests/analysis/points/fixed_point_cases.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_fixed_points {

using namespace keyhole;
using namespace keyhole::test;

class TestFixedPoints : public QObject {
  Q_OBJECT

  static FlowSystem anySystem(int kind, Index D) {
    const Vector v = 0.3 * kRandom.normalMatrix(D, 1, 500);
    const Network network =
        kind < 2
            ? Network(DenseForm{1.3 / std::sqrt(static_cast<double>(D)) * kRandom.normalMatrix(D, D, 600)})
            : Network(severalWells(D, 2));
    return {network, Nonlinearity::tanh, kind % 2 ? Convention::leakyRate : Convention::standard, v, {}};
  }

 private slots:
  // The reduced equation against the flow: its Jacobian and curvature by central differences (h = 1e-5: error
  // about 1e-10), and its residual in the state's coordinates. Fails if a factor or the drive is misplaced.
  void equationAgreesWithItsDifferences_data() {
    QTest::addColumn<int>("kind");
    QTest::newRow("dense, standard") << 0;
    QTest::newRow("dense, leaky") << 1;
    QTest::newRow("low rank, standard") << 2;
    QTest::newRow("low rank, leaky") << 3;
  }
  void equationAgreesWithItsDifferences() {
    QFETCH(int, kind);
    const FlowSystem system = anySystem(kind, 9);
    const FlowEquation equation(system);
    QCOMPARE(equation.size(), Index{kind < 2 ? 9 : 2});
    const Index n = equation.size();
    const Vector y = kRandom.normalMatrix(n, 1, 700);
    FlowEquation::Value here, ahead, behind;
    equation.evaluate(y, here);
    const Matrix J = equation.jacobian(here);
    Matrix differences(n, n), bends(n, n);
    const double h = 1e-5;
    for (Index j = 0; j < n; ++j) {
      equation.evaluate(y + h * Vector::Unit(n, j), ahead);
      equation.evaluate(y - h * Vector::Unit(n, j), behind);
      differences.col(j) = (ahead.f - behind.f) / (2 * h);
      bends.col(j) = (equation.jacobian(ahead) - equation.jacobian(behind)).transpose() * here.f / (2 * h);
    }
    COMPARE_MATRICES(J, differences, 1e-8);
    COMPARE_MATRICES(equation.curvature(here), bends, 1e-8);

    // Leaky low rank: f = Qᵀ z - y. Else F = f in an orthonormal basis, at the state whose coordinates are y.
    const Vector back = equation.coordinatesOf(equation.stateOf(y));
    if (kind == 3) {
      COMPARE_MATRICES(Matrix(back - y), Matrix(here.f), 1e-12);
    } else {
      COMPARE_MATRICES(Matrix(back), Matrix(y), 1e-12);
      QVERIFY(std::abs(flow(system, equation.stateOf(y)).norm() - here.f.norm()) < 1e-12);
    }
  }

  // Two wells: ±κ of the scalar equation, solved by bisection, both stable, and the saddle 0 between them
  // whose unstable direction is M. In both conventions (z = Mκ, or z = φ(Mκ)), through both roads.
  void twoWellsAreFound_data() {
    QTest::addColumn<bool>("leaky");
    QTest::addColumn<bool>("dense");
    for (const bool leaky : {false, true})
      for (const bool dense : {false, true})
        QTest::addRow("%s, %s", leaky ? "leaky" : "standard", dense ? "dense" : "low rank") << leaky << dense;
  }
  void twoWellsAreFound() {
    QFETCH(bool, leaky);
    QFETCH(bool, dense);
    const LowRankForm form = twoWells(20);
    const Network low(form);
    const FlowSystem system = tanhSystem(dense ? Network(DenseForm{low.dense()}) : low,
                                         leaky ? Convention::leakyRate : Convention::standard);
    const FixedPoints found = findFixedPoints(system, 2 * kRandom.normalMatrix(20, 60, 110));
    QCOMPARE(found.status, FixedPointStatus::searched);
    QCOMPARE(found.points.size(), std::size_t{3});
    const Vector Mk = form.M * wellOf(form);
    const Vector well = leaky ? Vector(Mk.array().tanh()) : Mk;
    for (const double side : {1.0, -1.0}) {
      const FixedPoint& point = nearest(found, side * well);
      COMPARE_MATRICES(point.position, Matrix(side * well), 1e-10);
      QCOMPARE(point.local.stability, Stability::stable);
    }
    const FixedPoint& middle = nearest(found, Vector::Zero(20));
    COMPARE_MATRICES(middle.position, Matrix::Zero(20, 1), 1e-10);
    QCOMPARE(middle.local.stability, Stability::saddle);
    QCOMPARE(middle.local.modes.size(), std::size_t{1});
    QVERIFY(std::abs(middle.local.modes[0].value - 2.0) < 1e-12);
    QVERIFY(std::abs(std::abs(middle.local.modes[0].plane.col(0).dot(form.M.col(0).normalized())) - 1) <
            1e-10);
    Index total = 0;
    for (const FixedPoint& point : found.points) total += point.starts;
    QCOMPARE(total, Index{60});
  }

  // One network, two roads: the same points, eigenvalues and stability. Eigenvalues at points known to 1e-12
  // √D over the smallest singular value of J (of order 0.1) agree to 1e-9.
  void lowRankAgreesWithDense_data() {
    QTest::addColumn<bool>("leaky");
    QTest::newRow("standard") << false;
    QTest::newRow("leaky") << true;
  }
  void lowRankAgreesWithDense() {
    QFETCH(bool, leaky);
    const auto convention = leaky ? Convention::leakyRate : Convention::standard;
    FlowSystem low = tanhSystem(Network(severalWells(60, 3)), convention);
    low.drive = 0.05 * kRandom.normalMatrix(60, 1, 130);
    FlowSystem dense = low;
    dense.network = Network(DenseForm{low.network.dense()});
    // Spread over the wells, which lie along M.
    const Matrix wide = std::get<LowRankForm>(low.network.form()).M * kRandom.normalMatrix(3, 40, 140);
    const Matrix starts = fixedPointStarts(wide, 200, 0.2, 3);
    const FixedPoints a = findFixedPoints(low, starts), b = findFixedPoints(dense, starts);
    QVERIFY(countOf(a, PointKind::fixed) >= 3);
    QVERIFY(countOf(b, PointKind::fixed) >= 3);
    Index shared = 0;
    for (const FixedPoint& point : a.points) {
      if (point.kind != PointKind::fixed) continue;
      const FixedPoint& twin = nearest(b, point.position);
      if ((twin.position - point.position).norm() > 1e-6) continue;
      ++shared;
      COMPARE_MATRICES(point.position, twin.position, 1e-9);
      QCOMPARE(point.local.stability, twin.local.stability);
      ComplexVector all = ComplexVector::Zero(60);
      all.head(3) = point.local.eigenvalues;
      COMPARE_EIGENVALUES(all, twin.local.eigenvalues, 1e-8);
    }
    // All stable points are found on both roads; a saddle may be missed by one.
    QVERIFY(shared >= 3);
    for (const FixedPoint& point : b.points)
      if (point.local.stability == Stability::stable)
        QVERIFY((nearest(a, point.position).position - point.position).norm() < 1e-8);
  }

  // A dense random network beyond its transition: every point called fixed is one, recomputed with flow();
  // every point called slow is a minimum of q, by its gradient Jᵀ F and by small displacements; no start is
  // lost.
  void everyPointOfARandomNetworkIsCertified() {
    const FlowSystem system = gaussianSystem(100, 1.2, 2);
    Matrix activity(100, 60);
    for (Index j = 0; j < 60; ++j)
      activity.col(j) =
          runFrom(system, kRandom.normalMatrix(100, 1, 1000 + static_cast<std::uint64_t>(j)), 5);
    const FixedPoints found = findFixedPoints(system, fixedPointStarts(activity, 100, 0.3, 1));
    Index total = 0;
    for (const FixedPoint& point : found.points) {
      total += point.starts;
      const Vector F = flow(system, point.position);
      QCOMPARE(F.norm(), point.residual);
      if (point.kind == PointKind::fixed) QVERIFY(F.norm() <= 1e-12 * 10);
      if (point.kind != PointKind::slow) continue;
      const Vector gradient = jacobian(system, point.position).transpose() * F;
      QVERIFY(gradient.norm() <= 1e-7 * F.norm());
      for (std::uint64_t k = 0; k < 10; ++k) {
        const Vector aside = point.position + 1e-3 * kRandom.normalMatrix(100, 1, 2000 + k);
        QVERIFY(flow(system, aside).norm() > F.norm());
      }
    }
    QCOMPARE(total, Index{100});
    QCOMPARE(found.status, FixedPointStatus::searched);
    QVERIFY(nearest(found, Vector::Zero(100)).position.norm() == 0);
  }

  // What the stability class says is what a free run does from a tiny displacement: back to a stable point,
  // away from a saddle along its first direction, at the rate Re λ - 1 while the displacement is small.
  void stabilityIsWhatAFreeRunDoes() {
    const FlowSystem system = gaussianSystem(40, 1.6, 3);
    const FixedPoints found = findFixedPoints(system, 2 * kRandom.normalMatrix(40, 80, 3000));
    Index stable = 0, left = 0;
    for (const FixedPoint& point : found.points) {
      if (point.kind != PointKind::fixed || point.local.modes.empty()) continue;
      const LocalMode& mode = point.local.modes[0];
      const double rate = mode.value.real() - 1;
      if (point.local.stability == Stability::stable) {
        const Vector end =
            runFrom(system, point.position + 1e-6 * kRandom.normalMatrix(40, 1, 3100), 40 / -rate);
        QVERIFY((end - point.position).norm() < 1e-8);
        ++stable;
      } else if (mode.plane.cols() == 1 && rate > 0.02) {
        const double time = std::log(1000) / rate;
        const Vector end = runFrom(system, point.position + 1e-7 * mode.plane.col(0), time);
        // 1000-fold in the continuous flow; Euler's steps of 0.05 take a little off the rate.
        const double grown = (end - point.position).norm() / 1e-7;
        QVERIFY2(grown > 500 && grown < 1100, qPrintable(QString::number(grown)));
        ++left;
      }
    }
    QVERIFY(stable + left >= 3 && left >= 1);
  }

  // A complex unstable pair spans an invariant plane of J.
  void planesAreInvariant() {
    const FlowSystem system = gaussianSystem(30, 2, 5);
    const Vector zero = Vector::Zero(30);
    const Linearisation local = linearised(system, zero, 1e-6, 30);
    QCOMPARE(local.stability, Stability::saddle);
    QVERIFY(!local.modes.empty());
    const Matrix A = effectiveConnectivity(system, zero);
    for (const LocalMode& mode : local.modes) {
      const Matrix& P = mode.plane;
      COMPARE_MATRICES(P.transpose() * P, Matrix::Identity(P.cols(), P.cols()), 1e-12);
      QCOMPARE(P.cols(), Index{mode.value.imag() == 0 ? 1 : 2});
      QVERIFY((A * P - P * (P.transpose() * A * P)).norm() < 1e-9);
    }
  }

  // The classes at their borders.
  void classesFollowTheirRules() {
    const auto of = [](std::initializer_list<double> values, Index zeros = 0) {
      ComplexVector all(static_cast<Index>(values.size()));
      std::copy(values.begin(), values.end(), all.data());
      return stabilityOf(all, zeros, 1e-3);
    };
    QCOMPARE(of({0.9, 0.1}), Stability::stable);
    QCOMPARE(of({1.0005, 0.1}), Stability::marginal);
    QCOMPARE(of({1.1, 1.0}), Stability::saddle);
    QCOMPARE(of({1.1, 1.2}), Stability::unstable);
    QCOMPARE(of({1.1, 1.2}, 3), Stability::saddle);
  }

  // f(x) = -x + 1.2 tanh x + 0.06 has one root, and near its bump a minimum of q that is none: "slow, not
  // fixed".
  void slowPointsAreNoFixedPoints() {
    FlowSystem system = tanhSystem(Network(DenseForm{Matrix::Constant(1, 1, 1.2)}));
    system.drive = Vector::Constant(1, 0.06);
    const Matrix starts = Matrix::Constant(1, 1, -0.5);
    FixedPointOptions options;
    const FixedPoints found = findFixedPoints(system, starts, options);
    QCOMPARE(found.points[0].kind, PointKind::slow);
    // The maximum of -f: 1.2 (1 - tanh²) = 1.
    const double expected = -std::atanh(std::sqrt(1 - 1 / 1.2));
    QVERIFY(std::abs(found.points[0].position(0) - expected) < 1e-7);
    options.slowSpeed = 1e-4;
    const FixedPoints fast = findFixedPoints(system, starts, options);
    QCOMPARE(fast.points[0].kind, PointKind::notConverged);
    QCOMPARE(fast.status, FixedPointStatus::partly);
    const FixedPoints other = findFixedPoints(system, Matrix::Constant(1, 1, 0.5));
    QCOMPARE(other.points[0].kind, PointKind::fixed);
  }

  // Discrete states that rest in their own region are kept, the others counted. Fails if a virtual point is
  // shown.
  void switchingKeepsWhatIsInItsRegion() {
    auto parts = std::make_shared<Switching>();
    for (const double rest : {-1.0, 1.0, 2.0}) {
      parts->A.push_back(0.5 * Matrix::Identity(2, 2));
      parts->b.push_back(Eigen::Vector2d(0.5 * rest, 0));
    }
    parts->logTransition = Matrix::Constant(3, 3, std::log(1.0 / 3));
    parts->W = (Matrix(3, 2) << -5, 0, 5, 0, 0, -9).finished();
    const FlowSystem system{
        Network(DenseForm{parts->A[0]}), Nonlinearity::linear, Convention::standard, {}, parts};
    const FixedPoints found = findFixedPoints(system, Matrix(2, 0));
    QCOMPARE(found.points.size(), std::size_t{2});
    QCOMPARE(found.virtualPoints, Index{1});
    COMPARE_MATRICES(found.points[1].position, Eigen::Vector2d(1, 0), 1e-14);
    QCOMPARE(found.points[1].region, 1);
    QCOMPARE(found.points[1].local.stability, Stability::stable);
  }

  // More units than are searched one by one: the thinned road finds the two wells of the whole network, to
  // the tolerance of the whole network.
  void largeLowRankNetworksAreThinned() {
    const LowRankForm form = twoWells(40000);
    const FlowSystem system = tanhSystem(Network(form));
    const double reach = 2 * form.M.norm();
    const Matrix starts = Matrix(Vector::LinSpaced(300, -reach, reach).transpose());
    const FixedPoints found = findFixedPointsFromLatents(system, starts);
    QCOMPARE(found.status, FixedPointStatus::searched);
    QCOMPARE(countOf(found, PointKind::fixed), Index{3});
    QCOMPARE(found.searchedStarts, Index{300});
    const Vector well = form.M * wellOf(form);
    for (const FixedPoint& point : found.points) QVERIFY(point.residual <= 1e-12 * 200);
    QVERIFY((nearest(found, well).position - well).norm() < 1e-9 * well.norm());
  }

  // The origin first, then the activity with its jitter; same seed, same starts.
  void startsComeFromTheActivity() {
    const Matrix activity = kRandom.normalMatrix(5, 30, 4000);
    const Matrix starts = fixedPointStarts(activity, 20, 0, 7);
    QVERIFY(starts.col(0).isZero(0));
    for (Index j = 1; j < 20; ++j)
      QVERIFY((activity.colwise() - starts.col(j)).colwise().norm().minCoeff() == 0);
    COMPARE_MATRICES(fixedPointStarts(activity, 20, 0.5, 7), fixedPointStarts(activity, 20, 0.5, 7), 0);
    QVERIFY((fixedPointStarts(activity, 20, 0.5, 8) - fixedPointStarts(activity, 20, 0.5, 7)).norm() > 1);
  }

  // The same bits again: starts are spread over threads.
  void searchesRepeat() {
    const FlowSystem system = gaussianSystem(80, 1.5);
    const Matrix starts = kRandom.normalMatrix(80, 40, 5000);
    const FixedPoints a = findFixedPoints(system, starts), b = findFixedPoints(system, starts);
    QCOMPARE(a.points.size(), b.points.size());
    for (std::size_t i = 0; i < a.points.size(); ++i) {
      COMPARE_MATRICES(a.points[i].position, b.points[i].position, 0);
      QCOMPARE(a.points[i].starts, b.points[i].starts);
    }
  }

  void stopsWithWhatThereIs() {
    StopAtOnce progress;
    const FixedPoints found =
        findFixedPoints(gaussianSystem(20, 1.5), kRandom.normalMatrix(20, 10, 6000), {}, progress);
    QCOMPARE(found.status, FixedPointStatus::stopped);
  }

  void badInputIsNamed() {
    FixedPointOptions options;
    options.tolerance = -1;
    options.maxPoints = 0;
    QCOMPARE(problems(options).size(), std::size_t{2});
    const FlowSystem system = gaussianSystem(20, 1.5);
    QVERIFY_EXCEPTION_THROWN(findFixedPoints(system, Matrix::Zero(20, 1), options), InputError);
    QVERIFY_EXCEPTION_THROWN(findFixedPoints(system, Matrix::Zero(20, 0)), InputError);
    QVERIFY_EXCEPTION_THROWN(findFixedPoints(system, Matrix::Zero(19, 1)), InputError);
    QVERIFY_EXCEPTION_THROWN(findFixedPoints(system, Matrix::Constant(20, 1, std::nan(""))), InputError);
  }
};

KEYHOLE_TEST(TestFixedPoints)

}  // namespace tst_fixed_points

#include "tst_fixed_points.moc"
