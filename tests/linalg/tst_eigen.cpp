// Tests core/linalg/eigen.h
#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "core/linalg/leading_eigen.h"
#include "core/linalg/orthogonal.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_eigen {

using namespace keyhole;

class TestEigen : public QObject {
  Q_OBJECT

  static Matrix gaussian(Index n, std::uint64_t seed) {
    return RandomStream(seed, Stream::test).normalMatrix(n, n) / std::sqrt(static_cast<double>(n));
  }

 private slots:
  // ‖A V - V Λ‖ is a backward error: a small multiple of n ε ‖A‖. Fails if vectors are unpacked or reordered
  // wrongly.
  void eigenvectorsSatisfyTheirEquation() {
    for (Index n : {1, 2, 7, 60}) {
      const Matrix A = gaussian(n, 3);
      const auto system = eigenSystem(A);
      const ComplexMatrix residual =
          A.cast<std::complex<double>>() * system.vectors - system.vectors * system.values.asDiagonal();
      QVERIFY(residual.norm() < 1e-14 * static_cast<double>(n) * std::max(1.0, A.norm()));
      QVERIFY((system.vectors.colwise().norm().array() - 1).abs().maxCoeff() < 1e-13);
      COMPARE_EIGENVALUES(eigenvalues(A), system.values, 1e-12);
    }
  }

  // Fails if ties are broken differently or a pair's members are exchanged.
  void orderIsByFallingRealPartPlusImFirst() {
    ComplexVector values(5);
    values << std::complex<double>(0, -1), std::complex<double>(2, 0), std::complex<double>(0, 1),
        std::complex<double>(-3, 0), std::complex<double>(0.5, 0);
    const auto order = orderByRealPart(values);
    QCOMPARE(values(0), std::complex<double>(2, 0));
    QCOMPARE(values(2), std::complex<double>(0, 1));
    QCOMPARE(values(3), std::complex<double>(0, -1));
    QCOMPARE(order[2], Index{2});
  }

  // κ of the leading eigenvalue of [[1, a], [0, 0]] is √(1 + a²). Fails if reciprocals are not taken or not
  // reordered.
  void conditionOfATriangularPair() {
    Matrix A(2, 2);
    A << 0, 3, 0, 1;
    const auto report = eigenvaluesWithConditions(A);
    QCOMPARE(report.values(0), std::complex<double>(1, 0));
    QVERIFY(std::abs(report.conditions(0) - std::sqrt(10.0)) < 1e-12);
    // A normal matrix has condition 1.
    const Matrix Q = haarColumns(RandomStream(1, Stream::test), 20, 20);
    QVERIFY((eigenvaluesWithConditions(Q).conditions.array() - 1).abs().maxCoeff() < 1e-10);
  }

  // The report in parts against dgeevx: the same QR iteration, so the same values; conditions from vectors in
  // other coordinates, to rounding times themselves; vectors from inverse iteration, to a backward error of
  // n ε. The Jordan block has conditions that are as good as infinite in both. Fails if a condition belongs
  // to another eigenvalue, a pair's vectors are exchanged, or a defective eigenvalue passes for well known.
  void reportAgreesWithDgeevx() {
    Matrix jordan = Matrix::Zero(12, 12), spread = gaussian(12, 6);
    jordan.diagonal(1).setOnes();
    spread.row(3) = spread.row(2);  // an eigenvalue 0
    for (const Matrix& A :
         {gaussian(60, 4), gaussian(61, 5), gaussian(1, 6), gaussian(2, 8), spread,
          Matrix(1e150 * gaussian(7, 9)), Matrix(gaussian(9, 7) + gaussian(9, 7).transpose())}) {
      const EigenReport report = eigenReport(A, 6);
      const EigenvalueConditions known = eigenvaluesWithConditions(A);
      const double scale = A.norm();
      QVERIFY((report.values - known.values).cwiseAbs().maxCoeff() <= 1e-12 * scale);
      QVERIFY(((report.conditions - known.conditions).array() / known.conditions.array()).abs().maxCoeff() <
              1e-9);
      QCOMPARE(report.vectors.cols(), std::min<Index>(6, A.rows()));
      QVERIFY((report.vectors.colwise().norm().array() - 1).abs().maxCoeff() < 1e-12);
      QVERIFY(eigenResidual(A, report.values, report.vectors) < 1e-13);
    }
    QVERIFY(eigenReport(jordan, 3).conditions.minCoeff() > 1e10);
    QCOMPARE(eigenReport(Matrix(0, 0), 3).values.size(), Index{0});
  }

  // Fails if the leading vectors are not the leading ones, or their order is reversed.
  void leadingSymmetricEigenvectors() {
    const Matrix G = gaussian(30, 5);
    const Matrix A = G + G.transpose();
    const auto all = symmetricEigenSystem(A);
    const auto some = symmetricEigenSystem(A, 4);
    QVERIFY(std::is_sorted(all.values.begin(), all.values.end(), std::greater<>()));
    COMPARE_MATRICES(some.values, all.values.head(4), 1e-12);
    QVERIFY((A * some.vectors - some.vectors * some.values.asDiagonal()).norm() < 1e-12);
    QVERIFY((some.vectors.transpose() * some.vectors - Matrix::Identity(4, 4)).norm() < 1e-12);
  }

  // ‖A‖²_F = Σ σ². Fails if values are missing.
  void singularValuesCarryTheNorm() {
    const Matrix A = gaussian(25, 9).leftCols(10);
    const Vector s = singularValues(A);
    QCOMPARE(s.size(), Index{10});
    QVERIFY(std::abs(s.norm() - A.norm()) < 1e-12);
  }

  void nonFiniteMatricesAreRefused() {
    Matrix A = gaussian(4, 1);
    A(2, 1) = std::numeric_limits<double>::quiet_NaN();
    QVERIFY_EXCEPTION_THROWN(eigenvalues(A), std::runtime_error);
  }

  // Haar columns are orthonormal, and their mean over draws is 0 (a sign left by the QR would show in R's
  // diagonal).
  void haarColumnsAreOrthonormal() {
    double trace = 0;
    const Index n = 12;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
      const Matrix Q = haarColumns(RandomStream(seed, Stream::test), n, n);
      QVERIFY((Q.transpose() * Q - Matrix::Identity(n, n)).norm() < 1e-12);
      trace += Q.trace();
    }
    // The trace of a Haar matrix has mean 0 and variance 1: five standard errors of 400 draws.
    QVERIFY2(std::abs(trace / 400) < 0.25, qPrintable(QString::number(trace / 400)));
  }
};

KEYHOLE_TEST(TestEigen)

}  // namespace tst_eigen

#include "tst_eigen.moc"
