// From known roots to others by continuation in the gain (gain_walk.h) and by deflation (deflated_search.h):
// internals of complete_points.h.
#pragma once

#include "core/analysis/points/known_roots.h"
#include "core/common/progress.h"

#include <atomic>
#include <set>
#include <utility>

namespace keyhole {

struct NeighbourSearchOptions {
  double work = 1e9;  // multiplications
  double size =
      1;  // of the box that holds all roots: the root mean square distance of a draw from its middle
  std::uint64_t seed = 1;
  std::function<bool(ConstVectorRef y)> isLeftOut = {};  // roots that are not noted; empty: none
};

class NeighbourSearch {
 public:
  // Adds to `known`; all must outlive it.
  NeighbourSearch(const FlowEquation& equation, KnownRoots& known, const NeighbourSearchOptions& options,
                  Progress& progress);

  // From one root of each class, and from each that this finds, until nothing new is found, the work is done
  // or the user stops. True if any root was new.
  bool run();

  bool wasStopped() const { return m_stopped; }
  Index byContinuation() const { return m_byContinuation; }  // new roots, without their images
  Index byDeflation() const { return m_byDeflation; }

 private:
  struct Departure {
    Index root = 0;
    int direction = 1;
  };
  void walkFrom(const std::vector<Departure>& wave);
  void deflateFrom(Index firstRoot);
  std::vector<Departure> departures(Index firstRoot) const;
  bool isNewClass(Index root) const;
  void note(ConstVectorRef y, Index& count, Index& which);
  int stepsFor(std::size_t searches, double each, int most);
  bool stop();
  bool mayGoOn() const { return !m_stopped && m_spent < m_options.work; }

  const FlowEquation& m_equation;
  KnownRoots& m_known;
  const NeighbourSearchOptions& m_options;
  Progress& m_progress;
  std::set<std::pair<Index, int>> m_walked;  // roots and directions of s from which a walk is needless
  Index m_byContinuation = 0, m_byDeflation = 0;
  double m_spent = 0;
  std::atomic<bool> m_stopped = false;
};

}  // namespace keyhole
