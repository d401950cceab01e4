// Surrogates of a recording, asked about as the recording is: what of an answer rests on each unit by itself.
#pragma once

#include "core/audit/reference/classifier.h"
#include "core/audit/reference/likeness.h"

namespace keyhole {

// N x T' of N x T: each unit with its own mean and periodogram and with random phases of its own, so that
// units share nothing but by chance. T' is the largest length up to T that has no prime factor above 5 (at
// most a few per cent shorter). A function of (seed, index). Precondition: no missing samples, T >= 8. Cost
// O(N T log T).
Matrix independentUnits(ConstMatrixRef activity, std::uint64_t seed, std::uint64_t index);

struct SurrogateCheck {
  Index made = 0;
  double median = 0, least = 0, largest = 0;  // probability of a real slow variable
  Index unlike = 0;                           // surrogates that are like nothing in the table
  std::string sentence;
};

// probability: what the recording itself is told. No surrogate is a row of the table: units that share
// nothing but have spectra of their own are none of its circuits, so that this checks an answer and decides
// nothing. Throws Stopped.
SurrogateCheck checkBySurrogates(const std::vector<Trial>& trials, const std::vector<ReferenceRow>& rows,
                                 const WorldClassifier& classifier, double probability, Index count,
                                 Progress& progress = noProgress());

}  // namespace keyhole
