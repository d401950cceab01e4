// Tests core/analysis/spectrum.h
#include "core/analysis/spectrum.h"
#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/teacher_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_spectrum {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Spectrum with(std::initializer_list<std::complex<double>> values) {
  Spectrum spectrum;
  spectrum.values.resize(static_cast<Index>(values.size()));
  std::copy(values.begin(), values.end(), spectrum.values.begin());
  spectrum.undetermined.assign(values.size(), false);
  return spectrum;
}

}  // namespace

class TestSpectrum : public QObject {
  Q_OBJECT
 private slots:
  void scoreAndItsBlindSpots() {
    auto score = lineAttractorScore(with({{0.99, 0}, {0.5, 0}}));
    QVERIFY(std::abs(score.value - std::log2(100.0 / 2.0)) < 1e-12);
    QCOMPARE(score.status, ScoreStatus::defined);
    score = lineAttractorScore(with({{0.9, 0.3}, {0.9, -0.3}, {0.1, 0}}));
    QCOMPARE(score.value, 0.0);
    QCOMPARE(score.status, ScoreStatus::complexLeadingPair);
    // 1.001 and 0.999 have the same τ: the number is the same, the status is not.
    const auto stable = lineAttractorScore(with({{0.999, 0}, {0.5, 0}}));
    const auto unstable = lineAttractorScore(with({{1.001, 0}, {0.5, 0}}));
    QVERIFY(std::abs(stable.value - unstable.value) < 1e-9);
    QCOMPARE(unstable.status, ScoreStatus::unstable);
    QCOMPARE(lineAttractorScore(with({{1, 0}, {0.5, 0}})).status, ScoreStatus::marginal);
    QCOMPARE(lineAttractorScore(with({{0.5, 0}})).status, ScoreStatus::tooFewModes);
  }

  // The ring that a general solver makes of a nilpotent chain must be called undetermined; the exact spectrum
  // must be zeros.
  void nilpotentChainIsUndetermined() {
    const Teacher teacher = buildTeacher(teacherOptions(TeacherKind::chain, 120));
    const Spectrum numerical = spectrumOf(teacher.network.dense(), true);
    QVERIFY(numerical.values.cwiseAbs().maxCoeff() > 0.5);  // the ring: far from the truth
    QVERIFY(
        std::all_of(numerical.undetermined.begin(), numerical.undetermined.end(), [](bool u) { return u; }));
    QCOMPARE(lineAttractorScore(numerical).status, ScoreStatus::undetermined);
    const Spectrum exact = spectrumOf(teacher.network, true);
    QVERIFY(exact.exact);
    QCOMPARE(exact.values.cwiseAbs().maxCoeff(), 0.0);
  }

  // Ties of a normal matrix are well determined, and so is a generic random matrix.
  void wellConditionedStaysDetermined() {
    for (const Matrix& A : {Matrix(0.3 * Matrix::Identity(20, 20)),
                            buildTeacher(teacherOptions(TeacherKind::gaussian, 40)).network.dense()}) {
      const Spectrum spectrum = spectrumOf(A, true);
      QVERIFY(
          std::none_of(spectrum.undetermined.begin(), spectrum.undetermined.end(), [](bool u) { return u; }));
    }
  }

  // 0 for normal, towards 1 for nilpotent; through each structure the same as from the dense matrix.
  // A Jordan block's condition is infinite, and rounding moves its values by a root of ε alone; those of a
  // chain of 200 units by most of 1; what is well conditioned by ε. Fails if an infinite condition is taken
  // for a value that could be anywhere, or for one that stands.
  void howFarRoundingMoves() {
    Matrix block = 0.5 * Matrix::Identity(3, 3);
    block(0, 1) = 10;
    block(2, 2) = 0.95;
    const Spectrum defective = spectrumOf(block, true);
    QVERIFY(defective.rounding(0) < 1e-12);  // of 0.95, which stands alone
    for (const Index i : {1, 2}) QVERIFY(defective.rounding(i) > 1e-9 && defective.rounding(i) < 1e-5);
    Matrix chain = Matrix::Zero(200, 200);
    chain.diagonal(1).setConstant(1.2);
    const Spectrum nilpotent = spectrumOf(chain, true);
    QVERIFY(nilpotent.values.cwiseAbs().maxCoeff() == 0);
    QVERIFY2(nilpotent.rounding.minCoeff() > 0.5, qPrintable(QString::number(nilpotent.rounding.minCoeff())));
  }

  void henriciNumber() {
    const Matrix symmetric = buildTeacher(teacherOptions(TeacherKind::symmetric, 30)).network.dense();
    QVERIFY(keyhole::henriciNumber(symmetric, eigenvalues(symmetric)) < 1e-6);
    for (TeacherKind kind : {TeacherKind::chain, TeacherKind::lowRankOscillator, TeacherKind::gaussian}) {
      const Network network = buildTeacher(teacherOptions(kind, 30)).network;
      const ComplexVector values = spectrumOf(network, false).values;
      QVERIFY(std::abs(keyhole::henriciNumber(network, values) -
                       keyhole::henriciNumber(network.dense(), values)) < 1e-10);
    }
    Matrix jordan = Matrix::Zero(3, 3);
    jordan.diagonal(1).setOnes();
    QVERIFY(std::abs(keyhole::henriciNumber(jordan, ComplexVector::Zero(3)) - 1) < 1e-15);
    QCOMPARE(keyhole::henriciNumber(Matrix::Zero(2, 2), ComplexVector::Zero(2)), 0.0);
  }

