// Tests core/analysis/points/slow_manifold.h
#include "core/analysis/flow/jacobian.h"
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "tests/analysis/points/slow_cases.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/teacher_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <numbers>

namespace tst_slow_manifold {

using namespace keyhole;
using namespace keyhole::test;

namespace {

const RandomStream kRandom(1, Stream::test);
constexpr double kPi = std::numbers::pi;

// z_i' = -z_i + (2g/N) Σ_j cos(θ_i - θ_j) tanh z_j, θ evenly spaced: rotations of a bump by 2π/N are
// symmetries, and of all angles up to aliasing, exponentially small in N (Ben-Yishai et al. 1995).
LowRankForm ringForm(Index N, double gain) {
  const Vector theta = Vector::LinSpaced(N, 0, 2 * kPi * static_cast<double>(N - 1) / static_cast<double>(N));
  Matrix M(N, 2);
  M << theta.array().cos(), theta.array().sin();
  return {M, 2 * gain / static_cast<double>(N) * M};
}

// The bump's amplitude: κ = (2g/N) Σ cos θ tanh(κ cos θ), by bisection.
double bumpOf(const LowRankForm& form) {
  double low = 0.05, high = 20;
  for (int i = 0; i < 200; ++i) {
    const double kappa = 0.5 * (low + high);
    const double next = form.N.col(0).dot(Vector((kappa * form.M.col(0)).array().tanh()));
    (next > kappa ? low : high) = kappa;
  }
  return low;
}

// A bump that goes round, with a little noise.
Matrix ringActivity(const LowRankForm& form, double amplitude) {
  const Vector angle = Vector::LinSpaced(120, 0, 2 * kPi * 119 / 120);
  Matrix latent(2, 120);
  latent << angle.array().cos().transpose(), angle.array().sin().transpose();
  return amplitude * form.M * latent + 0.01 * kRandom.normalMatrix(form.M.rows(), 120, 100);
}

}  // namespace

class TestSlowManifold : public QObject {
  Q_OBJECT
 private slots:
  // The line attractor teacher: its direction is the leading eigenvector, its time constant 1/(1 - 0.999),
  // its ends the ends of the activity's projection, and the activity lies along it. Fails if a fast mode is
  // taken, or the extent is that of something else.
  void linearLineAttractorIsExact() {
    const Teacher teacher = buildTeacher(teacherOptions(TeacherKind::lineAttractor, 20, 3));
    SimulationOptions run;
    run.steps = 20000;
    run.burnIn = 2000;
    const Matrix activity = activityOf(teacher, run);
    const FlowSystem system = linearSystem(teacher.network.dense());
    const SlowManifold found = manifoldOf(system, activity);
    QCOMPARE(found.status, SlowManifoldStatus::line);
    const Vector u = teacher.integrationMode.normalized();
    QVERIFY(std::abs(std::abs(found.directions.col(0).dot(u)) - 1) < 1e-10);
    QVERIFY(std::abs(found.slowTau - 1000) < 1e-6);
    QVERIFY(std::abs(found.fastTau - 1 / 0.6) < 1e-6);
    const Vector along = activity.transpose() * u;
    QVERIFY(std::abs(found.extent - (along.maxCoeff() - along.minCoeff())) < 1e-8);
    for (Index i = 0; i < found.points.cols(); ++i)
      QVERIFY(std::abs(found.speeds(i) - 0.001 * found.points.col(i).norm()) < 1e-12);
    QVERIFY(found.alignment.angle < 0.1);
    QVERIFY(found.alignment.varianceShare > 0.99 * found.alignment.largestShare);
  }

