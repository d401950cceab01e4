// BPTT with teacher forcing: epochs per second, and how an epoch's cost grows with T and n.
#include "core/fitting/network/bptt_gradient.h"
#include "tests/bench/teachers.h"

#include <benchmark/benchmark.h>

namespace keyhole::bench {
namespace {

constexpr Index kSeen = 25;

std::vector<Trial> recordingOf(Index steps) {
  const Teacher teacher = lowRank(Nonlinearity::linear);
  Matrix states(kSeen, steps);
  simulate(teacher, paperRun(true, steps), Vector(), [&](const StateBlock& block) {
    states.middleCols(block.first, block.states.cols()) = block.inUnits().topRows(kSeen);
  });
  return {{states, Matrix(0, steps)}};
}

BpttOptions optionsOf(Index hidden, Nonlinearity phi) {
  BpttOptions options;
  options.hidden = hidden;
  options.phi = phi;
  return options;
}

// Loss and gradient over all windows: an epoch but for the optimizer's step, which is n² operations.
void epoch(benchmark::State& state, Nonlinearity phi) {
  const auto trials = recordingOf(state.range(1));
  const BpttOptions options = optionsOf(state.range(0), phi);
  const Index n = kSeen + options.hidden;
  const BpttParameters at{
      0.5 / std::sqrt(static_cast<double>(n)) * RandomStream(1, Stream::fit).normalMatrix(n, n), Matrix(n, 0),
      Vector::Zero(n)};
  BpttParameters gradient = at;
  BpttGradient problem(trials, options);
  Pace pace(noProgress(), "");
  for (auto _ : state) benchmark::DoNotOptimize(problem.evaluate(at, 0, &gradient, pace));
  const double operations = 6.0 * static_cast<double>(n * n * state.range(1));
  state.counters["epochs/s"] = benchmark::Counter(1, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["operations/s"] =
      benchmark::Counter(operations, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK_CAPTURE(epoch, linear, Nonlinearity::linear)
    ->Name("bptt_epoch/linear")
    ->Args({0, 5000})
    ->Args({200, 5000})
    ->Args({0, 20000})
    ->Args({25, 5000})
    ->Args({75, 5000})
    ->Args({100, 20000})
    ->Args({100, 5000})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(epoch, tanh, Nonlinearity::tanh)
    ->Name("bptt_epoch/tanh")
    ->Args({0, 5000})
    ->Args({200, 5000})
    ->Unit(benchmark::kMillisecond);

// The same gradient with one window after the other: matrix times vector instead of matrix times matrix.
void oneByOne(benchmark::State& state) {
  const auto whole = recordingOf(5000);
  const BpttOptions options = optionsOf(state.range(0), Nonlinearity::linear);
  const Index n = kSeen + options.hidden;
  const BpttParameters at{Matrix::Zero(n, n), Matrix(n, 0), Vector::Zero(n)};
  BpttParameters gradient = at;
  std::vector<std::vector<Trial>> parts;
  for (Index first = 0; first + 1 < 5000; first += options.window)
    parts.push_back({{whole.front().activity.middleCols(first, std::min<Index>(501, 5000 - first)),
                      Matrix(0, std::min<Index>(501, 5000 - first))}});
  std::vector<BpttGradient> problems;
  for (const auto& part : parts) problems.emplace_back(part, options);
  Pace pace(noProgress(), "");
  for (auto _ : state)
    for (auto& problem : problems) benchmark::DoNotOptimize(problem.evaluate(at, 0, &gradient, pace));
}
BENCHMARK(oneByOne)->Name("bptt_epoch/one_by_one")->Arg(0)->Arg(200)->Unit(benchmark::kMillisecond);

// The published fit: 200 epochs.
void wholeFit(benchmark::State& state) {
  const auto trials = recordingOf(5000);
  for (auto _ : state)
    benchmark::DoNotOptimize(fitBptt(trials, optionsOf(state.range(0), Nonlinearity::linear)).A.data());
}
BENCHMARK(wholeFit)->Name("bptt_fit")->Arg(0)->Arg(200)->Unit(benchmark::kSecond)->Iterations(1);

}  // namespace
}  // namespace keyhole::bench
