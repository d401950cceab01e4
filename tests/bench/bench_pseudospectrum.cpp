// Pseudospectra of students of 50 and 100 units, and of a chain: against an SVD at every point.
#include "core/analysis/nonnormal/pseudospectrum.h"
#include "core/common/parallel.h"
#include "core/common/random.h"
#include "core/linalg/singular.h"
#include "tests/bench/teachers.h"

#include <benchmark/benchmark.h>

namespace keyhole::bench {
namespace {

constexpr ComplexWindow kWindow{-1.5, 1.5, -1.5, 1.5};
constexpr Index kIntervals = 128;
constexpr std::size_t kSvdPoints = 84;  // a hundredth of the 129 x 65 that a symmetric window needs

// As non-normal as fitted students are: a gaussian matrix with a feedforward part.
Matrix student(Index n) {
  Matrix A = 0.7 * RandomStream(1, Stream::probe).normalMatrix(n, n) / std::sqrt(static_cast<double>(n));
  A.diagonal(1).array() += 0.5;
  return A;
}

void bySvd(benchmark::State& state) {
  const Matrix A = student(state.range(0));
  const Index n = A.rows();
  for (auto _ : state)
    parallelFor(kSvdPoints, [&](std::size_t i) {
      const std::complex<double> z = std::polar(1.2, 0.03 * static_cast<double>(i));
      benchmark::DoNotOptimize(smallestSingularValue(z * ComplexMatrix::Identity(n, n) - A));
    });
}

void direct(benchmark::State& state) {
  const Matrix A = student(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(pseudospectrum(A, kWindow, kIntervals).log10Sigma.data());
}

void refined(benchmark::State& state) {
  const Matrix A = student(state.range(0));
  for (auto _ : state) {
    const Resolvent resolvent(A);
    Pseudospectrum grid = resolvent.grid(kWindow, 16);
    for (Index intervals = 32; intervals <= kIntervals; intervals *= 2)
      grid = resolvent.grid(kWindow, intervals, noProgress(), &grid);
    benchmark::DoNotOptimize(grid.log10Sigma.data());
  }
}

void structured(benchmark::State& state, const Network& network) {
  for (auto _ : state)
    benchmark::DoNotOptimize(pseudospectrum(network, kWindow, kIntervals).log10Sigma.data());
}

[[maybe_unused]] const bool registered = [] {
  const std::pair<const char*, void (*)(benchmark::State&)> cases[] = {
      {"pseudospectrum/svd_hundredth", bySvd},
      {"pseudospectrum/direct", direct},
      {"pseudospectrum/refined", refined}};
  for (const auto& [name, run] : cases)
    benchmark::RegisterBenchmark(name, run)->Arg(50)->Arg(100)->UseRealTime()->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("pseudospectrum/chain/500",
                               [](benchmark::State& s) { structured(s, chain().network); })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark(
      "pseudospectrum/low_rank/500",
      [](benchmark::State& s) { structured(s, lowRank(Nonlinearity::linear).network); })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  return true;
}();

}  // namespace
}  // namespace keyhole::bench
