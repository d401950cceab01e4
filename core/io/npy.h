// NumPy arrays (.npy).
#pragma once

#include "core/common/types.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace keyhole {

// The array as it is stored: rows x columns of the file's shape; a one-dimensional array becomes n x 1.
// Format versions 1 to 3, C and Fortran order, f2 f4 f8, signed and unsigned integers of 1, 2, 4, 8 bytes,
// booleans, complex numbers whose imaginary parts are zero, either byte order. Throws InputError: missing,
// not a .npy file, other types (objects, text, structures), an imaginary part that is not zero, more than two
// dimensions, truncated or with bytes left over.
Matrix readNpy(const std::string& path);

// The same of any number of dimensions from 1, in memory: rows x the product of the others, entry (i, j, k,
// …) in column j + n k + …. `path` names it in sentences.
struct NpyArray {
  std::vector<std::uint64_t> shape;  // at least two extents
  Matrix values;
};
NpyArray npyArray(std::string_view file, const std::string& path);

// Version 1.0, little-endian f8, C order.
std::string npyBytes(ConstMatrixRef values);
void writeNpy(const std::string& path, ConstMatrixRef values);  // atomically

}  // namespace keyhole
