#include "widgets/plots/panels.h"

#include "widgets/plots/activity_panel.h"
#include "widgets/plots/curve_panel.h"
#include "widgets/plots/eigenvalue_panel.h"
#include "widgets/plots/flow_panel.h"
#include "widgets/plots/growth_panel.h"
#include "widgets/plots/limit_set_panel.h"
#include "widgets/plots/objective_panel.h"
#include "widgets/plots/overlap_panel.h"
#include "widgets/plots/score_panel.h"
#include "widgets/plots/segment_panel.h"
#include "widgets/plots/task_panel.h"
#include "widgets/plots/time_constant_panel.h"

namespace keyhole {
namespace {

struct Entry {
  const char* name;
  Panel* (*make)(QWidget*);
  bool optional = false;
};

constexpr Entry kPanels[] = {
    {"teacher-flow", [](QWidget* parent) -> Panel* { return new FlowPanel(Side::teacher, parent); }},
    {"student-flow", [](QWidget* parent) -> Panel* { return new FlowPanel(Side::student, parent); }},
    {"eigenvalues", [](QWidget* parent) -> Panel* { return new EigenvaluePanel(parent); }},
    {"curve", [](QWidget* parent) -> Panel* { return new CurvePanel(parent); }},
    {"activity", [](QWidget* parent) -> Panel* { return new ActivityPanel(parent); }},
    {"teacher-limit-sets",
     [](QWidget* parent) -> Panel* { return new LimitSetPanel(Side::teacher, parent); }},
    {"student-limit-sets",
     [](QWidget* parent) -> Panel* { return new LimitSetPanel(Side::student, parent); }},
    {"time-constants", [](QWidget* parent) -> Panel* { return new TimeConstantPanel(parent); }},
    {"task", [](QWidget* parent) -> Panel* { return new TaskPanel(parent); }},
    {"segments", [](QWidget* parent) -> Panel* { return new SegmentPanel(parent); }},
    {"scores", [](QWidget* parent) -> Panel* { return new ScorePanel(parent); }},
    {"objective", [](QWidget* parent) -> Panel* { return new ObjectivePanel(parent); }},
    {"transient-growth", [](QWidget* parent) -> Panel* { return new GrowthPanel(parent); }, true},
    {"singular-overlaps", [](QWidget* parent) -> Panel* { return new OverlapPanel(parent); }, true},
};

}  // namespace

QStringList panelNames() {
  QStringList names;
  for (const auto& entry : kPanels) names.append(entry.name);
  return names;
}

QStringList optionalPanelNames() {
  QStringList names;
  for (const auto& entry : kPanels)
    if (entry.optional) names.append(entry.name);
  return names;
}

Panel* makePanel(const QString& name, QWidget* parent) {
  for (const auto& entry : kPanels)
    if (name == entry.name) return entry.make(parent);
  return nullptr;
}

std::vector<Panel*> makePanels(QWidget* parent) {
  std::vector<Panel*> all;
  for (const auto& entry : kPanels) all.push_back(entry.make(parent));
  return all;
}

}  // namespace keyhole
