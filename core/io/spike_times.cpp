#include "core/io/spike_times.h"

#include "core/common/error.h"
#include "core/common/memory.h"
#include "core/io/column_names.h"
#include "core/io/file_bytes.h"
#include "core/io/neurodata.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr double kMostCounts = 1e9, kMostDoubtful = 1e8;

// A spike on the edge of two bins is in the later one, however the division rounds.
double binOf(double time, double bin) {
  return std::floor(time / bin + 1e-9);
}

class SpikeTable {
 public:
  SpikeTable(FileTree& tree, const FileNode& units, std::string shown, double bin)
      : m_shown(std::move(shown)), m_bin(bin) {
    const FileNode *times = numbers(units, "spike_times"), *ends = numbers(units, "spike_times_index");
    if (!times || !ends)
      refuse("has no spike_times and spike_times_index; allowed: units after the NWB schema");
    if (!(bin > 0)) refuse("holds spike times; allowed: with --bin SECONDS, in which they are counted");
    const std::vector<Matrix> loaded = tree.load({times, ends});
    m_times = loaded[0].reshaped();
    takeUnit(*times);
    m_ends = ranges(loaded[1].reshaped(), m_times.size(), "spike_times_index");
    requireSeconds();
    requireRising();
    loadObserved(tree, units);
  }

  Index units() const { return static_cast<Index>(m_ends.size()) - 1; }
  double last() const { return m_times.size() > 0 ? m_times.head(m_ends.back()).maxCoeff() : 0; }
  double first() const { return m_ends.back() > 0 ? m_times.head(m_ends.back()).minCoeff() : 0; }
  Index left() const { return m_times.size() - m_ends.back(); }

  [[noreturn]] void refuse(const std::string& why) const { throw InputError(m_shown + " " + why); }

  // The spikes of all units do not begin at time 0 by chance, if they come at a steady rate: then something
  // else begins there, and the bins before the first one are no silence of the circuit. One sentence, or
  // empty.
  std::string lateBeginning() const {
    constexpr double kMeanWaits = 20;  // e^-20 of that is chance
    const auto n = static_cast<double>(m_ends.back());
    const double span = last() - first(), before = std::floor(first() / m_bin) * m_bin;
    if (!m_observed.empty() || n < kMeanWaits || before < m_bin || first() * (n - 1) < kMeanWaits * span)
      return {};
    return m_shown + ": its first spike comes at " + toText(std::round(first() * 1e3) / 1e3) +
           " s, so that the first " + toText(std::floor(first() / m_bin)) +
           " bins are empty and may lie before the recording; --steps window:" + toText(before) +
           ".. begins there";
  }

  void requireFew(double bins) const {
    const double counts = bins * static_cast<double>(units());
    const std::string doubt = counts > kMostDoubtful ? oddTimes() : std::string();
    if (units() == 0 || counts > kMostCounts || !doubt.empty())
      refuse("has " + std::to_string(units()) + " units and spikes up to " + toText(last()) + " s, " +
             twoDigits(bins) + " bins" + (doubt.empty() ? "" : "; " + doubt + kNotSeconds) +
             "; allowed: times in seconds, at least 1 unit, and up to " +
             (doubt.empty() ? "10^9 counts" : "10^8 counts of such times"));
  }

  // bins x units from `from` on.
  Matrix counts(double from, Index bins) const {
    Matrix counts = largeMatrix(bins, units());
    counts.setZero();
    for (Index unit = 0; unit < units(); ++unit) {
      const double *begin = m_times.data() + m_ends[static_cast<std::size_t>(unit)],
                   *end = m_times.data() + m_ends[static_cast<std::size_t>(unit) + 1];
      for (const double* at = std::lower_bound(begin, end, from); at != end; ++at) {
        const auto k = static_cast<Index>(std::min(binOf(*at - from, m_bin), static_cast<double>(bins)));
        if (k >= bins) break;
        ++counts(k, unit);
      }
    }
    return counts;
  }

  // Makes missing what was not observed; the number of such bins.
  Index maskUnobserved(double from, Matrix& counts) const {
    if (m_observed.empty()) return 0;
    Index masked = 0;
    for (Index unit = 0; unit < units(); ++unit) {
      const auto& windows = m_observed[static_cast<std::size_t>(unit)];
      for (Index k = 0; k < counts.rows(); ++k) {
        const double begin = from + static_cast<double>(k) * m_bin, tolerance = 1e-6 * m_bin;
        const bool seen = std::any_of(windows.begin(), windows.end(), [&](const TimeWindow& window) {
          return window.from <= begin + tolerance && begin + m_bin <= window.to + tolerance;
        });
        if (seen) continue;
        counts(k, unit) = std::numeric_limits<double>::quiet_NaN();
        ++masked;
      }
    }
    return masked;
  }

