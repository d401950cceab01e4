#include "widgets/plots/activity_panel.h"

#include "widgets/plots/axes.h"
#include "widgets/plots/sides.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr Index kTraceBuckets = 500;  // about the pixels of a panel
constexpr double kUnseen = 0.002;     // of the distance between two traces: a fraction of a pixel

// The displayed trace of a seen unit (position in the list of seen ones).
Vector teacherTrace(const Experiment& experiment, Index unit, Index steps) {
  const auto& simulation = *experiment.simulation;
  const Index seen = experiment.observation->seen[static_cast<std::size_t>(unit)];
  return simulation.display.row(simulation.rowOf(seen)).head(steps);
}

// Of what is not missing; 0 of nothing.
double meanOfKnown(const Vector& values) {
  double sum = 0;
  Index count = 0;
  for (const double value : values)
    if (!std::isnan(value)) {
      sum += value;
      ++count;
    }
  return count > 0 ? sum / static_cast<double>(count) : 0;
}

// How many displayed steps the student's columns stand for.
Index stepsShown(const SystemAnalysis& student) {
  return student.activity.cols() > 0 ? (student.activity.cols() - 1) * student.stride + 1 : 0;
}

// Between two displayed steps, in the unit of time of the axis.
double stepShown(const Experiment& experiment) {
  return experiment.simulation->alpha * timeUnitOf(experiment).perTau;
}

// The explained variance is of another trace than the one shown where noise drives that: it says so.
QString studentLabel(const Experiment& experiment) {
  const bool smoothed = experiment.fit->student.emission.has_value();
  const double value = experiment.studentAnalysis->explainedVariance;
  // While the picture is still to be measured the label keeps its place.
  const bool awaited = std::isnan(value) && experiment.studentAnalysis->reached < Depth::measured;
  const QString variance = awaited ? QStringLiteral("…") : QString::number(value, 'f', 2);
  return smoothed ? QObject::tr("smoothed (EV %1)").arg(variance)
                  : QObject::tr("student (noise-free EV %1)").arg(variance);
}

}  // namespace

ActivityPanel::ActivityPanel(QWidget* parent) : PlotPanel("activity", tr("Activity of seen units"), parent) {
  setAccessibleDescription(
      tr("Traces of a few seen units over time, teacher and student overlaid, one unit above the other."));
  plot().xAxis->setLabel(tr("time (τ)"));
  legendAbove();
  applyTheme();
}

void ActivityPanel::applyTheme() {
  PlotPanel::applyTheme();
  plot().yAxis->setTicks(true);
  plot().yAxis->setLabel(tr("unit"));
}

ActivityPanel::Shown ActivityPanel::shownOf(const Experiment& experiment) const {
  Shown shown;
  shown.units = std::min<Index>(experiment.settings.integer("view.units_shown"),
                                static_cast<Index>(experiment.observation->seen.size()));
  shown.steps =
      std::min<Index>(experiment.settings.integer("view.snippet"), experiment.simulation->display.cols());
  if (experiment.studentAnalysis)  // its states may have been inferred over fewer steps
    shown.steps = std::min(shown.steps, stepsShown(*experiment.studentAnalysis));
  for (Index i = 0; i < shown.units && shown.steps > 0; ++i) {
    const Range range = Range::of(teacherTrace(experiment, i, shown.steps));
    shown.spacing = i == 0 ? range.size() : std::max(shown.spacing, range.size());
  }
  if (!(shown.spacing > 0)) shown.spacing = 1;
  return shown;
}

Fingerprint ActivityPanel::fingerprintOf(const Experiment& experiment, const Shown& shown) const {
  Fingerprint all;
  all.add(static_cast<std::uint64_t>(shown.steps)).add(shown.spacing).add(stepShown(experiment));
  all.add(timeUnitOf(experiment).name).add(std::uint64_t{experiment.teacher->teacher.has_value()});
  const SystemAnalysis* student = experiment.studentAnalysis.get();
  if (student) all.add(studentLabel(experiment)).add(static_cast<std::uint64_t>(student->stride));
  for (Index i = 0; i < shown.units; ++i) {
    all.add(static_cast<std::uint64_t>(experiment.observation->seen[static_cast<std::size_t>(i)]));
    all.add(teacherTrace(experiment, i, shown.steps));
    if (student)
      all.add(student->activity.row(i).head((shown.steps + student->stride - 1) / student->stride));
  }
  return all.add(std::uint64_t{experiment.reached == Depth::sketch});
}

