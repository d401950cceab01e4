#include "core/io/shards.h"

#include "core/common/error.h"
#include "core/common/parallel.h"
#include "core/common/progress_part.h"
#include "core/io/file_bytes.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <optional>

namespace keyhole {
namespace {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr Index kPieceOfShard = 24;
constexpr const char* kPrefix = "shard-";

std::string hexHash(const std::string& text) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a: against slips, not against anybody
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  char name[24];
  std::snprintf(name, sizeof name, "%016llx", static_cast<unsigned long long>(hash));
  return name;
}

std::string numbered(Index shard, Index of) {
  char name[64];
  std::snprintf(name, sizeof name, "%04ld-of-%04ld", static_cast<long>(shard), static_cast<long>(of));
  return name;
}

std::string fileBytes(const ShardedWork& work, Index first, const ordered_json& rows) {
  ordered_json file = {{"kind", work.kind}, {"key", work.key}, {"items", work.items}, {"first", first}};
  file["hash"] = hexHash(rows.dump());
  file["rows"] = rows;
  return file.dump() + "\n";
}

// What is wrong with a file, as the end of a sentence.
struct Broken {
  std::string why;
  bool foreign = false;
};

// Its rows, or what is wrong with it.
std::optional<ordered_json> rowsOf(const std::string& path, const ShardedWork& work, Index first, Index count,
                                   Broken& broken) {
  try {
    const ordered_json file = ordered_json::parse(readFileBytes(path));
    if (file.at("kind") != work.kind || file.at("key") != work.key || file.at("items") != work.items) {
      broken = {"is of another " + work.kind, true};
      return {};
    }
    const auto& rows = file.at("rows");
    if (file.at("first") != first || static_cast<Index>(rows.size()) != count) {
      broken = {"is of another division into shards", true};
      return {};
    }
    if (file.at("hash") != hexHash(rows.dump())) {
      broken = {"was changed after it was written"};
      return {};
    }
    return rows;
  } catch (const ordered_json::exception&) {
    broken = {"is cut off or damaged"};
  } catch (const InputError&) {
    broken = {"is missing"};
  }
  return {};
}

class ShardMaker {
 public:
  ShardMaker(const ShardedWork& work, const ShardPlace& place, const std::string& folder, Progress& progress)
      : m_work(work),
        m_first(place.first(work.items)),
        m_end(place.end(work.items)),
        m_pieces(folder + "/pieces-" + numbered(place.shard, place.of)),
        m_progress(progress) {}

  ordered_json make() {
    createFolder(m_pieces);
    auto rows = ordered_json::array();
    for (Index first = m_first; first < m_end; first += kPieceOfShard) {
      const Index count = std::min(kPieceOfShard, m_end - first);
      const std::string path = m_pieces + "/" + std::to_string(first) + ".json";
      Broken broken;
      auto piece = rowsOf(path, m_work, first, count, broken);
      if (!piece) {
        piece = makePiece(first, count);
        writeFileAtomically(path, fileBytes(m_work, first, *piece));
      }
      for (auto& row : *piece) rows.push_back(std::move(row));
    }
    return rows;
  }

  void forgetPieces() const {
    std::error_code ignored;
    fs::remove_all(m_pieces, ignored);
  }

 private:
  ordered_json makePiece(Index first, Index count) {
    std::vector<ordered_json> made(static_cast<std::size_t>(count));
    const double all = static_cast<double>(std::max<Index>(m_end - m_first, 1));
    const auto place = [&](Index i) { return static_cast<double>(first - m_first + i) / all; };
    if (!m_work.atOnce) {
      for (Index i = 0; i < count; ++i) {
        ProgressPart part(m_progress, place(i), place(i + 1));
        made[static_cast<std::size_t>(i)] = m_work.make(first + i, part);
      }
      return ordered_json(made);
    }
    std::atomic<Index> done = 0;
    parallelFor(
        made.size(),
        [&](std::size_t i) {
          m_progress.throwIfStopped();
          made[i] = m_work.make(first + static_cast<Index>(i), noProgress());
          ++done;
        },
        [&] { m_progress.checkpoint(place(done), "computing a shard of the " + m_work.kind); });
    return ordered_json(made);
  }

