// Tests core/analysis/cycles/moving_runs.h: exponents that are known, and another road to them.
#include "core/analysis/cycles/moving_runs.h"
#include "core/common/random.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_moving_runs {

using namespace keyhole;

namespace {

FlowSystem network(const Matrix& B) {
  return {Network(DenseForm{B}), Nonlinearity::tanh, Convention::standard, {}, {}};
}

}  // namespace

class TestMovingRuns : public QObject {
  Q_OBJECT

 private slots:
  // A run that comes to rest: its exponents are the rates there. Fails if deviations are not those of their
  // own run: the second one rests elsewhere. The first stretches are not at the point yet, e^-20 at most is
  // left of that at its slowest rate; rounding of the rest.
  void atRestTheyAreTheRates() {
    Matrix B = Matrix::Zero(3, 3);
    B.diagonal() << 2, 0.5, -0.4;
    const FlowSystem system = network(B);
    Matrix starts = Matrix::Zero(3, 2);  // the second stays where it is, at the saddle
    starts.col(0) << 1, 0.3, -0.2;
    MovingRuns runs(system, starts, 3);
    QVERIFY(runs.advance(200, noProgress()));
    const double well = runs.states()(0, 0);
    QVERIFY(std::abs(well - 2 * std::tanh(well)) < 1e-10);
    const double slope = 1 - std::pow(std::tanh(well), 2);
    const LyapunovSpectrum first = runs.exponents(0), second = runs.exponents(1);
    COMPARE_MATRICES(first.exponents, (Vector(3) << -0.5, 2 * slope - 1, -1.4).finished(), 1e-4);
    COMPARE_MATRICES(second.exponents, (Vector(3) << 1, -0.5, -1.4).finished(), 1e-4);
  }

  // -40 x: steps that are right for slow systems would not even come to rest. Fails if the step does not
  // follow.
  void stiffRunsComeToRest() {
    const FlowSystem system = network(-40 * Matrix::Identity(2, 2));
    MovingRuns runs(system, Matrix::Constant(2, 1, 0.3), 1);
    QVERIFY(runs.advance(5, noProgress()));
    QVERIFY(runs.states().norm() < 1e-12);
  }

  // A chaotic network by two roads: side by side, and one by one with half the step or less. Both are
  // averages over other stretches of one attractor, so that they agree within their errors (four of them
  // together). Fails if a run's deviations grow with another's, or are not made orthonormal.
  void chaosAsOneByOne() {
    const Index units = 30;
    const Matrix B = 3 / std::sqrt(30.0) * RandomStream(11, Stream::test).normalMatrix(units, units);
    const FlowSystem system = network(B);
    const Matrix starts = RandomStream(12, Stream::test).normalMatrix(units, 4);
    MovingRuns runs(system, starts, 2);
    QVERIFY(runs.advance(500, noProgress()));
    runs.keep({1, 3});
    QVERIFY(runs.advance(500, noProgress()));
    QCOMPARE(runs.time(), 1000.0);
    LyapunovOptions options;
    options.count = 2;
    for (Index kept = 0; kept < 2; ++kept) {
      const LyapunovSpectrum one = runs.exponents(kept);
      const LyapunovSpectrum other = lyapunovExponents(system, starts.col(2 * kept + 1), options);
      QCOMPARE(one.duration, 750.0);
      const Vector errors =
          (one.standardErrors.array().square() + other.standardErrors.array().square()).sqrt();
      QVERIFY(((one.exponents - other.exponents).array().abs() <= 4 * errors.array() + 1e-4).all());
    }
  }
};

KEYHOLE_TEST(TestMovingRuns)

}  // namespace tst_moving_runs

#include "tst_moving_runs.moc"
