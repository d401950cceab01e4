// The cost of FORCE over T and d.
#include "core/fitting/force_fit.h"
#include "tests/bench/teachers.h"

#include <benchmark/benchmark.h>

namespace keyhole::bench {
namespace {

void costs(benchmark::State& state) {
  TeacherOptions teacher;
  teacher.kind = TeacherKind::gaussian;
  teacher.gaussianGain = 1.5;
  teacher.size = 2 * state.range(0);
  teacher.phi = Nonlinearity::tanh;
  Matrix states(teacher.size, state.range(1));
  simulate(buildTeacher(teacher), paperRun(true, state.range(1)), Vector(), [&](const StateBlock& block) {
    states.middleCols(block.first, block.states.cols()) = block.inUnits();
  });
  const std::vector<Trial> trials{{states.topRows(state.range(0)), Matrix(0, state.range(1))}};
  ForceOptions options;
  options.passes = state.range(2);
  options.tolerance = 0;
  for (auto _ : state) benchmark::DoNotOptimize(fitForce(trials, options).A.data());
}
BENCHMARK(costs)
    ->Name("force_cost")
    ->ArgNames({"d", "T", "passes"})
    ->Args({25, 5000, 100})
    ->Args({25, 2500, 10})
    ->Args({25, 5000, 10})
    ->Args({25, 10000, 10})
    ->Args({50, 5000, 10})
    ->Args({100, 5000, 10})
    ->Args({200, 5000, 2})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace keyhole::bench
