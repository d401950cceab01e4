#include "tests/bench/summary_table.h"

#include <cstdio>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <thread>

namespace keyhole::bench {
namespace {

using Measured = std::map<std::string, double>;

constexpr double kUnits = 500, kSteps = 30000;

std::optional<double> valueOf(const Measured& measured, const std::string& name) {
  const auto found = measured.find(name);
  return found == measured.end() ? std::nullopt : std::optional(found->second);
}

struct Budget {
  const char* what;
  const char* name;
  double limit;
  const char* unit;
};

constexpr Budget kBudgets[] = {
    {"10 to 100 of 500 units seen: first picture, 95 %", "latency/figure-3/near/first/95", 16, "ms"},
    {"… fine picture, 95 %", "latency/figure-3/near/complete/95", 50, "ms"},
    {"… while dragged, 95 %", "latency/figure-3/near/dragged/95", 16, "ms"},
    {"100 to 500 of 500 units seen: first picture, 95 %", "latency/figure-3/far/first/95", 33, "ms"},
    {"… fine picture, 95 %", "latency/figure-3/far/complete/95", 250, "ms"},
    {"… all numbers and free runs, 95 %", "latency/figure-3/rest/measured/95", 1000, "ms"},
    {"a setting of the fit: first picture, 95 %", "latency/figure-3/ridge/first/95", 33, "ms"},
    {"a setting of the analysis: first picture, 95 %", "latency/figure-3/analysis/first/95", 33, "ms"},
    {"another low-rank tanh teacher: first picture, 95 %", "latency/figure-3/seed/first/95", 150, "ms"},
    {"another linear low-rank teacher: first picture, 95 %", "latency/low-rank-linear/seed/first/95", 150,
     "ms"},
    {"another chain: first picture, 95 %", "latency/chain/seed/first/95", 150, "ms"},
    {"another dense teacher: first picture, 95 %", "latency/symmetric-line-attractor/seed/first/95", 400,
     "ms"},
    {"start: window drawn", "start/window", 500, "ms"},
    {"start: first picture", "start/first_picture", 1000, "ms"},
    {"peak memory, T = 10⁷ at D = 500", "memory/long_run", 400, "MB"},
    {"… D = 10⁶, T = 1000, d = 1000", "memory/many_units", 4000, "MB"},
};

constexpr const char* kPipeline[][2] = {
    {"simulate_low_rank", "simulate, low rank tanh, D = 500, T = 30000"},
    {"simulate_chain", "simulate, chain, D = 500, T = 30000"},
    {"map_25", "MAP of 25 units, T = 30000, and its eigenvalues"},
    {"map_curve_40", "MAP of 40 sizes from 1 to 500, and their eigenvalues"},
    {"limit_chain", "long-time limit of 40 sizes, chain"},
    {"limit_low_rank", "long-time limit of 40 sizes, low rank"},
};

void printBudgets(const Measured& measured) {
  std::printf("\n%-62s %10s %10s\n", "budget", "measured", "asked");
  for (const Budget& budget : kBudgets)
    if (const auto value = valueOf(measured, budget.name))
      std::printf("%-62s %7.1f %s %7.0f %s  %s\n", budget.what, *value, budget.unit, budget.limit,
                  budget.unit, *value <= budget.limit ? "met" : "MISSED");
}

void printPipeline(const Measured& measured) {
  std::printf("\n%-62s %10s %10s %8s\n", "published pipeline, all cores", "NumPy", "Keyhole", "ratio");
  for (const auto& [stage, what] : kPipeline) {
    const auto numpy = valueOf(measured, "pipeline/numpy/" + std::string(stage));
    const auto ours = valueOf(measured, "pipeline/ours/" + std::string(stage));
    if (numpy && ours)
      std::printf("%-62s %7.0f ms %7.1f ms %8.1f\n", what, 1e3 * *numpy, 1e3 * *ours, *numpy / *ours);
  }
}

void printShare(const char* what, double share) {
  std::printf("%-62s %9.0f %%\n", what, 100 * share);
}

// Each stage as a share of what the machine could do at most.
void printLimits(const Measured& measured) {
  const auto gemm = valueOf(measured, "machine/dgemm/500"), gemv = valueOf(measured, "machine/dgemv/500"),
             copy = valueOf(measured, "machine/copy/16777216"),
             normals = valueOf(measured, "normals/500x30000"),
             eigen = valueOf(measured, "curve/eigenvalues_500");
  if (!gemm || !gemv) return;
  const double cores = std::max(std::thread::hardware_concurrency(), 1U);
  const double rate = 2 * kUnits * kUnits * kUnits / *gemm;
  std::printf("\n%-62s\n", "the machine, one core");
  std::printf("%-62s %7.0f GFLOP/s\n", "dgemm, 500 x 500", 1e-9 * rate);
  std::printf("%-62s %7.1f µs\n", "dgemv, 500 x 500", 1e6 * *gemv);
  if (copy) std::printf("%-62s %7.1f GB/s\n", "memory, copying 128 MB", 2 * 8 * 16777216 / *copy * 1e-9);
  if (normals) std::printf("%-62s %7.0f million/s\n", "normal variates", 1e-6 * kUnits * kSteps / *normals);
  if (eigen) std::printf("%-62s %7.1f ms\n", "all eigenvalues, 500 x 500", 1e3 * *eigen);
  std::printf("\n%-62s\n", "share of these limits");
  if (const auto sums = valueOf(measured, "pipeline/ours/sums"))
    printShare("sums of the MAP fit over all units: of dgemm on all cores",
               3 * kUnits * kUnits * kSteps / *sums / (rate * cores));
  if (const auto dense = valueOf(measured, "state_update/low_rank_tanh/dense"))
    printShare("state update of a dense teacher: of dgemv on one core", kSteps * *gemv / *dense);
  const auto simulation = valueOf(measured, "simulation/low_rank_tanh/structured");
  if (normals && simulation)
    printShare("low-rank simulation: of its normal variates on all cores", *normals / cores / *simulation);
}

}  // namespace

void readMeasurements(const std::string& path, Measured& measured) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::string name;
  for (double value = 0; file >> name >> value;) measured[name] = value;
}

void printSummary(const Measured& measured) {
  printBudgets(measured);
  printPipeline(measured);
  printLimits(measured);
}

}  // namespace keyhole::bench
