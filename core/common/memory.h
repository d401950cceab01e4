// How the allocator treats what is freed, and how large arrays are had.
#pragma once

#include "core/common/types.h"

#include <cstddef>
#include <cstdint>

namespace keyhole {

// Every picture makes and drops arrays of the same few megabytes. By default glibc gives each of them back to
// the system and gets it anew, page by page, which takes longer than many of the computations. After this
// call freed memory is kept for the next array (the peak stays what it was). Call once, before any thread is
// started. Does nothing with other libraries.
void keepFreedMemory();

// Asks for large pages for this array, once it is allocated and before it is written: hundreds of megabytes
// are then had and given back in a fraction of the time. Does nothing for small ones, and where there are no
// such pages.
void preferLargePages(void* data, std::size_t bytes);

// Bytes that can be had without others being written to disk; 0 if the system does not say it.
std::uint64_t freeMemory();

// A matrix of such an array, not written yet.
Matrix largeMatrix(Index rows, Index columns);

}  // namespace keyhole
