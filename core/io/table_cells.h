// What stands in one cell of a table: a number in any of the ways that spreadsheets and programs write one, a
// word for a missing value, a date, or text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace keyhole {

// Without the blanks around it (no-break spaces among them) and without a pair of quotes.
std::string_view trimmedCell(std::string_view text);

// "", NA, N/A, #N/A and the other errors of spreadsheets, NaN, null, none, ".", "-" …, whatever its case.
bool isMissingWord(std::string_view cell);

// TRUE and FALSE, whatever their case: 1 and 0; nothing of any other cell.
std::optional<double> truthOf(std::string_view cell);

// "1.5 V", "-3rd": a number with something behind it, as names seldom begin.
bool beginsWithNumber(std::string_view cell);

// How a number is written, and what that says about the decimal sign of its table.
struct NumberShape {
  bool isNumber = false;        // by at least one decimal sign
  char decidesFor = 0;          // '.' or ',': the decimal sign can only be this one
  char lone = 0;                // '.' or ',', once and before exactly three digits: decimal sign or thousands
  bool grouped = false;         // thousands by blanks or apostrophes
  bool oddlyWritten = false;    // a minus sign of typography, an exponent with D
  bool paddedWithZero = false;  // "05" or "-0": the parts of a number with a decimal comma, taken apart
};

// Cost O(length); never allocates.
NumberShape shapeOfNumber(std::string_view cell);

// The number in a trimmed cell, the decimal sign being '.' or ','; the other one, blanks and apostrophes may
// group thousands. Nothing if it is no number so written. NaN words and "inf" are numbers.
std::optional<double> numberOf(std::string_view cell, char decimal);

// The same for the common case, digits with a decimal point and nothing else: nothing says "look closer".
// Numbers beyond a double are infinite or zero.
std::optional<double> plainNumber(std::string_view cell);

}  // namespace keyhole
