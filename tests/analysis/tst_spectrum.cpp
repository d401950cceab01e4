// Tests core/analysis/spectrum.h
#include "core/analysis/spectrum.h"
#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/teacher_runs.h"

#include <QTest>

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

  void timeConstantsAreTheFormula() {
    const Vector tau = timeConstants(with({{1.001, 0}, {0.999, 0}, {0.5, 2}, {-1, 0}}).values);
    QVERIFY(std::abs(tau(0) - 1000) < 1e-6 && std::abs(tau(1) - 1000) < 1e-6);
    QCOMPARE(tau(2), 2.0);
    QCOMPARE(tau(3), 0.5);
  }
};

QTEST_GUILESS_MAIN(TestSpectrum)
#include "tst_spectrum.moc"
