// Where the panels of a figure stand on its page.
#pragma once

#include <QRect>
#include <QSize>
#include <QString>

#include <vector>

namespace keyhole {

class Panel;

// All lengths in points.
struct FigurePage {
  static constexpr int kMargin = 4;    // around all panels
  static constexpr int kGap = 8;       // between panels
  static constexpr int kTitle = 12;    // above every panel, for its letter and title
  static constexpr int kVerdict = 30;  // below all panels, where there is a caption; more if it needs more

  struct Placed {
    Panel* panel;
    QRect place;  // without the title
  };

  QSize size;
  std::vector<Placed> panels;  // in the order of reading
  QString caption;             // in the last captionRoom points, if any
  int captionRoom = kVerdict;
};

// Every panel that is given, in the rows of the table of panels; one that the table does not name stands in
// the last row. Leaves room for a caption unless there is a single panel, which is three quarters as high as
// wide.
FigurePage layOutFigure(const std::vector<Panel*>& panels, int width);

}  // namespace keyhole
