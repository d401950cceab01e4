// How fast circuits of the audit's reference table are made, one core, by mechanism:
//   keyhole_audit_speed EACH UNITS SAMPLES
// EACH circuits of every mechanism. Prints circuits a second, which share of the time each step of the way
// takes, and the share of the limit: the time that drawing the normal variates alone takes, of which a run of
// D units and T steps needs D T.
#include "core/audit/reference/answer.h"
#include "core/audit/reference/statistics.h"
#include "core/common/memory.h"
#include "core/common/random.h"
#include "core/linalg/blas_kernel.h"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using namespace keyhole;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Seconds of each step of the way, summed over circuits.
struct Seconds {
  double draw = 0, run = 0, record = 0, statistics = 0, variates = 0;
  Index circuits = 0, units = 0, draws = 0;

  double all() const { return draw + run + record + statistics; }
  void add(const Seconds& other) {
    draw += other.draw, run += other.run, record += other.record, statistics += other.statistics;
    variates += other.variates, circuits += other.circuits, units += other.units, draws += other.draws;
  }
};

// The variates of a run of so many units and steps, and nothing else.
double secondsOfVariates(Index units, Index steps, std::uint64_t index) {
  const double start = now();
  const RandomStream random(1, Stream::test, index);
  std::vector<float> row(static_cast<std::size_t>(units));
  float sum = 0;
  for (Index t = 0; t < steps; ++t) {
    random.normals(static_cast<std::uint64_t>(t), row);
    sum += row.front();
  }
  if (std::isnan(sum)) std::printf("no variates\n");  // so that the draws are not left out
  return now() - start;
}

Seconds secondsOf(const ReferenceShape& shape, std::uint64_t index) {
  Seconds made;
  const double start = now();
  const auto world = worldOf(shape, 1, index);
  made.draw = now() - start;
  if (!world) return made;
  made.circuits = 1;
  made.draws = 1 + world->redrawn;
  made.units = world->circuit.B.rows();
  const double drawn = now();
  const auto run = seenRun(*world, shape.units, shape.timePoints(), 1, index);
  const double ran = now();
  const auto trials = recordedRun(*world, shape, run, 1, index);
  const double recorded = now();
  const auto statistics = statisticsOf(trials);
  const double done = now();
  made.run = ran - drawn;
  made.record = recorded - ran;
  made.statistics = done - recorded;
  made.variates = secondsOfVariates(made.units, shape.timePoints(), index);
  return statistics.values.empty() ? Seconds{} : made;
}

void print(const std::string& name, const Seconds& s) {
  const double all = s.all() / 100, n = static_cast<double>(s.circuits);
  std::printf("%-32s %6.1f %8.0f %6.2f   %5.1f %5.1f %7.1f %7.1f   %6.1f\n", name.c_str(), n / s.all(),
              static_cast<double>(s.units) / n, static_cast<double>(s.draws) / n, s.draw / all, s.run / all,
              s.record / all, s.statistics / all, s.variates / all);
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** values) {
  if (count < 4) {
    std::fprintf(stderr, "keyhole_audit_speed EACH UNITS SAMPLES\n");
    return 2;
  }
  useOneBlasThread();
  keepFreedMemory();
  const auto number = [&](int i) { return static_cast<Index>(std::strtol(values[i], nullptr, 10)); };
  const ReferenceShape shape =
      shapeOf({{Matrix::Zero(number(2), number(3)), Matrix(0, number(3))}}, {}, {}).shape;
  const auto kinds = static_cast<std::uint64_t>(mechanisms().size());
  std::printf("%ld units x %ld samples, one core\n", static_cast<long>(shape.units),
              static_cast<long>(shape.timePoints()));
  std::printf("%-32s %6s %8s %6s   %s   %s\n", "mechanism", "1/s", "units", "draws",
              "% drawing, running, recording, statistics", "% variates");
  Seconds sum;
  std::array<Seconds, 2> byUnits;  // linear, tanh
  for (std::uint64_t k = 0; k < kinds; ++k) {
    Seconds all;
    for (Index i = 0; i < number(1); ++i) {
      const std::uint64_t index = k + kinds * static_cast<std::uint64_t>(i);
      const Seconds one = secondsOf(shape, index);
      all.add(one);
      const auto world = worldOf(shape, 1, index);
      if (world) byUnits[world->phi == Nonlinearity::tanh].add(one);
    }
    print(mechanisms()[k].label, all);
    sum.add(all);
  }
  print("of linear units", byUnits[0]);
  print("of tanh units", byUnits[1]);
  print("all", sum);
  return 0;
}
