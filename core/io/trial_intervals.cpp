#include "core/io/trial_intervals.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/file_place.h"
#include "core/io/table_clock.h"
#include "core/io/table_records.h"
#include "core/io/text_encoding.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

namespace keyhole {
namespace {

using Rows = std::pair<Index, Index>;

constexpr std::pair<const char*, const char*> kNames[] = {
    {"start_time", "stop_time"}, {"start", "stop"}, {"start", "end"}, {"begin", "end"}, {"onset", "offset"}};

std::string numbered(std::size_t count, const std::string& one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

// All numbers of an array, or of a field of structs, one behind the other.
Vector numbersAt(const std::string& spec) {
  const FileData data = readFileData(spec);
  Index n = 0;
  for (const auto& trial : data.trials) n += trial.size();
  Vector all(n);
  n = 0;
  for (const auto& trial : data.trials) {
    all.segment(n, trial.size()) = trial.reshaped();
    n += trial.size();
  }
  return all;
}

// K x 2: of two members of a group or a struct; empty if it has none of those names.
Matrix membersOf(const std::string& spec, const FileContents& contents, const std::string& path) {
  const auto isThere = [&](const std::string& member) {
    return std::any_of(contents.arrays.begin(), contents.arrays.end(),
                       [&](const FileArray& array) { return array.path == member; });
  };
  for (const auto& [first, second] : kNames)
    for (const char* between : {"/", "."}) {
      const std::string begin = path + between + first, end = path + between + second;
      if (!isThere(begin) || !isThere(end)) continue;
      const std::string file = fileOfSpec(spec);
      const Vector begins = numbersAt(file + ":" + begin), ends = numbersAt(file + ":" + end);
      if (begins.size() != ends.size())
        throw InputError(spec + " has " + std::to_string(begins.size()) + " in " + first + " and " +
                         std::to_string(ends.size()) + " in " + second + "; allowed: as many");
      Matrix both(begins.size(), 2);
      both << begins, ends;
      return both;
    }
  return {};
}

double numberOf(const TableCell& cell, const std::string& path, std::size_t line) {
  std::string text(cell.text);
  for (const char* none : {"", "NA", "NaN", "nan", "N/A", "null", "."})
    if (text == none) return std::nan("");
  std::replace(text.begin(), text.end(), ',', '.');
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return value;
  throw InputError(path + ", line " + std::to_string(line) + " has \"" + shownText(text) +
                   "\" for a time; allowed: seconds");
}

// K x 2: two columns by name of a table as text, whose other columns may hold words; empty if it has none
// such.
Matrix textColumns(const std::string& path) {
  std::vector<std::string> notes;
  const std::string text = textOfBytes(readFileBytes(path), path, notes);
  for (const char separator : {',', ';', '\t', '|'}) {
    TableRecords records(text, separator);
    std::vector<TableCell> cells;
    if (!records.next(cells)) return {};
    const auto column = [&cells](const char* name) {
      const auto found =
          std::find_if(cells.begin(), cells.end(), [&](const TableCell& cell) { return cell.text == name; });
      return static_cast<std::size_t>(found - cells.begin());
    };
    for (const auto& [first, second] : kNames) {
      const std::size_t i = column(first), j = column(second), width = cells.size();
      if (i == width || j == width) continue;
      std::vector<double> times;
      while (records.next(cells)) {
        if (cells.size() == 1 && cells[0].text.empty()) continue;
        if (std::max(i, j) >= cells.size())
          throw InputError(path + ", line " + std::to_string(records.line()) + " has " +
                           std::to_string(cells.size()) + " cells; allowed: " + std::to_string(width));
        times.push_back(numberOf(cells[i], path, records.line()));
        times.push_back(numberOf(cells[j], path, records.line()));
      }
      return Eigen::Map<const Matrix>(times.data(), 2, static_cast<Index>(times.size() / 2)).transpose();
    }
  }
  return {};
}

// K x 2: of a matrix, or of two columns of a table by name.
Matrix columnsOf(const std::string& spec, TableOptions table) {
  table.indexColumn = "none";
  const FileData data = readFileData(spec, {table, false, 0});
  const Matrix values = data.turned ? Matrix(data.trials.front().transpose()) : data.trials.front();
  if (data.trials.size() != 1 || values.cols() != 2)
    throw InputError(spec + " is " + std::to_string(values.rows()) + " x " + std::to_string(values.cols()) +
                     " and holds no intervals; allowed: start_time and stop_time, or two columns in seconds");
  return values;
}

// A table as text in a file of its own, with the columns by name; else empty.
Matrix ownTable(const std::string& name) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(name, error) || formatOf(name).hasPlaces) return {};
  return textColumns(name);
}

struct Place {
  std::string spec, path;
  FileContents contents;
};

// Where the table is: in a file of its own, or in that of the recording.
Place placeOf(const std::string& name, const std::string& spec) {
  std::error_code error;
  const FilePlace own = parsePlace(name);
  if (std::filesystem::exists(own.file, error)) return {name, own.path, fileContents(own.file)};
  const std::string file = fileOfSpec(spec);
  FileContents contents = fileContents(file);
  std::string known;
  for (const std::string& path : {name, "intervals/" + name})
    for (const auto& array : contents.arrays)
      if (array.path == path || array.path.starts_with(path + "/") || array.path.starts_with(path + "."))
        return {file + ":" + path, path, std::move(contents)};
  for (const auto& array : contents.arrays)
    if (array.role == ArrayRole::trials) known += ", " + shownText(array.path) + " (" + array.shape + ")";
  throw InputError(file + " holds no table of intervals \"" + shownText(name) +
                   "\"; allowed: kept, joined, the name of a table with start_time and stop_time" + known +
                   ", or FILE or FILE:PATH with one");
}

// Of `times`; what only counts the rows has no interval.
double secondsPerUnit(const FileData& data, double seconds) {
  if (data.intervalUnit == "s") return 1;
  return data.interval > 0 ? seconds / data.interval : seconds;
}

// The rows in [from, to), a millionth of a step early so that rounded times fall where they belong.
Rows rowsIn(const FileData& data, Index rows, double seconds, const TimeWindow& window) {
  const auto first = [&](double time) {
    if (data.times.size() == 0) {
      const double row = (time - data.start.value_or(0)) / seconds;
      return static_cast<Index>(std::clamp(std::ceil(row - 1e-6), 0.0, static_cast<double>(rows)));
    }
    const double* begin = data.times.data();
    const double early = (time - 1e-6 * seconds) / secondsPerUnit(data, seconds);
    return static_cast<Index>(std::lower_bound(begin, begin + rows, early) - begin);
  };
  return {first(window.from), first(window.to)};
}

class Cutting {
 public:
  Cutting(const FileData& data, Index rows, double seconds, const std::string& shown)
      : m_data(data), m_rows(rows), m_seconds(seconds), m_shown(shown) {}