  // Fails if a glance shows values that are not there, out of order, or leaves out the leading ones.
  void leadingValuesAtAGlance() {
    // A random matrix with a slow mode and a pair besides it: normal enough for a Krylov space of 80.
    Matrix A = 0.3 * RandomStream(3, Stream::test).normalMatrix(300, 300) / std::sqrt(300.0);
    A(0, 0) += 0.9;
    A.block(1, 1, 2, 2) << 0.6, 0.5, -0.5, 0.6;
    const auto leading = leadingSpectrum(A);
    QVERIFY(leading && leading->leadingOnly && leading->values.size() >= 3);
    const ComplexVector all = eigenvalues(A);
    for (Index i = 0; i < leading->values.size(); ++i)  // the promised error
      QVERIFY(std::abs(leading->values(i) - all(i)) < 1e-2 * all.cwiseAbs().maxCoeff());
  }

  // Fails if a matrix of which a Krylov space says nothing is read from it: a shift has one eigenvalue, 0,
  // and Ritz values around it that are all made up.
  void noGlanceAtANilpotentMatrix() {
    Matrix shift = Matrix::Zero(300, 300);
    shift.diagonal(1).setOnes();
    QVERIFY(!leadingSpectrum(shift));
  }

  // s = ln(1-α+αλ)/α. Fails if a slow mode at a small step is lost to rounding (1e-7 of 1 - 1e-9 is all that
  // a plain logarithm would keep), or α → 0 is not the flow.
  void exponentsOfTheMap() {
    QCOMPARE(mapExponent({0.5, 2}, 0), std::complex<double>(-0.5, 2));
    for (const double alpha : {1e-9, 1e-12})
      QVERIFY(std::abs(mapExponent({0.5, 2}, alpha) - std::complex<double>(-0.5, 2)) < 1e-7);
    QVERIFY(std::abs(mapExponent({1 - 1e-6, 0}, 1e-3).real() + 1e-6) < 1e-14);
    QCOMPARE(mapExponent({1, 0}, 0.37).real(), 0.0);
    for (const std::complex<double> value : {std::complex<double>(0.9, 0.3), {-1.5, 0}, {0.2, -0.7}})
      for (const double alpha : {0.01, 0.3, 1.0}) {
        const std::complex<double> s = mapExponent(value, alpha);
        QVERIFY(std::abs(std::exp(alpha * s) - (1 - alpha + alpha * value)) < 1e-14);
      }
    QVERIFY(std::isinf(mapExponent({0, 0}, 1).real()));  // forgotten in one step
  }

  // Fails if what grows is told by the real part: a rotation of |F| = 1.01 has Re λ < 1; -1.5 decays in the
  // flow and not in steps of 1.
  void theMapTellsWhatGrows() {
    const std::complex<double> rotation = std::polar(1.01, 0.3);
    QVERIFY(rotation.real() < 1 && grows(rotation, 1) && !grows(rotation, 0));
    QVERIFY(grows({-1.5, 0}, 1) && !grows({-1.5, 0}, 0.5));
    QVERIFY(!grows({1, 0}, 0.2) && grows({1.001, 0}, 0.2));
    const Spectrum spectrum = spectrumOf(ComplexVector{{rotation, std::conj(rotation)}}, 1);
    QVERIFY(mapTimeConstants(spectrum)(0) < 0 && mapDiffers(rotation, 1));
    QCOMPARE(lineAttractorScore(spectrum).status, ScoreStatus::unstable);
    QVERIFY(std::abs(mapModulus(rotation, 1) - 1.01) < 1e-15);
  }

  // A rotation of |F| = .995 by 0.3 beside a real .98, α = 1. Fails if the real mode leads because its real
  // part is larger: the published score is then above 1, of a pair that lasts 200 steps nothing.
  void theSlowestByTheMapLeads() {
    const std::complex<double> pair = std::polar(0.995, 0.3);
    const Spectrum spectrum = spectrumOf(ComplexVector{{0.98, pair, std::conj(pair)}}, 1);
    QVERIFY(leadingOrder(spectrum) == (std::vector<Index>{1, 2, 0}));
    const LineAttractorScore score = lineAttractorScore(spectrum);
    QCOMPARE(score.value, 0.0);
    QCOMPARE(score.map, 0.0);
    QCOMPARE(score.status, ScoreStatus::complexLeadingPair);
    QVERIFY(score.published > 1);
    QVERIFY(std::abs(mapTimeConstants(spectrum)(1) + 1 / std::log(0.995)) < 1e-6);
    // One that changes sign at every step holds nothing.
    QCOMPARE(lineAttractorScore(spectrumOf(ComplexVector{{0.5, -0.99}}, 1)).status, ScoreStatus::alternating);
  }

  // Where both agree, the score is the published one to the last bit, whatever the step.
  void thePublishedScoreStandsWhereItsModesLead() {
    for (const double alpha : {0.0, 0.01, 0.5}) {
      const auto score = lineAttractorScore(spectrumOf(ComplexVector{{0.9, 0.2}}, alpha));
      QCOMPARE(score.value, score.published);
      QCOMPARE(score.status, ScoreStatus::defined);
    }
  }

  void timeConstantsAreTheFormula() {
    const Vector tau = timeConstants(with({{1.001, 0}, {0.999, 0}, {0.5, 2}, {-1, 0}}).values);
    QVERIFY(std::abs(tau(0) - 1000) < 1e-6 && std::abs(tau(1) - 1000) < 1e-6);
    QCOMPARE(tau(2), 2.0);
    QCOMPARE(tau(3), 0.5);
  }
};

KEYHOLE_TEST(TestSpectrum)

}  // namespace tst_spectrum

#include "tst_spectrum.moc"
