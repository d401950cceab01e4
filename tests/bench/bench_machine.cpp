// The machine's own limits in the same run, to which everything else can be compared.
#include "core/common/types.h"

#include <cblas.h>

#include <benchmark/benchmark.h>

namespace keyhole::bench {
namespace {

void gemm(benchmark::State& state) {
  const Index n = state.range(0);
  const Matrix a = Matrix::Random(n, n), b = Matrix::Random(n, n);
  Matrix c(n, n);
  const int size = static_cast<int>(n);
  for (auto _ : state) {
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, a.data(), size, b.data(),
                size, 0, c.data(), size);
    benchmark::DoNotOptimize(c.data());
  }
  state.counters["GFLOP/s"] = benchmark::Counter(2e-9 * static_cast<double>(n * n * n * state.iterations()),
                                                 benchmark::Counter::kIsRate);
}
BENCHMARK(gemm)->Name("machine/dgemm")->Arg(500)->Unit(benchmark::kMicrosecond);

void gemv(benchmark::State& state) {
  const Index n = state.range(0);
  const Matrix a = Matrix::Random(n, n);
  const Vector x = Vector::Random(n);
  Vector y(n);
  const int size = static_cast<int>(n);
  for (auto _ : state) {
    cblas_dgemv(CblasColMajor, CblasNoTrans, size, size, 1, a.data(), size, x.data(), 1, 0, y.data(), 1);
    benchmark::DoNotOptimize(y.data());
  }
}
BENCHMARK(gemv)->Name("machine/dgemv")->Arg(500)->Unit(benchmark::kMicrosecond);

void copy(benchmark::State& state) {
  const Vector from = Vector::Ones(state.range(0));
  Vector to(state.range(0));
  for (auto _ : state) {
    to = from;
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(2 * 8 * state.range(0) * state.iterations());
}
BENCHMARK(copy)->Name("machine/copy")->Arg(1 << 24)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace keyhole::bench
