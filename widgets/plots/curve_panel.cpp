#include "widgets/plots/curve_panel.h"

#include "core/common/nan.h"
#include "core/experiment/stage_options.h"
#include "widgets/plots/axes.h"
#include "widgets/plots/curve_quantity.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr int kGrabPixels = 8;
constexpr auto kNow = "now";

QString shownQuantity(const Experiment& experiment) {
  return QString::fromStdString(experiment.settings.text("view.curve"));
}

}  // namespace

CurvePanel::CurvePanel(QWidget* parent)
    : PlotPanel("curve", tr("Curves"), parent),
      m_bandLow(addLine({}, {})),
      m_bandHigh(addLine({}, {})),
      m_longTime(addLine({}, tr("T→∞"))),
      m_finite(addLine({}, tr("MAP"))),
      m_teacher(addLine({}, tr("teacher"))),
      m_errors(new QCPErrorBars(plot().xAxis, plot().yAxis)),
      m_mean(addLine({}, tr("mean ± s.e."))),
      m_now(new QCPItemStraightLine(&plot())),
      m_nowText(addNote(Qt::AlignLeft | Qt::AlignTop, 0, 0.01)) {
  setAccessibleDescription(
      tr("What students claim over the seen fraction of the units, with the theory. Drag the line to see "
         "more or fewer units."));
  m_errors->setDataPlottable(m_mean);
  m_errors->removeFromLegend();
  for (QCPGraph* bound : {m_bandLow, m_bandHigh}) bound->removeFromLegend();
  m_bandHigh->setChannelFillGraph(m_bandLow);
  m_nowText->position->setTypeX(QCPItemPosition::ptPlotCoords);
  m_nowText->setPadding(QMargins(3, 0, 0, 0));
  // While the hand moves, only the line is painted.
  plot().addLayer(kNow, plot().layer("overlay"), QCustomPlot::limAbove);
  plot().layer(kNow)->setMode(QCPLayer::lmBuffered);
  m_now->setLayer(kNow);
  m_nowText->setLayer(kNow);
  legendAbove();
  showFrame(false);  // until there is a curve
  connect(&plot(), &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
    const double line = plot().xAxis->coordToPixel(m_now->point1->coords().x());
    m_dragging = isOverSeen() && event->button() == Qt::LeftButton &&
                 std::abs(event->position().x() - line) < kGrabPixels;
    if (m_dragging) ++m_gesture;
  });
  connect(&plot(), &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
    if (m_dragging) dragTo(plot().xAxis->pixelToCoord(event->position().x()));
    const double line = plot().xAxis->coordToPixel(m_now->point1->coords().x());
    const bool near = isOverSeen() && std::abs(event->position().x() - line) < kGrabPixels;
    plot().setCursor(near || m_dragging ? Qt::SplitHCursor : Qt::ArrowCursor);
  });
  connect(&plot(), &QCustomPlot::mouseRelease, this, [this] { m_dragging = false; });
  CurvePanel::applyTheme();
}

void CurvePanel::applyTheme() {
  PlotPanel::applyTheme();
  const double width = theme().lineWidth, size = 0.7 * theme().markSize;
  m_longTime->setPen(QPen(theme().student, 1.3 * width));
  m_longTime->setScatterStyle(
      {QCPScatterStyle::ssCircle, QPen(theme().student, width), theme().background, 0.8 * size});
  m_finite->setLineStyle(QCPGraph::lsNone);
  m_finite->setScatterStyle({QCPScatterStyle::ssCross, QPen(theme().student, width), Qt::NoBrush, size});
  m_teacher->setPen(QPen(theme().teacher, 1.3 * width, Qt::DashLine));
  QColor mean = theme().student;
  mean.setAlpha(120);
  m_mean->setPen(QPen(mean, 3 * width));
  m_errors->setPen(QPen(mean, width));
  m_errors->setWhiskerWidth(0);
  QColor band = theme().foreground;
  band.setAlpha(24);
  m_bandLow->setPen(Qt::NoPen);
  m_bandHigh->setPen(Qt::NoPen);
  m_bandHigh->setBrush(band);
  m_now->setPen(QPen(theme().foreground, 1.5 * width));
  for (QCPAbstractPlottable* line : std::as_const(m_theory)) {
    QPen pen = line->pen();
    pen.setColor(theme().foreground);
    pen.setWidthF(width);
    line->setPen(pen);
  }
}

bool CurvePanel::speaksFor(const Experiment& experiment) const {
  return experiment.teacher && experiment.teacher->teacher;
}

