#include "core/linalg/blas_check.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_blas_check {

using namespace keyhole;

namespace {

// One entry of the result is off by this part of it: a wrong kernel is further off, rounding is 1e4 times
// nearer.
constexpr double kOff = 1e-9;

template <typename Result>
Result spoilt(Result result) {
  result(result.rows() - 1, result.cols() - 1) *= 1 + kOff;
  return result;
}

template <typename Operation>
void spoil(Operation& operation) {
  operation = [original = operation](const auto&... arguments) { return spoilt(original(arguments...)); };
}

}  // namespace

class TestBlasCheck : public QObject {
  Q_OBJECT

 private slots:
  // Fails if the kernels of this machine compute wrongly, or the check asks for more than rounding allows.
  void theRunningKernelPasses() { QCOMPARE(blasSelfCheck(), std::string()); }

  // Fails if the check does not look at an operation, or not closely.
  void wrongOnesAreFound_data() {
    QTest::addColumn<QString>("found");
    for (const char* name :
         {"products", "complex products", "products with vectors", "products with the own transpose",
          "triangular solutions", "Cholesky factors", "solutions by LU", "QR factors", "eigenvalues",
          "eigenvalues of symmetric matrices", "singular values"})
      QTest::newRow(name) << name;
  }
  void wrongOnesAreFound() {
    QFETCH(QString, found);
    QCOMPARE(blasSelfCheck(withWrong(found)), found.toStdString());
  }

  // Only one of the three forms of a product, and only large ones, as a kernel's seam may be. Fails if the
  // transposed forms or the large sizes are left out.
  void rareOnesAreFound() {
    BlasOperations blas;
    blas.productTB = [](const Matrix& C, const Matrix& A, const Matrix& B) {
      Matrix sum = C + A * B.transpose();
      if (A.rows() > 100) sum(100, 64) *= 1 + kOff;
      return sum;
    };
    QCOMPARE(blasSelfCheck(blas), std::string("products"));
  }

  // Fails if a result that is not a number passes for a right one.
  void notANumberIsWrong() {
    BlasOperations blas;
    blas.cholesky = [](const Matrix& A) {
      return Matrix(Matrix::Constant(A.rows(), A.cols(), std::numeric_limits<double>::quiet_NaN()));
    };
    QCOMPARE(blasSelfCheck(blas), std::string("Cholesky factors"));
  }

 private:
  static BlasOperations withWrong(const QString& what) {
    BlasOperations blas;
    if (what == "products") spoil(blas.product);
    if (what == "complex products") spoil(blas.complexProduct);
    if (what == "products with vectors") spoil(blas.timesVector);
    if (what == "products with the own transpose") spoil(blas.gram);
    if (what == "triangular solutions") spoil(blas.solved);
    if (what == "Cholesky factors") spoil(blas.cholesky);
    if (what == "solutions by LU") spoil(blas.luSolved);
    if (what == "QR factors")
      blas.qr = [original = blas.qr](const Matrix& A, Matrix& Q, Matrix& R) {
        original(A, Q, R);
        R = spoilt(R);
      };
    if (what == "eigenvalues")
      blas.eigen = [original = blas.eigen](const Matrix& A, ComplexVector& values, ComplexMatrix& vectors) {
        original(A, values, vectors);
        values = spoilt(values);
      };
    if (what == "eigenvalues of symmetric matrices")
      blas.symmetricEigen = [original = blas.symmetricEigen](const Matrix& A, Vector& values,
                                                             Matrix& vectors) {
        original(A, values, vectors);
        values = spoilt(values);
      };
    if (what == "singular values")
      blas.singular = [original = blas.singular](const Matrix& A, Vector& values, Matrix& left,
                                                 Matrix& right) {
        original(A, values, left, right);
        values = spoilt(values);
      };
    return blas;
  }
};

KEYHOLE_TEST(TestBlasCheck)

}  // namespace tst_blas_check

#include "tst_blas_check.moc"
