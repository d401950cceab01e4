// Speed, measured: keyhole_bench [--benchmark_filter=…]. Every claim is a ratio of two cases of one run,
// since the machines that it runs on differ and are shared.
#include "tests/bench/cost_report.h"
#include "tests/bench/ratio_table.h"

extern "C" void openblas_set_num_threads(int count);

int main(int argc, char** argv) {
  openblas_set_num_threads(1);  // as the program itself
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  keyhole::bench::KeepingReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  keyhole::bench::printRatios(reporter.seconds());
  keyhole::bench::printCosts(reporter.seconds());
  return 0;
}
