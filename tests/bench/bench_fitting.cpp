// The sums, the MAP fits of every d from one pass, eigenvalues, and the memory of it all.
#include "core/analysis/spectrum.h"
#include "core/fitting/regression/map_fit.h"
#include "core/simulation/trajectory_sums.h"
#include "tests/bench/teachers.h"

#include <benchmark/benchmark.h>
#include <chrono>
#include <numeric>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace keyhole::bench {
namespace {

std::vector<Index> firstUnits(Index d) {
  std::vector<Index> units(static_cast<std::size_t>(d));
  std::iota(units.begin(), units.end(), Index{0});
  return units;
}

// Simulates and sums, keeping nothing else.
RegressionSums sumsOver(const Teacher& teacher, Index steps) {
  TrajectorySums sums(kUnits, 0, 0.01, Nonlinearity::linear);
  simulate(teacher, paperRun(true, steps), Vector(),
           [&](const StateBlock& block) { sums.add(block, Matrix(0, block.states.cols() - 1)); });
  return sums.inUnits();
}

Matrix trajectory(const Teacher& teacher) {
  Matrix states(kUnits, kSteps);
  simulate(teacher, paperRun(), Vector(), [&](const StateBlock& block) {
    states.middleCols(block.first, block.states.cols()) = block.inUnits();
  });
  return states;
}

void sums(benchmark::State& state) {
  const Teacher teacher = lowRank(Nonlinearity::linear);
  const Matrix states = trajectory(teacher);
  for (auto _ : state) {
    RegressionSums made = emptySums(kUnits, 0);
    for (Index first = 0; first + 1 < kSteps; first += 512) {
      const Index n = std::min<Index>(512, kSteps - 1 - first);
      accumulate(made, states.middleCols(first, n + 1), Matrix(0, n), 0.01, Nonlinearity::linear);
    }
    benchmark::DoNotOptimize(made.S.data());
  }
}
BENCHMARK(sums)->Unit(benchmark::kMillisecond);

// One pass over the trajectory, then 500 fits from principal blocks.
void allFromOnePass(benchmark::State& state) {
  const Matrix states = trajectory(lowRank(Nonlinearity::linear));
  const MapOptions options;
  for (auto _ : state) {
    RegressionSums made = emptySums(kUnits, 0);
    for (Index first = 0; first + 1 < kSteps; first += 512) {
      const Index n = std::min<Index>(512, kSteps - 1 - first);
      accumulate(made, states.middleCols(first, n + 1), Matrix(0, n), 0.01, Nonlinearity::linear);
    }
    for (Index d = 1; d <= kUnits; ++d)
      benchmark::DoNotOptimize(fitMap(selectUnits(made, firstUnits(d)), options).A.data());
  }
}
BENCHMARK(allFromOnePass)->Name("map_all_d/one_pass")->Unit(benchmark::kMillisecond)->Iterations(1);

// Ten of the 500 fits, at evenly spaced d, each with its own pass over the recording of its units; the time
// is given for 500.
void allWithAPassEach(benchmark::State& state) {
  const Matrix states = trajectory(lowRank(Nonlinearity::linear));
  const MapOptions options;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    for (Index d = 25; d <= 475; d += 50)
      benchmark::DoNotOptimize(fitMap(Matrix(states.topRows(d)), Matrix(0, kSteps), options).A.data());
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    state.SetIterationTime(50 * taken.count());
  }
}
BENCHMARK(allWithAPassEach)
    ->Name("map_all_d/pass_each_times_50")
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime()
    ->Iterations(1);

void mapFit(benchmark::State& state) {
  static const RegressionSums made = sumsOver(lowRank(Nonlinearity::linear), 5000);
  const auto units = firstUnits(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(fitMap(selectUnits(made, units), MapOptions()).A.data());
}
BENCHMARK(mapFit)->Name("map_fit")->Arg(25)->Arg(100)->Arg(500)->Unit(benchmark::kMicrosecond);

void eigenvalues(benchmark::State& state) {
  static const RegressionSums made = sumsOver(lowRank(Nonlinearity::linear), 5000);
  const Matrix A = fitMap(selectUnits(made, firstUnits(state.range(0))), MapOptions()).A;
  for (auto _ : state) benchmark::DoNotOptimize(spectrumOf(A, false).values.data());
}
BENCHMARK(eigenvalues)->Arg(25)->Arg(100)->Arg(500)->Unit(benchmark::kMicrosecond);

// Peak resident memory of a process of its own that simulates and sums T steps.
void sumsMemory(benchmark::State& state) {
  double bytes = 0;
  for (auto _ : state) {
    const pid_t child = fork();
    if (child == 0) {
      sumsOver(lowRank(Nonlinearity::linear), state.range(0));
      _exit(0);
    }
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    bytes = 1024.0 * static_cast<double>(usage.ru_maxrss);
  }
  state.counters["value"] = bytes;
}
BENCHMARK(sumsMemory)
    ->Name("sums_memory")
    ->Arg(30000)
    ->Arg(120000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace keyhole::bench
