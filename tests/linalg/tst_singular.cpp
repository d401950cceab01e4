// Tests core/linalg/singular.h
#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "core/linalg/singular.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_singular {

using namespace keyhole;

class TestSingular : public QObject {
  Q_OBJECT

  static Matrix gaussian(Index rows, Index columns, std::uint64_t seed) {
    return RandomStream(seed, Stream::test).normalMatrix(rows, columns);
  }

 private slots:
  // A = U Σ Vᵀ, to a small multiple of the roundoff. Fails if the right vectors come out transposed.
  void factorsReproduceTheMatrix() {
    for (const auto& [m, n] : {std::pair<Index, Index>{7, 7}, {12, 5}, {5, 12}, {1, 1}}) {
      const Matrix A = gaussian(m, n, 1);
      const SingularSystem s = singularSystem(A);
      COMPARE_MATRICES(Matrix(s.left * s.values.asDiagonal() * s.right.transpose()), A, 1e-13 * A.norm());
      COMPARE_MATRICES(s.values, singularValues(A), 1e-13 * A.norm());
      ComplexMatrix C = A.cast<std::complex<double>>();
      C.imag() = gaussian(m, n, 2);
      const ComplexSingularSystem c = complexSingularSystem(C);
      QVERIFY((c.left * c.values.asDiagonal() * c.right.adjoint() - C).norm() < 1e-13 * C.norm());
      QVERIFY(std::abs(smallestSingularValue(C) - c.values.tail(1)(0)) < 1e-13 * C.norm());
    }
    QVERIFY(std::isinf(smallestSingularValue(ComplexMatrix(0, 0))));
  }

  // Against LAPACK. A residual of 1e-8 σ and a gap of a few per cent leave an error of the order 1e-15.
  // The second matrix has two equal leading values: the value converges, the vector is any of the plane.
  void leadingPairOfAnOperator() {
    Matrix tied = Matrix::Zero(60, 60);
    tied.diagonal().setLinSpaced(1, 0);
    tied(1, 1) = 1;
    for (const Matrix& A : {gaussian(80, 80, 3), tied}) {
      const LinearOperator E{[&](const Vector& x) { return Vector(A * x); },
                             [&](const Vector& x) { return Vector(A.transpose() * x); }};
      const LeadingSingular pair = leadingSingular(E, gaussian(A.cols(), 1, 4));
      QVERIFY(pair.converged);
      QVERIFY(std::abs(pair.value - singularValues(A)(0)) < 1e-12 * pair.value);
      QVERIFY((A * pair.right - pair.value * pair.left).norm() < 1e-13 * A.norm());
      QVERIFY(std::abs((A.transpose() * pair.left - pair.value * pair.right).norm() - pair.residual) <
              1e-13 * A.norm());
    }
  }

  // Against all singular values and vectors: squares where they lie close (errors of ε (σ₁/σ_k)²/2, so 1e-12
  // at the factor of 30 up to which they are used), the bidiagonal form where not. Vectors to ε over the gap;
  // the last but one matrix has two equal leading values, of which any vector is right. Fails if the road
  // by squares is taken where it loses digits, or a vector belongs to another value.
  void leadingValuesAgreeWithAll() {
    Matrix wide = Matrix::Zero(30, 30), tied = Matrix::Identity(9, 9);
    for (Index i = 0; i < 30; ++i) wide(i, i) = std::pow(10.0, -static_cast<double>(i));
    wide = (gaussian(30, 30, 5) * wide).eval();
    tied(8, 8) = 0.25;
    for (const Matrix& A : {gaussian(60, 60, 6), gaussian(20, 12, 7), gaussian(1, 1, 8), gaussian(3, 3, 9),
                            Matrix(1e150 * gaussian(5, 5, 10)), wide, tied, Matrix(Matrix::Zero(4, 4))}) {
      const SingularSystem all = singularSystem(A);
      const LeadingSingularValues some = leadingSingularValues(A, 6);
      const double largest = all.values(0);
      QCOMPARE(some.values.size(), std::min<Index>(6, A.cols()));
      for (Index i = 0; i < some.values.size(); ++i)
        QVERIFY(std::abs(some.values(i) - all.values(i)) <= 1e-12 * all.values(i) + 1e-15 * largest);
      QVERIFY(std::abs(some.left.norm() - 1) < 1e-12 && std::abs(some.right.norm() - 1) < 1e-12);
      QVERIFY((A * some.right - largest * some.left).norm() <= 1e-11 * largest);
      QVERIFY((A.transpose() * some.left - largest * some.right).norm() <= 1e-11 * largest);
    }
    QCOMPARE(leadingSingularValues(Matrix(0, 0), 6).values.size(), Index{0});
    QVERIFY_EXCEPTION_THROWN(leadingSingularValues(gaussian(3, 4, 1), 2), std::runtime_error);
  }

  // The zero operator has nothing to converge to but 0.
  void zeroOperator() {
    const LinearOperator E{[](const Vector& x) { return Vector(0 * x); },
                           [](const Vector& x) { return Vector(0 * x); }};
    const LeadingSingular pair = leadingSingular(E, Vector::Ones(5));
    QCOMPARE(pair.value, 0.0);
    QVERIFY(pair.converged);
  }
};

KEYHOLE_TEST(TestSingular)

}  // namespace tst_singular

#include "tst_singular.moc"
