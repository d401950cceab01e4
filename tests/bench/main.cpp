// Speed, measured: keyhole_bench [--measured=FILE] [--benchmark_filter=…]. Every claim is a ratio of two
// cases of one run, since the machines that it runs on differ and are shared. FILE holds what other programs
// measured in the same run (measure.sh); it goes into the same table.
#include "app/best_kernel.h"
#include "core/common/memory.h"
#include "tests/bench/cost_report.h"
#include "tests/bench/ratio_table.h"
#include "tests/bench/summary_table.h"

#include <cstdio>
#include <exception>
#include <string_view>
#include <vector>

int main(int argc, char** argv) {
  using namespace keyhole::bench;
  keyhole::useBestKernel(argv);  // as the program itself,
  keyhole::keepFreedMemory();    // likewise
  constexpr std::string_view kMeasured = "--measured=";
  std::string file;
  std::vector<char*> arguments;
  for (int i = 0; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word.starts_with(kMeasured))
      file = word.substr(kMeasured.size());
    else
      arguments.push_back(argv[i]);
  }
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  KeepingReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  auto measured = reporter.seconds();
  printRatios(measured);
  printCosts(measured);
  try {
    if (!file.empty()) readMeasurements(file, measured);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 2;
  }
  printSummary(measured);
  return 0;
}
