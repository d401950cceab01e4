// Internals of findLimitCycles(): the bookkeeping of runs and of the distinct cycles among them.
#pragma once

#include "core/analysis/cycles/limit_cycle.h"
#include "core/analysis/flow/tangent.h"

#include <map>

namespace keyhole {

constexpr double kSameOrbit = 1e-3;  // of the amplitude: closer orbits are one

// The coordinates in which cycles are closed: the r latent ones if there are, else all N.
struct CycleCoordinates {
  explicit CycleCoordinates(const FlowSystem& system);  // which must outlive it

  std::optional<LatentFlow> latent;
  SmoothFlow flow;
};

std::string sentenceOf(const LimitCycle& cycle, const TimeWords& words = {});

// orbitInCoordinates, if not null, gets the points in these coordinates when the orbit is closed.
LimitCycle refineInCoordinates(const FlowSystem& system, const CycleCoordinates& coordinates,
                               ConstVectorRef guess, double periodGuess, const LimitCycleOptions& options,
                               Progress& progress, Matrix* orbitInCoordinates);

LimitCycle cycleByReturns(const FlowSystem& system, ConstVectorRef start, const LimitCycleOptions& options,
                          Progress& progress);

class CycleSearch {
 public:
  CycleSearch(const FlowSystem& system, const LimitCycleOptions& options, Progress& progress)
      : m_system(system), m_options(options), m_progress(progress) {}

  std::vector<LimitCycle> run(ConstMatrixRef starts);

 private:
  struct Known {
    LimitCycle cycle;
    Matrix points;    // in the coordinates of the runs
    double near = 0;  // states as near are on it
  };

  void searchSmooth(ConstMatrixRef starts);
  void searchSwitching(ConstMatrixRef starts);
  std::optional<CycleStatus> follow(const CycleCoordinates& coordinates, const Recurrence& run, Index start,
                                    int attempt);
  bool isKnown(ConstVectorRef state, double period, Index start);
  void fail(CycleStatus status, Index start);
  void keep(LimitCycle cycle, Matrix points, Index start);
  void addMirrorImages();
  std::vector<LimitCycle> results();

  const FlowSystem& m_system;
  const LimitCycleOptions& m_options;
  Progress& m_progress;
  std::vector<Known> m_known;
  std::map<CycleStatus, LimitCycle> m_failures;
  double m_spent = 0;
};

}  // namespace keyhole
