#include "core/linalg/exponential.h"

#include <Eigen/LU>

#include <algorithm>
#include <cmath>

namespace keyhole {

Matrix exponential(ConstMatrixRef A) {
  constexpr double kTheta = 5.371920351148152;  // ‖A‖₁ up to which [13/13] is accurate to the roundoff
  constexpr double b[] = {64764752532480000.,
                          32382376266240000.,
                          7771770303897600.,
                          1187353796428800.,
                          129060195264000.,
                          10559470521600.,
                          670442572800.,
                          33522128640.,
                          1323241920.,
                          40840800.,
                          960960.,
                          16380.,
                          182.,
                          1.};
  const Index n = A.rows();
  if (n == 0) return Matrix(0, 0);
  const double norm = A.cwiseAbs().colwise().sum().maxCoeff();
  const int squarings = norm > kTheta ? static_cast<int>(std::ceil(std::log2(norm / kTheta))) : 0;
  const Matrix X = std::ldexp(1.0, -squarings) * A;
  const Matrix X2 = X * X, X4 = X2 * X2, X6 = X4 * X2;
  Matrix U = X6 * (b[13] * X6 + b[11] * X4 + b[9] * X2) + b[7] * X6 + b[5] * X4 + b[3] * X2;
  U.diagonal().array() += b[1];
  U = (X * U).eval();
  Matrix V = X6 * (b[12] * X6 + b[10] * X4 + b[8] * X2) + b[6] * X6 + b[4] * X4 + b[2] * X2;
  V.diagonal().array() += b[0];
  Matrix E = (V - U).partialPivLu().solve(V + U);
  for (int i = 0; i < squarings; ++i) E = (E * E).eval();
  return E;
}

}  // namespace keyhole
