// Axes with the same number of units per pixel in both directions, whatever the size of the panel.
#pragma once

#include "widgets/plots/axes.h"

#include <qcustomplot.h>

namespace keyhole {

class EqualAspectRect : public QCPAxisRect {
  Q_OBJECT

 public:
  explicit EqualAspectRect(QCustomPlot* plot) : QCPAxisRect(plot) {}

  // What has to be visible; the axes show it and whatever the shape of the panel leaves room for.
  void setContents(Range x, Range y) {
    m_x = x;
    m_y = y;
  }

  Range contentsX() const { return m_x; }
  Range contentsY() const { return m_y; }

  void update(UpdatePhase phase) override {
    QCPAxisRect::update(phase);
    if (phase != upLayout || !setRanges()) return;
    // The ticks were those of the ranges before, and so were the margins that their labels need.
    QCPAxisRect::update(upPreparation);
    QCPAxisRect::update(upMargins);
    QCPAxisRect::update(upLayout);
    setRanges();
    QCPAxisRect::update(upPreparation);
  }

 private:
  // True if they changed.
  bool setRanges() {
    const EqualRanges ranges = equalAspect(m_x, m_y, QSizeF(size()));
    QCPAxis &x = *axis(QCPAxis::atBottom), &y = *axis(QCPAxis::atLeft);
    const QCPRange xBefore = x.range(), yBefore = y.range();
    x.setRange(ranges.x.low, ranges.x.high);
    y.setRange(ranges.y.low, ranges.y.high);
    return x.range() != xBefore || y.range() != yBefore;
  }

  Range m_x, m_y;
};

}  // namespace keyhole
