#include "core/io/table_channels.h"

#include "core/common/error.h"
#include "core/io/column_names.h"
#include "core/io/file_bytes.h"
#include "core/io/table_clock.h"
#include "core/io/table_labels.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace keyhole {
namespace {

class Channels {
 public:
  explicit Channels(TableInMaking& table) : m_table(table) {}

  // Columns without a name and without anything in them.
  void leaveOutEmpty() {
    std::size_t left = 0, first = 0;
    for (std::size_t j = 0; j < m_table.grid.width; ++j) {
      if (!m_table.nameOf(j).empty() || m_table.grid.empty[j] != static_cast<std::size_t>(m_table.grid.rows))
        continue;
      if (m_table.grid.width == 1) continue;
      m_table.kept[j] = false;
      m_table.grid.empty[j] = 0;
      if (left++ == 0) first = j;
    }
    if (left > 0)
      m_table.note("column " + std::to_string(first + 1) +
                   (left > 1 ? " and " + std::to_string(left - 1) + " more have" : " has") +
                   " neither a name nor any number, and " + (left > 1 ? "were" : "was") + " left out");
  }

  // Dates, row names, and the columns that count or rise.
  void leaveOutOthers() {
    const auto chosen = chosenColumn();
    std::vector<std::size_t> others(m_table.grid.width, 0);
    for (const auto& cell : m_table.grid.others) ++others[cell.column];
    const bool automatic = m_table.options.indexColumn.empty();
    if (chosen) takeChosen(*chosen, others[*chosen]);
    for (std::size_t j = 0; j < m_table.grid.width; ++j)
      if (others[j] > 0 && m_table.kept[j] && automatic && !takeDayAndTime(j, others))
        takeWords(j, others[j]);
    for (const auto& cell : m_table.grid.others)
      if (m_table.kept[cell.column]) refuseOther(cell, others[cell.column]);
    if (automatic && m_table.options.channelsInRows) {
      leaveOutRowNumbers();
    } else if (automatic) {
      leaveOutTrialNumbers();
      leaveOutCounting();
      refuseLongTable();
    }
    if (m_table.columns() == 0)
      throw InputError(
          "holds no channel: all of its columns count rows or are empty (--index-column none keeps those "
          "that count)");
  }

 private:
  // 1-based number, name, or none.
  std::optional<std::size_t> chosenColumn() const {
    const std::string& choice = m_table.options.indexColumn;
    if (choice.empty() || choice == "none") return {};
    for (std::size_t j = 0; j < m_table.names.size(); ++j)
      if (m_table.names[j] == choice) return j;
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(choice.data(), choice.data() + choice.size(), number);
    if (error != std::errc() || end != choice.data() + choice.size() || number < 1 ||
        number > m_table.grid.width)
      throw InputError("has no column \"" + shownText(choice) +
                       "\" for --index-column; allowed: a number from 1 to " +
                       std::to_string(m_table.grid.width) + ", a column's name, none");
    return number - 1;
  }

  static bool isDate(const GridCell& cell) {
    return secondsOfDate(cell.text, false) || secondsOfDate(cell.text, true);
  }

  [[noreturn]] void refuseOther(const GridCell& cell, std::size_t others) const {
    if (isDate(cell))
      for (const auto& other : othersOf(cell.column))
        if (!isDate(other))
          throw InputError(placeOf(other) + " is " + shown(other.text) +
                           "; allowed: a date, as in the lines before");
    if (m_table.grid.rows > 2 && 2 * others > static_cast<std::size_t>(m_table.grid.rows))
      throw InputError(m_table.columnText(cell.column) + " holds no numbers (" + placeOf(cell) + " is " +
                       shown(cell.text) + "); allowed: numbers, or leave it out with --index-column " +
                       std::to_string(cell.column + 1));
    m_table.refuseCell(cell);
  }

  std::vector<GridCell> othersOf(std::size_t column) const {
    std::vector<GridCell> cells;
    for (const auto& cell : m_table.grid.others)
      if (cell.column == column) cells.push_back(cell);
    return cells;
  }

