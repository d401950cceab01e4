// What is done to a recording before it is fitted: a list of steps in one fixed order, each of which changes
// the recording and adds to its notes whatever it left out.
#pragma once

#include "core/common/progress.h"
#include "core/observation/recording.h"

#include <string>
#include <string_view>
#include <vector>

namespace keyhole {

// Seconds from the beginning of each trial; to = 0 is its end.
struct TimeWindow {
  double from = 0, to = 0;
  friend bool operator==(const TimeWindow&, const TimeWindow&) = default;
};

enum class Drop { none, silent, constant };
enum class Smoothing { none, gaussian, exponential };
enum class Scaling { none, zscore, soft };

// In the order in which they are done.
struct Preprocessing {
  std::string units = {};  // to keep, as parseUnits() reads them; empty: all
  TimeWindow window = {};  // of each trial
  Drop drop = Drop::none;  // channels that are 0 throughout, or constant
  double bin = 0;          // seconds; 0: as sampled
  Smoothing smoothing = Smoothing::none;
  double smoothingWidth = 0;  // seconds: standard deviation, or time constant
  bool squareRoot = false;
  bool detrend = false;
  Scaling scaling = Scaling::none;
  double softConstant = 5;            // of soft normalisation, in the recording's own unit
  double split = 0;                   // seconds; 0: trials as they are
  std::vector<TimeWindow> mask = {};  // made missing; in the time of the trials before they were split

  friend bool operator==(const Preprocessing&, const Preprocessing&) = default;
};

// All steps. What needs seconds throws InputError where the interval is not known; further InputErrors are
// those of the steps below. Cost: O(N T) but for smoothing, O(N T width). Throws Stopped.
Recording preprocessed(Recording recording, const Preprocessing& steps,
                       const Progress& progress = noProgress());

// "10..12;50..51" to windows. Throws InputError.
std::vector<TimeWindow> parseWindows(std::string_view text);

// The steps one by one. Missing samples (NaN) stay missing unless something else is said.

// Throws InputError: no such units.
Recording withUnits(Recording recording, const std::string& units);

// Throws InputError: a window that leaves a trial fewer than two time points, or that begins behind its end.
Recording cutToWindow(Recording recording, const TimeWindow& window);

// Throws InputError if nothing is left.
Recording withoutChannels(Recording recording, Drop drop);

// Sums of counts (whole numbers, none negative), else means, over as many samples as a bin has; a bin's
// missing samples are left out (of counts the sum is scaled up), and one without any sample is missing. What
// fills no bin at the end of a trial is left out and said. Throws InputError: a bin that is no whole multiple
// of the interval.
Recording inBins(Recording recording, double seconds);

// A normalised kernel over the samples that are there, within each trial: Gaussian (both directions, cut off
// at four widths) or exponential (the past alone).
Recording smoothed(Recording recording, Smoothing kind, double seconds,
                   const Progress& progress = noProgress());

// Throws InputError for a negative sample.
Recording squareRooted(Recording recording);

// Takes from each channel the line through its samples that fits best over all trials in their order; its
// mean stays.
Recording detrended(Recording recording);

// zscore: mean 0 and standard deviation 1 of each channel over all trials; throws InputError for a channel
// that does not vary. soft: each channel divided by its range plus `constant`.
Recording scaled(Recording recording, Scaling scaling, double constant);

// Trials of so many seconds; what is left of a trial is left out and said. Throws InputError: fewer than two
// samples, or longer than any trial.
Recording splitIntoTrials(Recording recording, double seconds);

// Makes samples missing. origin: seconds of the first sample of each trial. Throws InputError for a window
// that meets no sample.
Recording masked(Recording recording, const std::vector<TimeWindow>& windows, double origin = 0);

}  // namespace keyhole
