#include "core/io/table_clock.h"

#include "core/common/error.h"
#include "core/io/column_names.h"
#include "core/io/table_labels.h"
#include "core/io/words.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

// How the steps from row to row are.
struct Steps {
  bool whole = true;     // all values are whole numbers
  bool rising = true;    // strictly
  bool counting = true;  // whole, by exactly 1
  double median = 0, least = 0, largest = 0;
  Index uneven = 0, firstUneven = -1;  // rows whose step is not the median, within rounding
  Index backwards = -1;                // the first row that does not rise
  bool restarts = true;  // whatever does not rise goes back to the first value, and counts again
  Index restartCount = 0;

  bool even() const { return rising && uneven == 0; }
};

// The place of the last decimal that is used, of numbers printed with few digits.
double resolutionOf(ConstVectorRef column) {
  const Index looked = std::min<Index>(column.size(), 200);
  double unit = 1;
  for (int digits = 0; digits < 9; ++digits, unit /= 10) {
    const bool enough =
        (column.head(looked).array() / unit - (column.head(looked).array() / unit).round()).abs().maxCoeff() <
        1e-4;
    if (enough) return unit;
  }
  return 0;
}

Steps stepsOf(ConstVectorRef column) {
  Steps steps;
  const Index n = column.size();
  std::vector<double> all(static_cast<std::size_t>(n - 1));
  steps.whole = (column.array() == column.array().round()).all();
  for (Index i = 1; i < n; ++i) {
    const double step = column(i) - column(i - 1);
    all[static_cast<std::size_t>(i - 1)] = step;
    steps.counting = steps.counting && step == 1;
    if (step > 0) continue;
    steps.rising = false;
    if (steps.backwards < 0) steps.backwards = i;
    ++steps.restartCount;
    steps.restarts = steps.restarts && column(i) == column(0);
  }
  steps.counting = steps.counting && steps.whole;
  auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  steps.median = *middle;
  steps.least = *std::min_element(all.begin(), all.end());
  steps.largest = *std::max_element(all.begin(), all.end());
  // Printed with few digits, even steps look uneven; then no value is off a straight line by more than the
  // last of the digits.
  const double mean = (column(n - 1) - column(0)) / static_cast<double>(n - 1);
  const double resolution = resolutionOf(column);
  const double rounded = resolution <= 0.2 * std::abs(mean) ? 1.01 * resolution : 0;
  const double exact = column.cwiseAbs().maxCoeff() * 1e-14 + 1e-9 * std::abs(mean);
  const Vector line = Vector::LinSpaced(n, column(0), column(n - 1));
  if ((column - line).cwiseAbs().maxCoeff() <= rounded + exact) return steps;
  const double most = std::max(0.01 * std::abs(steps.median), rounded) + exact;
  for (Index i = 1; i < n; ++i)
    if (std::abs(column(i) - column(i - 1) - steps.median) > most) {
      ++steps.uneven;
      if (steps.firstUneven < 0) steps.firstUneven = i;
    }
  return steps;
}

using LineOf = std::function<std::size_t(Index)>;

// told: so many of them are told of by whoever reads the clock.
std::string unevenText(ConstVectorRef column, const Steps& steps, const std::string& unit,
                       const EntryWords& words, const LineOf& lineOf, Index told) {
  if (steps.uneven <= told) return {};
  const std::string in = unit.empty() ? "" : " " + unit;
  const double step = column(steps.firstUneven) - column(steps.firstUneven - 1);
  return "; its steps are uneven: " + std::to_string(steps.uneven) + " of " +
         std::to_string(column.size() - 1) + " differ from the median " + twoDigits(steps.median) + in +
         " (from " + twoDigits(steps.least) + " to " + twoDigits(steps.largest) + in + ", the first, " +
         twoDigits(step) + in + ", before " + words.place + " " + std::to_string(lineOf(steps.firstUneven)) +
         "), but a fit takes all steps as equal";
}