  // The tell-tale: a slow direction into which the activity does not reach.
  void misalignmentIsMeasured() {
    const Matrix U = orthogonal(8, 20);
    Vector values = Vector::Constant(8, 0.2);
    values(0) = 0.995;
    const FlowSystem system = linearSystem(U * values.asDiagonal() * U.transpose());
    // Mostly in the plane of columns 1 and 2; a hundredth of its variance along the slow direction.
    Matrix latent = Matrix::Zero(8, 200);
    const Vector t = Vector::LinSpaced(200, 0, 2 * kPi * 199 / 200);
    latent.row(1) = std::sqrt(0.6) * t.array().cos();
    latent.row(2) = std::sqrt(0.39) * t.array().sin();
    latent.row(0) = std::sqrt(0.01) * (2 * t.array()).cos();
    SlowManifoldOptions options;
    options.subspace = 2;
    const SlowManifold found = manifoldOf(system, U * latent, options);
    QCOMPARE(found.status, SlowManifoldStatus::line);
    QVERIFY(std::abs(found.alignment.angle - kPi / 2) < 1e-10);
    QVERIFY(std::abs(found.alignment.varianceShare - 0.01) < 1e-12);
    QVERIFY(std::abs(found.alignment.largestShare - 0.6) < 1e-12);
    // From wide activity (more units than samples) the same.
    const Alignment wide = alignmentOf(Vector::Unit(300, 0), Matrix::Identity(300, 4), 3);
    QVERIFY(std::abs(wide.varianceShare - 0.25) < 1e-12);
  }

  // A ring of fixed points, found closed, on both roads: every point at the bump's amplitude, which a scalar
  // equation gives, at rest to rounding, the extent 2πR up to the polygon's deficit (step²/24 = 1e-4 at steps
  // of 0.05 R), the plane that of the connectivity.
  void ringAttractorCloses_data() {
    QTest::addColumn<bool>("dense");
    QTest::newRow("low rank") << false;
    QTest::newRow("dense") << true;
  }
  void ringAttractorCloses() {
    QFETCH(bool, dense);
    const LowRankForm form = ringForm(64, 1.5);
    const Network low(form);
    const FlowSystem system = tanhSystem(dense ? Network(DenseForm{low.dense()}) : low);
    const double amplitude = bumpOf(form);
    const SlowManifold found = manifoldOf(system, ringActivity(form, amplitude));
    QVERIFY2(found.status == SlowManifoldStatus::ring, found.message.c_str());
    const double radius = amplitude * form.M.col(0).norm();
    QVERIFY(found.points.cols() > 60);
    for (Index i = 0; i < found.points.cols(); ++i)
      QVERIFY(std::abs(found.points.col(i).norm() - radius) < 1e-7 * radius);
    QVERIFY2(found.speeds.maxCoeff() < 1e-8, qPrintable(QString::number(found.speeds.maxCoeff())));
    QVERIFY(std::abs(found.extent / (2 * kPi * radius) - 1) < 3e-4);
    QCOMPARE(found.directions.cols(), Index{2});
    QVERIFY((form.M.transpose() * found.directions).norm() > (1 - 1e-6) * form.M.norm());
    QVERIFY(found.slowTau > 1e6);
    QVERIFY(found.alignment.angle < 0.05);
    QVERIFY(found.alignment.varianceShare > 0.99);
  }

  // With its symmetry broken the ring is one of slow drift. Still closed; at every point F is along the slow
  // eigenvector, the equation that defines the curve. Fails if the corrector stops short or u lags behind.
  void brokenRingDriftsAlongItself() {
    const LowRankForm form = ringForm(64, 1.5);
    const Matrix noise = kRandom.normalMatrix(64, 64, 200);
    const FlowSystem system = tanhSystem(Network(DenseForm{Network(form).dense() + 0.003 * noise}));
    const SlowManifold found = manifoldOf(system, ringActivity(form, bumpOf(form)));
    QVERIFY2(found.status == SlowManifoldStatus::ring, found.message.c_str());
    QVERIFY(found.speeds.maxCoeff() > 1e-3);
    const Matrix F = flow(system, found.points);
    for (Index i = 0; i < found.points.cols(); i += 5) {
      const EigenSystem local = eigenSystem(effectiveConnectivity(system, found.points.col(i)));
      Index slow = 0;
      (local.values.array() - 1.0).abs().minCoeff(&slow);
      const Vector u = local.vectors.col(slow).real().normalized();
      const Vector rest = F.col(i) - u * u.dot(F.col(i));
      QVERIFY2(rest.norm() < 1e-5 * std::max(F.col(i).norm(), 1e-3),
               qPrintable(QString::number(rest.norm())));
    }
  }