void CurvePanel::showExperiment(const Experiment& experiment) {
  const QString quantity = shownQuantity(experiment);
  const bool changed = quantity != m_quantity;
  m_quantity = quantity;
  if (changed && m_curve) showCurve();
  showWhyEmpty();
  showNow();
  Fingerprint shown;
  shown.add(quantity).add(m_problem).add(std::uint64_t{m_curve != nullptr});
  if (isDrawn(shown) && m_curve)
    replotLayer(kNow);
  else
    queueReplot();
}

void CurvePanel::setCurve(std::shared_ptr<const SeenCurve> curve) {
  m_curve = std::move(curve);
  m_problem.clear();
  showWhyEmpty();
  if (m_curve) showCurve();
  // What is older than the settings is drawn fainter than what is true.
  for (QCPGraph* graph : {m_longTime, m_finite, m_mean, m_teacher})
    graph->setVisible(static_cast<bool>(m_curve));
  for (QCPAbstractPlottable* line : std::as_const(m_theory)) line->setVisible(static_cast<bool>(m_curve));
  m_bandHigh->setVisible(static_cast<bool>(m_curve));
  m_errors->setVisible(static_cast<bool>(m_curve));
  showNow();
  queueReplot();
}

void CurvePanel::showFrame(bool shown) {
  for (QCPAxis* axis : {plot().xAxis, plot().yAxis}) axis->setVisible(shown);
  legendAbove()->setVisible(shown);
}

void CurvePanel::showCurve() {
  showFrame(true);
  for (QCPGraph* graph : {m_longTime, m_finite, m_mean, m_teacher, m_bandLow, m_bandHigh})
    graph->data()->clear();
  m_errors->data()->clear();
  const std::vector<double>& x = m_curve->positions;
  const auto add = [&](QCPGraph* graph, const Curve& curve) {
    for (std::size_t i = 0; i < curve.rows.size(); ++i)
      graph->addData(x[i], curveValue(curve.rows[i], m_quantity));
  };
  add(m_longTime, m_curve->longTime);
  add(m_finite, m_curve->finite);
  for (std::size_t i = 0; i < m_curve->draws.size(); ++i) {
    const MeanOfDraws mean = meanOf(m_curve->draws[i], m_quantity);
    if (mean.count == 0 || !std::isfinite(mean.mean)) continue;
    m_mean->addData(x[i], mean.mean);
    m_errors->addData(std::isfinite(mean.error) ? mean.error : 0);
  }
  // Over a setting of the teacher, the teacher changes too.
  const bool sameTeacher = isOverSeen() || settingRow(m_curve->over).stage != Stage::teacher;
  if (experiment() && sameTeacher && !x.empty()) {
    const double own = teacherValue(*experiment(), m_quantity);
    if (std::isfinite(own))
      for (const double end : {x.front(), x.back()}) m_teacher->addData(end, own);
  }
  showTheory(m_quantity);
  showLegend();
  plot().yAxis->setLabel(axisLabel(m_quantity));
  placeAxes();
  CurvePanel::applyTheme();
}

// What random vectors have.
void CurvePanel::showChance() {
  auto* line = new QCPGraph(plot().xAxis, plot().yAxis);
  line->setName(tr("chance"));
  line->setPen(QPen(Qt::black, 1, Qt::DotLine));
  const auto& rows = m_curve->longTime.rows.empty() ? m_curve->finite.rows : m_curve->longTime.rows;
  for (std::size_t i = 0; i < rows.size(); ++i)
    line->addData(m_curve->positions[i], rows[i].modes.chanceOverlap);
  m_theory.append(line);
}

// All of the theory is of the leading eigenvalue.
void CurvePanel::showTheory(const QString& quantity) {
  for (QCPAbstractPlottable* line : std::as_const(m_theory)) plot().removePlottable(line);
  m_theory.clear();
  if (isOverlap(quantity)) return showChance();
  if (quantity != "eigenvalue") return;
  for (const TheoryCurve& theory : m_curve->longTime.theory) {
    if (theory.name == "low-rank scatter") continue;  // the draws show it
    const bool band = theory.kind == TheoryKind::band && theory.low.size() == theory.values.size();
    auto* line = new QCPGraph(plot().xAxis, plot().yAxis);
    line->setName(QString::fromStdString(theory.name));
    const Qt::PenStyle style = theory.kind == TheoryKind::value ? Qt::SolidLine : Qt::DotLine;
    line->setPen(QPen(Qt::black, 1, band ? Qt::NoPen : style));
    for (Index i = 0; i < theory.values.size(); ++i) {
      const double x = m_curve->positions[static_cast<std::size_t>(i)];
      if (band) {
        m_bandLow->addData(x, theory.low(i));
        m_bandHigh->addData(x, theory.values(i));
      } else {
        line->addData(x, theory.values(i));
      }
    }
    m_theory.append(line);
  }
}

