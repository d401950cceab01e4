#include "widgets/plots/flow_plottables.h"

#include "widgets/plots/colour_map.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

QCPRange rangeOf(const Eigen::Ref<const Eigen::RowVectorXd>& values, bool& found) {
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const double value : values)  // what is no number compares with none
    low = std::min(low, value), high = std::max(high, value);
  found = low <= high;
  return found ? QCPRange(low, high) : QCPRange();
}

// An arrow in pixels, unless it is a dot, or endless.
void addArrow(QVector<QLineF>& lines, QPointF from, QPointF to) {
  constexpr double kHeadShare = 0.35, kMostHead = 5, kLeastArrow = 0.8;
  const QPointF along = to - from;
  const double length = std::hypot(along.x(), along.y());
  if (!(length > kLeastArrow) || !(length < 1e5)) return;
  lines.append(QLineF(from, to));
  const double head = std::min(kMostHead, kHeadShare * length);
  const QPointF unit = along / length, across(-unit.y(), unit.x());
  lines.append(QLineF(to, to - head * (unit + 0.5 * across)));
  lines.append(QLineF(to, to - head * (unit - 0.5 * across)));
}

}  // namespace

ArrowField::ArrowField(QCPAxis* keyAxis, QCPAxis* valueAxis) : QCPAbstractPlottable(keyAxis, valueAxis) {
  setAntialiased(true);
}

void ArrowField::setArrows(const Matrix& x, const Matrix& y, const Matrix& u, const Matrix& v) {
  m_x = x;
  m_y = y;
  m_u = u;
  m_v = v;
}

QCPRange ArrowField::getKeyRange(bool& found, QCP::SignDomain) const {
  return rangeOf(m_x.reshaped().transpose(), found);
}

QCPRange ArrowField::getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const {
  return rangeOf(m_y.reshaped().transpose(), found);
}

void ArrowField::draw(QCPPainter* painter) {
  applyDefaultAntialiasingHint(painter);
  painter->setPen(mPen);
  QVector<QLineF> lines;
  for (Index i = 0; i < m_x.size(); ++i)
    addArrow(lines, coordsToPixels(m_x(i), m_y(i)),
             coordsToPixels(m_x(i) + m_scale * m_u(i), m_y(i) + m_scale * m_v(i)));
  painter->drawLines(lines);
}

ArrowKey::ArrowKey(QCustomPlot* plot, QCPItemText* text) : QCPAbstractItem(plot), m_text(text) {
  setAntialiased(true);
}

void ArrowKey::draw(QCPPainter* painter) {
  const QCPAxis* axis = parentPlot()->xAxis;
  const double length = axis->coordToPixel(m_length) - axis->coordToPixel(0);
  const QPointF corner = m_text->bottomRight->pixelPosition();
  const double inset = 0.3 * painter->fontMetrics().height();
  const QPointF to = corner + QPointF(-inset, -inset);
  QVector<QLineF> lines;
  addArrow(lines, to - QPointF(length, 0), to);
  painter->setPen(m_pen);
  painter->drawLines(lines);
}

TimeCurve::TimeCurve(QCPAxis* keyAxis, QCPAxis* valueAxis) : QCPAbstractPlottable(keyAxis, valueAxis) {
  setAntialiased(true);
}

void TimeCurve::setPoints(const Matrix& points) {
  m_points = points;
}

QCPRange TimeCurve::getKeyRange(bool& found, QCP::SignDomain) const {
  if (m_points.cols() > 0) return rangeOf(m_points.row(0), found);
  found = false;
  return {};
}

QCPRange TimeCurve::getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const {
  if (m_points.cols() > 0) return rangeOf(m_points.row(1), found);
  found = false;
  return {};
}

void TimeCurve::draw(QCPPainter* painter) {
  if (m_points.cols() < 2) return;
  applyDefaultAntialiasingHint(painter);
  QPolygonF pixels;
  std::vector<qsizetype> starts;  // of a new piece
  bool begins = false;
  // Points closer than a third of a pixel draw nothing new.
  const double apart = m_sketched ? 1.5 : 0.33;
  for (Index i = 0; i < m_points.cols(); ++i) {
    if (std::isnan(m_points(0, i))) {
      begins = !pixels.isEmpty();
      continue;
    }
    const QPointF next = coordsToPixels(m_points(0, i), m_points(1, i));
    if (begins) starts.push_back(pixels.size());
    if (!begins && !pixels.isEmpty() && (next - pixels.last()).manhattanLength() < apart &&
        i + 1 < m_points.cols())
      continue;
    if (std::abs(next.x()) > 1e6 || std::abs(next.y()) > 1e6) break;
    pixels.append(next);
    begins = false;
  }
  if (!m_single.isValid())
    return drawTimeLine(*painter, pixels, m_sketched ? std::min(m_width, 1.0) : m_width, starts);
  painter->setPen(QPen(m_single, m_width));
  painter->drawPolyline(pixels);
  painter->setBrush(m_single);
  if (!pixels.isEmpty()) painter->drawEllipse(pixels.first(), 2 * m_width, 2 * m_width);
}

void drawTimeLine(QPainter& painter, const QPolygonF& pixels, double width,
                  const std::vector<qsizetype>& starts) {
  constexpr qsizetype kPieces = 48;
  const qsizetype n = pixels.size();
  for (qsizetype piece = 0; piece < kPieces; ++piece) {
    const qsizetype begin = piece * (n - 1) / kPieces, end = (piece + 1) * (n - 1) / kPieces;
    if (end <= begin) continue;
    painter.setPen(QPen(timeColour((static_cast<double>(piece) + 0.5) / kPieces), width));
    qsizetype from = begin;
    for (auto start = std::upper_bound(starts.begin(), starts.end(), begin);
         start != starts.end() && *start <= end; ++start) {
      painter.drawPolyline(pixels.constData() + from, static_cast<int>(*start - from));
      from = *start;
    }
    if (end > from) painter.drawPolyline(pixels.constData() + from, static_cast<int>(end - from + 1));
  }
}

}  // namespace keyhole