// From end to end without the jumps, which is more exact than one rounded or jittered step; where a step is
// far from the others, the usual one.
double intervalOf(ConstVectorRef column, const Steps& steps) {
  constexpr double kFar = 0.25, kNear = 0.02;
  const auto jumps = jumpsOf(column);
  double span = column(column.size() - 1) - column(0), farthest = 0;
  Index count = column.size() - 1;
  std::size_t next = 0;
  for (Index i = 1; i < column.size(); ++i) {
    const double step = column(i) - column(i - 1);
    if (next < jumps.size() && jumps[next] == i) {
      ++next;
      span -= step;
      --count;
    } else {
      farthest = std::max(farthest, std::abs(step - steps.median));
    }
  }
  if (count < 1) return steps.median;
  // Steps that jitter about their mean are told by it; of a few that are far off, the usual one is.
  const double mean = span / static_cast<double>(count);
  const bool jitters = 10 * steps.uneven > count && std::abs(mean - steps.median) <= kNear * steps.median;
  return farthest > kFar * steps.median && !jitters ? steps.median : mean;
}

ColumnMeaning clockOf(ConstVectorRef column, const ColumnContext& context, const Steps& steps,
                      const LineOf& lineOf) {
  ColumnMeaning meaning;
  meaning.kind = ColumnMeaning::Kind::clock;
  const std::string unit = clockUnit(context);
  const double seconds = secondsIn(unit);
  const double interval = intervalOf(column, steps);
  meaning.interval = seconds > 0 ? interval * seconds : interval;
  meaning.perUnit = seconds > 0 ? seconds : 1;
  meaning.unit = seconds > 0 ? "s" : "";
  char step[32];
  std::snprintf(step, sizeof step, "%.6g", meaning.interval);
  meaning.note =
      (context.dates ? "holds dates" : "rises with every " + context.words.entry) +
      ": taken as the clock, not as a channel (Δt = " + step +
      (seconds > 0 ? " s)" : ", of a unit that the file does not name)") +
      unevenText(column, steps, unit, context.words, lineOf, static_cast<Index>(jumpsOf(column).size()));
  return meaning;
}

// The clocks of trials one below the other: what lies between two beginnings makes the step.
ColumnMeaning clockOfTrials(ConstVectorRef column, std::vector<Index> begins, const ColumnContext& context,
                            const LineOf& lineOf) {
  // All of them behind each other, without the steps back.
  std::vector<Index> rows;
  Vector joined(column.size() - static_cast<Index>(begins.size()));
  joined(0) = column(0);
  rows.push_back(0);
  for (Index i = 1, next = 0; i < column.size(); ++i) {
    if (next < static_cast<Index>(begins.size()) && begins[static_cast<std::size_t>(next)] == i) {
      ++next;
      continue;
    }
    const auto at = static_cast<Index>(rows.size());
    joined(at) = joined(at - 1) + column(i) - column(i - 1);
    rows.push_back(i);
  }
  const Steps steps = stepsOf(joined);
  ColumnMeaning meaning = clockOf(joined, context, steps, lineOf);
  char step[32];
  std::snprintf(step, sizeof step, "%.6g", meaning.interval);
  meaning.note = std::string(context.dates ? "holds dates that begin" : "begins") + " anew " +
                 std::to_string(begins.size()) + (begins.size() == 1 ? " time" : " times") + " (first in " +
                 context.words.place + " " + std::to_string(lineOf(begins.front())) +
                 "): taken as the clock, not as a channel (Δt = " + step +
                 (meaning.unit.empty() ? ", of a unit that the file does not name" : " s") +
                 ", from the steps between), and what lies between as trials of their own" +
                 unevenText(
                     joined, steps, clockUnit(context), context.words,
                     [&](Index row) { return lineOf(rows[static_cast<std::size_t>(row)]); }, 0);
  meaning.begins = std::move(begins);
  return meaning;
}

// A column that does not rise throughout, see labelMeaning().
ColumnMeaning notRising(ConstVectorRef column, const ColumnContext& context, const LineOf& lineOf) {
  const bool clockName = context.dates || (context.named && isClockName(context.name));
  const bool mayBe = clockName || (context.first && (!context.named || isIndexName(context.name)));
  if (mayBe)
    if (auto begins = restartsOf(column, clockName); !begins.empty())
      return clockOfTrials(column, std::move(begins), context, lineOf);
  return labelMeaning(column, context, lineOf);
}

