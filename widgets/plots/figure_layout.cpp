#include "widgets/plots/figure_layout.h"

#include "widgets/plots/panels.h"

#include <algorithm>
#include <map>

namespace keyhole {
namespace {

struct Row {
  std::vector<Panel*> panels;
  int height = 0;
};

std::map<int, Row> rowsOf(const std::vector<Panel*>& panels) {
  std::map<int, Row> rows;
  for (Panel* panel : panels) {
    const PanelRow* known = panelRow(panel->name());
    const FigurePlace place = known ? known->figure : FigurePlace();
    Row& row = rows[place.row];
    row.panels.push_back(panel);
    row.height = std::max(row.height, place.height);
  }
  return rows;
}

}  // namespace

FigurePage layOutFigure(const std::vector<Panel*>& panels, int width) {
  constexpr int kMargin = FigurePage::kMargin, kGap = FigurePage::kGap, kTitle = FigurePage::kTitle;
  const bool single = panels.size() == 1;
  const int room = width - 2 * kMargin;
  FigurePage page;
  int y = kMargin;
  for (const auto& [number, row] : rowsOf(panels)) {
    const int count = static_cast<int>(row.panels.size());
    const int each = (room - kGap * (count - 1)) / count;
    const int height = single ? each * 3 / 4 : row.height;
    for (int i = 0; i < count; ++i)
      page.panels.push_back({row.panels[static_cast<std::size_t>(i)],
                             QRect(kMargin + i * (each + kGap), y + kTitle, each, height)});
    y += kTitle + height + kGap;
  }
  page.size = QSize(width, y - kGap + kMargin + (single ? 0 : FigurePage::kVerdict));
  return page;
}

}  // namespace keyhole