  const ShardedWork& m_work;
  Index m_first, m_end;
  std::string m_pieces;
  Progress& m_progress;
};

Index numberFrom(std::string_view text) {
  Index value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : -1;
}

// The places that the names of the files in a folder speak of.
std::vector<ShardPlace> placesIn(const std::string& folder) {
  std::vector<ShardPlace> places;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    const auto middle = name.find("-of-");
    if (!name.starts_with(kPrefix) || !name.ends_with(".json") || middle == std::string::npos) continue;
    const std::string_view text = name;
    const auto from = std::string_view(kPrefix).size();
    const Index shard = numberFrom(text.substr(from, middle - from)),
                of = numberFrom(text.substr(middle + 4, text.size() - middle - 4 - 5));
    if (shard > 0 && of > 0) places.push_back({shard, of});
  }
  std::sort(places.begin(), places.end(), [](const ShardPlace& a, const ShardPlace& b) {
    return std::pair(a.of, a.shard) < std::pair(b.of, b.shard);
  });
  return places;
}

std::string listed(const std::vector<Index>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    text += (i == 0 ? "" : i + 1 == numbers.size() ? " and " : ", ") + std::to_string(numbers[i]);
  return text;
}

}  // namespace

ShardPlace shardPlace(const std::string& text, Index items) {
  const auto slash = text.find('/');
  ShardPlace place{-1, -1};
  if (slash != std::string::npos)
    place = {numberFrom(std::string_view(text).substr(0, slash)),
             numberFrom(std::string_view(text).substr(slash + 1))};
  const Index most = std::min<Index>(items, 9999);
  if (place.of < 1 || place.of > most || place.shard < 1 || place.shard > place.of)
    throw InputError("--shard is \"" + text + "\"; allowed: I/N with 1 <= I <= N <= " + std::to_string(most));
  return place;
}

std::string shardFile(const std::string& folder, const ShardPlace& place) {
  return folder + "/" + kPrefix + numbered(place.shard, place.of) + ".json";
}

void computeShard(const ShardedWork& work, const ShardPlace& place, const std::string& folder,
                  Progress& progress) {
  createFolder(folder);
  const std::string path = shardFile(folder, place);
  const Index first = place.first(work.items), count = place.end(work.items) - first;
  Broken broken;
  if (rowsOf(path, work, first, count, broken)) return;
  if (broken.foreign) throw InputError(path + " " + broken.why + "; allowed: a folder for each " + work.kind);
  ShardMaker maker(work, place, folder, progress);
  writeFileAtomically(path, fileBytes(work, first, maker.make()));
  maker.forgetPieces();
}

std::vector<ordered_json> mergedShards(const ShardedWork& work, Index of, const std::string& folder) {
  const auto places = placesIn(folder);
  if (of == 0) {
    if (places.empty())
      throw InputError("there is no shard in " + folder + "; allowed: a folder with all shards of the " +
                       work.kind);
    of = places.front().of;
  }
  for (const auto& place : places)
    if (place.of != of)
      throw InputError(shardFile(folder, place) + " is of another division into shards; allowed: those of " +
                       std::to_string(of));
  std::vector<ordered_json> rows;
  std::vector<Index> missing;
  for (Index shard = 1; shard <= of; ++shard) {
    const ShardPlace place{shard, of};
    const Index first = place.first(work.items), count = place.end(work.items) - first;
    Broken broken;
    auto made = rowsOf(shardFile(folder, place), work, first, count, broken);
    if (!made && broken.why == "is missing") {
      missing.push_back(shard);
      continue;
    }
    if (!made)
      throw InputError(shardFile(folder, place) + " " + broken.why + "; allowed: whole shards of this " +
                       work.kind + " alone");
    for (auto& row : *made) rows.push_back(std::move(row));
  }
  if (!missing.empty())
    throw InputError((missing.size() == 1 ? "shard " : "shards ") + listed(missing) + " of " +
                     std::to_string(of) + (missing.size() == 1 ? " is" : " are") + " missing in " + folder +
                     "; allowed: all shards of the " + work.kind);
  return rows;
}

std::vector<Index> missingShards(const ShardedWork& work, Index of, const std::string& folder) {
  std::vector<Index> missing;
  for (Index shard = 1; shard <= of; ++shard) {
    const ShardPlace place{shard, of};
    const Index first = place.first(work.items);
    Broken broken;
    if (!rowsOf(shardFile(folder, place), work, first, place.end(work.items) - first, broken))
      missing.push_back(shard);
  }
  return missing;
}

std::string mergedBytes(const ShardedWork& work, const std::vector<ordered_json>& rows) {
  return fileBytes(work, 0, ordered_json(rows));
}

}  // namespace keyhole