  // Two shallow wells with a slow saddle between them: one open, straight line through all three, along M,
  // that ends where the rate of approach is no longer slow.
  void openLineRunsThroughItsPoints() {
    const Matrix M = kRandom.normalMatrix(30, 1, 300);
    const LowRankForm form{M, 1.03 * M / M.squaredNorm()};
    const FlowSystem system = tanhSystem(Network(form));
    const Matrix activity = 0.5 * M * Vector::LinSpaced(50, -1, 1).transpose();
    const FixedPoints points = findFixedPoints(system, fixedPointStarts(activity, 40, 0.01, 1));
    QCOMPARE(points.points.size(), std::size_t{3});
    const SlowManifold found = findSlowManifold(system, points.points, activity);
    QVERIFY2(found.status == SlowManifoldStatus::line, found.message.c_str());
    QVERIFY(std::abs(std::abs(found.directions.col(0).dot(M.col(0).normalized())) - 1) < 1e-10);
    for (const FixedPoint& point : points.points) {
      const double nearest = (found.points.colwise() - point.position).colwise().norm().minCoeff();
      QVERIFY(nearest < 0.05 * 0.3 * M.norm());
    }
    for (Index i = 0; i < found.points.cols(); ++i)
      QVERIFY(std::abs(eigenvalues(effectiveConnectivity(system, found.points.col(i)))(0).real() - 1) <= 0.1);
  }

  // What is no line is called by its name.
  void othersAreNamed_data() {
    QTest::addColumn<double>("first");
    QTest::addColumn<double>("second");
    QTest::addColumn<bool>("turning");
    QTest::addColumn<int>("status");
    QTest::newRow("contraction") << 0.5 << 0.4 << false << static_cast<int>(SlowManifoldStatus::noSlowMode);
    QTest::newRow("rotation") << 0.99 << 0.99 << true << static_cast<int>(SlowManifoldStatus::complexPair);
    QTest::newRow("growing") << 0.99 << 1.5 << false << static_cast<int>(SlowManifoldStatus::unstable);
  }
  void othersAreNamed() {
    QFETCH(double, first);
    QFETCH(double, second);
    QFETCH(bool, turning);
    QFETCH(int, status);
    Matrix B = 0.2 * Matrix::Identity(5, 5);
    B(0, 0) = first;
    B(1, 1) = second;
    if (turning) B(0, 1) = -(B(1, 0) = 0.3);
    const SlowManifold found = manifoldOf(linearSystem(B), kRandom.normalMatrix(5, 40, 400));
    QCOMPARE(static_cast<int>(found.status), status);
    QCOMPARE(found.points.cols(), Index{0});
    const SlowManifold none = findSlowManifold(linearSystem(B), {}, kRandom.normalMatrix(5, 40, 400));
    QCOMPARE(none.status, SlowManifoldStatus::noPoint);
  }

