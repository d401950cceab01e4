// The one table: what was asked for and what was measured, the machine's own limits, and the distance to
// NumPy.
#pragma once

#include <map>
#include <string>

namespace keyhole::bench {

// Lines "name value" as keyhole_latency and measure.sh write them, added to what is there. Throws
// std::runtime_error if the file cannot be read.
void readMeasurements(const std::string& path, std::map<std::string, double>& measured);

// Rows of which nothing was measured are left out. Times of cases in seconds, of latencies in milliseconds.
void printSummary(const std::map<std::string, double>& measured);

}  // namespace keyhole::bench
