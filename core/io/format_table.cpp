#include "core/io/delimited.h"
#include "core/io/formats.h"
#include "core/io/table_clock_row.h"

#include <filesystem>
#include <limits>

namespace keyhole {
namespace {

// Trials side by side, where time runs along the columns.
std::vector<Matrix> cutAlongColumns(const DelimitedTable& table, std::vector<Index> begins) {
  std::vector<Matrix> trials;
  begins.push_back(table.values.cols());
  Index from = 0;
  for (const Index to : begins) {
    trials.emplace_back(table.values.middleCols(from, to - from));
    from = to;
  }
  return trials;
}

FileData dataOf(DelimitedTable table, const std::string& file, const ReadOptions& options) {
  FileData data;
  if (options.timeInColumns) takeClockRow(table, file);
  if (options.timeInColumns && !table.trialBegins.empty()) {
    data.trials = cutAlongColumns(table, table.trialBegins);
  } else if (table.trialBegins.empty()) {
    data.trials.push_back(std::move(table.values));
  } else {
    table.times.resize(0);  // it begins anew
    table.trialBegins.push_back(table.values.rows());
    Index from = 0;
    for (const Index to : table.trialBegins) {
      data.trials.emplace_back(table.values.middleRows(from, to - from));
      from = to;
    }
  }
  data.columnNames = std::move(table.columnNames);
  data.rowNames = std::move(table.rowNames);
  data.interval = table.interval;
  data.intervalUnit = table.intervalUnit;
  data.times = std::move(table.times);
  data.notes = std::move(table.notes);
  return data;
}

FileData readTable(const std::string& file, const std::string&, const ReadOptions& options) {
  TableOptions table = options.table;
  table.channelsInRows = options.timeInColumns;
  return dataOf(readDelimited(file, table), file, options);
}

constexpr std::size_t kBeginning = 4 << 20;  // bytes that are read in a moment
constexpr std::uintmax_t kLarge = 64 << 20;  // bytes from which a file's contents are those of its beginning

DataBeginning beginningOfTable(const std::string& file, const ReadOptions& options) {
  TableBeginning beginning = readDelimitedBeginning(file, options.table, kBeginning);
  return {dataOf(std::move(beginning.table), file, options), beginning.rows};
}

// A table has no header that says how large it is: all of it is read, or of a large one the beginning.
FileContents contentsOf(const std::string& file) {
  std::error_code error;
  const bool large = std::filesystem::file_size(file, error) > kLarge && !error;
  const TableBeginning beginning =
      readDelimitedBeginning(file, {}, large ? kBeginning : std::numeric_limits<std::size_t>::max());
  const DelimitedTable& table = beginning.table;
  FileNode node;
  node.kind = FileNode::Kind::numbers;
  node.type = "text";
  node.shape = {static_cast<std::uint64_t>(beginning.rows), static_cast<std::uint64_t>(table.values.cols())};
  FileContents contents{"table", arraysIn(node), table.notes};
  FileArray& array = contents.arrays.front();
  if (table.intervalUnit == "s" && table.interval > 0) array.rate = 1 / table.interval;
  if (!large) return contents;
  array.shape = "about " + array.shape;
  contents.notes.insert(
      contents.notes.begin(),
      file + " is large: only its first " + std::to_string(table.values.rows()) +
          " rows were looked at, and the number of all of them is estimated from its length");
  return contents;
}

}  // namespace

Format tableFormat() {
  return {"table",    {".csv", ".tsv", ".txt"},
          false,      [](const std::string&) { return false; },
          contentsOf, readTable,
          nullptr,    beginningOfTable};
}

}  // namespace keyhole
