// Tests core/linalg/exponential.h
#include "core/common/random.h"
#include "core/linalg/exponential.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <unsupported/Eigen/MatrixFunctions>

namespace tst_exponential {

using namespace keyhole;

class TestExponential : public QObject {
  Q_OBJECT
 private slots:
  // Eigen's is an independent implementation (degrees 3 to 13, chosen by norm). Both are backward stable, so
  // they may differ by the roundoff times ‖A‖ ‖e^A‖ and a modest factor. Fails for a wrong coefficient or a
  // missing squaring.
  void agreesWithEigen() {
    for (const double norm : {0.01, 1.0, 4.0, 30.0}) {
      const Matrix A = norm * RandomStream(2, Stream::test).normalMatrix(20, 20) / std::sqrt(20.0);
      const Matrix theirs = Matrix(A.exp());
      COMPARE_MATRICES(exponential(A), theirs, 1e-14 * (1 + A.norm()) * theirs.norm());
    }
  }

  // The nilpotent shift times t: entries t^k/k! on the k-th superdiagonal, no rounding of a spectrum.
  void nilpotentShiftIsATaylorPolynomial() {
    const Index n = 8;
    const double t = 3;
    Matrix A = Matrix::Zero(n, n), known = Matrix::Zero(n, n);
    A.diagonal(1).setConstant(t);
    double term = 1;
    for (Index k = 0; k < n; ++k) {
      known.diagonal(k).setConstant(term);
      term *= t / static_cast<double>(k + 1);
    }
    COMPARE_MATRICES(exponential(A), known, 1e-14 * known.norm());
  }

  // e^A e^{-A} = I, and the empty matrix.
  void inverses() {
    const Matrix A = RandomStream(3, Stream::test).normalMatrix(9, 9);
    COMPARE_MATRICES(exponential(A) * exponential(-A), Matrix(Matrix::Identity(9, 9)),
                     1e-13 * exponential(A).norm() * exponential(-A).norm());
    QCOMPARE(exponential(Matrix(0, 0)).size(), Index{0});
  }
};

KEYHOLE_TEST(TestExponential)

}  // namespace tst_exponential

#include "tst_exponential.moc"
