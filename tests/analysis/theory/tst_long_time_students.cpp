// Tests core/analysis/theory/long_time_students.h and the roads behind it, each against the dense one.
#include "core/analysis/theory/long_time_students.h"
#include "core/analysis/theory/polynomial_roots.h"
#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "core/linalg/leading_eigen.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/teacher_runs.h"
#include "tests/support/test_registry.h"

#include <Eigen/Cholesky>
#include <QTest>

namespace tst_long_time_students {

using namespace keyhole;
using namespace keyhole::test;

namespace {

constexpr ModeQuestions kAll{6, true}, kLeadingOnly{6, false};

// The largest distance of a determined value of ours from the nearest of all true ones. (A tie at the cut may
// fall either way, and a pair be cut in two.)
double farthest(const Spectrum& ours, const ComplexVector& truth) {
  double distance = 0;
  for (Index i = 0; i < ours.values.size(); ++i)
    if (!ours.undetermined[static_cast<std::size_t>(i)])
      distance = std::max(distance, (truth.array() - ours.values(i)).abs().minCoeff());
  return distance;
}

// None of the true values lies further right than the last shown one without being shown.
bool noneMissing(const Spectrum& ours, const ComplexVector& truth, double tolerance) {
  for (Index i = 0; i < ours.values.size(); ++i)
    if (std::abs(ours.values(i).real() - truth(i).real()) > tolerance) return false;
  return true;
}

Teacher chain(Index size, bool rotated, double beta, double diagonal = 0) {
  auto options = teacherOptions(TeacherKind::chain, size);
  options.chainRotated = rotated;
  options.chainBeta = beta;
  options.chainDiagonal = diagonal;
  return buildTeacher(options);
}

}  // namespace

class TestLongTimeStudents : public QObject {
  Q_OBJECT
 private slots:
  // Curves tell the score of the map: a rotation of |F| = 0.995 and angle 0.3 leads beside a real 0.98,
  // though its real part is smaller. Fails if Re λ decides; the published score keeps its own value.
  void scoresFollowTheMap() {
    Matrix A = Matrix::Zero(3, 3);
    A.topLeftCorner(2, 2) << 0.995 * std::cos(0.3), -0.995 * std::sin(0.3), 0.995 * std::sin(0.3),
        0.995 * std::cos(0.3);
    A(2, 2) = 0.98;
    ModeQuestions inSteps = kAll;
    inSteps.alpha = 1;
    const StudentModes map = denseModes(A, inSteps), flow = denseModes(A, kAll);
    QCOMPARE(map.score.status, ScoreStatus::complexLeadingPair);
    QCOMPARE(map.score.value, 0.0);
    QCOMPARE(flow.score.status, ScoreStatus::defined);
    QCOMPARE(map.score.published, flow.score.published);
    // Of the first two listed alone the pair would be cut: whether that may be is known by how large the
    // others can be.
    StudentModes some = flow;
    some.leading = spectrumOf(ComplexVector(some.leading.values.head(2)), 0);
    some.reach = 0.995;
    QVERIFY(!followMap(some, 1));
    QVERIFY(followMap(some, 0));
  }

