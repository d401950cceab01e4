#include "tests/bench/machine.h"

#include "core/linalg/blas_kernel.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <thread>

namespace keyhole::bench {
namespace {

// The first entry of this name in /proc/cpuinfo; empty elsewhere than on Linux.
std::string processorEntry(const std::string& name) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || !line.starts_with(name)) continue;
    if (line.find_first_not_of(" \t", name.size()) != colon) continue;
    return colon + 2 < line.size() ? line.substr(colon + 2) : "";
  }
  return "";
}

}  // namespace

double cores() {
  return std::max(std::thread::hardware_concurrency(), 1U);
}

std::string machineText() {
  const std::string name = processorEntry("model name");
  char text[256];
  std::snprintf(text, sizeof text, "%s, family %s model %s, %.0f cores; kernels %s",
                name.empty() ? "a processor without a name" : name.c_str(),
                processorEntry("cpu family").c_str(), processorEntry("model").c_str(), cores(),
                kernelInWords().c_str());
  return text;
}

std::string machineText(const std::map<std::string, double>& measured) {
  std::string text = machineText();
  const auto add = [&](const char* benchmark, const char* format, double amount) {
    const auto found = measured.find(benchmark);
    if (found == measured.end()) return;
    char part[64];
    std::snprintf(part, sizeof part, format, amount / found->second);
    text += part;
  };
  add("machine/dgemm/500", "; dgemm %.0f GFLOP/s", 2e-9 * 500 * 500 * 500);
  add("machine/dgemv/500", ", dgemv %.1f", 2e-9 * 500 * 500);
  add("machine/copy/16777216", ", memory %.0f GB/s", 2e-9 * 8 * 16777216);
  add("normals/500x30000", ", %.0f million normal variates/s", 1e-6 * 500 * 30000);
  return text;
}

}  // namespace keyhole::bench
