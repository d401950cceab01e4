#include "core/io/table_in_making.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/text_encoding.h"

namespace keyhole {

std::string counted(std::size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string shown(std::string_view text) {
  return "\"" + shownText(validUtf8(text)) + "\"";
}

std::string placeOf(const GridCell& cell) {
  return "line " + std::to_string(cell.line) + ", column " + std::to_string(cell.column + 1);
}

std::string TableInMaking::columnText(std::size_t column) const {
  const std::string name = nameOf(column);
  return "column " + std::to_string(column + 1) + (name.empty() ? "" : " (" + shownText(name) + ")");
}

Vector TableInMaking::columnValues(std::size_t column) const {
  Vector values(grid.rows);
  for (Index i = 0; i < grid.rows; ++i) values(i) = grid.at(i, column);
  return values;
}

void TableInMaking::refuseCell(const GridCell& cell) const {
  throw InputError(placeOf(cell) + " is " + shown(cell.text) + "; allowed: a number with a decimal " +
                   (grid.dialect.decimal == '.' ? "point" : "comma"));
}

}  // namespace keyhole