  // Two roads for every teacher and both limits: what the structure gives and the QR iteration on the student
  // of fitStationary(). 1e-7: the students' conditions here are up to 1e4 and their rounding 1e-13. Fails if
  // a road solves another problem, leaves out an eigenvalue, or takes the wrong leading ones.
  void roadsAgreeWithDense_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<bool>("discrete");
    for (TeacherKind kind : allTeacherKinds())
      if (kind != TeacherKind::imported && kind != TeacherKind::excitatoryInhibitory)
        for (bool discrete : {false, true})
          QTest::addRow("%s %s", nameOf(kind).c_str(), discrete ? "discrete" : "continuous")
              << static_cast<int>(kind) << discrete;
  }
  void roadsAgreeWithDense() {
    QFETCH(int, kind);
    QFETCH(bool, discrete);
    auto options = teacherOptions(static_cast<TeacherKind>(kind), 130);
    options.triangularGain = 1;
    const Teacher teacher = buildTeacher(options);
    const auto limit = discrete ? StationaryLimit::discrete : StationaryLimit::continuous;
    const double alpha = 0.05;
    const auto covariance = stationaryCovariance(teacher, limit, alpha);
    const LongTimeStudents fast(teacher, limit, alpha, true), full(teacher, limit, alpha, false);
    for (Index d : {1, 2, 3, 17, 60, 100, 125}) {
      const Matrix A = fitStationary(covariance, firstUnits(d), alpha).A;
      COMPARE_MATRICES(fast.student(d), A, 1e-8 * (1 + A.norm()));
      const ComplexVector truth = eigenvalues(A);
      const StudentModes leading = fast.modes(d, kLeadingOnly), all = full.modes(d, kAll);
      for (const StudentModes* modes : {&leading, &all}) {
        const QString where = QString("d = %1, %2").arg(d).arg(nameOf(modes->road).c_str());
        QVERIFY2(modes->leading.values.size() == std::min<Index>(6, d), qPrintable(where));
        QVERIFY2(farthest(modes->leading, truth) < 1e-7, qPrintable(where));
        QVERIFY2(modes->residual < 1e-12, qPrintable(where));
        QVERIFY2(!modes->complete || modes->score.status == ScoreStatus::undetermined ||
                     noneMissing(modes->leading, truth, 1e-6),
                 qPrintable(where));
      }
      QVERIFY(std::abs(all.henrici - henriciNumber(A, truth)) < 1e-6);
      COMPARE_MATRICES(all.singular, singularValues(A).head(std::min<Index>(6, d)), 1e-8 * (1 + A.norm()));
    }
  }

  // The fast roads are taken where they are promised. Fails if a road gives up and all is done densely.
  void roadsAreTaken() {
    const LongTimeStudents rotated(chain(220, true, 0.5), StationaryLimit::continuous, 0.01, true);
    QCOMPARE(rotated.modes(150, kLeadingOnly).road, ModeRoad::krylov);
    QVERIFY(rotated.modes(150, kLeadingOnly).complete);
    const LongTimeStudents straight(chain(220, false, 0.5), StationaryLimit::continuous, 0.01, true);
    for (Index d = 41; d < 220; ++d) {
      const auto modes = straight.modes(d, kLeadingOnly);
      QVERIFY2(modes.road == ModeRoad::companion && modes.complete, qPrintable(QString::number(d)));
    }
    const LongTimeStudents attractor(buildTeacher(teacherOptions(TeacherKind::lineAttractor, 40)),
                                     StationaryLimit::continuous, 0.01, true);
    QCOMPARE(attractor.modes(20, kLeadingOnly).road, ModeRoad::symmetric);
    const LongTimeStudents whole(chain(50, true, 0.5), StationaryLimit::continuous, 0.01, true);
    QCOMPARE(whole.modes(50, kLeadingOnly).road, ModeRoad::exact);
  }

  // Theorem: the student of d units is similar to the leading block of F = L⁻¹ B L, so |λ̂| <= ‖F‖₂, for every
  // teacher.
  void studentsAreCompressionsOfOneMatrix() {
    const Teacher teacher = buildTeacher(teacherOptions(TeacherKind::lowRankOscillator, 40));
    const auto covariance = stationaryCovariance(teacher, StationaryLimit::continuous, 0.01);
    const Matrix L = covariance.C.llt().matrixL();
    const WhitenedStudents whitened(L, covariance.BC, 0);
    COMPARE_MATRICES(L * whitened.teacher(), teacher.network.dense() * L, 1e-9 * L.norm());
    for (Index d : {3, 11, 29}) {
      const Matrix A = fitStationary(covariance, firstUnits(d), 0.01).A, Ld = L.topLeftCorner(d, d);
      COMPARE_MATRICES(Ld * whitened.teacher().topLeftCorner(d, d), A * Ld, 1e-9 * A.norm() * Ld.norm());
      QVERIFY(eigenvalues(A).cwiseAbs().maxCoeff() <= whitened.norm() + 1e-12);
    }
  }

