#include "core/analysis/nonnormal/compression.h"

#include "core/linalg/orthogonal.h"

namespace keyhole {

Compression compressionOf(const Network& network) {
  Compression result;
  if (const auto* lowRank = std::get_if<LowRankForm>(&network.form())) {
    Matrix both(lowRank->M.rows(), lowRank->M.cols() + lowRank->N.cols());
    // Scaled alike, so that the rank decision does not depend on how M and N share B's size.
    both << lowRank->M / std::max(lowRank->M.norm(), 1e-300),
        lowRank->N / std::max(lowRank->N.norm(), 1e-300);
    result.basis = orthonormalBasis(both);
    result.core = (result.basis.transpose() * lowRank->M) * (lowRank->N.transpose() * result.basis);
    result.rest = network.size() - result.core.rows();
  } else if (const auto* chain = std::get_if<ChainForm>(&network.form())) {
    result.chain = *chain;
    result.chain->U.resize(0, 0);
    result.basis = chain->U;
    result.core = chain->modeMatrix();
  } else {
    result.core = network.dense();
  }
  return result;
}

}  // namespace keyhole
