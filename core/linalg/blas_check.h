// Whether the kernels of BLAS and LAPACK compute what they should: some of OpenBLAS's have been wrong on some
// processors, for some sizes.
#pragma once

#include "core/common/types.h"

#include <functional>
#include <string>

namespace keyhole {

// What is checked, so that a test can put in wrong ones. The defaults are what the program uses.
struct BlasOperations {
  BlasOperations();

  // C + A B, C + Aᵀ B, C + A Bᵀ for matrices that fit.
  std::function<Matrix(const Matrix&C, const Matrix&A, const Matrix&B)> product, productTA, productTB;
  std::function<ComplexMatrix(const ComplexMatrix& A, const ComplexMatrix& B)> complexProduct;
  std::function<Vector(const Matrix&A, const Vector&x)> timesVector, transposedTimesVector;
  std::function<Matrix(const Matrix& A)> gram;                       // A Aᵀ
  std::function<Matrix(const Matrix& L, const Matrix& B)> solved;    // L⁻¹ B, L lower triangular
  std::function<Matrix(const Matrix& A)> cholesky;                   // L with A = L Lᵀ
  std::function<Matrix(const Matrix& A, const Matrix& B)> luSolved;  // A⁻¹ B
  std::function<void(const Matrix& A, Matrix& Q, Matrix& R)> qr;     // A = Q R
  std::function<void(const Matrix& A, ComplexVector& values, ComplexMatrix& vectors)> eigen;
  std::function<void(const Matrix& A, Vector& values, Matrix& vectors)> symmetricEigen;
  std::function<void(const Matrix& A, Vector& values, Matrix& left, Matrix& right)> singular;
};

// The first operation whose result is wrong ("products", "eigenvalues" …), or empty. Sizes are those at which
// kernels have their seams: around multiples of 4 to 32, and beyond the limit of special code for small
// products. Compared with plain loops by entry, to the bound that holds for sums in any order;
// large products and what factorisations give back on two vectors. Takes a few milliseconds.
std::string blasSelfCheck(const BlasOperations& operations);
std::string blasSelfCheck();

}  // namespace keyhole
