#include "core/io/tree_clock.h"

#include "core/common/error.h"
#include "core/io/column_names.h"
#include "core/io/file_bytes.h"
#include "core/io/neurodata.h"
#include "core/io/table_clock.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

using Kind = FileNode::Kind;

std::string pathIn(const FileNode& group, const std::string& path, const FileNode* node) {
  std::size_t k = 0;
  for (const auto& child : group.children) {
    ++k;
    const bool isList = group.kind == Kind::structs || group.kind == Kind::cells;
    const std::string number = std::to_string(k);
    const std::string at = !isList                     ? memberPath(path, group, child.name)
                           : group.kind == Kind::cells ? path + "{" + number + "}"
                                                       : path + "(" + number + ")";
    if (&child == node) return at;
    if (std::string found = pathIn(child, at, node); !found.empty()) return found;
  }
  return {};
}

// Of a clock that somebody's name says to be one.
// series: its unit is seconds unless the file says otherwise, by the NWB schema.
ColumnMeaning clockMeaning(ConstVectorRef column, const FileNode& node, bool series = false) {
  ColumnContext context;
  context.name = node.name;
  context.unit = node.unit.empty() && series ? "s" : node.unit;
  context.named = context.first = true;
  context.words = {"time point", "time points", "time point"};
  return chosenMeaning(column, context, [](Index row) { return static_cast<std::size_t>(row + 1); });
}

}  // namespace

const FileNode* groupOf(const FileNode& root, const FileNode* node) {
  for (const auto& child : root.children) {
    if (&child == node) return &root;
    if (const FileNode* found = groupOf(child, node)) return found;
  }
  return nullptr;
}

std::string pathOfNode(const FileNode& root, const FileNode* node) {
  return pathIn(root, "", node);
}

TreeClock::TreeClock(FileTree& tree, FileData& data, std::string file, std::string shown,
                     std::vector<Index> lengths, Index others)
    : m_tree(tree),
      m_data(data),
      m_file(std::move(file)),
      m_shown(std::move(shown)),
      m_lengths(std::move(lengths)),
      m_others(others) {
  const bool alike = std::all_of(m_lengths.begin(), m_lengths.end(),
                                 [&](Index length) { return length == m_lengths.front(); });
  if (alike) m_length = static_cast<std::uint64_t>(m_lengths.front());
}

std::string TreeClock::textOf(const FileNode& node) const {
  const std::string path = pathOfNode(m_tree.root(), &node);
  return path.empty() ? m_file : m_file + ":" + shownText(path);
}

std::string TreeClock::textsOf(const std::vector<const FileNode*>& nodes) const {
  std::vector<std::string> texts;
  for (const FileNode* node : nodes) texts.push_back(shownText(pathOfNode(m_tree.root(), node)));
  return listed(texts);
}

void TreeClock::find(const PlacedArrays& placed) {
  if (placed.series)
    ofSeries(*placed.series);
  else
    ofArray(placed);
}

// After the NWB schema: a rate with the time of the first sample, or timestamps in seconds.
void TreeClock::ofSeries(const FileNode& series) {
  const FileNode* timestamps = memberOf(series, "timestamps");
  if (series.rate != 0) {
    if (!(series.rate > 0) || !std::isfinite(series.rate))
      throw InputError(m_shown + " has the rate " + toText(series.rate) +
                       "; allowed: samples a second, above 0");
    if (const FileNode* start = memberOf(series, "starting_time"); start && start->kind == Kind::numbers) {
      const Matrix value = m_tree.load({start}).front();
      if (value.size() == 1 && std::isfinite(value(0, 0))) m_data.start = value(0, 0);
    }
    if (timestamps)
      say(m_shown + " has a rate and timestamps, too: the rate was taken, and they were not looked at");
    return takeRate(series.rate, m_shown);
  }
  if (!timestamps || timestamps->kind != Kind::numbers)
    return say(m_shown + " has neither a rate nor timestamps" +
               (timestamps && !timestamps->why.empty()
                    ? " that can be read (they are what " + timestamps->why + ")"
                    : "") +
               ": the time between samples is not known; say it with --dt");
  m_data.times = timestampsOf(m_tree, *timestamps, m_lengths.front(), m_others, m_shown);
  takeColumn(*timestamps);
}

