#include "core/io/table_dialect.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/table_cells.h"
#include "core/io/words.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

namespace keyhole {
namespace {

struct SeparatorRow {
  char separator;
  const char *name, *text;
};

// In the order in which equally good ones are preferred.
constexpr SeparatorRow kSeparators[] = {{'\t', "tab", "tabs"},        {';', "semicolon", "semicolons"},
                                        {',', "comma", "commas"},     {'|', "bar", "bars (|)"},
                                        {kBlanks, "blank", "blanks"}, {kNoSeparator, "none", "nothing"}};

std::optional<char> separatorOrNone(const std::string& text) {
  for (const auto& row : kSeparators)
    if (text == row.name || (text.size() == 1 && text[0] == row.separator)) return row.separator;
  if (text == "space" || text == "whitespace") return kBlanks;
  if (text == "\\t") return '\t';
  if (text.size() == 1 && std::string_view(":/!&~^").find(text[0]) != std::string_view::npos) return text[0];
  return {};
}

[[noreturn]] void refuse(const std::string& option, const std::string& value, const std::string& allowed) {
  throw InputError(option + " is \"" + shownText(value) + "\"; allowed: " + allowed);
}

constexpr std::size_t kSampled = 200;  // records at each place

// What a sample says for one separator.
struct Trial {
  double score = 0;
  double alike = 0;  // without any number: the share of lines that have the commonest width, above one
  std::size_t width = 0;
  std::size_t points = 0, commas = 0;  // numbers that have this decimal sign, or could have it
};

void take(Trial& trial, const std::vector<TableCell>& cells, std::size_t& good) {
  for (const auto& cell : cells) {
    if (isMissingWord(cell.text)) {
      good += !cell.text.empty();
      continue;
    }
    const NumberShape shape = shapeOfNumber(cell.text);
    good += shape.isNumber || truthOf(cell.text);
    trial.points += shape.decidesFor == '.';
    trial.commas += shape.decidesFor == ',';
  }
}

// The share of the records that have the commonest width, times the share of their cells that are numbers.
Trial tried(const std::vector<std::string_view>& places, char separator) {
  Trial trial;
  std::map<std::size_t, std::size_t> widths, widthsOfWords;
  std::size_t records = 0, good = 0, all = 0, lines = 0;
  std::vector<TableCell> cells;
  bool begun = false;  // lines above the first number are names
  for (const std::string_view place : places) {
    TableRecords reader(place, separator);
    for (std::size_t n = 0; n < kSampled && reader.next(cells); ++n) {
      if (cells.size() == 1 && cells.front().text.empty() && !cells.front().quoted) continue;
      std::size_t numbers = 0;
      ++lines;
      ++widthsOfWords[cells.size()];
      take(trial, cells, numbers);
      begun = begun || numbers > 0;
      const char front = cells.front().text.empty() ? ' ' : cells.front().text.front();
      if (numbers == 0 && (!begun || front == '#' || front == '%')) continue;
      std::size_t filled = 0;
      for (const auto& cell : cells) filled += !cell.text.empty();
      if (filled == 0) continue;
      ++records;
      good += numbers;
      all += filled;
      ++widths[cells.size()];
    }
  }
  const auto isRarer = [](const auto& a, const auto& b) { return a.second < b.second; };
  if (records == 0) {
    const auto commonest = std::max_element(widthsOfWords.begin(), widthsOfWords.end(), isRarer);
    if (lines > 0 && commonest->first > 1)
      trial.alike = static_cast<double>(commonest->second) / static_cast<double>(lines);
    return trial;
  }
  const auto commonest = std::max_element(widths.begin(), widths.end(), isRarer);
  trial.width = commonest->first;
  trial.score = static_cast<double>(commonest->second) / static_cast<double>(records) *
                static_cast<double>(good) / static_cast<double>(all);
  return trial;
}

// The beginning, the middle and the end; a place that is not the beginning starts behind a line end.
std::vector<std::string_view> sampledPlaces(std::string_view text) {
  constexpr std::size_t kLong = 1 << 16;
  if (text.size() < 3 * kLong) return {text};
  std::vector<std::string_view> places = {text.substr(0, kLong)};
  for (const std::size_t from : {text.size() / 2, text.size() - kLong}) {
    const auto newline = text.find_first_of("\n\r", from);
    if (newline != std::string_view::npos) places.push_back(text.substr(newline + 1, kLong));
  }
  // The last record of each may be cut: it is left out.
  for (std::size_t i = 0; i < 2; ++i)
    if (const auto newline = places[i].find_last_of("\n\r"); newline != std::string_view::npos)
      places[i] = places[i].substr(0, newline);
  return places;
}

}  // namespace

void requireValid(const TableOptions& options) {
  if (!options.separator.empty() && !separatorOrNone(options.separator))
    refuse("--separator", options.separator, "comma, semicolon, tab, blank, bar, none");
  if (!options.decimal.empty() && options.decimal != "point" && options.decimal != "comma")
    refuse("--decimal", options.decimal, "point, comma");
  const std::string& header = options.header;
  int lines = -1;
  if (header.empty()) return;
  const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), lines);
  if (error != std::errc() || end != header.data() + header.size() || lines < 0 || lines > 1000)
    refuse("--header", header, "a number of lines from 0 to 1000");
}

char separatorNamed(const std::string& separator) {
  return separatorOrNone(separator).value_or(',');
}

std::string separatorText(char separator) {
  for (const auto& row : kSeparators)
    if (row.separator == separator) return row.text;
  return std::string("\"") + separator + "\"";
}

std::vector<Dialect> likelyDialects(std::string_view text, const TableOptions& options) {
  struct Candidate {
    Dialect dialect;
    Trial trial;
  };
  std::vector<Candidate> candidates;
  const auto places = sampledPlaces(text);
  const auto add = [&](char separator) {
    const Trial trial = tried(places, separator);
    Dialect dialect{separator, trial.commas > trial.points ? ',' : '.', trial.width};
    if (!options.decimal.empty()) dialect.decimal = options.decimal == "comma" ? ',' : '.';
    candidates.push_back({dialect, trial});
  };
  if (!options.separator.empty()) {
    add(separatorNamed(options.separator));
  } else {
    for (const auto& row : kSeparators) add(row.separator);
    std::stable_sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
      constexpr double kAlike = 1e-9;
      if (const bool last = options.decimal == "comma" && a.dialect.separator == ',';
          last != (options.decimal == "comma" && b.dialect.separator == ','))
        return !last;  // an unquoted comma cannot be both
      if (std::abs(a.trial.score - b.trial.score) > kAlike) return a.trial.score > b.trial.score;
      if (a.trial.alike != b.trial.alike) return a.trial.alike > b.trial.alike;
      return (a.trial.width > 1) > (b.trial.width > 1);
    });
  }
  std::vector<Dialect> dialects;
  for (const auto& candidate : candidates) dialects.push_back(candidate.dialect);
  return dialects;
}

char takeSeparatorLine(std::string_view& text) {
  const auto newline = text.find_first_of("\n\r");
  if (newline == std::string_view::npos) return 0;
  std::string line(text.substr(0, newline));
  if (line.size() > 1 && line.front() == '"' && line.back() == '"') line = line.substr(1, line.size() - 2);
  line = lowerCase(line);
  if (line.size() != 5 || !line.starts_with("sep=")) return 0;
  const char separator = line[4];
  text.remove_prefix(newline + (text.substr(newline).starts_with("\r\n") ? 2 : 1));
  return separator;
}

}  // namespace keyhole
