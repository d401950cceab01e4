#include "widgets/plots/report_figure.h"

#include "core/common/three_digits.h"
#include "widgets/plots/axes.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr int kMostTicks = 6;

QVector<double> listOf(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

// The ticks of the report's axes. As many as the panel thinks there is room for.
class ReportTicker : public QCPAxisTicker {
 public:
  explicit ReportTicker(const PlotAxis& axis) : m_axis(axis) {}

 protected:
  QVector<double> createTickVector(double, const QCPRange& range) override {
    PlotAxis shown = m_axis;
    shown.low = range.lower;
    shown.high = range.upper;
    return listOf(shown.ticks(std::min(kMostTicks, mTickCount + 1)));
  }
  QString getTickLabel(double tick, const QLocale&, QChar, int) override {
    return QString::fromStdString(threeDigits(tick));
  }
  QVector<double> createSubTickVector(int, const QVector<double>&) override { return {}; }

 private:
  PlotAxis m_axis;
};

QCPScatterStyle::ScatterShape shapeOf(LineMark mark) {
  switch (mark) {
    case LineMark::disc:
      return QCPScatterStyle::ssDisc;
    case LineMark::square:
      return QCPScatterStyle::ssSquare;
    case LineMark::triangle:
      return QCPScatterStyle::ssTriangle;
    case LineMark::diamond:
      return QCPScatterStyle::ssDiamond;
    case LineMark::turned:
      return QCPScatterStyle::ssTriangleInverted;
    case LineMark::cross:
      return QCPScatterStyle::ssCross;
  }
  return QCPScatterStyle::ssDisc;
}

QPen penOf(const QColor& colour, double width, int style) {
  QPen pen(colour, width);
  const auto& dash = lineStyle(style).dash;
  pen.setCapStyle(Qt::FlatCap);
  if (!dash.empty()) pen.setDashPattern(listOf(dash));
  return pen;
}

QVector<double> placesOf(const SvgLine& line, const PlotAxes& axes) {
  QVector<double> places;
  for (const double x : line.x) places.append(axes.x.moved(x, line.beside));
  return places;
}

void setAxis(QCPAxis* axis, const PlotAxis& of) {
  axis->setScaleType(of.logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
  axis->setTicker(QSharedPointer<ReportTicker>::create(of));
  axis->setRangeReversed(false);
  axis->setRange(of.low, of.high);
}

}  // namespace

ReportFigure::ReportFigure(QWidget* parent)
    : PlotPanel("reportFigure", tr("Figure"), parent),
      m_grid(new QCPLayoutGrid),
      m_margins(new QCPMarginGroup(&plot())) {
  legendAbove();
  QCPAxisRect* own = plot().axisRect();
  plot().plotLayout()->take(own);
  plot().plotLayout()->simplify();
  plot().plotLayout()->addElement(1, 0, m_grid);
  m_grid->setRowSpacing(0);
  m_grid->addElement(0, 0, own);
  m_panels.append(own);
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

// As many ticks along as each panel has room for, and up the same in all.
void ReportFigure::adaptTo(QSize size) {
  const auto room = size.width() / static_cast<int>(5 * m_panels.size());
  for (QCPAxisRect* panel : std::as_const(m_panels)) {
    panel->axis(QCPAxis::atBottom)
        ->ticker()
        ->setTickCount(std::clamp(room / std::max(theme().fontPixels, 1), 1, m_panels.size() > 1 ? 2 : 4));
    panel->axis(QCPAxis::atLeft)->ticker()->setTickCount(plot().yAxis->ticker()->tickCount());
  }
  PlotPanel::adaptTo(size);
}

// The report's colours are those of a white page; the theme's are the same, where it has them, and what is
// too dark on a dark one is made lighter.
QColor ReportFigure::drawn(const std::string& colour) const {
  const QColor asked(QString::fromStdString(colour));
  if (asked == Theme().student) return theme().student;
  if (asked == Theme().teacher) return theme().teacher;
  if (asked == Theme().muted) return theme().muted;
  if (!theme().dark || asked.lightness() >= 150) return asked;
  return QColor::fromHsl(asked.hslHue(), asked.hslSaturation() * 2 / 3, 165);
}

void ReportFigure::draw() {
  plot().clearPlottables();
  m_named.clear();
  makePanels(m_block.plot ? m_block.plot->panelCount() : 1);
  for (QCPAxis* axis : {plot().xAxis, plot().yAxis}) {
    axis->setLabel({});
    axis->setTickLabels(true);
    axis->setNumberFormat("g");
    axis->setNumberPrecision(4);
  }
  if (m_block.plot)
    drawPlot(*m_block.plot);
  else if (!m_block.bars.empty())
    drawBars();
  queueReplot();
}

// So many side by side, with the same edges above and below.
void ReportFigure::makePanels(int count) {
  for (QCPTextElement* title : std::as_const(m_titles)) m_grid->remove(title);
  m_titles.clear();
  while (m_panels.size() > std::max(count, 1)) m_grid->remove(m_panels.takeLast());
  m_grid->simplify();
  if (count > 1) m_grid->insertRow(0);
  while (m_panels.size() < count) {
    auto* rect = new QCPAxisRect(&plot());
    for (QCPAxis* axis : rect->axes()) {
      axis->setLayer("axes");
      axis->grid()->setLayer("grid");
      axis->setVisible(axis->axisType() == QCPAxis::atBottom || axis->axisType() == QCPAxis::atLeft);
    }
    m_grid->addElement(1, static_cast<int>(m_panels.size()), rect);
    m_panels.append(rect);
  }
  for (qsizetype i = 0; i < m_panels.size(); ++i) {
    m_panels[i]->setMarginGroup(QCP::msBottom | QCP::msTop, count > 1 ? m_margins : nullptr);
    if (i == 0) continue;
    styleAxis(m_panels[i]->axis(QCPAxis::atBottom), true);
    styleAxis(m_panels[i]->axis(QCPAxis::atLeft), false);
    m_panels[i]->setMinimumMargins(m_panels.front()->minimumMargins());
  }
  m_grid->setColumnSpacing(theme().fontPixels);
}

void ReportFigure::drawPlot(const SvgPlot& figure) {
  const PlotAxes axes = axesOf(figure);
  if (!axes.good) return;
  for (qsizetype i = 0; i < m_panels.size(); ++i) {
    setAxis(m_panels[i]->axis(QCPAxis::atBottom), axes.x);
    setAxis(m_panels[i]->axis(QCPAxis::atLeft), axes.y);
    // Once, below the middle one.
    m_panels[i]
        ->axis(QCPAxis::atBottom)
        ->setLabel(i == m_panels.size() / 2 ? QString::fromStdString(figure.xLabel) : QString());
    if (m_panels.size() < 2) continue;
    const auto& title = figure.panels[static_cast<std::size_t>(i)];
    auto* element = new QCPTextElement(&plot(), QString::fromStdString(title), theme().font());
    element->setTextColor(theme().foreground);
    m_grid->addElement(0, static_cast<int>(i), element);
    m_titles.append(element);
  }
  plot().yAxis->setLabel(QString::fromStdString(figure.yLabel));
  for (const auto& line : figure.lines) drawLine(line, axes);
  drawLevels(figure, axes);
}

QCPGraph* ReportFigure::graphIn(int panel, const QPen& pen) {
  QCPAxisRect* rect = m_panels[std::clamp<qsizetype>(panel, 0, m_panels.size() - 1)];
  QCPGraph* graph = plot().addGraph(rect->axis(QCPAxis::atBottom), rect->axis(QCPAxis::atLeft));
  graph->setPen(pen);
  graph->removeFromLegend();
  return graph;
}

void ReportFigure::nameGraph(QCPGraph* graph, const std::string& label) {
  const QString name = QString::fromStdString(label);
  graph->setName(name);
  if (name.isEmpty() || m_named.contains(name)) return;
  m_named.append(name);
  graph->addToLegend();
}

void ReportFigure::drawLine(const SvgLine& line, const PlotAxes& axes) {
  const QColor colour = drawn(line.colour);
  if (!line.low.empty() && !line.dots) drawBand(line, axes, colour);
  QCPGraph* graph = graphIn(line.panel, penOf(colour, 1.5 * theme().lineWidth, line.style));
  graph->setData(placesOf(line, axes), listOf(line.y));
  if (!line.low.empty() && line.dots) drawIntervals(line, axes, graph, colour);
  if (line.dots)
    graph->setScatterStyle({shapeOf(lineStyle(line.style).mark), QPen(colour, 1.2 * theme().lineWidth),
                            colour, theme().markSize});
  nameGraph(graph, line.label);
}

// An end that is not known is the edge of the plot.
void ReportFigure::drawBand(const SvgLine& line, const PlotAxes& axes, const QColor& colour) {
  QVector<double> low, high;
  for (std::size_t i = 0; i < line.x.size() && i < line.low.size() && i < line.high.size(); ++i) {
    const bool down = axes.y.shows(line.low[i]), up = axes.y.shows(line.high[i]);
    low.append(down ? line.low[i] : up ? axes.y.low : qQNaN());
    high.append(up ? line.high[i] : down ? axes.y.high : qQNaN());
  }
  QCPGraph* lower = graphIn(line.panel, Qt::NoPen);
  QCPGraph* upper = graphIn(line.panel, Qt::NoPen);
  lower->setData(listOf(line.x), low);
  upper->setData(listOf(line.x), high);
  QColor veil = colour;
  veil.setAlpha(50);
  upper->setBrush(veil);
  upper->setChannelFillGraph(lower);
}

// Bars; an open end reaches beyond the edge of the plot, so that it has no foot.
void ReportFigure::drawIntervals(const SvgLine& line, const PlotAxes& axes, QCPGraph* of,
                                 const QColor& colour) {
  const double beyondHigh =
      axes.y.logarithmic ? axes.y.high * (axes.y.high / axes.y.low) : 2 * axes.y.high - axes.y.low;
  QVector<double> down, up;
  for (std::size_t i = 0; i < line.y.size() && i < line.low.size() && i < line.high.size(); ++i) {
    const bool low = axes.y.shows(line.low[i]), high = axes.y.shows(line.high[i]);
    const double open =
        axes.y.logarithmic ? line.y[i] * (1 - 1e-12) : line.y[i] - (2 * axes.y.low - axes.y.high);
    down.append(low ? line.y[i] - line.low[i] : high ? open : 0);
    up.append(high ? line.high[i] - line.y[i] : low ? beyondHigh - line.y[i] : 0);
  }
  auto* bars = new QCPErrorBars(of->keyAxis(), of->valueAxis());
  bars->removeFromLegend();
  bars->setDataPlottable(of);
  bars->setData(down, up);
  bars->setPen(QPen(colour, theme().lineWidth));
  bars->setWhiskerWidth(0.8 * theme().markSize);
  bars->setSymbolGap(0);
}

void ReportFigure::drawLevels(const SvgPlot& figure, const PlotAxes& axes) {
  for (const auto& level : figure.levels)
    for (int panel = 0; panel < figure.panelCount(); ++panel) {
      QCPGraph* graph = graphIn(panel, penOf(drawn(kLevelColour), theme().lineWidth, level.style));
      graph->setData({axes.x.low, axes.x.high}, {level.value, level.value});
      nameGraph(graph, level.label);
    }
}

void ReportFigure::drawBars() {
  auto* bars = new QCPBars(plot().yAxis, plot().xAxis);
  bars->setName(tr("with standard errors"));
  bars->setPen(Qt::NoPen);
  QColor fill = theme().student;
  fill.setAlphaF(0.75F);
  bars->setBrush(fill);
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
  setAxis(plot().xAxis, {0, 1.03 * endOfBars(m_block.bars), false, false});  // its last number has room
  plot().yAxis->setScaleType(QCPAxis::stLinear);
  plot().yAxis->setTicker(names);
  plot().yAxis->setRange(-0.6, static_cast<double>(m_block.bars.size()) - 0.4);
  plot().yAxis->setRangeReversed(true);
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
