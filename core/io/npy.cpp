#include "core/io/npy.h"

#include "core/common/error.h"
#include "core/common/memory.h"
#include "core/io/file_bytes.h"
#include "core/io/npy_header.h"
#include "core/io/raw_array.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace keyhole {
namespace {

static_assert(std::endian::native == std::endian::little);

// IEEE half precision: 1 sign, 5 exponent, 10 fraction bits.
double fromHalf(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  double size;
  if (exponent == 31)
    size = fraction ? std::nan("") : HUGE_VAL;
  else if (exponent == 0)
    size = std::ldexp(fraction, -24);
  else
    size = std::ldexp(fraction + 1024, exponent - 25);
  return bits & 0x8000 ? -size : size;
}

template <class T>
double load(const char* bytes, bool bigEndian) {
  char ordered[sizeof(T)];
  std::memcpy(ordered, bytes, sizeof(T));
  if (bigEndian) std::reverse(ordered, ordered + sizeof(T));
  T value;
  std::memcpy(&value, ordered, sizeof(T));
  return static_cast<double>(value);
}

using Loader = double (*)(const char*, bool);

double loadHalf(const char* bytes, bool bigEndian) {
  return fromHalf(static_cast<std::uint16_t>(load<std::uint16_t>(bytes, bigEndian)));
}

// Of a complex number the real part, which stands first.
Loader loaderOf(const NpyHeader& header) {
  if (header.kind == 'c') return header.bytes == 8 ? load<float> : load<double>;
  if (header.kind == 'f')
    return header.bytes == 2 ? loadHalf : header.bytes == 4 ? load<float> : load<double>;
  const bool isSigned = header.kind == 'i';
  switch (header.bytes) {
    case 1:
      return isSigned ? load<std::int8_t> : load<std::uint8_t>;
    case 2:
      return isSigned ? load<std::int16_t> : load<std::uint16_t>;
    case 4:
      return isSigned ? load<std::int32_t> : load<std::uint32_t>;
    default:
      return isSigned ? load<std::int64_t> : load<std::uint64_t>;
  }
}

void requireReal(const NpyHeader& header, const char* data, Index entries, const std::string& path) {
  const Loader loadPart = loaderOf(header);
  for (Index n = 0; n < entries; ++n) {
    const double imaginary =
        loadPart(data + static_cast<std::size_t>(n) * header.bytes + header.bytes / 2, header.bigEndian);
    if (imaginary != 0)
      throw InputError(path + " is complex, and the imaginary part of entry " + std::to_string(n + 1) +
                       " is " + toText(imaginary) + "; allowed: real numbers, or imaginary parts of zero");
  }
}

// Of more than two dimensions: entry (i, j, k, …) goes to row i, column j + n k + ….
Matrix pagesOf(const NpyHeader& header, const char* data, Index rows, Index columns) {
  const Loader loadOne = loaderOf(header);
  Matrix values(rows, columns);
  std::vector<std::size_t> at(header.shape.size(), 0);
  for (Index n = 0; n < rows * columns; ++n) {
    std::size_t column = 0, stride = 1;
    for (std::size_t d = 1; d < at.size(); ++d) {
      column += at[d] * stride;
      stride *= header.shape[d];
    }
    values(static_cast<Index>(at[0]), static_cast<Index>(column)) =
        loadOne(data + static_cast<std::size_t>(n) * header.bytes, header.bigEndian);
    for (std::size_t d = 0; d < at.size(); ++d) {
      const std::size_t k = header.fortranOrder ? d : at.size() - 1 - d;
      if (++at[k] < header.shape[k]) break;
      at[k] = 0;
    }
  }
  return values;
}

Matrix tableOf(const NpyHeader& header, const char* data, Index rows, Index columns) {
  const Loader loadOne = loaderOf(header);
  Matrix values(rows, columns);
  for (Index i = 0; i < rows * columns; ++i) {
    const double value = loadOne(data + static_cast<std::size_t>(i) * header.bytes, header.bigEndian);
    if (header.fortranOrder)
      values(i % rows, i / rows) = value;
    else
      values(i / columns, i % columns) = value;
  }
  return values;
}

}  // namespace

NpyArray npyArray(std::string_view file, const std::string& path) {
  const NpyHeader header = parseNpyHeader(file, path);
  requireNpySize(header, file.size(), path);
  requireRoom(path, 8 * (file.size() / header.bytes));
  std::size_t columns = 1;
  for (std::size_t d = 1; d < header.shape.size(); ++d) columns *= header.shape[d];
  const auto rows = static_cast<Index>(header.shape.empty() ? 1 : header.shape[0]);
  const auto wide = static_cast<Index>(columns);
  NpyArray array{{header.shape.begin(), header.shape.end()}, Matrix()};
  while (array.shape.size() < 2) array.shape.push_back(1);  // a number alone is 1 x 1
  if (file.size() == header.dataOffset) {                   // no entry at all
    array.values = header.shape.size() <= 2 ? Matrix(rows, wide) : Matrix(0, 0);
    return array;
  }
  const char* data = file.data() + header.dataOffset;
  if (header.kind == 'c') requireReal(header, data, rows * wide, path);
  array.values =
      header.shape.size() > 2 ? pagesOf(header, data, rows, wide) : tableOf(header, data, rows, wide);
  return array;
}

Matrix readNpy(const std::string& path) {
  const std::string file = readFileBytes(path);
  const std::size_t dimensions = parseNpyHeader(file, path).shape.size();
  if (dimensions == 0 || dimensions > 2)
    throw InputError(path + " holds an array of " + std::to_string(dimensions) +
                     " dimensions; allowed: 1 or 2 (time x neurons)");
  return npyArray(file, path).values;
}

std::optional<Matrix> readNpyTurned(const std::string& path) {
  constexpr std::size_t kLongest = 1 << 16;
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(path, error);
  std::string head(static_cast<std::size_t>(std::min<std::uint64_t>(error ? 0 : size, kLongest)), '\0');
  if (!file || head.empty() || !file.read(head.data(), static_cast<std::streamsize>(head.size())) ||
      !head.starts_with("\x93NUMPY"))
    return {};
  const NpyHeader header = parseNpyHeader(head, path);
  const bool asInMemory =
      header.kind == 'f' && header.bytes == 8 && !header.bigEndian && !header.fortranOrder;
  if (!asInMemory || header.shape.size() != 2) return {};
  requireNpySize(header, size, path);
  return readRaw(path, {header.dataOffset, NumberType::f64, false},
                 {static_cast<Index>(header.shape[1]), static_cast<Index>(header.shape[0])});
}

std::string npyBytes(ConstMatrixRef values) {
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (" + std::to_string(values.rows()) +
                       ", " + std::to_string(values.cols()) + "), }";
  // The data must begin at a multiple of 64 bytes; the header ends with a newline.
  const std::size_t unpadded = 10 + header.size() + 1;
  header.append((64 - unpadded % 64) % 64, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 255);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  const std::size_t start = bytes.size();
  bytes.resize(start + static_cast<std::size_t>(values.size()) * sizeof(double));
  char* out = bytes.data() + start;
  for (Index i = 0; i < values.rows(); ++i)
    for (Index j = 0; j < values.cols(); ++j, out += sizeof(double)) {
      const double value = values(i, j);
      std::memcpy(out, &value, sizeof value);
    }
  return bytes;
}

void writeNpy(const std::string& path, ConstMatrixRef values) {
  writeFileAtomically(path, npyBytes(values));
}

}  // namespace keyhole
