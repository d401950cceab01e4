// What an experiment knows of teacher or student, by their side.
#pragma once

#include "core/experiment/experiment.h"
#include "widgets/plots/theme.h"

#include <QString>

namespace keyhole {

const std::shared_ptr<const SystemAnalysis>& analysisOf(const Experiment& experiment, Side side);
const std::shared_ptr<const Attractors>& attractorsOf(const Experiment& experiment, Side side);
const Spectrum* spectrumOf(const Experiment& experiment, Side side);  // null: not known
// Empty without parameters, and for a recording's teacher.
std::optional<FlowSystem> systemOf(const Experiment& experiment, Side side);

// In what times are told: of a known circuit in τ; of a recording, whose τ is not known, in seconds, or in
// steps where those are not known either.
struct TimeUnit {
  double perTau = 1;
  QString name = "τ";

  QString text(double tau) const;  // "0.93 s"
  QString axis() const;            // "time (s)"
  QString column() const;          // "time_seconds", of tables
  QString singular() const;        // "step"
};
TimeUnit timeUnitOf(const Experiment& experiment);

QString nameOf(Side side);  // "teacher"
QColor colourOf(const Theme& theme, Side side);

}  // namespace keyhole
