// Tests core/network/teachers.h
#include "core/common/error.h"
#include "core/linalg/eigen.h"
#include "core/network/teachers.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_teachers {

using namespace keyhole;

namespace {

TeacherOptions small(TeacherKind kind, Index size = 40) {
  TeacherOptions options;
  options.kind = kind;
  options.size = size;
  return options;
}

double commutator(const Matrix& B) {
  return (B * B.transpose() - B.transpose() * B).norm() / B.squaredNorm();
}

}  // namespace

class TestTeachers : public QObject {
  Q_OBJECT
 private slots:
  // NᵀM = 0 and MᵀM = NᵀN = γ² I, so B² = 0 and all singular values are γ².
  void orthogonalLowRank() {
    auto options = small(TeacherKind::lowRankOrthogonal, 60);
    options.rank = 3;
    const Teacher teacher = buildTeacher(options);
    const Matrix B = teacher.network.dense();
    const double gamma2 = 0.2 * 60 / std::sqrt(3.0);
    QVERIFY(std::abs(teacher.gammaSquared - gamma2) < 1e-12);
    QVERIFY((B * B).norm() < 1e-12 * B.squaredNorm());
    COMPARE_MATRICES(singularValues(B).head(3), Vector::Constant(3, gamma2), 1e-11);
  }

  // NᵀM = Σ exactly: the non-zero eigenvalues are 0.5 ± 0.5i. Fails if G is not kept out of M's range.
  void oscillatorHasItsTwoEigenvalues() {
    const Teacher teacher = buildTeacher(small(TeacherKind::lowRankOscillator, 80));
    const auto& form = std::get<LowRankForm>(teacher.network.form());
    Matrix sigma(2, 2);
    sigma << 0.5, -0.5, 0.5, 0.5;
    COMPARE_MATRICES(form.N.transpose() * form.M, sigma, 1e-12);
    QCOMPARE(teacher.network.exactEigenvalues()->operator()(0), std::complex<double>(0.5, 0.5));
  }

  // The rotated chain is orthogonally similar to T: same singular values, BᴰD = 0, and its integration mode
  // is U·1.
  void chainIsSimilarToItsModes() {
    const Teacher teacher = buildTeacher(small(TeacherKind::chain, 12));
    const auto& chain = std::get<ChainForm>(teacher.network.form());
    const Matrix B = teacher.network.dense();
    COMPARE_MATRICES(singularValues(B), singularValues(chain.modeMatrix()), 1e-12);
    Matrix power = B;
    for (int i = 1; i < 12; ++i) power = power * B;
    QVERIFY(power.norm() < 1e-12);
    COMPARE_MATRICES(chain.U.transpose() * teacher.integrationMode, Vector::Ones(12), 1e-12);
  }

  void skippedLinksAreMissing() {
    auto options = small(TeacherKind::chain, 10);
    options.chainSkip = 3;
    options.chainRotated = false;
    options.chainBeta = 0;
    const Matrix T = buildTeacher(options).network.dense();
    QCOMPARE(T(0, 1), 1.0);
    QCOMPARE(T(2, 3), 0.0);
    QCOMPARE(T(5, 6), 0.0);
    QCOMPARE(T.sum(), 6.0);
  }

  // Claimed normal means B Bᵀ = BᵀB; the others must not be (or the claim would not distinguish them).
  void normalityIsAsClaimed() {
    for (TeacherKind kind : allTeacherKinds()) {
      if (kind == TeacherKind::imported) continue;
      const Teacher teacher = buildTeacher(small(kind));
      const double size = commutator(teacher.network.dense());
      QVERIFY2(teacher.normal ? size < 1e-12 : size > 1e-3, nameOf(kind).c_str());
    }
  }

