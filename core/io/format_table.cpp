#include "core/io/delimited.h"
#include "core/io/formats.h"

namespace keyhole {
namespace {

FileData readTable(const std::string& file, const std::string&, const ReadOptions& options) {
  DelimitedTable table = readDelimited(file, options.table);
  FileData data;
  data.trials.push_back(std::move(table.values));
  data.columnNames = std::move(table.columnNames);
  data.rowNames = std::move(table.rowNames);
  data.interval = table.interval;
  data.intervalUnit = table.intervalUnit;
  data.times = std::move(table.times);
  data.notes = std::move(table.notes);
  return data;
}

// A table has no header that says how large it is: all of it is read.
FileContents contentsOf(const std::string& file) {
  const DelimitedTable table = readDelimited(file);
  FileNode node;
  node.kind = FileNode::Kind::numbers;
  node.type = "text";
  node.shape = {static_cast<std::uint64_t>(table.values.rows()),
                static_cast<std::uint64_t>(table.values.cols())};
  FileContents contents{"table", arraysIn(node), table.notes};
  if (table.intervalUnit == "s" && table.interval > 0) contents.arrays.front().rate = 1 / table.interval;
  return contents;
}

}  // namespace

Format tableFormat() {
  return {"table",  {".csv", ".tsv", ".txt"}, false, [](const std::string&) { return false; }, contentsOf,
          readTable};
}

}  // namespace keyhole
