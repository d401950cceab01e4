#include "core/fitting/regression/chain_covariance.h"

namespace keyhole {
namespace {

struct Coefficients {
  double s, p, q, v;
};

Coefficients coefficientsOf(const ChainForm& chain, StationaryLimit limit, double alpha) {
  if (limit == StationaryLimit::continuous) return {2 * (1 - chain.diagonal), 1, 0, 1};
  const double a = 1 - alpha + alpha * chain.diagonal;
  return {1 - a * a, a * alpha, alpha * alpha, alpha * alpha};
}

// Entries i, j >= 1: units that β does not reach.
void fillBelowFirst(Matrix& C, const Vector& links, const Coefficients& k) {
  const Index D = C.rows();
  for (Index j = D - 1; j >= 1; --j)
    for (Index i = j; i >= 1; --i) {
      const double below = i + 1 < D ? links(i) * C(i + 1, j) : 0;
      const double right = j + 1 < D ? links(j) * C(i, j + 1) : 0;
      const double both = i + 1 < D && j + 1 < D ? links(i) * links(j) * C(i + 1, j + 1) : 0;
      C(i, j) = (k.p * (below + right) + k.q * both + (i == j ? k.v : 0)) / k.s;
      C(j, i) = C(i, j);
    }
}

void fillFirst(Matrix& C, const ChainForm& chain, const Coefficients& k) {
  const Index D = C.rows();
  const auto& links = chain.links;
  Vector driven(D);  // (N C)(0, j) for j >= 1
  for (Index j = D - 1; j >= 1; --j) {
    driven(j) = links(0) * C(1, j) + chain.beta * C.col(j).tail(D - 1).sum();
    const double right = j + 1 < D ? links(j) * C(0, j + 1) : 0;
    const double both = j + 1 < D ? links(j) * driven(j + 1) : 0;
    C(0, j) = (k.p * (driven(j) + right) + k.q * both) / k.s;
    C(j, 0) = C(0, j);
  }
  if (D == 1) {
    C(0, 0) = k.v / k.s;
    return;
  }
  const double own = links(0) * C(1, 0) + chain.beta * C.col(0).tail(D - 1).sum();
  const double both = links(0) * driven(1) + chain.beta * driven.tail(D - 1).sum();
  C(0, 0) = (2 * k.p * own + k.q * both + k.v) / k.s;
}

}  // namespace

Matrix chainCovariance(const ChainForm& chain, StationaryLimit limit, double alpha) {
  const Coefficients k = coefficientsOf(chain, limit, alpha);
  if (!(k.s > 0)) return {};
  Matrix C(chain.size(), chain.size());
  fillBelowFirst(C, chain.links, k);
  fillFirst(C, chain, k);
  return C;
}

}  // namespace keyhole
