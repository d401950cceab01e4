#include "core/linalg/blas_check.h"

#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "core/linalg/singular.h"

#include <lapacke.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

// Factorisations: backward errors are a few n ε at most, and wrong kernels are not near.
constexpr double kFactors = 100 * kEpsilon;

struct Shape {
  Index rows, inner, columns;
};
constexpr Shape kSmall[] = {{1, 29, 3},   {5, 3, 17},  {7, 33, 9},   {16, 15, 31}, {17, 16, 15},
                            {24, 25, 23}, {33, 31, 8}, {31, 64, 33}, {63, 47, 49}, {65, 66, 2}};
constexpr Shape kLarge[] = {{130, 101, 117}, {97, 260, 65}};
constexpr Index kFactored[] = {5, 31, 97}, kSpectra[] = {5, 31, 67};

class Numbers {
 public:
  Matrix matrix(Index rows, Index columns) {
    Matrix made(rows, columns);
    m_random.uniforms(m_next++, {made.data(), static_cast<std::size_t>(made.size())});
    return 2 * made.array() - 1;
  }

 private:
  RandomStream m_random{1, Stream::probe};
  std::uint64_t m_next = 0;
};

// Plain loops, which no BLAS sees.
Matrix plainProduct(const Matrix& A, const Matrix& B) {
  const Index m = A.rows(), n = B.cols();
  Matrix C = Matrix::Zero(m, n);
  for (Index j = 0; j < n; ++j) {
    double* c = C.data() + j * m;
    for (Index k = 0; k < A.cols(); ++k) {
      const double b = B(k, j);
      const double* a = A.data() + k * m;
      for (Index i = 0; i < m; ++i) c[i] += a[i] * b;
    }
  }
  return C;
}

Matrix transposed(const Matrix& A) {
  Matrix T(A.cols(), A.rows());
  for (Index j = 0; j < A.cols(); ++j)
    for (Index i = 0; i < A.rows(); ++i) T(j, i) = A(i, j);
  return T;
}

// False for NaN, too.
bool near(const Matrix& found, const Matrix& right, const Matrix& scale, double tolerance) {
  if (found.rows() != right.rows() || found.cols() != right.cols()) return false;
  for (Index j = 0; j < right.cols(); ++j)
    for (Index i = 0; i < right.rows(); ++i)
      if (!(std::abs(found(i, j) - right(i, j)) <= tolerance * scale(i, j))) return false;
  return true;
}

// C + A B by plain loops, and how far a sum of the same terms in another order may be from it: 2 n ε Σ|a b|.
struct Expected {
  Matrix value, scale;
  double tolerance;

  Expected(const Matrix& C, const Matrix& A, const Matrix& B)
      : value(C + plainProduct(A, B)),
        scale(C.cwiseAbs() + plainProduct(A.cwiseAbs(), B.cwiseAbs())),
        tolerance(2 * static_cast<double>(A.cols() + 2) * kEpsilon) {}
  bool is(const Matrix& found) const { return near(found, value, scale, tolerance); }
};

// The same of large products, on two vectors, in O(n²).
struct ExpectedOnVectors {
  Matrix x;
  Matrix value, scale;
  double tolerance;

  ExpectedOnVectors(const Matrix& C, const Matrix& A, const Matrix& B, const Matrix& vectors)
      : x(vectors),
        value(plainProduct(C, x) + plainProduct(A, plainProduct(B, x))),
        scale(plainProduct(C.cwiseAbs(), x.cwiseAbs()) +
              plainProduct(A.cwiseAbs(), plainProduct(B.cwiseAbs(), x.cwiseAbs()))),
        tolerance(2 * static_cast<double>(A.cols() + 2 * B.cols() + 4) * kEpsilon) {}
  bool is(const Matrix& found) const {
    return found.cols() == x.rows() && near(plainProduct(found, x), value, scale, tolerance);
  }
};