ColumnMeaning indexOf(ConstVectorRef column, const ColumnContext& context, const Steps& steps,
                      const LineOf& lineOf) {
  ColumnMeaning meaning;
  meaning.kind = ColumnMeaning::Kind::index;
  const auto& [entry, entries, place] = context.words;
  if (steps.counting)
    meaning.note = "counts the " + entries + " from " + toText(column(0)) + ": left out";
  else if (!steps.rising) {
    meaning.note =
        (context.dates ? "holds dates that begin anew " : "counts the " + entries + ", beginning anew ") +
        std::to_string(steps.restartCount) + (steps.restartCount == 1 ? " time" : " times") + " (first in " +
        place + " " + std::to_string(lineOf(steps.backwards)) +
        "): left out, and what lies between is read as trials of their own";
    for (Index i = 1; i < column.size(); ++i)
      if (column(i) <= column(i - 1)) meaning.begins.push_back(i);
  } else if (steps.uneven == 0)
    meaning.note = "rises by " + toText(steps.median) + " with every " + entry + ": left out";
  else
    meaning.note =
        "counts the " + entries + " from " + toText(column(0)) + " with gaps (" +
        std::to_string(steps.uneven) + ", the first before " + place + " " +
        std::to_string(lineOf(steps.firstUneven)) + "): left out; " + entries + " seem to be missing there" +
        (static_cast<Index>(jumpsOf(column).size()) < steps.uneven ? ", and a fit takes all steps as equal"
                                                                   : "");
  return meaning;
}

// Restarts that count by one in between: trials one below the other.
bool countsWithRestarts(ConstVectorRef column, const Steps& steps) {
  if (!steps.whole || steps.rising || !steps.restarts) return false;
  for (Index i = 1; i < column.size(); ++i)
    if (column(i) != column(i - 1) + 1 && column(i) != column(0)) return false;
  return column.size() > 2 * steps.restartCount;
}

// A clock or count with holes: the count is left out, the clock is refused; else a channel.
ColumnMeaning withHoles(ConstVectorRef column, const ColumnContext& context, const LineOf& lineOf) {
  std::vector<double> there;
  std::vector<Index> rows;
  Index hole = -1;
  for (Index i = 0; i < column.size(); ++i) {
    if (!std::isfinite(column(i))) {
      hole = hole < 0 ? i : hole;
      continue;
    }
    there.push_back(column(i));
    rows.push_back(i);
  }
  const auto n = static_cast<Index>(there.size());
  if (2 * n < column.size()) return {};
  ColumnMeaning meaning = meaningOf(Eigen::Map<const Vector>(there.data(), n), context,
                                    [&](Index row) { return lineOf(rows[static_cast<std::size_t>(row)]); });
  const std::string holes = std::to_string(column.size() - n) +
                            " without a number (the first: " + context.words.place + " " +
                            std::to_string(lineOf(hole)) + ")";
  if (meaning.kind == ColumnMeaning::Kind::clock)
    throw InputError("is a clock, but has " + context.words.entries +
                     " of which it does not tell the time, " + holes + "; allowed: a number in every " +
                     context.words.entry +
                     " (--index-column none reads the column as a channel, "
                     "its number leaves it out)");
  if (meaning.kind == ColumnMeaning::Kind::channel) return {};
  meaning.begins.clear();
  meaning.note = "counts the " + context.words.entries + ", " + holes + ": left out";
  return meaning;
}

}  // namespace

std::string clockUnit(const ColumnContext& context) {
  if (context.dates) return "s";
  const std::string unit = context.unit.empty() ? unitInName(context.name) : context.unit;
  const bool isUnitItself = secondsIn(unit) == 0 && secondsIn(context.name) > 0 && context.name.size() > 1;
  return isUnitItself ? lowerCase(context.name) : unit;
}

