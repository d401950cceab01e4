// Tests core/fitting/regression/stationary_fit.h: the theorems of the paper hold for it exactly (T → ∞, ρ =
// 0).
#include "core/analysis/spectrum.h"
#include "core/common/random.h"
#include "core/fitting/regression/stationary_fit.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/reference.h"
#include "tests/support/teacher_runs.h"
#include "tests/support/test_registry.h"

#include <Eigen/Cholesky>
#include <QTest>

namespace tst_stationary_fit {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Teacher imported(const Matrix& B) {
  TeacherOptions options;
  options.kind = TeacherKind::imported;
  options.imported = B;
  return buildTeacher(options);
}

Matrix student(const Teacher& teacher, const std::vector<Index>& units,
               StationaryLimit limit = StationaryLimit::continuous, double alpha = 0.01) {
  return fitStationary(stationaryCovariance(teacher, limit, alpha), units, alpha).A;
}

// A random real normal matrix: Haar-rotated blocks [[a, b], [-b, a]] with a < 1.
Matrix randomNormal(Index n, std::uint64_t seed) {
  const RandomStream random(seed, Stream::test);
  const Matrix U = haarColumns(random, n, n), draws = random.normalMatrix(2, n, 1000);
  Matrix blocks = Matrix::Zero(n, n);
  for (Index i = 0; i + 1 < n; i += 2) {
    const double a = std::tanh(draws(0, i)) * 0.98, b = 2 * draws(1, i);
    blocks.block(i, i, 2, 2) << a, b, -b, a;
  }
  if (n % 2) blocks(n - 1, n - 1) = 0.97 * std::tanh(draws(0, n - 1));
  return U * blocks * U.transpose();
}

}  // namespace

