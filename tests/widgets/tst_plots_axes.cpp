// Tests widgets/plots/axes.h and fingerprint.h
#include "core/common/random.h"
#include "tests/support/test_registry.h"
#include "widgets/plots/axes.h"
#include "widgets/plots/fingerprint.h"

#include <QTest>

#include <cmath>
#include <limits>

namespace tst_plots_axes {

using namespace keyhole;

namespace {

DrawnLine lineOf(const std::vector<double>& y) {
  DrawnLine line;
  for (std::size_t i = 0; i < y.size(); ++i) {
    line.x.append(static_cast<double>(i));
    line.y.append(y[i]);
  }
  return line;
}

// The line's value between its points; NaN in a gap and outside.
double valueAt(const DrawnLine& line, double x) {
  for (qsizetype i = 1; i < line.x.size(); ++i)
    if (line.x[i - 1] <= x && x <= line.x[i]) {
      const double part = line.x[i] > line.x[i - 1] ? (x - line.x[i - 1]) / (line.x[i] - line.x[i - 1]) : 1;
      if (part == 0) return line.y[i - 1];
      if (part == 1) return line.y[i];
      return line.y[i - 1] + part * (line.y[i] - line.y[i - 1]);
    }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

class TestPlotsAxes : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a point that is left out lies farther from the line than it may, an end is lost, or a smooth
  // line keeps most of its points.
  void straightenedStaysClose() {
    std::vector<double> noise(700), walk, wave;
    RandomStream(3, Stream::test).normals(0, noise);
    double place = 0;
    for (std::size_t i = 0; i < noise.size(); ++i) {
      walk.push_back(place += noise[i]);
      wave.push_back(std::sin(0.01 * static_cast<double>(i)));
    }
    for (const auto& values : {walk, wave, noise})
      for (const double height : {0.001, 0.1, 2.0}) {
        const DrawnLine whole = lineOf(values), few = straightened(whole, height);
        QCOMPARE(few.x.front(), whole.x.front());
        QCOMPARE(few.x.back(), whole.x.back());
        QVERIFY(few.x.size() <= whole.x.size());
        for (qsizetype i = 0; i < whole.x.size(); ++i)
          QVERIFY(std::abs(valueAt(few, whole.x[i]) - whole.y[i]) <= height * (1 + 1e-9));
      }
    QVERIFY(straightened(lineOf(wave), 0.001).x.size() < 120);
  }

  // Fails if a gap is closed, what stands alone is lost, or little lines break it.
  void gapsStay() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const DrawnLine few = straightened(lineOf({0, 0, 0, nan, 1, nan, nan, 2, 2, 2}), 0.1);
    QCOMPARE(std::count_if(few.y.begin(), few.y.end(), [](double y) { return std::isnan(y); }), 3);
    QVERIFY(few.y.contains(1.0));
    QCOMPARE(few.x.back(), 9.0);
    for (const qsizetype n : {0, 1, 2})
      QCOMPARE(straightened(lineOf(std::vector<double>(static_cast<std::size_t>(n), 1.0)), 0.1).x.size(), n);
  }

  // Fails if two pictures that differ pass for the same: by a value, its place, or where a text ends.
  void fingerprintsTellApart() {
    const auto of = [](const Vector& a, const Vector& b) { return Fingerprint().add(a).add(b); };
    const Vector one = Vector::LinSpaced(5, 0, 1), other = one.reverse();
    QVERIFY(of(one, other) == of(one, other));
    QVERIFY(!(of(one, other) == of(other, one)));
    QVERIFY(!(of(one, Vector()) == of(one.head(4), one.tail(1))));
    QVERIFY(!(Fingerprint().add(QString("ab")).add(QString("c")) ==
              Fingerprint().add(QString("a")).add(QString("bc"))));
    QVERIFY(!(Fingerprint().add(0.0) == Fingerprint()));
  }
};

KEYHOLE_TEST(TestPlotsAxes)

}  // namespace tst_plots_axes

#include "tst_plots_axes.moc"
