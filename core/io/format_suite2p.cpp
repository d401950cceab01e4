// The folder that Suite2p writes: F.npy, Fneu.npy and spks.npy (cells x time), iscell.npy, ops.npy.
#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/formats.h"
#include "core/io/npy.h"
#include "core/io/npy_header.h"
#include "core/io/tree_reading.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>

namespace keyhole {
namespace {

namespace fs = std::filesystem;

constexpr const char* kArrays[] = {"F", "Fneu", "spks"};

std::string within(const std::string& folder, const std::string& name) {
  return (fs::path(folder) / (name + ".npy")).string();
}

bool has(const std::string& folder, const char* name) {
  std::error_code error;
  return fs::is_regular_file(within(folder, name), error);
}

bool isSuite2p(const std::string& folder) {
  std::error_code error;
  return fs::is_directory(folder, error) && (has(folder, "F") || has(folder, "spks"));
}

// The folder itself, or the only one of Suite2p in it or in its suite2p; empty: it holds none, or several.
std::string planeIn(const std::string& folder) {
  if (isSuite2p(folder)) return folder;
  std::error_code error;
  if (!fs::is_directory(folder, error)) return {};
  const auto found = suite2pFoldersIn(folder);
  return found.size() == 1 ? found.front() : "";
}

// The number behind the key 'fs' in the pickled options: a float (G, 8 bytes, big-endian) or a small whole
// number. Nothing else of it is interpreted. 0 if it is not found.
double rateIn(const std::string& bytes) {
  for (const std::string& key : {std::string("X\x02\0\0\0fs", 7), std::string("\x8c\x02"
                                                                              "fs",
                                                                              4)}) {
    std::size_t at = bytes.find(key);
    if (at == std::string::npos) continue;
    at += key.size();
    if (at < bytes.size() && bytes[at] == '\x94') ++at;  // kept in the memo
    if (at + 1 < bytes.size() && bytes[at] == 'q') at += 2;
    if (at + 4 < bytes.size() && bytes[at] == 'r') at += 5;
    if (at + 9 <= bytes.size() && bytes[at] == 'G') {
      std::uint64_t bits = 0;
      for (std::size_t i = 1; i <= 8; ++i) bits = bits << 8 | static_cast<unsigned char>(bytes[at + i]);
      return std::bit_cast<double>(bits);
    }
    if (at + 2 <= bytes.size() && bytes[at] == 'K') return static_cast<unsigned char>(bytes[at + 1]);
  }
  return 0;
}

// The rate in ops.npy; 0 and a note if there is none that is understood.
double rateOf(const std::string& folder, std::vector<std::string>& notes) {
  const bool there = has(folder, "ops");
  const double rate = there ? rateIn(readFileBytes(within(folder, "ops"))) : 0;
  if (rate > 0 && std::isfinite(rate)) {
    notes.push_back(folder + ": ops.npy says " + toText(rate) + " samples a second");
    return rate;
  }
  notes.push_back(
      folder +
      (there ? ": the rate fs in ops.npy is not there or not understood" : " has no ops.npy with the rate") +
      ": the time between samples is not known; say it with --dt");
  return 0;
}

FileContents contentsOf(const std::string& given) {
  const std::string folder = planeIn(given);
  FileContents contents{"Suite2p folder", {}, {}};
  for (const char* name : kArrays) {
    if (!has(folder, name)) continue;
    FileContents one = npyFormat().contents(within(folder, name));
    FileArray array = one.arrays.front();
    array.path = name;
    array.reason = "cells x time, by Suite2p's convention";
    array.rate = has(folder, "ops") ? rateIn(readFileBytes(within(folder, "ops"))) : 0;
    contents.arrays.push_back(std::move(array));
  }
  return contents;
}

// The cells alone, as iscell.npy tells them.
Matrix cellsOf(Matrix values, const std::string& folder, std::vector<std::string>& notes) {
  if (!has(folder, "iscell")) {
    notes.push_back(folder + " has no iscell.npy: all " + std::to_string(values.rows()) +
                    " regions were read, whether they are cells or not");
    return values;
  }
  const Matrix isCell = readNpy(within(folder, "iscell"));
  if (isCell.rows() != values.rows() || isCell.cols() < 1)
    throw InputError(within(folder, "iscell") + " has " + std::to_string(isCell.rows()) +
                     " rows; allowed: " + std::to_string(values.rows()) + ", one per region");
  std::vector<Index> kept;
  for (Index i = 0; i < isCell.rows(); ++i)
    if (isCell(i, 0) > 0.5) kept.push_back(i);
  if (kept.empty())
    throw InputError(within(folder, "iscell") + " calls none of " + std::to_string(values.rows()) +
                     " regions a cell; allowed: at least 1");
  if (static_cast<Index>(kept.size()) < values.rows())
    notes.push_back(folder + ": " + std::to_string(kept.size()) + " of " + std::to_string(values.rows()) +
                    " regions are cells by iscell.npy, and the others were left out");
  return values(kept, Eigen::all);
}

// "F (4 x 300), spks (4 x 300)".
std::string shapesIn(const std::string& folder) {
  std::string text;
  for (const FileArray& array : contentsOf(folder).arrays)
    text += (text.empty() ? "" : ", ") + array.path + " (" + array.shape + ")";
  return text;
}

FileData readFolder(const std::string& given, const std::string& path, const ReadOptions& options) {
  const std::string folder = planeIn(given);
  std::string name = path;
  FileData data;
  if (folder != given) data.notes.push_back(given + " holds one Suite2p folder: " + folder + " was read");
  if (name.empty()) {
    name = has(folder, "spks") ? "spks" : "F";
    if (has(folder, "spks") && has(folder, "F"))
      throw InputError(folder + " holds several recordings, so a name is needed; allowed: " + folder +
                       ":NAME with one of " + shapesIn(folder));
  }
  if (name != "F" && name != "Fneu" && name != "spks")
    throw InputError(folder + " holds no \"" + shownText(name) + "\"; allowed: F, Fneu, spks");
  Matrix values = cellsOf(readNpy(within(folder, name)), folder, data.notes);
  data.notes.push_back(folder + ":" + name + " is cells x time by Suite2p's convention, and was turned");
  if (options.timeInColumns)
    data.trials.push_back(std::move(values));
  else
    data.trials.push_back(values.transpose());
  if (const double rate = rateOf(folder, data.notes); rate > 0) {
    data.interval = 1 / rate;
    data.intervalUnit = "s";
  }
  return data;
}

}  // namespace

std::vector<std::string> suite2pFoldersIn(const std::string& folder) {
  std::vector<std::string> found;
  std::error_code error;
  const auto look = [&](const fs::path& in) {
    for (const auto& entry : fs::directory_iterator(in, error))
      if (isSuite2p(entry.path().string())) found.push_back(entry.path().string());
  };
  look(folder);
  look(fs::path(folder) / "suite2p");
  std::sort(found.begin(), found.end());
  return found;
}

std::string suite2pNote(const std::string& file) {
  const fs::path path(file);
  const std::string folder = path.has_parent_path() ? path.parent_path().string() : ".",
                    name = path.stem().string();
  const bool isTrace = std::find(std::begin(kArrays), std::end(kArrays), name) != std::end(kArrays);
  std::error_code error;
  const bool beside = has(folder, "iscell") || has(folder, "ops") || has(folder, "stat");
  if (!isTrace || path.extension() != ".npy" || !beside) return {};
  return file + " stands in a Suite2p folder, whose arrays hold cells x time; " + folder + ":" + name +
         " is read so, with the rate of ops.npy and without what iscell.npy calls no cell";
}

Format suite2pFormat() {
  const auto matches = [](const std::string& folder) { return !planeIn(folder).empty(); };
  return {"Suite2p folder", {}, true, matches, contentsOf, readFolder};
}

}  // namespace keyhole
