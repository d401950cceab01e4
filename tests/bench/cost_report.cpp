#include "tests/bench/cost_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

namespace keyhole::bench {
namespace {

struct Cost {
  long d = 0, T = 0;
  double seconds = 0;
};
using Costs = std::map<std::string, std::vector<Cost>>;

Costs costsOf(const std::map<std::string, double>& seconds) {
  Costs costs;
  for (const auto& [name, value] : seconds) {
    char method[64];
    Cost cost{0, 0, value};
    if (std::sscanf(name.c_str(), "cost/%63[^/]/d:%ld/T:%ld", method, &cost.d, &cost.T) == 3)
      costs[method].push_back(cost);
  }
  return costs;
}

long mostFrequent(const std::vector<Cost>& costs, long Cost::*size) {
  std::map<long, int> counts;
  for (const Cost& cost : costs) ++counts[cost.*size];
  return std::max_element(counts.begin(), counts.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

double exponent(const std::vector<Cost>& costs, long Cost::*size) {
  double x = 0, y = 0, xx = 0, xy = 0;
  const auto n = static_cast<double>(costs.size());
  for (const Cost& cost : costs) {
    const double a = std::log(static_cast<double>(cost.*size)), b = std::log(cost.seconds);
    x += a, y += b, xx += a * a, xy += a * b;
  }
  return (n * xy - x * y) / (n * xx - x * x);
}

void draw(const char* method, std::vector<Cost> costs, long Cost::*size, const std::string& what) {
  if (costs.size() < 2) return;
  std::sort(costs.begin(), costs.end(), [&](const Cost& a, const Cost& b) { return a.*size < b.*size; });
  std::printf("  %-18s over %s, exponent %.2f\n", method, what.c_str(), exponent(costs, size));
  for (const Cost& cost : costs) {
    const int bar = 1 + static_cast<int>(std::lround(12 * std::log10(cost.seconds / 1e-4)));
    std::printf("    %8ld %10.2f ms  %s\n", cost.*size, 1e3 * cost.seconds,
                std::string(static_cast<std::size_t>(std::clamp(bar, 1, 70)), '#').c_str());
  }
}

// "scale/NAME/AXIS:VALUE"
void printScales(const std::map<std::string, double>& seconds) {
  std::map<std::pair<std::string, std::string>, std::vector<Cost>> series;
  for (const auto& [name, value] : seconds) {
    char what[64], axis[16];
    Cost cost{0, 0, value};
    if (std::sscanf(name.c_str(), "scale/%63[^/]/%15[^:]:%ld", what, axis, &cost.d) == 3)
      series[{what, axis}].push_back(cost);
  }
  for (const auto& [key, costs] : series) draw(key.first.c_str(), costs, &Cost::d, key.second);
}

}  // namespace

void printCosts(const std::map<std::string, double>& seconds) {
  const Costs costs = costsOf(seconds);
  std::printf("\nCosts (bars: 12 # for a factor of ten)\n");
  printScales(seconds);
  for (const auto& [method, all] : costs) {
    const long T = mostFrequent(all, &Cost::T), d = mostFrequent(all, &Cost::d);
    std::vector<Cost> overUnits, overSteps;
    for (const Cost& cost : all) {
      if (cost.T == T) overUnits.push_back(cost);
      if (cost.d == d) overSteps.push_back(cost);
    }
    draw(method.c_str(), overUnits, &Cost::d, "d, T = " + std::to_string(T));
    draw(method.c_str(), overSteps, &Cost::T, "T, d = " + std::to_string(d));
  }
}

}  // namespace keyhole::bench