class TestStationaryFit : public QObject {
  Q_OBJECT
 private slots:
  // Leading eigenvalues, score and Henrici number of the independent implementation for several d, to 1e-6.
  // At d = D the chain's, low-rank and triangular eigenvalues are rounding noise around exact zeros, so they
  // are left out there.
  void agreesWithTheReference_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"chain", "lowrank", "symmetric", "triangular"}) QTest::newRow(name) << name;
  }
  void agreesWithTheReference() {
    SKIP_WITHOUT_REFERENCE();
    QFETCH(QString, name);
    const std::string base = "stationary_" + name.toStdString();
    const Teacher teacher = imported(referenceArray(base + ".teacher"));
    const auto covariance = stationaryCovariance(teacher, StationaryLimit::continuous, 0.01);
    QCOMPARE(covariance.status, FitStatus::solved);
    const auto rows = referenceJson(base)["rows"];  // what a loop ranges over must stay
    for (const auto& row : rows) {
      const Index d = row["d"].get<Index>();
      if (d == teacher.network.size() && name != "symmetric") continue;
      const Matrix A = fitStationary(covariance, firstUnits(d), 0.01).A;
      const Spectrum spectrum = spectrumOf(A, false);
      const ComplexVector expected = complexValues(row["eigenvalues"]);
      // The given leading ones, each against its nearest of ours (a tie at the cut may fall either way).
      for (const auto& value : expected)
        QVERIFY2((spectrum.values.array() - value).abs().minCoeff() < 1e-6,
                 qPrintable(QString("d = %1: %2 %3i").arg(d).arg(value.real()).arg(value.imag())));
      QVERIFY(std::abs(lineAttractorScore(spectrum).value - row["line_attractor_score"].get<double>()) <
              1e-5);
      QVERIFY(std::abs(henriciNumber(A, spectrum.values) - row["henrici"].get<double>()) < 1e-6);
    }
  }

  // The covariance satisfies its defining equation for every teacher, through whichever structure it was
  // found.
  void covarianceSolvesItsEquation_data() {
    QTest::addColumn<int>("kind");
    for (TeacherKind kind : allTeacherKinds())
      if (kind != TeacherKind::imported && kind != TeacherKind::excitatoryInhibitory)
        QTest::newRow(nameOf(kind).c_str()) << static_cast<int>(kind);
  }
  void covarianceSolvesItsEquation() {
    QFETCH(int, kind);
    const Index D = 24;
    auto options = teacherOptions(static_cast<TeacherKind>(kind), D);
    options.gaussianGain = 0.5;  // at D = 24 a gain of 0.8 can put an eigenvalue beyond 1
    const Teacher teacher = buildTeacher(options);
    const Matrix B = teacher.network.dense(), I = Matrix::Identity(D, D);
    const Matrix C = stationaryCovariance(teacher, StationaryLimit::continuous, 0.01).C;
    QVERIFY(C.size() > 0);
    const double residual = ((B - I) * C + C * (B - I).transpose() + I).norm();
    QVERIFY2(residual < 1e-9 * C.norm(), qPrintable(QString::number(residual)));
    const double alpha = 0.05;
    const Matrix W = (1 - alpha) * I + alpha * B;
    const Matrix discrete = stationaryCovariance(teacher, StationaryLimit::discrete, alpha).C;
    QVERIFY(discrete.size() > 0);
    QVERIFY((W * discrete * W.transpose() + alpha * alpha * I - discrete).norm() < 1e-9 * discrete.norm());
  }

  // Theorem: for normal B every Re λ̂ lies in [Re λ_D, Re λ_1], for every d and every subset. Over many draws;
  // the slack is the eigensolver's.
  void normalTeachersInventNothing() {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      const Index D = 11;
      const Matrix B = randomNormal(D, seed);
      const ComplexVector truth = eigenvalues(B);
      const Teacher teacher = imported(B);
      QVERIFY(teacher.normal);
      const auto order = RandomStream(seed, Stream::subset).permutation(D);
      const auto covariance = stationaryCovariance(teacher, StationaryLimit::continuous, 0.01);
      for (Index d = 1; d <= D; ++d) {
        const std::vector<Index> units(order.begin(), order.begin() + d);
        const ComplexVector fitted = eigenvalues(fitStationary(covariance, units, 0.01).A);
        QVERIFY(fitted(0).real() <= truth(0).real() + 1e-9);
        QVERIFY(fitted(d - 1).real() >= truth(D - 1).real() - 1e-9);
      }
    }
  }

  // Theorem: symmetric B, α → 0: Â = I - ½ (P C Pᵀ)⁻¹, so with λ₁ = 1 - ε: λ̂₁ ≥ 1 - ε/‖P u₁‖² and λ̂₂ ≤ λ₂.
  void lineAttractorIsKept() {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const Index D = 60, d = 12;
      const Teacher teacher = buildTeacher(teacherOptions(TeacherKind::lineAttractor, D, seed));
      const Vector u = teacher.integrationMode / double(D);
      const double seenPart = u.head(d).squaredNorm();
      const auto covariance = stationaryCovariance(teacher, StationaryLimit::continuous, 0.01);
      const Matrix A = fitStationary(covariance, firstUnits(d), 0.01).A;
      const Matrix expected =
          Matrix::Identity(d, d) - 0.5 * covariance.C.topLeftCorner(d, d).llt().solve(Matrix::Identity(d, d));
      COMPARE_MATRICES(A, expected, 1e-8);
      const ComplexVector fitted = eigenvalues(A);
      QVERIFY(fitted(0).real() >= 1 - 0.001 / seenPart - 1e-9);
      QVERIFY(fitted(1).real() <= 0.4 + 1e-9);
    }
  }

  // Â = B at d = D, in both limits.
  void fullObservationRecoversTheTeacher() {
    for (TeacherKind kind :
         {TeacherKind::gaussian, TeacherKind::lowRankOscillator, TeacherKind::triangular}) {
      const Teacher teacher = buildTeacher(teacherOptions(kind, 16));
      const Matrix B = teacher.network.dense();
      for (auto limit : {StationaryLimit::continuous, StationaryLimit::discrete})
        COMPARE_MATRICES(student(teacher, firstUnits(16), limit), B, 1e-6 * B.norm());
    }
  }

  // Theorem: orthogonal low rank, α → 0: C = ½ I + ¼ (B + Bᵀ) + ¼ B Bᵀ exactly.
  void orthogonalLowRankCovarianceIsKnown() {
    auto options = teacherOptions(TeacherKind::lowRankOrthogonal, 50);
    options.rank = 3;
    const Teacher teacher = buildTeacher(options);
    const Matrix B = teacher.network.dense();
    const Matrix expected =
        0.5 * Matrix::Identity(50, 50) + 0.25 * (B + B.transpose()) + 0.25 * B * B.transpose();
    COMPARE_MATRICES(stationaryCovariance(teacher, StationaryLimit::continuous, 0.01).C, expected, 1e-11);
  }

  // The paper's message: the leading eigenvalues at fraction f tend to 2fγ⁴(1-f)/(4 + 2fγ⁴ - f²γ⁴) as D
  // grows. The deviation at fixed γ² falls with D (fluctuations like 1/√(fD)): at D = 1600 it is small, and
  // smaller than at D = 100, in the mean over draws.
  void lowRankMeanFieldCurve() {
    const double f = 0.1, gamma2 = 10;
    const double g4 = gamma2 * gamma2;
    const double expected = 2 * f * g4 * (1 - f) / (4 + 2 * f * g4 - f * f * g4);
    const auto deviation = [&](Index D) {
      double sum = 0;
      for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        auto options = teacherOptions(TeacherKind::lowRankOrthogonal, D, seed);
        options.orthogonalScale = gamma2 * std::sqrt(2.0) / double(D);
        const ComplexVector values =
            eigenvalues(student(buildTeacher(options), firstUnits(Index(std::lround(f * double(D))))));
        sum += std::abs(0.5 * (values(0).real() + values(1).real()) - expected);
      }
      return sum / 6;
    };
    const double small = deviation(100), large = deviation(1600);
    QVERIFY2(large < 0.02 && large < small,
             qPrintable(QString("%1 at D = 100, %2 at 1600").arg(small).arg(large)));
  }

  // Theorem: the unrotated chain, any α: rows 2 … d-1 of Â are exactly the shift; with β = 0 the first too.
  void unrotatedChainKeepsItsShift() {
    for (double beta : {0.0, 0.5})
      for (auto limit : {StationaryLimit::continuous, StationaryLimit::discrete}) {
        auto options = teacherOptions(TeacherKind::chain, 30);
        options.chainRotated = false;
        options.chainBeta = beta;
        const Index d = 8;
        const Matrix A = student(buildTeacher(options), firstUnits(d), limit);
        const Index from = beta == 0 ? 0 : 1;
        Matrix shift = Matrix::Zero(d, d);
        shift.diagonal(1).setOnes();
        COMPARE_MATRICES(A.middleRows(from, d - 1 - from), shift.middleRows(from, d - 1 - from), 1e-8);
        QVERIFY((A.row(d - 1)).norm() > 0.1);  // the last row is fitted: not the chain's own zero row
      }
  }

  // Known numbers: D = 1000, d = 25, β = 0: leading eigenvalues 0.963 and 0.863, score 1.90 (given to these
  // digits).
  void unrotatedChainScore() {
    auto options = teacherOptions(TeacherKind::chain, 1000);
    options.chainRotated = false;
    options.chainBeta = 0;
    const Spectrum spectrum = spectrumOf(student(buildTeacher(options), firstUnits(25)), false);
    QVERIFY(std::abs(spectrum.values(0).real() - 0.963) < 5e-4);
    QVERIFY(std::abs(spectrum.values(1).real() - 0.863) < 5e-4);
    QVERIFY(std::abs(lineAttractorScore(spectrum).value - 1.90) < 0.005);
  }

  // Discrete tends to continuous as α → 0, at first order.
  void limitsMeetAtFirstOrder() {
    const Teacher teacher = buildTeacher(teacherOptions(TeacherKind::lowRankOscillator, 30));
    const Matrix limit = student(teacher, firstUnits(5));
    const auto error = [&](double alpha) {
      return (student(teacher, firstUnits(5), StationaryLimit::discrete, alpha) - limit).norm();
    };
    const double ratio = error(0.002) / error(0.001);
    QVERIFY2(ratio > 1.8 && ratio < 2.2, qPrintable(QString::number(ratio)));
  }

  void noStationaryStateIsAStatus() {
    for (double leading : {1.0, 1.01}) {
      auto options = teacherOptions(TeacherKind::lineAttractor, 10);
      options.leadingEigenvalue = leading;
      for (auto limit : {StationaryLimit::continuous, StationaryLimit::discrete}) {
        const auto covariance = stationaryCovariance(buildTeacher(options), limit, 0.01);
        QCOMPARE(covariance.status, FitStatus::noStationaryState);
        const Student none = fitStationary(covariance, firstUnits(3), 0.01);
        QVERIFY(!hasParameters(none.summary.status));
        QVERIFY(none.summary.message.find("stationary") != std::string::npos);
      }
    }
  }
};

KEYHOLE_TEST(TestStationaryFit)

}  // namespace tst_stationary_fit

#include "tst_stationary_fit.moc"
