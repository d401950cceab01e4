// Fixed and slow points at the sizes for which times are promised; the check of each case stands beside it.
#include "core/analysis/points/fixed_points.h"
#include "core/analysis/points/slow_manifold.h"
#include "core/common/random.h"
#include "core/fitting/regression/map_fit.h"
#include "tests/bench/teachers.h"

#include <lapacke.h>

#include <benchmark/benchmark.h>

namespace keyhole::bench {
namespace {

Teacher tanhTeacher(TeacherKind kind, Index size, std::uint64_t seed) {
  TeacherOptions options;
  options.kind = kind;
  options.size = size;
  options.seed = seed;
  options.gaussianGain = 1.2;
  options.phi = Nonlinearity::tanh;
  return buildTeacher(options);
}

FlowSystem flowOf(const Teacher& teacher) {
  return {teacher.network, Nonlinearity::tanh, Convention::standard, {}, {}};
}

Matrix activityOf(const Teacher& teacher, Index steps) {
  Matrix states(teacher.network.size(), steps);
  SimulationOptions run = paperRun(true, steps);
  run.burnIn = 1000;
  simulate(teacher, run, Vector(), [&](const StateBlock& block) {
    states.middleCols(block.first, block.states.cols()) = block.inUnits();
  });
  return states;
}

// Numbers of the result, beside the time. lost: starts that ended neither fixed nor slow; worst: the largest
// residual of a point called fixed, over 1e-12 √D.
void count(benchmark::State& state, const FixedPoints& found) {
  double fixed = 0, slow = 0, lost = 0, worst = 0;
  for (const FixedPoint& point : found.points) {
    if (point.kind == PointKind::fixed) {
      ++fixed;
      worst =
          std::max(worst, point.residual / (1e-12 * std::sqrt(static_cast<double>(point.position.size()))));
    } else if (point.kind == PointKind::slow) {
      ++slow;
    } else {
      lost += static_cast<double>(point.starts);
    }
  }
  state.counters["fixed"] = fixed;
  state.counters["slow"] = slow;
  state.counters["lost"] = lost;
  state.counters["worst"] = worst;
}

void measure(benchmark::State& state, const FlowSystem& system, const Matrix& starts, Index linearised) {
  FixedPointOptions options;
  options.maxLinearised = linearised;
  FixedPoints found;
  for (auto _ : state) {
    found = findFixedPoints(system, starts, options);
    benchmark::DoNotOptimize(found.points.data());
  }
  count(state, found);
}

// 64 starts of a dense random network of 500 units, g = 1.2 (three draws: seeds); promised: 2 s.
void dense(benchmark::State& state) {
  const Teacher teacher = tanhTeacher(TeacherKind::gaussian, 500, static_cast<std::uint64_t>(state.range(0)));
  const Matrix starts = fixedPointStarts(activityOf(teacher, 5000), 64, 0.1, 1);
  measure(state, flowOf(teacher), starts, 0);
}
BENCHMARK(dense)
    ->Name("fixed_points/dense_500")
    ->Arg(1)
    ->Arg(2)
    ->Arg(3)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// One LU factorisation of the same size: the unit in which the search is to be read.
void factorisation(benchmark::State& state) {
  const Matrix A = RandomStream(1, Stream::test).normalMatrix(500, 500);
  std::vector<lapack_int> pivots(500);
  for (auto _ : state) {
    Matrix work = A;
    benchmark::DoNotOptimize(LAPACKE_dgetrf(LAPACK_COL_MAJOR, 500, 500, work.data(), 500, pivots.data()));
  }
}
BENCHMARK(factorisation)->Name("fixed_points/lu_500")->Unit(benchmark::kMillisecond);

// 1000 starts of a student of 50 units, fitted to the paper's oscillator, and of a random network of 50
// units, with all eigenvalues; promised: 1 s.
void student(benchmark::State& state) {
  const Teacher teacher = tanhTeacher(TeacherKind::lowRankOscillator, 500, 1);
  const Matrix seen = activityOf(teacher, 20000).topRows(50);
  MapOptions options;
  options.phi = Nonlinearity::tanh;
  const FlowSystem system = systemOf(fitMap(seen, Matrix(), options));
  measure(state, system, fixedPointStarts(seen, 1000, 0.1, 1), 64);
}
BENCHMARK(student)->Name("fixed_points/student_50")->UseRealTime()->Unit(benchmark::kMillisecond);

void random50(benchmark::State& state) {
  TeacherOptions options;
  options.kind = TeacherKind::gaussian;
  options.size = 50;
  options.gaussianGain = 1.8;
  options.phi = Nonlinearity::tanh;
  const Teacher teacher = buildTeacher(options);
  measure(state, flowOf(teacher), fixedPointStarts(activityOf(teacher, 5000), 1000, 0.1, 1), 64);
}
BENCHMARK(random50)->Name("fixed_points/random_50")->UseRealTime()->Unit(benchmark::kMillisecond);

// 1000 latent starts of low-rank networks (rank 2, two pairs of wells) of D units; promised: 1 s for any D.
void lowRankOf(benchmark::State& state) {
  const Index D = state.range(0);
  const Matrix M = RandomStream(1, Stream::test).normalMatrix(D, 2);
  const Matrix N = M * Vector(Eigen::Vector2d(2.5, 2.0)).asDiagonal() / static_cast<double>(D);
  const FlowSystem system{Network(LowRankForm{M, N}), Nonlinearity::tanh, Convention::standard, {}, {}};
  const Matrix starts =
      2 * std::sqrt(static_cast<double>(D)) * RandomStream(2, Stream::test).normalMatrix(2, 1000);
  FixedPoints found;
  for (auto _ : state) {
    found = findFixedPointsFromLatents(system, starts);
    benchmark::DoNotOptimize(found.points.data());
  }
  count(state, found);
}
BENCHMARK(lowRankOf)
    ->Name("fixed_points/low_rank")
    ->Arg(500)
    ->Arg(10000)
    ->Arg(100000)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace keyhole::bench
