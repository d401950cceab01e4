// Tests core/analysis/nonnormal/eigenmodes.h
#include "core/analysis/nonnormal/eigenmodes.h"
#include "core/common/error.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "core/linalg/singular.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/teacher_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_eigenmodes {

using namespace keyhole;
using namespace keyhole::test;

namespace {

using Complex = std::complex<double>;

Matrix gaussian(Index n, double gain, std::uint64_t seed) {
  return gain * RandomStream(seed, Stream::test).normalMatrix(n, n) / std::sqrt(static_cast<double>(n));
}

}  // namespace

class TestEigenmodes : public QObject {
  Q_OBJECT
 private slots:
  // The defining equations of both vectors, the phases, and κ against LAPACK's own (dgeevx). Fails if a
  // pair's left vector is the conjugate one.
  void bothVectorsSatisfyTheirEquations() {
    const Matrix A = gaussian(30, 0.9, 1);
    const auto modes = eigenmodes(A);
    const EigenvalueConditions known = eigenvaluesWithConditions(A);
    for (std::size_t i = 0; i < modes.size(); ++i) {
      const Eigenmode& mode = modes[i];
      QVERIFY(std::abs(mode.value - known.values(static_cast<Index>(i))) < 1e-12);
      QVERIFY(std::abs(mode.condition / known.conditions(static_cast<Index>(i)) - 1) < 1e-9);
      const ComplexVector left = (mode.left.adjoint() * A).transpose() - mode.value * mode.left.conjugate();
      QVERIFY((A * mode.right - mode.value * mode.right).norm() < 1e-13);
      QVERIFY(left.norm() < 1e-13);
      QVERIFY(mode.residual < 1e-13);
      QVERIFY(std::abs(mode.right.real().dot(mode.right.imag())) < 1e-13);
      QVERIFY(mode.right.real().norm() >= mode.right.imag().norm());
      const Complex product = mode.left.dot(mode.right);
      QVERIFY(product.real() > 0 && std::abs(product.imag()) < 1e-13);
    }
  }

  // Normal: κ = 1. [0 c; 0 1]: κ = √(1 + c²).
  void conditionsOfKnownMatrices() {
    const Matrix G = gaussian(20, 1, 2);
    for (const auto& mode : eigenmodes(G + G.transpose())) QVERIFY(std::abs(mode.condition - 1) < 1e-12);
    Matrix A(2, 2);
    A << 0, 3, 0, 1;
    QVERIFY(std::abs(eigenmodes(A).at(0).condition - std::sqrt(10.0)) < 1e-12);
    QVERIFY(eigenmodes(Matrix(0, 0)).empty());
    QVERIFY_EXCEPTION_THROWN(eigenmodes(Matrix::Zero(2, 3)), std::runtime_error);
  }

  // Two roads: dgeev, and the last singular vectors of λ I - A, for a real and a complex eigenvalue, and
  // through the low-rank core.
  void singleModesAgreeWithAllModes() {
    const Teacher oscillator = buildTeacher(teacherOptions(TeacherKind::lowRankOscillator, 30));
    for (const Network& network : {Network(DenseForm{gaussian(21, 0.9, 3)}), oscillator.network}) {
      const auto all = eigenmodes(network.dense());
      for (std::size_t i = 0; i < 2; ++i) {
        const Eigenmode one = eigenmodeAt(network, all[i].value);
        QVERIFY(std::abs(std::abs(one.right.dot(all[i].right)) - 1) < 1e-10);
        QVERIFY(std::abs(std::abs(one.left.dot(all[i].left)) - 1) < 1e-10);
        QVERIFY(std::abs(one.condition / all[i].condition - 1) < 1e-8);
        QCOMPARE(one.dimension, Index{1});
      }
    }
  }

  // A nilpotent chain: one defective eigenvalue, x = e₁, y = e_D in its modes, κ infinite; of a low-rank
  // network the eigenvalue 0 has the whole kernel.
  void defectiveAndDegenerateEigenvalues() {
    TeacherOptions options = teacherOptions(TeacherKind::chain, 40);
    options.chainRotated = false;
    options.chainBeta = 0;
    const Eigenmode mode = eigenmodeAt(buildTeacher(options).network, 0.0);
    QVERIFY(std::isinf(mode.condition));
    QCOMPARE(mode.dimension, Index{1});
    QVERIFY(std::abs(std::abs(mode.right(0)) - 1) < 1e-14);
    QVERIFY(std::abs(std::abs(mode.left(39)) - 1) < 1e-14);
    const Teacher lowRank = buildTeacher(teacherOptions(TeacherKind::lowRankOrthogonal, 40));
    QCOMPARE(eigenmodeAt(lowRank.network, 0.0).dimension, Index{38});
  }

