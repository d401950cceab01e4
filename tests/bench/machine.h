// What a figure was measured on, so that two machines can be compared.
#pragma once

#include <map>
#include <string>

namespace keyhole::bench {

// "Intel(R) Xeon(R) Processor, family 6 model 207, 2 cores; kernels SkylakeX, …".
std::string machineText();

// The same with its limits, as far as they were measured in this run: dgemm, dgemv, memory, normal variates.
std::string machineText(const std::map<std::string, double>& measured);

double cores();

}  // namespace keyhole::bench
