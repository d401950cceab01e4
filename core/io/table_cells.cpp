#include "core/io/table_cells.h"

#include "core/io/words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr std::string_view kNoBreak = "\xC2\xA0", kNarrow = "\xE2\x80\xAF", kThin = "\xE2\x80\x89";
constexpr std::string_view kLatinNoBreak = "\xA0", kLatinApostrophe = "\x92";  // of Windows-1252
constexpr std::string_view kMinus = "\xE2\x88\x92", kApostrophe = "\xE2\x80\x99";

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

bool isBlank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

// A no-break space of one byte, as in Windows-1252: behind a byte of more than 0x7F it would belong to a
// character of UTF-8.
bool endsInLatinBlank(std::string_view text) {
  return text.ends_with(kLatinNoBreak) &&
         (text.size() == 1 || static_cast<unsigned char>(text[text.size() - 2]) < 0x80);
}

std::string_view withoutBlanks(std::string_view text) {
  while (!text.empty() && (isBlank(text.front()) || text.starts_with(kNoBreak)))
    text.remove_prefix(isBlank(text.front()) ? 1 : kNoBreak.size());
  while (!text.empty() && (isBlank(text.back()) || text.ends_with(kNoBreak) || endsInLatinBlank(text)))
    text.remove_suffix(text.ends_with(kNoBreak) ? kNoBreak.size() : 1);
  return text;
}

// Cuts a sign off; -1 for a minus.
int takeSign(std::string_view& text, bool& typographic) {
  if (text.starts_with(kMinus)) {
    typographic = true;
    text.remove_prefix(kMinus.size());
    return -1;
  }
  if (text.empty() || (text.front() != '-' && text.front() != '+')) return 1;
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  return sign;
}

// Cuts what groups thousands and is no decimal sign off the front.
bool takeGroupMark(std::string_view& text) {
  for (const std::string_view mark : {std::string_view(" "), std::string_view("'"), kNoBreak, kNarrow, kThin,
                                      kApostrophe, kLatinNoBreak, kLatinApostrophe})
    if (text.starts_with(mark)) {
      text.remove_prefix(mark.size());
      return true;
    }
  return false;
}

// Runs of digits with marks between them, and an exponent.
struct Parts {
  static constexpr std::size_t kMost = 12;
  std::array<std::string_view, kMost + 1> runs;  // one more than marks
  std::array<char, kMost> marks;                 // '.', ',' or ' '
  std::size_t marked = 0;
  std::string_view exponent;  // with its letter, or empty
  bool negative = false, typographic = false, valid = false;
};

std::string_view takeDigits(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && isDigit(text[n])) ++n;
  const std::string_view digits = text.substr(0, n);
  text.remove_prefix(n);
  return digits;
}

bool isExponent(std::string_view text) {
  if (text.size() < 2 || std::string_view("eEdD").find(text.front()) == text.npos) return false;
  text.remove_prefix(1);
  if (text.front() == '+' || text.front() == '-') text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), isDigit);
}

Parts partsOf(std::string_view text) {
  Parts parts;
  parts.negative = takeSign(text, parts.typographic) < 0;
  parts.runs[0] = takeDigits(text);
  while (!text.empty()) {
    if (isExponent(text)) {
      parts.exponent = text;
      break;
    }
    char mark = text.front();
    if (mark == '.' || mark == ',')
      text.remove_prefix(1);
    else if (takeGroupMark(text))
      mark = ' ';
    else
      return parts;
    if (parts.marked == Parts::kMost) return parts;
    parts.marks[parts.marked] = mark;
    parts.runs[++parts.marked] = takeDigits(text);
  }
  std::size_t digits = 0;
  for (std::size_t i = 0; i <= parts.marked; ++i) digits += parts.runs[i].size();
  parts.valid = digits > 0;
  return parts;
}

// Whether the marks before `last` group thousands: one to three digits, then three each, all marks the same.
bool isGrouped(const Parts& parts, std::size_t last) {
  const auto& first = parts.runs[0];
  if (first.empty() || first.size() > 3 || first.front() == '0') return false;
  for (std::size_t i = 0; i < last; ++i)
    if (parts.runs[i + 1].size() != 3 || parts.marks[i] != parts.marks[0]) return false;
  return true;
}

struct Reading {
  bool valid = false, grouped = false;
};

// How the parts read if this is the decimal sign.
Reading readingWith(const Parts& parts, char decimal) {
  const std::size_t n = parts.marked;
  if (n == 0) return {true, false};
  const bool hasDecimal = parts.marks[n - 1] == decimal;
  const std::size_t groups = hasDecimal ? n - 1 : n;
  if (groups == 0) return {true, false};
  for (std::size_t i = 0; i < groups; ++i)
    if (parts.marks[i] == decimal) return {};
  const bool grouped = isGrouped(parts, groups);
  return {grouped && (hasDecimal || parts.exponent.empty()), grouped};
}