std::vector<Index> jumpsOf(ConstVectorRef clock) {
  constexpr Index kShort = 20;
  const Index n = clock.size();
  if (n < kShort) return {};
  std::vector<double> steps(static_cast<std::size_t>(n - 1));
  for (Index i = 1; i < n; ++i) steps[static_cast<std::size_t>(i - 1)] = clock(i) - clock(i - 1);
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  const double most = 1.5 * *middle;
  std::vector<Index> jumps;
  for (Index i = 1; i < n; ++i)
    if (clock(i) - clock(i - 1) > most) jumps.push_back(i);
  if (static_cast<Index>(jumps.size()) > (n - 1) / kShort) jumps.clear();
  return jumps;
}

ColumnMeaning meaningOf(ConstVectorRef column, const ColumnContext& context, const LineOf& lineOf) {
  constexpr Index kLeastNamed = 3, kLeastUnnamed = 5, kLong = 20;
  const bool indexName = context.named && isIndexName(context.name);
  const bool clockName = context.dates || (context.named && isClockName(context.name));
  const Index n = column.size();
  if (n < kLeastNamed) return {};
  const bool told = indexName || clockName;
  if (!column.allFinite())
    return told || context.first ? withHoles(column, context, lineOf) : ColumnMeaning{};
  if (!told && n < kLeastUnnamed) return {};
  const Steps steps = stepsOf(column);
  if (steps.counting && !context.dates && (told || context.first || n >= 2 * kLeastUnnamed)) {
    if (!clockName || steps.median <= 0) return indexOf(column, context, steps, lineOf);
    return secondsIn(context.unit.empty() ? unitInName(context.name) : context.unit) > 0
               ? clockOf(column, context, steps, lineOf)
               : indexOf(column, context, steps, lineOf);
  }
  if (clockName) {
    if (steps.rising) return clockOf(column, context, steps, lineOf);
    if (countsWithRestarts(column, steps)) return indexOf(column, context, steps, lineOf);
    if (auto meaning = notRising(column, context, lineOf); meaning.kind != ColumnMeaning::Kind::channel)
      return meaning;
    const std::string base = nameWithoutUnit(context.name);
    const bool surely =
        context.dates || (context.first && (base.starts_with("time") || base.starts_with("date")));
    if (surely)
      throw InputError("is a clock by its " + std::string(context.dates ? "dates" : "name") +
                       ", but does not rise before " + context.words.place + " " +
                       std::to_string(lineOf(steps.backwards)) + "; allowed: a clock that rises with every " +
                       context.words.entry +
                       " (--index-column none reads the column as "
                       "a channel, its number leaves it out)");
    if (context.first) refuseUnsteadyClock(column, context.words, lineOf);
    return {};
  }
  if (indexName && context.first && steps.whole && steps.rising)
    return indexOf(column, context, steps, lineOf);
  if (indexName && countsWithRestarts(column, steps)) return indexOf(column, context, steps, lineOf);
  if (!steps.rising) {
    if (auto meaning = notRising(column, context, lineOf); meaning.kind != ColumnMeaning::Kind::channel)
      return meaning;
    if (context.first && !context.named) refuseUnsteadyClock(column, context.words, lineOf);
  }
  if (!context.first || !steps.rising) {
    ColumnMeaning meaning;
    if (steps.rising && n >= kLong)
      meaning.note = "rises with every " + context.words.entry +
                     ", as a clock would, and was read as a channel; leave it out with --index-column";
    return meaning;
  }
  if (steps.even() || ((indexName || !context.named) && n >= kLong))
    return clockOf(column, context, steps, lineOf);
  ColumnMeaning meaning;
  if (n >= kLong)
    meaning.note = "rises with every " + context.words.entry +
                   ", as a clock would, and was read as a channel; leave it out with --index-column";
  return meaning;
}

ColumnMeaning chosenMeaning(ConstVectorRef column, const ColumnContext& context, const LineOf& lineOf) {
  ColumnMeaning meaning;
  meaning.kind = ColumnMeaning::Kind::index;
  meaning.note = "left out, as chosen by hand";
  if (column.size() < 2 || !column.allFinite()) return meaning;
  const Steps steps = stepsOf(column);
  if (steps.counting && secondsIn(context.unit.empty() ? unitInName(context.name) : context.unit) == 0)
    return indexOf(column, context, steps, lineOf);
  return steps.rising ? clockOf(column, context, steps, lineOf) : meaning;
}

}  // namespace keyhole
