// Tests core/analysis/nonnormal/transient_growth.h
#include "core/analysis/nonnormal/pseudospectrum.h"
#include "core/analysis/nonnormal/transient_growth.h"
#include "core/common/error.h"
#include "core/linalg/eigen.h"
#include "core/linalg/exponential.h"
#include "core/linalg/orthogonal.h"
#include "core/linalg/singular.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/teacher_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_transient_growth {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Matrix gaussian(Index n, double gain, std::uint64_t seed) {
  return gain * RandomStream(seed, Stream::test).normalMatrix(n, n) / std::sqrt(static_cast<double>(n));
}

Network denseNetwork(const Matrix& A) {
  return Network(DenseForm{A});
}

Matrix generator(const Matrix& A) {
  return A - Matrix::Identity(A.rows(), A.cols());
}

double propagatorNorm(const Matrix& A, double t) {
  return singularValues(exponential(generator(A) * t))(0);
}

class StopAtOnce : public Progress {
 public:
  bool stopRequested() const override { return true; }
};

}  // namespace

class TestTransientGrowth : public QObject {
  Q_OBJECT
 private slots:
  // Of the map of a fit: ‖F^k‖ by plain products, between |λ(F)|^k and ‖F‖^k; a rotation that grows in steps
  // of 1, which the flow says decays. Fails if a recording's student is taken for a flow.
  void ofAMap() {
    for (const double alpha : {0.05, 1.0}) {
      const Matrix F = 0.97 * gaussian(8, 1.0, 6) / std::sqrt(2.0);
      const Matrix A = Matrix::Identity(8, 8) + (F - Matrix::Identity(8, 8)) / alpha;
      const TransientGrowth result = transientGrowth(denseNetwork(A), {12 * alpha, 200, alpha});
      QCOMPARE(result.time.size(), Index{13});
      Matrix power = Matrix::Identity(8, 8);
      double largest = 1;
      for (Index k = 0; k < 13; ++k) {
        const double norm = singularValues(power)(0);
        largest = std::max(largest, norm);
        QVERIFY(std::abs(result.time(k) - static_cast<double>(k) * alpha) < 1e-12);
        QVERIFY(std::abs(result.growth(k) - norm) < 1e-9 * norm);
        const double t = result.time(k);
        QVERIFY(norm <= std::exp((result.initial.value - 1) * t) * (1 + 1e-9));
        QVERIFY(norm >= std::exp((result.spectralAbscissa - 1) * t) * (1 - 1e-9));
        power = power * F;
      }
      QVERIFY(std::abs(result.maximum - largest) < 1e-9 * largest);
    }
    Matrix F(2, 2);
    F << std::cos(0.3), -std::sin(0.3), std::sin(0.3), std::cos(0.3);
    F *= 1.01;
    const TransientGrowth grown = transientGrowth(denseNetwork(F), {100, 200, 1});
    QVERIFY(std::abs(grown.maximum - std::pow(1.01, 100)) < 1e-9 && grown.atHorizon);
    QVERIFY(transientGrowth(denseNetwork(F), {100, 200}).maximum == 1);
    // More steps than points: the points are whole steps.
    const TransientGrowth coarse = transientGrowth(denseNetwork(F), {1000, 200, 1});
    QCOMPARE(coarse.time.size(), Index{201});
    QVERIFY(std::abs(coarse.growth(3) - std::pow(1.01, 15)) < 1e-9);
    QVERIFY_THROWS_EXCEPTION(InputError, transientGrowth(denseNetwork(F), {100, 200, -1}));
  }

  // Normal: G(t) = e^{(λ₁-1)t} at every t, and nothing grows. 40 units go by Lanczos, 20 by SVD.
  void normalMatricesDecayWithTheirSlowestMode() {
    for (const Index n : {20, 40}) {
      const Matrix G = gaussian(n, 0.6, 1);
      const Matrix A = 0.5 * (G + G.transpose());
      const double leading = eigenvalues(A)(0).real();
      const TransientGrowth result = transientGrowth(denseNetwork(A), {10, 50});
      const Vector known = ((leading - 1) * result.time.array()).exp();
      QVERIFY(((result.growth - known).array() / known.array()).abs().maxCoeff() < 1e-11);
      QCOMPARE(result.maximum, 1.0);
      QCOMPARE(result.maximumTime, 0.0);
      QVERIFY(std::abs(result.initial.value - leading) < 1e-12);
      QVERIFY(!result.atHorizon);
    }
  }

