#include "core/observation/summary/summary_words.h"

#include "core/common/error.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>

namespace keyhole {
namespace {

std::string whole(double value) {
  return std::to_string(static_cast<long long>(std::llround(value)));
}

// As many digits as a clock has: 1/7.5 s is no number of seventeen.
std::string sixDigits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

// Two digits, or all of those before the point.
std::string shown(double value) {
  return std::abs(value) >= 100 && std::abs(value) < 1e7 ? whole(value) : twoDigits(value);
}

std::string percentText(double share) {
  const double percent = 100 * share;
  return (percent >= 10 || percent == 0 ? whole(percent) : twoDigits(percent)) + " %";
}

// A word by which people call an average over trials, in the place's name, or empty.
std::string averageWord(const std::string& source) {
  std::string word;
  for (const char c : source + " ") {
    if (std::isalpha(static_cast<unsigned char>(c))) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      continue;
    }
    for (const char* known :
         {"mean", "means", "avg", "average", "averages", "averaged", "psth", "triggered", "sta"})
      if (word == known) return word;
    word.clear();
  }
  return {};
}

void addFewSamples(const RecordingSummary& summary, std::vector<std::string>& warnings) {
  if (summary.effectiveSamples <= 0 || summary.units < 2) return;
  if (summary.effectiveSamples >= static_cast<double>(summary.units)) return;
  const std::string n = std::to_string(summary.units);
  warnings.push_back(whole(std::max(summary.effectiveSamples, 1.0)) + " effective samples for " + n +
                     " units: no fit of a " + n + " x " + n + " matrix means anything");
}

void addSmoothing(const RecordingSummary& summary, std::vector<std::string>& warnings) {
  constexpr double kSmoothed = 3, kHardly = 1e-3;
  const Smoothness& smooth = summary.smoothness;
  if (smooth.width < kSmoothed) return;
  warnings.push_back("neighbouring samples are smoothed over " +
                     std::string(smooth.atLeast ? "at least " : "") +
                     timeText(smooth.width, summary.seconds) + ": no time constant below that can be told");
  if (smooth.roughShare < kHardly)
    warnings.push_back("less than " + percentText(kHardly) +
                       " of the variance is independent from one sample to the next: these are averages over "
                       "trials, or traces that were smoothed, and the noise of single trials is not in them");
}

// How far halves of a stationary recording of so few samples may differ by chance: a mean's variance is up to
// twice that of the squares' count, and the halves have half of it each.
void addStationarity(const RecordingSummary& summary, std::vector<std::string>& warnings) {
  constexpr double kMany = 100, kFactor = 3, kDrift = 0.3, kClear = 0.5;
  const double n = std::max(summary.effectiveSamples, 1.0);
  const double byChance = std::sqrt(8 / n);
  if (summary.meanShift > std::max(kClear, 3 * byChance))
    warnings.push_back("the second half is not as the first: the units' means lie " +
                       twoDigits(summary.meanShift) +
                       " standard deviations apart; a fit takes both for one stationary process");
  else if (summary.drift > kDrift)
    warnings.push_back("a line in time explains " + percentText(summary.drift) +
                       " of the variance: the recording drifts, and a fit takes that for a slow mode");
  const double ratio = summary.varianceRatio;
  if (n > kMany && (ratio > kFactor || ratio < 1 / kFactor))
    warnings.push_back("the variance of the second half is " + twoDigits(ratio) +
                       " times that of the first; a fit takes both for one stationary process");
}

std::string rangeText(const Vector& values) {
  Vector sorted = values;
  std::sort(sorted.begin(), sorted.end());
  return shown(sorted(0)) + " to " + shown(sorted(sorted.size() - 1)) + ", median " +
         shown(sorted(sorted.size() / 2));
}

}  // namespace

std::string timeText(double timePoints, double seconds) {
  if (seconds > 0) return shown(timePoints * seconds) + " s";
  return (timePoints < 10 ? twoDigits(timePoints) : whole(timePoints)) + " time points";
}

