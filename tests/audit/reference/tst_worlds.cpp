// Tests core/audit/reference: circuits, their runs and their truth, the table and its cache.
#include "core/audit/reference/table.h"
#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/linalg/eigen.h"
#include "core/linalg/lyapunov.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

namespace tst_worlds {

using namespace keyhole;

namespace {

ReferenceShape smallShape() {
  ReferenceShape shape;
  shape.units = 6;
  shape.lengths = {600};
  shape.mostUnits = 60;
  shape.fraction = {0.1, 0.3};
  return shape;
}

ReferenceCircuit builtBy(const std::string& name, std::uint64_t index) {
  PriorDraws draws(3, index);
  const Matrix background = 0.3 * draws.normals(40, 40) / std::sqrt(40.0);
  for (const auto& row : mechanisms())
    if (row.name == name) return row.build(draws, background, false);
  return {};
}

World linearWorld() {
  World world;
  world.circuit.B = Matrix::Zero(3, 3);
  world.circuit.B(0, 1) = 0.9;
  world.circuit.B(1, 2) = -0.7;
  world.alpha = 0.2;
  world.deviation = 0.5;
  return world;
}

}  // namespace

class TestWorlds : public QObject {
  Q_OBJECT

 private slots:
  // The correction puts the slow mode where it was drawn, whatever the background: B u = λ u to rounding.
  void slowModesAreWhereTheyWereDrawn() {
    for (const char* name : {"symmetric-line", "oblique-line", "two-modes", "ring"}) {
      const ReferenceCircuit circuit = builtBy(name, 1);
      const Vector& u = circuit.slowDirection;
      const double lambda = 1 - 1 / circuit.slowTau;
      QVERIFY2((circuit.B * u - lambda * u).norm() < 1e-10, name);
    }
  }

  // In a symmetric background the symmetric line attractor stays symmetric; the oblique one does not.
  void symmetryIsKept() {
    PriorDraws draws(3, 1);
    const Matrix G = draws.normals(30, 30), background = 0.02 * (G + G.transpose());
    const Matrix symmetric = mechanisms()[0].build(draws, background, true).B;
    QVERIFY((symmetric - symmetric.transpose()).norm() < 1e-12);
    const Matrix oblique = mechanisms()[1].build(draws, background, true).B;
    QVERIFY((oblique - oblique.transpose()).norm() > 0.01);
  }

  // The run in blocks has the stationary moments of x' = W x + η: C = W C Wᵀ + q I and C(1) = W C, for a
  // chain of three units. 200,000 steps of correlations of about 10: 7 standard errors of 0.7 % are 5 %.
  void blockedRunHasItsMoments() {
    const World world = linearWorld();
    const Index T = 200000;
    const Matrix X = seenRun(world, 3, T, 1, 1).cast<double>();
    const Matrix W = (1 - world.alpha) * Matrix::Identity(3, 3) + world.alpha * world.circuit.B;
    const double q = world.deviation * world.deviation * (1 - std::pow(1 - world.alpha, 2));
    const Matrix C = solveDiscreteLyapunov(W, q * Matrix::Identity(3, 3)).X;
    const double size = C.norm();
    COMPARE_MATRICES(Matrix(X * X.transpose() / static_cast<double>(T)), C, 0.05 * size);
    const Matrix one = X.rightCols(T - 1) * X.leftCols(T - 1).transpose() / static_cast<double>(T - 1);
    COMPARE_MATRICES(one, Matrix(W * C), 0.05 * size);
  }

  // In the limit of small activity tanh is linear: step by step and in blocks are two roads to one run, but
  // for the single precision that both have.
  void stepwiseAndBlockedRunsAgree() {
    World world = linearWorld();
    world.deviation = 1e-4;
    const Matrix blocked = seenRun(world, 3, 500, 2, 3).cast<double>();
    world.phi = Nonlinearity::tanh;
    const Matrix stepwise = seenRun(world, 3, 500, 2, 3).cast<double>();
    COMPARE_MATRICES(blocked, stepwise, 1e-5 * blocked.cwiseAbs().maxCoeff());
  }

  // What counts as slow: one mode twice as slow as the next, up to three that are alike, and no bulk.
  // Smoothing is the sum of its definition, Σ_k g_k x_{t+k} with the run reflected at its ends; in single
  // precision, so to a few ε = 6e-8 of the size of what is summed. Widths whose stretches divide the run, do
  // not, and are longer than it.
  void smoothingIsItsSum() {
    World world = linearWorld();
    ReferenceShape shape = smallShape();
    shape.units = 3;
    for (const auto& [T, width] : {std::pair{600, 1.3}, {600, 12.5}, {90, 40.0}}) {
      shape.lengths = {T};
      world.smoothing = width;
      const auto run = seenRun(world, 3, T, 4, 1);
      const Matrix made = recordedRun(world, shape, run, 4, 1).front().activity;
      const Matrix X = run.cast<double>();
      const int reach = static_cast<int>(std::ceil(4 * width));
      Matrix plain = Matrix::Zero(3, T);
      double weights = 0;
      for (int k = -reach; k <= reach; ++k) weights += std::exp(-0.5 * k * k / (width * width));
      for (int t = 0; t < T; ++t)
        for (int k = -reach; k <= reach; ++k) {
          int at = t + k < 0 ? std::min(-(t + k), T - 1) : t + k;
          if (at >= T) at = std::max(2 * (T - 1) - at, 0);
          plain.col(t) += std::exp(-0.5 * k * k / (width * width)) / weights * X.col(at);
        }
      QVERIFY((made - plain).cwiseAbs().maxCoeff() < 1e-6 * X.cwiseAbs().maxCoeff());
    }
  }

