// The colours and sizes of all plots. The truth is vermilion with triangles, the student blue with circles,
// theory is in the foreground colour: the paper's red and blue, safe for colour-blind eyes (Okabe & Ito).
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>

namespace keyhole {

struct Theme {
  bool dark = false;
  QColor background = Qt::white;
  QColor foreground = Qt::black;  // axes, text, theory
  QColor muted = QColor(110, 110, 110);
  QColor teacher = QColor(0xD5, 0x5E, 0x00);
  QColor student = QColor(0x00, 0x72, 0xB2);
  int fontPixels = 12;     // of tick labels; titles and legends are the same size
  double lineWidth = 1.0;  // of curves
  double markSize = 7.0;

  QFont font() const;

  // From a window's palette and font: dark if its text is lighter than its base.
  static Theme of(const QPalette& palette, const QFont& font);

  // For figures: black on white, 7 pt text where one unit is one point.
  static Theme print();
};

}  // namespace keyhole
