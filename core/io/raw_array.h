// A two-dimensional array that lies in a file uncompressed: read straight into memory, whole or in pieces.
#pragma once

#include "core/common/progress.h"
#include "core/common/types.h"
#include "core/io/number_types.h"

#include <functional>
#include <string>

namespace keyhole {

// `outer` times `inner` numbers, those of one `outer` index one behind the other.
struct RawShape {
  Index inner = 0, outer = 0;
};

// inner x outer. Throws InputError naming the file: it ends before, cannot be read, or needs more memory than
// is free. Throws Stopped.
Matrix readRaw(const std::string& path, const RawNumbers& raw, RawShape shape,
               const Progress& progress = noProgress());

// Piece by piece along the outer axis (inner x count each), or along the inner one (outer x count each),
// until `work` returns false. A piece has about a million numbers, so that memory stays small. Throws
// InputError as above.
void streamRaw(const std::string& path, const RawNumbers& raw, RawShape shape, bool alongOuter,
               const std::function<bool(const Matrix& piece)>& work);

}  // namespace keyhole
