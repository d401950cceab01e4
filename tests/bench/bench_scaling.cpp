// How the cost of the stages grows: over the units D, the steps T and the draws of a curve. Drawn by
// cost_report.cpp with the fitters over d and T (bench_costs.cpp).
#include "core/experiment/stage_options.h"
#include "core/experiment/studies/seen_curve.h"
#include "core/simulation/trajectory_sums.h"
#include "tests/bench/teachers.h"

#include <benchmark/benchmark.h>
#include <string>

namespace keyhole::bench {
namespace {

TeacherOptions teacherOf(TeacherKind kind, Index size) {
  TeacherOptions options;
  options.kind = kind;
  options.size = size;
  options.phi = Nonlinearity::tanh;
  return options;
}

void simulateOnly(benchmark::State& state, TeacherKind kind, Index size, Index steps) {
  const Teacher teacher = buildTeacher(teacherOf(kind, size));
  for (auto _ : state) {
    double kept = 0;
    simulate(teacher, paperRun(true, steps), Vector(),
             [&kept](const StateBlock& block) { kept += block.states(0, 0); });
    benchmark::DoNotOptimize(kept);
  }
}

void simulateWithSums(benchmark::State& state, Index size) {
  const Teacher teacher = buildTeacher(teacherOf(TeacherKind::lowRankOscillator, size));
  constexpr Index kFew = 4000;
  for (auto _ : state) {
    TrajectorySums sums(size, 0, 0.01, Nonlinearity::tanh);
    simulateAhead(teacher, paperRun(true, kFew), Vector(),
                  [&](const StateBlock& block) { sums.add(block, Matrix(0, block.states.cols() - 1)); });
    benchmark::DoNotOptimize(sums.inUnits().S.data());
  }
}

void curveOfDraws(benchmark::State& state, long long draws) {
  Settings settings;
  settings.set("teacher.kind", std::string("low-rank-orthogonal"));
  settings.set("teacher.phi", std::string("linear"));
  settings.set("fit.method", std::string("stationary-continuous"));
  SeenCurveOptions options = seenCurveOptions(settings);
  options.draws = static_cast<int>(draws);
  for (auto _ : state) seenCurve(settings, options, noProgress(), [](const auto&) {});
}

void add(const std::string& name, const char* axis, Index value,
         const std::function<void(benchmark::State&)>& work) {
  benchmark::RegisterBenchmark(("scale/" + name + "/" + axis + ":" + std::to_string(value)).c_str(), work)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

[[maybe_unused]] const bool registered = [] {
  for (const Index D : {250, 500, 1000, 2000}) {
    add("simulate_low_rank", "D", D,
        [D](benchmark::State& s) { simulateOnly(s, TeacherKind::lowRankOscillator, D, 4000); });
    add("simulate_dense", "D", D,
        [D](benchmark::State& s) { simulateOnly(s, TeacherKind::gaussian, D, 4000); });
    add("sums", "D", D, [D](benchmark::State& s) { simulateWithSums(s, D); });
  }
  for (const Index T : {3750, 7500, 15000, 30000})
    add("simulate_low_rank", "T", T,
        [T](benchmark::State& s) { simulateOnly(s, TeacherKind::lowRankOscillator, kUnits, T); });
  for (const Index draws : {2, 4, 8, 16})
    add("curve", "draws", draws, [draws](benchmark::State& s) { curveOfDraws(s, draws); });
  return true;
}();

}  // namespace
}  // namespace keyhole::bench
