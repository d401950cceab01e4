// Tests core/analysis/cycles/lyapunov_exponents.h on fixed points, cycles and chaos with known exponents.
#include "core/analysis/cycles/limit_cycle.h"
#include "core/analysis/cycles/lyapunov_exponents.h"
#include "core/common/error.h"
#include "core/linalg/eigen.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/smooth_systems.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>

namespace tst_lyapunov_exponents {

using namespace keyhole;
using namespace keyhole::test;

namespace {

FlowSystem linear(double gain) {
  const Matrix B = gain / std::sqrt(6.0) * RandomStream(2, Stream::test).normalMatrix(6, 6);
  return {Network(DenseForm{B}), Nonlinearity::linear};
}

// What the exponents of z' = (B - 1) z, or of its map, must be.
Vector exactOf(const FlowSystem& system, double alpha) {
  const ComplexVector values = eigenvalues(system.network.dense());
  Vector rates(values.size());
  for (Index i = 0; i < values.size(); ++i)
    rates(i) = alpha > 0 ? std::log(std::abs(1.0 + alpha * (values(i) - 1.0))) / alpha : values(i).real() - 1;
  std::sort(rates.begin(), rates.end(), std::greater<>());
  return rates;
}

class StopAt : public Progress {
 public:
  explicit StopAt(int polls) : m_left(polls) {}
  bool stopRequested() const override { return --m_left < 0; }

 private:
  mutable int m_left;
};

}  // namespace

class TestLyapunovExponents : public QObject {
  Q_OBJECT

 private slots:
  // Lorenz' system: 0.9056, 0, -14.5723 (Sprott 2003), dimension 2.062; the sum is tr J = -41/3 everywhere.
  // Fails if the variational equation, the QR sums or the time unit are wrong. The run has a statistical
  // error, checked at four of its own standard errors; the sum rule has none: only the integrator's, below
  // 1e-6.
  void lorenzSystem() {
    LyapunovOptions options;
    options.count = 3;
    options.step = 0.01;
    options.interval = 0.2;
    options.transient = 50;
    options.duration = 2000;
    const LyapunovSpectrum spectrum = lyapunovExponents(lorenz(), Vector{{1.0, 1.0, 20.0}}, options);
    QCOMPARE(spectrum.status, LyapunovStatus::computed);
    const Vector expected{{0.9056, 0.0, -14.5723}};
    for (Index i = 0; i < 3; ++i) {
      QVERIFY(std::abs(spectrum.exponents(i) - expected(i)) < 4 * spectrum.standardErrors(i) + 1e-4);
      QVERIFY(spectrum.standardErrors(i) < 0.01);
    }
    QVERIFY(spectrum.sumError < 1e-6);
    QVERIFY(std::abs(spectrum.kaplanYorke - 2.062) < 0.002);
  }

  // On the cycle of a Hopf normal form: 0 and -2μ.
  void hopfCycle() {
    const LyapunovSpectrum spectrum = lyapunovExponents(hopf(0.05, 0.6), Vector{{0.1, 0.0}});
    QCOMPARE(spectrum.exponents.size(), Index{2});
    COMPARE_MATRICES(spectrum.exponents, (Vector{{0.0, -0.1}}), 1e-4);
    QVERIFY(spectrum.sumError < 1e-8);
  }

  // Fails if the exponents of a linear system are not Re λ - 1, in the equation, or log|1 + α (λ - 1)| / α,
  // in the map; also where it is unstable. A complex pair's deviations turn, so that the mean over T has an
  // error of order 1/T, with T = 1000 below 1e-2.
  void linearSystems() {
    for (const double gain : {0.8, 2.5})
      for (const double alpha : {0.0, 0.1}) {
        LyapunovOptions options;
        options.count = 9;
        options.alpha = alpha;
        const FlowSystem system = linear(gain);
        const LyapunovSpectrum spectrum = lyapunovExponents(system, Vector::Ones(6), options);
        QCOMPARE(spectrum.status, LyapunovStatus::computed);
        COMPARE_MATRICES(spectrum.exponents, exactOf(system, alpha), 0.01);
        QVERIFY(alpha > 0 ? std::isnan(spectrum.sumError) : spectrum.sumError < 1e-6);
      }
  }

