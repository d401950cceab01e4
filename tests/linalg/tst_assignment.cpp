// Tests core/linalg/assignment.h
#include "core/common/random.h"
#include "core/linalg/assignment.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace tst_assignment {

using namespace keyhole;

namespace {

double costOf(const Matrix& cost, const std::vector<Index>& columns) {
  double sum = 0;
  for (Index i = 0; i < cost.rows(); ++i) sum += cost(i, columns[static_cast<std::size_t>(i)]);
  return sum;
}

double bruteForce(const Matrix& cost) {
  std::vector<Index> columns(static_cast<std::size_t>(cost.rows()));
  std::iota(columns.begin(), columns.end(), Index{0});
  double best = std::numeric_limits<double>::infinity();
  do best = std::min(best, costOf(cost, columns));
  while (std::next_permutation(columns.begin(), columns.end()));
  return best;
}

}  // namespace

class TestAssignment : public QObject {
  Q_OBJECT
 private slots:
  // All permutations of up to 6 rows, with negative costs and (every third case) many ties.
  void againstAllPermutations() {
    for (std::uint64_t seed = 0; seed < 120; ++seed) {
      const Index n = 1 + static_cast<Index>(seed % 6);
      Matrix cost = RandomStream(seed, Stream::test).normalMatrix(n, n);
      if (seed % 3 == 0) cost = cost.array().round();
      const auto columns = leastCostAssignment(cost);
      auto sorted = columns;
      std::sort(sorted.begin(), sorted.end());
      for (Index i = 0; i < n; ++i) QCOMPARE(sorted[static_cast<std::size_t>(i)], i);
      QVERIFY(std::abs(costOf(cost, columns) - bruteForce(cost)) < 1e-12);
    }
  }

  // On the line the best assignment of points under |x - y|² is by rank, whatever n.
  void sortedPointsOnTheLine() {
    const Index n = 150;
    const Matrix points = RandomStream(1, Stream::test).normalMatrix(n, 2);
    Matrix cost(n, n);
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j) cost(i, j) = std::pow(points(i, 0) - points(j, 1), 2);
    Vector x = points.col(0), y = points.col(1);
    std::sort(x.begin(), x.end());
    std::sort(y.begin(), y.end());
    QVERIFY(std::abs(costOf(cost, leastCostAssignment(cost)) - (x - y).squaredNorm()) < 1e-10);
  }

  void badCostsAreRefused() {
    QVERIFY(leastCostAssignment(Matrix(0, 0)).empty());
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, leastCostAssignment(Matrix::Ones(2, 3)));
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, leastCostAssignment(Matrix::Constant(2, 2, NAN)));
  }
};

KEYHOLE_TEST(TestAssignment)

}  // namespace tst_assignment

#include "tst_assignment.moc"
