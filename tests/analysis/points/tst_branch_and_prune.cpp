// Tests core/analysis/points/branch_and_prune.h, with box_operators.h, box_equation.h and tanh_range.h under
// it
#include "core/analysis/points/box_operators.h"
#include "core/analysis/points/branch_and_prune.h"
#include "tests/analysis/points/fixed_point_cases.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_branch_and_prune {

using namespace keyhole;
using namespace keyhole::test;

class TestBranchAndPrune : public QObject {
  Q_OBJECT

  static Proof proven(const Matrix& B) {
    return proveAllRoots(boxEquationOf(tanhSystem(Network(DenseForm{B}))));
  }

  static bool holds(const Box& box, const Vector& y) {
    return (y.array() >= box.low.array()).all() && (y.array() <= box.high.array()).all();
  }

  // A random box of n sides up to `width`, anywhere in [-3, 3], and a point in it.
  static Box anyBox(Index n, double width, std::uint64_t draw) {
    std::vector<double> draws(static_cast<std::size_t>(2 * n));
    kRandom.uniforms(draw, draws);
    Box box{Vector(n), Vector(n)};
    for (Index i = 0; i < n; ++i) {
      box.low(i) = 6 * draws[static_cast<std::size_t>(i)] - 3;
      box.high(i) = box.low(i) + width * draws[static_cast<std::size_t>(n + i)];
    }
    return box;
  }

  static Vector anyPoint(const Box& box, std::uint64_t draw) {
    std::vector<double> draws(static_cast<std::size_t>(box.size()));
    kRandom.uniforms(draw, draws);
    Vector y(box.size());
    for (Index i = 0; i < y.size(); ++i)
      y(i) = box.low(i) + draws[static_cast<std::size_t>(i)] * (box.high(i) - box.low(i));
    return y;
  }

 private slots:
  // Inclusion, the one property on which all rests: values, derivatives and slopes at points of a box lie in
  // their ranges. Fails if an end is taken from the wrong side or a maximum inside is overlooked.
  void rangesIncludeWhatTheyMust() {
    for (std::uint64_t draw = 0; draw < 4000; ++draw) {
      const Box box = anyBox(3, draw % 2 ? 4 : 0.1, 2 * draw);
      const Vector c = box.middle(), x = anyPoint(box, 2 * draw + 1);
      const Box values = tanhRange(box), derivatives = tanhDerivativeRange(box),
                slopes = tanhSlopeRange(box, c);
      const Vector t = x.array().tanh();
      QVERIFY(holds(values, t));
      QVERIFY(holds(derivatives, Vector(1 - t.array().square())));
      const Vector slope = (t.array() - c.array().tanh()) / (x - c).array();
      if (((x - c).array().abs() > 1e-3).all()) QVERIFY(holds(slopes, slope));
      // No wider than the derivative's range, which is what makes them worth their trouble.
      QVERIFY(
          ((slopes.high - slopes.low).array() <= (derivatives.high - derivatives.low).array() + 1e-9).all());
    }
  }

  // No operator may lose a root: boxes around the known roots of uncoupled units stay non-empty and keep
  // them.
  void operatorsKeepRoots() {
    const double root = wellOf({Matrix::Ones(1, 1), 2 * Matrix::Ones(1, 1)});
    const BoxEquation equation = boxEquationOf(tanhSystem(Network(DenseForm{2 * Matrix::Identity(3, 3)})));
    const Vector y = Eigen::Vector3d(root, 0, -root);
    for (std::uint64_t draw = 0; draw < 500; ++draw) {
      const Box shape = anyBox(3, 2, 10000 + draw);
      Box box{y - (shape.high - shape.low), y + 0.5 * (shape.high - shape.low)};
      Box other = box;
      QVERIFY(contractByImages(equation, box) != BoxFate::empty);
      QVERIFY(contractByKrawczyk(equation, other) != BoxFate::empty);
      const Vector slack = Vector::Constant(3, 1e-12);  // y itself is rounded
      QVERIFY(holds({box.low - slack, box.high + slack}, y));
      QVERIFY(holds({other.low - slack, other.high + slack}, y));
    }
  }

  // x = 2 tanh x in each of n uncoupled units: 3 roots each.
  void uncoupledUnits_data() {
    QTest::addColumn<int>("n");
    for (int n = 1; n <= 8; ++n) QTest::addRow("%d units", n) << n;
  }
  void uncoupledUnits() {
    QFETCH(int, n);
    const Proof proof = proven(2 * Matrix::Identity(n, n));
    QCOMPARE(proof.status, ProofStatus::complete);
    QCOMPARE(static_cast<double>(proof.roots.size()), std::pow(3, n));
    const double root = wellOf({Matrix::Ones(1, 1), 2 * Matrix::Ones(1, 1)});
    for (const Vector& y : proof.roots)
      for (Index i = 0; i < n; ++i) QVERIFY(std::min(std::abs(y(i)), std::abs(std::abs(y(i)) - root)) < 1e-9);
  }

  // Roots counted on the diagonal alone: x = g tanh x + v has three, two or one as |v| passes the fold at
  // g √(1 - 1/g) - atanh √(1 - 1/g). Fails if a proof does not notice a missing pair.
  void foldsAreCounted() {
    const double g = 2, t = std::sqrt(1 - 1 / g), fold = g * t - std::atanh(t);
    for (const double part : {0.5, 0.999, 1.001, 1.5}) {
      FlowSystem system = tanhSystem(Network(DenseForm{Matrix::Constant(1, 1, g)}));
      system.drive = Vector::Constant(1, part * fold);
      const Proof proof = proveAllRoots(boxEquationOf(system));
      QCOMPARE(proof.status, ProofStatus::complete);
      QCOMPARE(proof.roots.size(), std::size_t{part < 1 ? 3u : 1u});
    }
  }

  // Where J is singular nothing can be proven: the place is left open, and small.
  void aTripleRootIsLeftOpen() {
    const Proof proof = proven(Matrix::Identity(2, 2));
    QCOMPARE(proof.status, ProofStatus::open);
    QVERIFY(proof.roots.empty() && !proof.open.empty());
    for (const Box& box : proof.open) QVERIFY(box.middle().norm() < 1e-4);
  }

  void itCanRunOutAndBeStopped() {
    const Matrix B = 2.5 / std::sqrt(9.0) * kRandom.normalMatrix(9, 9, 7100);
    const BoxEquation equation = boxEquationOf(tanhSystem(Network(DenseForm{B})));
    BranchAndPruneOptions little;
    little.work = 1e6;
    const Proof proof = proveAllRoots(equation, little);
    QCOMPARE(proof.status, ProofStatus::outOfWork);
    QVERIFY(proof.left > 0 && proof.left <= 1);
    StopAtOnce progress;
    QCOMPARE(proveAllRoots(equation, {}, progress).status, ProofStatus::stopped);
    little.work = 0;
    QCOMPARE(problems(little).size(), std::size_t{1});
  }
};

KEYHOLE_TEST(TestBranchAndPrune)

}  // namespace tst_branch_and_prune

#include "tst_branch_and_prune.moc"
