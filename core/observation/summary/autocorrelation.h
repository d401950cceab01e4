// How alike samples are over time: autocorrelation over many scales, and how smooth neighbours are.
#pragma once

#include "core/common/progress.h"
#include "core/observation/summary/recorded_trials.h"

namespace keyhole {

// Autocorrelation of one series, in trials; lags grow with themselves (a correlator of many scales: the
// first 15 lags one by one, then ever coarser averages; Ramírez, Sukumaran, Vorselaars & Likhtman 2010).
struct Autocorrelation {
  std::vector<double> lags;     // time points, rising from 1
  std::vector<double> spacing;  // how many lags each of them stands for
  std::vector<double> values;   // ρ; ρ(0) = 1

  // The lag at which ρ falls to 1/e; the last lag if it never does, and infinite if there is none.
  double time() const;

  // T₂ = 1 + 2 Σ ρ², the sum up to the first lag of at least 5 T₂ (Sokal's window): the variance of a second
  // moment of T Gaussian samples is that of T / T₂ independent ones (Bayley & Hammersley 1946).
  double timeOfSquares() const;
};

// series: one per trial, mean 0 over all of them; NaN is missing. Up to half of the longest one. Cost O(T).
Autocorrelation autocorrelation(const std::vector<Vector>& series);

struct Smoothness {
  double width = 0;  // time points: full width at half maximum of the Gaussian kernel that would make white
                     // noise as smooth as these samples are; 0: neighbours are not smoothed
  bool atLeast = false;   // smooth as far as was looked
  double roughShare = 0;  // of the variance, what is independent from one sample to the next
};

// From the mean square differences D(k) of all units over k samples, each in its own variance: of a smoothed
// series D grows as k² below the kernel's width, of one driven by noise as k, of white noise not at all. The
// width is where D(2k) / D(k) falls below 2^1.5. Exponential and box kernels make an edge at every sample and
// are not seen. Of many samples, of evenly chosen units. Cost O(10^8). Throws Stopped.
Smoothness smoothness(const RecordedTrials& recorded, const Progress& progress = noProgress());

}  // namespace keyhole
