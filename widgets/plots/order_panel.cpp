#include "widgets/plots/order_panel.h"

#include "widgets/plots/axes.h"

#include <cmath>
#include <limits>

namespace keyhole {
namespace {

QString unit(const OrderResult& result, Index number) {
  const bool one = number == 1;
  return result.counted == Counted::latents ? (one ? QObject::tr("latent") : QObject::tr("latents"))
                                            : (one ? QObject::tr("state") : QObject::tr("states"));
}

}  // namespace

OrderPanel::OrderPanel(QWidget* parent)
    : PlotPanel("order", tr("How many latents?"), parent),
      m_heldOut(addLine({}, tr("held out ± s.e."))),
      m_errors(new QCPErrorBars(plot().xAxis, plot().yAxis)),
      m_choice(new QCPItemStraightLine(&plot())),
      m_within(new QCPItemLine(&plot())),
      m_label(new QCPItemText(&plot())) {
  setAccessibleDescription(
      tr("Held-out log-likelihood and line attractor score over the number of latents or discrete states."));
  m_errors->setDataPlottable(m_heldOut);
  m_errors->removeFromLegend();
  const auto scores = [this](const QString& name) {
    QCPGraph* graph = plot().addGraph(plot().xAxis, plot().yAxis2);
    graph->setLineStyle(QCPGraph::lsNone);
    graph->setName(name);
    return graph;
  };
  m_defined = scores(tr("score"));
  m_complex = scores(tr("complex pair"));
  m_unstable = scores(tr("unstable"));
  plot().yAxis2->setVisible(true);
  plot().yAxis2->setLabel(tr("line attractor score log₂(τ₁/τ₂)"));
  auto whole = QSharedPointer<QCPAxisTickerFixed>::create();
  whole->setTickStep(1);
  plot().xAxis->setTicker(whole);
  m_label->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
  m_label->position->setTypeX(QCPItemPosition::ptPlotCoords);
  m_label->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
  for (QCPAbstractItem* item :
       {static_cast<QCPAbstractItem*>(m_choice), static_cast<QCPAbstractItem*>(m_within),
        static_cast<QCPAbstractItem*>(m_label)})
    item->setVisible(false);
  legendAbove();
  applyTheme();
}

void OrderPanel::applyTheme() {
  PlotPanel::applyTheme();
  const double size = theme().markSize, width = theme().lineWidth;
  styleAxis(plot().yAxis2, true);
  QColor fill = theme().student;
  fill.setAlpha(110);
  m_heldOut->setPen(QPen(theme().student, 1.3 * width));
  m_heldOut->setScatterStyle({QCPScatterStyle::ssCircle, QPen(theme().student, 1.3 * width), fill, size});
  m_errors->setPen(QPen(theme().student, width));
  m_errors->setWhiskerWidth(0.8 * size);
  m_errors->setSymbolGap(size);
  const QPen score(theme().foreground, 1.3 * width);
  m_defined->setScatterStyle({QCPScatterStyle::ssDiamond, score, theme().background, 1.2 * size});
  m_complex->setScatterStyle({QCPScatterStyle::ssCross, score, Qt::NoBrush, size});
  m_unstable->setScatterStyle({QCPScatterStyle::ssSquare, score, Qt::NoBrush, size});
  m_choice->setPen(QPen(theme().muted, width, Qt::DashLine));
  m_within->setPen(QPen(theme().student, width, Qt::DotLine));
  m_label->setFont(theme().font());
  m_label->setColor(theme().foreground);
  QColor veil = theme().background;
  veil.setAlpha(200);
  m_label->setBrush(veil);
  m_label->setPadding(QMargins(theme().fontPixels / 3, 1, theme().fontPixels / 3, 1));
  draw();
}

void OrderPanel::setResult(std::shared_ptr<const OrderResult> result) {
  m_result = std::move(result);
  draw();
}

QCPGraph* OrderPanel::marksFor(ScoreStatus status) const {
  if (status == ScoreStatus::complexLeadingPair) return m_complex;
  return status == ScoreStatus::unstable || status == ScoreStatus::marginal ? m_unstable : m_defined;
}

void OrderPanel::draw() {
  if (!m_result) return;
  plot().show();
  const bool latents = m_result->counted == Counted::latents;
  plot().xAxis->setLabel(latents ? tr("number of latents") : tr("number of discrete states"));
  plot().yAxis->setLabel(latents ? tr("held-out log-likelihood (nats per time point)")
                                 : tr("held-out lower bound (nats per time point)"));
  drawPoints();
  setRanges();
  queueReplot();
}

void OrderPanel::drawPoints() {
  for (QCPGraph* graph : {m_heldOut, m_defined, m_complex, m_unstable}) graph->data()->clear();
  m_errors->data()->clear();
  const OrderPoint* best = nullptr;
  for (const auto& [order, score] : m_result->points) {
    const auto x = static_cast<double>(order.number);
    if (std::isfinite(order.heldOut)) {
      m_heldOut->addData(x, order.heldOut);
      m_errors->addData(order.standardError);
      if (!best || order.heldOut > best->heldOut) best = &order;
    }
    if (std::isfinite(score.value)) marksFor(score.status)->addData(x, score.value);
  }
  const bool chosen = best && m_result->chosen > 0;
  for (QCPAbstractItem* item :
       {static_cast<QCPAbstractItem*>(m_choice), static_cast<QCPAbstractItem*>(m_within),
        static_cast<QCPAbstractItem*>(m_label)})
    item->setVisible(chosen);
  if (chosen) drawChoice(best->heldOut - best->standardError, static_cast<double>(best->number));
}

// level: one standard error below the best, whose number ends the line.
void OrderPanel::drawChoice(double level, double number) {
  const auto chosen = static_cast<double>(m_result->chosen);
  m_choice->point1->setCoords(chosen, 0);
  m_choice->point2->setCoords(chosen, 1);
  m_within->start->setCoords(chosen, level);
  m_within->end->setCoords(std::max(number, chosen + 0.3), level);
  // Beside the line, on the side where there is more room.
  const auto last = static_cast<double>(m_result->points.back().order.number);
  const auto first = static_cast<double>(m_result->points.front().order.number);
  const bool right = chosen <= 0.5 * (first + last);
  m_label->setPositionAlignment((right ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignBottom);
  m_label->position->setCoords(chosen, 0.99);
  m_label->setText(tr("chosen: %1 (within one s.e. of the best)").arg(m_result->chosen));
}

void OrderPanel::setRanges() {
  Range left{HUGE_VAL, -HUGE_VAL}, right{0, 1}, x{HUGE_VAL, -HUGE_VAL};
  for (const auto& [order, score] : m_result->points) {
    x.include(static_cast<double>(order.number));
    if (std::isfinite(order.heldOut)) {
      left.include(order.heldOut - order.standardError);
      left.include(order.heldOut + order.standardError);
    }
    right.include(score.value);
  }
  if (!(x.high >= x.low)) x = {1, 2};
  if (!(left.high >= left.low)) left = {0, 1};
  const Range padded = left.padded(0.12), scores = right.padded(0.12);
  plot().xAxis->setRange(x.low - 0.5, x.high + 0.5);
  plot().yAxis->setRange(padded.low, padded.high);
  plot().yAxis2->setRange(scores.low, scores.high);
}

const ScoredPoint* OrderPanel::nearest(double x) const {
  if (!m_result) return nullptr;
  for (const auto& point : m_result->points)
    if (point.order.number == std::lround(x)) return &point;
  return nullptr;
}

QString OrderPanel::describe(double x, double, QPointF) const {
  const ScoredPoint* point = nearest(x);
  if (!point) return {};
  const auto& [order, score] = *point;
  QString text =
      tr("%1 %2: held out %3 ± %4")
          .arg(order.number)
          .arg(unit(*m_result, order.number), shortNumber(order.heldOut), shortNumber(order.standardError));
  if (order.eigenvalues.size() > 0)
    text += tr("; leading eigenvalue %1").arg(QString::fromStdString(complexText(order.eigenvalues(0))));
  text += tr("; score %1").arg(shortNumber(score.value));
  if (score.status != ScoreStatus::defined) text += " (" + QString::fromStdString(nameOf(score.status)) + ")";
  return text;
}

void OrderPanel::clicked(double x, double) {
  if (const ScoredPoint* point = nearest(x)) emit numberClicked(point->order.number);
}

std::vector<PanelData> OrderPanel::data() const {
  if (!m_result) return {};
  Matrix rows(static_cast<Index>(m_result->points.size()), 7);
  for (std::size_t i = 0; i < m_result->points.size(); ++i) {
    const auto& [order, score] = m_result->points[i];
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::complex<double> first =
        order.eigenvalues.size() > 0 ? order.eigenvalues(0) : std::complex<double>(nan, nan);
    rows.row(static_cast<Index>(i)) << static_cast<double>(order.number), order.heldOut, order.standardError,
        score.value, first.real(), first.imag(), static_cast<double>(order.number == m_result->chosen);
  }
  return {{"order",
           {m_result->counted == Counted::latents ? "latents" : "states", "held_out", "standard_error",
            "line_attractor_score", "lambda1_re", "lambda1_im", "chosen"},
           rows}};
}

}  // namespace keyhole