  // Ring networks of 12 to 200 units, with and without pinning, noise and uniform inhibition: one ring each,
  // its extent that of the bump's circle (radius: a scalar equation; pinning and noise move it by under a
  // percent), whatever the activity did: here it stays at one place. Fails if the walk ends with the
  // activity, passes its start, or stalls where J is singular.
  void ringNetworks_data() {
    QTest::addColumn<int>("units");
    QTest::addColumn<double>("gain");
    QTest::addColumn<double>("inhibition");
    QTest::addColumn<double>("noise");
    for (const int units : {12, 20, 50, 100, 200})
      for (const double gain : {1.2, 1.5, 2.0})
        for (const double noise : {0.0, 1e-3}) {
          const double inhibition = gain == 1.5 ? 1.0 : 0.0;
          if (units < 200 || gain == 1.5)
            QTest::addRow("%d units, gain %.1f, noise %g", units, gain, noise)
                << units << gain << inhibition << noise;
        }
  }
  void ringNetworks() {
    QFETCH(int, units);
    QFETCH(double, gain);
    QFETCH(double, inhibition);
    QFETCH(double, noise);
    const LowRankForm form = ringForm(units, gain);
    Matrix B = Network(form).dense();
    B.array() -= inhibition / units;
    B += noise * kRandom.normalMatrix(units, units, 200);
    const FlowSystem system = tanhSystem(Network(DenseForm{B}));
    const double amplitude = bumpOf(form);
    const Matrix activity =
        (amplitude * form.M.col(0)).replicate(1, 50) + 0.05 * kRandom.normalMatrix(units, 50, 100);
    const FixedPoints points = findFixedPoints(system, fixedPointStarts(activity, 40, 0.5, 1));
    const auto all = findSlowManifolds(system, points.points, activity);
    QCOMPARE(all.size(), std::size_t{1});
    QVERIFY2(all.front().status == SlowManifoldStatus::ring, all.front().message.c_str());
    const double circle = 2 * kPi * amplitude * form.M.col(0).norm();
    QVERIFY2(std::abs(all.front().extent / circle - 1) < 0.01,
             qPrintable(QString::number(all.front().extent / circle)));
    const auto& ring = all.front();
    // An odd network: what is stable at one place is so opposite; between two stable ones there is one that
    // is not.
    if (!ring.isAtRest) QCOMPARE(ring.stablePoints, ring.otherPoints);
    if (!ring.isAtRest) QCOMPARE(ring.stablePoints % 2, Index{0});
  }

  // Two rings that know nothing of each other: a torus, whose shortest loop is a ring, and none of whose
  // loops is longer than a few of them. Fails if a walk that winds round it for ever is taken for its extent.
  void twoRingsMakeATorus() {
    const Matrix one = Network(ringForm(16, 1.5)).dense();
    Matrix B = Matrix::Zero(32, 32);
    B.topLeftCorner(16, 16) = B.bottomRightCorner(16, 16) = one;
    const Matrix single = ringActivity(ringForm(16, 1.5), bumpOf(ringForm(16, 1.5)));
    Matrix activity(32, single.cols());
    activity << single, single.rowwise().reverse();
    const SlowManifold found = manifoldOf(tanhSystem(Network(DenseForm{B})), activity);
    QVERIFY2(found.status == SlowManifoldStatus::plane && found.dimension == 2, found.message.c_str());
    QCOMPARE(found.name(), std::string("closed surface"));
    const double loop = 2 * std::numbers::pi * single.col(0).norm();
    QVERIFY2(std::abs(found.narrowest / loop - 1) < 0.02,
             qPrintable(QString::number(found.narrowest / loop)));
    QVERIFY2(found.extent < 4 * loop, qPrintable(QString::number(found.extent / loop)));
    for (Index i = 0; i < single.cols(); ++i) {  // all pairs of bumps lie on it
      Vector pair(32);
      pair << single.col(i), single.col((7 * i) % single.cols());
      QVERIFY(found.holds(pair));
    }
  }

  // A pinned ring by its symmetry: 12 units, 12 stable bumps and 12 between them, told as one ring with 12 on
  // it.
  void pinnedRing() {
    const FlowSystem system = tanhSystem(Network(DenseForm{Network(ringForm(12, 2)).dense()}));
    const Matrix activity = ringActivity(ringForm(12, 2), bumpOf(ringForm(12, 2)));
    const SlowManifold found = manifoldOf(system, activity);
    QVERIFY2(found.status == SlowManifoldStatus::ring, found.message.c_str());
    QCOMPARE(found.stablePoints, Index{12});
    QCOMPARE(found.otherPoints, Index{12});
    QVERIFY(!found.isAtRest && found.fastest > 1e-4);
    QVERIFY(QString::fromStdString(found.message).contains("12 stable points on it"));
  }

