// Tests core/fitting/regression/nested_map.h against the fit of each set of units by itself.
#include "core/common/random.h"
#include "core/fitting/regression/nested_map.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace tst_nested_map {

using namespace keyhole;
using namespace keyhole::test;

namespace {

constexpr Index kUnits = 40;

// Of a random walk of all units, with as many inputs.
RegressionSums sumsOf(Index inputs, Index steps, const MapOptions& options) {
  Matrix states = RandomStream(1, Stream::test).normalMatrix(kUnits, steps);
  for (Index t = 1; t < steps; ++t) states.col(t) += 0.9 * states.col(t - 1);
  const Matrix input = RandomStream(2, Stream::test).normalMatrix(inputs, steps - 1);
  RegressionSums sums = emptySums(kUnits, inputs);
  accumulate(sums, states, input, options.alpha, options.phi);
  return sums;
}

// Not the units' own order.
std::vector<Index> mixedOrder() {
  std::vector<Index> order(kUnits);
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = static_cast<Index>(k * 7 % kUnits);
  return order;
}

std::vector<Index> firstOf(const std::vector<Index>& order, Index d) {
  return {order.begin(), order.begin() + d};
}

}  // namespace

class TestNestedMap : public QObject {
  Q_OBJECT

 private slots:
  // Two roads to one fit. Fails if blocks are taken from the wrong corner, the order is not the units',
  // inputs and units are mixed up, or R² is of other units. The matrices' condition is below 1e4 here, so
  // that 1e-10 leaves both roads a hundred times what rounding costs.
  void agreesWithTheFitOfEachSet_data() {
    QTest::addColumn<int>("inputs");
    QTest::addColumn<double>("rho");
    QTest::newRow("alone") << 0 << 0.001;
    QTest::newRow("one input") << 1 << 0.1;
    QTest::newRow("three inputs, no ridge") << 3 << 0.0;
  }
  void agreesWithTheFitOfEachSet() {
    QFETCH(int, inputs);
    QFETCH(double, rho);
    const MapOptions options{0.1, rho, Nonlinearity::tanh};
    const RegressionSums sums = sumsOf(inputs, 600, options);
    const NestedMap nested(sums, mixedOrder(), options);
    QVERIFY(nested.good());
    for (const Index d : {Index{1}, Index{2}, Index{17}, Index{39}, kUnits}) {
      const auto seen = firstOf(mixedOrder(), d);
      QVERIFY(nested.holdsFor(seen));
      const Student one = fitMap(selectUnits(sums, seen), options), other = nested.fit(d);
      QCOMPARE(other.summary.status, FitStatus::solved);
      COMPARE_MATRICES(other.A, one.A, 1e-10);
      COMPARE_MATRICES(other.V, one.V, 1e-10);
      QVERIFY(std::abs(other.oneStepR2 - one.oneStepR2) < 1e-10);
      QVERIFY(other.alpha == one.alpha && other.phi == one.phi);
    }
  }

  // Fewer time points than units and no ridge: small sets can be fitted, all can't. Fails if the factor of a
  // singular matrix is used, or that of one with a gap.
  void whatIsSingularIsNotUsed() {
    const MapOptions options{0.1, 0.0, Nonlinearity::linear};
    const RegressionSums few = sumsOf(0, 30, options);
    QVERIFY(!NestedMap(few, mixedOrder(), options).good());
    QCOMPARE(fitMap(selectUnits(few, firstOf(mixedOrder(), 5)), options).summary.status, FitStatus::solved);
    RegressionSums broken = sumsOf(0, 600, options);
    broken.S(3, 3) = std::numeric_limits<double>::quiet_NaN();
    QVERIFY(!NestedMap(broken, mixedOrder(), options).good());
  }

  // Fails if a factor is kept for another question.
  void itServesOneQuestionAlone() {
    const MapOptions options{0.1, 0.01, Nonlinearity::linear};
    const NestedMap nested(sumsOf(1, 600, options), mixedOrder(), options);
    QVERIFY(nested.servesFor(mixedOrder(), options, 1));
    QVERIFY(!nested.servesFor(mixedOrder(), options, 0));
    QVERIFY(!nested.servesFor(mixedOrder(), {0.2, 0.01, Nonlinearity::linear}, 1));
    QVERIFY(!nested.servesFor(mixedOrder(), {0.1, 0.02, Nonlinearity::linear}, 1));
    QVERIFY(!nested.servesFor(mixedOrder(), {0.1, 0.01, Nonlinearity::tanh}, 1));
    auto other = mixedOrder();
    std::swap(other[0], other[1]);
    QVERIFY(!nested.servesFor(other, options, 1) && !nested.holdsFor({other[0]}));
  }
};

KEYHOLE_TEST(TestNestedMap)

}  // namespace tst_nested_map

#include "tst_nested_map.moc"
