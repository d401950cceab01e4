#include "core/report/sweep_report.h"

#include "core/report/csv_cells.h"

namespace keyhole {
namespace {

using nlohmann::ordered_json;

std::string cellOf(const ordered_json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? csvCell(value.get<std::string>()) : value.dump();
}

}  // namespace

std::string sweepCsv(const Sweep& sweep, const std::vector<ordered_json>& rows) {
  const auto columns = sweepColumns(sweep);
  std::string text;
  for (const auto& name : columns) text += (text.empty() ? "" : ",") + csvCell(name);
  text += "\n";
  for (const auto& row : rows) {
    for (std::size_t j = 0; j < columns.size(); ++j) text += (j > 0 ? "," : "") + cellOf(row.at(columns[j]));
    text += "\n";
  }
  return text;
}

}  // namespace keyhole
