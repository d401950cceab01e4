// How a method is fitted to resampled blocks of a recording.
#pragma once

#include "core/fitting/resampling/block_plan.h"

#include <functional>

namespace keyhole {

// The dynamics A of the blocks drawn so often (one count per block). May be called from several threads.
// Throws std::runtime_error if these blocks do not determine it.
using DrawnFit = std::function<Matrix(const Vector& counts)>;

struct Resampling {
  BlockOptions needs;  // but for the slow time, which is the recording's
  // Passes through the recording once and keeps what the draws need. The trials and the progress, which a
  // draw that takes long asks for a stop, must outlive it. Throws Stopped.
  std::function<DrawnFit(const std::vector<Block>& blocks, Progress& progress)> prepare;
};

}  // namespace keyhole
