// Gestures of the user by their number: changes of a setting by one gesture are one entry of the history.
#pragma once

namespace keyhole {

// What can change one and the same setting, each counting its own gestures from 1 …
enum class GesturesOf { controls, presentationBar, curve, audit };

// … so that together they stay apart.
constexpr int gestureNumber(GesturesOf source, int count) {
  return (static_cast<int>(source) << 24) + count;
}

}  // namespace keyhole
