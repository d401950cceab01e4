// Tests core/analysis/comparison/delay_operator.h
#include "core/analysis/comparison/delay_operator.h"
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_delay_operator {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Matrix draw(Index rows, Index columns, std::uint64_t part) {
  return RandomStream(4, Stream::test, part).normalMatrix(rows, columns);
}

// Two planes that turn by the given angles per step and shrink by `keep`, driven by noise.
Matrix turning(double slow, double quick, double keep, double sigma, Index T, std::uint64_t seed) {
  Matrix F = Matrix::Zero(4, 4);
  Index i = 0;
  for (const double turn : {slow, quick}) {
    F.block(i, i, 2, 2) << std::cos(turn), -std::sin(turn), std::sin(turn), std::cos(turn);
    i += 2;
  }
  F *= keep;
  const Matrix noise = sigma * draw(4, T, seed);
  Matrix X(4, T);
  X.col(0) = Vector::Ones(4);
  for (Index t = 1; t < T; ++t) X.col(t) = F * X.col(t - 1) + noise.col(t);
  return X;
}

}  // namespace

class TestDelayOperator : public QObject {
  Q_OBJECT
 private slots:
  // Noise-free data of a linear system: the operator is the system's, in other coordinates. Its eigenvalues
  // are those of the step (of the interval's power), with any number of delays, an offset or none.
  void eigenvaluesAreThoseOfTheSystem() {
    const Matrix X = turning(0.2, 0.5, 0.999, 0, 500, 1).colwise() + Vector(draw(4, 1, 2));
    const Matrix seen = draw(7, 4, 3) * X;
    for (const Index delays : {Index{1}, Index{4}})
      for (const Index interval : {Index{1}, Index{3}}) {
        const DelayOperator found = delayOperator(seen, {delays, interval, 10});
        QCOMPARE(found.status, DelayStatus::fitted);
        QCOMPARE(found.A.rows(), Index{4});
        ComplexVector expected(4);
        const double power = static_cast<double>(interval), r = std::pow(0.999, power);
        expected << std::polar(r, 0.2 * power), std::polar(r, -0.2 * power), std::polar(r, 0.5 * power),
            std::polar(r, -0.5 * power);
        COMPARE_EIGENVALUES(eigenvalues(found.A), expected, 1e-8);
        QVERIFY(std::abs(found.r2 - 1) < 1e-10 && std::abs(found.kept - 1) < 1e-10);
      }
  }

  // Two units seen of four states: delays show the other ones (Takens).
  void delaysUnfoldWhatIsHidden() {
    const Matrix X = turning(0.2, 0.5, 0.9995, 0, 800, 1);
    Matrix seen(1, 800);
    seen.row(0) = X.row(0) + X.row(2);
    QCOMPARE(delayOperator(seen, {1, 1, 10}).A.rows(), Index{1});
    const DelayOperator found = delayOperator(seen, {6, 1, 4});
    ComplexVector expected(4);
    expected << std::polar(0.9995, 0.2), std::polar(0.9995, -0.2), std::polar(0.9995, 0.5),
        std::polar(0.9995, -0.5);
    COMPARE_EIGENVALUES(eigenvalues(found.A), expected, 1e-6);
  }

  // A rotation of the data, another unit of measurement and an offset change nothing.
  void rotatedDataAreTheSame() {
    const Matrix X = turning(0.2, 0.5, 0.98, 0.3, 3000, 7);
    const Matrix Q = haarColumns(RandomStream(2, Stream::test), 9, 4);
    const Matrix moved = (3 * Q * X).colwise() + Vector(draw(9, 1, 8));
    const DynamicalSimilarity same = dynamicalSimilarity(X, moved, {});
    QVERIFY(same.defined);
    QVERIFY2(same.match.angle < 1e-6, qPrintable(QString::number(same.match.angle)));
    QVERIFY(same.eigenvalueDistance < 1e-6);
  }

  // The same system with other noise is nearer than one that turns at another rate; symmetric.
  void otherFrequenciesDiffer() {
    const Matrix X = turning(0.2, 0.5, 0.98, 0.3, 4000, 7), again = turning(0.2, 0.5, 0.98, 0.3, 4000, 9);
    const Matrix other = turning(0.2, 1.0, 0.98, 0.3, 4000, 10);
    DsaOptions options;
    options.delay = {2, 2, 4};
    const double near = dynamicalSimilarity(X, again, options).match.angle;
    const double far = dynamicalSimilarity(X, other, options).match.angle;
    QVERIFY2(near < 0.1 && far > 3 * near, qPrintable(QString("%1 %2").arg(near).arg(far)));
    QCOMPARE(dynamicalSimilarity(other, X, options).match.angle, far);
  }

  // 60 units that carry 4 signals go through principal components; the operator is that of the signals.
  void manyUnitsAreReduced() {
    const Matrix X = turning(0.2, 0.5, 0.98, 0.3, 2000, 7);
    const Matrix Q = haarColumns(RandomStream(3, Stream::test), 60, 4);
    QVERIFY(dynamicalSimilarity(X, Q * X, {}).match.angle < 1e-6);
  }

  void outcomesAreNamed() {
    const Matrix X = draw(3, 200, 1);
    QCOMPARE(delayOperator(Matrix::Ones(3, 200), {}).status, DelayStatus::constant);
    QCOMPARE(delayOperator(Matrix::Zero(3, 200), {}).status, DelayStatus::constant);
    QCOMPARE(delayOperator(X.leftCols(24), {}).status, DelayStatus::tooShort);
    QCOMPARE(delayOperator(X.leftCols(25), {}).status, DelayStatus::fitted);
    QVERIFY(!dynamicalSimilarity(X, Matrix::Ones(3, 200), {}).defined);
    QVERIFY_THROWS_EXCEPTION(InputError, delayOperator(X, {0, 1, 1}));
    QVERIFY_THROWS_EXCEPTION(InputError, delayOperator(X, {1, 0, 1}));
    QVERIFY_THROWS_EXCEPTION(InputError, delayOperator(X, {1, 1, 0}));
    Matrix bad = X;
    bad(1, 1) = std::nan("");
    QVERIFY_THROWS_EXCEPTION(InputError, delayOperator(bad, {}));
    QVERIFY(delayOperator(1e200 * X, {}).A.allFinite());
  }
};

KEYHOLE_TEST(TestDelayOperator)

}  // namespace tst_delay_operator

#include "tst_delay_operator.moc"
