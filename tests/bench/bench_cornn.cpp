// CORNN against a straightforward NumPy version (baseline/cornn_numpy.py).
#include "core/fitting/regression/cornn_fit.h"
#include "tests/bench/teachers.h"

#include <benchmark/benchmark.h>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <unistd.h>

namespace keyhole::bench {
namespace {

constexpr Index kIterations = 100;

// The first `units` units of a leaky-rate tanh network of 60 (or of twice as many as are seen), as active as
// that of the reference case: few targets beyond ±1.
Trial leakyRecording(Index units, Index steps) {
  TeacherOptions options;
  options.kind = TeacherKind::gaussian;
  options.gaussianGain = 1.5;
  options.size = std::max<Index>(60, 2 * units);
  options.phi = Nonlinearity::tanh;
  options.convention = Convention::leakyRate;
  SimulationOptions run = paperRun(true, steps);
  run.burnIn = 1000;
  Matrix states(options.size, steps);
  simulate(buildTeacher(options), run, Vector(), [&](const StateBlock& block) {
    states.middleCols(block.first, block.states.cols()) = block.inUnits();
  });
  return {states.topRows(units), Matrix(0, steps)};
}

CornnOptions hundredIterations() {
  CornnOptions options;
  options.iterations = kIterations;
  options.tolerance = 0;
  return options;
}

const Trial& compared() {
  static const Trial trial = leakyRecording(20, 6000);
  return trial;
}

void ours(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(fitCornn({compared()}, hundredIterations()).A.data());
}
BENCHMARK(ours)->Name("cornn/ours")->Unit(benchmark::kMillisecond)->Repetitions(3);

struct Baseline {
  double seconds;
  Matrix A;
};

// Empty if there is no python3 with NumPy. All cores, as ours; without the settings that make OpenBLAS use
// slower code than the machine allows.
std::optional<Baseline> runNumpy(const Trial& trial, Index iterations, int repeats) {
  char name[] = "/tmp/keyhole_cornn_XXXXXX";
  const int descriptor = mkstemp(name);
  if (descriptor < 0) return {};
  std::FILE* data = fdopen(descriptor, "wb");
  const std::int64_t shape[2] = {trial.activity.cols(), trial.activity.rows()};
  std::fwrite(shape, sizeof shape, 1, data);
  std::fwrite(trial.activity.data(), sizeof(double), static_cast<std::size_t>(trial.activity.size()), data);
  std::fclose(data);
  std::optional<Baseline> found;
  for (const char* python : {"python3", "/usr/bin/python3"}) {
    const std::string command = "env -u OPENBLAS_L2_SIZE -u OPENBLAS_NUM_THREADS " + std::string(python) +
                                " " + KEYHOLE_BENCH_BASELINE "/cornn_numpy.py " + name + " " +
                                std::to_string(iterations) + " " + std::to_string(repeats) + " 2>/dev/null";
    std::FILE* output = popen(command.c_str(), "r");
    if (!output) continue;
    Baseline baseline{0, Matrix(shape[1], shape[1])};
    bool whole = std::fscanf(output, "%lf", &baseline.seconds) == 1;
    for (Index i = 0; whole && i < shape[1]; ++i)
      for (Index j = 0; whole && j < shape[1]; ++j)
        whole = std::fscanf(output, "%lf", &baseline.A(i, j)) == 1;
    if (pclose(output) == 0 && whole) {
      found = baseline;
      break;
    }
  }
  unlink(name);
  return found;
}

// The time that the script itself measures: without the start of Python. "apart" is the largest difference
// between the two matrices.
void runBaseline(benchmark::State& state, const CornnOptions& options, Index iterations, int repeats) {
  for (auto _ : state) {
    const auto baseline = runNumpy(compared(), iterations, repeats);
    if (!baseline) {
      state.SkipWithError("no python3 with NumPy");
      break;
    }
    state.SetIterationTime(baseline->seconds);
    state.counters["apart"] = (baseline->A - fitCornn({compared()}, options).A).cwiseAbs().maxCoeff();
  }
}

void numpy(benchmark::State& state) {
  runBaseline(state, hundredIterations(), kIterations, 3);
}
BENCHMARK(numpy)->Name("cornn/numpy")->Unit(benchmark::kMillisecond)->UseManualTime()->Iterations(1);

// The published number of iterations; ours ends when the matrix stands still.
void wholeFit(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(fitCornn({compared()}, CornnOptions()).A.data());
}
BENCHMARK(wholeFit)->Name("cornn/ours_whole_fit")->Unit(benchmark::kMillisecond)->Repetitions(3);

void numpyWholeFit(benchmark::State& state) {
  runBaseline(state, CornnOptions(), CornnOptions().iterations, 1);
}
BENCHMARK(numpyWholeFit)
    ->Name("cornn/numpy_whole_fit")
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime()
    ->Iterations(1);

}  // namespace
}  // namespace keyhole::bench