// From the array's own group outwards.
void TreeClock::ofArray(const PlacedArrays& placed) {
  const FileNode& root = m_tree.root();
  const double rate = placed.nodes.front()->rate;
  if (rate > 0 && std::isfinite(rate)) return takeRate(rate, m_shown);
  if (placed.isList && ofEachTrial(placed)) return;
  const FileNode* group = groupOf(root, placed.nodes.front());
  const Beside inner = group ? besideIn(*group) : Beside();
  for (; group; group = groupOf(root, group)) {
    Beside beside = besideIn(*group);
    if (placed.isList && memberOf(*group, placed.nodes.front()->name) == placed.nodes.front())
      beside.clocks.clear();  // those of the first trial alone
    if (takeFrom(beside)) return;
  }
  sayWhatIsElsewhere(inner);
}

// Structs with a clock or a rate of its own in each of them.
bool TreeClock::ofEachTrial(const PlacedArrays& placed) {
  const FileNode& root = m_tree.root();
  const FileNode* first = groupOf(root, placed.nodes.front());
  if (!first || placed.nodes.size() < 2 || groupOf(root, placed.nodes[1]) == first) return false;
  return clockOfEach(placed, *first) || rateOfEach(placed, *first);
}

bool TreeClock::rateOfEach(const PlacedArrays& placed, const FileNode& first) {
  const auto rates = besideIn(first).rates;
  if (rates.size() != 1) return false;
  std::vector<double> values;
  for (const FileNode* node : placed.nodes) {
    const FileNode* trial = groupOf(m_tree.root(), node);
    const FileNode* rate = trial ? memberOf(*trial, rates.front()->name) : nullptr;
    if (!rate || rate->kind != Kind::numbers || rate->size() != 1) return false;
    values.push_back(m_tree.load({rate})[0](0, 0));
    if (!(values.back() > 0) || !std::isfinite(values.back())) return false;
  }
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  takeRate(values.front(), textOf(*rates.front()));
  if (*least < *most)
    say(m_shown + ": the rates of its trials (" + shownText(rates.front()->name) + ") differ, from " +
        toText(*least) + " to " + toText(*most) + "; that of the first was taken for all of them");
  return true;
}

bool TreeClock::clockOfEach(const PlacedArrays& placed, const FileNode& group) {
  const FileNode& root = m_tree.root();
  std::vector<double> steps;
  const FileNode* named = nullptr;
  std::string unit;
  for (const auto& child : group.children) {
    if (child.kind != Kind::numbers || !isClockName(child.name)) continue;
    steps.clear();
    for (std::size_t k = 0; k < placed.nodes.size(); ++k) {
      const FileNode* trial = groupOf(root, placed.nodes[k]);
      const FileNode* clock = trial ? memberOf(*trial, child.name) : nullptr;
      if (!clock || clock->kind != Kind::numbers || clock->size() != static_cast<std::uint64_t>(m_lengths[k]))
        break;
      const ColumnMeaning meaning = clockMeaning(m_tree.load({clock})[0].reshaped().eval(), *clock);
      if (meaning.kind != ColumnMeaning::Kind::clock) break;
      steps.push_back(meaning.interval);
      unit = meaning.unit;
    }
    if (steps.size() == placed.nodes.size()) named = &child;
    if (named) break;
  }
  if (!named) return false;
  const auto [least, most] = std::minmax_element(steps.begin(), steps.end());
  std::vector<double> sorted = steps;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2),
                   sorted.end());
  m_data.interval = sorted[sorted.size() / 2];
  m_data.intervalUnit = unit;
  const std::string in = unit.empty() ? ", of a unit that the file does not name" : " " + unit;
  constexpr double kAlike = 0.01;
  say(m_shown + ": each trial has a clock of its own, " + shownText(named->name) +
      ": Δt = " + twoDigits(m_data.interval) + in +
      (*most - *least > kAlike * m_data.interval
           ? "; its steps differ from trial to trial, from " + twoDigits(*least) + " to " + twoDigits(*most) +
                 ", but a fit takes all steps as equal"
           : ""));
  return true;
}

