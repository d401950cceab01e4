#include "core/report/recording_json.h"

#include "core/io/json_values.h"
#include "core/observation/summary/summary_words.h"

#include <algorithm>
#include <cmath>

namespace keyhole {

using nlohmann::ordered_json;

ordered_json recordingJson(const RecordingSummary& summary) {
  const auto seconds = [&](double timePoints) {
    return summary.seconds > 0 ? numberOrNull(timePoints * summary.seconds) : ordered_json(nullptr);
  };
  ordered_json json;
  json["units"] = summary.units;
  json["constant_units"] = summary.constant;
  json["silent_units"] = summary.silent;
  json["trials"] = summary.trials;
  json["timepoints"] = summary.timePoints;
  json["shortest_trial"] = summary.shortestTrial;
  json["longest_trial"] = summary.longestTrial;
  json["interval_seconds"] = seconds(1);
  json["duration_seconds"] = seconds(static_cast<double>(summary.timePoints));
  json["missing_samples"] = summary.missing;
  json["counts"] = summary.counts;
  json[summary.counts && summary.seconds > 0 ? "rates" : "means"] = vectorToJson(summary.means);
  json["standard_deviations"] = vectorToJson(summary.deviations);
  json["components"] = ordered_json::array();
  for (const auto& part : summary.components)
    json["components"].push_back({{"share", part.share},
                                  {"autocorrelation_time", numberOrNull(part.autocorrelationTime)},
                                  {"autocorrelation_time_seconds", seconds(part.autocorrelationTime)},
                                  {"effective_samples", part.effectiveSamples}});
  json["effective_samples"] = numberOrNull(summary.effectiveSamples);
  json["participation_ratio"] = numberOrNull(summary.participationRatio);
  json["smoothed_over"] = summary.smoothness.width;
  json["smoothed_over_seconds"] = seconds(summary.smoothness.width);
  json["independent_share"] = summary.smoothness.roughShare;
  json["mean_shift"] = numberOrNull(summary.meanShift);
  json["variance_ratio"] = numberOrNull(summary.varianceRatio);
  json["drift"] = numberOrNull(summary.drift);
  json["copies"] = ordered_json::array();
  for (std::size_t i = 0; i < summary.copies.size(); ++i)
    json["copies"].push_back({summary.copies[i] + 1, summary.copied[i] + 1});
  json["warnings"] = summary.warnings;
  return json;
}

std::string recordingText(const RecordingSummary& summary, const std::vector<std::string>& warnings) {
  constexpr std::size_t kNameWidth = 22;
  std::string text;
  for (const auto& [name, value] : summaryLines(summary))
    text += name + std::string(kNameWidth - std::min(name.size(), kNameWidth - 1), ' ') + value + "\n";
  for (const auto& warning : warnings) text += "! " + warning + "\n";
  return text;
}

}  // namespace keyhole
