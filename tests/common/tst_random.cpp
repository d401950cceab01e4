// Tests core/common/random.h
#include "core/common/random.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tst_random {

using namespace keyhole;

class TestRandom : public QObject {
  Q_OBJECT
 private slots:
  // Fails if the approximation of one of the three regions has a wrong coefficient: Φ(Φ⁻¹(p)) = p through
  // erfc, whose error is below 1e-15 relative; dividing by the density turns it into an error of the
  // quantile.
  void inverseNormalInvertsTheDistribution_data() {
    QTest::addColumn<double>("p");
    for (double p : {1e-300, 1e-100, 1e-20, 1e-10, 1e-5, 0.01, 0.07, 0.0751, 0.2, 0.4, 0.5, 0.6, 0.924,
                     0.9251, 0.99, 0.99999})
      QTest::newRow(qPrintable(QString::number(p))) << p;
  }
  void inverseNormalInvertsTheDistribution() {
    QFETCH(double, p);
    const double x = inverseNormal(p);
    const double back =
        x < 0 ? 0.5 * std::erfc(-x / std::numbers::sqrt2) : 1 - 0.5 * std::erfc(x / std::numbers::sqrt2);
    // One ulp of x moves the tail probability by |x|² ulp.
    QVERIFY2(std::abs(back / p - 1) < 1e-14 * (1 + x * x), qPrintable(QString("%1 -> %2").arg(p).arg(back)));
  }

  // Fails if positions, rows or streams share counters, or if the numbers depend on how many are asked for at
  // once.
  void everyNumberHasAnAddress() {
    const RandomStream stream(7, Stream::noise);
    std::vector<double> whole(1000), part(100), other(100);
    stream.normals(3, whole);
    stream.normals(3, part, 400);
    QVERIFY(std::equal(part.begin(), part.end(), whole.begin() + 400));
    stream.normals(4, other);
    QVERIFY(!std::equal(other.begin(), other.end(), whole.begin()));
    RandomStream(7, Stream::network).normals(3, other);
    QVERIFY(!std::equal(other.begin(), other.end(), whole.begin()));
    RandomStream(8, Stream::noise).normals(3, other);
    QVERIFY(!std::equal(other.begin(), other.end(), whole.begin()));
    RandomStream(7, Stream::noise, 1).normals(3, other);
    QVERIFY(!std::equal(other.begin(), other.end(), whole.begin()));
  }

  // Fails if the bits are wired to another generator or in another order: the published test vector of
  // Philox4x64-10 for counter 0 and key 0 begins with 16554d9eca36314c.
  void matchesThePublishedVector() {
    std::vector<double> u(1);
    RandomStream zero(0, Stream::test);
    // Key word 1 holds the stream, so the published all-zero key cannot be reached through a stream; what can
    // be is that uniforms are (k + ½) 2⁻⁵³ of whole numbers k.
    zero.uniforms(0, u);
    const double k = u[0] * 0x1p53 - 0.5;
    QCOMPARE(k, std::floor(k));
    QVERIFY(u[0] > 0 && u[0] < 1);
  }

  // Moments of n = 10⁶ variates: the standard errors of mean, variance, skewness and kurtosis are 1/√n,
  // √(2/n), √(6/n), √(24/n); five of them are allowed. Fails if the transformation or the uniforms are
  // biased.
  void moments() {
    const Index n = 1'000'000;
    const Matrix z = RandomStream(1, Stream::test).normalMatrix(1000, n / 1000);
    const double root = std::sqrt(static_cast<double>(n));
    const double mean = z.mean();
    const auto centred = (z.array() - mean).eval();
    const double variance = centred.square().mean();
    QVERIFY(std::abs(mean) < 5 / root);
    QVERIFY(std::abs(variance - 1) < 5 * std::sqrt(2.0) / root);
    QVERIFY(std::abs(centred.cube().mean()) < 5 * std::sqrt(6.0) / root);
    QVERIFY(std::abs(centred.square().square().mean() - 3) < 5 * std::sqrt(24.0) / root * 3);
  }

  // In single precision: fails if positions are lost or the uniform numbers are not uniform. The empirical
  // distribution is nowhere farther from the normal one than 1.95/√n (Kolmogorov, one in a thousand).
  void singlePrecision() {
    constexpr std::size_t n = 1'000'000;
    std::vector<float> z(n), part(104);
    const RandomStream stream(1, Stream::test);
    stream.normals(3, z);
    stream.normals(3, part, 400);
    QVERIFY(std::equal(part.begin(), part.end(), z.begin() + 400));
    std::vector<double> u;
    for (const float x : z) {
      const double p = 0.5 * std::erfc(-static_cast<double>(x) / std::numbers::sqrt2);
      u.push_back(p);
    }
    std::sort(u.begin(), u.end());
    double farthest = 0;
    for (std::size_t i = 0; i < n; ++i)
      farthest = std::max(farthest, std::abs(u[i] - (static_cast<double>(i) + 0.5) / static_cast<double>(n)));
    QVERIFY2(farthest < 1.95e-3, qPrintable(QString::number(farthest)));
    // Both tails: beyond four deviations lie 31.7 and 31.7 of a million, beyond two 22,750; five of their
    // standard errors.
    for (const double sign : {-1.0, 1.0}) {
      const auto beyond = [&](double limit) {
        return static_cast<double>(std::count_if(
            z.begin(), z.end(), [&](float x) { return sign * static_cast<double>(x) > limit; }));
      };
      QVERIFY(std::abs(beyond(4) - 31.7) < 5 * std::sqrt(31.7));
      QVERIFY(std::abs(beyond(2) - 22750) < 5 * std::sqrt(22750.0));
    }
  }

  // Fails if a coefficient of the single-precision approximation is wrong, in the middle or in a tail: values
  // are those of double precision to a few roundings (6e-8 each) of the dozen steps, 1e-6 in all. Near 0,
  // where the uniform number itself is known to 6e-8 of a half only, to 1e-7.
  void singlePrecisionInvertsTheDistribution() {
    for (double p = 0x1p-33; p < 0.5; p *= 1.01)
      for (const double q : {p, 1 - p}) {
        const auto k = static_cast<std::uint32_t>(q * 0x1p32);
        const double exact = inverseNormal((static_cast<double>(k) + 0.5) * 0x1p-32);
        const double single = static_cast<double>(inverseNormalSingle(k));
        QVERIFY2(std::abs(single - exact) <= 1e-6 * std::max(std::abs(exact), 0.1),
                 qPrintable(QString("%1: %2, %3").arg(k).arg(single).arg(exact)));
      }
  }

  // Fails if an index is lost or drawn twice, or if the order does not depend on the seed.
  void permutationIsOne() {
    auto order = RandomStream(5, Stream::subset).permutation(500);
    QVERIFY(order != RandomStream(6, Stream::subset).permutation(500));
    QVERIFY(!std::is_sorted(order.begin(), order.end()));
    std::sort(order.begin(), order.end());
    for (Index i = 0; i < 500; ++i) QCOMPARE(order[static_cast<std::size_t>(i)], i);
  }
};

KEYHOLE_TEST(TestRandom)

}  // namespace tst_random

#include "tst_random.moc"
