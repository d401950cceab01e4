#include "core/io/text_encoding.h"

#include "core/common/error.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace keyhole {
namespace {

enum class Encoding { utf8, utf16little, utf16big, utf32little, utf32big };

struct Found {
  Encoding encoding = Encoding::utf8;
  std::size_t mark = 0;  // bytes of the byte order mark
};

// A table in Latin letters has a zero in every second byte of UTF-16, always on the same side.
Found foundWithoutMark(std::string_view bytes) {
  constexpr std::size_t kLooked = 4096;
  const std::string_view head = bytes.substr(0, std::min(bytes.size(), kLooked) / 4 * 4);
  std::array<std::size_t, 4> zeros = {};
  for (std::size_t i = 0; i < head.size(); ++i) zeros[i % 4] += head[i] == '\0';
  const std::size_t quarter = head.size() / 4;
  if (quarter == 0) return {};
  const auto mostly = [&](std::size_t i) { return zeros[i] * 10 > quarter * 6; };
  const auto never = [&](std::size_t i) { return zeros[i] * 10 < quarter; };
  if (mostly(1) && mostly(2) && mostly(3) && never(0)) return {Encoding::utf32little, 0};
  if (mostly(0) && mostly(1) && mostly(2) && never(3)) return {Encoding::utf32big, 0};
  if (mostly(1) && mostly(3) && never(0) && never(2)) return {Encoding::utf16little, 0};
  if (mostly(0) && mostly(2) && never(1) && never(3)) return {Encoding::utf16big, 0};
  return {};
}

Found encodingOf(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xEF\xBB\xBF")) return {Encoding::utf8, 3};
  if (bytes.starts_with("\xFF\xFE\0\0"sv)) return {Encoding::utf32little, 4};
  if (bytes.starts_with("\0\0\xFE\xFF"sv)) return {Encoding::utf32big, 4};
  if (bytes.starts_with("\xFF\xFE")) return {Encoding::utf16little, 2};
  if (bytes.starts_with("\xFE\xFF")) return {Encoding::utf16big, 2};
  return foundWithoutMark(bytes);
}

void append(std::string& text, std::uint32_t c) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xC0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    text += static_cast<char>(0xE0 | (c >> 12));
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xF0 | (c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

constexpr std::uint32_t kReplacement = 0xFFFD;  // U+FFFD, for what is no character

bool isSurrogate(std::uint32_t c) {
  return c >= 0xD800 && c < 0xE000;
}

// Units of 2 or 4 bytes.
class Units {
 public:
  Units(std::string_view bytes, std::size_t width, bool big) : m_bytes(bytes), m_width(width), m_big(big) {}
  bool done() const { return m_at >= m_bytes.size(); }
  std::uint32_t peek() const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < m_width; ++i) {
      const auto byte = static_cast<unsigned char>(m_bytes[m_at + i]);
      value |= static_cast<std::uint32_t>(byte) << (8 * (m_big ? m_width - 1 - i : i));
    }
    return value;
  }
  std::uint32_t next() {
    const std::uint32_t value = peek();
    m_at += m_width;
    return value;
  }

 private:
  std::string_view m_bytes;
  std::size_t m_width, m_at = 0;
  bool m_big;
};

std::string converted(std::string_view bytes, std::size_t width, bool big) {
  std::string text;
  text.reserve(bytes.size() / width + 16);
  Units units(bytes, width, big);
  while (!units.done()) {
    std::uint32_t c = units.next();
    if (width == 2 && c >= 0xD800 && c < 0xDC00 && !units.done() && units.peek() >= 0xDC00 &&
        units.peek() < 0xE000)
      c = 0x10000 + ((c - 0xD800) << 10) + (units.next() - 0xDC00);
    append(text, isSurrogate(c) || c > 0x10FFFF ? kReplacement : c);
  }
  return text;
}

const char* nameOf(Encoding encoding) {
  switch (encoding) {
    case Encoding::utf8:
      return "UTF-8";
    case Encoding::utf16little:
    case Encoding::utf16big:
      return "UTF-16";
    default:
      return "UTF-32";
  }
}

// Length of the character of valid UTF-8 that begins here; 0 if there is none.
std::size_t characterAt(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return 0;
  for (std::size_t i = at + 1; i < at + length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  const unsigned char second = byte(at + 1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return 0;
  if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return 0;
  return length;
}

bool isUtf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = characterAt(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

// The characters of Windows-1252 from 0x80 to 0x9F; the others are those of Unicode.
constexpr std::array<std::uint16_t, 32> kWindows = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

}  // namespace

std::string validUtf8(std::string_view text) {
  if (isUtf8(text)) return std::string(text);
  std::string valid;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    append(valid, byte >= 0x80 && byte < 0xA0 ? kWindows[byte - 0x80] : byte);
  }
  return valid;
}

std::string textOfBytes(std::string bytes, const std::string& path, std::vector<std::string>& notes) {
  const Found found = encodingOf(bytes);
  if (found.encoding == Encoding::utf8) {
    const auto zero = bytes.find('\0');
    if (zero != std::string::npos)
      throw InputError(path + " is no text: byte " + std::to_string(zero + 1) +
                       " is zero; allowed: a table of numbers as text, one time point a line");
    if (found.mark > 0) bytes.erase(0, found.mark);
    return bytes;
  }
  const bool wide = found.encoding == Encoding::utf32little || found.encoding == Encoding::utf32big;
  const bool big = found.encoding == Encoding::utf16big || found.encoding == Encoding::utf32big;
  const std::size_t width = wide ? 4 : 2;
  const std::string_view content = std::string_view(bytes).substr(found.mark);
  if (content.size() % width != 0)
    throw InputError(path + " is truncated or damaged: it is " + nameOf(found.encoding) + " text of " +
                     std::to_string(content.size()) + " bytes; allowed: a multiple of " +
                     std::to_string(width));
  if (found.mark == 0)
    notes.push_back("read as " + std::string(nameOf(found.encoding)) +
                    " though no mark says so: its bytes are zero in that pattern");
  std::string text = converted(content, width, big);
  const auto zero = text.find('\0');
  if (zero != std::string::npos)
    throw InputError(path + " is no text: character " + std::to_string(zero + 1) +
                     " is zero; allowed: a table of numbers as text, one time point a line");
  return text;
}

}  // namespace keyhole
