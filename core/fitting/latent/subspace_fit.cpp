#include "core/fitting/latent/subspace_fit.h"

#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/fitting/channel_notes.h"
#include "core/fitting/input_notes.h"
#include "core/fitting/latent/lds_class.h"
#include "core/fitting/latent/lds_fit.h"
#include "core/fitting/latent/lds_units.h"
#include "core/fitting/latent/subspace_model.h"
#include "core/fitting/latent/subspace_moments.h"
#include "core/fitting/latent/subspace_realisation.h"

#include <algorithm>
#include <stdexcept>

namespace keyhole {
namespace {

// What varies by more than rounding.
Index channelsThatVary(const std::vector<Trial>& trials, const Progress& progress) {
  Vector least = trials.front().activity.col(0), most = least;
  overTrials(trials, progress, [&](std::size_t k, Index first, Index count) {
    for (const auto& y : trials[k].activity.middleCols(first, count).colwise()) {
      least = least.cwiseMin(y);
      most = most.cwiseMax(y);
    }
  });
  const auto size = least.array().abs().max(most.array().abs());
  return ((most - least).array() > kConstantChannel * size).count();
}

void meansOf(const std::vector<Trial>& trials, Vector& y, Vector& u) {
  y = Vector::Zero(trials.front().activity.rows());
  u = Vector::Zero(trials.front().input.rows());
  double count = 0;
  for (const auto& trial : trials) {
    y += trial.activity.rowwise().sum();
    u += trial.input.rowwise().sum();
    count += static_cast<double>(trial.activity.cols());
  }
  y /= count;
  u /= count;
}

LdsModel identified(const std::vector<Trial>& trials, const SubspaceOptions& options, Index k,
                    Progress& progress) {
  const SubspaceMoments moments = subspaceMoments(trials, k, progress);
  const SubspaceRealisation real = realise(moments, options.latents, options.weighting, progress);
  Vector y, u;
  meansOf(trials, y, u);
  return latentModel(trials, y, u, real, progress);
}

}  // namespace

Index blockRowsFor(const std::vector<Trial>& trials, const SubspaceOptions& options) {
  return blockRowsFor(options, trials.front().activity.rows() + trials.front().input.rows(),
                      [&](Index steps) { return windowCount(trials, steps); });
}

std::vector<std::string> problems(const SubspaceOptions& options) {
  std::vector<std::string> found;
  if (options.latents < 1)
    found.push_back("the number of latents is " + std::to_string(options.latents) + "; allowed: at least 1");
  if (!(options.alpha > 0 && options.alpha <= 1))
    found.push_back("alpha is " + toText(options.alpha) + "; allowed: a number above 0 and up to 1");
  if (options.blockRows != 0 && options.blockRows <= options.latents)
    found.push_back("the number of block rows is " + std::to_string(options.blockRows) +
                    "; allowed: more than the " + std::to_string(options.latents) +
                    " latents, or 0 for the usual number");
  else if (options.blockRows == 1)
    found.push_back("the number of block rows is 1; allowed: at least 2, or 0 for the usual number");
  return found;
}

LdsModel subspaceModel(const std::vector<Trial>& trials, const SubspaceOptions& options, Progress& progress) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  requireTrials(trials, MissingSamples::refused);
  const Index k = blockRowsFor(trials, options);
  requireEnough(options, {k, channelsThatVary(trials, progress), trials.front().activity.rows(),
                          trials.front().input.rows(), windowCount(trials, 2 * k)});
  if (options.weighting == SubspaceWeighting::n4sid) return identified(trials, options, k, progress);
  // Canonical variates know no units, so nothing that follows may: all of it in units of the channels.
  LdsClass kind;
  const LdsUnits units = unitsOf(trials, kind, progress);
  kind.dynamicsNoise = LdsDynamicsNoise::full;
  return writtenAs(outOfUnits(identified(inUnits(trials, units, progress), options, k, progress), units),
                   kind)
      .model;
}

Student fitSubspace(const std::vector<Trial>& trials, const SubspaceOptions& options, Progress& progress) {
  const auto start = Clock::now();
  Index blockRows = 0;
  Student student = identifiedStudent(
      trials, options, blockRows,
      [&] {
        const LdsModel model = subspaceModel(trials, options, progress);
        blockRows = blockRowsFor(trials, options);
        return model;
      },
      progress);
  // Also where more latents were asked for than there are directions: these are why.
  if (student.summary.status != FitStatus::stopped) {
    for (auto& note : dependentChannels(trials)) student.notes.push_back(std::move(note));
    for (auto& note : weakInputs(trials, options.latents + 1)) student.notes.push_back(std::move(note));
  }
  student.summary.seconds = secondsSince(start);
  return student;
}

}  // namespace keyhole