  void say(Index masked, std::vector<std::string>& notes) const {
    if (!m_unitNote.empty()) notes.push_back(m_shown + m_unitNote);
    if (left() > 0)
      notes.push_back(m_shown + ": " + std::to_string(left()) +
                      " spike times belong to no unit and were left out");
    if (masked > 0)
      notes.push_back(m_shown + ": " + std::to_string(masked) +
                      " counts lie outside of the times in which their unit was observed (obs_intervals) and "
                      "were read as missing samples");
    if (const std::string odd = oddTimes(); !odd.empty())
      notes.push_back(m_shown + ": " + odd + kNotSeconds +
                      "; they were taken as seconds, as the schema says");
  }

 private:
  static constexpr const char* kNotSeconds = ", so the times may be milliseconds, samples or minutes";

  // What of the times no neuron and no session has, or empty: by milliseconds two spikes are never close, and
  // a session lasts for days; by minutes a unit fires too fast.
  std::string oddTimes() const {
    constexpr Index kSome = 20;
    constexpr double kRare = 0.01, kFar = 0.5, kFast = 500, kDay = 86'400, kDays = 3;
    const auto n = static_cast<double>(m_ends.back());
    Index gaps = 0;
    double closest = std::numeric_limits<double>::infinity();
    for (Index unit = 0; unit < units(); ++unit) {
      const Index first = m_ends[static_cast<std::size_t>(unit)],
                  end = m_ends[static_cast<std::size_t>(unit) + 1];
      for (Index k = first + 1; k < end; ++k) closest = std::min(closest, m_times(k) - m_times(k - 1));
      gaps += std::max<Index>(end - first - 1, 0);
      const double span = end > first ? m_times(end - 1) - m_times(first) : 0;
      const double rate = static_cast<double>(end - first - 1) / std::max(span, 1e-300);
      if (end - first > kSome && rate > kFast)
        return "unit " + std::to_string(unit + 1) + " fires " + twoDigits(rate) + " times a second";
    }
    if (n <= static_cast<double>(kSome)) return {};
    if (gaps > kSome && closest >= kFar)
      return "no two spikes of a unit are closer than " + toText(closest) + " s";
    const double rate = n / std::max(last(), 1e-300) / static_cast<double>(std::max<Index>(units(), 1));
    if (rate < kRare) return "a unit has " + twoDigits(rate) + " spikes a second on average";
    if (last() > kDays * kDay) return "the spikes reach over " + twoDigits(last() / kDay) + " days";
    return {};
  }

  static const FileNode* numbers(const FileNode& group, const char* name) {
    const FileNode* node = memberOf(group, name);
    return node && node->kind == FileNode::Kind::numbers ? node : nullptr;
  }

  // 0 and where each unit's part of `size` entries ends.
  std::vector<Index> ranges(const Vector& ends, Index size, const std::string& name) const {
    std::vector<Index> all = {0};
    for (Index unit = 0; unit < ends.size(); ++unit) {
      if (!(ends(unit) >= static_cast<double>(all.back()) && ends(unit) <= static_cast<double>(size)) ||
          ends(unit) != std::floor(ends(unit)))
        refuse("has " + name + " " + toText(ends(unit)) + " of unit " + std::to_string(unit + 1) +
               "; allowed: from " + std::to_string(all.back()) + " to " + std::to_string(size));
      all.push_back(static_cast<Index>(ends(unit)));
    }
    return all;
  }

  // The schema asks for seconds; a file that names another unit means it.
  void takeUnit(const FileNode& times) {
    const double seconds = times.unit.empty() ? 1 : secondsIn(times.unit);
    if (seconds == 1) return;
    if (!(seconds > 0))
      refuse("has spike times in \"" + shownText(times.unit) +
             "\"; allowed: a unit of time, such as seconds");
    m_times *= seconds;
    m_inSeconds = false;
    m_unitNote = ": the file gives its spike times in " + times.unit +
                 ", though the schema asks for seconds: they were taken times " + toText(seconds);
  }

  void requireSeconds() const {
    bool whole = m_inSeconds;  // of another unit they may be
    for (Index k = 0; k < m_times.size(); ++k) {
      if (!std::isfinite(m_times(k)) || m_times(k) < 0)
        refuse("has the spike time " + toText(m_times(k)) + " (number " + std::to_string(k + 1) +
               "); allowed: seconds from 0");
      whole = whole && m_times(k) == std::floor(m_times(k));
    }
    // Twenty times that are all whole seconds do not come by chance.
    constexpr Index kMany = 20;
    if (whole && m_times.size() >= kMany)
      refuse("has spike times that are whole numbers throughout, up to " + toText(last()) +
             ", as of samples or milliseconds; allowed: seconds");
  }

