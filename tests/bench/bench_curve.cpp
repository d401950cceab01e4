// The whole subsampling curve at D = 500, leading eigenvalues and score, with the teacher and its covariance.
#include "core/experiment/studies/subsampling_curve.h"
#include "core/linalg/eigen.h"

#include <benchmark/benchmark.h>
#include <chrono>
#include <numeric>

namespace keyhole::bench {
namespace {

constexpr Index kUnits = 500;

Settings settingsOf(const std::string& kind, bool rotated) {
  Settings settings;
  settings.set("teacher.kind", kind);
  settings.set("teacher.phi", std::string("linear"));
  settings.set("teacher.size", static_cast<long long>(kUnits));
  if (kind == "chain") settings.set("teacher.chain_rotated", rotated);
  settings.set("fit.method", std::string("stationary-continuous"));
  return settings;
}

void curve(benchmark::State& state, const Settings& settings, const std::vector<Index>& counts) {
  CurveOptions options;
  options.counts = counts;
  options.questions.modes.all = false;
  for (auto _ : state)
    benchmark::DoNotOptimize(subsamplingCurve(settings, options, noProgress()).rows.data());
}

std::vector<Index> all() {
  std::vector<Index> counts(kUnits);
  std::iota(counts.begin(), counts.end(), Index{1});
  return counts;
}

// Every d its own covariance block, fit and QR iteration, on one core: 9 evenly spaced d, times 500/9.
void dense(benchmark::State& state, const Settings& settings) {
  TeacherOptions teacher;
  teacher.kind =
      settings.text("teacher.kind") == "chain" ? TeacherKind::chain : TeacherKind::lowRankOrthogonal;
  teacher.chainRotated = settings.flag("teacher.chain_rotated");
  for (auto _ : state) {
    const auto covariance = stationaryCovariance(buildTeacher(teacher), StationaryLimit::continuous, 0.01);
    const auto start = std::chrono::steady_clock::now();
    for (Index d = 50; d <= 450; d += 50) {
      std::vector<Index> units(static_cast<std::size_t>(d));
      std::iota(units.begin(), units.end(), Index{0});
      benchmark::DoNotOptimize(eigenvalues(fitStationary(covariance, units, 0.01).A).data());
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    state.SetIterationTime(taken.count() * kUnits / 9);
  }
}

void eigenvalues500(benchmark::State& state) {
  TeacherOptions teacher;
  teacher.kind = TeacherKind::gaussian;
  const Matrix B = buildTeacher(teacher).network.dense();
  for (auto _ : state) benchmark::DoNotOptimize(eigenvalues(B).data());
}

BENCHMARK_CAPTURE(curve, low_rank, settingsOf("low-rank-orthogonal", false), all())
    ->Name("curve/low_rank/all")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(curve, chain, settingsOf("chain", false), all())
    ->Name("curve/chain/all")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(curve, rotated, settingsOf("chain", true), all())
    ->Name("curve/rotated_chain/all")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(1);
BENCHMARK_CAPTURE(curve, rotated40, settingsOf("chain", true), logSpacedCounts(kUnits, 40))
    ->Name("curve/rotated_chain/40")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(dense, low_rank, settingsOf("low-rank-orthogonal", false))
    ->Name("curve/low_rank/dense_for_all")
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime()
    ->Iterations(1);
BENCHMARK_CAPTURE(dense, chain, settingsOf("chain", false))
    ->Name("curve/chain/dense_for_all")
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime()
    ->Iterations(1);
BENCHMARK_CAPTURE(dense, rotated, settingsOf("chain", true))
    ->Name("curve/rotated_chain/dense_for_all")
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime()
    ->Iterations(1);
BENCHMARK(eigenvalues500)->Name("curve/eigenvalues_500")->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace keyhole::bench
