// Tests core/analysis/nonnormal/contours.h
#include "core/analysis/nonnormal/contours.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <functional>
#include <numbers>

namespace tst_contours {

using namespace keyhole;

namespace {

Matrix sampled(const Vector& x, const Vector& y, const std::function<double(double, double)>& f) {
  Matrix values(x.size(), y.size());
  for (Index j = 0; j < y.size(); ++j)
    for (Index i = 0; i < x.size(); ++i) values(i, j) = f(x(i), y(j));
  return values;
}

// Twice the signed area: positive counter-clockwise.
double signedArea(const Polyline& line) {
  double sum = 0;
  const Index n = line.points.cols();
  for (Index i = 0; i < n; ++i) {
    const auto a = line.points.col(i), b = line.points.col((i + 1) % n);
    sum += a(0) * b(1) - a(1) * b(0);
  }
  return 0.5 * sum;
}

double radiusError(Index cells) {
  const Vector axis = Vector::LinSpaced(cells + 1, -1.3, 1.2);
  const auto lines =
      contours(axis, axis, sampled(axis, axis, [](double x, double y) { return x * x + y * y; }), 1.0);
  if (lines.size() != 1 || !lines[0].closed) return HUGE_VAL;
  return (lines[0].points.colwise().norm().array() - 1).abs().maxCoeff();
}

}  // namespace

class TestContours : public QObject {
  Q_OBJECT
 private slots:
  // A plane's level line is straight and exact, and runs from border to border with the higher values (larger
  // x) to its left: downwards.
  void planesAreExact() {
    const Vector x = Vector::LinSpaced(6, 0, 5), y = Vector::LinSpaced(4, -1, 2);
    const auto lines = contours(x, y, sampled(x, y, [](double u, double) { return u; }), 2.25);
    QCOMPARE(lines.size(), std::size_t{1});
    QVERIFY(!lines[0].closed);
    QCOMPARE(lines[0].points.cols(), Index{4});
    QVERIFY((lines[0].points.row(0).array() - 2.25).abs().maxCoeff() < 1e-14);
    QCOMPARE(lines[0].points(1, 0), 2.0);
    QCOMPARE(lines[0].points(1, 3), -1.0);
  }

  // A circle: one closed line, error O(h²). Fails if the interpolation is not linear or runs along the wrong
  // edge.
  void circlesConvergeQuadratically() {
    const double coarse = radiusError(20), fine = radiusError(40), finest = radiusError(80);
    QVERIFY(coarse < 0.01);
    QVERIFY2(coarse / finest > 10 && fine < coarse, qPrintable(QString::number(coarse / finest)));
  }

  // Orientation: a hill is run round counter-clockwise, a hollow clockwise.
  void higherValuesLieToTheLeft() {
    const Vector axis = Vector::LinSpaced(31, -2, 2);
    const auto bowl = sampled(axis, axis, [](double x, double y) { return x * x + y * y; });
    const auto hollow = contours(axis, axis, bowl, 1.0), hill = contours(axis, axis, -bowl, -1.0);
    QVERIFY(std::abs(signedArea(hollow.at(0)) + std::numbers::pi) < 0.05);
    QVERIFY(std::abs(signedArea(hill.at(0)) - std::numbers::pi) < 0.05);
  }

  // A saddle cell: joined through the middle or apart, by the mean of the corners.
  void saddlesAreSplitByTheirMean() {
    const Vector axis = Vector::LinSpaced(2, 0, 1);
    Matrix values(2, 2);
    values << 1, 0, 0, 1;  // high at (0, 0) and (1, 1)
    for (const double level : {0.3, 0.7}) {
      const auto lines = contours(axis, axis, values, level);
      QCOMPARE(lines.size(), std::size_t{2});
      for (const auto& line : lines) {
        QCOMPARE(line.points.cols(), Index{2});
        const Eigen::Vector2d middle = line.points.rowwise().mean();
        // Joined (low level): the lines go round the low corners (1, 0) and (0, 1), else round the high ones.
        QVERIFY((middle(0) > 0.5) == (level < 0.5 ? middle(1) < 0.5 : middle(1) > 0.5));
      }
    }
  }

  // Lines are whole: none twice, none in pieces. Two hills apart, one ring, and a level that is met nowhere.
  void linesAreWhole() {
    const Vector axis = Vector::LinSpaced(60, -3, 3);
    const auto hills = sampled(axis, axis, [](double x, double y) {
      return std::exp(-(x - 1.5) * (x - 1.5) - y * y) + std::exp(-(x + 1.5) * (x + 1.5) - y * y);
    });
    QCOMPARE(contours(axis, axis, hills, 0.5).size(), std::size_t{2});
    QCOMPARE(contours(axis, axis, hills, 0.15).size(), std::size_t{1});
    QCOMPARE(contours(axis, axis, hills, 2.0).size(), std::size_t{0});
    const auto ring =
        sampled(axis, axis, [](double x, double y) { return -std::abs(std::hypot(x, y) - 1.5); });
    QCOMPARE(contours(axis, axis, ring, -0.5).size(), std::size_t{2});
  }

  // A grid value that equals the level exactly, and values that are not finite.
  void awkwardValues() {
    const Vector axis = Vector::LinSpaced(5, -2, 2);
    Matrix values = sampled(axis, axis, [](double x, double y) { return x + y; });
    for (const auto& line : contours(axis, axis, values, 0.0)) {
      QVERIFY(line.points.allFinite());
      QVERIFY(line.points.colwise().sum().cwiseAbs().maxCoeff() < 1e-14);
    }
    values(2, 2) = std::numeric_limits<double>::quiet_NaN();
    QCOMPARE(contours(axis, axis, values, 0.0).size(), std::size_t{2});
    QVERIFY(contours(axis, Vector::Zero(1), Matrix::Zero(5, 1), 0.0).empty());
  }
};

KEYHOLE_TEST(TestContours)

}  // namespace tst_contours

#include "tst_contours.moc"
