// The numbers of a .npy array in the order of the file, a piece at a time, from wherever its bytes come.
#pragma once

#include "core/common/progress.h"
#include "core/common/types.h"
#include "core/io/npy_header.h"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace keyhole {

class NpyNumbers {
 public:
  // Puts the next so many bytes behind the header there; throws InputError if they are not to be had.
  using Source = std::function<void(char* to, std::size_t bytes)>;

  // path: what sentences call it.
  NpyNumbers(NpyHeader header, Source source, std::string path);

  // The next `count` of them. Throws InputError: an imaginary part that is not zero; see Source.
  void read(double* to, Index count);

 private:
  using Loader = double (*)(const char*, bool);

  NpyHeader m_header;
  Source m_source;
  std::string m_path;
  Loader m_load;
  std::vector<char> m_bytes;
  Index m_done = 0;
};

// All of them, as npyArray() arranges them: memory is that of the matrix and a piece. Precondition: the shape
// has been found good (requireNpySize). Throws InputError as above, and if there is no room; Stopped.
Matrix npyMatrix(const NpyHeader& header, NpyNumbers::Source source, const std::string& path,
                 const Progress& progress = noProgress());

// The same of two dimensions in C order with the axes exchanged, columns x rows, as they lie in the file.
Matrix npyMatrixTurned(const NpyHeader& header, NpyNumbers::Source source, const std::string& path,
                       const Progress& progress = noProgress());

}  // namespace keyhole
