#include "core/audit/reference/table.h"

#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/common/parallel.h"
#include "core/io/file_bytes.h"
#include "core/io/json_values.h"
#include "core/linalg/blas_kernel.h"

#include <nlohmann/json.hpp>

#include <atomic>
#include <cstdio>

namespace keyhole {
namespace {

using nlohmann::ordered_json;

constexpr Index kPieceOfTable = 96;
constexpr int kStatisticsVersion =
    3;  // raised whenever a statistic, or a run of a world, changes its numbers

std::string pieceFile(const std::string& folder, const std::string& key, Index piece) {
  std::uint64_t hash =
      14695981039346656037ULL;  // FNV-1a, for the name only: the whole key stands in the file
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  char name[64];
  std::snprintf(name, sizeof name, "/audit-%016llx-%05ld.json", static_cast<unsigned long long>(hash),
                static_cast<long>(piece));
  return folder + name;
}

ordered_json rowJson(const ReferenceRow& row) {
  return {{"index", row.index},
          {"mechanism", mechanisms()[row.mechanism].name},
          {"redrawn", row.redrawn},
          {"modes", numbersToJson(row.modes)},
          {"claimed", row.statistics.claimedSteps},
          {"score", numberOrNull(row.statistics.score)},
          {"values", numbersToJson(row.statistics.values)},
          {"apart", numbersToJson(row.statistics.apart)}};
}

ReferenceRow rowFrom(const ordered_json& value) {
  ReferenceRow row;
  row.index = value.at("index").get<std::uint64_t>();
  row.mechanism = static_cast<std::size_t>(row.index % mechanisms().size());
  row.redrawn = value.at("redrawn").get<Index>();
  row.modes = numbersFromJson(value.at("modes"));
  row.statistics.claimedSteps = value.at("claimed").get<double>();
  row.statistics.score = numberFromJson(value.at("score"));
  row.statistics.values = numbersFromJson(value.at("values"));
  row.statistics.apart = numbersFromJson(value.at("apart"));
  return row;
}

using Piece = std::vector<std::optional<ReferenceRow>>;

void keep(const std::string& path, const std::string& key, const Piece& piece) {
  ordered_json stored = {{"key", key}, {"circuits", piece.size()}, {"rows", ordered_json::array()}};
  for (const auto& row : piece)
    if (row) stored["rows"].push_back(rowJson(*row));
  writeFileAtomically(path, stored.dump() + "\n");
}

// Empty: not there. Throws ordered_json::exception and InputError: damaged, or of something else.
std::optional<std::vector<ReferenceRow>> kept(const std::string& path, const std::string& key,
                                              Index circuits) {
  std::string bytes;
  try {
    bytes = readFileBytes(path);
  } catch (const InputError&) {
    return {};
  }
  const ordered_json stored = ordered_json::parse(bytes);
  if (stored.at("key").get<std::string>() != key) throw InputError("of another table");
  if (stored.at("circuits").get<Index>() != circuits) return {};  // a shorter table's last piece
  std::vector<ReferenceRow> rows;
  for (const auto& value : stored.at("rows")) {
    rows.push_back(rowFrom(value));
    if (rows.back().statistics.values.size() != statisticNames().size() ||
        rows.back().statistics.apart.size() != apartNames().size())
      throw InputError("of other statistics");
  }
  return rows;
}

class TableMaker {
 public:
  TableMaker(const ReferenceShape& shape, std::uint64_t seed, const std::string& folder, Progress& progress)
      : m_shape(shape), m_seed(seed), m_folder(folder), m_key(tableKey(shape, seed)), m_progress(progress) {}

  ReferenceTable make(Index count) {
    m_table.seed = m_seed;
    m_table.asked = count;
    const auto start = Clock::now();
    Index made = 0;
    for (Index piece = 0; piece * kPieceOfTable < count; ++piece) {
      const Index first = piece * kPieceOfTable, size = std::min(kPieceOfTable, count - first);
      if (fromCache(piece, size)) continue;
      take(makePiece(first, size, count), piece);
      made += size;
    }
    const double seconds = secondsSince(start);
    if (made > 0) m_table.secondsPerCircuit = seconds / static_cast<double>(made);
    m_table.complete = true;
    return std::move(m_table);
  }

 private:
  bool fromCache(Index piece, Index size) {
    if (m_folder.empty()) return false;
    const std::string path = pieceFile(m_folder, m_key, piece);
    try {
      auto rows = kept(path, m_key, size);
      if (!rows) return false;
      m_table.failed += size - static_cast<Index>(rows->size());
      for (auto& row : *rows) {
        m_table.redrawn += row.redrawn;
        m_table.rows.push_back(std::move(row));
      }
      m_table.fromCache += size;
      return true;
    } catch (const std::exception&) {
      m_table.notes.push_back("a part of the reference table in " + path +
                              " was damaged or cut off, and was made anew");
      return false;
    }
  }

