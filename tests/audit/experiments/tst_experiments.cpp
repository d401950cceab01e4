// Tests core/audit/experiments: pushes and what is left of them, which circuits are drawn, and decisions that
// know no circuit beforehand.
#include "core/audit/experiments/drawn_worlds.h"
#include "core/audit/experiments/push_file.h"
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/io/file_bytes.h"
#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

namespace tst_experiments {

using namespace keyhole;

namespace {

ReferenceShape smallShape() {
  ReferenceShape shape;
  shape.units = 5;
  shape.lengths = {400};
  shape.mostUnits = 40;
  shape.fraction = {0.15, 0.3};
  return shape;
}

// A linear world as it is recorded without noise of the measurement.
World plainWorld(std::uint64_t index) {
  World world = *worldOf(smallShape(), 1, index);
  world.phi = Nonlinearity::linear;
  world.noiseShare = world.smoothing = 0;
  return world;
}

}  // namespace

class TestExperiments : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;

  std::string written(const std::string& text) const {
    const std::string path = m_folder.filePath("pushes.txt").toStdString();
    writeFileAtomically(path, text);
    return path;
  }

 private slots:
  // Linear units run in blocks and tanh units in steps, with the same noise and the same pushes. Where
  // activity is small tanh is the identity (to 1e-6 of it here), and so the two agree: both in single
  // precision, 400 steps of errors of 1e-7 that decay as the circuit does (time constants below 400 samples
  // here).
  void blocksAndStepsAgree() {
    for (const std::uint64_t index : {5, 8, 9}) {
      World world = plainWorld(index);
      world.deviation = 1e-3;
      const std::vector<SeenPush> pushes = {{50, Vector::LinSpaced(5, 1, 2)}, {51, Vector::Ones(5)}};
      const Matrix plain = recordedPushes(world, smallShape(), pushes, 3, 1).front().activity;
      world.phi = Nonlinearity::tanh;
      const Matrix stepped = recordedPushes(world, smallShape(), pushes, 3, 1).front().activity;
      const double deviation = std::sqrt(plain.squaredNorm() / static_cast<double>(plain.size()));
      QVERIFY((stepped - plain).cwiseAbs().maxCoeff() < 1e-3 * deviation);
    }
  }

  // A push is there in its sample, in each unit's own deviations, and not before; after it the difference to
  // the run without it follows the circuit, W^t of it.
  void aPushFollowsTheCircuit() {
    const World world = plainWorld(9);
    const Vector push = Vector::LinSpaced(5, 1, 3);
    const Matrix plain = recordedPushes(world, smallShape(), {}, 3, 1).front().activity;
    const Matrix pushed = recordedPushes(world, smallShape(), {{100, push}}, 3, 1).front().activity;
    const Matrix change = pushed - plain;
    QVERIFY(change.leftCols(100).isZero(0));
    const Vector mean = plain.rowwise().mean();
    const Vector deviations =
        ((plain.colwise() - mean).rowwise().squaredNorm() / static_cast<double>(plain.cols())).cwiseSqrt();
    Vector state = Vector::Zero(world.circuit.B.rows());
    state.head(5) = deviations.cwiseProduct(push);
    const double size = state.norm();
    for (Index t = 100; t < 140; ++t) {
      QVERIFY((change.col(t) - state.head(5)).norm() < 1e-3 * size);
      state = (1 - world.alpha) * state + world.alpha * world.circuit.B * state;
    }
  }

  // x_{t+1} = 0.9 x_t along the first unit, 0.5 x_t along the second: shares of 0.9^(lag-1) and 0.5^(lag-1).
  void responsesAreShares() {
    Matrix X = Matrix::Zero(2, 60);
    X.col(10) << 2, 0;
    X.col(40) << 0, 4;
    for (Index t = 1; t < 60; ++t)
      if (t != 10 && t != 40) X.col(t) << 0.9 * X(0, t - 1), 0.5 * X(1, t - 1);
    X(0, 40) = 0.9 * X(0, 39);
    const SlowDirection direction{Vector::Ones(2), Vector::Unit(2, 0), Vector::Unit(2, 0)};
    const auto lags = pushLags(8);
    QVERIFY((lags == std::array<Index, 4>{2, 4, 8, 16}));
    const std::vector<Trial> trials = {{X, Matrix(0, 60)}};
    const auto on = pushResponse(trials, {{0, 10, Vector::Unit(2, 0)}}, direction, lags);
    const auto off = pushResponse(trials, {{0, 40, Vector::Unit(2, 1)}}, direction, lags);
    for (std::size_t i = 0; i < lags.size(); ++i) {
      const auto after = static_cast<double>(lags[i] - 1);
      QVERIFY(std::abs(on.slow[i] - std::pow(0.9, after)) < 1e-12);
      QVERIFY(std::abs(off.own[i] - std::pow(0.5, after)) < 1e-12);
    }
    // A train of three, one in each sample: 2 (1 + .9 + .81) is there after the last one, and three times as
    // much as the first moved would be 6. What is left is a share of what is there.
    Matrix Y = Matrix::Zero(2, 60);
    for (Index t = 1; t < 60; ++t) Y(0, t) = 0.9 * Y(0, t - 1) + (t >= 8 && t <= 10 ? 2 : 0);
    const auto train =
        pushResponse({{Y, Matrix(0, 60)}}, {{0, 10, Vector::Unit(2, 0), {2, 1}}}, direction, lags);
    QVERIFY(std::abs(train.slowAdded - 2.71 / 3) < 1e-12 && std::abs(train.ownAdded - 2.71 / 3) < 1e-12);
    QVERIFY(std::abs(train.slow[1] - std::pow(0.9, 3)) < 1e-12);
    QCOMPARE(on.slowAdded, 1.0);
    // A push that the recording does not follow to the last lag is left out.
    QCOMPARE(pushResponse(trials, {{0, 50, Vector::Unit(2, 0)}}, direction, lags).pushes, Index{0});
  }

