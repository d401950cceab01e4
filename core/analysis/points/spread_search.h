// Searches from starts over everything that the weights allow: internals of complete_points.h.
#pragma once

#include "core/analysis/points/box_equation.h"
#include "core/analysis/points/fixed_points.h"
#include "core/analysis/points/known_roots.h"
#include "core/analysis/points/missing_estimate.h"
#include "core/common/progress.h"

#include <atomic>
#include <functional>

namespace keyhole {

// Multiplications of one iteration of Newton's method.
double workPerIteration(const FlowEquation& equation);

struct SpreadSearchOptions {
  double work = 4e9;
  double tolerance = 1e-12;  // on ‖f‖
  int iterations = 200;
  std::uint64_t seed = 1;
  std::function<bool(ConstVectorRef y)> isLeftOut = {};  // roots that are not noted; empty: none
};

class SpreadSearch {
 public:
  // Adds to `known`. box: of y, all that the weights allow.
  SpreadSearch(const FlowEquation& equation, const Box& box, KnownRoots& known,
               const SpreadSearchOptions& options, Progress& progress);

  // From starts beside saddles (columns), which first run along the flow. True if any root was new.
  bool fromSaddles(ConstMatrixRef starts);
  // Whether the work suffices for so many independent starts that their counts say anything.
  bool canTell() const;
  // Independent starts, until nothing new is to be expected or the work is done.
  void fromEverywhere();

  bool wasStopped() const { return m_stopped; }
  double spent() const { return m_spent; }
  Index starts() const { return m_starts; }
  Index leftOut() const { return m_leftOut; }
  // Of the independent starts: per class of roots (KnownRoots::classOf) how many led to it.
  const std::vector<Index>& hits() const { return m_hits; }

 private:
  std::vector<RootSearch> searched(const Matrix& starts, bool relaxAll);
  Matrix drawn(Index count) const;
  void relax(VectorRef y) const;
  bool isNoted(const RootSearch& end);
  bool isSaturated() const;
  bool mayGoOn() const { return !m_stopped && m_spent < m_options.work; }

  const FlowEquation& m_equation;
  const Box& m_box;
  KnownRoots& m_known;
  const SpreadSearchOptions& m_options;
  Progress& m_progress;
  std::vector<Index> m_hits;
  Index m_starts = 0, m_leftOut = 0;
  double m_spent = 0;
  std::atomic<bool> m_stopped = false;
};

}  // namespace keyhole
