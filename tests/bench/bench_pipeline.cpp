// The published pipeline, stage by stage, against the same stages written with NumPy and SciPy
// (baseline/pipeline_numpy.py), on the same sizes. Both sides have all cores of the machine.
#include "core/common/parallel.h"
#include "core/experiment/studies/subsampling_curve.h"
#include "core/fitting/regression/map_fit.h"
#include "core/linalg/eigen.h"
#include "core/simulation/sums.h"
#include "tests/bench/teachers.h"

#include <benchmark/benchmark.h>
#include <cstdio>
#include <map>
#include <numeric>
#include <string>

namespace keyhole::bench {
namespace {

constexpr Index kSeen = 25, kCounts = 40;

// Seconds by stage; empty if there is no python3 with NumPy and SciPy. Without the settings that make
// OpenBLAS use slower code than the machine allows, and with as many threads as it likes.
const std::map<std::string, double>& numpySeconds() {
  static const std::map<std::string, double> seconds = [] {
    std::map<std::string, double> found;
    for (const char* python : {"python3", "/usr/bin/python3"}) {
      const std::string command = "env -u OPENBLAS_L2_SIZE -u OPENBLAS_NUM_THREADS " + std::string(python) +
                                  " " + KEYHOLE_BENCH_BASELINE "/pipeline_numpy.py " +
                                  std::to_string(kUnits) + " " + std::to_string(kSteps) + " 2>/dev/null";
      std::FILE* output = popen(command.c_str(), "r");
      if (!output) continue;
      char name[64];
      double value = 0;
      while (std::fscanf(output, "%63s %lf", name, &value) == 2) found[name] = value;
      if (pclose(output) == 0 && !found.empty()) break;
      found.clear();
    }
    return found;
  }();
  return seconds;
}

void numpy(benchmark::State& state, const std::string& stage) {
  for (auto _ : state) {
    const auto& all = numpySeconds();
    const auto found = all.find(stage);
    if (found == all.end()) {
      state.SkipWithError("no python3 with NumPy and SciPy");
      break;
    }
    state.SetIterationTime(found->second);
  }
}

// All states, as the script keeps them.
Matrix statesOf(const Teacher& teacher) {
  Matrix states(kUnits, kSteps);
  simulate(teacher, paperRun(), Vector(), [&](const StateBlock& block) {
    block.inUnits(states.middleCols(block.first, block.states.cols()));
  });
  return states;
}

void simulateIt(benchmark::State& state, const Teacher& teacher) {
  for (auto _ : state) benchmark::DoNotOptimize(statesOf(teacher).data());
}

const Matrix& lowRankStates() {
  static const Matrix states = statesOf(lowRank(Nonlinearity::tanh));
  return states;
}

MapOptions mapOptions() {
  MapOptions options;
  options.phi = Nonlinearity::tanh;
  return options;
}

// From the recording of the seen units, as the script.
void mapOfSeen(benchmark::State& state) {
  const Matrix seen = lowRankStates().topRows(kSeen);
  for (auto _ : state)
    benchmark::DoNotOptimize(eigenvalues(fitMap(seen, Matrix(0, kSteps), mapOptions()).A).data());
}

RegressionSums allSums() {
  constexpr Index kBlock = 512;
  RegressionSums sums = emptySums(kUnits, 0);
  for (Index first = 0; first + 1 < kSteps; first += kBlock) {
    const Index n = std::min(kBlock, kSteps - 1 - first);
    accumulate(sums, lowRankStates().middleCols(first, n + 1), Matrix(0, n), 0.01, Nonlinearity::tanh);
  }
  return sums;
}

void sumsOfAll(benchmark::State& state) {
  lowRankStates();
  for (auto _ : state) benchmark::DoNotOptimize(allSums().S.data());
}

// One pass for the sums, then every size from blocks of them.
void mapCurve(benchmark::State& state) {
  lowRankStates();
  for (auto _ : state) {
    const RegressionSums sums = allSums();
    const std::vector<Index> counts = logSpacedCounts(kUnits, kCounts);
    parallelFor(counts.size(), [&](std::size_t i) {  // the largest first
      std::vector<Index> units(static_cast<std::size_t>(counts[counts.size() - 1 - i]));
      std::iota(units.begin(), units.end(), Index{0});
      benchmark::DoNotOptimize(eigenvalues(fitMap(selectUnits(sums, units), mapOptions()).A).data());
    });
  }
}

// The covariance and the leading eigenvalues of 40 sizes, or all that a curve tells.
void limitCurve(benchmark::State& state, const std::string& kind, bool all = false) {
  Settings settings;
  settings.set("teacher.kind", kind);
  settings.set("teacher.phi", std::string("linear"));
  settings.set("teacher.size", static_cast<long long>(kUnits));
  settings.set("fit.method", std::string("stationary-continuous"));
  CurveOptions options;
  options.counts = logSpacedCounts(kUnits, kCounts);
  options.questions.modes.all = all;
  options.questions.overlaps = all;
  for (auto _ : state)
    benchmark::DoNotOptimize(subsamplingCurve(settings, options, noProgress()).rows.data());
}

[[maybe_unused]] const bool registered = [] {
  for (const char* stage : {"simulate_low_rank", "simulate_chain", "map_25", "map_curve_40", "limit_chain",
                            "limit_low_rank", "full_curve_40"}) {
    benchmark::RegisterBenchmark(("pipeline/numpy/" + std::string(stage)).c_str(),
                                 [stage](benchmark::State& s) { numpy(s, stage); })
        ->UseManualTime()
        ->Iterations(1)
        ->Unit(benchmark::kMillisecond);
  }
  const auto ours = [](const char* stage, auto work) {
    benchmark::RegisterBenchmark(("pipeline/ours/" + std::string(stage)).c_str(), work)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime()
        ->Repetitions(3);
  };
  ours("simulate_low_rank", [](benchmark::State& s) { simulateIt(s, lowRank(Nonlinearity::tanh)); });
  ours("simulate_chain", [](benchmark::State& s) { simulateIt(s, chain()); });
  ours("map_25", mapOfSeen);
  ours("map_curve_40", mapCurve);
  ours("limit_chain", [](benchmark::State& s) { limitCurve(s, "chain"); });
  ours("limit_low_rank", [](benchmark::State& s) { limitCurve(s, "low-rank-orthogonal"); });
  ours("full_curve_40", [](benchmark::State& s) { limitCurve(s, "chain", true); });
  ours("sums", sumsOfAll);
  return true;
}();

}  // namespace
}  // namespace keyhole::bench