TreeClock::Beside TreeClock::besideIn(const FileNode& group) const {
  Beside beside;
  for (const auto& array : arraysIn(group)) {
    if (array.nodes.size() != 1 || array.path.find_first_of("./{(") != std::string::npos) continue;
    const FileNode* node = array.nodes.front();
    if (array.role == ArrayRole::rate) beside.rates.push_back(node);
    if (node->size() == 1 && isStepName(array.path)) beside.steps.push_back(node);
    const bool isVector = array.role == ArrayRole::vector || array.role == ArrayRole::input;
    if (isVector && node->size() == m_length && m_length > 2) beside.vectors.push_back(node);
    if (array.role == ArrayRole::clock)
      (node->size() == m_length ? beside.clocks : beside.misfits).push_back(node);
  }
  return beside;
}

// False if there is neither a clock nor a rate.
bool TreeClock::takeFrom(const Beside& beside) {
  const auto& [clocks, misfits, rates, steps, vectors] = beside;
  const auto used =
      std::find_if(clocks.begin(), clocks.end(), [&](const FileNode* clock) { return takeColumn(*clock); });
  const bool taken = used != clocks.end();
  if (taken && rates.size() == 1) compareWithRate(**used, *rates.front());
  if (taken && clocks.size() > 1)
    say(m_shown + " has " + std::to_string(clocks.size()) + " vectors beside it that may be its clock (" +
        textsOf(clocks) + "): the first that is one was looked at");
  if (!taken && rates.size() == 1) {
    const double rate = m_tree.load(rates)[0](0, 0);
    if (rate > 0 && std::isfinite(rate)) takeRate(rate, textOf(*rates.front()));
  }
  if (!taken && rates.size() > 1)
    say(m_shown + " has " + std::to_string(rates.size()) + " numbers beside it that may be its rate (" +
        textsOf(rates) + "): none was taken; say the time between two samples with --dt");
  // Such a number seldom says its unit.
  if (!taken && rates.empty() && steps.size() == 1)
    say(textOf(*steps.front()) + " is " + toText(m_tree.load(steps)[0](0, 0)) +
        ", perhaps the time between two samples; it was not taken as such: say it in seconds with --dt");
  return taken || !rates.empty() || !steps.empty();
}

// Of a clock that was taken, a rate beside it tells the unit, or contradicts.
void TreeClock::compareWithRate(const FileNode& clock, const FileNode& node) {
  const double rate = m_tree.load({&node})[0](0, 0), steps = m_data.interval * rate;
  if (!(rate > 0) || !std::isfinite(rate)) return;
  const std::string says = textOf(node) + " says " + toText(rate) + " samples a second";
  const auto alike = [steps](double unit) { return std::abs(steps / unit - 1) < 0.01; };
  for (const double perSecond : {1.0, 1e3, 1e6, 1e9}) {
    if (!alike(perSecond) || (perSecond > 1 && m_data.intervalUnit == "s")) continue;
    if (m_data.intervalUnit == "s") return;
    m_data.interval /= perSecond;
    m_data.times /= perSecond;
    m_data.intervalUnit = "s";
    return say(says + ", so that the clock counts " +
               (perSecond == 1     ? "seconds"
                : perSecond == 1e3 ? "milliseconds"
                : perSecond == 1e6 ? "microseconds"
                                   : "nanoseconds") +
               ": Δt = " + twoDigits(m_data.interval) + " s");
  }
  if (m_data.intervalUnit == "s")
    return say(says + ", and the clock that was taken has Δt = " + twoDigits(m_data.interval) +
               " s: they do not agree");
  m_data.times = Vector();
  m_data.notes.pop_back();  // that the clock was taken
  say(textOf(clock) + " has the name of a clock and steps of " + twoDigits(m_data.interval) +
      ", which in no unit agree with the rate beside it, which was taken");
  takeRate(rate, textOf(node));
}

