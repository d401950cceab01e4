#include "core/observation/subset.h"

#include "core/common/error.h"
#include "core/common/random.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace keyhole {
namespace {

[[noreturn]] void refuse(std::string_view text, const std::string& why, Index units) {
  throw InputError("the list of seen units \"" + std::string(text) + "\" " + why +
                   "; allowed: units from 1 to " + std::to_string(units) + " such as \"1-25, 40, 60-70:2\"");
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\n\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\n\r") - begin + 1);
}

// The number that `text` consists of, or -1.
Index wholeNumber(std::string_view text) {
  text = trimmed(text);
  Index value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : -1;
}

struct Range {
  Index first, last, stride;
};

// "7", "1-25" or "60-70:2"; first < 1 if it is none of them.
Range parseRange(std::string_view part) {
  Range range{-1, -1, 1};
  if (const auto colon = part.find(':'); colon != std::string_view::npos) {
    range.stride = wholeNumber(part.substr(colon + 1));
    part = part.substr(0, colon);
  }
  const auto dash = part.find('-');
  const Index first = wholeNumber(part.substr(0, dash));
  const Index last = dash == std::string_view::npos ? first : wholeNumber(part.substr(dash + 1));
  if (range.stride >= 1 && first <= last) {
    range.first = first;
    range.last = last;
  }
  return range;
}

}  // namespace

Index seenCount(double fraction, Index units) {
  const auto rounded = static_cast<Index>(std::lround(fraction * static_cast<double>(units)));
  return std::clamp<Index>(rounded, 1, units);
}

std::vector<Index> unitOrder(SubsetKind kind, Index units, std::uint64_t seed) {
  if (kind == SubsetKind::random) return RandomStream(seed, Stream::subset).permutation(units);
  std::vector<Index> order(static_cast<std::size_t>(units));
  std::iota(order.begin(), order.end(), Index{0});
  return order;
}

std::vector<Index> parseUnits(std::string_view text, Index units) {
  std::vector<Index> chosen;
  std::vector<bool> taken(static_cast<std::size_t>(units), false);
  std::string_view rest = text;
  while (true) {
    const auto comma = rest.find(',');
    const auto part = trimmed(rest.substr(0, comma));
    const Range range = parseRange(part);
    if (range.first < 1) refuse(text, "has the part \"" + std::string(part) + "\"", units);
    if (range.last > units) refuse(text, "names unit " + std::to_string(range.last), units);
    for (Index unit = range.first; unit <= range.last; unit += range.stride) {
      if (taken[static_cast<std::size_t>(unit - 1)])
        refuse(text, "names unit " + std::to_string(unit) + " twice", units);
      taken[static_cast<std::size_t>(unit - 1)] = true;
      chosen.push_back(unit - 1);
    }
    if (comma == std::string_view::npos) return chosen;
    rest = rest.substr(comma + 1);
  }
}

}  // namespace keyhole
