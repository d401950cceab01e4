// One variable of a MATLAB file of version 5: its arrays, structs and cells, and the numbers in them.
// Internals of mat5.h.
#pragma once

#include "core/io/file_tree.h"
#include "core/io/inflated.h"

#include <cstdint>
#include <map>
#include <string>

namespace keyhole::mat5 {

inline constexpr std::uint64_t kTag = 8;                        // bytes in front of a data element
inline constexpr std::uint32_t kMatrix = 14, kCompressed = 15;  // types of data elements

// Which nodes of a variable are to be loaded, by ordinal, and where to.
using Wanted = std::map<std::uint64_t, Matrix*>;

struct Source {
  const std::string& subject;  // of sentences: the file
  ByteStream& stream;          // of the variable, from its beginning
  bool swapped = false;        // of the other byte order
  bool quick = false;          // structs and cells of more than 64 MB are not looked into
  bool checked = false;        // the stream ends in a checksum
};

// The array of so many bytes that is next, with all in it; nodes get their ordinals in the order in which
// they come. Fills what is wanted. Throws InputError: truncated or damaged, complex, too large.
FileNode variableOf(const Source& source, std::uint64_t size, const Wanted& wanted);

// The same of a compressed one, which has its tag within. surplus: bytes that its arrays declare and do not
// have, whose own sizes were gone by.
FileNode taggedVariable(const Source& source, const Wanted& wanted, std::uint64_t& surplus);

}  // namespace keyhole::mat5
