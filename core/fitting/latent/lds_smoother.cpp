#include "core/fitting/latent/lds_smoother.h"

#include "core/fitting/latent/lds_gaps.h"
#include "core/fitting/latent/lds_tiled.h"

namespace keyhole {
namespace {

void clear(LdsExpectations& sums, const LdsData& data, Index L, bool emissions) {
  const Index m = data.inputs(), width = L + m + 1;
  sums.logLikelihood = 0;
  sums.ZZ.setZero(width, width);
  sums.ZZ.bottomRightCorner(m + 1, m + 1) = data.driveMoments();
  sums.XZ.setZero(L, width);
  sums.XX.setZero(L, L);
  sums.transitions = transitionsOf(data.trials());
  sums.firstMeans.setZero(L, static_cast<Index>(data.trials().size()));
  sums.firstCovariances.setZero(L, L);
  sums.perChannel = data.anyMissing();
  sums.XD.setZero(emissions && !sums.perChannel ? L : 0, data.width());
  sums.means.resize(data.trials().size());
  sums.covariances.resize(sums.perChannel ? static_cast<std::size_t>(data.neurons()) : 1);
  for (Matrix& one : sums.covariances) one.setZero(L, L);
}

}  // namespace

LdsSmoother::LdsSmoother(const LdsData& data, Index latents)
    : m_data(data), m_tiled(TiledSmoother::make(data, latents)) {}

LdsSmoother::~LdsSmoother() = default;

const LdsExpectations& LdsSmoother::run(const LdsModel& model, Need need, Progress& progress) {
  clear(m_sums, m_data, model.latents(), need != Need::dynamics);
  if (m_data.completeSteps() > 0) m_tiled->prepare(model);
  for (std::size_t k = 0; k < m_data.trials().size(); ++k) {
    if (k > 0) progress.throwIfStopped();
    if (m_data.tiles()[k].steps == 0) {
      GapSmoother gaps(model, m_data.trials()[k], m_data.driveOf(k), progress);
      m_sums.logLikelihood += gaps.filter(progress);
      gaps.smooth(m_sums, k, progress);
      continue;
    }
    m_sums.logLikelihood += m_tiled->filter(k, progress);
    m_tiled->smooth(k, m_sums, progress);
    // Behind gaps elsewhere the emissions are updated channel by channel, from the means.
    if (need == Need::means || (need == Need::emissions && m_sums.perChannel))
      m_sums.means[k] = m_tiled->means(k);
  }
  return m_sums;
}

double LdsSmoother::logLikelihood(const LdsModel& model) {
  if (m_data.completeSteps() > 0) m_tiled->prepare(model);
  double sum = 0;
  for (std::size_t k = 0; k < m_data.trials().size(); ++k)
    sum += m_data.tiles()[k].steps > 0
               ? m_tiled->filter(k, noProgress())
               : GapSmoother(model, m_data.trials()[k], m_data.driveOf(k), noProgress()).filter(noProgress());
  return sum;
}

std::vector<Matrix> LdsSmoother::predictedStates(const LdsModel& model, Progress& progress) {
  if (m_data.completeSteps() > 0) m_tiled->prepare(model);
  std::vector<Matrix> states;
  for (std::size_t k = 0; k < m_data.trials().size(); ++k) {
    if (k > 0) progress.throwIfStopped();
    if (m_data.tiles()[k].steps > 0) {
      m_tiled->filter(k, progress);
      states.push_back(m_tiled->predicted(k));
    } else {
      GapSmoother gaps(model, m_data.trials()[k], m_data.driveOf(k), progress);
      gaps.filter(progress);
      states.push_back(gaps.predicted());
    }
  }
  return states;
}

LdsExpectations smooth(const LdsModel& model, const std::vector<Trial>& trials, Progress& progress) {
  const LdsData data(trials, model.inputAtArrival, progress);
  return LdsSmoother(data, model.latents()).run(model, LdsSmoother::Need::means, progress);
}

double logLikelihood(const LdsModel& model, const std::vector<Trial>& trials) {
  const LdsData data(trials, model.inputAtArrival);
  return LdsSmoother(data, model.latents()).logLikelihood(model);
}

}  // namespace keyhole