std::vector<std::string> summaryWarnings(const RecordingSummary& summary, const RecordedTrials& recorded) {
  std::vector<std::string> warnings;
  if (const std::string word = averageWord(recorded.source); !word.empty())
    warnings.push_back(
        "going by the name (" + word +
        "), these may be averages over trials: then the noise of single trials is not in them");
  addFewSamples(summary, warnings);
  addSmoothing(summary, warnings);
  addStationarity(summary, warnings);
  if (!summary.copies.empty()) {
    std::string list;
    for (const Index i : summary.copies) list += (list.empty() ? "" : ", ") + std::to_string(i + 1);
    warnings.push_back("channels that are copies of others say nothing of their own: " + list);
  }
  if (summary.covarianceOf < summary.timePoints)
    warnings.push_back("the recording's components rest on " + std::to_string(summary.covarianceOf) +
                       " of its " + std::to_string(summary.timePoints) + " time points, evenly chosen");
  return warnings;
}

double samplesPerParameter(const RecordingSummary& summary, Index parameters) {
  return summary.effectiveSamples * static_cast<double>(summary.units) /
         static_cast<double>(std::max<Index>(parameters, 1));
}

std::string parametersWarning(const RecordingSummary& summary, Index parameters) {
  const double each = samplesPerParameter(summary, parameters);
  if (parameters < 1 || summary.effectiveSamples <= 0 || each >= 1) return {};
  return "the fit has " + std::to_string(parameters) + " parameters and " +
         whole(summary.effectiveSamples * static_cast<double>(summary.units)) +
         " independent numbers (effective samples times units), " + twoDigits(each) +
         " for each: the data cannot tell most of them";
}

std::vector<std::pair<std::string, std::string>> summaryLines(const RecordingSummary& summary) {
  std::vector<std::pair<std::string, std::string>> lines;
  const auto add = [&](const char* name, std::string text) { lines.emplace_back(name, std::move(text)); };
  const bool known = summary.seconds > 0;
  add("Units",
      std::to_string(summary.units) +
          (summary.constant > 0 ? ", " + std::to_string(summary.constant) + " of them constant" : ""));
  add("Trials", std::to_string(summary.trials) +
                    (summary.trials > 1 ? " of " + std::to_string(summary.shortestTrial) + " to " +
                                              std::to_string(summary.longestTrial) + " time points"
                                        : ""));
  add("Time points",
      std::to_string(summary.timePoints) +
          (known ? ", " + shown(summary.duration()) + " s at " + sixDigits(summary.seconds) + " s"
                 : ", time between them not known"));
  add(summary.counts ? (known ? "Rates (1/s)" : "Counts") : "Means", rangeText(summary.means));
  add("Missing samples",
      std::to_string(summary.missing) +
          (summary.missing > 0 ? " (" +
                                     percentText(static_cast<double>(summary.missing) /
                                                 static_cast<double>(summary.units * summary.timePoints)) +
                                     ")"
                               : ""));
  std::string times;
  for (const auto& part : summary.components)
    times += (times.empty() ? "" : "; ") + percentText(part.share) + ": " +
             timeText(part.autocorrelationTime, summary.seconds);
  add("Leading components",
      times.empty() ? "none" : times + " (share of the variance, autocorrelation time)");
  add("Effective samples",
      summary.effectiveSamples >= 10 ? whole(summary.effectiveSamples) : twoDigits(summary.effectiveSamples));
  add("Participation ratio", twoDigits(summary.participationRatio) + " of " + std::to_string(summary.units));
  add("Smoothed over", summary.smoothness.width > 0 ? (summary.smoothness.atLeast ? "at least " : "") +
                                                          timeText(summary.smoothness.width, summary.seconds)
                                                    : std::string("not seen"));
  add("Second half to first", "means " + twoDigits(summary.meanShift) +
                                  " standard deviations apart, variance x " +
                                  twoDigits(summary.varianceRatio));
  add("Drift", percentText(summary.drift) + " of the variance");
  std::string copies;
  for (std::size_t i = 0; i < summary.copies.size(); ++i)
    copies += (i ? ", " : "") + std::to_string(summary.copies[i] + 1) + " of " +
              std::to_string(summary.copied[i] + 1);
  add("Copies", copies.empty() ? "none" : copies);
  return lines;
}

}  // namespace keyhole
