#include "core/report/claim_json.h"

#include "core/io/json_values.h"

namespace keyhole {
namespace {

using nlohmann::ordered_json;

ordered_json pairOf(const ClaimInterval& interval) {
  return {numberOrNull(interval.low), numberOrNull(interval.high)};
}

ordered_json listOf(const std::vector<ClaimInterval>& intervals) {
  auto list = ordered_json::array();
  for (const auto& interval : intervals) list.push_back(pairOf(interval));
  return list;
}

}  // namespace

ordered_json claimErrorsToJson(const ClaimErrors& errors, const ClaimSummary& summary) {
  ordered_json json;
  json["offered"] = errors.offered;
  json["sentence"] = summary.sentence;
  if (errors.spectra.empty()) return json;
  json["level"] = ClaimErrors::kLevel;
  json["one_sided"] = errors.oneSided;
  json["slow_time_steps"] = errors.slowTime;
  json["blocks"] = errors.blocks;
  json["block_steps"] = errors.blockSteps;
  json["resamples"] = errors.spectra.size();
  json["asked"] = errors.asked;
  json["failed"] = errors.failed;
  json["at_zero"] = errors.atZero;
  json["claim"] = nameOf(summary.claim);
  json["same_claim"] = numberOrNull(summary.sameClaim);
  json["scored"] = numberOrNull(summary.scored);
  json["leading_tau"] = pairOf(summary.leadingTau);
  json["line_attractor_score"] = pairOf(summary.score);
  json["re"] = listOf(summary.re);
  json["im"] = listOf(summary.im);
  json["map_time_constants"] = listOf(summary.mapTau);
  return json;
}

ordered_json claimedMemoryToJson(const ClaimedMemory& memory) {
  ordered_json json;
  json["offered"] = memory.offered;
  json["sentence"] = memory.offered ? memory.sentence : memory.why;
  if (!memory.offered) return json;
  json["claimed_steps"] = numberOrNull(memory.claimedSteps);
  json["simulations"] = memory.simulations;
  json["failed"] = memory.failed;
  json["decisive_lag"] = memory.lags[memory.decisive];
  json["standing"] = nameOf(memory.standing);
  json["lower"] = memory.lower;
  json["lags"] = memory.lags;
  json["recording"] = vectorToJson(memory.recording);
  json["low"] = vectorToJson(memory.low);
  json["median"] = vectorToJson(memory.median);
  json["high"] = vectorToJson(memory.high);
  return json;
}

}  // namespace keyhole
