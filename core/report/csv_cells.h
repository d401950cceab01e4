// Cells of a table of comma-separated values (RFC 4180).
#pragma once

#include <string>

namespace keyhole {

// The shortest text that reads back as the same number; an undefined or infinite one is an empty cell.
std::string csvCell(double value);

// In quotes where it holds a comma, a quote or a line end.
std::string csvCell(const std::string& text);

}  // namespace keyhole