void CurvePanel::showLegend() {
  legendAbove()->clearItems();
  for (QCPGraph* graph : {m_longTime, m_finite, m_teacher})
    if (graph->dataCount() > 0) graph->addToLegend(legendAbove());
  if (m_mean->dataCount() > 0) {
    m_mean->setName(tr("%1 draws").arg(m_curve->drawCount));
    m_mean->addToLegend(legendAbove());
  }
  if (m_bandHigh->dataCount() > 0) {
    m_bandHigh->setName(tr("normal interval"));
    m_bandHigh->addToLegend(legendAbove());
  }
  bool named = false;  // one entry for all lines of theory
  for (QCPAbstractPlottable* line : std::as_const(m_theory)) {
    if (named || line->pen().style() == Qt::NoPen) continue;
    line->setName(isOverlap(m_quantity) ? tr("chance") : tr("theory"));
    line->addToLegend(legendAbove());
    named = true;
  }
}

// The axis of what the curve runs over: logarithmic where its range is.
void CurvePanel::placePositions() {
  const std::vector<double>& x = m_curve->positions;
  QCPAxis* axis = plot().xAxis;
  const bool logarithmic = !x.empty() && x.front() > 0 && x.back() > 5 * x.front();
  axis->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
  axis->setTicker(logarithmic ? QSharedPointer<QCPAxisTicker>(new QCPAxisTickerLog)
                              : QSharedPointer<QCPAxisTicker>::create());
  axis->setNumberFormat(logarithmic ? "gb" : "g");
  axis->setNumberPrecision(logarithmic ? 0 : 4);
  axis->setLabel(isOverSeen() ? tr("seen fraction d/D")
                              : tr("%1, d = %2")
                                    .arg(QString::fromStdString(settingRow(m_curve->over).label))
                                    .arg(m_curve->counts.empty() ? 0 : m_curve->counts.front()));
  if (x.empty()) return axis->setRange(0, 1);
  const double margin = 0.05 * (x.back() - x.front());
  if (logarithmic)
    axis->setRange(0.9 * x.front(), 1.15 * x.back());
  else
    axis->setRange(x.front() - margin, x.back() + margin);
}

void CurvePanel::placeAxes() {
  placePositions();
  Range y{0, 0};
  bool first = true;
  for (QCPGraph* graph : {m_longTime, m_finite, m_mean, m_teacher})
    for (const QCPGraphData& point : *graph->data()) {
      if (!std::isfinite(point.value)) continue;
      if (first) y = {point.value, point.value};
      first = false;
      y.include(point.value);
    }
  if (m_quantity == "eigenvalue" || m_quantity == "second")
    y.low = std::max(y.low, -1.0);  // single units may have very fast modes
  if (first || isOverlap(m_quantity)) y = {0, 1};
  const Range padded = y.padded(0.1);
  plot().yAxis->setRange(padded.low, padded.high);
}

// Where the shown experiment stands on the axis; NaN: nowhere.
double CurvePanel::presentPosition() const {
  if (!m_curve || !experiment() || !experiment()->observation || !experiment()->simulation) return kNaN;
  if (isOverSeen())
    return static_cast<double>(experiment()->observation->seen.size()) /
           static_cast<double>(experiment()->simulation->units);
  const SettingRow& row = settingRow(m_curve->over);
  return row.type == SettingType::integer ? static_cast<double>(experiment()->settings.integer(row.key))
                                          : experiment()->settings.number(row.key);
}

