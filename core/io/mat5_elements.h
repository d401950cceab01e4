// The data elements of one variable of a MATLAB file of version 5: tags, sizes and bytes, one behind the
// other. Internals of mat5_variable.cpp.
#pragma once

#include "core/io/inflated.h"
#include "core/io/number_types.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace keyhole::mat5 {

struct Tag {
  std::uint32_t type = 0;
  std::uint64_t size = 0;
  bool small = false;
  std::array<char, 4> data = {};  // of a small one
};

// The numbers that a type of data element holds; nothing if it holds none.
std::optional<NumberType> numberTypeOf(std::uint32_t type);

// Reads on from one element to the next. Throws InputError: truncated or damaged.
class Elements {
 public:
  // subject: of sentences, the file. checked: the stream ends in a checksum, which tells damage from a size
  // that its writer got wrong.
  Elements(const std::string& subject, ByteStream& stream, bool swapped, bool checked)
      : m_subject(subject), m_stream(stream), m_swapped(swapped), m_checked(checked) {}

  [[noreturn]] void damaged(const std::string& why) const;

  Tag tag();
  std::uint64_t position() const { return m_stream.position() - (m_next ? 8 : 0); }
  std::uint64_t atMost() const { return m_stream.atMost(); }

  // The first four of `bytes` as a number.
  std::uint32_t u32(const char* bytes) const;

  // The bytes of a short element, of any length up to `most`.
  std::string shortData(const Tag& tag, std::uint64_t most);
  std::string longData(const Tag& tag);

  // So many numbers of an element that has them in a type of `bytesOf` each; its padding is passed over.
  void numbers(const Tag& tag, NumberType type, std::uint64_t entries, double* to);

  // Passes over one element of data, but never over `end`.
  void passData(std::uint64_t end);

  // Goes to the end that an array has declared. Some writers (matio, of compressed text in structs) declare
  // more bytes than the array has, and MATLAB and SciPy go by what it has: so does this, if the next array
  // (or the stream's end) follows right away, and counts the bytes in surplus(). surplusBefore: surplus()
  // when the array began.
  void leave(std::uint64_t end, std::uint64_t surplusBefore);
  std::uint64_t surplus() const { return m_surplus; }

 private:
  Tag tagOf(const char* bytes) const;

  const std::string& m_subject;
  ByteStream& m_stream;
  bool m_swapped, m_checked;
  std::uint64_t m_surplus = 0;
  std::optional<Tag> m_next;  // read already
};

}  // namespace keyhole::mat5
