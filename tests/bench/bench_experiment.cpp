// Whole experiments, as the window asks for them.
#include "core/common/clock.h"
#include "core/experiment/experiment.h"
#include "core/experiment/settings/presets.h"

#include <benchmark/benchmark.h>

namespace keyhole::bench {
namespace {

Settings figure3(double fraction) {
  Settings settings = preset("figure-3").settings;
  settings.set("observation.fraction", fraction);
  return settings;
}

void fromScratch(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(runExperiment(figure3(0.06), nullptr).get());
}
BENCHMARK(fromScratch)->Name("experiment/from_scratch")->Unit(benchmark::kMillisecond)->Iterations(2);

void fractionMoved(benchmark::State& state) {
  auto shown = runExperiment(figure3(0.05), nullptr);
  double fraction = 0.05;
  for (auto _ : state) {
    fraction = fraction == 0.05 ? 0.06 : 0.05;
    shown = runExperiment(figure3(fraction), shown);
  }
}
BENCHMARK(fractionMoved)->Name("experiment/fraction_moved")->Unit(benchmark::kMillisecond);

// From the request to the coarse picture, which is what follows the hand; without painting.
void coarsePicture(benchmark::State& state) {
  auto shown = runExperiment(figure3(0.05), nullptr);
  double fraction = 0.05;
  const double step = 0.01 * static_cast<double>(state.range(0));
  for (auto _ : state) {
    fraction = fraction == 0.05 ? 0.05 + step : 0.05;
    const auto start = Clock::now();
    std::optional<double> first;
    shown = runExperiment(figure3(fraction), shown, noProgress(), [&](const auto&) {
      if (!first) first = secondsSince(start);
    });
    state.SetIterationTime(first.value_or(0));
  }
}
BENCHMARK(coarsePicture)
    ->Name("experiment/coarse_picture")
    ->Arg(1)
    ->Arg(15)
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime()
    ->Iterations(20);

}  // namespace
}  // namespace keyhole::bench
