// From the text of options to values. Every refusal is an InputError: "--alpha is 2; allowed: …".
#pragma once

#include "core/common/types.h"
#include "core/experiment/settings/settings.h"

#include <string>
#include <vector>

namespace keyhole::cli {

// A finite number with minimum <= value <= maximum; the minimum itself only if `closed`.
struct NumberRange {
  double minimum;
  bool closed;
  double maximum;
  std::string allowed;  // in words
};
double numberOption(const std::string& option, const std::string& text, const NumberRange& range);

// A whole number from 1 to maximum; whose says of what, as in ", the neurons of file.npy".
Index countOption(const std::string& option, const std::string& text, Index maximum,
                  const std::string& whose);

// "1..10", "2,5,8", or both: whole numbers from 1 to maximum, in rising order, each once.
std::vector<Index> numberList(const std::string& option, const std::string& text, Index maximum);

// "2,6,12" or "all": numbers of seen units between 1 and `units`, in the given order.
std::vector<Index> seenCounts(const std::string& text, Index units);

// Throws InputError unless the text is one of the choices.
void requireChoice(const std::string& option, const std::string& text,
                   const std::vector<std::string>& choices);

// Sets every "key=value".
void applySettings(Settings& settings, const std::vector<std::string>& assignments);
// --alpha, if it is given: then it is known.
void setAlpha(Settings& settings, const std::string& text);

// Writes `--set a=1 b=2` as `--set a=1 --set b=2`, so that a preset's name behind it is not taken for a
// setting.
std::vector<std::string> withRepeatedSet(const std::vector<std::string>& args);

// An empty argument, as a shell makes it from an unset variable, is refused: it would mean "not given".
void requireValues(const std::vector<std::string>& args);

// "a, b, c"
std::string joined(const std::vector<std::string>& names);

}  // namespace keyhole::cli