// Whether A B = C for what a factorisation gave, on two vectors.
bool givesBack(const Matrix& A, const Matrix& B, const Matrix& C, Numbers& numbers) {
  if (A.cols() != B.rows() || A.rows() != C.rows() || B.cols() != C.cols()) return false;
  const Matrix x = numbers.matrix(C.cols(), 2);
  const Matrix scale = plainProduct(A.cwiseAbs(), plainProduct(B.cwiseAbs(), x.cwiseAbs()));
  const double size = std::max(scale.maxCoeff(), plainProduct(C.cwiseAbs(), x.cwiseAbs()).maxCoeff());
  return near(plainProduct(A, plainProduct(B, x)), plainProduct(C, x), Matrix::Constant(C.rows(), 2, size),
              kFactors);
}

bool isOrthonormal(const Matrix& Q, Numbers& numbers) {
  return givesBack(transposed(Q), Q, Matrix::Identity(Q.cols(), Q.cols()), numbers);
}

template <typename Expectation>
bool allForms(const BlasOperations& blas, const Matrix& C, const Matrix& A, const Matrix& B,
              const Expectation& expected) {
  return expected.is(blas.product(C, A, B)) && expected.is(blas.productTA(C, transposed(A), B)) &&
         expected.is(blas.productTB(C, A, transposed(B)));
}

bool productsAreRight(const BlasOperations& blas, Numbers& numbers) {
  for (const Shape& shape : kSmall) {
    const Matrix A = numbers.matrix(shape.rows, shape.inner), B = numbers.matrix(shape.inner, shape.columns),
                 C = numbers.matrix(shape.rows, shape.columns);
    if (!allForms(blas, C, A, B, Expected(C, A, B))) return false;
  }
  for (const Shape& shape : kLarge) {
    const Matrix A = numbers.matrix(shape.rows, shape.inner), B = numbers.matrix(shape.inner, shape.columns),
                 C = numbers.matrix(shape.rows, shape.columns);
    if (!allForms(blas, C, A, B, ExpectedOnVectors(C, A, B, numbers.matrix(shape.columns, 2)))) return false;
  }
  return true;
}

bool complexProductsAreRight(const BlasOperations& blas, Numbers& numbers) {
  for (const Shape& shape : {Shape{9, 33, 17}, Shape{31, 16, 7}, Shape{33, 47, 35}}) {
    const Matrix a = numbers.matrix(shape.rows, shape.inner), b = numbers.matrix(shape.rows, shape.inner),
                 c = numbers.matrix(shape.inner, shape.columns),
                 d = numbers.matrix(shape.inner, shape.columns);
    ComplexMatrix A(a.rows(), a.cols()), B(c.rows(), c.cols());
    A.real() = a, A.imag() = b, B.real() = c, B.imag() = d;
    const ComplexMatrix found = blas.complexProduct(A, B);
    const Matrix scale = plainProduct(a.cwiseAbs() + b.cwiseAbs(), c.cwiseAbs() + d.cwiseAbs());
    const double tolerance = 4 * static_cast<double>(shape.inner + 2) * kEpsilon;
    if (!near(found.real(), plainProduct(a, c) - plainProduct(b, d), scale, tolerance) ||
        !near(found.imag(), plainProduct(a, d) + plainProduct(b, c), scale, tolerance))
      return false;
  }
  return true;
}

bool vectorProductsAreRight(const BlasOperations& blas, Numbers& numbers) {
  for (const Shape& shape : {Shape{7, 67, 1}, Shape{63, 17, 1}, Shape{130, 131, 1}, Shape{515, 33, 1}}) {
    const Matrix A = numbers.matrix(shape.rows, shape.inner), x = numbers.matrix(shape.inner, 1),
                 y = numbers.matrix(shape.rows, 1);
    if (!Expected(Matrix::Zero(A.rows(), 1), A, x).is(blas.timesVector(A, x)) ||
        !Expected(Matrix::Zero(A.cols(), 1), transposed(A), y).is(blas.transposedTimesVector(A, y)))
      return false;
  }
  return true;
}

bool gramsAreRight(const BlasOperations& blas, Numbers& numbers) {
  for (const Shape& shape : {Shape{5, 33, 0}, Shape{31, 17, 0}, Shape{67, 40, 0}}) {
    const Matrix A = numbers.matrix(shape.rows, shape.inner);
    if (!Expected(Matrix::Zero(A.rows(), A.rows()), A, transposed(A)).is(blas.gram(A))) return false;
  }
  return true;
}

