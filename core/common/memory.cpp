#include "core/common/memory.h"

#include <cstdlib>  // says which library this is

#ifdef __GLIBC__
#include <malloc.h>
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

}  // namespace keyhole
