// For work on several threads: hears of a stop, reports to nobody.
#pragma once

#include "core/common/progress.h"

namespace keyhole {

class QuietProgress : public Progress {
 public:
  explicit QuietProgress(const Progress& outer) : m_outer(outer) {}
  bool stopRequested() const override { return m_outer.stopRequested(); }
  bool grantStop() override { return false; }

 private:
  const Progress& m_outer;
};

}  // namespace keyhole
