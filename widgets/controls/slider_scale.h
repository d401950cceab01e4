// The arithmetic of a slider: positions 0 … positions() to values and back, without a window.
#pragma once

#include "core/experiment/settings/settings_table.h"

namespace keyhole {

// A linear slider moves in steps of 1, 2 or 5 times a power of ten (whole numbers: at least 1), a logarithmic
// one in equal ratios, rounded to three significant digits. A logarithmic range that starts at 0 has 0 at
// position 0 and spans twelve decades below its maximum from there on, or all whole numbers from 1. Both ends
// are reached exactly.
struct SliderScale {
  double minimum = 0;
  double maximum = 1;  // > minimum
  SettingScale scale = SettingScale::linear;
  bool whole = false;  // values are whole numbers

  static SliderScale of(const SettingRow& row);

  int positions() const;             // the last position
  double value(int position) const;  // position is clamped to 0 … positions()
  int position(double value) const;  // the nearest one; values outside the range go to its ends

  // False if the range is so wide that a slider could not choose among its values (a seed).
  bool isUseful() const;

  // The position reached by `steps` steps (negative: downwards), each of which changes the value.
  int stepped(int position, int steps) const;

 private:
  double step() const;
  double logFloor() const;
};

}  // namespace keyhole
