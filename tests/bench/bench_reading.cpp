// Reading a recording that lies uncompressed in a file, against `cat` of the same file in the same run: the
// goal is half of its speed. Both read from the system's cache.
#include "core/common/random.h"
#include "core/io/formats.h"
#include "core/io/npy.h"
#include "core/io/recording_file.h"
#include "tests/io/hdf5_writer.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <unistd.h>

namespace keyhole::bench {
namespace {

constexpr Index kTimePoints = 320'000, kNeurons = 100;  // 256 MB

double secondsOf(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// A file that goes with the benchmark.
class Written {
 public:
  explicit Written(const std::string& kind) {
    m_path = (std::filesystem::temp_directory_path() / ("keyhole-bench-" + std::to_string(::getpid()) + kind))
                 .string();
    const Matrix values = RandomStream(1, Stream::test).normalMatrix(kTimePoints, kNeurons);
    if (kind == ".npy") {
      writeNpy(m_path, values);
      return;
    }
    test::Hdf5Writer writer(m_path);
    if (kind == ".h5") {
      writer.matrix("x", values);
      return;
    }
    writer.group("acquisition/LFP");
    writer.text("acquisition/LFP", "neurodata_type", "ElectricalSeries");
    writer.matrix("acquisition/LFP/data", values);
    writer.vector("acquisition/LFP/starting_time", Vector::Zero(1));
    writer.number("acquisition/LFP/starting_time", "rate", 1000);
  }
  ~Written() {
    std::error_code error;
    std::filesystem::remove(m_path, error);
  }
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;
  const std::string& path() const { return m_path; }

 private:
  std::string m_path;
};

void reading(benchmark::State& state, const std::string& kind, bool stream) {
  const Written file(kind);
  const std::string cat = "cat '" + file.path() + "' > /dev/null";
  double ours = HUGE_VAL, theirs = HUGE_VAL;
  bool done = std::system(cat.c_str()) == 0;  // into the cache
  for (auto _ : state) {
    theirs = std::min(theirs, secondsOf([&] { done = std::system(cat.c_str()) == 0 && done; }));
    ours = std::min(ours, secondsOf([&] {
                      if (stream)
                        streamRecording(file.path(), {})->run([](const Matrix& piece) {
                          benchmark::DoNotOptimize(piece.data());
                          return true;
                        });
                      else
                        benchmark::DoNotOptimize(readRecording(file.path()).activity.data());
                    }));
  }
  if (!done) return state.SkipWithError("no cat");
  const double megabytes = static_cast<double>(std::filesystem::file_size(file.path())) / 1e6;
  state.counters["MB_per_s"] = megabytes / ours;
  state.counters["cat_MB_per_s"] = megabytes / theirs;
  state.counters["of_cat"] = theirs / ours;
}

[[maybe_unused]] const bool registered = [] {
  for (const bool stream : {false, true})
    for (const char* kind : {".npy", ".h5", ".nwb"})
      benchmark::RegisterBenchmark(
          (std::string("reading/") + (stream ? "pieces/" : "whole/") + (kind + 1)).c_str(), reading,
          std::string(kind), stream)
          ->Unit(benchmark::kMillisecond)
          ->Iterations(5);
  return true;
}();

}  // namespace
}  // namespace keyhole::bench
