#include "tests/bench/summary_table.h"

#include "core/experiment/studies/subsampling_curve.h"
#include "tests/bench/machine.h"

#include <cmath>
#include <cstdio>
#include <fstream>
#include <optional>
#include <stdexcept>

namespace keyhole::bench {
namespace {

using Measured = std::map<std::string, double>;

constexpr double kUnits = 500, kSteps = 30000;

std::optional<double> valueOf(const Measured& measured, const std::string& name) {
  const auto found = measured.find(name);
  return found == measured.end() ? std::nullopt : std::optional(found->second);
}

// Σ (d/500)³.
double cubesOf(const std::vector<Index>& counts) {
  double sum = 0;
  for (const Index d : counts) sum += std::pow(static_cast<double>(d) / kUnits, 3);
  return sum;
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
    {"full_curve_40", "… chain: all eigenvalues, Henrici, singular values, overlaps"},
};

void printBudgets(const Measured& measured) {
  std::printf("\n%s\n%-62s %10s %10s\n", machineText(measured).c_str(), "budget", "measured", "asked");
  for (const Budget& budget : kBudgets)
    if (const auto value = valueOf(measured, budget.name))
      std::printf("%-62s %7.1f %s %7.0f %s  %s\n", budget.what, *value, budget.unit, budget.limit,
                  budget.unit, *value <= budget.limit ? "met" : "MISSED");
}

// What a stage must take at least on all cores of this machine: its matrix products at the speed of dgemm,
// its normal variates, its eigenvalue problems (of which one of 500 units was measured; the others by d³).
std::optional<double> limitOf(const Measured& measured, const std::string& stage) {
  const auto gemm = valueOf(measured, "machine/dgemm/500"), normals = valueOf(measured, "normals/500x30000"),
             eigen = valueOf(measured, "curve/eigenvalues_500");
  if (!gemm || !normals || !eigen) return {};
  const double product = kSteps / kUnits * *gemm;  // D x D with D x T
  const double ofSizes = *eigen * cubesOf(logSpacedCounts(500, 40));
  if (stage == "simulate_low_rank") return *normals / cores();
  if (stage == "simulate_chain") return (*normals + 2 * product) / cores();  // into its modes, and back
  if (stage == "map_curve_40") return (1.5 * product + ofSizes) / cores();   // of one sum only a half
  if (stage == "full_curve_40") return ofSizes / cores();
  return {};
}

void printPipeline(const Measured& measured) {
  std::printf("\n%s\n%-62s %10s %10s %8s %10s\n", machineText(measured).c_str(),
              "published pipeline, all cores", "NumPy", "Keyhole", "ratio", "of limit");
  for (const auto& [stage, what] : kPipeline) {
    const auto numpy = valueOf(measured, "pipeline/numpy/" + std::string(stage));
    const auto ours = valueOf(measured, "pipeline/ours/" + std::string(stage));
    if (!numpy || !ours) continue;
    std::printf("%-62s %7.0f ms %7.1f ms %8.1f", what, 1e3 * *numpy, 1e3 * *ours, *numpy / *ours);
    if (const auto limit = limitOf(measured, stage)) std::printf(" %8.0f %%", 100 * *limit / *ours);
    std::printf("\n");
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
  const double rate = 2 * kUnits * kUnits * kUnits / *gemm;
  std::printf("\n%s\n%-62s\n", machineText().c_str(), "the machine, one core");
  std::printf("%-62s %7.0f GFLOP/s\n", "dgemm, 500 x 500", 1e-9 * rate);
  std::printf("%-62s %7.1f µs\n", "dgemv, 500 x 500", 1e6 * *gemv);
  if (copy) std::printf("%-62s %7.1f GB/s\n", "memory, copying 128 MB", 2 * 8 * 16777216 / *copy * 1e-9);
  if (normals) std::printf("%-62s %7.0f million/s\n", "normal variates", 1e-6 * kUnits * kSteps / *normals);
  if (eigen) std::printf("%-62s %7.1f ms\n", "all eigenvalues, 500 x 500", 1e3 * *eigen);
  std::printf("\n%-62s\n", "share of these limits");
  if (const auto sums = valueOf(measured, "pipeline/ours/sums"))
    printShare("sums of the MAP fit over all units: of dgemm on all cores",
               3 * kUnits * kUnits * kSteps / *sums / (rate * cores()));
  if (const auto dense = valueOf(measured, "state_update/low_rank_tanh/dense"))
    printShare("state update of a dense teacher: of dgemv on one core", kSteps * *gemv / *dense);
  const auto simulation = valueOf(measured, "simulation/low_rank_tanh/structured");
  if (normals && simulation)
    printShare("low-rank simulation: of its normal variates on all cores", *normals / cores() / *simulation);
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
