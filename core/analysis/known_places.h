// The attractors that are known, and which of them a state is on: internals of coexistence.h.
#pragma once

#include "core/analysis/attractors.h"

#include <optional>
#include <vector>

namespace keyhole {

struct Place {
  AttractorKind kind;
  std::size_t index;  // as CoexistingAttractor::index
  bool operator==(const Place&) const = default;
};

class KnownPlaces {
 public:
  // Both must outlive it; what is added to `found` later is known from then on.
  KnownPlaces(const FlowSystem& system, const Attractors& found) : m_system(system), m_found(found) {}

  // On which attractor a state (N) is; empty: on none that is known.
  std::optional<Place> placeOf(const Vector& state) const;

  // All runs of an affine system that do not diverge come to the same: its point, or the manifold through it.
  // What grows, grows for ever, even where a run has not gone far yet.
  Place affinePlace() const;

  // Cycles of one period that are neither left nor approached are neighbours on a surface of cycles: the
  // first stands for all.
  std::size_t familyOf(std::size_t cycle) const;

  // The cycle that attracts to which the closing of run k led (LimitCycle::starts are numbers of free runs
  // here).
  std::optional<std::size_t> cycleOfStart(Index k) const;

  std::vector<Place> all() const;  // that attract

  bool stands(const Vector& state) const;  // slower than 1e-4 of the scale per τ

 private:
  std::optional<Place> restingPlace(const Vector& z) const;

  const FlowSystem& m_system;
  const Attractors& m_found;
};

}  // namespace keyhole