  std::vector<Rows> windows(const TrialIntervals& intervals) {
    std::vector<Rows> kept;
    std::vector<Index> used(static_cast<std::size_t>(m_rows), 0);
    const double begin = secondsOf(m_data, 0, m_seconds),
                 end = secondsOf(m_data, m_rows - 1, m_seconds) + m_seconds;
    for (std::size_t k = 0; k < intervals.windows.size(); ++k) {
      const TimeWindow& window = intervals.windows[k];
      const Rows rows = rowsIn(m_data, m_rows, m_seconds, window);
      if (window.from >= end || window.to <= begin) {
        count(m_outside, k);
        continue;
      }
      if (rows.second - rows.first < 2) {
        count(m_short, k);
        continue;
      }
      if (window.from < begin - 1.01 * m_seconds || window.to > end + 1.01 * m_seconds) count(m_clipped, k);
      for (Index r = rows.first; r < rows.second; ++r) ++used[static_cast<std::size_t>(r)];
      kept.push_back(rows);
    }
    if (kept.empty())
      throw InputError(intervals.source + " has " + numbered(intervals.windows.size(), "interval") +
                       ", none of which holds two time points of " + m_shown + ", which goes from " +
                       toText(begin) + " to " + toText(end) + " s; allowed: at least one");
    say(intervals, used, kept.size());
    return kept;
  }