  void whatIsSlow() {
    QCOMPARE(slowVariable({100, 20, 10}), 100.0);
    QCOMPARE(slowVariable({100, 60, 10}), 100.0);
    QCOMPARE(slowVariable({100, 90, 80, 10}), 100.0);
    QCOMPARE(slowVariable({100, 90, 80, 70, 10}), 0.0);
    QCOMPARE(slowVariable({10, 9, 8, 7}), 0.0);
    QVERIFY(isReal({100, 20, 10}, 150));
    QVERIFY(!isReal({100, 20, 10}, 250));
  }

  // Worlds are drawn by their index alone, all stable, each mechanism in turn; the truth of a symmetric line
  // attractor is its own time constant.
  void worldsAreDrawnByIndex() {
    const ReferenceShape shape = smallShape();
    for (std::uint64_t i = 0; i < 24; ++i) {
      const auto world = worldOf(shape, 1, i);
      QVERIFY(world.has_value());
      QCOMPARE(world->mechanism, static_cast<std::size_t>(i % mechanisms().size()));
      QVERIFY(world->circuit.B.rows() >= 20 && world->circuit.B.rows() <= 60);
      QVERIFY(std::is_sorted(world->modes.rbegin(), world->modes.rend()));
      const auto again = worldOf(shape, 1, i);
      QVERIFY(again->circuit.B == world->circuit.B);
    }
    const auto line = worldOf(shape, 1, 0);
    const double steps = -1 / std::log(1 - line->alpha / line->circuit.slowTau);
    QVERIFY(std::abs(line->modes.front() - steps) < 1e-6 * steps ||
            line->modes.front() > steps);  // or the background is slower still
  }

  // Statistics of the arrow and of units are made from few components; here from the whole lagged covariances
  // of the standardised units, as they are defined. The sums are the same but for their order: 1e-9.
  void statisticsAreTheirDefinition() {
    const ReferenceShape shape = smallShape();
    const auto trials = recordedWorld(*worldOf(shape, 5, 4), shape, 5, 4);
    const Statistics made = statisticsOf(trials);
    const auto value = [&](const std::string& name) {
      const auto& names = statisticNames();
      return made
          .values[static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin())];
    };
    Matrix Z = trials.front().activity.colwise() - trials.front().activity.rowwise().mean();
    const Index T = Z.cols();
    const Vector sizes = (Z.rowwise().squaredNorm() / static_cast<double>(T)).cwiseSqrt();
    Z = (sizes.cwiseInverse().asDiagonal() * Z).eval();
    const auto C = [&](Index lag) {
      return Matrix(Z.rightCols(T - lag) * Z.leftCols(T - lag).transpose() / static_cast<double>(T - lag));
    };
    const auto axes = symmetricEigenSystem(C(0));
    const Matrix white = axes.vectors * axes.values.cwiseSqrt().cwiseInverse().asDiagonal();
    const Matrix K = white.transpose() * C(4) * white;
    const Matrix A = 0.5 * (K - K.transpose()).topRows(3), S = 0.5 * (K + K.transpose()).topRows(3);
    const double share = A.squaredNorm() / (A.squaredNorm() + S.squaredNorm());
    QVERIFY(std::abs(value("arrow: antisymmetric share at 4") - share) < 1e-9);
    const auto norm = std::sqrt(symmetricEigenSystem(Matrix(A * A.transpose()), 1).values(0));
    QVERIFY(std::abs(value("arrow: antisymmetric norm at 4") - norm) < 1e-9);
    Vector two = C(2).diagonal();
    std::sort(two.begin(), two.end());
    QVERIFY(std::abs(value("units: median autocorrelation at 2") - two(two.size() / 2)) < 1e-9);
  }

  // A recording of counts has whole numbers. A unit's mean count is 2 on average over its rates; over 600
  // samples, of which perhaps 50 are independent, with a log rate of deviation 0.9, it has a deviation of
  // 0.3, and 72 units a mean within 0.1; slow rates are flatter than normal, which takes up to a fifth.
  void countsHaveTheirMeans() {
    ReferenceShape shape = smallShape();
    shape.meanCounts.assign(6, 2.0);
    double mean = 0;
    for (std::uint64_t i = 0; i < 12; ++i) {
      const auto trials = recordedWorld(*worldOf(shape, 2, i), shape, 2, i);
      const Matrix& X = trials.front().activity;
      QVERIFY((X.array() == X.array().floor()).all() && X.minCoeff() >= 0);
      mean += X.mean() / 12;
    }
    QVERIFY2(std::abs(mean - 2) < 0.4, qPrintable(QString::number(mean)));
  }

