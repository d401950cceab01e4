// Tests core/analysis/comparison/similarity.h
#include "core/analysis/comparison/prediction.h"
#include "core/analysis/comparison/similarity.h"
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/fitting/regression/map_fit.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "core/linalg/subspace.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/teacher_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_similarity {

using namespace keyhole;
using namespace keyhole::test;

namespace {

using Complex = std::complex<double>;

ComplexVector values(std::initializer_list<Complex> list) {
  ComplexVector made(static_cast<Index>(list.size()));
  std::copy(list.begin(), list.end(), made.begin());
  orderByRealPart(made);
  return made;
}

// The definition by the midpoint rule, growing modes scaled down.
double overlapBySums(Complex a, Complex b, double window) {
  const int points = 40000;
  const double scaleA = std::max(0.0, a.real() - 1) * window, scaleB = std::max(0.0, b.real() - 1) * window;
  Complex both = 0;
  double first = 0, second = 0;
  for (int i = 0; i < points; ++i) {
    const double t = (i + 0.5) * window / points;
    const Complex f = std::exp((a - 1.0) * t - scaleA), g = std::exp((b - 1.0) * t - scaleB);
    both += f * std::conj(g);
    first += std::norm(f);
    second += std::norm(g);
  }
  return std::norm(both) / (first * second);
}

}  // namespace

class TestSimilarity : public QObject {
  Q_OBJECT
 private slots:
  // By the map: a pair 0.9995 ± 0.3i decays in the flow and grows in steps of 0.1, as a real 1.0045 does; so
  // short steps see the same as the flow. Fails if the gauge goes by Re λ.
  void agreementFollowsTheMap() {
    const auto spectrum = [](std::vector<std::complex<double>> values, double alpha) {
      return spectrumOf(ComplexVector(ComplexVector::Map(values.data(), static_cast<Index>(values.size()))),
                        alpha);
    };
    // |F| = 0.995 and angle 0.3 beside a real 0.98: by Re λ the real one lasts longer.
    const std::complex<double> F = std::polar(0.995, 0.3);
    const auto pair = spectrum({0.98, F, std::conj(F)}, 1), real = spectrum({0.98, 0, 0}, 1);
    QVERIFY(modeAgreement(pair, pair, 1000).share > 1 - 1e-12);
    const double byMap = modeAgreement(pair, real, 1000).share;
    const double byFlow = modeAgreement(pair.values, real.values, 1000).share;
    QVERIFY2(byMap < 0.25 && byFlow > 0.5, qPrintable(QString("%1 %2").arg(byMap).arg(byFlow)));
    const auto fine = spectrum({0.9, {0.5, 0.5}, {0.5, -0.5}}, 1e-6), other = spectrum({0.8, 0.1, 0}, 1e-6);
    QVERIFY(std::abs(modeAgreement(fine, other, 50).share -
                     modeAgreement(fine.values, other.values, 50).share) < 1e-4);
  }

  void spectrumDistanceByHand() {
    const ComplexVector a = values({{0.9, 0}, {0.5, 0.2}, {0.5, -0.2}, {0, 0}});
    QCOMPARE(spectrumDistance(a, a).distance, 0.0);
    // The best pairing is not the one in order: 1 goes to 0.9, 0.5 to 0.4.
    const SpectrumMatch match = spectrumDistance(values({{1, 0}, {0.5, 0}}), values({{0.9, 1}, {0.9, 0}}));
    QVERIFY(std::abs(match.distance - 0.5 * (0.1 + std::hypot(0.4, 1))) < 1e-14);
    QCOMPARE(match.assignment, (std::vector<Index>{1, 0}));
    QCOMPARE(spectrumDistance(a, values({{0.8, 0}})).assignment.size(), std::size_t{1});
    QVERIFY(std::abs(spectrumDistance(a, values({{0.8, 0}})).distance - 0.1) < 1e-14);
    QCOMPARE(spectrumDistance(a, ComplexVector()).distance, 0.0);
  }

