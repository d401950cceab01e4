#include "core/report/csv_cells.h"

#include "core/common/error.h"

#include <cmath>

namespace keyhole {

std::string csvCell(double value) {
  return std::isfinite(value) ? toText(value) : std::string();
}

std::string csvCell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace keyhole
