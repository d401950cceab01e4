// The ratios that the project claims, from the times of one run.
#pragma once

#include <benchmark/benchmark.h>
#include <map>
#include <string>

namespace keyhole::bench {

// Prints every case as it ends, as the console reporter does, and keeps its time.
class KeepingReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override;

  // Seconds of one iteration by the name of the case; the smallest of its repetitions, since what disturbs a
  // machine only ever adds time.
  const std::map<std::string, double>& seconds() const { return m_seconds; }

 private:
  std::map<std::string, double> m_seconds;
};

// One line per ratio of which both cases were run.
void printRatios(const std::map<std::string, double>& seconds);

}  // namespace keyhole::bench