  // Where two fixed points have met and vanished a slow stretch is left, through which everything passes: no
  // line.
  void aBottleneckIsNoLine() {
    FlowSystem system =
        tanhSystem(Network(LowRankForm{kRandom.normalMatrix(30, 1, 300), Matrix::Zero(30, 1)}));
    const Vector m = kRandom.normalMatrix(30, 1, 300);
    system.network = Network(LowRankForm{m, 1.5 * m / m.squaredNorm()});
    // Along m: κ' = -κ + 1.5 <tanh(m κ) m>/<m²> + w; its fold is where the derivative is 0.
    double kappa = 0.1;
    const auto rate = [&](double k) {
      return 1.5 * (m.array().square() * (1 - (m * k).array().tanh().square())).sum() / m.squaredNorm() - 1;
    };
    while (rate(kappa) > 0) kappa += 1e-4;
    const double balance = 1.5 * m.dot(Vector((m * kappa).array().tanh())) / m.squaredNorm() - kappa;
    system.drive =
        -1.06 * balance * m;  // κ' = 0.06 balance at most, negative: past the fold of the upper well
    const Matrix activity = m * Vector::LinSpaced(50, -2, 2).transpose();
    const FixedPoints points = findFixedPoints(system, fixedPointStarts(activity, 40, 0.1, 1));
    const auto all = findSlowManifolds(system, points.points, activity);
    QVERIFY2(!all.front().isFound(), all.front().message.c_str());
  }

  // A line of a switching system ends at the border of its region.
  void regionsEndTheLine() {
    auto parts = std::make_shared<Switching>();
    for (const double side : {-1.0, 1.0}) {
      Matrix A = Matrix::Zero(2, 2);
      A(0, 0) = 0.99;
      parts->A.push_back(A);
      parts->b.push_back(Eigen::Vector2d(0.01 * side, 0));
    }
    parts->logTransition = Matrix::Constant(2, 2, std::log(0.5));
    parts->W = (Matrix(2, 2) << -5, 0, 5, 0).finished();
    const FlowSystem system{
        Network(DenseForm{parts->A[0]}), Nonlinearity::linear, Convention::standard, {}, parts};
    const Matrix activity = 2 * kRandom.normalMatrix(2, 100, 500);
    const FixedPoints points = findFixedPoints(system, Matrix(2, 0));
    const SlowManifold found = findSlowManifold(system, points.points, activity);
    QCOMPARE(found.status, SlowManifoldStatus::line);
    QCOMPARE(points.points[found.origin].region, 0);
    QVERIFY(found.points.row(0).maxCoeff() <= 0 && found.points.row(0).maxCoeff() > -0.2);
    QVERIFY(std::abs(found.points.row(0).minCoeff() - activity.row(0).minCoeff()) < 1e-12);
  }

  void badInputIsNamed() {
    SlowManifoldOptions options;
    options.step = 2;
    options.persistentTau = 0;
    QCOMPARE(problems(options).size(), std::size_t{2});
    const FlowSystem system = linearSystem(Matrix::Identity(2, 2));
    QVERIFY_EXCEPTION_THROWN(findSlowManifold(system, {}, kRandom.normalMatrix(2, 5), options), InputError);
    QVERIFY_EXCEPTION_THROWN(findSlowManifold(system, {}, kRandom.normalMatrix(3, 5)), InputError);
    QVERIFY_EXCEPTION_THROWN(findSlowManifold(system, {}, Matrix::Ones(2, 5)), InputError);
  }
};

KEYHOLE_TEST(TestSlowManifold)

}  // namespace tst_slow_manifold

#include "tst_slow_manifold.moc"
