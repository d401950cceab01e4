#include "core/linalg/schur.h"

#include <lapacke.h>

#include <stdexcept>

namespace keyhole {

RealSchur realSchur(ConstMatrixRef A, bool withVectors) {
  const Index n = A.rows();
  if (A.cols() != n || !A.allFinite())
    throw std::runtime_error("the Schur form of a matrix that is not square and finite");
  RealSchur schur{A, withVectors ? Matrix(n, n) : Matrix(), Vector(n), Vector(n)};
  if (n == 0) return schur;
  const auto size = static_cast<lapack_int>(n);
  lapack_int selected = 0;
  const auto info = LAPACKE_dgees(LAPACK_COL_MAJOR, withVectors ? 'V' : 'N', 'N', nullptr, size,
                                  schur.T.data(), size, &selected, schur.re.data(), schur.im.data(),
                                  withVectors ? schur.Z.data() : nullptr, size);
  if (info != 0) throw std::runtime_error("the Schur factorisation did not converge");
  return schur;
}

}  // namespace keyhole
