#include "core/audit/reversibility/entropy.h"

#include "core/common/random.h"

#include <Eigen/LU>

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr Index kComponents = 5, kDraws = 50, kPerComponent = 8;

// signs: one per frequency, or empty for the recording itself.
double rateOf(const ComplexMatrix& d, Index T, Index q, const std::vector<double>& signs) {
  const Index J = d.cols();
  const Index width = std::max(kPerComponent * q, static_cast<Index>(std::sqrt(static_cast<double>(J))));
  double sum = 0;
  for (Index from = 0; from + width <= J; from += width) {
    ComplexMatrix S = ComplexMatrix::Zero(q, q);
    for (Index j = from; j < from + width; ++j) {
      ComplexMatrix one = d.col(j).head(q) * d.col(j).head(q).adjoint();
      if (!signs.empty() && signs[static_cast<std::size_t>(j)] < 0.5) one = one.conjugate().eval();
      S += one;
    }
    const ComplexMatrix ratio = S * S.transpose().partialPivLu().inverse();
    sum += static_cast<double>(width) * (ratio.trace().real() - static_cast<double>(q));
  }
  return sum / static_cast<double>(T);
}

}  // namespace

EntropyProduction entropyProduction(const std::vector<ComplexMatrix>& transforms,
                                    const std::vector<Index>& lengths, std::uint64_t seed,
                                    Progress& progress) {
  EntropyProduction made;
  made.components = std::min(kComponents, transforms.front().rows());
  double all = 0;
  for (std::size_t k = 0; k < transforms.size(); ++k) {
    const Index q = made.components, T = lengths[k];
    std::vector<double> coins(static_cast<std::size_t>(transforms[k].cols()));
    double null = 0;
    for (Index b = 0; b < kDraws; ++b) {
      progress.throwIfStopped();
      RandomStream(seed, Stream::fit, k).uniforms(static_cast<std::uint64_t>(b), coins);
      null += rateOf(transforms[k], T, q, coins) / static_cast<double>(kDraws);
    }
    made.rate += static_cast<double>(T) * (rateOf(transforms[k], T, q, {}) - null);
    all += static_cast<double>(T);
  }
  made.rate /= all;
  return made;
}

}  // namespace keyhole