  // Against the integrals, for slow, fast, turning, marginal and growing modes. The midpoint rule is off by
  // (rate · step)²: 1e-6 at most here.
  void overlapIsItsDefinition() {
    const std::vector<Complex> modes = {{0, 0}, {0.5, 0},    {0.99, 0}, {0.9, 0.3}, {0.9, -0.3},
                                        {1, 0}, {1.02, 0.1}, {-1, 0},   {1.5, 0}};
    for (const Complex a : modes)
      for (const Complex b : modes) {
        const double overlap = modeOverlap(a, b, 50);
        QVERIFY2(std::abs(overlap - overlapBySums(a, b, 50)) < 1e-5, qPrintable(QString::number(overlap)));
        QVERIFY(std::abs(overlap - modeOverlap(b, a, 50)) < 1e-12);
      }
    // Decaying within the window: the closed form.
    const double a = 0.2, b = 0.7, w = 0.4;
    QVERIFY(std::abs(modeOverlap({1 - a, w}, {1 - b, 0}, 1e4) - 4 * a * b / ((a + b) * (a + b) + w * w)) <
            1e-12);
    // Slower than the window: alike. Wildly unstable: finite.
    QVERIFY(modeOverlap({0.9999, 0}, {1.0001, 0}, 50) > 0.9999);
    QVERIFY(std::isfinite(modeOverlap({1e6, 3}, {-1e6, 0}, 50)) && modeOverlap({1e6, 3}, {1e6, 3}, 50) == 1);
    QVERIFY(std::isfinite(modeWeight({1e6, 3}, 50)) && std::isfinite(modeWeight({1, 0}, 1e9)));
  }

  // What a scientist would say of the paper's two figures and of simple errors.
  void gaugeMeansSomething() {
    const ComplexVector leak = ComplexVector::Zero(25);
    const ComplexVector line = values({{0.999, 0}, {0.4, 0}, {0.39, 0}, {0.38, 0}, {0.37, 0}});
    const auto share = [](const ComplexVector& a, const ComplexVector& b) {
      const double forward = modeAgreement(a, b, 50).share;
      return std::abs(forward - modeAgreement(b, a, 50).share) < 1e-12 ? forward : std::nan("");
    };
    QCOMPARE(share(line, line), 1.0);
    QCOMPARE(share(leak, leak), 1.0);
    QCOMPARE(share(leak, ComplexVector::Zero(3)), 1.0);
    // Figure 1: a line attractor that is there; small errors of τ = 1000 cannot be seen in 50 τ.
    QVERIFY(share(line, values({{0.998, 0}, {0.35, 0}, {0.3, 0}, {0.2, 0}})) > 0.95);
    // Figure 2: one that is not, though 24 other modes agree.
    const ComplexVector spurious = values({{0.9924, 0}, {0.7817, 0}, {0.239, 0}, {0, 0}, {0, 0}});
    QVERIFY2(share(leak, spurious) < 0.15, qPrintable(QString::number(share(leak, spurious))));
    // A slow rotation is no line attractor.
    QVERIFY(share(line, values({{0.999, 0.3}, {0.999, -0.3}})) < 0.1);
    // Half of the persistent modes.
    const double half = share(values({{0.99, 0}, {0.99, 0.5}, {0.99, -0.5}}), values({{0.99, 0}}));
    QVERIFY2(half > 0.25 && half < 0.6, qPrintable(QString::number(half)));
    // It falls as the spurious mode slows down.
    double before = 1;
    for (const double mode : {0.1, 0.3, 0.6, 0.9, 0.97, 0.99, 0.999}) {
      const double now = share(leak, values({{mode, 0}}));
      QVERIFY(now < before);
      before = now;
    }
  }

  // Low rank through r x r, dense through Schur: the same plane. Nilpotent teachers have none.
  void leadingModesOfNetworks() {
    const Network oscillator = buildTeacher(teacherOptions(TeacherKind::lowRankOscillator, 30)).network;
    const Matrix modes = leadingModes(oscillator, 2);
    QCOMPARE(modes.cols(), Index{2});
    QVERIFY(principalAngles(modes, leadingModes(Network{DenseForm{oscillator.dense()}}, 2)).maxCoeff() <
            1e-10);
    const Network line = buildTeacher(teacherOptions(TeacherKind::lineAttractor, 30)).network;
    const Matrix leading = leadingModes(line, 1);
    COMPARE_MATRICES(line.applied(leading), 0.999 * leading, 1e-12);
    for (const TeacherKind kind :
         {TeacherKind::chain, TeacherKind::lowRankOrthogonal, TeacherKind::triangular})
      QCOMPARE(leadingModes(buildTeacher(teacherOptions(kind, 30)).network, 2).cols(), Index{0});
  }

