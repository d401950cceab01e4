// What made a result: the program's version, the seed, the kernels of BLAS (the same numbers to the last bit
// are those of the same kernels only) and every setting that acted. It stands in every JSON that is written
// out, and beside every table.
#pragma once

#include "core/experiment/settings/settings.h"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace keyhole {

std::string programVersion();  // "0.1.0"

// program, version, seed, blas_kernels, settings (those that apply, as they acted; without those of the
// view).
nlohmann::ordered_json runRecord(const Settings& settings);

// Writes a table, and its record into the file of the same name with ".json" behind it: a record inside of
// the table would be in the way of whoever reads it. Throws InputError.
void writeTable(const std::string& path, std::string_view csv, const Settings& settings);

}  // namespace keyhole