  // The seconds of a column of dates; empty if one is none.
  Vector datesIn(const std::vector<GridCell>& cells, bool dayFirst) const {
    Vector seconds(static_cast<Index>(cells.size()));
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto date = secondsOfDate(cells[i].text, dayFirst);
      if (!date) return {};
      seconds(static_cast<Index>(i)) = *date;
    }
    return seconds;
  }

  // Times of day begin anew at midnight: there a day is added, and it is said.
  void passMidnights(std::size_t column, Vector& seconds) {
    constexpr double kDay = 86400;
    if (!(seconds.minCoeff() >= 0 && seconds.maxCoeff() <= kDay)) return;
    double days = 0, before = seconds(0);
    Index first = -1;
    for (Index i = 1; i < seconds.size(); ++i) {
      const double now = seconds(i);
      if (now < before - kDay / 2) {
        days += 1;
        if (first < 0) first = i;
      }
      before = now;
      seconds(i) += days * kDay;
    }
    if (first >= 0)
      m_table.note(m_table.columnText(column) + " holds times of day that pass midnight " +
                   counted(static_cast<std::size_t>(days), "time", "times") + " (first in line " +
                   std::to_string(m_table.lineOf(first)) + "): each time a day was added");
  }

  // "2024-05-01,12:00:00.5": a column of days and one of times of day behind it.
  bool takeDayAndTime(std::size_t column, const std::vector<std::size_t>& others) {
    const auto all = static_cast<std::size_t>(m_table.grid.rows);
    if (column + 1 >= m_table.grid.width || others[column] != all || others[column + 1] != all || all < 3)
      return false;
    const auto dayCells = othersOf(column), timeCells = othersOf(column + 1);
    Vector days = datesIn(dayCells, false), dayFirst = datesIn(dayCells, true);
    if (days.size() == 0) days = dayFirst;
    Vector times(m_table.grid.rows);
    for (std::size_t i = 0; i < all; ++i) {
      const auto time = secondsOfDate(timeCells[i].text, false);
      if (!time || *time < 0 || *time > 86400) return false;
      times(static_cast<Index>(i)) = *time;
    }
    const auto isDays = [](const Vector& v) {
      return v.size() > 0 && (v.array() >= 86400).all() &&
             ((v.array() / 86400) == (v.array() / 86400).round()).all();
    };
    if (!isDays(days)) return false;
    if (dayFirst.size() > 0 && !isSteady(days, dayFirst)) return false;  // 01/02: which is the month?
    const Vector seconds = days + times;
    leaveOut(column, "holds days and the next column times of day: taken together");
    take(column + 1, meaningFor(column + 1, seconds, true), seconds);
    return true;
  }

  void takeWords(std::size_t column, std::size_t count) {
    const auto cells = othersOf(column);
    if (m_table.options.channelsInRows) return takeRowNames(column, cells);
    if (count != static_cast<std::size_t>(m_table.grid.rows)) return;
    Vector dates = datesIn(cells, false);
    const Vector dayFirst = datesIn(cells, true);
    const bool ambiguous = dates.size() > 0 && dayFirst.size() > 0 && !isSteady(dates, dayFirst);
    if (dates.size() == 0) dates = dayFirst;
    if (dates.size() > 0 && dates.size() < 3) return leaveOut(column, "holds dates: left out");
    if (dates.size() > 0 && ambiguous)
      return leaveOut(column, "holds dates such as " + shown(cells.front().text) +
                                  ", of which day and month cannot be told apart: left out");
    if (dates.size() > 0) {
      passMidnights(column, dates);
      return take(column, meaningFor(column, dates, true), dates);
    }
    takeRowNames(column, cells);
  }

  // Where rows are channels, the first may be their clock and have no name.
  void takeRowNames(std::size_t column, const std::vector<GridCell>& cells) {
    const bool firstIsEmpty =
        m_table.options.channelsInRows && m_table.grid.empty[column] == 1 && cells.front().row > 0;
    const std::size_t named = cells.size() + (firstIsEmpty ? 1 : 0);
    if (column != 0 || named != static_cast<std::size_t>(m_table.grid.rows)) return;
    std::set<std::string_view> distinct;
    for (const auto& cell : cells) distinct.insert(cell.text);
    if (distinct.size() != cells.size() || distinct.size() < 2) return;
    if (firstIsEmpty) m_table.result.rowNames.emplace_back();
    for (const auto& cell : cells) m_table.result.rowNames.push_back(columnName({cell.text, false}));
    m_table.grid.empty[column] = 0;
    leaveOut(column, "holds a different word in every row (" + shown(cells.front().text) +
                         ", …): taken as the rows' names and left out" +
                         (isClockName(contextOf(column, false).name)
                              ? "; if these are times, they are not understood, and --dt says the time "
                                "between two rows"
                              : ""));
  }

