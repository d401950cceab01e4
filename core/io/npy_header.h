// The header of a .npy file (format versions 1 to 3 of the NumPy enhancement proposal 1).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace keyhole {

struct NpyHeader {
  char kind = 'f';        // f, i, u, b (boolean) or c (complex)
  std::size_t bytes = 8;  // per entry
  bool bigEndian = false;
  bool fortranOrder = false;
  std::vector<std::size_t> shape;
  std::size_t dataOffset = 0;
};

// Throws InputError naming `path`: not a .npy file, truncated header, unknown version, a type that holds no
// real numbers.
NpyHeader parseNpyHeader(std::string_view file, const std::string& path);

// Throws InputError unless a file of so many bytes holds exactly what its header says.
void requireNpySize(const NpyHeader& header, std::size_t fileSize, const std::string& path);

}  // namespace keyhole
