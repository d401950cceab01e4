// A small picture of a recording: all of it as a raster, its beginning as traces.
#pragma once

#include "core/observation/recording.h"

#include <vector>

namespace keyhole {

struct RecordingPreview {
  std::vector<Index> rasterUnits;  // the units of the raster's rows: all, or evenly chosen ones
  Matrix raster;  // units x columns: means over `perColumn` time points of each unit's samples,
                  // less its mean and in its standard deviations; NaN where all are missing
  Index perColumn = 1;
  std::vector<Index> traceUnits;
  Matrix traces;  // units x time points from the first on, as recorded
};

// At most so many rows and columns, traces and time points of traces. Cost O(N T).
RecordingPreview previewOf(const Recording& recording, Index mostUnits = 200, Index mostColumns = 600,
                           Index mostTraces = 5, Index mostPoints = 1000);

}  // namespace keyhole