  // The student that is the teacher agrees in everything, as units and as latents behind an emission.
  void theTeacherAgreesWithItself() {
    const Teacher teacher = buildTeacher(teacherOptions(TeacherKind::gaussian, 12));
    TeacherDynamics truth{spectrumOf(teacher.network, true), leadingModes(teacher.network, 2), Matrix()};
    SimulationOptions options;
    options.steps = 3000;
    truth.activity = activityOf(teacher, options);
    Student student;
    student.A = teacher.network.dense();
    student.V.resize(12, 0);
    const DynamicsAgreement same = dynamicsAgreement(truth, student, truth.activity);
    QVERIFY(same.gauge > 1 - 1e-9 && same.spectrumDistance < 1e-12);
    QVERIFY(same.angles.maxCoeff() < 1e-10);
    QVERIFY(same.dsa.defined && same.dsa.match.angle < 1e-6);
    QCOMPARE(same.status, AgreementStatus::defined);
    const Matrix Q = haarColumns(RandomStream(1, Stream::test), 12, 12);
    student.A = (Q.transpose() * student.A * Q).eval();
    student.emission = Emission{Q, Matrix(12, 0), Vector::Zero(12), Vector::Ones(12)};
    const DynamicsAgreement latent = dynamicsAgreement(truth, student, Q.transpose() * truth.activity);
    QVERIFY(latent.gauge > 1 - 1e-9 && latent.angles.maxCoeff() < 1e-9);
    QVERIFY(latent.dsa.match.angle < 1e-6);
  }

  // The paper's message in two gauges: students of 15 of 300 units of a line attractor and of a chain. The
  // chain's foresees held-out data better (its activity is smooth), and has its teacher's dynamics less. The
  // DSA of what is seen does not tell: the chain's student is as near as two halves of the recording are.
  void aGoodFitNeedNotHaveTheDynamics() {
    struct Gauges {
      double fit, dynamics, dsa, floor;
    };
    const auto gaugesOf = [](TeacherKind kind) {
      const Teacher teacher = buildTeacher(teacherOptions(kind, 300));
      SimulationOptions options;
      options.steps = 20000;
      options.burnIn = 2000;
      const Trial all{activityOf(teacher, options).topRows(15), Matrix(0, 20000)};
      const auto [fitted, heldOut] = split(all, 0.7);
      MapOptions ridge;
      ridge.rho = 1e-6;
      const Student student = fitMap(fitted.activity, fitted.input, ridge);
      const TeacherDynamics truth{spectrumOf(teacher.network, false), Matrix(), fitted.activity};
      AgreementOptions agreementOptions;
      agreementOptions.window = 140;
      const auto agreement =
          dynamicsAgreement(truth, student, noisyRun(student, fitted, 1), agreementOptions);
      return Gauges{fitGauge(predictionScores(student, heldOut, 100)), agreement.gauge,
                    agreement.dsa.match.angle, agreement.dsaFloor};
    };
    const Gauges line = gaugesOf(TeacherKind::lineAttractor), chain = gaugesOf(TeacherKind::chain);
    QVERIFY(chain.fit > 0.8 && chain.fit > line.fit && line.fit > 0.2);
    QVERIFY(chain.dynamics < 0.2 && line.dynamics > 2 * chain.dynamics);
    QVERIFY(chain.dsa < chain.floor);
  }

  void outcomesAreNamed() {
    TeacherDynamics truth{spectrumOf(Matrix::Identity(2, 2), true), Matrix(), Matrix()};
    Student student;
    QCOMPARE(dynamicsAgreement(truth, student, Matrix()).status, AgreementStatus::noParameters);
    student.A = 0.5 * Matrix::Identity(3, 3);
    const DynamicsAgreement bare = dynamicsAgreement(truth, student, Matrix());
    QCOMPARE(bare.status, AgreementStatus::defined);
    QVERIFY(!bare.dsa.defined && bare.angles.size() == 0);
    // The ring that a solver makes of a nilpotent matrix.
    student.A = buildTeacher(teacherOptions(TeacherKind::chain, 60)).network.dense();
    QCOMPARE(dynamicsAgreement(truth, student, Matrix()).status, AgreementStatus::undetermined);
    AgreementOptions options;
    options.window = 0;
    QVERIFY_THROWS_EXCEPTION(InputError, dynamicsAgreement(truth, student, Matrix(), options));
    truth.modes = Matrix::Identity(7, 2);
    QVERIFY_THROWS_EXCEPTION(InputError, dynamicsAgreement(truth, student, Matrix()));
  }
};

KEYHOLE_TEST(TestSimilarity)

}  // namespace tst_similarity

#include "tst_similarity.moc"
