// What the panel of eigenvalues answers to the cursor: the mark that is near it, in words, and the units of
// its mode.
#pragma once

#include "widgets/plots/marked_eigenvalue.h"
#include "widgets/plots/mode_in_words.h"

#include <qcustomplot.h>

#include <memory>
#include <optional>
#include <vector>

namespace keyhole {

class EigenvalueHover {
 public:
  // The axes of the plot whose pixels are asked for.
  EigenvalueHover(const QCPAxis* x, const QCPAxis* y) : m_x(x), m_y(y) {}

  // The eigenvalue that is marked nearest to this pixel, of teacher or student; empty if none is near.
  QString describe(const std::shared_ptr<const Experiment>& experiment, QPointF pixel);

  // The leading units of the mode that was described, from 0; empty after leave().
  const std::vector<Index>& units() const { return m_units; }
  void leave() { m_units.clear(); }
  // Whether they are others than at the last call.
  bool unitsChanged();

 private:
  struct Nearest {
    MarkedEigenvalue mark;
    Side side = Side::teacher;
  };
  std::optional<Nearest> nearest(const Experiment& experiment, QPointF pixel) const;
  QString inWords(const std::shared_ptr<const Experiment>& experiment, const Nearest& nearest);

  const QCPAxis *m_x, *m_y;
  LastMode m_mode;
  std::vector<Index> m_units, m_told;
};

}  // namespace keyhole