void ActivityPanel::showExperiment(const Experiment& experiment) {
  const Shown shown = shownOf(experiment);
  if (isDrawn(fingerprintOf(experiment, shown))) return;
  plot().clearGraphs();
  m_traces.clear();
  showMessage(shown.steps < 2 ? tr("The teacher left the finite range at once.") : QString());
  const double step = stepShown(experiment);
  plot().xAxis->setLabel(timeUnitOf(experiment).axis());
  auto ticker = QSharedPointer<QCPAxisTickerText>::create();
  for (Index i = 0; i < shown.units; ++i) {
    const double offset = -shown.spacing * static_cast<double>(i);
    const Vector truth = teacherTrace(experiment, i, shown.steps);
    const double middle = meanOfKnown(truth);
    const auto draw = [&](const Vector& trace, double interval, const QPen& pen, const QString& name) {
      DrawnLine line =
          decimated(0, interval, Vector((trace.array() - middle + offset).matrix()), kTraceBuckets);
      if (experiment.reached == Depth::sketch) line = straightened(line, kUnseen * shown.spacing);
      QCPGraph* graph = addLine(pen, name);
      graph->setData(line.x, line.y, true);
      if (i > 0) graph->removeFromLegend();
      m_traces.push_back({experiment.observation->seen[static_cast<std::size_t>(i)], graph});
    };
    draw(truth, step, QPen(theme().teacher, theme().lineWidth),
         experiment.teacher->teacher ? tr("teacher") : tr("recording"));
    if (const SystemAnalysis* student = experiment.studentAnalysis.get())
      draw(student->activity.row(i)
               .head((shown.steps + student->stride - 1) / student->stride)
               .cwiseMax(-1e6)
               .cwiseMin(1e6),
           step * static_cast<double>(student->stride), QPen(theme().student, theme().lineWidth),
           studentLabel(experiment));
    ticker->addTick(offset, QString::number(experiment.observation->seen[static_cast<std::size_t>(i)] + 1));
  }
  plot().yAxis->setTicker(ticker);
  plot().xAxis->setRange(0, step * static_cast<double>(std::max<Index>(shown.steps - 1, 1)));
  plot().yAxis->setRange(-shown.spacing * (static_cast<double>(shown.units) - 0.35), 0.65 * shown.spacing);
  ActivityPanel::applyTheme();
  styleTraces();
  queueReplot();
}

// The units of a mode stand out.
void ActivityPanel::styleTraces() {
  for (const Trace& trace : m_traces) {
    const bool bold = std::count(m_highlighted.begin(), m_highlighted.end(), trace.unit) > 0;
    QPen pen = trace.graph->pen();
    pen.setWidthF((bold ? 2.5 : 1) * theme().lineWidth);
    trace.graph->setPen(pen);
  }
}

void ActivityPanel::highlightUnits(const std::vector<Index>& units) {
  m_highlighted = units;
  styleTraces();
  queueReplot();
}

QString ActivityPanel::describe(double x, double y, QPointF) const {
  if (!experiment()) return {};
  const Shown shown = shownOf(*experiment());
  if (shown.steps < 2) return {};
  const auto step = std::clamp<Index>(std::lround(x / stepShown(*experiment())), 0, shown.steps - 1);
  const auto unit = std::clamp<Index>(std::lround(-y / shown.spacing), 0, shown.units - 1);
  const auto& simulation = *experiment()->simulation;
  const Index id = experiment()->observation->seen[static_cast<std::size_t>(unit)];
  QString text = tr("unit %1 at %2 %3: %4 %5")
                     .arg(id + 1)
                     .arg(shortNumber(x), timeUnitOf(*experiment()).name,
                          experiment()->teacher->teacher ? tr("teacher") : tr("recording"),
                          shortNumber(simulation.display(simulation.rowOf(id), step)));
  if (experiment()->studentAnalysis)
    text += tr(", student %1").arg(shortNumber(activityAt(*experiment()->studentAnalysis, unit, step)));
  return text;
}

std::vector<PanelData> ActivityPanel::data() const {
  if (!experiment()) return {};
  const auto& e = *experiment();
  const Shown shown = shownOf(e);
  const bool both = e.studentAnalysis != nullptr;
  PanelData table{
      "activity", {timeUnitOf(e).column()}, Matrix(shown.steps, 1 + shown.units * (both ? 2 : 1))};
  for (Index t = 0; t < shown.steps; ++t) table.rows(t, 0) = stepShown(e) * static_cast<double>(t);
  Index column = 1;
  for (Index i = 0; i < shown.units; ++i) {
    const auto id = QString::number(e.observation->seen[static_cast<std::size_t>(i)] + 1);
    table.columns.append("teacher_unit_" + id);
    table.rows.col(column++) = teacherTrace(e, i, shown.steps);
    if (!both) continue;
    table.columns.append("student_unit_" + id);
    for (Index t = 0; t < shown.steps; ++t) table.rows(t, column) = activityAt(*e.studentAnalysis, i, t);
    ++column;
  }
  return {table};
}

}  // namespace keyhole