  // [0 c; 0 0]: e^{Jt} = e^{-t} [1 ct; 0 1], norm e^{-t} (a + √(a² + 1)), a = ct/2. Fails for a wrong factor
  // e^{-t} or time axis. The maximum by a fine scan.
  void jordanBlockInClosedForm() {
    const double c = 12;
    Matrix A = Matrix::Zero(2, 2);
    A(0, 1) = c;
    const TransientGrowth result = transientGrowth(denseNetwork(A), {8, 80});
    const auto known = [&](double t) {
      return std::exp(-t) * (0.5 * c * t + std::sqrt(0.25 * c * c * t * t + 1));
    };
    double largest = 0, at = 0;
    for (double t = 0; t < 8; t += 1e-5)
      if (known(t) > largest) {
        largest = known(t);
        at = t;
      }
    for (Index k = 0; k < result.time.size(); ++k)
      QVERIFY(std::abs(result.growth(k) - known(result.time(k))) < 1e-12 * known(result.time(k)));
    // The vertex of a parabola through three points h = 0.1 apart: t* to O(h²), the maximum to O(h⁴).
    QVERIFY(std::abs(result.maximumTime - at) < 0.01);
    QVERIFY(std::abs(result.maximum - largest) < 1e-4 * largest);
    QVERIFY(std::abs(result.initial.value - c / 2) < 1e-12);
  }

  // e^{Jt*} amplified = maximum · response, both of unit length. Fails if left and right are exchanged: the
  // pushed end of a chain is its far end, what becomes of it is near the first.
  void amplifiedModeAndItsResponse() {
    for (const auto kind : {TeacherKind::chain, TeacherKind::lowRankOrthogonal, TeacherKind::triangular}) {
      const Teacher teacher = buildTeacher(teacherOptions(kind, 50));
      const TransientGrowth result = transientGrowth(teacher.network, {12, 60});
      QVERIFY(result.maximum > 1.5);
      QVERIFY(std::abs(result.amplified.norm() - 1) < 1e-12);
      QVERIFY(std::abs(result.response.norm() - 1) < 1e-12);
      const Matrix E = exponential(generator(teacher.network.dense()) * result.maximumTime);
      QVERIFY((E * result.amplified - result.maximum * result.response).norm() < 1e-10 * result.maximum);
      QVERIFY(std::abs(result.maximum - singularValues(E)(0)) < 1e-10 * result.maximum);
    }
  }

  // The structured roads (2r-dimensional core, Taylor series of the chain) against the dense matrix: the same
  // curve, abscissae and maximum. Fails if the D - s decaying directions beside the core are forgotten: the
  // last network, B = -u uᵀ, has nothing else.
  void structuredFormsAgreeWithDense() {
    TeacherOptions skipping = teacherOptions(TeacherKind::chain, 45);
    skipping.chainSkip = 7;
    skipping.chainDiagonal = 0.2;
    LowRankForm contracting{haarColumns(RandomStream(3, Stream::test), 45, 1), {}};
    contracting.N = -contracting.M;
    std::vector<Network> networks{Network(contracting), buildTeacher(skipping).network};
    for (const auto kind :
         {TeacherKind::lowRankOrthogonal, TeacherKind::lowRankOscillator, TeacherKind::chain})
      networks.push_back(buildTeacher(teacherOptions(kind, 45)).network);
    for (const Network& network : networks) {
      const TransientGrowth structured = transientGrowth(network, {10, 40});
      const TransientGrowth plain = transientGrowth(denseNetwork(network.dense()), {10, 40});
      const Vector ratio = structured.growth.cwiseQuotient(plain.growth);
      QVERIFY2((ratio.array() - 1).abs().maxCoeff() < 1e-9,
               qPrintable(QString::number((ratio.array() - 1).abs().maxCoeff())));
      QVERIFY(std::abs(structured.initial.value - plain.initial.value) < 1e-11);
      QVERIFY(std::abs(structured.maximum - plain.maximum) < 1e-6 * plain.maximum);
      const Matrix B = network.dense();
      const Vector x = structured.initial.direction;
      QVERIFY(std::abs(x.norm() - 1) < 1e-12);
      QVERIFY(std::abs(x.dot(B * x) - structured.initial.value) < 1e-11);
    }
  }

