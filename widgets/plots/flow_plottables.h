// What QCustomPlot lacks: arrows, and a curve coloured by time.
#pragma once

#include "core/common/types.h"

#include <qcustomplot.h>

namespace keyhole {

// Arrows with a common scale, drawn in one go.
class ArrowField : public QCPAbstractPlottable {
  Q_OBJECT

 public:
  ArrowField(QCPAxis* keyAxis, QCPAxis* valueAxis);

  // Positions in axis coordinates, velocities in axis units per τ, all of one size.
  void setArrows(const Matrix& x, const Matrix& y, const Matrix& u, const Matrix& v);
  // An arrow is the way, in axis units, that its velocity makes in this time (τ).
  void setScale(double time) { m_scale = time; }

  double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }
  QCPRange getKeyRange(bool& found, QCP::SignDomain) const override;
  QCPRange getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const override;

 protected:
  void draw(QCPPainter* painter) override;
  void drawLegendIcon(QCPPainter*, const QRectF&) const override {}

 private:
  Matrix m_x, m_y, m_u, m_v;
  double m_scale = 1;
};

// The arrow of a round speed, at the bottom right of the text that names it.
class ArrowKey : public QCPAbstractItem {
  Q_OBJECT

 public:
  // text: an item of the same plot, with room for the arrow below its line.
  ArrowKey(QCustomPlot* plot, QCPItemText* text);

  void setLength(double length) { m_length = length; }  // along the x axis, in its coordinates
  void setPen(const QPen& pen) { m_pen = pen; }

  double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

 protected:
  void draw(QCPPainter* painter) override;

 private:
  QCPItemText* m_text;
  double m_length = 0;
  QPen m_pen;
};

// A polyline whose colour runs with time (viridis), marks at its start and end.
class TimeCurve : public QCPAbstractPlottable {
  Q_OBJECT

 public:
  TimeCurve(QCPAxis* keyAxis, QCPAxis* valueAxis);

  void setPoints(const Matrix& points);  // 2 x n; a column of NaN parts it
  void setWidth(double width) { m_width = width; }
  // Drawn in few points, and not wider than a pixel: what is to be seen for a moment only.
  void setSketched(bool sketched) { m_sketched = sketched; }
  void setSingleColour(const QColor& colour) { m_single = colour; }  // instead of the colours of time

  double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }
  QCPRange getKeyRange(bool& found, QCP::SignDomain) const override;
  QCPRange getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const override;

 protected:
  void draw(QCPPainter* painter) override;
  void drawLegendIcon(QCPPainter*, const QRectF&) const override {}

 private:
  Matrix m_points;
  double m_width = 1;
  bool m_sketched = false;
  QColor m_single;
};

// Draws a polyline in pixels, coloured by time in a few dozen pieces.
void drawTimeLine(QPainter& painter, const QPolygonF& pixels, double width,
                  const std::vector<qsizetype>& starts = {});

}  // namespace keyhole
