#include "app/import_picture.h"

#include "widgets/plots/colour_map.h"

#include <QVBoxLayout>
#include <qcustomplot.h>

#include <cmath>

namespace keyhole {
namespace {

constexpr double kClip = 3;  // standard deviations at the ends of the colours

QString timeLabel(const ImportPreview& preview) {
  return preview.seconds > 0 ? QObject::tr("time (s)") : QObject::tr("time point");
}

QCPColorGradient importColours(const Theme& theme) {
  QCPColorGradient colours;
  QMap<double, QColor> stops;
  for (int i = 0; i <= 16; ++i) stops[i / 16.0] = timeColour(i / 16.0);
  colours.setColorStops(stops);
  colours.setNanHandling(QCPColorGradient::nhNanColor);
  colours.setNanColor(theme.background);
  return colours;
}

}  // namespace

ImportPicture::ImportPicture(const Theme& theme, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_raster(new QCustomPlot(this)), m_traces(new QCustomPlot(this)) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  layout->addWidget(m_raster, 3);
  layout->addWidget(m_traces, 2);
  m_map = new QCPColorMap(m_raster->xAxis, m_raster->yAxis);
  m_map->setVisible(false);  // until there is something
  m_map->setInterpolate(false);
  m_map->setTightBoundary(false);  // whole cells at the ends
  m_map->setGradient(importColours(theme));
  m_raster->yAxis->setLabel(tr("unit"));
  const QSharedPointer<QCPAxisTickerFixed> wholeUnits(new QCPAxisTickerFixed);
  wholeUnits->setTickStep(1);
  wholeUnits->setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
  m_raster->yAxis->setTicker(wholeUnits);
  m_traces->yAxis->setLabel(tr("first samples"));
  m_raster->setAccessibleName(tr("Raster of what would be read"));
  m_traces->setAccessibleName(tr("Traces of the first samples"));
  for (auto* plot : {m_raster, m_traces}) style(*plot);
  m_raster->setMinimumHeight(120);
  m_traces->setMinimumHeight(90);
}

void ImportPicture::style(QCustomPlot& plot) const {
  plot.setBackground(m_theme.background);
  plot.axisRect()->setAutoMargins(QCP::msLeft | QCP::msBottom | QCP::msTop | QCP::msRight);
  for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) {
    const QPen pen(m_theme.foreground, 0.75 * m_theme.lineWidth);
    axis->setBasePen(pen);
    axis->setTickPen(pen);
    axis->setSubTickPen(Qt::NoPen);
    axis->grid()->setVisible(false);
    axis->setTickLabelFont(m_theme.font());
    axis->setLabelFont(m_theme.font());
    axis->setTickLabelColor(m_theme.foreground);
    axis->setLabelColor(m_theme.foreground);
    axis->ticker()->setTickCount(5);
  }
}

void ImportPicture::show(const ImportPreview& preview) {
  m_map->setVisible(true);
  showRaster(preview);
  showTraces(preview);
  setStale(false);
}

void ImportPicture::setStale(bool stale) {
  setEnabled(!stale);
  for (auto* plot : {m_raster, m_traces}) {
    plot->axisRect()->setBackground(stale ? QBrush(QColor(128, 128, 128, 30)) : QBrush(Qt::NoBrush));
    plot->replot(QCustomPlot::rpQueuedReplot);
  }
}

void ImportPicture::showRaster(const ImportPreview& preview) {
  const Matrix& raster = preview.picture.raster;
  const double unit = preview.seconds > 0 ? preview.seconds : 1;
  const double perColumn = unit * static_cast<double>(preview.picture.perColumn);
  const double end = unit * static_cast<double>(preview.timePoints);
  m_map->data()->setSize(static_cast<int>(raster.cols()), static_cast<int>(raster.rows()));
  m_map->data()->setRange(QCPRange(0.5 * perColumn, (static_cast<double>(raster.cols()) - 0.5) * perColumn),
                          QCPRange(1, static_cast<double>(std::max<Index>(preview.units, 2))));
  for (Index column = 0; column < raster.cols(); ++column)
    for (Index row = 0; row < raster.rows(); ++row)
      m_map->data()->setCell(static_cast<int>(column), static_cast<int>(row), raster(row, column));
  m_map->setDataRange(QCPRange(-kClip, kClip));
  m_raster->clearItems();
  constexpr std::size_t kMostLines = 200;
  if (preview.bounds.size() <= kMostLines)
    for (std::size_t k = 1; k + 1 < preview.bounds.size(); ++k) {
      auto* line = new QCPItemStraightLine(m_raster);
      line->setPen(QPen(m_theme.background, 1));
      const double x = unit * static_cast<double>(preview.bounds[k]);
      line->point1->setCoords(x, 0);
      line->point2->setCoords(x, 1);
    }
  m_raster->xAxis->setRange(0, end);
  m_raster->yAxis->setRange(0.5, static_cast<double>(preview.units) + 0.5);
  m_raster->yAxis->setRangeReversed(true);
  m_raster->xAxis->setLabel(timeLabel(preview));
}

void ImportPicture::showTraces(const ImportPreview& preview) {
  const Matrix& traces = preview.picture.traces;
  const double unit = preview.seconds > 0 ? preview.seconds : 1;
  m_traces->clearGraphs();
  const Index points = traces.cols();
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (Index row = 0; row < traces.rows(); ++row) {
    QCPGraph* graph = m_traces->addGraph();
    graph->setPen(
        QPen(timeColour(static_cast<double>(row) / static_cast<double>(traces.rows())), m_theme.lineWidth));
    QVector<double> x, y;
    for (Index t = 0; t < points; ++t) {
      x.append(unit * static_cast<double>(t));
      y.append(traces(row, t));
      if (std::isnan(traces(row, t))) continue;
      low = std::min(low, traces(row, t));
      high = std::max(high, traces(row, t));
    }
    graph->setData(x, y, true);
  }
  if (!(low <= high)) low = 0, high = 1;
  const double room = 0.05 * std::max(high - low, 1e-12);
  m_traces->xAxis->setRange(0, unit * static_cast<double>(std::max<Index>(points - 1, 1)));
  m_traces->yAxis->setRange(low - room, high + room);
  m_traces->xAxis->setLabel(timeLabel(preview));
}

}  // namespace keyhole