// Well conditioned, symmetric and positive definite.
Matrix definite(Numbers& numbers, Index n) {
  const Matrix A = numbers.matrix(n, n);
  Matrix S = plainProduct(A, transposed(A));
  S.diagonal().array() += static_cast<double>(n);
  return S;
}

bool trianglesAreRight(const BlasOperations& blas, Numbers& numbers) {
  for (const Index n : kFactored) {
    Matrix L = numbers.matrix(n, n).triangularView<Eigen::Lower>();
    L.diagonal().array() = static_cast<double>(n);
    const Matrix B = numbers.matrix(n, n / 2 + 1);
    if (!givesBack(L, blas.solved(L, B), B, numbers)) return false;
  }
  return true;
}

bool choleskyIsRight(const BlasOperations& blas, Numbers& numbers) {
  for (const Index n : kFactored) {
    const Matrix A = definite(numbers, n), L = blas.cholesky(A);
    if (!givesBack(L, transposed(L), A, numbers)) return false;
  }
  return true;
}

bool luIsRight(const BlasOperations& blas, Numbers& numbers) {
  for (const Index n : kFactored) {
    Matrix A = numbers.matrix(n, n);
    A.diagonal().array() += std::sqrt(static_cast<double>(n));
    const Matrix B = numbers.matrix(n, 5);
    if (!givesBack(A, blas.luSolved(A, B), B, numbers)) return false;
  }
  return true;
}

bool qrIsRight(const BlasOperations& blas, Numbers& numbers) {
  for (const Index n : kFactored) {
    const Matrix A = numbers.matrix(n + 4, n);
    Matrix Q, R;
    blas.qr(A, Q, R);
    if (!isOrthonormal(Q, numbers) || !givesBack(Q, R, A, numbers)) return false;
  }
  return true;
}

// A X = X Λ in real and imaginary parts; the trace tells whether an eigenvalue is there twice.
bool eigenvaluesAreRight(const BlasOperations& blas, Numbers& numbers) {
  for (const Index n : kSpectra) {
    const Matrix A = numbers.matrix(n, n);
    ComplexVector values;
    ComplexMatrix vectors;
    blas.eigen(A, values, vectors);
    if (values.size() != n || vectors.rows() != n || vectors.cols() != n) return false;
    const Matrix re = vectors.real(), im = vectors.imag();
    const Vector a = values.real(), b = values.imag();
    if (!givesBack(A, re, re * a.asDiagonal() - im * b.asDiagonal(), numbers) ||
        !givesBack(A, im, im * a.asDiagonal() + re * b.asDiagonal(), numbers) ||
        !(std::abs(A.trace() - a.sum()) <= kFactors * static_cast<double>(n) * A.norm()))
      return false;
  }
  return true;
}

bool symmetricEigenvaluesAreRight(const BlasOperations& blas, Numbers& numbers) {
  for (const Index n : kSpectra) {
    const Matrix A = definite(numbers, n);
    Vector values;
    Matrix vectors;
    blas.symmetricEigen(A, values, vectors);
    if (values.size() != n || !isOrthonormal(vectors, numbers) ||
        !givesBack(A, vectors, vectors * values.asDiagonal(), numbers))
      return false;
  }
  return true;
}

bool singularValuesAreRight(const BlasOperations& blas, Numbers& numbers) {
  for (const Index n : kSpectra) {
    const Matrix A = numbers.matrix(n + 3, n);
    Vector values;
    Matrix left, right;
    blas.singular(A, values, left, right);
    if (values.size() != n || left.cols() != n || !isOrthonormal(left, numbers) ||
        !isOrthonormal(right, numbers) ||
        !givesBack(left * values.asDiagonal(), transposed(right), A, numbers))
      return false;
  }
  return true;
}

// By Householder reflections, thin.
void householder(const Matrix& A, Matrix& Q, Matrix& R) {
  const auto m = static_cast<lapack_int>(A.rows()), n = static_cast<lapack_int>(A.cols());
  Q = A;
  Vector tau(n);
  LAPACKE_dgeqrf(LAPACK_COL_MAJOR, m, n, Q.data(), m, tau.data());
  R = Q.topRows(n).triangularView<Eigen::Upper>();
  LAPACKE_dorgqr(LAPACK_COL_MAJOR, m, n, n, Q.data(), m, tau.data());
}