  // The numerical abscissa is the slope of log G at 0. With J = S + K (symmetric and skew) and S x = ω x the
  // second-order term of log G is proportional to xᵀ[S, K]x = 0, so the quotient converges with order 2.
  void numericalAbscissaIsTheInitialSlope() {
    const Matrix A = gaussian(25, 1.5, 4);
    const double omega = transientGrowth(denseNetwork(A), {1, 2}).initial.value - 1;
    const auto error = [&](double h) { return std::abs(std::log(propagatorNorm(A, h)) / h - omega); };
    const double coarse = error(1e-2), fine = error(1e-3);
    QVERIFY2(fine < 1e-5 && coarse / fine > 80 && coarse / fine < 120,
             qPrintable(QString::number(coarse / fine)));
  }

  // e^{αt} <= G(t) <= e^{ωt}, and Kreiss: sup G is at least (Re z - 1)/σ_min(z I - A) at any z. On a strongly
  // non-normal stable matrix the bound is worth something at some z.
  void boundsHold() {
    const Teacher teacher = buildTeacher(teacherOptions(TeacherKind::triangular, 40));
    const TransientGrowth result = transientGrowth(teacher.network, {30, 150});
    const double alpha = result.spectralAbscissa - 1, omega = result.initial.value - 1;
    for (Index k = 0; k < result.time.size(); ++k) {
      QVERIFY(result.growth(k) >= std::exp(alpha * result.time(k)) * (1 - 1e-10));
      QVERIFY(result.growth(k) <= std::exp(omega * result.time(k)) * (1 + 1e-10));
    }
    const Matrix B = teacher.network.dense();
    double kreiss = 1;
    for (double x = 1e-3; x < 10; x *= 1.5) {
      const Matrix shifted = (1 + x) * Matrix::Identity(40, 40) - B;
      kreiss = std::max(kreiss, x / singularValues(shifted)(39));
    }
    QVERIFY2(kreiss > 2 && result.maximum >= kreiss * (1 - 1e-6),
             qPrintable(QString("K >= %1, sup G = %2").arg(kreiss).arg(result.maximum)));
  }

  // A long chain: exactly zero spectrum, and yet it grows, where general eigenvalues would say "a ring of
  // 0.7" or nothing. Against the exponential of the mode matrix.
  void longChainGrowsThoughItsSpectrumIsZero() {
    const Teacher teacher = buildTeacher(teacherOptions(TeacherKind::chain, 120));
    const TransientGrowth result = transientGrowth(teacher.network, {100, 50});
    QCOMPARE(result.spectralAbscissa, 0.0);
    QVERIFY(result.maximum > 3);
    const Matrix T = std::get<ChainForm>(teacher.network.form()).modeMatrix();
    for (const Index k : {5, 25, 50})
      QVERIFY(std::abs(result.growth(k) / propagatorNorm(T, result.time(k)) - 1) < 1e-9);
  }

  // Unstable: the maximum is at the horizon, and an overflow is said rather than shown.
  void unstableSystems() {
    Matrix A = Matrix::Zero(3, 3);
    A(0, 0) = 1.5;
    const TransientGrowth growing = transientGrowth(denseNetwork(A), {10, 10});
    QVERIFY(growing.atHorizon);
    QVERIFY(std::abs(growing.maximum - std::exp(5.0)) < 1e-10 * growing.maximum);
    const TransientGrowth beyond = transientGrowth(denseNetwork(100 * A), {10, 10});
    QVERIFY(beyond.overflow);
    QVERIFY(beyond.growth.allFinite());
    QCOMPARE(beyond.time.size(), beyond.growth.size());
  }

  void badOptionsAndStop() {
    QCOMPARE(problems(TransientOptions{}).size(), std::size_t{0});
    QCOMPARE(problems(TransientOptions{0, 1}).size(), std::size_t{2});
    QVERIFY_EXCEPTION_THROWN(transientGrowth(denseNetwork(gaussian(3, 1, 1)), {-1, 10}), InputError);
    StopAtOnce stop;
    QVERIFY_EXCEPTION_THROWN(transientGrowth(denseNetwork(gaussian(3, 1, 1)), {}, stop), Stopped);
  }
};

KEYHOLE_TEST(TestTransientGrowth)

}  // namespace tst_transient_growth

#include "tst_transient_growth.moc"