  std::vector<std::string> notes;

 private:
  struct Counted {
    std::size_t count = 0, first = 0;
  };
  static void count(Counted& counted, std::size_t k) {
    if (counted.count++ == 0) counted.first = k;
  }

  void say(const TrialIntervals& intervals, const std::vector<Index>& used, std::size_t trials) {
    const auto none = std::count(used.begin(), used.end(), 0);
    const auto twice = std::count_if(used.begin(), used.end(), [](Index n) { return n > 1; });
    notes.push_back(m_shown + " was cut into " + numbered(trials, "trial") + " by " + intervals.source +
                    "; " + std::to_string(none) + " of " + std::to_string(m_rows) +
                    " time points belong to none and were left out");
    if (twice > 0)
      notes.push_back(m_shown + ": " + numbered(static_cast<std::size_t>(twice), "time point") +
                      " stand in more than one trial, as the intervals of " + intervals.source + " overlap");
    sayOf(intervals, m_outside, "outside of the recording, and left out");
    sayOf(intervals, m_short, "of fewer than 2 time points, and left out");
    sayOf(intervals, m_clipped, "partly outside of the recording, and cut where it ends");
  }

  void sayOf(const TrialIntervals& intervals, const Counted& counted, const std::string& what) {
    if (counted.count == 0) return;
    const TimeWindow& window = intervals.windows[counted.first];
    notes.push_back(std::to_string(counted.count) + " of " + std::to_string(intervals.windows.size()) +
                    " intervals of " + intervals.source + (counted.count == 1 ? " is " : " are ") + what +
                    " (" + (counted.count == 1 ? "" : "the first: ") + "number " +
                    std::to_string(counted.first + 1) + ", " + toText(window.from) + " to " +
                    toText(window.to) + " s)");
  }

  const FileData& m_data;
  Index m_rows;
  double m_seconds;
  std::string m_shown;
  Counted m_outside, m_short, m_clipped;
};

// Parts the trials before each jump; pieces of one row are left out.
std::vector<Rows> parted(const std::vector<Rows>& trials, const FileData& data, const std::string& shown,
                         std::vector<std::string>& notes) {
  const auto jumps = data.times.size() > 0 ? jumpsOf(data.times) : std::vector<Index>{};
  if (jumps.empty()) return trials;
  std::vector<Rows> parts;
  Index lonely = 0, parting = 0;
  const auto add = [&](Index first, Index last) {
    if (last - first >= 2)
      parts.emplace_back(first, last);
    else
      lonely += last - first;
  };
  for (const auto& [first, last] : trials) {
    Index from = first;
    for (auto jump = std::upper_bound(jumps.begin(), jumps.end(), first); jump != jumps.end() && *jump < last;
         ++jump) {
      add(from, *jump);
      from = *jump;
      ++parting;
    }
    add(from, last);
  }
  if (parting == 0) return trials;
  const Index at = jumps.front();
  const std::string unit =
      data.interval > 0 ? (data.intervalUnit.empty() ? "" : " " + data.intervalUnit) : "";
  notes.push_back(shown + ": its clock jumps " + numbered(static_cast<std::size_t>(parting), "time") +
                  " (first by " + twoDigits(data.times(at) - data.times(at - 1)) + unit +
                  " before time point " + std::to_string(at + 1) +
                  "); what lies between is read as a trial of its own, so that no step leads across");
  if (lonely > 0)
    notes.push_back(shown + ": " + numbered(static_cast<std::size_t>(lonely), "time point") +
                    " between jumps of the clock stand alone and were left out");
  if (parts.empty())
    throw InputError(shown +
                     " has no two time points without a jump of the clock between them; allowed: at "
                     "least two");
  return parts;
}

}  // namespace