  // A mode two hundred times as fast as τ: steps of 0.05 would let it grow. Fails if the step does not follow
  // (of fifth order and 1/201 τ long, it errs by 0.3 %), or if exponents are told of what no step follows.
  void fastModesShortenTheStep() {
    Matrix B = Matrix::Zero(2, 2);
    B.diagonal() << 0.5, -200;
    FlowSystem system{Network(DenseForm{B}), Nonlinearity::linear};
    const LyapunovSpectrum spectrum = lyapunovExponents(system, Vector::Ones(2));
    QCOMPARE(spectrum.status, LyapunovStatus::computed);
    QVERIFY(std::abs(spectrum.exponents(0) + 0.5) < 0.01);
    QVERIFY(std::abs(spectrum.exponents(1) + 201) < 2);
    B(1, 1) = -2000;
    system.network = Network(DenseForm{B});
    const LyapunovSpectrum stiff = lyapunovExponents(system, Vector::Ones(2));
    QCOMPARE(stiff.status, LyapunovStatus::stiff);
    QCOMPARE(stiff.exponents.size(), Index{0});
  }

  // The two roads to one cycle: exponents are log|μ| / T; and low rank agrees with dense.
  void networkOnACycle_data() {
    QTest::addColumn<bool>("leaky");
    QTest::newRow("standard") << false;
    QTest::newRow("leaky rate") << true;
  }
  void networkOnACycle() {
    QFETCH(bool, leaky);
    const LowRankForm form = rotatingForm(40, 1.6, 0.5);
    const FlowSystem system{Network(form), Nonlinearity::tanh,
                            leaky ? Convention::leakyRate : Convention::standard};
    FlowSystem dense = system;
    dense.network = Network(DenseForm{form.M * form.N.transpose()});
    const Vector start = RandomStream(4, Stream::test).normalMatrix(40, 1).col(0);
    LyapunovOptions options;
    options.duration = 500;
    const LyapunovSpectrum a = lyapunovExponents(system, start, options);
    const LyapunovSpectrum b = lyapunovExponents(dense, start, options);
    // Two runs with other first deviations: an error of order 1/T each.
    COMPARE_MATRICES(a.exponents, b.exponents, 3e-3);
    const LimitCycle cycle = findLimitCycles(system, start).front();
    for (Index i = 0; i < 4; ++i)
      QVERIFY(std::abs(a.exponents(i) - std::log(std::abs(cycle.multipliers(i))) / cycle.period) < 3e-3);
    QVERIFY(std::abs(a.exponents(0)) < 3e-3 && std::isnan(b.sumError) && a.sumError < 1e-6);
    QVERIFY(a.exponents(3) == -1 || a.exponents(2) == -1);
  }

  // The map's largest exponent nears the equation's as α falls (header of limit_cycle.h).
  void mapNearsTheEquation() {
    Matrix B(2, 2);
    B << 0.6, -0.8, 0.8, 0.6;
    const FlowSystem system{Network(DenseForm{B}), Nonlinearity::tanh};
    const auto largest = [&](double alpha) {
      LyapunovOptions options;
      options.alpha = alpha;
      options.transient = 20;  // later the run's square underflows
      return lyapunovExponents(system, Vector{{0.3, 0.1}}, options).exponents(0);
    };
    QVERIFY(std::abs(largest(0) + 0.4) < 1e-6);
    for (const double alpha : {0.1, 0.01})  // (Re λ - 1) + α (ω² - (Re λ - 1)²) / 2
      QVERIFY(std::abs(largest(alpha) - (-0.4 + alpha * (0.64 - 0.16) / 2)) < alpha * alpha);
  }

  void outcomes() {
    FlowSystem system = linear(1);
    StopAt early(2), late(800);
    QCOMPARE(lyapunovExponents(system, Vector::Ones(6), {}, early).exponents.size(), Index{0});
    const LyapunovSpectrum part = lyapunovExponents(system, Vector::Ones(6), {}, late);
    QCOMPARE(part.status, LyapunovStatus::stopped);
    QVERIFY(part.exponents.size() == 4 && part.duration < 1000);

    SmoothFlow growing = hopf(0.1, 1, 1);
    QCOMPARE(lyapunovExponents(growing, Vector{{1.0, 0.0}}).status, LyapunovStatus::diverged);

    system.switching = std::make_shared<const Switching>();
    const LyapunovSpectrum none = lyapunovExponents(system, Vector::Ones(6));
    QVERIFY(none.status == LyapunovStatus::piecewise && none.exponents.size() == 0 && !none.message.empty());
  }

  void refusals() {
    LyapunovOptions options;
    QVERIFY(problems(options).empty());
    options.count = 0;
    options.duration = 0;
    options.step = 0;
    options.batches = 1;
    options.alpha = 2;
    QCOMPARE(problems(options).size(), std::size_t{5});
    QVERIFY_THROWS_EXCEPTION(InputError, lyapunovExponents(linear(1), Vector::Ones(6), options));
    QVERIFY_THROWS_EXCEPTION(InputError, lyapunovExponents(linear(1), Vector::Ones(5)));
  }
};

KEYHOLE_TEST(TestLyapunovExponents)

}  // namespace tst_lyapunov_exponents

#include "tst_lyapunov_exponents.moc"