  void requireRising() const {
    for (Index unit = 0; unit < units(); ++unit)
      for (Index k = m_ends[static_cast<std::size_t>(unit)] + 1;
           k < m_ends[static_cast<std::size_t>(unit) + 1]; ++k)
        if (m_times(k) < m_times(k - 1))
          refuse("has spike times of unit " + std::to_string(unit + 1) + " that run backwards (" +
                 toText(m_times(k)) + " behind " + toText(m_times(k - 1)) + "); allowed: rising ones");
  }

  void loadObserved(FileTree& tree, const FileNode& group) {
    const FileNode *windows = numbers(group, "obs_intervals"), *ends = numbers(group, "obs_intervals_index");
    if (!windows || !ends || windows->shape.size() != 2 || windows->shape[1] != 2) return;
    const std::vector<Matrix> loaded = tree.load({windows, ends});
    const std::vector<Index> bounds = ranges(loaded[1].reshaped(), loaded[0].rows(), "obs_intervals_index");
    if (static_cast<Index>(bounds.size()) - 1 != units())
      refuse("has obs_intervals of " + std::to_string(bounds.size() - 1) +
             " units; allowed: " + std::to_string(units()) + ", those of spike_times_index");
    for (std::size_t unit = 0; unit + 1 < bounds.size(); ++unit) {
      m_observed.emplace_back();
      for (Index k = bounds[unit]; k < bounds[unit + 1]; ++k)
        m_observed.back().push_back({loaded[0](k, 0), loaded[0](k, 1)});
    }
  }

  std::string m_shown, m_unitNote;
  double m_bin;
  bool m_inSeconds = true;  // as they stand in the file
  Vector m_times;
  std::vector<Index> m_ends;                        // 0, and where each unit's times end
  std::vector<std::vector<TimeWindow>> m_observed;  // per unit; empty: not said
};

}  // namespace

const FileNode* spikeUnits(const FileNode& root, const std::string& path) {
  const FileNode* node = &root;
  for (std::size_t at = 0; node && at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (end > at) node = memberOf(*node, path.substr(at, end - at));
    at = end + 1;
  }
  return node && isUnits(*node) ? node : nullptr;
}

Matrix binnedSpikes(FileTree& tree, const FileNode& units, const std::string& shown, double bin,
                    std::vector<std::string>& notes) {
  const SpikeTable table(tree, units, shown, bin);
  const double bins = binOf(table.last(), bin) + 1;
  table.requireFew(bins);
  Matrix counts = table.counts(0, static_cast<Index>(bins));
  const Index masked = table.maskUnobserved(0, counts);
  notes.push_back(shown + ": spike times were counted in " + std::to_string(counts.rows()) + " bins of " +
                  toText(bin) + " s from time 0 to the last spike");
  if (std::string late = table.lateBeginning(); !late.empty()) notes.push_back(std::move(late));
  table.say(masked, notes);
  return counts;
}

SpikeTrials binnedSpikesIn(FileTree& tree, const FileNode& units, const std::string& shown, double bin,
                           const std::vector<TimeWindow>& windows, std::vector<std::string>& notes) {
  const SpikeTable table(tree, units, shown, bin);
  const auto binsOf = [&](const TimeWindow& window) {
    return std::floor((window.to - window.from) / bin + 1e-6);
  };
  double all = 0;
  for (const auto& window : windows) all += binsOf(window);
  table.requireFew(all);
  SpikeTrials trials;
  Index masked = 0;
  std::size_t tooShort = 0, silent = 0;
  for (const auto& window : windows) {
    const auto bins = static_cast<Index>(binsOf(window));
    if (bins < 2) {
      ++tooShort;
      continue;
    }
    trials.counts.push_back(table.counts(window.from, bins));
    trials.begins.push_back(window.from);
    if ((trials.counts.back().array() == 0).all()) ++silent;
    masked += table.maskUnobserved(window.from, trials.counts.back());
  }
  if (trials.counts.empty())
    table.refuse("has no interval of two bins of " + toText(bin) + " s; allowed: at least one");
  notes.push_back(shown + ": spike times were counted in bins of " + toText(bin) +
                  " s from the beginning of each of " + std::to_string(trials.counts.size()) +
                  " intervals, as its trials");
  if (tooShort > 0)
    notes.push_back(shown + ": " + std::to_string(tooShort) + " of " + std::to_string(windows.size()) +
                    " intervals hold fewer than 2 bins and were left out");
  if (silent > 0)
    notes.push_back(shown + ": " + std::to_string(silent) + " of " + std::to_string(trials.counts.size()) +
                    " trials have no spike of any unit; they may lie outside of the recording");
  table.say(masked, notes);
  return trials;
}

}  // namespace keyhole
