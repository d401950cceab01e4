#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/formats.h"
#include "core/io/hdf5.h"
#include "core/io/mat.h"
#include "core/io/mat4.h"
#include "core/io/mat5.h"
#include "core/io/tree_reading.h"

#include <fstream>

namespace keyhole {
namespace {

bool isMat73(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  char head[10] = {};
  return stream.read(head, 10) && std::string_view(head, 10) == "MATLAB 7.3" && isHdf5(file);
}

bool isMat(const std::string& file) {
  return isMat73(file) || isMat5(file) || (!isHdf5(file) && isMat4(file));
}

std::unique_ptr<FileTree> opened(const std::string& file, bool quick, const std::string& wanted = {}) {
  if (!std::ifstream(file)) readFileBytes(file);  // throws the sentence for a missing or unreadable file
  if (isHdf5(file)) return openHdf5Apart(file, wanted);
  if (isMat5(file)) return openMat5(file, quick);
  if (isMat4(file)) return openMat4(file);
  throw InputError(
      file +
      " is not a MATLAB file that can be read; allowed: .mat version 5 or 7.3, or a whole one of version 4");
}

}  // namespace

Format matFormat() {
  return {"MATLAB file",
          {".mat"},
          true,
          isMat,
          [](const std::string& file) { return contentsOfTree(*opened(file, true), "MATLAB file"); },
          [](const std::string& file, const std::string& path, const ReadOptions& options) {
            return readFromTree(*opened(file, false, path), file, path, options);
          },
          [](const std::string& file, const std::string& path,
             const ReadOptions& options) -> std::optional<DataStream> {
            if (!isHdf5(file)) return {};
            return streamFromTree(openHdf5Apart(file, path), file, path, options);
          }};
}

Matrix readMat(const std::string& path, const std::string& variable) {
  FileData data = matFormat().read(path, variable, {});
  if (data.trials.size() != 1)
    throw InputError(path + ":" + shownText(variable) + " has " + std::to_string(data.trials.size()) +
                     " trials; allowed: a real matrix of numbers");
  if (data.turned) return data.trials.front().transpose();
  return std::move(data.trials.front());
}

std::vector<std::string> matVariables(const std::string& path) {
  std::vector<std::string> descriptions;
  const auto tree = opened(path, true);
  for (const auto& child : tree->root().children) {
    FileArray array;
    array.path = child.name;
    array.shape = shapeText(child.shape);
    array.type = child.type;
    descriptions.push_back(describe(array));
  }
  return descriptions;
}

}  // namespace keyhole
