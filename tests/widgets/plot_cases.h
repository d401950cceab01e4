// Experiments on which panels are tried, and the tables behind a panel by name.
#pragma once

#include "tests/experiment/experiment_runs.h"
#include "widgets/plots/panels.h"

#include <memory>
#include <vector>

namespace keyhole::test {

using Result = std::shared_ptr<const Experiment>;

// The experiments on which the panels are tried: every panel speaks for one of them at least.
struct Case {
  const char* name;
  const char* preset;
  Changes changes;
};

inline const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"map", "figure-3", {{"observation.subset", "random"}, {"view.pseudospectrum", "student"}}},
      {"task", "line-attractor", {{"observation.fraction", "0.5"}}},
      {"lds", "figure-3", {{"fit.method", "lds"}, {"fit.latents", "2"}, {"fit.iterations", "12"}}},
      {"slds",
       "figure-3",
       {{"fit.method", "slds"}, {"fit.latents", "2"}, {"fit.states", "2"}, {"fit.iterations", "5"}}},
      {"draws", "figure-3", {{"analysis.draws", "3"}}},
      {"recording", "", {{"analysis.resamples", "20"}, {"analysis.simulations", "20"}}},
  };
  return all;
}

inline const PanelData& named(const std::vector<PanelData>& tables, const QString& name) {
  static const PanelData none;
  for (const PanelData& table : tables)
    if (table.name == name) return table;
  return none;
}

// One row per line of the table, all of its columns by name.
inline Vector column(const PanelData& table, const QString& name) {
  const qsizetype at = table.columns.indexOf(name);
  return at < 0 ? Vector() : Vector(table.rows.col(static_cast<Index>(at)));
}

inline std::unique_ptr<Panel> panelFor(const QString& name, const Result& experiment) {
  std::unique_ptr<Panel> panel(panelRow(name)->make(nullptr));
  panel->setExperiment(experiment);
  return panel;
}

}  // namespace keyhole::test
