// The table of panels: what each is called, and its place in the window and in figures. A new panel is its
// files, one row here and one test.
#pragma once

#include "widgets/plots/panel.h"

#include <limits>
#include <span>

namespace keyhole {

// Rows count from 0, above to below; a panel that names none stands in the last one.
inline constexpr int kLastRow = std::numeric_limits<int>::max();

struct WindowPlace {
  int row = kLastRow;
  int share = 4;   // of the row's width, beside the others in it
  int height = 4;  // share of the window's height; a row is as high as the highest in it
};

struct FigurePlace {
  int row = kLastRow;
  int height = 125;  // points; a row is as high as the highest in it
};

enum class PanelShown {
  always,          // from the start
  onceItSpeaks,    // in the window once an experiment gives it something to say
  onceItIsWanted,  // optional: not in a whole figure, and in the window only where the user asks for it
};

struct PanelRow {
  const char* name;  // Panel::name()
  Panel* (*make)(QWidget* parent);
  WindowPlace window = {};
  FigurePlace figure = {};
  PanelShown shown = PanelShown::onceItSpeaks;
};

// In the order in which the panels are offered, and from left to right in their rows.
std::span<const PanelRow> panelTable();

// Null if there is no panel of that name.
const PanelRow* panelRow(const QString& name);

QStringList panelNames();

// The rows of the window, above to below.
struct WindowRow {
  QStringList panels;
  int height = 0;
};
std::vector<WindowRow> windowRows();

}  // namespace keyhole
