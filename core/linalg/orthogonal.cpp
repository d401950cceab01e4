#include "core/linalg/orthogonal.h"

#include <Eigen/QR>

#include <algorithm>

namespace keyhole {

Matrix haarColumns(const RandomStream& random, Index n, Index k, std::uint64_t firstRow) {
  const Eigen::HouseholderQR<Matrix> qr(random.normalMatrix(n, k, firstRow));
  Matrix Q = qr.householderQ() * Matrix::Identity(n, k);
  for (Index j = 0; j < k; ++j)
    if (qr.matrixQR()(j, j) < 0) Q.col(j) = -Q.col(j);
  return Q;
}

Matrix orthonormalBasis(ConstMatrixRef A) {
  if (A.cols() == 0) return Matrix(A.rows(), 0);
  Eigen::ColPivHouseholderQR<Matrix> qr(A);
  qr.setThreshold(1e-12);
  return qr.householderQ() * Matrix::Identity(A.rows(), qr.rank());
}

QrFactors thinQr(ConstMatrixRef A) {
  const Eigen::HouseholderQR<Matrix> qr(A);
  const Index k = std::min(A.rows(), A.cols());
  return {qr.householderQ() * Matrix::Identity(A.rows(), k),
          qr.matrixQR().topRows(k).triangularView<Eigen::Upper>()};
}

Matrix triangularFactor(ConstMatrixRef A) {
  const Eigen::HouseholderQR<Matrix> qr(A);
  return qr.matrixQR().topRows(std::min(A.rows(), A.cols())).triangularView<Eigen::Upper>();
}

Matrix leastSquares(ConstMatrixRef A, ConstMatrixRef B) {
  return Eigen::ColPivHouseholderQR<Matrix>(A).solve(B);
}

Matrix leastNormSolution(ConstMatrixRef A, ConstMatrixRef B) {
  return Eigen::CompleteOrthogonalDecomposition<Matrix>(A).solve(B);
}

Matrix pseudoInverse(ConstMatrixRef A) {
  return Eigen::CompleteOrthogonalDecomposition<Matrix>(A).pseudoInverse();
}

}  // namespace keyhole
