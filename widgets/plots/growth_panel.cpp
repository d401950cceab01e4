#include "widgets/plots/growth_panel.h"

#include "core/experiment/settings/fit_options.h"
#include "widgets/plots/axes.h"
#include "widgets/plots/sides.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr double kSpan = 60;     // at least, so that the axis has two powers of ten
constexpr double kLeast = 1e-3;  // what is below is not worth a decade of the axis

// "teacher, max 4.1" or "student, max 1": a system that never grows has its maximum at t = 0.
QString legendOf(const QString& owner, const TransientGrowth& growth) {
  if (growth.overflow) return QObject::tr("%1, without bound").arg(owner);
  return (growth.atHorizon ? QObject::tr("%1, still growing: %2") : QObject::tr("%1, max %2"))
      .arg(owner, shortNumber(growth.maximum));
}

// G at a time, between its points (on the logarithmic axis, as it is drawn); NaN outside.
double growthAt(const TransientGrowth& growth, double t) {
  const Index last = growth.time.size() - 1;
  if (last < 1 || !(t >= 0 && t <= growth.time(last))) return std::numeric_limits<double>::quiet_NaN();
  const double place = t / growth.time(1);
  const auto k = std::min<Index>(static_cast<Index>(place), last - 1);
  const double part = place - static_cast<double>(k);
  return std::exp((1 - part) * std::log(growth.growth(k)) + part * std::log(growth.growth(k + 1)));
}

// An exponential is a straight line here: two points do.
void drawExponential(QCPGraph* graph, double rate, double until, double perTau) {
  graph->setData({0.0, until * perTau}, {1.0, std::exp(rate * until)}, true);
}

bool isLinear(const Experiment& experiment) {
  const auto teacher = teacherSystem(experiment), student = studentSystem(experiment);
  return (!teacher || teacher->phi == Nonlinearity::linear) &&
         (!student || student->phi == Nonlinearity::linear);
}

QString wordsFor(const QString& owner, const TransientGrowth& growth, double t, const TimeUnit& unit) {
  const double value = growthAt(growth, t / unit.perTau);
  if (!std::isfinite(value)) return {};
  return QObject::tr("%1 %2 (at first × e^{%3 t}, slowest mode e^{%4 t}, largest %5 at %6)")
      .arg(owner, shortNumber(value), shortNumber((growth.initial.value - 1) / unit.perTau),
           shortNumber((growth.spectralAbscissa - 1) / unit.perTau), shortNumber(growth.maximum),
           unit.text(growth.maximumTime));
}

}  // namespace

GrowthPanel::GrowthPanel(QWidget* parent)
    : PlotPanel("transient-growth", tr("Transient growth"), parent),
      m_teacher(addCurves(tr("teacher"))),
      m_student(addCurves(tr("student"))) {
  setAccessibleDescription(
      tr("The largest factor by which a perturbation of teacher and student can have grown, over time, on a "
         "logarithmic axis."));
  plot().yAxis->setScaleType(QCPAxis::stLogarithmic);
  plot().yAxis->setTicker(QSharedPointer<QCPAxisTickerLog>::create());
  plot().yAxis->setNumberFormat("gb");
  plot().yAxis->setNumberPrecision(0);
  plot().yAxis->setLabel(tr("‖exp(J t)‖"));
  legendAbove();
  applyTheme();
}

GrowthPanel::Curves GrowthPanel::addCurves(const QString& owner) {
  Curves curves{addLine({}, owner), addLine({}, {}), addLine({}, {}), addLine({}, {})};
  curves.maximum->setLineStyle(QCPGraph::lsNone);
  for (QCPGraph* graph : {curves.decay, curves.tangent, curves.maximum}) graph->removeFromLegend();
  return curves;
}

void GrowthPanel::style(const Curves& curves, const QColor& colour, const QCPScatterStyle& mark) {
  QColor quiet = colour;
  quiet.setAlpha(150);
  const double width = theme().lineWidth;
  curves.growth->setPen(QPen(colour, 1.5 * width));
  curves.decay->setPen(QPen(quiet, width, Qt::DashLine));
  curves.tangent->setPen(QPen(quiet, width, Qt::DotLine));
  curves.maximum->setScatterStyle(mark);
}

void GrowthPanel::applyTheme() {
  PlotPanel::applyTheme();
  const double size = theme().markSize, width = 1.3 * theme().lineWidth;
  QColor fill = theme().student;
  fill.setAlpha(110);
  style(m_teacher, theme().teacher,
        {QCPScatterStyle::ssTriangle, QPen(theme().teacher, width), Qt::NoBrush, 1.3 * size});
  style(m_student, theme().student, {QCPScatterStyle::ssCircle, QPen(theme().student, width), fill, size});
}

