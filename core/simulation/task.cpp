#include "core/simulation/task.h"

#include "core/common/random.h"

#include <algorithm>

namespace keyhole {
namespace {

struct Box {
  Index begin, end;  // [begin, end)
  double level;
};

constexpr Box kBoxes[] = {{800, 950, -2.0},  {1000, 1200, 1.0}, {1250, 1450, -1.0},
                          {1600, 1800, 3.0}, {2200, 2400, 0.5}, {3500, 4500, 0.1}};
constexpr Index kRampBegin = 2600, kRampEnd = 3000;
constexpr double kRampDepth = -3.0;
constexpr double kInputNoise = 1.0 / 20.0;

}  // namespace

Vector integrationSignal(Index steps, std::uint64_t seed) {
  Vector signal(steps);
  RandomStream(seed, Stream::task).normals(0, {signal.data(), static_cast<std::size_t>(steps)});
  signal *= kInputNoise;
  for (const auto& box : kBoxes)
    for (Index t = box.begin; t < std::min(box.end, steps); ++t) signal(t) += box.level;
  for (Index t = kRampBegin; t < std::min(kRampEnd, steps); ++t)
    signal(t) +=
        kRampDepth * static_cast<double>(t - kRampBegin) / static_cast<double>(kRampEnd - kRampBegin);
  return signal;
}

Vector idealIntegrator(const Vector& signal, double inputScale, double alpha) {
  Vector integral(signal.size());
  double total = 0;
  for (Index t = 0; t < signal.size(); ++t) {
    integral(t) = inputScale * alpha * total;
    total += signal(t);
  }
  return integral;
}

}  // namespace keyhole