  Piece makePiece(Index first, Index size, Index count) {
    Piece piece(static_cast<std::size_t>(size));
    std::atomic<Index> done = 0;
    const std::string there = m_table.fromCache > 0
                                  ? ", " + std::to_string(m_table.fromCache) + " of them were there"
                                  : std::string();
    const auto words = [&](Index made) {
      const Index shown = made < 10 ? made : made / 10 * 10;
      return "simulating reference circuits (" + std::to_string(shown) + " of " + std::to_string(count) +
             there + ")";
    };
    parallelFor(
        piece.size(),
        [&](std::size_t i) {
          m_progress.throwIfStopped();
          piece[i] = referenceRow(m_shape, m_seed, static_cast<std::uint64_t>(first) + i);
          ++done;
        },
        [&] {
          const Index made = first + done;
          m_progress.checkpoint(static_cast<double>(made) / static_cast<double>(count), words(made));
        });
    return piece;
  }

  void take(Piece piece, Index number) {
    if (!m_folder.empty()) {
      try {
        createFolder(m_folder);
        keep(pieceFile(m_folder, m_key, number), m_key, piece);
      } catch (const InputError& error) {
        const std::string note = std::string("the reference table is not kept: ") + error.what();
        if (m_table.notes.empty() || m_table.notes.back() != note) m_table.notes.push_back(note);
      }
    }
    for (auto& row : piece) {
      if (!row) {
        ++m_table.failed;
        continue;
      }
      m_table.redrawn += row->redrawn;
      m_table.rows.push_back(std::move(*row));
    }
  }

  const ReferenceShape& m_shape;
  std::uint64_t m_seed;
  std::string m_folder, m_key;
  Progress& m_progress;
  ReferenceTable m_table;
};

}  // namespace

std::string tableKey(const ReferenceShape& shape, std::uint64_t seed) {
  std::string key = "priors " + std::to_string(priors::kVersion) + "; statistics " +
                    std::to_string(kStatisticsVersion) + "; BLAS kernels " + blasKernel() + "; seed " +
                    std::to_string(seed) + "; units " + std::to_string(shape.units) + "; fraction " +
                    toText(shape.fraction.low) + " to " + toText(shape.fraction.high) + "; at most " +
                    std::to_string(shape.mostUnits) + "; smoothing " + toText(shape.gaussianWidth) + ", " +
                    toText(shape.exponentialWidth) + (shape.detrend ? "; detrended" : "") + "; lengths";
  for (const Index T : shape.lengths) key += " " + std::to_string(T);
  if (!shape.meanCounts.empty()) key += "; counts";
  for (const double mean : shape.meanCounts) key += " " + toText(mean);
  return key;
}

std::optional<ReferenceRow> referenceRow(const ReferenceShape& shape, std::uint64_t seed,
                                         std::uint64_t index) {
  const auto world = worldOf(shape, seed, index);
  if (!world) return {};
  ReferenceRow row;
  row.index = index;
  row.mechanism = world->mechanism;
  row.redrawn = world->redrawn;
  row.modes = world->modes;
  row.statistics = statisticsOf(recordedWorld(*world, shape, seed, index));
  return row;
}

ShardedWork tableWork(const ReferenceShape& shape, std::uint64_t seed, Index count) {
  return {"reference table", tableKey(shape, seed), count, true, [shape, seed](Index item, Progress&) {
            const auto row = referenceRow(shape, seed, static_cast<std::uint64_t>(item));
            return row ? rowJson(*row) : ordered_json(nullptr);
          }};
}

ReferenceTable tableFrom(const std::vector<ordered_json>& rows, std::uint64_t seed) {
  ReferenceTable table;
  table.seed = seed;
  table.asked = static_cast<Index>(rows.size());
  table.fromCache = table.asked;
  table.complete = true;
  for (const auto& value : rows) {
    if (value.is_null()) {
      ++table.failed;
      continue;
    }
    table.rows.push_back(rowFrom(value));
    table.redrawn += table.rows.back().redrawn;
  }
  return table;
}

ReferenceTable referenceTable(const ReferenceShape& shape, std::uint64_t seed, Index count,
                              const std::string& folder, Progress& progress) {
  return TableMaker(shape, seed, folder, progress).make(count);
}

}  // namespace keyhole
