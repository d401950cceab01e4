#include "core/io/table_labels.h"

#include "core/common/error.h"
#include "core/io/column_names.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace keyhole {
namespace {

using LineOf = std::function<std::size_t(Index)>;

// The steps from row to row against the commonest one.
struct Pace {
  double step = 0;              // the median
  Index steady = 0;             // rows at about this step
  Index firstBack = -1;         // the first row that does not rise
  std::vector<Index> restarts;  // rows that go back
  Index toFirst = 0;            // of these, to the first value
  Index others = 0;             // rows that rise by another step
};

Pace paceOf(ConstVectorRef column) {
  constexpr double kAlike = 0.25;  // of the median: clocks printed with few digits
  Pace pace;
  const Index n = column.size();
  std::vector<double> steps(static_cast<std::size_t>(n - 1));
  for (Index i = 1; i < n; ++i) steps[static_cast<std::size_t>(i - 1)] = column(i) - column(i - 1);
  auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  pace.step = *middle;
  for (Index i = 1; i < n; ++i) {
    const double step = column(i) - column(i - 1);
    if (step <= 0 && pace.firstBack < 0) pace.firstBack = i;
    if (std::abs(step - pace.step) <= kAlike * std::abs(pace.step)) {
      ++pace.steady;
    } else if (step <= 0) {
      pace.restarts.push_back(i);
      pace.toFirst += std::abs(column(i) - column(0)) <= 0.5 * std::abs(pace.step);
    } else {
      ++pace.others;
    }
  }
  return pace;
}

ColumnMeaning leftOut(std::string note) {
  ColumnMeaning meaning;
  meaning.kind = ColumnMeaning::Kind::index;
  meaning.note = std::move(note);
  return meaning;
}

// Row numbers that do not rise: they run down, are doubled, or stand in another order.
ColumnMeaning rowNumbers(ConstVectorRef column, bool indexName, const EntryWords& words,
                         const LineOf& lineOf) {
  constexpr Index kLong = 10;
  const Index n = column.size();
  if (n < kLong || !(column.array() == column.array().round()).all()) return {};
  const Vector steps = column.tail(n - 1) - column.head(n - 1);
  if ((steps.array() == -1).all())
    return leftOut("counts the " + words.entries + " down from " + toText(column(0)) +
                   ": left out; if these are time points, the " + words.entries + " stand backwards");
  if (!indexName) return {};
  std::vector<double> sorted(column.data(), column.data() + n);
  std::sort(sorted.begin(), sorted.end());
  const auto distinct = static_cast<Index>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
  const Index out = std::find_if(steps.begin(), steps.end(), [](double s) { return s <= 0; }) - steps.begin();
  const std::string where = " (first in " + words.place + " " + std::to_string(lineOf(out + 1)) + ")";
  const bool dense = column.maxCoeff() - column.minCoeff() < 4 * static_cast<double>(n);
  if (distinct == n && dense)
    return leftOut("numbers the " + words.entries + " in another order" + where +
                   ": left out; if these are time points, the " + words.entries +
                   " do not stand in their order");
  if ((steps.array() >= 0).all() && 2 * distinct > n)
    return leftOut("numbers the " + words.entries + ", " + std::to_string(n - distinct) +
                   " of them as the one before" + where + ": left out");
  return {};
}

}  // namespace

std::vector<Index> blocksOf(ConstVectorRef column) {
  std::vector<Index> begins;
  Index last = 0;
  const Index n = column.size();
  for (Index i = 1; i < n; ++i) {
    if (column(i) == column(i - 1)) continue;
    if (i - last < 2) return {};
    begins.push_back(i);
    last = i;
  }
  if (n - last < 2) begins.clear();
  return begins;
}

bool isCycle(ConstVectorRef column) {
  const Index n = column.size();
  if (!column.allFinite() || !(column.array() == column.array().round()).all()) return false;
  const std::set<double> distinct(column.begin(), column.end());
  const auto kinds = static_cast<Index>(distinct.size());
  if (kinds < 2 || n % kinds != 0 || n / kinds < 2) return false;
  const Index length = n / kinds;
  bool inTurn = true, inBlocks = true;
  for (Index i = 0; i < n && (inTurn || inBlocks); ++i) {
    inTurn = inTurn && column(i) == column(i % kinds);
    inBlocks = inBlocks && column(i) == column(i / length * length);
  }
  return inTurn || inBlocks;
}

// Each goes back to near where its run began, or before, and goes on from there at the usual step: else a
// number is wrong.
static bool areBeginnings(ConstVectorRef column, const Pace& pace) {
  constexpr double kNear = 0.25, kAlike = 0.25;
  double start = column(0);
  for (const Index i : pace.restarts) {
    const double run = column(i - 1) - start;
    if (column(i) > start + kNear * run || i + 1 >= column.size()) return false;
    if (std::abs(column(i + 1) - column(i) - pace.step) > kAlike * pace.step) return false;
    start = column(i);
  }
  return true;
}

std::vector<Index> restartsOf(ConstVectorRef column, bool anyhow) {
  Pace pace = paceOf(column);
  const Index n = column.size(), restarts = static_cast<Index>(pace.restarts.size());
  const bool isClock = pace.step > 0 && restarts > 0 && n > 3 * restarts;
  const bool likeTrials = pace.others == 0 && pace.toFirst == restarts;
  // A few steps may be off where a name or dates say that it is a clock; one of two values alone is none.
  const bool mostlySteady = anyhow && areBeginnings(column, pace) && 20 * pace.others <= n &&
                            5 * pace.steady >= 4 * (n - 1 - restarts);
  if (!isClock || (!likeTrials && !mostlySteady)) return {};
  return std::move(pace.restarts);
}

ColumnMeaning labelMeaning(ConstVectorRef column, const ColumnContext& context, const LineOf& lineOf) {
  const bool indexName = context.named && isIndexName(context.name);
  const bool clockName = context.dates || (context.named && isClockName(context.name));
  const bool mayBe = indexName || clockName || !context.named;
  if (!mayBe || (!context.first && !clockName)) return {};
  if (context.first && !clockName) return rowNumbers(column, indexName, context.words, lineOf);
  return {};
}

void refuseUnsteadyClock(ConstVectorRef column, const EntryWords& words, const LineOf& lineOf) {
  constexpr Index kLong = 20;
  const Index n = column.size();
  if (n < kLong) return;
  const Pace pace = paceOf(column);
  if (pace.step == 0 || 5 * pace.steady < 4 * (n - 1)) return;
  throw InputError("has steps of " + twoDigits(pace.step) + " in " + std::to_string(pace.steady) + " of " +
                   std::to_string(n - 1) + " " + words.entries +
                   ", as a clock has and no neuron, but does not rise before " + words.place + " " +
                   std::to_string(lineOf(std::max<Index>(pace.firstBack, 0))) +
                   "; allowed: a clock that rises with every " + words.entry +
                   ", or from its first value on in every trial "
                   "(--index-column none reads the column as a channel, its number leaves it out)");
}

}  // namespace keyhole
