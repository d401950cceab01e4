#include "core/experiment/studies/draw_cache.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/json_values.h"
#include "core/linalg/blas_kernel.h"

#include <cmath>
#include <cstdio>
#include <limits>

namespace keyhole {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kFormat = 4;  // raised whenever a fit or its score changes its numbers

// FNV-1a, for the file's name only: the whole key stands in the file.
std::string fileOf(const std::string& folder, const std::string& key) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  char name[40];
  std::snprintf(name, sizeof name, "/scores-%016llx.json", static_cast<unsigned long long>(hash));
  return folder + name;
}

ordered_json drawJson(const ScoreDraw& draw) {
  return {{"seed", draw.seed},
          {"score", numberOrNull(draw.score)},
          {"status", static_cast<int>(draw.status)},
          {"eigenvalues", eigenvaluesToJson(draw.leading)}};
}

ScoreDraw drawFrom(const json& value) {
  ScoreDraw draw;
  draw.seed = value.at("seed").get<std::uint64_t>();
  const json& score = value.at("score");
  draw.score = score.is_null() ? std::numeric_limits<double>::quiet_NaN() : score.get<double>();
  draw.status = static_cast<ScoreStatus>(value.at("status").get<int>());
  const json& pairs = value.at("eigenvalues");
  draw.leading.resize(static_cast<Index>(pairs.size()));
  for (std::size_t i = 0; i < pairs.size(); ++i)
    draw.leading(static_cast<Index>(i)) = {pairs[i].at(0).get<double>(), pairs[i].at(1).get<double>()};
  return draw;
}

}  // namespace

std::string drawKey(const Settings& settings, DrawnOver over) {
  const std::string_view varied = over == DrawnOver::circuits ? "teacher.seed" : "fit.seed";
  // The same bits only with the same kernels.
  std::string key = "format " + std::to_string(kFormat) + "; BLAS kernels = " + blasKernel();
  for (const auto& row : settingsTable()) {
    if (row.stage > Stage::fit || row.key == varied) continue;
    if (over == DrawnOver::circuits && row.key == "fit.seed") continue;  // goes with the circuit's
    key += "; " + row.key + " = " + toText(settings.value(row.key));
  }
  return key;
}

std::vector<ScoreDraw> cachedDraws(const std::string& folder, const std::string& key) {
  if (folder.empty()) return {};
  try {
    const json stored = json::parse(readFileBytes(fileOf(folder, key)));
    if (stored.at("key").get<std::string>() != key) return {};
    std::vector<ScoreDraw> draws;
    for (const auto& value : stored.at("draws")) draws.push_back(drawFrom(value));
    return draws;
  } catch (const InputError&) {
    return {};  // not there yet
  } catch (const json::exception&) {
    return {};  // damaged: made anew
  }
}

void cacheDraws(const std::string& folder, const std::string& key, const std::vector<ScoreDraw>& draws) {
  if (folder.empty()) return;
  ordered_json stored = {{"key", key}, {"draws", ordered_json::array()}};
  for (const auto& draw : draws) stored["draws"].push_back(drawJson(draw));
  try {
    createFolder(folder);
    writeFileAtomically(fileOf(folder, key), stored.dump(1) + "\n");
  } catch (const InputError&) {
    // A cache that cannot be written costs time, nothing else.
  }
}

}  // namespace keyhole