// A number too large or too small for a double: infinity or zero, with its sign. A long double reaches far
// enough to tell which, except for exponents in the thousands, whose sign tells.
double beyondDouble(std::string_view cell) {
  long double value = 0;
  const bool known = std::from_chars(cell.data(), cell.data() + cell.size(), value).ec == std::errc();
  const bool large =
      known ? std::abs(value) > 1 : cell.find("e-") == cell.npos && cell.find("E-") == cell.npos;
  return std::copysign(large ? std::numeric_limits<double>::infinity() : 0.0,
                       cell.front() == '-' ? -1.0 : 1.0);
}

bool sameWord(std::string_view cell, std::string_view word) {
  return std::equal(cell.begin(), cell.end(), word.begin(), word.end(),
                    [](char a, char b) { return lowerCase(a) == b; });
}

}  // namespace

std::string_view trimmedCell(std::string_view text) {
  text = withoutBlanks(text);
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front())
    return withoutBlanks(text.substr(1, text.size() - 2));
  return text;
}

bool isMissingWord(std::string_view cell) {
  constexpr std::string_view kWords[] = {"",
                                         "na",
                                         "n/a",
                                         "#n/a",
                                         "#na",
                                         "n.a.",
                                         "nan",
                                         "-nan",
                                         "+nan",
                                         "null",
                                         "none",
                                         "nil",
                                         ".",
                                         "-",
                                         "--",
                                         "?",
                                         "<na>",
                                         "missing",
                                         "#value!",
                                         "#div/0!",
                                         "#num!",
                                         "#ref!",
                                         "#name?",
                                         "#null!",
                                         "#n/a n/a",
                                         "1.#qnan",
                                         "-1.#qnan",
                                         "1.#ind",
                                         "-1.#ind",
                                         "nan(ind)",
                                         "-nan(ind)",
                                         "nan(snan)",
                                         "\xE2\x80\x93",
                                         "\xE2\x80\x94",
                                         "nat",
                                         "\\n",
                                         "(null)",
                                         "n.d.",
                                         "#nv",
                                         "#wert!",
                                         "#bezug!"};
  if (cell.size() > 9) return false;
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return sameWord(cell, word); });
}

std::optional<double> truthOf(std::string_view cell) {
  if (sameWord(cell, "true")) return 1.0;
  if (sameWord(cell, "false")) return 0.0;
  return {};
}

bool beginsWithNumber(std::string_view cell) {
  const auto first = cell.find_first_not_of("+-.");
  return first != std::string_view::npos && isDigit(cell[first]);
}

NumberShape shapeOfNumber(std::string_view cell) {
  const Parts parts = partsOf(cell);
  NumberShape shape;
  if (!parts.valid) return shape;
  const Reading point = readingWith(parts, '.'), comma = readingWith(parts, ',');
  shape.isNumber = point.valid || comma.valid;
  if (!shape.isNumber) return shape;
  if (point.valid != comma.valid) shape.decidesFor = point.valid ? '.' : ',';
  // Both read it: without a mark, or with one that is the sign of one and the thousands of the other.
  if (shape.decidesFor == 0 && parts.marked == 1 && parts.marks[0] != ' ') shape.lone = parts.marks[0];
  shape.grouped =
      std::find(parts.marks.begin(), parts.marks.begin() + static_cast<std::ptrdiff_t>(parts.marked), ' ') !=
      parts.marks.begin() + static_cast<std::ptrdiff_t>(parts.marked);
  shape.oddlyWritten = parts.typographic ||
                       (!parts.exponent.empty() && (parts.exponent[0] == 'd' || parts.exponent[0] == 'D'));
  const auto& whole = parts.runs[0];
  shape.paddedWithZero = parts.marked == 0 && !whole.empty() && whole[0] == '0' &&
                         (whole.size() > 1 || (parts.negative && parts.exponent.empty()));
  return shape;
}

std::optional<double> plainNumber(std::string_view cell) {
  if (cell.size() > 1 && cell.front() == '+' && cell[1] != '-') cell.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (cell.empty() || end != cell.data() + cell.size()) return {};
  if (error == std::errc::result_out_of_range) return beyondDouble(cell);
  if (error != std::errc()) return {};
  return value;
}

std::optional<double> numberOf(std::string_view cell, char decimal) {
  if (const auto word = plainNumber(cell);
      word && !std::isfinite(*word) && cell.find_first_of("0123456789") == cell.npos)
    return word;
  const Parts parts = partsOf(cell);
  if (!parts.valid || !readingWith(parts, decimal).valid) return {};
  constexpr std::size_t kLongest = 400;
  std::array<char, kLongest> digits;
  std::size_t n = 0;
  if (cell.size() + 2 > kLongest) return {};
  if (parts.negative) digits[n++] = '-';
  for (std::size_t i = 0; i <= parts.marked; ++i) {
    if (i > 0 && parts.marks[i - 1] == decimal) digits[n++] = '.';
    n = static_cast<std::size_t>(std::copy(parts.runs[i].begin(), parts.runs[i].end(),
                                           digits.begin() + static_cast<std::ptrdiff_t>(n)) -
                                 digits.begin());
  }
  for (const char c : parts.exponent) digits[n++] = c == 'd' || c == 'D' ? 'e' : c;
  return plainNumber({digits.data(), n});
}

}  // namespace keyhole
