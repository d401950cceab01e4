#include "widgets/plots/report_figure.h"

#include "widgets/plots/axes.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

QVector<double> listOf(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

QSharedPointer<QCPAxisTicker> tickerOf(bool logarithmic) {
  if (logarithmic) return QSharedPointer<QCPAxisTickerLog>::create();
  return QSharedPointer<QCPAxisTicker>::create();
}

// Whether the lines are over whole numbers, some of them neighbours: then there is nothing between them.
bool countsAlong(const SvgPlot& figure) {
  bool neighbours = false;
  for (const auto& line : figure.lines)
    for (std::size_t i = 0; i < line.x.size(); ++i) {
      if (line.x[i] != std::round(line.x[i])) return false;
      neighbours = neighbours || (i > 0 && line.x[i] == line.x[i - 1] + 1);
    }
  return neighbours;
}

}  // namespace

bool isFigure(const ReportBlock& block) {
  return block.plot || !block.bars.empty();
}

ReportFigure::ReportFigure(QWidget* parent) : PlotPanel("reportFigure", tr("Figure"), parent) {
  legendAbove();
  applyTheme();
}

void ReportFigure::setBlock(const ReportBlock& block) {
  m_block = block;
  plot().setVisible(isFigure(block));
  draw();
}

void ReportFigure::applyTheme() {
  PlotPanel::applyTheme();
  draw();
}

// The report's colours are those of a white page; the theme's are the same, where it has them.
QColor ReportFigure::drawn(const std::string& colour) const {
  const QColor asked(QString::fromStdString(colour));
  if (asked == Theme().student) return theme().student;
  if (asked == Theme().teacher) return theme().teacher;
  return asked;
}

void ReportFigure::draw() {
  plot().clearPlottables();
  for (QCPAxis* axis : {plot().xAxis, plot().yAxis}) {
    axis->setLabel({});
    axis->setTickLabels(true);
  }
  if (m_block.plot)
    drawPlot(*m_block.plot);
  else if (!m_block.bars.empty())
    drawBars();
  queueReplot();
}

void ReportFigure::drawPlot(const SvgPlot& figure) {
  const auto prepare = [&](QCPAxis* axis, bool logarithmic, const std::string& label) {
    axis->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    axis->setTicker(tickerOf(logarithmic));
    axis->setNumberFormat("g");
    axis->setNumberPrecision(4);
    axis->setLabel(QString::fromStdString(label));
    axis->setRangeReversed(false);
  };
  prepare(plot().xAxis, figure.logX, figure.xLabel);
  prepare(plot().yAxis, figure.logY, figure.yLabel);
  if (!figure.logX && countsAlong(figure)) {
    auto whole = QSharedPointer<QCPAxisTickerFixed>::create();
    whole->setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
    plot().xAxis->setTicker(whole);
  }
  for (const auto& line : figure.lines) drawLine(line);
  for (QCPAxis* axis : {plot().xAxis, plot().yAxis}) {
    axis->rescale();
    QCPRange range = axis->range();
    // A decade of a logarithmic axis is its least, so that it has two numbers.
    if (axis->scaleType() == QCPAxis::stLogarithmic && range.lower > 0) {
      const double spread = std::max(range.upper / range.lower, 10.0);
      const double middle = std::sqrt(range.upper * range.lower), edge = std::pow(spread, 0.54);
      range = {middle / edge, middle * edge};
    } else {
      const double room = 0.04 * (range.size() > 0 ? range.size() : 1);
      range = {range.lower - room, range.upper + room};
    }
    axis->setRange(range);
  }
}

