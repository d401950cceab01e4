// Tests core/linalg/singular.h
#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "core/linalg/singular.h"
#include "tests/support/matrix_compare.h"

#include <QTest>

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

  // The zero operator has nothing to converge to but 0.
  void zeroOperator() {
    const LinearOperator E{[](const Vector& x) { return Vector(0 * x); },
                           [](const Vector& x) { return Vector(0 * x); }};
    const LeadingSingular pair = leadingSingular(E, Vector::Ones(5));
    QCOMPARE(pair.value, 0.0);
    QVERIFY(pair.converged);
  }
};

QTEST_GUILESS_MAIN(TestSingular)
#include "tst_singular.moc"
