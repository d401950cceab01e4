#include "core/fitting/parameter_count.h"

namespace keyhole {
namespace {

Index ofCovariance(const Matrix& Q) {
  const Index n = Q.rows();
  return Q.isDiagonal(0) ? n : n * (n + 1) / 2;
}

}  // namespace

Index parameterCount(const Student& student) {
  Index count = 0;
  if (const auto& parts = student.switching) {
    for (std::size_t k = 0; k < parts->A.size(); ++k)
      count += parts->A[k].size() + parts->V[k].size() + parts->b[k].size();
    for (const Matrix& Q : parts->Q) count += ofCovariance(Q);
    count += parts->logTransition.size() + parts->W.size() + parts->w.size();
    if (parts->Q.empty()) count += ofCovariance(student.Q);
  } else {
    count += student.A.size() + student.V.size() + student.b.size() + student.inner.size();
    if (student.emission) count += ofCovariance(student.Q);
  }
  if (const auto& emission = student.emission)
    count += emission->C.size() + emission->G.size() + emission->c.size() + emission->R.size();
  return count;
}

}  // namespace keyhole
