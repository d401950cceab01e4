#include "core/io/mat.h"

#include "core/common/error.h"
#include "core/common/memory.h"
#include "core/io/file_bytes.h"

#include <matio.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

namespace keyhole {
namespace {

// matio keeps global state (its log, HDF5), so all use of it is serialised.
std::mutex& matioMutex() {
  static std::mutex mutex;
  return mutex;
}

struct CloseFile {
  void operator()(mat_t* file) const { Mat_Close(file); }
};
struct FreeVariable {
  void operator()(matvar_t* variable) const { Mat_VarFree(variable); }
};
using MatFile = std::unique_ptr<mat_t, CloseFile>;
using MatVariable = std::unique_ptr<matvar_t, FreeVariable>;

void quiet(int, char*) {}

// Version and byte order stand at the end of the first 128 bytes.
struct FileMark {
  int version = 0;       // 1: version 5, 2: version 7.3, 0: neither
  bool swapped = false;  // written on a machine of the other byte order
};

FileMark markOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(124);
  char bytes[4] = {};
  if (!file.read(bytes, 4)) return {};
  const std::string_view order(bytes + 2, 2);
  const bool swapped = order == "MI";
  const int version = bytes[swapped ? 0 : 1];
  if ((!swapped && order != "IM") || bytes[swapped ? 1 : 0] != 0 || version < 1 || version > 2) return {};
  return {version, swapped};
}

// The elements of a version 5 file follow each other, each with its type and size in front. matio reads on
// behind the end of a file without a word, so a truncated one must be found out before.
void requireWhole(const std::string& path, bool swapped) {
  constexpr std::uint64_t kHeader = 128, kTag = 8;
  std::ifstream file(path, std::ios::binary);
  const std::uint64_t end = std::filesystem::file_size(path);
  for (std::uint64_t at = kHeader; at < end;) {
    unsigned char tag[kTag] = {};
    file.seekg(static_cast<std::streamoff>(at));
    file.read(reinterpret_cast<char*>(tag), kTag);
    std::uint64_t size = 0;
    for (std::uint64_t i = 0; i < 4; ++i)
      size |= static_cast<std::uint64_t>(tag[4 + (swapped ? 3 - i : i)]) << (8 * i);
    at += kTag + size;
    if (!file || at > end)
      throw InputError(path + " is truncated or damaged: it has " + std::to_string(end) +
                       " bytes, and a variable that would end at byte " + std::to_string(at));
  }
}

MatFile openMat(const std::string& path) {
  if (!std::ifstream(path)) readFileBytes(path);  // throws the sentence for a missing or unreadable file
  Mat_LogInitFunc("keyhole", quiet);
  // matio takes everything else for version 4, and asks for gigabytes if it is none.
  const FileMark mark = markOf(path);
  MatFile file(mark.version ? Mat_Open(path.c_str(), MAT_ACC_RDONLY) : nullptr);
  if (!file)
    throw InputError(path + " is not a MATLAB file that can be read; allowed: .mat version 5 or 7.3");
  if (mark.version == 1) requireWhole(path, mark.swapped);
  return file;
}

const char* className(matio_classes type) {
  switch (type) {
    case MAT_C_CELL:
      return "cell";
    case MAT_C_STRUCT:
      return "struct";
    case MAT_C_OBJECT:
      return "object";
    case MAT_C_CHAR:
      return "char";
    case MAT_C_SPARSE:
      return "sparse";
    case MAT_C_DOUBLE:
      return "double";
    case MAT_C_SINGLE:
      return "single";
    case MAT_C_INT8:
      return "int8";
    case MAT_C_UINT8:
      return "uint8";
    case MAT_C_INT16:
      return "int16";
    case MAT_C_UINT16:
      return "uint16";
    case MAT_C_INT32:
      return "int32";
    case MAT_C_UINT32:
      return "uint32";
    case MAT_C_INT64:
      return "int64";
    case MAT_C_UINT64:
      return "uint64";
    case MAT_C_FUNCTION:
      return "function";
    default:
      return "unknown";
  }
}

bool holdsRealMatrix(const matvar_t& variable) {
  return variable.class_type >= MAT_C_DOUBLE && variable.class_type <= MAT_C_UINT64 && !variable.isComplex &&
         variable.rank == 2 && variable.dims;
}

std::string describe(const matvar_t& variable) {
  std::string text = shownText(variable.name ? variable.name : "?") + " (";
  constexpr int kMost = 4;
  for (int i = 0; variable.dims && i < std::min(variable.rank, kMost); ++i)
    text += (i ? " x " : "") + std::to_string(variable.dims[i]);
  if (variable.rank > kMost) text += " x …";
  return text + " " + (variable.isComplex ? "complex " : "") + className(variable.class_type) + ")";
}

// As many as a sentence can hold.
std::string listed(const std::vector<std::string>& descriptions) {
  constexpr std::size_t kMost = 160;
  std::string text;
  for (std::size_t i = 0; i < descriptions.size(); ++i) {
    if (text.size() + descriptions[i].size() > kMost && i > 0)
      return text + " and " + std::to_string(descriptions.size() - i) + " more";
    text += (i ? ", " : "") + descriptions[i];
  }
  return text.empty() ? "none" : text;
}

struct Contents {
  std::vector<std::string> descriptions;
  std::vector<std::string> matrices;  // names of the real matrices
};

Contents contentsOf(mat_t* file) {
  Contents contents;
  // The bound only ends the walk through a damaged file.
  for (int i = 0; i < 10000; ++i) {
    const MatVariable variable(Mat_VarReadNextInfo(file));
    if (!variable) break;
    contents.descriptions.push_back(describe(*variable));
    if (variable->name && holdsRealMatrix(*variable)) contents.matrices.emplace_back(variable->name);
  }
  Mat_Rewind(file);
  return contents;
}

template <class T>
Matrix mapped(const matvar_t& variable) {
  const auto rows = static_cast<Index>(variable.dims[0]), columns = static_cast<Index>(variable.dims[1]);
  Matrix values = largeMatrix(rows, columns);
  values = Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>>(
               static_cast<const T*>(variable.data), rows, columns)
               .template cast<double>();
  return values;
}

std::optional<Matrix> converted(const matvar_t& variable) {
  // In a damaged file the data may be missing or shorter than the shape says.
  const std::size_t entries = variable.dims[0] * variable.dims[1];
  if (variable.data_size <= 0 || variable.nbytes / static_cast<std::size_t>(variable.data_size) < entries)
    return {};
  if (entries == 0) return Matrix(static_cast<Index>(variable.dims[0]), static_cast<Index>(variable.dims[1]));
  if (!variable.data) return {};
  switch (variable.data_type) {
    case MAT_T_DOUBLE:
      return mapped<double>(variable);
    case MAT_T_SINGLE:
      return mapped<float>(variable);
    case MAT_T_INT8:
      return mapped<std::int8_t>(variable);
    case MAT_T_UINT8:
      return mapped<std::uint8_t>(variable);
    case MAT_T_INT16:
      return mapped<std::int16_t>(variable);
    case MAT_T_UINT16:
      return mapped<std::uint16_t>(variable);
    case MAT_T_INT32:
      return mapped<std::int32_t>(variable);
    case MAT_T_UINT32:
      return mapped<std::uint32_t>(variable);
    case MAT_T_INT64:
      return mapped<std::int64_t>(variable);
    case MAT_T_UINT64:
      return mapped<std::uint64_t>(variable);
    default:
      return {};
  }
}

// Whether as much as the shape says can come out of the file: an entry takes at least a byte, and zlib packs
// at most 1032 to 1. Else a few damaged bytes ask for all the memory there is. (Version 7.3 may leave out
// entries; HDF5 itself checks what there is.)
bool canHold(mat_t* file, const std::string& path, const matvar_t& variable) {
  if (Mat_GetVersion(file) != MAT_FT_MAT5) return true;
  const std::uint64_t most = 1032 * std::filesystem::file_size(path);
  const std::uint64_t rows = variable.dims[0], columns = variable.dims[1];
  return columns == 0 || rows <= most / columns;
}

std::string chosenName(mat_t* file, const std::string& path, const std::string& variable) {
  if (!variable.empty()) return variable;
  const Contents contents = contentsOf(file);
  if (contents.matrices.size() == 1) return contents.matrices.front();
  if (contents.matrices.empty())
    throw InputError(path + " holds no real matrix of numbers (its variables: " +
                     listed(contents.descriptions) + "); allowed: a file with at least one");
  throw InputError(path + " holds " + std::to_string(contents.matrices.size()) +
                   " numeric matrices, so a name is needed; allowed: " + path + ":NAME with one of " +
                   listed(contents.descriptions));
}

}  // namespace

Matrix readMat(const std::string& path, const std::string& variable) {
  const std::lock_guard lock(matioMutex());
  const MatFile file = openMat(path);
  const std::string name = chosenName(file.get(), path, variable);
  const MatVariable info(Mat_VarReadInfo(file.get(), name.c_str()));
  if (!info)
    throw InputError(path + " holds no variable \"" + shownText(name) +
                     "\"; allowed: " + listed(contentsOf(file.get()).descriptions));
  const std::string shown = path + ":" + shownText(name);
  if (!holdsRealMatrix(*info))
    throw InputError(shown + " is " + describe(*info) + "; allowed: a real matrix of numbers");
  Mat_Rewind(file.get());
  std::optional<Matrix> values;
  const MatVariable data(canHold(file.get(), path, *info) ? Mat_VarRead(file.get(), name.c_str()) : nullptr);
  if (data && holdsRealMatrix(*data)) values = converted(*data);
  if (!values) throw InputError(shown + " cannot be read: the file is truncated or damaged");
  return std::move(*values);
}

std::vector<std::string> matVariables(const std::string& path) {
  const std::lock_guard lock(matioMutex());
  return contentsOf(openMat(path).get()).descriptions;
}

}  // namespace keyhole
