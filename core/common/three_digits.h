// Numbers as sentences have them.
#pragma once

#include <string>

namespace keyhole {

// "0.0123", "12.3", "1230": three significant digits, whole numbers where three are fewer than they have (up
// to 10⁶, then "1.23e+06").
std::string threeDigits(double value);

// "37 %", and "less than 1 %" or "more than 99 %" where rounding would say none or all of what is neither.
std::string percents(double share);

}  // namespace keyhole
