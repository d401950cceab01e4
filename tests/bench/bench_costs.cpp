// The cost of every fitter over the number of seen units d and of steps T, with few iterations each: the
// exponents, not the sizes, are the point. Drawn by printCosts().
#include "core/fitting/latent/lds_fit.h"
#include "core/fitting/latent/subspace_fit.h"
#include "core/fitting/network/bptt_fit.h"
#include "core/fitting/network/force_fit.h"
#include "core/fitting/regression/cornn_fit.h"
#include "core/fitting/regression/map_fit.h"
#include "core/fitting/switching/slds_fit.h"
#include "tests/bench/teachers.h"

#include <benchmark/benchmark.h>

namespace keyhole::bench {
namespace {

// The first d of 400 units of an active tanh network.
std::vector<Trial> recordingOf(const benchmark::State& state) {
  const Index d = state.range(0), T = state.range(1);
  TeacherOptions teacher;
  teacher.kind = TeacherKind::gaussian;
  teacher.gaussianGain = 1.5;
  teacher.size = 400;
  teacher.phi = Nonlinearity::tanh;
  Matrix states(teacher.size, T);
  simulate(buildTeacher(teacher), paperRun(true, T), Vector(), [&](const StateBlock& block) {
    states.middleCols(block.first, block.states.cols()) = block.inUnits();
  });
  return {{states.topRows(d), Matrix(0, T)}};
}

template <class Fit>
void costs(benchmark::State& state, Fit fit) {
  const std::vector<Trial> trials = recordingOf(state);
  for (auto _ : state) benchmark::DoNotOptimize(fit(trials));
}

auto mapFit(const std::vector<Trial>& trials) {
  return fitMap(trials.front().activity, trials.front().input, MapOptions()).A.sum();
}
auto subspaceFit(const std::vector<Trial>& trials) {
  return fitSubspace(trials, SubspaceOptions()).A.sum();
}
auto ldsFit(const std::vector<Trial>& trials) {
  LdsOptions options;
  options.iterations = 50;
  options.tolerance = 0;
  return fitLds(trials, options).model.F.sum();
}
auto sldsFit(const std::vector<Trial>& trials) {
  SldsOptions options;
  options.iterations = 10;
  options.tolerance = 0;
  options.compareWithLds = false;
  return fitSlds(trials, options).A.sum();
}
auto cornnFit(const std::vector<Trial>& trials) {
  CornnOptions options;
  options.iterations = 50;
  options.tolerance = 0;
  return fitCornn(trials, options).A.sum();
}
auto forceFit(const std::vector<Trial>& trials) {
  ForceOptions options;
  options.passes = 5;
  options.tolerance = 0;
  return fitForce(trials, options).A.sum();
}
auto bpttFit(const std::vector<Trial>& trials) {
  BpttOptions options;
  options.epochs = 5;
  options.tolerance = 0;
  return fitBptt(trials, options).A.sum();
}

void sizes(benchmark::internal::Benchmark* one) {
  one->ArgNames({"d", "T"})->Unit(benchmark::kMillisecond)->MinTime(0.05);
  for (const Index d : {25, 50, 100, 200}) one->Args({d, 5000});
  for (const Index T : {2500, 10000, 20000}) one->Args({25, T});
}

BENCHMARK_CAPTURE(costs, map, mapFit)->Name("cost/MAP")->Apply(sizes);
BENCHMARK_CAPTURE(costs, subspace, subspaceFit)->Name("cost/subspace")->Apply(sizes);
BENCHMARK_CAPTURE(costs, lds, ldsFit)->Name("cost/LDS")->Apply(sizes);
BENCHMARK_CAPTURE(costs, slds, sldsFit)->Name("cost/SLDS")->Apply(sizes);
BENCHMARK_CAPTURE(costs, cornn, cornnFit)->Name("cost/CORNN")->Apply(sizes);
BENCHMARK_CAPTURE(costs, force, forceFit)->Name("cost/FORCE")->Apply(sizes);
BENCHMARK_CAPTURE(costs, bptt, bpttFit)->Name("cost/BPTT")->Apply(sizes);

}  // namespace
}  // namespace keyhole::bench
