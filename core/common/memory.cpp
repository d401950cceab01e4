#include "core/common/memory.h"

#include <cstdint>
#include <cstdlib>  // says which library this is
#include <fstream>
#include <string>
#include <string_view>

#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef __linux__
#include <sys/mman.h>
#endif

namespace keyhole {

void keepFreedMemory() {
#ifdef __GLIBC__
  constexpr int kLargestOfGlibc = 32 << 20, kKept = 1 << 29;
  mallopt(M_MMAP_THRESHOLD, kLargestOfGlibc);
  mallopt(M_TRIM_THRESHOLD, kKept);
  // The heaps of further threads would be given back as soon as they are empty.
  mallopt(M_ARENA_MAX, 1);
#endif
}

void preferLargePages(void* data, std::size_t bytes) {
#ifdef __linux__
  constexpr std::uintptr_t kPage = 2 << 20;
  const auto first = reinterpret_cast<std::uintptr_t>(data), last = first + bytes;
  const std::uintptr_t begin = (first + kPage - 1) / kPage * kPage, end = last / kPage * kPage;
  if (end > begin + 4 * kPage) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#else
  (void)data, (void)bytes;
#endif
}

std::uint64_t freeMemory() {
  std::ifstream info("/proc/meminfo");
  std::string line;
  constexpr std::string_view kName = "MemAvailable:";
  while (std::getline(info, line))
    if (line.starts_with(kName)) return std::strtoull(line.c_str() + kName.size(), nullptr, 10) * 1024;
  return 0;
}

Matrix largeMatrix(Index rows, Index columns) {
  Matrix matrix(rows, columns);
  preferLargePages(matrix.data(), static_cast<std::size_t>(matrix.size()) * sizeof(double));
  return matrix;
}

}  // namespace keyhole
