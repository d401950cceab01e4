#include "core/report/run_record.h"

#include "core/io/file_bytes.h"
#include "core/linalg/blas_kernel.h"
#include "core/report/json_text.h"

#ifndef KEYHOLE_VERSION
#define KEYHOLE_VERSION "unknown"
#endif

namespace keyhole {

std::string programVersion() {
  return KEYHOLE_VERSION;
}

nlohmann::ordered_json runRecord(const Settings& settings) {
  using nlohmann::ordered_json;
  const Settings acted = effective(settings);
  ordered_json json;
  json["program"] = "keyhole";
  json["version"] = programVersion();
  json["seed"] = acted.integer("teacher.seed");
  json["blas_kernels"] = blasKernel();
  json["settings"] = ordered_json::object();
  for (const auto& row : settingsTable())
    if (row.stage != Stage::view && acted.applies(row))
      json["settings"][row.key] =
          std::visit([](const auto& value) { return ordered_json(value); }, acted.value(row.key));
  return json;
}

void writeTable(const std::string& path, std::string_view csv, const Settings& settings) {
  writeFileAtomically(path, csv);
  writeFileAtomically(path + ".json", jsonText({{"run", runRecord(settings)}}));
}

}  // namespace keyhole
