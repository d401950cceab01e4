#include "core/observation/recording.h"

#include "core/common/error.h"
#include "core/common/parallel.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <numeric>

namespace keyhole {
namespace {

std::string sourceName(const Recording& recording) {
  return recording.source.empty() ? "the recording" : "the recording " + recording.source;
}

// On two cores where that is worth it: a large array waits for memory.
bool isFinite(const Matrix& X) {
  constexpr Index kWorthAThread = 1 << 22;
  if (X.size() < kWorthAThread) return X.allFinite();
  std::atomic<bool> finite = true;
  inTwoHalves(X.cols(), [&](Index first, Index count) {
    if (!X.middleCols(first, count).allFinite()) finite = false;
  });
  return finite;
}

}  // namespace

std::string channelTitle(const Recording& recording, Index channel) {
  const auto i = static_cast<std::size_t>(channel);
  if (i < recording.channelNames.size() && !recording.channelNames[i].empty())
    return std::to_string(channel + 1) + " (" + recording.channelNames[i] + ")";
  return std::to_string(channel + 1);
}

std::string channelTitles(const Recording& recording, const std::vector<Index>& channels) {
  constexpr std::size_t kMostNamed = 10;
  std::string names;
  for (std::size_t i = 0; i < std::min(channels.size(), kMostNamed); ++i)
    names += (i ? ", " : "") + channelTitle(recording, channels[i]);
  if (channels.size() > kMostNamed) names += ", … (" + std::to_string(channels.size()) + " in all)";
  return names;
}

double secondsBetweenSamples(const Recording& recording, const std::string& what) {
  if (recording.interval > 0 && recording.intervalUnit == "s") return recording.interval;
  throw InputError("the time between two samples of " + sourceName(recording) +
                   " is not known in seconds, which " + what +
                   " needs; allowed: say it (--dt, recording.interval)");
}

void requireLongTrials(const Recording& recording) {
  for (std::size_t k = 0; k < recording.trialLengths.size(); ++k)
    if (const Index length = recording.trialLengths[k]; length < 2)
      throw InputError(recording.source + ", trial " + std::to_string(k + 1) + " has " +
                       std::to_string(length) + (length == 1 ? " time point" : " time points") +
                       "; allowed: at least 2");
}

std::vector<Index> trialBounds(const Recording& recording) {
  std::vector<Index> bounds = {0};
  for (const Index length : recording.trialLengths) bounds.push_back(bounds.back() + length);
  if (recording.trialLengths.empty()) bounds.push_back(recording.activity.cols());
  return bounds;
}

namespace {

// A multiplication and a shift (constant of the SplitMix64 generator).
std::uint64_t mixed(std::uint64_t hash, std::uint64_t word) {
  constexpr std::uint64_t kPrime = 0x9E3779B97F4A7C15;
  hash = (hash ^ word) * kPrime;
  return hash ^ (hash >> 29);
}

}  // namespace

// Four lanes, so that no multiplication waits for the one before; they are mixed at the end.
void FingerprintOfPieces::add(const double* values, Index count) {
  Index i = 0;
  for (; i < count && m_count % 4 != 0; ++i, ++m_count)
    m_lanes[m_count % 4] = mixed(m_lanes[m_count % 4], std::bit_cast<std::uint64_t>(values[i]));
  std::uint64_t lanes[4] = {m_lanes[0], m_lanes[1], m_lanes[2], m_lanes[3]};
  m_count += count - i;
  for (; i + 4 <= count; i += 4)
    for (Index k = 0; k < 4; ++k) lanes[k] = mixed(lanes[k], std::bit_cast<std::uint64_t>(values[i + k]));
  for (Index k = 0; i < count; ++i, ++k) lanes[k] = mixed(lanes[k], std::bit_cast<std::uint64_t>(values[i]));
  std::copy(lanes, lanes + 4, m_lanes);
}

void FingerprintOfPieces::add(ConstMatrixRef piece) {
  if (piece.outerStride() == piece.rows()) return add(piece.data(), piece.size());
  for (Index t = 0; t < piece.cols(); ++t) add(piece.col(t).data(), piece.rows());
}

std::string FingerprintOfPieces::text(Index units, Index timepoints,
                                      const std::vector<Index>& trialLengths) const {
  std::uint64_t hash = mixed(kStart, static_cast<std::uint64_t>(units));
  hash = mixed(hash, static_cast<std::uint64_t>(timepoints));
  // One trial is one, whether it is told or not.
  for (const Index length : trialLengths) hash = mixed(hash, static_cast<std::uint64_t>(length));
  if (trialLengths.empty()) hash = mixed(hash, static_cast<std::uint64_t>(timepoints));
  for (const std::uint64_t lane : m_lanes) hash = mixed(hash, lane);
  char text[20];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

std::string fingerprint(const Recording& recording) {
  FingerprintOfPieces all;
  all.add(recording.activity);
  return all.text(recording.activity.rows(), recording.activity.cols(), recording.trialLengths);
}

std::string joinedTrialsWarning(const Recording& recording) {
  if (recording.trialLengths.size() < 2) return {};
  return sourceName(recording) + " has " + std::to_string(recording.trialLengths.size()) +
         " trials, which are taken end to end as one: the steps from one into the next are none of the "
         "circuit's";
}

std::string wideRecordingWarning(const Recording& recording, bool transposed) {
  constexpr Index kFew = 10;
  const Index N = recording.activity.rows(), T = recording.activity.cols();
  const std::string ask = std::string("; if the axes are the other way round, ") +
                          (transposed ? "leave out --transpose" : "say --transpose");
  const auto& lengths = recording.trialLengths;
  const Index longest = lengths.empty() ? T : *std::max_element(lengths.begin(), lengths.end());
  if (N < kFew || N < 2 * longest) return {};
  const std::string neurons = sourceName(recording) + " has " + std::to_string(N) + " neurons ";
  if (N < 2 * T)
    return neurons + "and trials of up to " + std::to_string(longest) + " time points, fewer than neurons" +
           ask;
  return neurons + "at " + std::to_string(T) + " time points, far more neurons than time points" + ask;
}

void requireUsable(const Recording& recording, bool missingAllowed) {
  const auto& X = recording.activity;
  if (X.rows() < 1) throw InputError(sourceName(recording) + " has 0 neurons; allowed: at least 1");
  if (X.cols() < 2)
    throw InputError(
        sourceName(recording) + " has " + std::to_string(X.cols()) +
        (X.cols() == 1 ? " time point" : " time points") + "; allowed: at least 2" +
        (X.rows() > 2 ? " (if its " + std::to_string(X.rows()) + " neurons are time points, say --transpose)"
                      : ""));
  if (isFinite(X)) return;
  for (Index t = 0; t < X.cols(); ++t)
    for (Index i = 0; i < X.rows(); ++i)
      if (!std::isfinite(X(i, t)) && !(missingAllowed && std::isnan(X(i, t))))
        throw InputError(sourceName(recording) +
                         (std::isnan(X(i, t)) ? " has no number (nan, or an empty cell) in channel "
                                              : " has the value " + toText(X(i, t)) + " in channel ") +
                         channelTitle(recording, i) + " at time point " + std::to_string(t + 1) +
                         "; allowed: finite numbers" +
                         (missingAllowed ? ", or NaN for a missing sample" : ""));
  for (Index i = 0; i < X.rows(); ++i)
    if (X.row(i).array().isNaN().all())
      throw InputError(sourceName(recording) + " has no sample at all in channel " +
                       channelTitle(recording, i) + "; allowed: at least 1");
}

std::string doubtfulNamesWarning(const Recording& recording) {
  const auto isNumber = [](const std::string& name) {
    double value = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
    return !name.empty() && error == std::errc() && end == name.data() + name.size();
  };
  const auto& names = recording.channelNames;
  const auto numbers = static_cast<std::size_t>(std::count_if(names.begin(), names.end(), isNumber));
  if (numbers == 0 || numbers == names.size()) return {};
  std::string shown;
  constexpr std::size_t kMostNamed = 4;
  for (std::size_t i = 0; i < std::min(names.size(), kMostNamed); ++i) shown += (i ? ", " : "") + names[i];
  if (names.size() > kMostNamed) shown += ", …";
  return "the first line of " + recording.source + " (" + shown +
         ") was read as the channels' names, though some of it are numbers";
}

std::vector<Index> constantChannels(ConstMatrixRef activity) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::vector<Index> constant(static_cast<std::size_t>(activity.rows()));
  std::iota(constant.begin(), constant.end(), Index{0});
  std::vector<double> first(constant.size(), kNone);
  // Column by column, as the samples lie; most channels vary at once and are not asked again.
  for (Index t = 0; t < activity.cols() && !constant.empty(); ++t)
    std::erase_if(constant, [&](Index i) {
      const double value = activity(i, t);
      double& known = first[static_cast<std::size_t>(i)];
      if (std::isnan(known)) known = value;
      return value != known && !std::isnan(value);
    });
  return constant;
}

std::vector<Index> firstMissing(ConstMatrixRef activity) {
  std::vector<Index> first(static_cast<std::size_t>(activity.rows()), -1);
  for (Index t = 0; t < activity.cols(); ++t)
    for (Index i = 0; i < activity.rows(); ++i)
      if (auto& known = first[static_cast<std::size_t>(i)]; known < 0 && std::isnan(activity(i, t)))
        known = t;
  return first;
}

std::string missingSamplesWarning(const Recording& recording) {
  const auto missing = recording.activity.array().isNaN().count();
  if (missing == 0) return {};
  return std::to_string(missing) + " of " + std::to_string(recording.activity.size()) + " samples of " +
         sourceName(recording) + " are missing (NaN); only the latent models (lds, slds) can leave them out";
}

std::string constantChannelWarning(const Recording& recording) {
  const auto constant = constantChannels(recording.activity);
  if (constant.empty()) return {};
  const Index varying = recording.activity.rows() - static_cast<Index>(constant.size());
  const std::string names = channelTitles(recording, constant);
  if (varying < 2)
    throw InputError(sourceName(recording) + " has only " + std::to_string(varying) +
                     (varying == 1 ? " varying channel" : " varying channels") + " (constant: " + names +
                     "); allowed: at least 2");
  return "constant channels in " + sourceName(recording) + ": " + names +
         "; they carry no information, and where they are regressed on, a ridge alone keeps the fit defined";
}

}  // namespace keyhole