  void lineAttractorSpectra() {
    for (auto bulk : {LineAttractorBulk::even, LineAttractorBulk::constant, LineAttractorBulk::oblique}) {
      auto options = small(TeacherKind::lineAttractor, 30);
      options.bulk = bulk;
      const Teacher teacher = buildTeacher(options);
      const Matrix B = teacher.network.dense();
      // The mode is an eigenvector of 0.999; random non-orthogonal eigenvectors cost digits.
      QVERIFY((B * teacher.integrationMode - 0.999 * teacher.integrationMode).norm() < 1e-9 * 30);
      COMPARE_EIGENVALUES(*teacher.network.exactEigenvalues(), eigenvalues(B), 1e-8);
    }
  }

  // Strictly triangular in its Schur basis: nilpotent. B¹⁰ = 0 for ten units, up to rounding times ‖B‖¹⁰.
  void triangularIsNilpotent() {
    const Matrix B = buildTeacher(small(TeacherKind::triangular, 10)).network.dense();
    Matrix power = B;
    for (int i = 1; i < 10; ++i) power = power * B;
    QVERIFY(B.norm() > 1);
    QVERIFY(power.norm() < 1e-12 * std::pow(B.norm(), 10));
  }

  // Columns have one sign (Dale's law), and the mean weights are w/D_E and -k w/D_I: n half-normal weights of
  // mean μ have a standard deviation of 0.756 μ, so the mean's error is 0.756 μ/√n; five of these.
  void excitatoryAndInhibitoryColumns() {
    const Index D = 200;
    const Matrix B = buildTeacher(small(TeacherKind::excitatoryInhibitory, D)).network.dense();
    QVERIFY(B.leftCols(160).minCoeff() >= 0 && B.rightCols(40).maxCoeff() <= 0);
    const double excitatory = 4.0 / 160, inhibitory = -1.1 * 4.0 / 40;
    QVERIFY(std::abs(B.leftCols(160).mean() / excitatory - 1) < 5 * 0.756 / std::sqrt(160.0 * 200));
    QVERIFY(std::abs(B.rightCols(40).mean() / inhibitory - 1) < 5 * 0.756 / std::sqrt(40.0 * 200));
  }

  // The circular law: N(0, g²/D) entries have spectral radius g as D grows; at D = 200 edge fluctuations are
  // a few per cent.
  void gaussianGainIsTheSpectralRadius() {
    const Matrix B = buildTeacher(small(TeacherKind::gaussian, 200)).network.dense();
    const double radius = eigenvalues(B).cwiseAbs().maxCoeff();
    QVERIFY2(std::abs(radius - 0.8) < 0.12, qPrintable(QString::number(radius)));
  }

  void sameSeedSameTeacher() {
    for (TeacherKind kind : allTeacherKinds()) {
      if (kind == TeacherKind::imported) continue;
      auto options = small(kind);
      const Matrix first = buildTeacher(options).network.dense();
      COMPARE_MATRICES(buildTeacher(options).network.dense(), first, 0.0);
      options.seed = 2;
      const bool depends = (buildTeacher(options).network.dense() - first).norm() > 1e-6;
      QVERIFY2(depends, nameOf(kind).c_str());
    }
  }

  // A unit alone is a system, too.
  void oneUnitIsImported() {
    auto options = small(TeacherKind::imported);
    options.imported = Matrix::Constant(1, 1, 2.0);
    QVERIFY(problems(options).empty());
    QCOMPARE(buildTeacher(options).network.dense()(0, 0), 2.0);
  }

  void badOptionsAreNamed() {
    auto options = small(TeacherKind::lowRankOrthogonal, 10);
    options.rank = 6;
    QVERIFY_EXCEPTION_THROWN(buildTeacher(options), InputError);
    QVERIFY(problems(options).front().find("6") != std::string::npos);
    options = small(TeacherKind::imported);
    options.imported = Matrix::Zero(3, 4);
    QVERIFY(problems(options).front().find("3 x 4") != std::string::npos);
    options.imported = Matrix(0, 0);
    QVERIFY(problems(options).front().find("0 x 0") != std::string::npos);
    options = small(TeacherKind::gaussian, 1);
    QVERIFY(!problems(options).empty());
  }
};

KEYHOLE_TEST(TestTeachers)

}  // namespace tst_teachers

#include "tst_teachers.moc"