  // Systematic draws: the share of each class is its probability to within a draw.
  void drawsFollowTheWeights() {
    ReferenceTable table;
    for (std::uint64_t i = 0; i < 240; ++i) {
      ReferenceRow row;
      row.index = i;
      row.mechanism = i % mechanisms().size();
      row.modes = {1.0, 0.9, 0.8, 0.7, 0.6};  // none is slow
      table.rows.push_back(row);
    }
    Vector classes = Vector::Zero(classCount());
    classes(0) = 0.7;
    classes(4) = 0.3;
    Vector distances(240);
    for (Index i = 0; i < 240; ++i) distances(i) = static_cast<double>(i);
    const auto drawn = drawnRows(table, classes, distances, 200);
    QCOMPARE(drawn.size(), std::size_t{200});
    double first = 0;
    for (const std::size_t i : drawn) {
      const auto mechanism = table.rows[i].mechanism;
      QVERIFY(mechanism == 0 || mechanism == 2);
      QVERIFY(i < 120);  // the nearer half
      first += mechanism == 0;
    }
    QVERIFY(std::abs(first - 140) <= 1);
  }

  // Twenty circuits of twenty runs. What tells the truth is learned. What only tells the circuit is not: were
  // a circuit's runs in several folds, its truth would be known from the others and nothing would be wrong.
  void decisionsKnowNoCircuitBeforehand() {
    Eigen::MatrixXf telling(400, 1), naming(400, 1);
    std::vector<int> truths;
    std::vector<std::size_t> circuits;
    for (std::size_t i = 0; i < 400; ++i) {
      const std::size_t circuit = i % 20;
      const int truth = (circuit * 7 % 20) % 2 == 0;
      truths.push_back(truth);
      circuits.push_back(circuit);
      telling(static_cast<Index>(i), 0) = static_cast<float>(truth) + 0.001F * static_cast<float>(i % 13);
      naming(static_cast<Index>(i), 0) = static_cast<float>(circuit);
    }
    const Eigen::MatrixXf asked = Eigen::MatrixXf::Constant(1, 1, 1.0F);
    const Decision known = decide(telling, truths, circuits, asked);
    QCOMPARE(known.error, 0.0);
    QVERIFY(known.probabilities(0) > 0.9);
    const Decision named = decide(naming, truths, circuits, asked);
    QVERIFY(named.error > 0.25);
    // Results that tell nothing give back the share that is so, a half; what trees alone say of a circuit
    // that they know is near 0 or 1.
    QVERIFY2(std::abs(named.probabilities(0) - 0.5) < 0.25,
             qPrintable(QString::number(named.probabilities(0))));
    const std::vector<int> alike(400, 1);
    QCOMPARE(decide(telling, alike, circuits, asked).probabilities(0), 1.0);
  }

  void readsPushes() {
    const std::vector<Trial> trials = {{Matrix::Zero(3, 50), Matrix(0, 50)},
                                       {Matrix::Zero(3, 100), Matrix(0, 100)}};
    const auto pushes = readPushes(written("# onset, units\n0.9 2\n0.2, 1;3 # both\n"), trials, 0.01);
    QCOMPARE(pushes.size(), std::size_t{2});
    QVERIFY(pushes[0].trial == 0 && pushes[0].at == 20 && pushes[0].push == Vector(Eigen::Vector3d(1, 0, 1)));
    QVERIFY(pushes[1].trial == 1 && pushes[1].at == 40 && pushes[1].push == Vector(Eigen::Vector3d(0, 1, 0)));
    Index left = 0;
    const auto kept = withoutPushes(trials, pushes, &left);
    QCOMPARE(left, Index{30});  // half of 60, the longer of two gaps (30 and 60)
    QCOMPARE(kept.size(), std::size_t{3});
    QCOMPARE(kept[0].activity.cols(), Index{20});
    QCOMPARE(kept[1].activity.cols(), Index{40});
    QCOMPARE(kept[2].activity.cols(), Index{30});
    // Three pulses of the same units soon after each other are a train, others are not.
    const auto trains = readPushes(written("0.50 1\n0.51 1\n0.53 1\n0.55 2\n0.90 2\n"), trials, 0.01);
    QCOMPARE(trains.size(), std::size_t{3});
    QCOMPARE(trains[0].at, Index{3});
    QVERIFY((trains[0].earlier == std::vector<Index>{3, 2}));
    QCOMPARE(trains[0].before(), Index{-1});
    QVERIFY(trains[1].earlier.empty() && trains[2].earlier.empty());
    for (const char* bad : {"", "x 1\n", "0.1\n", "0.1 4\n", "0.1 0\n", "0.1 1.5\n", "1.5 1\n", "-1 1\n",
                            "0.1 1\n0.2 2\n0.1 1\n", "0.1 1\n0.1 2\n", "0.1 1\n0.101 1\n"})
      QVERIFY_THROWS_EXCEPTION(InputError, readPushes(written(bad), trials, 0.01));
    // The line that it stands on again, and the first one.
    try {
      readPushes(written("# comment\n0.1 1\n0.3 2\n0.1 1\n"), trials, 0.01);
    } catch (const InputError& error) {
      const std::string text = error.what();
      QVERIFY(text.find("line 4:") != std::string::npos && text.find("that of line 2;") != std::string::npos);
    }
  }
};

KEYHOLE_TEST(TestExperiments)

}  // namespace tst_experiments

#include "tst_experiments.moc"
