// Tests core/network/nonlinearity.h
#include "core/network/nonlinearity.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>
#include <limits>

namespace tst_nonlinearity {

using namespace keyhole;

class TestNonlinearity : public QObject {
  Q_OBJECT
 private slots:
  // Against the C library, whose tanh is within 2 ulp: 4 ulp in all. Covers both formulas and their seam at
  // 0.625. Fails if a coefficient, the range reduction or the sign is wrong.
  void tanhAgreesWithTheLibrary() {
    std::vector<double> x;
    for (int i = -40000; i <= 40000; ++i) x.push_back(i * 6e-4);
    for (double tiny :
         {0.0, 1e-300, 1e-10, 0.6249999999, 0.625, 0.6250000001, 19.0, 19.1, 20.0, 30.0, 700.0, 1e10}) {
      x.push_back(tiny);
      x.push_back(-tiny);
    }
    std::vector<double> y(x.size());
    applyNonlinearity(Nonlinearity::tanh, x.data(), y.data(), static_cast<Index>(x.size()));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double expected = std::tanh(x[i]);
      QVERIFY2(std::abs(y[i] - expected) <= 4 * std::numeric_limits<double>::epsilon() * std::abs(expected),
               qPrintable(QString("tanh(%1) = %2, not %3")
                              .arg(x[i], 0, 'g', 17)
                              .arg(y[i], 0, 'g', 17)
                              .arg(expected, 0, 'g', 17)));
    }
  }

  // A diverged state must stay visible as one.
  void specialValues() {
    const double inf = std::numeric_limits<double>::infinity();
    const double x[] = {inf, -inf, std::numeric_limits<double>::quiet_NaN(), -0.0};
    double y[4];
    applyNonlinearity(Nonlinearity::tanh, x, y, 4);
    QCOMPARE(y[0], 1.0);
    QCOMPARE(y[1], -1.0);
    QVERIFY(std::isnan(y[2]));
    QCOMPARE(y[3], 0.0);
  }

  // The result must not depend on where in an array a value stands (vector body or remainder), nor on
  // aliasing.
  void positionDoesNotMatter() {
    for (Index n = 1; n < 40; ++n) {
      Vector x = Vector::LinSpaced(n, -3, 3), one(1);
      const Vector inPlace = applied(Nonlinearity::tanh, x);
      for (Index i = 0; i < n; ++i) {
        applyNonlinearity(Nonlinearity::tanh, &x(i), one.data(), 1);
        QCOMPARE(one(0), inPlace(i));
      }
    }
  }
};

KEYHOLE_TEST(TestNonlinearity)

}  // namespace tst_nonlinearity

#include "tst_nonlinearity.moc"
