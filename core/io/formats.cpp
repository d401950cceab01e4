#include "core/io/formats.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/file_place.h"
#include "core/io/words.h"

#include <algorithm>
#include <filesystem>

namespace keyhole {
namespace {

namespace fs = std::filesystem;

std::string lowerExtension(const std::string& path) {
  return lowerCase(fs::path(path).extension().string());
}

const Format* byExtension(const std::string& file) {
  const std::string extension = lowerExtension(file);
  for (const auto& format : formats())
    if (std::find(format.extensions.begin(), format.extensions.end(), extension) != format.extensions.end())
      return &format;
  return nullptr;
}

std::string joinedExtensions(const std::string& before, const std::string& between) {
  std::string text;
  for (const auto& format : formats())
    for (const auto& extension : format.extensions)
      text += (text.empty() ? "" : between) + before + extension;
  return text;
}

}  // namespace

const std::vector<Format>& formats() {
  static const std::vector<Format> all = {npyFormat(),  npzFormat(),     tableFormat(), matFormat(),
                                          hdf5Format(), suite2pFormat(), octaveFormat()};
  return all;
}

bool hasKnownExtension(const std::string& file) {
  return byExtension(file) != nullptr;
}

std::string extensionList() {
  return joinedExtensions("", ", ");
}

std::string extensionPatterns() {
  return joinedExtensions("*", " ");
}

[[noreturn]] static void refuseFolder(const std::string& folder, const std::string& types) {
  // As Kilosort and phy, and the ALF convention, name them.
  for (const char* spikes : {"spike_times.npy", "spikes.times.npy", "spikes.samples.npy"}) {
    std::error_code error;
    if (fs::exists(folder + "/" + spikes, error))
      throw InputError("cannot read " + folder + ": it is a folder of sorted spikes (" + spikes +
                       "), whose times are not counted in bins here; allowed: their counts, one row per bin "
                       "and one column per unit, or the units of an NWB file with --bin");
  }
  std::string found;
  for (const auto& one : suite2pFoldersIn(folder)) found += (found.empty() ? "" : ", ") + one;
  throw InputError("cannot read " + folder + ": it is a folder" +
                   (found.empty() ? types + ", or a Suite2p folder (with F.npy or spks.npy in it)"
                                  : " of Suite2p folders; allowed: one of " + found));
}

const Format& formatOf(const std::string& file) {
  std::error_code error;
  const bool exists = fs::exists(file, error);
  if (exists && !fs::is_regular_file(file, error) && !fs::is_directory(file, error))
    throw InputError("cannot read " + file +
                     ": it is a pipe or a device, and a recording is read more than once; allowed: a file");
  if (exists)
    for (const auto& format : formats())
      if (format.matches(file)) return format;
  if (const Format* format = byExtension(file)) return *format;
  const std::string extension = lowerExtension(file);
  const std::string types = "; allowed: " + extensionList();
  if (!exists && extension.empty()) throw InputError("there is no file " + file + types);
  if (fs::is_directory(file, error)) refuseFolder(file, types);
  throw InputError(
      file + (extension.empty() ? " has no file type" : " has the file type \"" + extension + "\"") + types);
}

FileData readFileData(const std::string& spec, const ReadOptions& options) {
  const FilePlace place = parsePlace(spec);
  const Format& format = formatOf(place.file);
  if (!place.path.empty() && !format.hasPlaces)
    throw InputError(spec + " names a place in a " + format.name +
                     ", which has only one array; allowed: " + place.file);
  const UnchangedFile unchanged(place.file);
  FileData data = format.read(place.file, place.path, options);
  unchanged.done();
  return data;
}

std::optional<DataStream> streamFileData(const std::string& spec, const ReadOptions& options) {
  const FilePlace place = parsePlace(spec);
  const Format& format = formatOf(place.file);
  if (!format.stream) return {};
  auto stream = format.stream(place.file, place.path, options);
  if (!stream) return stream;
  stream->run = [run = std::move(stream->run),
                 unchanged = UnchangedFile(place.file)](const FileTree::Work& work) {
    run(work);
    unchanged.done();
  };
  return stream;
}

std::optional<DataBeginning> beginningOfFileData(const std::string& spec, const ReadOptions& options) {
  const FilePlace place = parsePlace(spec);
  const Format& format = formatOf(place.file);
  if (!format.beginning || !place.path.empty() || options.timeInColumns) return {};
  return format.beginning(place.file, options);
}

FileContents fileContents(const std::string& file) {
  FileContents contents = formatOf(file).contents(file);
  for (auto& array : contents.arrays) array.nodes.clear();
  return contents;
}

std::string fileOfSpec(const std::string& spec) {
  return parsePlace(spec).file;
}

}  // namespace keyhole
