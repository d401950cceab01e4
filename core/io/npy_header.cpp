#include "core/io/npy_header.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"

#include <charconv>
#include <cstdint>

namespace keyhole {
namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw InputError(path + " " + why);
}

// What follows 'key': in the header's dictionary, up to the end of the header.
std::string_view valueOf(std::string_view header, std::string_view key, const std::string& path) {
  for (const char quote : {'\'', '"'}) {
    const std::string quoted = quote + std::string(key) + quote;
    auto at = header.find(quoted);
    if (at == std::string_view::npos) continue;
    at = header.find(':', at + quoted.size());
    if (at == std::string_view::npos) break;
    at = header.find_first_not_of(" \t", at + 1);
    if (at == std::string_view::npos) break;
    return header.substr(at);
  }
  refuse(path, "is not a valid .npy file: its header has no entry '" + std::string(key) + "'");
}

void parseType(std::string_view header, NpyHeader& parsed, const std::string& path) {
  const auto value = valueOf(header, "descr", path);
  const std::string allowed =
      "; allowed: real numbers (f2, f4, f8, integers, booleans; c8 and c16 without imaginary parts)";
  if (value.front() != '\'' && value.front() != '"') refuse(path, "holds a structured array" + allowed);
  const auto end = value.find(value.front(), 1);
  if (end == std::string_view::npos) refuse(path, "is not a valid .npy file: its type is not closed");
  const std::string_view type = value.substr(1, end - 1);
  std::size_t digits = 0;
  const bool parsedSize =
      type.size() >= 3 &&
      std::from_chars(type.data() + 2, type.data() + type.size(), digits).ptr == type.data() + type.size();
  if (type.size() >= 2 && type[1] == 'O')
    refuse(path, "holds an array of objects (type " + shownText(type) + ")" + allowed);
  if (!parsedSize) refuse(path, "holds the type \"" + shownText(type) + "\"" + allowed);
  parsed.kind = type[1];
  parsed.bytes = digits;
  parsed.bigEndian = type[0] == '>';
  const bool floating = parsed.kind == 'f' && (digits == 2 || digits == 4 || digits == 8);
  const bool whole = (parsed.kind == 'i' || parsed.kind == 'u') &&
                     (digits == 1 || digits == 2 || digits == 4 || digits == 8);
  const bool boolean = parsed.kind == 'b' && digits == 1;
  const bool twoParts = parsed.kind == 'c' && (digits == 8 || digits == 16);
  if (!floating && !whole && !boolean && !twoParts)
    refuse(path, "holds the type \"" + shownText(type) + "\"" + allowed);
}

void parseOrder(std::string_view header, NpyHeader& parsed, const std::string& path) {
  const auto value = valueOf(header, "fortran_order", path);
  if (value.starts_with("True"))
    parsed.fortranOrder = true;
  else if (!value.starts_with("False"))
    refuse(path, "is not a valid .npy file: fortran_order is neither True nor False");
}

void parseShape(std::string_view header, NpyHeader& parsed, const std::string& path) {
  auto value = valueOf(header, "shape", path);
  const auto close = value.find(')');
  if (value.front() != '(' || close == std::string_view::npos)
    refuse(path, "is not a valid .npy file: its shape is not a tuple");
  value = value.substr(1, close - 1);
  while (true) {
    const auto begin = value.find_first_not_of(" ,\t");
    if (begin == std::string_view::npos) return;
    value = value.substr(begin);
    std::size_t extent = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), extent);
    if (error != std::errc())
      refuse(path, "is not a valid .npy file: its shape has an entry that is not a whole number");
    parsed.shape.push_back(extent);
    value = value.substr(static_cast<std::size_t>(end - value.data()));
    if (value.starts_with("L")) value = value.substr(1);  // written by Python 2
  }
}

std::string shapeOf(const NpyHeader& header) {
  std::string text;
  for (const std::size_t extent : header.shape) text += (text.empty() ? "" : " x ") + std::to_string(extent);
  return header.shape.size() == 1 ? text + " x 1" : text;
}

}  // namespace

NpyHeader parseNpyHeader(std::string_view file, const std::string& path) {
  if (!file.starts_with(kMagic)) refuse(path, "is not a .npy file: it does not begin with \\x93NUMPY");
  if (file.size() < 10)
    refuse(path, "is truncated inside its header: " + std::to_string(file.size()) + " bytes");
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(file[i]));
  };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3)
    refuse(path, "has .npy format version " + std::to_string(version) + "; allowed: 1, 2 or 3");
  const std::size_t lengthBytes = version == 1 ? 2 : 4;
  const std::size_t start = 8 + lengthBytes;
  if (file.size() < start)
    refuse(path, "is truncated inside its header: " + std::to_string(file.size()) + " bytes");
  std::size_t length = 0;
  for (std::size_t i = 0; i < lengthBytes; ++i) length |= byte(8 + i) << (8 * i);
  if (length > file.size() - start)
    refuse(path, "is truncated inside its header: " + std::to_string(file.size()) +
                     " bytes, and the header alone should have " + std::to_string(start + length));
  const std::string_view header = file.substr(start, length);
  NpyHeader parsed;
  parsed.dataOffset = start + length;
  parseType(header, parsed, path);
  parseOrder(header, parsed, path);
  parseShape(header, parsed, path);
  return parsed;
}

void requireNpySize(const NpyHeader& header, std::size_t fileSize, const std::string& path) {
  const std::size_t found = fileSize - header.dataOffset;
  // Compared by division, since the product of a broken shape may overflow.
  const std::size_t most = found / header.bytes;
  std::size_t entries = 1;
  bool empty = false;
  for (const std::size_t extent : header.shape) empty = empty || extent == 0;
  for (const std::size_t extent : header.shape) {
    if (!empty && extent > most / entries)
      throw InputError(path + " is truncated: its shape is " + shapeOf(header) + " with " +
                       std::to_string(header.bytes) + " bytes an entry, but only " + std::to_string(found) +
                       " bytes follow the header");
    entries = empty ? 0 : entries * extent;
  }
  if (entries * header.bytes != found)
    throw InputError(path + " has " + std::to_string(found) + " bytes after its header; its shape " +
                     shapeOf(header) + " allows exactly " + std::to_string(entries * header.bytes));
  constexpr std::size_t kMost = 1'000'000'000'000;
  for (const std::size_t extent : header.shape)
    if (extent > kMost)
      throw InputError(path + " has the shape " + shapeOf(header) +
                       "; allowed: at most 10^12 in any direction");
}

}  // namespace keyhole
