// Tests core/fitting/spread.h and mean_note.h
#include "core/common/random.h"
#include "core/fitting/mean_note.h"
#include "core/fitting/spread.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>
#include <limits>

namespace tst_spread {

using namespace keyhole;

class TestSpread : public QObject {
  Q_OBJECT

  static double byDefinition(const Matrix& values) {
    double sum = 0;
    for (Index i = 0; i < values.rows(); ++i) {
      double mean = 0, count = 0;
      for (Index t = 0; t < values.cols(); ++t)
        if (!std::isnan(values(i, t))) mean += values(i, t), count += 1;
      mean /= std::max(count, 1.0);
      for (Index t = 0; t < values.cols(); ++t)
        if (!std::isnan(values(i, t))) sum += (values(i, t) - mean) * (values(i, t) - mean);
    }
    return sum;
  }

 private slots:
  // In pieces of any size, with or without missing samples, about any level: the definition. About 1e8
  // deviations the values themselves have 8 digits left.
  void isTheDefinition() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double level : {0.0, 5.0, 1e8})
      for (const bool missing : {false, true}) {
        Matrix values = RandomStream(1, Stream::test).normalMatrix(3, 100).array() + level;
        if (missing) values(0, 0) = values(1, 50) = values(2, 99) = nan;
        Spread spread(3);
        for (const Index first : {0, 1, 40})
          spread.add(values.middleCols(first, first == 0 ? 1 : first == 1 ? 39 : 60));
        QVERIFY(std::abs(spread.squares() / byDefinition(values) - 1) < 1e-7);
        QVERIFY(spread.varies());
      }
    Spread constant(2);
    constant.add(Matrix::Constant(2, 50, 0.1));
    QVERIFY(!constant.varies());
    QVERIFY(!Spread(2).varies());
  }

  // White noise about m in n units: mean |m| = m √n, deviation 1 along it.
  void theMeanIsMeasuredAlongItself() {
    const Matrix X = RandomStream(2, Stream::test).normalMatrix(9, 40000).array() + 2;
    const MeanStrength strength = meanStrength({Trial{X, Matrix(0, X.cols())}});
    QVERIFY(std::abs(strength.mean - 6) < 0.05 && std::abs(strength.deviation - 1) < 0.02);
    RegressionSums sums = emptySums(9, 0);
    accumulate(sums, X, Matrix(0, X.cols() - 1), 0.1, Nonlinearity::linear);
    const MeanStrength same = meanStrength(sums);
    QVERIFY(std::abs(same.mean - strength.mean) < 1e-3);
    QVERIFY(std::abs(same.deviation - strength.deviation) < 1e-3);
    QVERIFY(QString::fromStdString(meanNote(strength)).contains("0.973"));  // 36/37
    QVERIFY(meanNote({0.2, 1}).empty());
    QVERIFY(meanNote({0, 0}).empty());
  }
};

KEYHOLE_TEST(TestSpread)

}  // namespace tst_spread

#include "tst_spread.moc"