bool GrowthPanel::speaksFor(const Experiment& experiment) const {
  return experiment.reached >= Depth::searched && (experiment.teacherAnalysis || experiment.studentAnalysis);
}

void GrowthPanel::draw(const Curves& curves, const TransientGrowth* growth, const QString& owner,
                       double perTau) {
  for (QCPGraph* graph : {curves.growth, curves.decay, curves.tangent, curves.maximum})
    graph->data()->clear();
  if (!growth) return;
  const Index n = growth->time.size();
  const double until = growth->time(n - 1);
  const Vector time = perTau * growth->time;
  curves.growth->setData(QVector<double>(time.begin(), time.end()),
                         QVector<double>(growth->growth.begin(), growth->growth.end()), true);
  curves.growth->setName(legendOf(owner, *growth));
  curves.growth->addToLegend();
  drawExponential(curves.decay, growth->spectralAbscissa - 1, until, perTau);
  drawExponential(curves.tangent, growth->initial.value - 1, until, perTau);
  curves.maximum->addData(growth->maximumTime * perTau, growth->maximum);
}

void GrowthPanel::showExperiment(const Experiment& experiment) {
  const TransientGrowth* teacher = experiment.teacherGrowth.get();
  const TransientGrowth* student = experiment.studentGrowth.get();
  legendAbove()->clearItems();
  const TimeUnit unit = timeUnitOf(experiment);
  draw(m_teacher, teacher, tr("teacher"), unit.perTau);
  draw(m_student, student, tr("student"), unit.perTau);
  const Curves& explained = student ? m_student : m_teacher;
  explained.decay->setName(tr("slowest mode"));
  explained.tangent->setName(tr("rate at 0"));
  for (QCPGraph* graph : {explained.decay, explained.tangent}) graph->addToLegend();
  showMessage(teacher || student ? QString() : tr("Not computed for dense systems of more than 500 units."));
  Range time{0, 1}, growth{1, 1};
  for (const TransientGrowth* shown : {teacher, student}) {
    if (!shown) continue;
    time.include(shown->time(shown->time.size() - 1) * unit.perTau);
    growth.include(shown->maximum);
    growth.include(std::max(shown->growth.minCoeff(), kLeast));
  }
  plot().yAxis->setLabel(isRecording(experiment.settings) ? tr("‖F^k‖ of k steps") : tr("‖exp(J t)‖"));
  plot().xAxis->setLabel(isLinear(experiment) ? tr("time t (%1)").arg(unit.name)
                                              : tr("time t (%1), linearised at 0").arg(unit.name));
  plot().xAxis->setRange(0, time.high);
  const double wanting = std::max(std::sqrt(kSpan * growth.low / growth.high), 1.6);
  plot().yAxis->setRange(growth.low / wanting, growth.high * wanting);
  GrowthPanel::applyTheme();
  queueReplot();
}

QString GrowthPanel::describe(double x, double, QPointF) const {
  if (!experiment()) return {};
  QStringList parts;
  const TimeUnit unit = timeUnitOf(*experiment());
  if (const auto& growth = experiment()->teacherGrowth)
    parts.append(wordsFor(tr("teacher"), *growth, x, unit));
  if (const auto& growth = experiment()->studentGrowth)
    parts.append(wordsFor(tr("student"), *growth, x, unit));
  parts.removeAll(QString());
  return parts.isEmpty() ? QString() : tr("after %1 %2: %3").arg(shortNumber(x), unit.name, parts.join("; "));
}

std::vector<PanelData> GrowthPanel::data() const {
  std::vector<PanelData> tables;
  if (!experiment()) return tables;
  const TimeUnit unit = timeUnitOf(*experiment());
  const auto add = [&](const TransientGrowth* growth, const QString& name) {
    if (!growth) return;
    Matrix rows(growth->time.size(), 4);
    rows.col(0) = unit.perTau * growth->time;
    rows.col(1) = growth->growth;
    rows.col(2) = ((growth->spectralAbscissa - 1) * growth->time).array().exp();
    rows.col(3) = ((growth->initial.value - 1) * growth->time).array().exp();
    tables.push_back({name, {unit.column(), "growth", "slowest_mode", "initial_rate"}, rows});
  };
  add(experiment()->teacherGrowth.get(), "transient-growth-teacher");
  add(experiment()->studentGrowth.get(), "transient-growth-student");
  return tables;
}

}  // namespace keyhole