  // Scaled and shifted units give the same statistics; none of them reads more than the recording.
  void statisticsHaveNoUnits() {
    const ReferenceShape shape = smallShape();
    auto trials = recordedWorld(*worldOf(shape, 1, 5), shape, 1, 5);
    const Statistics before = statisticsOf(trials);
    QCOMPARE(before.values.size(), statisticNames().size());
    QCOMPARE(before.apart.size(), apartNames().size());
    for (Index i = 0; i < 6; ++i)
      trials.front().activity.row(i) =
          (trials.front().activity.row(i).array() * std::pow(10.0, i - 3) + 7 * i).matrix().eval();
    const Statistics after = statisticsOf(trials);
    for (std::size_t i = 0; i < before.values.size(); ++i)
      if (std::isfinite(before.values[i]))
        QVERIFY2(
            std::abs(after.values[i] - before.values[i]) <= 1e-5 * std::max(1.0, std::abs(before.values[i])),
            statisticNames()[i].c_str());
  }

  // A table from its pieces is that made at once; a piece that was cut off is made anew and said.
  void tableIsTakenUpAgain() {
    QTemporaryDir folder;
    const std::string path = folder.path().toStdString();
    const ReferenceShape shape = smallShape();
    const auto whole = referenceTable(shape, 1, 100, "");
    const auto first = referenceTable(shape, 1, 96, path);
    const auto second = referenceTable(shape, 1, 100, path);
    QCOMPARE(second.fromCache, Index(96));
    QCOMPARE(second.rows.size(), whole.rows.size());
    for (std::size_t i = 0; i < whole.rows.size(); ++i) {
      QCOMPARE(second.rows[i].index, whole.rows[i].index);
      QCOMPARE(second.rows[i].real(), whole.rows[i].real());
      for (std::size_t k = 0; k < whole.rows[i].statistics.values.size(); ++k) {
        const double a = whole.rows[i].statistics.values[k], b = second.rows[i].statistics.values[k];
        QVERIFY(a == b || (std::isnan(a) && std::isnan(b)));
      }
    }
    for (const auto& name : QDir(folder.path()).entryList(QDir::Files)) {
      const std::string file = folder.filePath(name).toStdString();
      const std::string bytes = readFileBytes(file);
      writeFileAtomically(file, bytes.substr(0, bytes.size() / 2));
    }
    const auto third = referenceTable(shape, 1, 100, path);
    QCOMPARE(third.fromCache, Index(0));
    QVERIFY(!third.notes.empty() && third.notes.front().find("cut off") != std::string::npos);
    QCOMPARE(third.rows.size(), whole.rows.size());
    QVERIFY(tableKey(shape, 1) != tableKey(shape, 2));
  }

  // The merged shards are the table of one process to the last bit, and as a file to the last byte.
  void shardsAreTheTableOfOneProcess() {
    QTemporaryDir folder;
    const auto at = [&](const char* name) { return folder.filePath(name).toStdString(); };
    const ReferenceShape shape = smallShape();
    const ShardedWork work = tableWork(shape, 1, 60);
    for (const Index shard : {4, 2, 5, 1, 3}) computeShard(work, {shard, 5}, at("five"));
    computeShard(work, {1, 1}, at("one"));
    const auto rows = mergedShards(work, 0, at("five"));
    QVERIFY(mergedBytes(work, rows) == mergedBytes(work, mergedShards(work, 0, at("one"))));
    const auto whole = referenceTable(shape, 1, 60, ""), merged = tableFrom(rows, 1);
    QCOMPARE(merged.rows.size(), whole.rows.size());
    QCOMPARE(merged.failed, whole.failed);
    QCOMPARE(merged.redrawn, whole.redrawn);
    const auto same = [](const std::vector<double>& a, const std::vector<double>& b) {
      return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                        [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
    };
    for (std::size_t i = 0; i < whole.rows.size(); ++i) {
      const auto &a = whole.rows[i], &b = merged.rows[i];
      QCOMPARE(b.index, a.index);
      QCOMPARE(b.mechanism, a.mechanism);
      QCOMPARE(b.statistics.claimedSteps, a.statistics.claimedSteps);
      QVERIFY(same(b.modes, a.modes) && same(b.statistics.values, a.statistics.values) &&
              same(b.statistics.apart, a.statistics.apart));
    }
    // Shards of another seed's table are foreign to it.
    QVERIFY_THROWS_EXCEPTION(InputError, mergedShards(tableWork(shape, 2, 60), 0, at("five")));
  }
};

KEYHOLE_TEST(TestWorlds)

}  // namespace tst_worlds

#include "tst_worlds.moc"
