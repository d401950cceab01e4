#include "core/io/npy.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/npy_header.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

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

Loader loaderOf(const NpyHeader& header) {
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

struct Shape {
  std::size_t rows, columns;
};

Shape shapeOf(const NpyHeader& header, const std::string& path) {
  if (header.shape.empty() || header.shape.size() > 2)
    throw InputError(path + " holds an array of " + std::to_string(header.shape.size()) +
                     " dimensions; allowed: 1 or 2 (time x neurons)");
  return {header.shape[0], header.shape.size() == 2 ? header.shape[1] : 1};
}

void requireSize(const NpyHeader& header, const Shape& shape, std::size_t fileSize, const std::string& path) {
  const std::size_t found = fileSize - header.dataOffset;
  const std::string shapeText = std::to_string(shape.rows) + " x " + std::to_string(shape.columns);
  // Compared by division, since the product of a broken shape may overflow.
  const std::size_t entries = found / header.bytes;
  if (shape.columns != 0 && shape.rows > entries / shape.columns)
    throw InputError(path + " is truncated: its shape is " + shapeText + " with " +
                     std::to_string(header.bytes) + " bytes an entry, but only " + std::to_string(found) +
                     " bytes follow the header");
  if (shape.rows * shape.columns * header.bytes != found)
    throw InputError(path + " has " + std::to_string(found) + " bytes after its header; its shape " +
                     shapeText + " allows exactly " +
                     std::to_string(shape.rows * shape.columns * header.bytes));
  constexpr std::size_t kMost = 1'000'000'000'000;
  if (shape.rows > kMost || shape.columns > kMost)
    throw InputError(path + " has the shape " + shapeText + "; allowed: at most 10^12 in either direction");
}

}  // namespace

Matrix readNpy(const std::string& path) {
  const std::string file = readFileBytes(path);
  const NpyHeader header = parseNpyHeader(file, path);
  const Shape shape = shapeOf(header, path);
  requireSize(header, shape, file.size(), path);
  const auto rows = static_cast<Index>(shape.rows), columns = static_cast<Index>(shape.columns);
  if (rows == 0 || columns == 0) return Matrix(rows == 0 ? 0 : rows, columns == 0 ? 0 : columns);
  const Loader loadOne = loaderOf(header);
  const char* data = file.data() + header.dataOffset;
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