Matrix lowerFactor(const Matrix& A) {
  Matrix L = A;
  const auto n = static_cast<lapack_int>(A.rows());
  LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', n, L.data(), n);
  return L.triangularView<Eigen::Lower>();
}

Matrix solvedByLu(const Matrix& A, const Matrix& B) {
  Matrix factors = A, X = B;
  const auto n = static_cast<lapack_int>(A.rows()), k = static_cast<lapack_int>(B.cols());
  std::vector<lapack_int> pivots(static_cast<std::size_t>(n));
  LAPACKE_dgesv(LAPACK_COL_MAJOR, n, k, factors.data(), n, pivots.data(), X.data(), n);
  return X;
}

}  // namespace

BlasOperations::BlasOperations()
    : product([](const Matrix& C, const Matrix& A, const Matrix& B) {
        Matrix sum = C;
        sum.noalias() += A * B;
        return sum;
      }),
      productTA([](const Matrix& C, const Matrix& A, const Matrix& B) {
        Matrix sum = C;
        sum.noalias() += A.transpose() * B;
        return sum;
      }),
      productTB([](const Matrix& C, const Matrix& A, const Matrix& B) {
        Matrix sum = C;
        sum.noalias() += A * B.transpose();
        return sum;
      }),
      complexProduct([](const ComplexMatrix& A, const ComplexMatrix& B) { return ComplexMatrix(A * B); }),
      timesVector([](const Matrix& A, const Vector& x) { return Vector(A * x); }),
      transposedTimesVector([](const Matrix& A, const Vector& x) { return Vector(A.transpose() * x); }),
      gram([](const Matrix& A) {
        Matrix S = Matrix::Zero(A.rows(), A.rows());
        S.selfadjointView<Eigen::Lower>().rankUpdate(A);
        return Matrix(S.selfadjointView<Eigen::Lower>());
      }),
      solved(
          [](const Matrix& L, const Matrix& B) { return Matrix(L.triangularView<Eigen::Lower>().solve(B)); }),
      cholesky(lowerFactor),
      luSolved(solvedByLu),
      qr(householder),
      eigen([](const Matrix& A, ComplexVector& values, ComplexMatrix& vectors) {
        EigenSystem system = eigenSystem(A);
        values = std::move(system.values);
        vectors = std::move(system.vectors);
      }),
      symmetricEigen([](const Matrix& A, Vector& values, Matrix& vectors) {
        SymmetricEigenSystem system = symmetricEigenSystem(A);
        values = std::move(system.values);
        vectors = std::move(system.vectors);
      }),
      singular([](const Matrix& A, Vector& values, Matrix& left, Matrix& right) {
        SingularSystem system = singularSystem(A);
        values = std::move(system.values);
        left = std::move(system.left);
        right = std::move(system.right);
      }) {}

std::string blasSelfCheck(const BlasOperations& operations) {
  struct Check {
    const char* what;
    bool (*isRight)(const BlasOperations&, Numbers&);
  };
  constexpr Check kChecks[] = {{"products", productsAreRight},
                               {"complex products", complexProductsAreRight},
                               {"products with vectors", vectorProductsAreRight},
                               {"products with the own transpose", gramsAreRight},
                               {"triangular solutions", trianglesAreRight},
                               {"Cholesky factors", choleskyIsRight},
                               {"solutions by LU", luIsRight},
                               {"QR factors", qrIsRight},
                               {"eigenvalues", eigenvaluesAreRight},
                               {"eigenvalues of symmetric matrices", symmetricEigenvaluesAreRight},
                               {"singular values", singularValuesAreRight}};
  Numbers numbers;
  for (const Check& check : kChecks) {
    try {
      if (!check.isRight(operations, numbers)) return check.what;
    } catch (const std::runtime_error&) {  // an iteration that does not converge
      return check.what;
    }
  }
  return "";
}

std::string blasSelfCheck() {
  return blasSelfCheck(BlasOperations());
}

}  // namespace keyhole
