// keyhole_hot_paths CASE: runs one path that follows the hand, once to warm up, then once within
// keyhole_measured(), which is what callgrind counts. On one thread, so that the count is the same every
// time.
#include "core/analysis/flow/flow_field.h"
#include "core/analysis/spectrum.h"
#include "core/common/random.h"
#include "core/experiment/displayed_run.h"
#include "core/experiment/experiment_stages.h"
#include "core/experiment/settings/presets.h"
#include "core/linalg/blas_kernel.h"

#include <cstdio>
#include <functional>
#include <map>
#include <string>

using namespace keyhole;

// Not inlined, so that callgrind finds it by name.
extern "C" [[gnu::noinline]] void keyhole_measured(const std::function<void()>& work) {
  work();
}

namespace {

// figure-3 with D = 120, T = 3000, and d = 30 seen units.
Experiment shownExperiment() {
  Settings settings = preset("figure-3").settings;
  settings.set("teacher.size", 120LL);
  settings.set("simulation.steps", 3000LL);
  settings.set("observation.fraction", 0.25);
  settings.set("analysis.limit_runs", 0LL);
  settings.set("analysis.point_starts", 0LL);
  return *runExperiment(settings, nullptr);
}

void steps(const Network& network, Nonlinearity phi) {
  Stepper stepper(network, phi, Convention::standard, 0.01);
  Matrix states = RandomStream(2, Stream::test).normalMatrix(network.size(), 2);
  const Matrix drive = RandomStream(3, Stream::test).normalMatrix(network.size(), 1);
  for (int i = 0; i < 200; ++i) stepper.step(states.col(i % 2), drive, states.col(1 - i % 2));
}

std::map<std::string, std::function<void()>> cases() {
  static const Experiment shown = shownExperiment();
  static const Network dense(DenseForm{RandomStream(1, Stream::test).normalMatrix(100, 100) / 10});
  static const Network lowRank(LowRankForm{RandomStream(1, Stream::test).normalMatrix(500, 2),
                                           RandomStream(1, Stream::test).normalMatrix(500, 2, 9) / 500});
  static const Matrix states = RandomStream(1, Stream::test).normalMatrix(100, 513);
  return {
      {"dense_steps", [] { steps(dense, Nonlinearity::tanh); }},
      {"low_rank_steps", [] { steps(lowRank, Nonlinearity::tanh); }},
      {"normal_variates", [] { RandomStream(1, Stream::noise).normalMatrix(500, 100); }},
      {"sums",
       [] {
         RegressionSums sums = emptySums(100, 0);
         accumulate(sums, states, Matrix(0, 512), 0.01, Nonlinearity::tanh);
       }},
      {"map_fit",
       [] {
         stages::makeFit(shown.settings, *shown.teacher, *shown.simulation, *shown.observation, {},
                         noProgress());
       }},
      {"student_sketch", [] { stages::analyseStudent(shown, Depth::sketch, nullptr, noProgress()); }},
      {"student_picture", [] { stages::analyseStudent(shown, Depth::picture, nullptr, noProgress()); }},
      {"verdict", [] { stages::verdictOf(shown); }},
  };
}

}  // namespace

int main(int argc, char** argv) {
  keyhole::useOneBlasThread();
  const auto all = cases();
  const auto found = argc == 2 ? all.find(argv[1]) : all.end();
  if (found == all.end()) {
    for (const auto& [name, work] : all) std::printf("%s\n", name.c_str());
    return 2;
  }
  found->second();
  keyhole_measured(found->second);
  return 0;
}
