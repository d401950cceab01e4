#include "core/io/table_clock_row.h"

#include "core/common/error.h"
#include "core/io/column_names.h"
#include "core/io/file_bytes.h"
#include "core/io/table_clock.h"

namespace keyhole {
namespace {

using Kind = ColumnMeaning::Kind;

std::string rowText(const DelimitedTable& table, Index row) {
  const auto r = static_cast<std::size_t>(row);
  const std::string name = r < table.rowNames.size() ? table.rowNames[r] : "";
  return "row " + std::to_string(row + 1) + (name.empty() ? "" : " (" + shownText(name) + ")");
}

ColumnMeaning meaningOfRow(const DelimitedTable& table, Index row, const std::string& file) {
  ColumnContext context;
  context.words = {"column", "columns", "column"};
  context.named = !table.rowNames.empty();
  if (context.named) context.name = table.rowNames[static_cast<std::size_t>(row)];
  context.first = row == 0;
  const bool told = context.named && (isClockName(context.name) || isIndexName(context.name));
  if (!told && !context.first) return {};
  try {
    return meaningOf(Vector(table.values.row(row).transpose()), context,
                     [](Index column) { return static_cast<std::size_t>(column + 1); });
  } catch (const InputError& error) {
    throw InputError(file + ", " + rowText(table, row) + " " + error.what());
  }
}

void takeOut(DelimitedTable& table, Index row) {
  const Index after = table.values.rows() - row - 1;
  Matrix rest(table.values.rows() - 1, table.values.cols());
  rest << table.values.topRows(row), table.values.bottomRows(after);
  table.values = std::move(rest);
  if (!table.rowNames.empty()) table.rowNames.erase(table.rowNames.begin() + row);
}

}  // namespace

void takeClockRow(DelimitedTable& table, const std::string& file) {
  for (Index row = 0; row < table.values.rows() && table.values.rows() > 1; ++row) {
    const ColumnMeaning meaning = meaningOfRow(table, row, file);
    if (!meaning.note.empty()) table.notes.push_back(file + ": " + rowText(table, row) + " " + meaning.note);
    if (meaning.kind == Kind::channel) continue;
    const Vector values = table.values.row(row).transpose();
    table.trialBegins = meaning.begins;
    if (meaning.begins.empty()) table.times = values * meaning.perUnit;
    if (meaning.kind == Kind::clock) {
      table.interval = meaning.interval;
      table.intervalUnit = meaning.unit;
    }
    takeOut(table, row);
    return;
  }
}

}  // namespace keyhole