void CurvePanel::showNow() {
  const double x = presentPosition();
  m_now->setVisible(std::isfinite(x));
  m_nowText->setVisible(std::isfinite(x));
  if (!std::isfinite(x) || m_dragging) return;
  m_now->point1->setCoords(x, 0);
  m_now->point2->setCoords(x, 1);
  m_nowText->setText(isOverSeen() ? tr("d = %1").arg(experiment()->observation->seen.size())
                                  : tr("now %1").arg(shortNumber(x)));
  const bool right = plot().xAxis->coordToPixel(x) > plot().axisRect()->center().x();
  m_nowText->setPositionAlignment((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignTop);
  m_nowText->position->setCoords(x, 0.01);
}

void CurvePanel::dragTo(double x) {
  const double smallest = 1 / static_cast<double>(m_curve->units);
  const double fraction = std::clamp(x, smallest, 1.0);
  m_now->point1->setCoords(fraction, 0);
  m_now->point2->setCoords(fraction, 1);
  m_nowText->setText(tr("d = %1").arg(std::lround(fraction * static_cast<double>(m_curve->units))));
  m_nowText->position->setCoords(fraction, 0.01);
  replotLayer(kNow);
  emit fractionDragged(fraction, m_gesture);
}

QString CurvePanel::positionText(std::size_t row) const {
  if (isOverSeen()) return tr("d = %1").arg(m_curve->counts[row]);
  return tr("%1 %2").arg(QString::fromStdString(settingRow(m_curve->over).label),
                         shortNumber(m_curve->positions[row]));
}

void CurvePanel::showProblem(const QString& sentence) {
  m_problem = sentence;
  showWhyEmpty();
  queueReplot();
}

void CurvePanel::showWhyEmpty() {
  if (m_curve)
    showMessage({});
  else
    showMessage(m_problem.isEmpty() ? tr("being computed …") : m_problem);
}

QString CurvePanel::describe(double x, double, QPointF) const {
  if (!m_curve || m_curve->counts.empty()) return {};
  const QCPAxis* axis = m_longTime->keyAxis();
  const auto distance = [&](std::size_t i) {
    return std::abs(axis->coordToPixel(m_curve->positions[i]) - axis->coordToPixel(x));
  };
  std::size_t nearest = 0;
  for (std::size_t i = 0; i < m_curve->positions.size(); ++i)
    if (distance(i) < distance(nearest)) nearest = i;
  QStringList parts{positionText(nearest)};
  const auto add = [&](const QString& what, double value) {
    if (std::isfinite(value)) parts.append(tr("%1 %2").arg(what, shortNumber(value)));
  };
  if (nearest < m_curve->longTime.rows.size())
    add(tr("T → ∞:"), curveValue(m_curve->longTime.rows[nearest], m_quantity));
  if (nearest < m_curve->finite.rows.size())
    add(tr("MAP:"), curveValue(m_curve->finite.rows[nearest], m_quantity));
  if (nearest < m_curve->draws.size()) {
    const MeanOfDraws mean = meanOf(m_curve->draws[nearest], m_quantity);
    if (mean.count > 1)
      parts.append(
          tr("%1 draws: %2 ± %3").arg(mean.count).arg(shortNumber(mean.mean), shortNumber(mean.error)));
  }
  if (m_quantity == "eigenvalue")
    for (const TheoryCurve& theory : m_curve->longTime.theory)
      if (theory.name != "low-rank scatter")
        add(QString::fromStdString(theory.name) + ":", theory.values(static_cast<Index>(nearest)));
  return parts.join(", ");
}

Panel::Work CurvePanel::missingFor(QSize) {
  if (m_curve || !experiment() || !speaksFor(*experiment())) return {};
  return [this, settings = experiment()->asked](Progress& progress) -> Show {
    std::shared_ptr<const SeenCurve> whole;
    seenCurve(settings, seenCurveOptions(settings), progress, [&](auto curve) { whole = std::move(curve); });
    return [this, whole] { setCurve(whole); };
  };
}

std::vector<PanelData> CurvePanel::data() const {
  if (!m_curve) return {};
  const auto n = static_cast<Index>(m_curve->counts.size());
  const auto& theories = m_curve->longTime.theory;
  PanelData table{
      name(),
      {"d", isOverSeen() ? QString("fraction") : QString::fromStdString(m_curve->over).section('.', 1),
       "long_time", "map", "draws_mean", "draws_se"},
      Matrix::Constant(n, 6 + static_cast<Index>(theories.size()), kNaN)};
  for (const TheoryCurve& theory : theories)
    table.columns.append(QString::fromStdString(theory.name).replace(", ", "_").replace(' ', '_'));
  for (Index i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    table.rows(i, 0) = static_cast<double>(m_curve->counts[at]);
    table.rows(i, 1) = m_curve->positions[at];
    if (at < m_curve->longTime.rows.size())
      table.rows(i, 2) = curveValue(m_curve->longTime.rows[at], m_quantity);
    if (at < m_curve->finite.rows.size()) table.rows(i, 3) = curveValue(m_curve->finite.rows[at], m_quantity);
    if (at < m_curve->draws.size()) {
      const MeanOfDraws mean = meanOf(m_curve->draws[at], m_quantity);
      table.rows(i, 4) = mean.mean;
      table.rows(i, 5) = mean.error;
    }
    for (std::size_t k = 0; k < theories.size(); ++k)
      table.rows(i, 6 + static_cast<Index>(k)) = theories[k].values(i);
  }
  return {table};
}

}  // namespace keyhole
