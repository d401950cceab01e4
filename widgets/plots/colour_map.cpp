#include "widgets/plots/colour_map.h"

#include <algorithm>
#include <array>

namespace keyhole {
namespace {

// Every 32nd entry of viridis; linear in between is within 3 of 255 of the full table.
constexpr std::array<std::array<int, 3>, 9> kViridis = {{{68, 1, 84},
                                                         {71, 44, 122},
                                                         {59, 81, 139},
                                                         {44, 113, 142},
                                                         {33, 144, 141},
                                                         {39, 173, 129},
                                                         {92, 200, 99},
                                                         {170, 220, 50},
                                                         {253, 231, 37}}};

}  // namespace

QColor timeColour(double position) {
  const double scaled = std::clamp(position, 0.0, 1.0) * (kViridis.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(scaled), kViridis.size() - 2);
  const double part = scaled - static_cast<double>(below);
  const auto mixed = [&](std::size_t channel) {
    return static_cast<int>((1 - part) * kViridis[below][channel] + part * kViridis[below + 1][channel] +
                            0.5);
  };
  return QColor(mixed(0), mixed(1), mixed(2));
}

}  // namespace keyhole
