// Numbers as sentences have them.
#pragma once

#include <string>

namespace keyhole {

// "0.0123", "12.3", "1230": three significant digits, whole numbers where three are fewer than they have (up
// to 10⁶, then "1.23e+06").
std::string threeDigits(double value);

}  // namespace keyhole