  void participationCountsNeurons() {
    ComplexVector x = ComplexVector::Zero(10);
    x(3) = {0, 2};
    Participation one = participationOf(x);
    QCOMPARE(one.ratio, 1.0);
    QCOMPARE(one.top.at(0), Index{3});
    QCOMPARE(one.top.size(), std::size_t{5});
    x.setConstant({1, 1});
    QVERIFY(std::abs(participationOf(x).ratio - 10) < 1e-12);
    x(7) = 5;
    QCOMPARE(participationOf(x, 100).top.at(0), Index{7});
    QVERIFY(std::abs(participationOf(x).share.sum() - 1) < 1e-14);
  }

  // A student that is the teacher overlaps by 1 with it, whether its singular values are apart or tied; a
  // rotated one by chance: the root mean square over draws is the level that is given. With g = 1, 200 draws
  // of <û, p>² have the mean 1/N and a relative standard error of √(2/200) = 0.1: four of them.
  void overlapsOfTheTeacherItselfAndOfChance() {
    for (const auto kind : {TeacherKind::gaussian, TeacherKind::lowRankOrthogonal}) {
      const Teacher teacher = buildTeacher(teacherOptions(kind, 30));
      const auto same = singularOverlap(teacher.network, firstUnits(30), teacher.network.dense(), 4);
      QCOMPARE(same.left.size(), kind == TeacherKind::gaussian ? Index{4} : Index{2});
      QVERIFY((same.left.array() - 1).abs().maxCoeff() < 1e-9);
      QVERIFY((same.right.array() - 1).abs().maxCoeff() < 1e-9);
      COMPARE_MATRICES(same.teacherValues, same.studentValues, 1e-10 * same.teacherValues(0));
    }
    const Teacher teacher = buildTeacher(teacherOptions(TeacherKind::gaussian, 40));
    double sum = 0, chance = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      const auto overlap = singularOverlap(teacher.network, firstUnits(12), gaussian(12, 1, seed), 1);
      sum += overlap.left(0) * overlap.left(0);
      chance = overlap.chance(0);
    }
    QVERIFY(std::abs(chance - 1 / std::sqrt(12.0)) < 1e-14);
    QVERIFY(std::abs(sum / 200 / (chance * chance) - 1) < 0.4);
  }

  // The formula itself, written out, at a proper subset in another order.
  void overlapIsTheCosineWithTheSeenPart() {
    const Teacher teacher = buildTeacher(teacherOptions(TeacherKind::gaussian, 25));
    const std::vector<Index> seen{7, 3, 20, 11, 0, 9};
    const Matrix student = gaussian(6, 1, 4);
    const auto overlap = singularOverlap(teacher.network, seen, student, 3);
    const SingularSystem B = singularSystem(teacher.network.dense()), A = singularSystem(student);
    for (Index k = 0; k < 3; ++k) {
      const Vector u = B.left.col(k)(seen), v = B.right.col(k)(seen);
      QVERIFY(std::abs(overlap.left(k) - std::abs(A.left.col(k).dot(u)) / u.norm()) < 1e-10);
      QVERIFY(std::abs(overlap.right(k) - std::abs(A.right.col(k).dot(v)) / v.norm()) < 1e-10);
    }
    QVERIFY_EXCEPTION_THROWN(singularOverlap(teacher.network, seen, gaussian(5, 1, 4), 3), InputError);
    QVERIFY_EXCEPTION_THROWN(singularOverlap(teacher.network, {0, 25}, gaussian(2, 1, 4), 1), InputError);
  }

  // Hidden units are cut off, latents come through their emission.
  void connectivityOfStudents() {
    Student student;
    student.A = gaussian(5, 1, 6);
    student.seen = 3;
    COMPARE_MATRICES(seenConnectivity(student), Matrix(student.A.topLeftCorner(3, 3)), 0.0);
    QCOMPARE(modeInUnits(student, ComplexVector::Ones(5)).size(), Index{5});
    const Matrix C = RandomStream(7, Stream::test).normalMatrix(9, 5);
    student.emission = Emission{C, Matrix(9, 0), Vector::Zero(9), Vector::Ones(9)};
    // C A C⁺ C = C A: C's columns are independent.
    COMPARE_MATRICES(Matrix(seenConnectivity(student) * C), Matrix(C * student.A), 1e-12);
    QCOMPARE(modeInUnits(student, ComplexVector::Ones(5)).size(), Index{9});
  }
};

KEYHOLE_TEST(TestEigenmodes)

}  // namespace tst_eigenmodes

#include "tst_eigenmodes.moc"
