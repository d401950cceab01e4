// Pieces of a document on pages: each whole on one page, one under the other.
#pragma once

#include <QColor>

#include <functional>
#include <vector>

class QCPPainter;

namespace keyhole {

// Lengths are those of the device.
struct PaperPiece {
  double height = 0;
  double before = 0;      // room above it, none at the top of a page
  bool keepNext = false;  // not the last one on a page, if the next one is not on it too
  QColor shade = {};      // behind it and the room above it; invalid: none
  // Its table's head, which is repeated where it begins a page; -1: none.
  int head = -1;
  std::function<void(QCPPainter&, double x, double y)> draw;
};

struct PlacedPiece {
  std::size_t piece = 0;  // its place in the list
  double y = 0;           // from the top of the text
  double above = 0;       // the room that it has above it
};
using PaperPage = std::vector<PlacedPiece>;

// Every piece once, in their order, on as few pages as that takes; heads of tables as often as they are
// needed. A piece that is higher than a page stands alone on one and is as high as it is: cut it into such
// that fit.
std::vector<PaperPage> placeOnPages(const std::vector<PaperPiece>& pieces, double pageHeight);

}  // namespace keyhole
