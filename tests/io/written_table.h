// A matrix written as a table in one of the ways that spreadsheets and programs have.
#pragma once

#include "core/common/error.h"
#include "core/common/random.h"
#include "core/common/types.h"

#include <functional>
#include <string>
#include <vector>

namespace keyhole::test {

struct Writing {
  std::string separator = ",", end = "\n", decimal = ".";
  std::string header = {};                                    // with its line end, or empty
  std::function<std::string(Index)> before = {}, after = {};  // further cells of a row, with their separators
  std::function<std::string(const std::string&)> cell = [](const std::string& text) { return text; };
};

// Four decimals, so that the numbers come back exactly; they have both signs and parts beyond a thousand.
inline Matrix tableNumbers(Index rows = 60, Index columns = 3, double scale = 1) {
  return (RandomStream(3, Stream::test).normalMatrix(rows, columns) * 1e4).array().round() / 1e4 * scale;
}

inline std::string written(const Matrix& values, const Writing& as = {}) {
  std::string text = as.header;
  for (Index i = 0; i < values.rows(); ++i) {
    if (as.before) text += as.before(i);
    for (Index j = 0; j < values.cols(); ++j) {
      std::string number = toText(values(i, j));
      if (const auto point = number.find('.'); point != std::string::npos)
        number.replace(point, 1, as.decimal);
      text += (j ? as.separator : "") + as.cell(number);
    }
    if (as.after) text += as.after(i);
    text += as.end;
  }
  return text;
}

// The same text in UTF-16 or UTF-32 (of ASCII alone).
inline std::string widened(const std::string& text, std::size_t width, bool big, bool mark) {
  std::string bytes;
  const auto put = [&](unsigned c) {
    for (std::size_t i = 0; i < width; ++i) {
      const std::size_t shift = 8 * (big ? width - 1 - i : i);
      bytes += static_cast<char>(shift < 32 ? (c >> shift) & 0xFF : 0);
    }
  };
  if (mark) put(0xFEFF);
  for (const char c : text) put(static_cast<unsigned char>(c));
  return bytes;
}

}  // namespace keyhole::test
