#include "app/cli/option_values.h"

#include "core/common/error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <set>

namespace keyhole::cli {
namespace {

[[noreturn]] void refuse(const std::string& option, const std::string& text, const std::string& allowed) {
  throw InputError(option + " is " + (text.empty() ? "empty" : text) + "; allowed: " + allowed);
}

// Whether the whole text is a number of this type.
template <class Number>
bool parse(std::string_view text, Number& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool isAssignment(std::string_view text) {
  const auto equals = text.find('=');
  return !text.starts_with('-') && equals != std::string_view::npos &&
         text.substr(0, equals).find('/') == std::string_view::npos;
}

}  // namespace

double numberOption(const std::string& option, const std::string& text, const NumberRange& range) {
  double value = 0;
  const bool good = parse(text, value) && std::isfinite(value) && value <= range.maximum &&
                    (range.closed ? value >= range.minimum : value > range.minimum);
  if (!good) refuse(option, text, range.allowed);
  return value;
}

Index countOption(const std::string& option, const std::string& text, Index maximum,
                  const std::string& whose) {
  Index value = 0;
  if (!parse(text, value) || value < 1 || value > maximum)
    refuse(option, text, "a whole number from 1 to " + std::to_string(maximum) + whose);
  return value;
}

std::vector<Index> seenCounts(const std::string& text, Index units) {
  std::vector<Index> counts;
  if (text == "all") {
    counts.resize(static_cast<std::size_t>(units));
    std::iota(counts.begin(), counts.end(), Index{1});
    return counts;
  }
  std::string_view rest = text;
  while (true) {
    const auto comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    Index count = 0;
    if (!parse(part, count) || count < 1 || count > units)
      refuse("--observed", text,
             "\"all\", or whole numbers from 1 to " + std::to_string(units) +
                 " (the teacher's units) such as 2,6,12");
    counts.push_back(count);
    if (comma == std::string_view::npos) return counts;
    rest = rest.substr(comma + 1);
  }
}

std::vector<Index> numberList(const std::string& option, const std::string& text, Index maximum) {
  const std::string allowed = "whole numbers from 1 to " + std::to_string(maximum) + " such as 1.." +
                              std::to_string(maximum) + " or 1,2,5";
  std::set<Index> numbers;
  std::string_view rest = text;
  while (true) {
    const auto comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    const auto dots = part.find("..");
    Index first = 0, last = 0;
    const bool good =
        parse(part.substr(0, dots), first) &&
        (dots == std::string_view::npos ? (last = first) > 0 : parse(part.substr(dots + 2), last));
    if (!good || first < 1 || last < first || last > maximum) refuse(option, text, allowed);
    for (Index number = first; number <= last; ++number) numbers.insert(number);
    if (comma == std::string_view::npos) return {numbers.begin(), numbers.end()};
    rest = rest.substr(comma + 1);
  }
}

void requireChoice(const std::string& option, const std::string& text,
                   const std::vector<std::string>& choices) {
  if (std::find(choices.begin(), choices.end(), text) == choices.end()) refuse(option, text, joined(choices));
}

void applySettings(Settings& settings, const std::vector<std::string>& assignments) {
  for (const auto& assignment : assignments) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos) refuse("--set", assignment, "key=value, such as --set teacher.size=200");
    settings.setFromText(assignment.substr(0, equals), assignment.substr(equals + 1));
    if (assignment.starts_with("simulation.alpha=")) settings.set("simulation.alpha_known", true);
  }
}

void setAlpha(Settings& settings, const std::string& text) {
  if (text.empty()) return;
  settings.set("simulation.alpha",
               numberOption("--alpha", text, {0, false, 1, "a number above 0 and up to 1"}));
  settings.set("simulation.alpha_known", true);
}

std::vector<std::string> withRepeatedSet(const std::vector<std::string>& args) {
  std::vector<std::string> result;
  bool setting = false;  // the last option was --set, and has its first value
  for (const auto& arg : args) {
    const bool first = !result.empty() && result.back() == "--set";
    if (setting && !first && isAssignment(arg)) result.push_back("--set");
    if (!first) setting = arg == "--set" || (setting && isAssignment(arg));
    result.push_back(arg);
  }
  return result;
}

void requireValues(const std::vector<std::string>& args) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    const bool emptyNext = i + 1 < args.size() && args[i + 1].empty();
    if ((args[i].starts_with('-') && args[i].size() > 1 && emptyNext) ||
        (args[i].starts_with("--") && args[i].ends_with('=')))
      throw InputError(args[i].substr(0, args[i].find('=')) + " is empty; allowed: a value");
    if (args[i].empty() && i > 0) throw InputError("an argument is empty; allowed: a name or a value");
  }
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace keyhole::cli