// Nothing was found: what has the name of a clock, but other numbers or another place.
void TreeClock::sayWhatIsElsewhere(const Beside& inner) {
  const std::string none = "; it was not taken as the clock: say the time between two samples with --dt";
  if (!inner.misfits.empty()) {
    const FileNode& clock = *inner.misfits.front();
    return say(textOf(clock) + " has the name of a clock, but " + std::to_string(clock.size()) +
               " numbers, where " + m_shown + " has " +
               (m_length > 0 ? std::to_string(m_length) + " time points" : "trials of unequal length") +
               none +
               (clock.size() == static_cast<std::uint64_t>(m_others)
                    ? " (its other axis has so many: exchange the axes with --transpose)"
                    : ""));
  }
  std::vector<const FileNode*> fitting;
  for (const auto& array : arraysIn(m_tree.root()))
    if (array.role == ArrayRole::clock && array.nodes.size() == 1 && m_length > 1 &&
        array.nodes.front()->size() == m_length &&
        std::find(inner.clocks.begin(), inner.clocks.end(), array.nodes.front()) == inner.clocks.end())
      fitting.push_back(array.nodes.front());
  if (!fitting.empty())
    return say(m_shown + " has no clock beside it; " + textsOf(fitting) + " elsewhere in the file " +
               (fitting.size() == 1 ? "has" : "have") + " as many numbers as it has time points" +
               (fitting.size() == 1 ? none : "; none was taken: say the time between two samples with --dt"));
  for (const FileNode* vector : inner.vectors) {
    const Vector column = m_tree.load({vector})[0].reshaped();
    const Index n = column.size();
    if (!column.allFinite() || (column.tail(n - 1).array() <= column.head(n - 1).array()).any()) continue;
    return say(textOf(*vector) + " rises with every time point, as a clock does" + none);
  }
}

void TreeClock::takeRate(double rate, const std::string& where) {
  m_data.interval = 1 / rate;
  m_data.intervalUnit = "s";
  say(where + " says " + toText(rate) + " samples a second: Δt = " + toText(1 / rate) + " s");
}

// False if it is none after all, which is said.
bool TreeClock::takeColumn(const FileNode& node) {
  const bool isSeries = m_data.times.size() > 0;
  const Vector column = isSeries ? m_data.times : m_tree.load({&node})[0].reshaped().eval();
  try {
    const ColumnMeaning meaning = clockMeaning(column, node, isSeries);
    if (meaning.kind != ColumnMeaning::Kind::clock) {
      const Index n = column.size();
      const bool rises = n > 1 && (column.tail(n - 1).array() > column.head(n - 1).array()).all();
      say(textOf(node) + (rises ? " counts the time points and tells no time between them"
                                : " is no clock that rises, and was not taken as one"));
      return false;
    }
    m_data.interval = meaning.interval;
    m_data.intervalUnit = meaning.unit;
    m_data.times = m_lengths.size() == 1 ? Vector(column * meaning.perUnit) : Vector();
    say(textOf(node) + " " + meaning.note);
    if (node.unit == "s" || (node.unit.empty() && isSeries))
      if (const std::string doubt = doubtOfSeconds(column); !doubt.empty()) say(textOf(node) + doubt);
    return true;
  } catch (const InputError& error) {
    say(textOf(node) + " " + error.what());
    return false;
  }
}

}  // namespace keyhole
