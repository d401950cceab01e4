// Which experiments are tried, and what each of them makes of one circuit. Internals of experiments.h.
#pragma once

#include "core/audit/experiments/experiments.h"
#include "core/audit/experiments/laboratory.h"

#include <string>
#include <vector>

namespace keyhole {

// Longer recordings, more units, and perturbations of some or all seen units, single or in trains, on and off
// the slow direction. A shorter effort is the beginning of the longest one of its kind, so that each kind is
// simulated once.
class ExperimentPlan {
 public:
  ExperimentPlan(const ReferenceShape& shape, const Statistics& recording, const ExperimentOptions& options);

  // Kinds one after the other, efforts rising; errors are not set yet.
  const std::vector<TriedExperiment>& experiments() const { return m_experiments; }
  // What is left out, and why.
  const std::vector<std::string>& notes() const { return m_notes; }

  // Of each experiment what a decision can use: the statistics of the recording that is made; of
  // perturbations what is left of them, and the statistics of a recording as long as the one that is there.
  std::vector<std::vector<double>> inWorld(const World& world, std::uint64_t noise,
                                           std::uint64_t index) const;

 private:
  // Perturbations of one kind: so many cells at once, so many pulses each.
  struct Pushes {
    Index cells = 1, pulses = 1;
    std::vector<Index> trials;        // efforts, rising
    std::vector<std::size_t> places;  // in m_experiments
  };

  void addLonger(const ExperimentOptions& options);
  void addWider(const ExperimentOptions& options);
  void addPushes(const ExperimentOptions& options, Index cells, Index pulses);
  Index gap() const;                // samples from one perturbation to the next
  Index steps(Index trials) const;  // of so many on the slow direction and as many off it

  void pushIn(const World& world, const Pushes& pushes, const SlowDirection& slow,
              const std::vector<double>& statistics, std::uint64_t noise, std::uint64_t index,
              std::vector<std::vector<double>>& made) const;

  ReferenceShape m_shape;
  double m_strength;
  std::array<Index, PushResponse::kLags> m_lags;
  std::vector<TriedExperiment> m_experiments;
  std::vector<std::string> m_notes;
  std::vector<Index> m_longer, m_units;  // efforts, rising; the first experiments
  std::vector<Pushes> m_pushes;
};

}  // namespace keyhole