void ReportFigure::drawLine(const SvgLine& line) {
  const QColor colour = drawn(line.colour);
  const auto y = listOf(line.y), x = listOf(line.x);
  if (!line.low.empty() && line.dots) {
    QVector<double> down, up;
    for (qsizetype i = 0; i < y.size() && i < static_cast<qsizetype>(line.low.size()); ++i) {
      const auto at = static_cast<std::size_t>(i);
      down.append(std::isfinite(line.low[at]) ? y[i] - line.low[at] : 0);
      up.append(std::isfinite(line.high[at]) ? line.high[at] - y[i] : 0);
    }
    QCPGraph* graph = addLine(QPen(colour, 1.3 * theme().lineWidth), QString::fromStdString(line.label));
    auto* bars = new QCPErrorBars(plot().xAxis, plot().yAxis);
    bars->removeFromLegend();
    bars->setDataPlottable(graph);
    bars->setData(down, up);
    bars->setPen(QPen(colour, theme().lineWidth));
    bars->setWhiskerWidth(0.8 * theme().markSize);
    graph->setData(x, y);
    graph->setScatterStyle({QCPScatterStyle::ssDisc, colour, 0.8 * theme().markSize});
    if (line.label.empty()) graph->removeFromLegend();
    return;
  }
  if (!line.low.empty()) {
    QCPGraph* low = addLine(Qt::NoPen, {});
    QCPGraph* high = addLine(Qt::NoPen, {});
    low->setData(x, listOf(line.low));
    high->setData(x, listOf(line.high));
    QColor veil = colour;
    veil.setAlpha(50);
    high->setBrush(veil);
    high->setChannelFillGraph(low);
    low->removeFromLegend();
    high->removeFromLegend();
  }
  QCPGraph* graph = addLine(QPen(colour, 1.5 * theme().lineWidth), QString::fromStdString(line.label));
  graph->setData(x, y);
  if (line.dots) graph->setScatterStyle({QCPScatterStyle::ssDisc, colour, 0.8 * theme().markSize});
  if (line.label.empty()) graph->removeFromLegend();
}

void ReportFigure::drawBars() {
  auto* bars = new QCPBars(plot().yAxis, plot().xAxis);
  bars->setName(tr("with standard errors"));
  bars->setPen(Qt::NoPen);
  bars->setBrush(theme().student);
  bars->setWidth(0.6);
  auto names = QSharedPointer<QCPAxisTickerText>::create();
  QVector<double> at, value, error;
  for (std::size_t i = 0; i < m_block.bars.size(); ++i) {
    const auto& bar = m_block.bars[i];
    at.append(static_cast<double>(i));
    value.append(bar.value);
    error.append(std::isfinite(bar.error) ? bar.error : 0);
    names->addTick(static_cast<double>(i), QString::fromStdString(bar.label));
  }
  bars->setData(at, value);
  auto* errors = new QCPErrorBars(plot().yAxis, plot().xAxis);
  errors->removeFromLegend();
  errors->setErrorType(QCPErrorBars::etValueError);
  errors->setDataPlottable(bars);
  errors->setSymbolGap(0);
  errors->setData(error);
  errors->setPen(QPen(theme().foreground, theme().lineWidth));
  for (QCPAxis* axis : {plot().xAxis, plot().yAxis}) axis->setScaleType(QCPAxis::stLinear);
  plot().yAxis->setTicker(names);
  plot().yAxis->setRange(-0.6, static_cast<double>(m_block.bars.size()) - 0.4);
  plot().yAxis->setRangeReversed(true);
  plot().xAxis->setTicker(tickerOf(false));
  plot().xAxis->setNumberFormat("g");
  plot().xAxis->setRange(0, 1);
  plot().xAxis->setLabel(QString::fromStdString(m_block.barsTitle));
}

QString ReportFigure::describe(double x, double y, QPointF) const {
  if (!m_block.bars.empty()) {
    const auto at = static_cast<std::size_t>(std::max(0.0, std::round(y)));
    if (at >= m_block.bars.size()) return {};
    return QString("%1: %2").arg(QString::fromStdString(m_block.bars[at].label),
                                 shortNumber(m_block.bars[at].value));
  }
  if (!m_block.plot) return {};
  return QString("%1 %2, %3 %4")
      .arg(QString::fromStdString(m_block.plot->xLabel), shortNumber(x),
           QString::fromStdString(m_block.plot->yLabel), shortNumber(y));
}

std::vector<PanelData> ReportFigure::data() const {
  std::vector<PanelData> all;
  if (!m_block.plot) return all;
  for (const auto& line : m_block.plot->lines) {
    PanelData one{QString::fromStdString(line.label), {"x", "y"}, {}};
    one.rows.resize(static_cast<Index>(line.x.size()), 2);
    for (std::size_t i = 0; i < line.x.size(); ++i)
      one.rows.row(static_cast<Index>(i)) << line.x[i], line.y[i];
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace keyhole
