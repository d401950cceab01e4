// How the cost of a fit grows, drawn from the times of one run.
#pragma once

#include <map>
#include <string>

namespace keyhole::bench {

// Of the cases "cost/NAME/d:D/T:T": for each NAME its times over d at the most frequent T, and over T at the
// most frequent d, as bars on a logarithmic scale, with the exponent (the slope of log time over log size by
// least squares). Nothing without such cases.
void printCosts(const std::map<std::string, double>& seconds);

}  // namespace keyhole::bench