  // The chain's student in closed form is the fitted one, with and without β and a diagonal term, in both
  // limits, to the rounding ε κ(C) of the fit (κ up to 1e8 here; the closed form has the shift exactly); its
  // polynomial vanishes at the student's eigenvalues.
  void chainStudentIsShiftPlusFittedRows() {
    for (double beta : {0.0, 0.5})
      for (double diagonal : {0.0, 0.3})
        for (auto limit : {StationaryLimit::continuous, StationaryLimit::discrete}) {
          const Teacher teacher = chain(30, false, beta, diagonal);
          const auto covariance = stationaryCovariance(teacher, limit, 0.1);
          const Matrix L = covariance.C.llt().matrixL();
          for (Index d : {2, 7, 20, 30}) {
            const auto student = chainStudent(std::get<ChainForm>(teacher.network.form()), L, d);
            const Matrix A = fitStationary(covariance, firstUnits(d), 0.1).A;
            const Vector variances = symmetricEigenSystem(covariance.C.topLeftCorner(d, d)).values;
            const double condition = variances(0) / variances(d - 1);
            COMPARE_MATRICES(student.matrix(), A, 1e-15 * condition * A.norm() + 1e-12);
            if (d > 20) continue;  // exact zeros: the eigenvalues are rounding
            const MonicPolynomial polynomial(student.polynomial());
            // |f/f'| is how far the root is missed.
            for (const auto& value : eigenvalues(A)) {
              const auto at = polynomial.at(value - diagonal);
              QVERIFY(std::abs(at.f) <= 1e-6 * std::abs(at.derivative) + at.noise);
            }
          }
        }
  }

  // The argument principle counts what the roots say, on random polynomials with known roots, for lines
  // through all of them. Fails if a root on either side is counted on the other.
  void rootsAreCounted() {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const Matrix draws = RandomStream(seed, Stream::test).normalMatrix(2, 30);
      std::vector<std::complex<double>> roots;
      for (Index i = 0; i < 30; ++i) {
        const std::complex<double> root = std::polar(std::tanh(std::abs(draws(0, i))), 3 * draws(1, i));
        roots.push_back(root);
        roots.push_back(std::conj(root));
      }
      ComplexVector coefficients = ComplexVector::Zero(61);
      coefficients(0) = 1;
      for (Index n = 0; n < 60; ++n) {
        ComplexVector next = ComplexVector::Zero(61);
        next.tail(60) = coefficients.head(60);
        next -= roots[static_cast<std::size_t>(n)] * coefficients;
        coefficients = next;
      }
      const MonicPolynomial polynomial(coefficients.real());
      for (double c : {0.3, 0.5, 0.7, 0.9}) {
        const auto expected = std::count_if(roots.begin(), roots.end(), [&](auto z) { return z.real() > c; });
        const auto counted = rootsRightOf(c, polynomial, Vector());
        if (counted) QCOMPARE(*counted, static_cast<Index>(expected));
      }
    }
  }

  // Henrici's number is not given where rounding decides it: an imported nilpotent chain, all of it seen.
  void henriciOfUndeterminedSpectrumIsLeftOut() {
    const StudentModes modes = denseModes(chain(120, true, 0.5).network.dense(), kAll);
    QVERIFY(modes.henriciUndetermined);
    QVERIFY(std::isnan(modes.henrici));
    QCOMPARE(modes.score.status, ScoreStatus::undetermined);
  }
};

KEYHOLE_TEST(TestLongTimeStudents)

}  // namespace tst_long_time_students

#include "tst_long_time_students.moc"
