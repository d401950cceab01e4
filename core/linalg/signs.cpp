#include "core/linalg/signs.h"

#include <cmath>

namespace keyhole {

double directionSign(ConstVectorRef x) {
  constexpr double kAsLarge = 1 - 1e-6;
  const double largest = x.size() > 0 ? x.cwiseAbs().maxCoeff() : 0.0;
  for (const double entry : x)
    if (std::abs(entry) >= kAsLarge * largest) return entry < 0 ? -1.0 : 1.0;
  return 1.0;
}

void fixSigns(Matrix& V) {
  for (Index j = 0; j < V.cols(); ++j)
    if (directionSign(V.col(j)) < 0) V.col(j) = -V.col(j);
}

}  // namespace keyhole
