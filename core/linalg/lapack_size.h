// Sizes as LAPACK takes them.
#pragma once

#include "core/common/types.h"

#include <lapacke.h>

namespace keyhole {

inline lapack_int toLapack(Index n) {
  return static_cast<lapack_int>(n);
}

}  // namespace keyhole