  static bool isSteady(const Vector& a, const Vector& b) {
    return ((a.array() - a(0)) - (b.array() - b(0))).abs().maxCoeff() < 0.5;
  }

  ColumnContext contextOf(std::size_t column, bool dates) const {
    ColumnContext context;
    context.named = !m_table.names.empty();
    context.name = m_table.nameOf(column);
    if (column < m_table.result.columnUnits.size()) context.unit = m_table.result.columnUnits[column];
    context.first = std::find(m_table.kept.begin(), m_table.kept.end(), true) - m_table.kept.begin() ==
                    static_cast<std::ptrdiff_t>(column);
    context.dates = dates;
    return context;
  }

  ColumnMeaning meaningFor(std::size_t column, const Vector& values, bool dates) const {
    const auto lineOf = [&](Index row) { return m_table.lineOf(row); };
    try {
      return meaningOf(values, contextOf(column, dates), lineOf);
    } catch (const InputError& error) {
      throw InputError(m_table.columnText(column) + " " + error.what());
    }
  }

  void leaveOut(std::size_t column, const std::string& why) {
    m_table.kept[column] = false;
    m_table.note(m_table.columnText(column) + " " + why);
  }

  void take(std::size_t column, const ColumnMeaning& meaning, const Vector& values) {
    if (meaning.kind == ColumnMeaning::Kind::channel) {
      if (!meaning.note.empty()) m_table.note(m_table.columnText(column) + " " + meaning.note);
      return;
    }
    leaveOut(column, meaning.note);
    m_table.begins.insert(meaning.begins.begin(), meaning.begins.end());
    m_explained.push_back(column);
    const Index n = values.size();
    const bool rises = n > 1 && (values.tail(n - 1).array() > values.head(n - 1).array()).all();
    const bool better = m_table.result.interval > 0 && m_table.result.intervalUnit == "s";
    // What counts the rows tells of rows that are missing, though not of time.
    if (rises && !better && (meaning.kind == ColumnMeaning::Kind::clock || m_table.result.times.size() == 0))
      m_table.result.times = values * meaning.perUnit;
    if (meaning.kind != ColumnMeaning::Kind::clock || better) return;
    m_table.result.interval = meaning.interval;
    m_table.result.intervalUnit = meaning.unit;
  }

  void takeChosen(std::size_t column, std::size_t words) {
    if (words == 0) {
      const auto lineOf = [&](Index row) { return m_table.lineOf(row); };
      const Vector values = m_table.columnValues(column);
      return take(column, chosenMeaning(values, contextOf(column, false), lineOf), values);
    }
    const Vector dates = datesIn(othersOf(column), false);
    if (dates.size() == m_table.grid.rows && dates.size() > 2)
      return take(column, meaningFor(column, dates, true), dates);
    leaveOut(column, "left out, as chosen by hand");
  }

  // Where rows are channels: the first column may number them.
  void leaveOutRowNumbers() {
    const auto first = std::find(m_table.kept.begin(), m_table.kept.end(), true);
    if (first == m_table.kept.end() || m_table.columns() == 1) return;
    const auto column = static_cast<std::size_t>(first - m_table.kept.begin());
    const Vector values = m_table.columnValues(column);
    const Index n = values.size();
    if (n < 2 || !(values.tail(n - 1).array() - values.head(n - 1).array() == 1).all()) return;
    const ColumnMeaning meaning = meaningFor(column, values, false);
    if (meaning.kind == ColumnMeaning::Kind::index) leaveOut(column, meaning.note);
  }

