#include "core/fitting/latent/noise_floor.h"

#include "core/fitting/channel_notes.h"

namespace keyhole {
namespace {

constexpr double kHeywood =
    1e-6;  // of a channel's variance: noise below it says that the channel is a latent

std::vector<Index> channelsBelow(const Vector& R, const Vector& variances, double share) {
  std::vector<Index> found;
  for (Index i = 0; i < R.size(); ++i)
    if (variances(i) > 0 && R(i) <= share * variances(i)) found.push_back(i);
  return found;
}

}  // namespace

std::optional<NoiseFloor> floorOf(const Vector& R, const Vector& variances, const LdsClass& kind) {
  if (kind.emissionNoise != LdsEmissionNoise::floored) return {};
  return NoiseFloor{kind.noiseFloor, channelsBelow(R, variances, kind.noiseFloor * (1 + 1e-6))};
}

std::vector<std::string> noiseNotes(const Vector& R, const Vector& variances, const LdsClass& kind) {
  if (const auto floor = floorOf(R, variances, kind)) {
    if (floor->channels.empty()) return {};
    return {"the noise variance is at its floor, " + toText(floor->share) +
            " of the channel's variance, in channel " + channelList(floor->channels) +
            ": another floor gives another fit"};
  }
  if (const auto heywood = channelsBelow(R, variances, kHeywood); !heywood.empty())
    return {"the noise variance went to 0 in channel " + channelList(heywood) +
            " (a Heywood case: the latents copy it, and the likelihood has no bound); a floor prevents it"};
  if (kind.emissionNoise == LdsEmissionNoise::isotropic) return {};
  return {
      "diagonal noise without a floor: the likelihood has no maximum, since it grows without bound where a "
      "latent "
      "copies a channel; what is shown is the best end that was found"};
}

}  // namespace keyhole
