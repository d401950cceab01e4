#include "widgets/plots/panels.h"

#include "widgets/plots/activity_panel.h"
#include "widgets/plots/curve_panel.h"
#include "widgets/plots/eigenvalue_panel.h"
#include "widgets/plots/flow_panel.h"
#include "widgets/plots/growth_panel.h"
#include "widgets/plots/limit_set_panel.h"
#include "widgets/plots/memory_panel.h"
#include "widgets/plots/objective_panel.h"
#include "widgets/plots/overlap_panel.h"
#include "widgets/plots/recording_panel.h"
#include "widgets/plots/score_panel.h"
#include "widgets/plots/segment_panel.h"
#include "widgets/plots/task_panel.h"
#include "widgets/plots/time_constant_panel.h"

#include <algorithm>
#include <map>

namespace keyhole {
namespace {

template <class Kind>
Panel* make(QWidget* parent) {
  return new Kind(parent);
}

template <class Kind, Side side>
Panel* makeFor(QWidget* parent) {
  return new Kind(side, parent);
}

using enum PanelShown;

// name, maker, {row, share, height} in the window, {row, height} in figures, when it is shown
constexpr PanelRow kPanels[] = {
    {"teacher-flow", makeFor<FlowPanel, Side::teacher>, {0, 4, 6}, {0, 150}, always},
    {"student-flow", makeFor<FlowPanel, Side::student>, {0, 4, 6}, {0, 150}, always},
    {"eigenvalues", make<EigenvaluePanel>, {0, 4, 6}, {0, 150}, always},
    {"curve", make<CurvePanel>, {1, 5, 5}, {1, 125}},
    {"recording", make<RecordingPanel>, {1, 5, 5}, {1, 125}},
    {"activity", make<ActivityPanel>, {2, 4, 3}, {2, 125}, always},
    {"teacher-limit-sets", makeFor<LimitSetPanel, Side::teacher>, {1, 4, 5}, {3, 125}, always},
    {"student-limit-sets", makeFor<LimitSetPanel, Side::student>, {1, 4, 5}, {3, 125}, always},
    {"time-constants", make<TimeConstantPanel>, {1, 4, 5}, {2, 125}, always},
    {"task", make<TaskPanel>, {2, 5, 3}, {4, 90}},
    {"segments", make<SegmentPanel>, {2, 5, 3}, {5, 90}},
    {"scores", make<ScorePanel>, {2, 5, 3}, {6, 165}},
    {"claimed-memory", make<MemoryPanel>, {2, 5, 3}, {5, 125}},
    {"objective", make<ObjectivePanel>, {2, 3, 3}, {6, 125}},
    {"transient-growth", make<GrowthPanel>, {}, {}, onceItIsWanted},
    {"singular-overlaps", make<OverlapPanel>, {}, {}, onceItIsWanted},
};

}  // namespace

std::span<const PanelRow> panelTable() {
  return kPanels;
}

const PanelRow* panelRow(const QString& name) {
  for (const PanelRow& row : kPanels)
    if (name == row.name) return &row;
  return nullptr;
}

QStringList panelNames() {
  QStringList names;
  for (const PanelRow& row : kPanels) names.append(row.name);
  return names;
}

std::vector<WindowRow> windowRows() {
  std::map<int, WindowRow> sorted;
  for (const PanelRow& row : kPanels) {
    WindowRow& place = sorted[row.window.row];
    place.panels.append(row.name);
    place.height = std::max(place.height, row.window.height);
  }
  std::vector<WindowRow> rows;
  for (auto& [number, row] : sorted) rows.push_back(std::move(row));
  return rows;
}

}  // namespace keyhole
