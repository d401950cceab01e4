// Tests core/simulation/simulate.h
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/simulation/simulate.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_simulate {

using namespace keyhole;

namespace {

struct Run {
  Matrix states;
  bool finite = true;
};

Run run(const Teacher& teacher, const SimulationOptions& options, const Vector& signal = {}) {
  Run result;
  result.states.resize(teacher.network.size(), options.steps);
  result.finite = simulate(teacher, options, signal, [&](const StateBlock& block) {
    result.states.middleCols(block.first, block.states.cols()) = block.inUnits();
  });
  return result;
}

Teacher teacherOf(TeacherKind kind, Nonlinearity phi, Convention convention = Convention::standard,
                  Index size = 30) {
  TeacherOptions options;
  options.kind = kind;
  options.size = size;
  options.phi = phi;
  options.convention = convention;
  return buildTeacher(options);
}

SimulationOptions steps(Index count) {
  SimulationOptions options;
  options.steps = count;
  return options;
}

}  // namespace

class TestSimulate : public QObject {
  Q_OBJECT
 private slots:
  // Fails if noise that is drawn for some units alone is not that of these units, in either drawing.
  void noiseOfSomeUnitsIsTheirs() {
    for (const TeacherKind kind : {TeacherKind::lowRankRandom, TeacherKind::chain}) {
      TeacherOptions options;
      options.kind = kind;
      options.size = 43;
      const Teacher teacher = buildTeacher(options);
      const std::vector<Index> units = {0, 42, 7, 8, 3};
      const Matrix all = processNoise(teacher, 5, 1000, 20);
      QVERIFY(processNoise(teacher, 5, 1000, 20, units) == all(units, Eigen::all));
    }
  }

  // Fails if the blocks of many units take more memory than few, or leave a step out.
  void blocksOfManyUnitsAreShort() {
    TeacherOptions options;
    options.kind = TeacherKind::lowRankRandom;
    options.size = 1'000'000;
    SimulationOptions run;
    run.steps = 20;
    Index next = 0;
    simulate(buildTeacher(options), run, Vector(), [&](const StateBlock& block) {
      QCOMPARE(block.first, next);
      QVERIFY(block.states.cols() <= 9);
      next = block.first + block.states.cols() - 1;
    });
    QCOMPARE(next, Index{19});
  }

  // Fails if the blocks of the two ways differ in a bit, in their order or in their number, or if the one
  // with a thread of its own overlooks a divergence, a stop or an exception of the sink.
  void aheadGivesTheSameBlocks() {
    const Teacher teacher = teacherOf(TeacherKind::lowRankOscillator, Nonlinearity::tanh);
    std::vector<Index> firsts, firstsAhead;
    Matrix plain(30, 2000), ahead(30, 2000);
    const auto into = [](Matrix& states, std::vector<Index>& places) {
      return [&](const StateBlock& block) {
        states.middleCols(block.first, block.states.cols()) = block.inUnits();
        places.push_back(block.first);
      };
    };
    QVERIFY(simulate(teacher, steps(2000), {}, into(plain, firsts)));
    QVERIFY(simulateAhead(teacher, steps(2000), {}, into(ahead, firstsAhead)));
    QVERIFY(plain == ahead && firsts == firstsAhead);
    QVERIFY_EXCEPTION_THROWN(
        simulateAhead(teacher, steps(100000), {}, [](const StateBlock&) { throw std::range_error("full"); }),
        std::range_error);
    class Impatient : public Progress {
      bool stopRequested() const override { return true; }
    } impatient;
    SimulationOptions burning = steps(1000);
    burning.burnIn = 1000000;
    QVERIFY_EXCEPTION_THROWN(simulateAhead(
                                 teacher, burning, {}, [](const StateBlock&) {}, impatient),
                             Stopped);
    const Teacher exploding = teacherOf(TeacherKind::gaussian, Nonlinearity::linear);
    SimulationOptions far = steps(2000);
    far.alpha = 1;
    far.initialScale = 1e90;
    Teacher large = exploding;
    large.network = Network(DenseForm{1e3 * exploding.network.dense()});
    QVERIFY(!simulate(large, far, {}, [](const StateBlock&) {}));
    QVERIFY(!simulateAhead(large, far, {}, [](const StateBlock&) {}));
  }

  // Fails if the halves of a large network's rows are mixed up, on two cores or on one: the bits must be the
  // same on both, and the product right to rounding (‖B‖ ‖x‖ n ε).
  void halvesOfALargeNetwork() {
    const Index n = 301;
    const Network network(DenseForm{RandomStream(4, Stream::test).normalMatrix(n, n)});
    const Vector x = RandomStream(5, Stream::test).normalMatrix(n, 1), none(0);
    const auto stepped = [&] {
      Vector next(n);
      Stepper(network, Nonlinearity::tanh, Convention::standard, 0.1).step(x, Matrix(n, 0), next);
      return next;
    };
    const Vector two = stepped();
    Vector one;
    parallelFor(1, [&](std::size_t) { one = stepped(); });
    QVERIFY(one == two);
    const Vector expected = 0.9 * x + 0.1 * (network.dense() * applied(Nonlinearity::tanh, x));
    COMPARE_MATRICES(two, expected, 1e-12 * 300);
  }

  // Fails if a large block comes back from its modes with columns mixed up, or with other bits on one core
  // than on two.
  void aLargeBlockInUnits() {
    const Matrix basis = RandomStream(6, Stream::test).normalMatrix(300, 300),
                 states = RandomStream(7, Stream::test).normalMatrix(300, 131);
    for (const Index n : {Index{1}, Index{95}, Index{131}}) {
      const Matrix some = states.leftCols(n);
      const StateBlock block{0, some, &basis};
      const Matrix two = block.inUnits();
      Matrix one;
      parallelFor(1, [&](std::size_t) { one = block.inUnits(); });
      QVERIFY(one == two);
      COMPARE_MATRICES(two, Matrix(basis.lazyProduct(some)), 1e-11);
    }
  }

  // Fails if single units are taken from the wrong coordinates.
  void chosenUnitsOfABlock() {
    const Teacher teacher = teacherOf(TeacherKind::chain, Nonlinearity::linear);
    simulate(teacher, steps(100), {}, [](const StateBlock& block) {
      const std::vector<Index> units = {7, 0, 21};
      COMPARE_MATRICES(block.ofUnits(units), Matrix(block.inUnits()(units, Eigen::all)), 1e-12);
    });
  }

  // The defining equation (eq. 2) holds at every step, across block edges, for every teacher and both
  // conventions. Rounding only: a few ε of the state.
  void everyStepObeysTheEquation_data() { forms(); }
  void everyStepObeysTheEquation() {
    const Teacher teacher = fetched();
    const auto phi = teacher.options.phi;
    const bool leaky = teacher.options.convention == Convention::leakyRate;
    const auto options = steps(700);  // more than one block
    const Matrix z = run(teacher, options).states;
    const Matrix noise = processNoise(teacher, options.seed, 0, 699), B = teacher.network.dense();
    const Matrix before = z.leftCols(699);
    const Matrix recurrent = leaky ? applied(phi, B * before) : Matrix(B * applied(phi, before));
    const Matrix after = 0.99 * before + 0.01 * (recurrent + 0.2 * noise);
    COMPARE_MATRICES(z.rightCols(699), after, 1e-12 * std::max(1.0, z.cwiseAbs().maxCoeff()));
  }

  // Structure against the dense matrix with the same noise: the same trajectory to 1e-10.
  void structureChangesNothing_data() { forms(); }
  void structureChangesNothing() {
    const Teacher teacher = fetched();
    auto options = steps(1200);
    const Matrix structured = run(teacher, options).states;
    options.useStructure = false;
    COMPARE_MATRICES(run(teacher, options).states, structured,
                     1e-10 * std::max(1.0, structured.cwiseAbs().maxCoeff()));
  }

  // Dropping a burn-in is the same as looking later at a longer run.
  void burnInIsTheStartOfALongerRun() {
    const Teacher teacher = teacherOf(TeacherKind::gaussian, Nonlinearity::tanh);
    auto options = steps(300);
    const Matrix whole = run(teacher, options).states;
    options.steps = 200;
    options.burnIn = 100;
    COMPARE_MATRICES(run(teacher, options).states, whole.rightCols(200), 0.0);
  }

  // Leak only, no noise: z_t = (1-α)^t z₀.
  void leakAloneDecaysExponentially() {
    TeacherOptions options;
    options.kind = TeacherKind::imported;
    options.imported = Matrix::Zero(3, 3);
    auto run1 = steps(1001);
    run1.sigma = 0;
    const Matrix z = run(buildTeacher(options), run1).states;
    COMPARE_MATRICES(z.col(1000), z.col(0) * std::pow(0.99, 1000), 1e-15);
  }

  // The input of the task enters along m, one step later; with the line attractor almost all of it is kept,
  // so that the readout follows the ideal integrator (loss rate 0.001 per τ over 50 τ: 5 %), noise-free here.
  void lineAttractorIntegrates() {
    const Teacher teacher = teacherOf(TeacherKind::lineAttractor, Nonlinearity::linear);
    auto options = steps(5000);
    options.task = TaskKind::integration;
    options.sigma = 0;
    const Vector signal = integrationSignal(5000, 1);
    const Matrix z = run(teacher, options, signal).states;
    const Vector readout = z.transpose() * teacher.readoutWeights;
    const Vector ideal = idealIntegrator(signal, options.inputScale, options.alpha);
    QVERIFY(ideal.cwiseAbs().maxCoeff() > 0.1);
    // The readout weights are m/D², and m = D u with a unit vector u: the readout of v₀ α Σ s · m is v₀ α Σ s
    // itself.
    QVERIFY2((readout - ideal).cwiseAbs().maxCoeff() < 0.06 * ideal.cwiseAbs().maxCoeff(),
             qPrintable(QString::number((readout - ideal).cwiseAbs().maxCoeff())));
    QVERIFY(std::abs(teacher.integrationMode.dot(z.col(0))) < 1e-10);
  }

  void observationNoiseIsAddedToWhatIsSeenOnly() {
    const Teacher teacher = teacherOf(TeacherKind::symmetric, Nonlinearity::linear);
    auto options = steps(2000);
    const Matrix clean = run(teacher, options).states;
    options.observationNoise = 0.5;
    const Matrix added = run(teacher, options).states - clean;
    // 60000 samples of variance ¼: standard error ¼ √(2/60000).
    QVERIFY(std::abs(added.squaredNorm() / double(added.size()) - 0.25) < 5 * 0.25 * std::sqrt(2.0 / 60000));
  }

  void divergenceIsAStatus() {
    TeacherOptions options;
    options.kind = TeacherKind::imported;
    options.imported = 1000.0 * Matrix::Identity(2, 2);
    QVERIFY(!run(buildTeacher(options), steps(5000)).finite);
  }

  void stopIsHeeded() {
    struct Stop : Progress {
      bool stopRequested() const override { return true; }
    } stop;
    const Teacher teacher = teacherOf(TeacherKind::gaussian, Nonlinearity::tanh);
    QVERIFY_EXCEPTION_THROWN(simulate(
                                 teacher, steps(100), {}, [](const StateBlock&) {}, stop),
                             Stopped);
  }

  void badOptionsAreNamed() {
    auto options = steps(100);
    options.alpha = 1.5;
    QVERIFY(QString::fromStdString(problems(options).front()).contains("1.5"));
    const Teacher teacher = teacherOf(TeacherKind::gaussian, Nonlinearity::tanh);
    QVERIFY_EXCEPTION_THROWN(run(teacher, options), InputError);
    QVERIFY_EXCEPTION_THROWN(run(teacher, steps(100), Vector::Zero(5)), InputError);
  }

 private:
  static void forms() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<bool>("tanh");
    QTest::addColumn<bool>("leaky");
    for (TeacherKind kind : {TeacherKind::gaussian, TeacherKind::chain, TeacherKind::lowRankOscillator})
      for (bool tanh : {false, true})
        for (bool leaky : {false, true})
          QTest::addRow("%s %s %s", nameOf(kind).c_str(), tanh ? "tanh" : "linear",
                        leaky ? "leaky" : "standard")
              << static_cast<int>(kind) << tanh << leaky;
  }
  static Teacher fetched() {
    QFETCH(int, kind);
    QFETCH(bool, tanh);
    QFETCH(bool, leaky);
    return teacherOf(static_cast<TeacherKind>(kind), tanh ? Nonlinearity::tanh : Nonlinearity::linear,
                     leaky ? Convention::leakyRate : Convention::standard);
  }
};

KEYHOLE_TEST(TestSimulate)

}  // namespace tst_simulate

#include "tst_simulate.moc"