double secondsOf(const FileData& data, Index row, double seconds) {
  if (data.times.size() == 0) return data.start.value_or(0) + seconds * static_cast<double>(row);
  return data.times(row) * secondsPerUnit(data, seconds);
}

bool tellsTime(const FileData& data) {
  return data.intervalUnit == "s" && data.interval > 0 && (data.times.size() > 0 || data.start.has_value());
}

Vector sampleTimes(const FileData& data, const RowCut& cut, bool timeInColumns, double seconds) {
  std::vector<double> times;
  for (std::size_t k = 0; k < data.begins.size(); ++k) {
    const Index bins = timeInColumns ? data.trials[k].cols() : data.trials[k].rows();
    for (Index i = 0; i < bins; ++i) times.push_back(data.begins[k] + static_cast<double>(i) * seconds);
  }
  if (data.begins.empty() && tellsTime(data))
    for (const auto& [first, last] : cut.kept)
      for (Index row = first; row < last; ++row) times.push_back(secondsOf(data, row, seconds));
  return Eigen::Map<const Vector>(times.data(), static_cast<Index>(times.size()));
}

TrialIntervals readIntervals(const std::string& name, const std::string& spec, const TableOptions& table) {
  TrialIntervals intervals;
  Matrix values = ownTable(name);
  intervals.source = name;
  if (values.size() == 0) {
    const Place place = placeOf(name, spec);
    intervals.source = place.spec;
    values = membersOf(place.spec, place.contents, place.path);
    if (values.size() == 0) values = columnsOf(place.spec, table);
  }
  Index open = 0;
  for (Index k = 0; k < values.rows(); ++k) {
    const double from = values(k, 0), to = values(k, 1);
    if (std::isnan(from) || std::isnan(to)) {
      ++open;
      continue;
    }
    if (!std::isfinite(from) || !std::isfinite(to) || !(to > from))
      throw InputError(intervals.source + " has an interval from " + toText(from) + " to " + toText(to) +
                       " s (number " + std::to_string(k + 1) +
                       "); allowed: intervals that end after they begin");
    intervals.windows.push_back({from, to});
  }
  if (intervals.windows.empty())
    throw InputError(intervals.source + " has no interval" +
                     (open > 0 ? " with a beginning and an end" : "") + "; allowed: at least one");
  if (open > 0)
    intervals.notes.push_back(intervals.source + ": " + numbered(static_cast<std::size_t>(open), "interval") +
                              " without a beginning or an end (NaN) were left out");
  return intervals;
}

RowCut cutIntoTrials(FileData& data, bool timeInColumns, const TrialIntervals* intervals, double seconds,
                     const std::string& shown) {
  if (data.trials.size() != 1 && intervals)
    throw InputError(shown + " has " + std::to_string(data.trials.size()) + " trials already, and " +
                     intervals->source + " would cut it into others; allowed: one of them");
  RowCut cut;
  if (data.trials.size() != 1) return cut;
  Matrix whole = std::move(data.trials.front());
  cut.rows = timeInColumns ? whole.cols() : whole.rows();
  cut.kept = {{0, cut.rows}};
  if (intervals && cut.rows > 0) {
    if (seconds <= 0 && data.intervalUnit == "s") seconds = data.interval;
    if (!(seconds > 0))
      throw InputError("the time between two samples of " + shown + " is not known in seconds, which " +
                       intervals->source + " needs; allowed: say it (--dt, recording.interval)");
    Cutting cutting(data, cut.rows, seconds, shown);
    cut.kept = cutting.windows(*intervals);
    data.notes.insert(data.notes.end(), cutting.notes.begin(), cutting.notes.end());
  }
  if (data.times.size() == cut.rows) cut.kept = parted(cut.kept, data, shown, data.notes);
  data.trials.clear();
  if (cut.isWhole()) {
    data.trials.push_back(std::move(whole));
    return cut;
  }
  for (const auto& [first, last] : cut.kept)
    if (timeInColumns)
      data.trials.emplace_back(whole.middleCols(first, last - first));
    else
      data.trials.emplace_back(whole.middleRows(first, last - first));
  return cut;
}

}  // namespace keyhole
