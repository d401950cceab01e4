#include "core/io/mat5_elements.h"

#include "core/common/error.h"
#include "core/io/mat5_variable.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace keyhole::mat5 {

static_assert(std::endian::native == std::endian::little);

std::optional<NumberType> numberTypeOf(std::uint32_t type) {
  using enum NumberType;
  switch (type) {
    case 1:
      return i8;
    case 2:
      return u8;
    case 3:
      return i16;
    case 4:
      return u16;
    case 5:
      return i32;
    case 6:
      return u32;
    case 7:
      return f32;
    case 9:
      return f64;
    case 12:
      return i64;
    case 13:
      return u64;
    default:
      return {};
  }
}

void Elements::damaged(const std::string& why) const {
  throw InputError(m_subject + " is truncated or damaged: " + why);
}

std::uint32_t Elements::u32(const char* bytes) const {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[m_swapped ? 3 - i : i])) << (8 * i);
  return value;
}

Tag Elements::tagOf(const char* bytes) const {
  const std::uint32_t first = u32(bytes);
  if (!(first >> 16)) return {first, u32(bytes + 4), false, {}};
  Tag tag{first & 0xFFFF, first >> 16, true, {}};
  std::memcpy(tag.data.data(), bytes + 4, 4);
  return tag;
}

Tag Elements::tag() {
  if (m_next) {
    const Tag next = *m_next;
    m_next.reset();
    return next;
  }
  char bytes[kTag];
  m_stream.read(bytes, kTag);
  const Tag tag = tagOf(bytes);
  if (tag.small && tag.size > 4)
    damaged("an element says that it has " + std::to_string(tag.size) + " bytes in four");
  return tag;
}

std::string Elements::shortData(const Tag& tag, std::uint64_t most) {
  if (tag.small) return std::string(tag.data.data(), static_cast<std::size_t>(tag.size));
  if (tag.size > most) damaged("a name or a shape of " + std::to_string(tag.size) + " bytes");
  return longData(tag);
}

std::string Elements::longData(const Tag& tag) {
  std::string bytes(static_cast<std::size_t>(tag.size), '\0');
  m_stream.read(bytes.data(), bytes.size());
  m_stream.skip((8 - tag.size % 8) % 8);
  return bytes;
}

// Piece by piece through a buffer, so that a file's numbers stand in memory once.
void Elements::numbers(const Tag& tag, NumberType type, std::uint64_t entries, double* to) {
  if (tag.small) return toDoubles(tag.data.data(), static_cast<std::size_t>(entries), type, m_swapped, to);
  if (type == NumberType::f64 && !m_swapped) {
    m_stream.read(to, static_cast<std::size_t>(tag.size));
  } else {
    constexpr std::uint64_t kPiece = 1 << 16;
    std::vector<char> buffer(kPiece * 8);
    for (std::uint64_t done = 0; done < entries; done += kPiece) {
      const auto n = static_cast<std::size_t>(std::min(kPiece, entries - done));
      m_stream.read(buffer.data(), n * bytesOf(type));
      toDoubles(buffer.data(), n, type, m_swapped, to + done);
    }
  }
  m_stream.skip((8 - tag.size % 8) % 8);
}

void Elements::passData(std::uint64_t end) {
  if (m_stream.position() + kTag > end) return;
  const Tag data = tag();
  if (!data.small) m_stream.skip(std::min((data.size + 7) / 8 * 8, end - m_stream.position()));
}

void Elements::leave(std::uint64_t end, std::uint64_t surplusBefore) {
  if (position() > end) damaged("an array is longer than its element");
  std::uint64_t gap = end - position();
  // Arrays in it have declared too much, and it their sum.
  if (gap == 0 || gap == m_surplus - surplusBefore) return;
  if (m_next) damaged("an array ends elsewhere than its element");
  if (m_checked && gap >= kTag) {
    char bytes[kTag] = {};
    const std::size_t got = m_stream.readSome(bytes, kTag);
    const Tag next = tagOf(bytes);
    const bool isArray = got == kTag && next.type == kMatrix && !next.small;
    if (isArray) m_next = next;
    if (isArray || got == 0) {
      m_surplus += gap;
      return;
    }
    gap -= got;
  }
  m_stream.skip(gap);
}

}  // namespace keyhole::mat5
