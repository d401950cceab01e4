// The steps that leave something out: units, time, silent channels, masks; and the cut into trials.
#include "core/common/error.h"
#include "core/observation/preprocessing/preprocessing.h"
#include "core/observation/subset.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

void keepChannels(Recording& recording, const std::vector<Index>& kept) {
  recording.activity = Matrix(recording.activity(kept, Eigen::all));
  if (recording.channelNames.empty()) return;
  std::vector<std::string> names;
  for (const Index i : kept) names.push_back(recording.channelNames[static_cast<std::size_t>(i)]);
  recording.channelNames = std::move(names);
}

// A stretch of time points of the recording.
struct Stretch {
  Index first, count;
};

// The recording made of these stretches, each a trial of its own.
void keepStretches(Recording& recording, const std::vector<Stretch>& stretches) {
  Index T = 0;
  for (const auto& stretch : stretches) T += stretch.count;
  Matrix activity(recording.activity.rows(), T),
      input(recording.input.rows(), recording.input.rows() ? T : 0);
  std::vector<Index> lengths;
  Index at = 0;
  for (const auto& [first, count] : stretches) {
    activity.middleCols(at, count) = recording.activity.middleCols(first, count);
    if (input.rows() > 0) input.middleCols(at, count) = recording.input.middleCols(first, count);
    lengths.push_back(count);
    at += count;
  }
  recording.activity = std::move(activity);
  recording.input = std::move(input);
  recording.trialLengths = lengths.size() > 1 ? std::move(lengths) : std::vector<Index>();
}

std::string inSeconds(double seconds) {
  return toText(seconds) + " s";
}

// The first sample at or behind a time, from 0.
Index sampleAt(double seconds, double dt) {
  return static_cast<Index>(std::ceil(seconds / dt - 1e-6));
}

bool isSilent(const Recording& recording, Index channel) {
  const auto row = recording.activity.row(channel).array();
  return (row == 0.0 || row.isNaN()).all();
}

}  // namespace

Recording withUnits(Recording recording, const std::string& units) {
  keepChannels(recording, parseUnits(units, recording.activity.rows()));
  return recording;
}

Recording cutToWindow(Recording recording, const TimeWindow& window) {
  const double dt = secondsBetweenSamples(recording, "a window of time");
  if (window.to != 0 && !(window.to > window.from))
    throw InputError("the window of time is " + inSeconds(window.from) + " to " + inSeconds(window.to) +
                     "; allowed: an end behind its beginning, or 0 for the end");
  const auto bounds = trialBounds(recording);
  std::vector<Stretch> stretches;
  for (std::size_t k = 0; k + 1 < bounds.size(); ++k) {
    const Index T = bounds[k + 1] - bounds[k], first = std::min(sampleAt(window.from, dt), T);
    const Index last = window.to == 0 ? T : std::min(sampleAt(window.to, dt), T);
    if (last - first < 2)
      throw InputError("the window of time from " + inSeconds(window.from) + " leaves " +
                       std::to_string(std::max<Index>(last - first, 0)) + " of " + std::to_string(T) +
                       " time points" + (bounds.size() > 2 ? " of trial " + std::to_string(k + 1) : "") +
                       "; allowed: at least 2, of " + inSeconds(dt) + " each");
    stretches.push_back({bounds[k] + first, last - first});
  }
  keepStretches(recording, stretches);
  return recording;
}

Recording withoutChannels(Recording recording, Drop drop) {
  std::vector<Index> kept, dropped = constantChannels(recording.activity);
  if (drop == Drop::silent) std::erase_if(dropped, [&](Index i) { return !isSilent(recording, i); });
  for (Index i = 0; i < recording.activity.rows(); ++i)
    if (std::find(dropped.begin(), dropped.end(), i) == dropped.end()) kept.push_back(i);
  const std::string kind = drop == Drop::silent ? "silent" : "constant";
  if (kept.empty())
    throw InputError("all " + std::to_string(dropped.size()) + " channels are " + kind +
                     ", and nothing is left of the recording; allowed: at least one that is not");
  if (dropped.empty()) return recording;
  recording.notes.push_back(kind + " channels left out: " + channelTitles(recording, dropped));
  keepChannels(recording, kept);
  return recording;
}

Recording splitIntoTrials(Recording recording, double seconds) {
  const double dt = secondsBetweenSamples(recording, "a split into trials");
  const auto length = static_cast<Index>(std::llround(seconds / dt));
  if (length < 2)
    throw InputError("trials of " + inSeconds(seconds) + " have " + std::to_string(length) + " samples of " +
                     inSeconds(dt) + "; allowed: at least 2");
  const auto bounds = trialBounds(recording);
  std::vector<Stretch> stretches;
  Index left = 0;
  for (std::size_t k = 0; k + 1 < bounds.size(); ++k) {
    Index first = bounds[k];
    for (; first + length <= bounds[k + 1]; first += length) stretches.push_back({first, length});
    left += bounds[k + 1] - first;
  }
  if (stretches.empty())
    throw InputError("trials of " + inSeconds(seconds) + " are longer than the recording; allowed: up to " +
                     inSeconds(dt * static_cast<double>(recording.activity.cols())));
  keepStretches(recording, stretches);
  if (left > 0)
    recording.notes.push_back("cut into trials of " + std::to_string(length) + " samples: " +
                              std::to_string(left) + " samples at the ends fill none and are left out");
  return recording;
}

Recording masked(Recording recording, const std::vector<TimeWindow>& windows, double origin) {
  const double dt = secondsBetweenSamples(recording, "a mask");
  const auto bounds = trialBounds(recording);
  Index points = 0;
  for (const auto& window : windows) {
    Index met = 0;
    for (std::size_t k = 0; k + 1 < bounds.size(); ++k) {
      const Index T = bounds[k + 1] - bounds[k];
      const Index first = std::clamp<Index>(sampleAt(window.from - origin, dt), 0, T);
      const Index last = std::clamp<Index>(sampleAt(window.to - origin, dt), first, T);
      recording.activity.middleCols(bounds[k] + first, last - first).setConstant(std::nan(""));
      met += last - first;
    }
    if (met == 0)
      throw InputError("the mask from " + inSeconds(window.from) + " to " + inSeconds(window.to) +
                       " meets no sample; allowed: windows within the recording");
    points += met;
  }
  recording.notes.push_back("masked, and taken as missing: " + std::to_string(points) + " time points");
  return recording;
}

}  // namespace keyhole