  void leaveOutCounting() {
    for (std::size_t j = 0; j < m_table.grid.width; ++j) {
      if (!m_table.kept[j]) continue;
      // A quick look first: most channels fall within their first rows.
      bool rises = true;
      const ColumnContext context = contextOf(j, false);
      const bool told = context.named && (isClockName(context.name) || isIndexName(context.name));
      for (Index i = 1; i < std::min<Index>(m_table.grid.rows, 5) && rises; ++i)
        rises = m_table.grid.at(i, j) > m_table.grid.at(i - 1, j);
      if (!rises && !told && !context.first) continue;
      if (m_table.columns() == 1) return;
      const Vector values = m_table.columnValues(j);
      ColumnMeaning meaning = meaningFor(j, values, false);
      if (const auto same = explainedLike(values);
          same && (rises || told) && (meaning.kind == ColumnMeaning::Kind::channel || !told)) {
        leaveOut(j, "repeats " + m_table.columnText(*same) + ": left out");
        continue;
      }
      // One column that counts and one clock are usual; more of them, not called so, are ramps.
      bool& taken = meaning.kind == ColumnMeaning::Kind::index ? m_hasIndex : m_hasClock;
      if (meaning.kind != ColumnMeaning::Kind::channel && taken && !told) {
        meaning.kind = ColumnMeaning::Kind::channel;
        meaning.note =
            "rises with every row, as a clock would, and was read as a channel; leave it out with "
            "--index-column";
      }
      taken = taken || meaning.kind != ColumnMeaning::Kind::channel;
      take(j, meaning, values);
    }
  }

  // The column, already left out, that has the same numbers.
  std::optional<std::size_t> explainedLike(const Vector& values) {
    for (const std::size_t column : m_explained)
      if (m_table.columnValues(column) == values) return column;
    return {};
  }

  // "trial,t,…": a column that numbers the trials, or stands so before a count that begins anew with each.
  void leaveOutTrialNumbers() {
    for (std::size_t j = 0; j < m_table.grid.width; ++j) {
      if (!m_table.kept[j]) continue;
      const std::string name = m_table.nameOf(j);
      const bool named = !m_table.names.empty() && isTrialName(name);
      const bool nameless =
          !m_table.names.empty() && name.empty() && j + 1 < m_table.grid.width && m_table.kept[j + 1];
      if (!named && !nameless) continue;
      const Vector values = m_table.columnValues(j);
      if (!values.allFinite() || !(values.array() == values.array().round()).all()) continue;
      const std::vector<Index> begins = blocksOf(values);
      if (begins.empty() && !(named && (values.array() == values(0)).all())) continue;
      if (nameless && !named) {
        const Vector next = m_table.columnValues(j + 1);
        if (!next.allFinite() || meaningFor(j + 1, next, false).begins != begins) continue;
      }
      m_table.begins.insert(begins.begin(), begins.end());
      leaveOut(j,
               begins.empty()
                   ? "is " + toText(values(0)) + " throughout and was taken for the trial's number: left out"
                   : "holds the same whole number for rows on end: taken as the number of the trial and left "
                     "out (" +
                         std::to_string(begins.size() + 1) + " trials)");
    }
  }

  // One row per neuron and time point.
  void refuseLongTable() {
    const std::size_t channels = m_table.columns();
    if (m_explained.empty() && m_table.begins.empty()) return;  // nothing else tells of time
    for (std::size_t j = 0; j < m_table.grid.width && channels <= 3; ++j)
      if (m_table.kept[j] && isNeuronName(m_table.nameOf(j)) && isCycle(m_table.columnValues(j)))
        throw InputError(m_table.columnText(j) +
                         " holds the same whole numbers again and again, as a table with one row per neuron "
                         "and time point has; allowed: one row per time point and one column per neuron "
                         "(--index-column none reads all columns as channels)");
  }

  TableInMaking& m_table;
  bool m_hasIndex = false, m_hasClock = false;
  std::vector<std::size_t> m_explained;  // clocks and counts that were left out
};

}  // namespace

void leaveOutWhatIsNoChannel(TableInMaking& table) {
  Channels channels(table);
  channels.leaveOutEmpty();
  channels.leaveOutOthers();
}

}  // namespace keyhole
