#include "core/io/npy.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/npy_header.h"
#include "core/io/npy_numbers.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace keyhole {

static_assert(std::endian::native == std::endian::little);

NpyArray npyArray(std::string_view file, const std::string& path) {
  const NpyHeader header = parseNpyHeader(file, path);
  requireNpySize(header, file.size(), path);
  NpyArray array{{header.shape.begin(), header.shape.end()}, Matrix()};
  while (array.shape.size() < 2) array.shape.push_back(1);            // a number alone is 1 x 1
  if (file.size() == header.dataOffset && header.shape.size() > 2) {  // no entry at all
    array.values = Matrix(0, 0);
    return array;
  }
  const char* next = file.data() + header.dataOffset;
  array.values = npyMatrix(
      header,
      [&next](char* to, std::size_t bytes) {
        std::memcpy(to, next, bytes);
        next += bytes;
      },
      path);
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
