// JSON as it is written out.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace keyhole {

// For people too: one key per line, one row of a matrix per line. Text that is not UTF-8 (a file's name) is
// written with replacement characters.
std::string jsonText(const nlohmann::ordered_json& value);

}  // namespace keyhole
