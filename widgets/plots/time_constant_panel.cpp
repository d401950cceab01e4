#include "widgets/plots/time_constant_panel.h"

#include "core/experiment/studies/claim_errors.h"
#include "widgets/plots/axes.h"
#include "widgets/plots/sides.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr Index kShown = 10;
constexpr double kTop = 1e5;  // infinite time constants are drawn here

QString scoreText(const QString& owner, const SystemAnalysis& analysis) {
  QString text = QString("%1 %2").arg(owner, shortNumber(analysis.score.value));
  if (analysis.score.status != ScoreStatus::defined)
    text += " (" + QString::fromStdString(nameOf(analysis.score.status)) + ")";
  return text;
}

// The intervals in the panel's unit; what may not decay reaches the top.
struct TauInterval {
  double low = 0, high = 0;
};
std::vector<TauInterval> tauIntervals(const Experiment& experiment) {
  std::vector<TauInterval> intervals;
  if (!experiment.claim) return intervals;
  const double perTau = timeUnitOf(experiment).perTau;
  for (const ClaimInterval& tau : experiment.claim->summary.mapTau)
    intervals.push_back({std::min(tau.low, kTop) * perTau, std::min(tau.high, kTop) * perTau});
  return intervals;
}

int widthOf(const QString& text, const QFont& font) {
  return QFontMetrics(font).size(0, text).width();
}

}  // namespace

TimeConstantPanel::TimeConstantPanel(QWidget* parent)
    : PlotPanel("time-constants", tr("Time constants"), parent),
      m_teacher(addLine({}, tr("teacher"))),
      m_student(addLine({}, tr("student"))),
      m_teacherUndetermined(addLine({}, {})),
      m_studentUndetermined(addLine({}, {})),
      m_growing(addLine({}, {})),
      m_errors(new QCPErrorBars(plot().xAxis, plot().yAxis)),
      m_threshold(new QCPItemStraightLine(&plot())),
      m_note(addNote(Qt::AlignRight | Qt::AlignTop, 0.99, 0.01)) {
  setAccessibleDescription(
      tr("The ten leading time constants of teacher and student on a logarithmic axis."));
  for (QCPGraph* graph : {m_teacher, m_student, m_teacherUndetermined, m_studentUndetermined, m_growing})
    graph->setLineStyle(QCPGraph::lsNone);
  m_errors->setDataPlottable(m_student);
  m_errors->setErrorType(QCPErrorBars::etValueError);
  m_errors->setSymbolGap(0);
  m_errors->removeFromLegend();
  plot().yAxis->setScaleType(QCPAxis::stLogarithmic);
  auto ticker = QSharedPointer<QCPAxisTickerLog>::create();
  plot().yAxis->setTicker(ticker);
  plot().yAxis->setNumberFormat("gb");
  plot().yAxis->setNumberPrecision(0);
  plot().xAxis->setLabel(tr("mode n"));
  plot().yAxis->setLabel(tr("τₙ (τ)"));
  auto whole = QSharedPointer<QCPAxisTickerFixed>::create();
  whole->setTickStep(2);
  whole->setTickOrigin(1);
  plot().xAxis->setTicker(whole);
  applyTheme();
}

void TimeConstantPanel::applyTheme() {
  PlotPanel::applyTheme();
  const double size = theme().markSize, width = 1.3 * theme().lineWidth;
  QColor fill = theme().student;
  fill.setAlpha(110);
  m_teacher->setScatterStyle(
      {QCPScatterStyle::ssTriangle, QPen(theme().teacher, width), Qt::NoBrush, 1.3 * size});
  m_student->setScatterStyle({QCPScatterStyle::ssCircle, QPen(theme().student, width), fill, size});
  QColor faint = theme().muted;
  faint.setAlpha(120);
  m_teacherUndetermined->setScatterStyle(
      {QCPScatterStyle::ssTriangle, QPen(faint, 0.7 * width), Qt::NoBrush, size});
  m_studentUndetermined->setScatterStyle(
      {QCPScatterStyle::ssCircle, QPen(faint, 0.7 * width), Qt::NoBrush, 0.8 * size});
  m_growing->setScatterStyle(
      {QCPScatterStyle::ssCross, QPen(theme().foreground, width), Qt::NoBrush, 1.6 * size});
  m_errors->setPen(QPen(theme().student, width));
  m_errors->setWhiskerWidth(0.7 * size);
  m_threshold->setPen(QPen(theme().muted, 0.75 * theme().lineWidth, Qt::DashLine));
  QColor veil = theme().background;
  veil.setAlpha(180);
  m_note->setBrush(veil);
}

// As published, in τ; of a recording those of the fitted map, which need no τ.
Vector TimeConstantPanel::timesOf(const Experiment& experiment, const SystemAnalysis& analysis) {
  if (!samplingOf(experiment)) return analysis.timeConstants;
  return mapTimeConstants(analysis.spectrum).cwiseAbs() * timeUnitOf(experiment).perTau;
}

// What it shows of an experiment.
Fingerprint TimeConstantPanel::shownOf(const Experiment& experiment) {
  Fingerprint shown;
  shown.add(timeUnitOf(experiment).name);
  for (const Side side : {Side::teacher, Side::student}) {
    const auto& analysis = analysisOf(experiment, side);
    shown.add(std::uint64_t{analysis != nullptr});
    if (!analysis) continue;
    const Vector times = timesOf(experiment, *analysis);
    shown.add(times.head(std::min(kShown, times.size())));
    shown.add(scoreText({}, *analysis)).add(analysis->spectrum).add(analysis->spectrum.alpha);
  }
  if (experiment.fit) shown.add(QString::fromStdString(experiment.fit->student.summary.message));
  for (const TauInterval& interval : tauIntervals(experiment)) shown.add(interval.low).add(interval.high);
  return shown.add(verdictOptionsOf(experiment).persistentTau);
}

// Bars at the student's marks; none where a mark stands among the undetermined ones.
void TimeConstantPanel::showErrors(const Experiment& experiment, Range& range) {
  m_errors->data()->clear();
  const auto intervals = tauIntervals(experiment);
  if (intervals.empty()) return;
  const double top = kTop * timeUnitOf(experiment).perTau;
  for (const auto& mark : *m_student->data()) {
    const auto mode = static_cast<std::size_t>(std::lround(mark.key)) - 1;
    if (mode >= intervals.size()) {
      m_errors->addData(0);
      continue;
    }
    m_errors->addData(std::max(mark.value - intervals[mode].low, 0.0),
                      std::max(intervals[mode].high - mark.value, 0.0));
    range.include(intervals[mode].low);
    if (intervals[mode].high < top) range.include(intervals[mode].high);  // others leave the picture
  }
}

void TimeConstantPanel::showExperiment(const Experiment& experiment) {
  if (isDrawn(shownOf(experiment))) return;
  Range range{1, 20};
  QStringList scores;
  m_growing->data()->clear();
  const TimeUnit unit = timeUnitOf(experiment);
  plot().yAxis->setLabel(tr("τₙ (%1)").arg(unit.name));
  const auto draw = [&](QCPGraph* determined, QCPGraph* undetermined, const SystemAnalysis* analysis,
                        const QString& owner) {
    determined->data()->clear();
    undetermined->data()->clear();
    if (!analysis) return;
    const Vector times = timesOf(experiment, *analysis);
    for (Index i = 0; i < std::min<Index>(kShown, times.size()); ++i) {
      const double tau = std::min(times(i), kTop * unit.perTau);
      const bool unknown = analysis->spectrum.undetermined[static_cast<std::size_t>(i)];
      (unknown ? undetermined : determined)->addData(static_cast<double>(i + 1), tau);
      if (grows(analysis->spectrum.values(i), analysis->spectrum.alpha))
        m_growing->addData(static_cast<double>(i + 1), tau);
      range.include(tau);
    }
    scores.append(scoreText(owner, *analysis));
  };
  draw(m_teacher, m_teacherUndetermined, experiment.teacherAnalysis.get(), tr("▲"));
  draw(m_student, m_studentUndetermined, experiment.studentAnalysis.get(), tr("●"));
  showErrors(experiment, range);
  showMessage(scores.isEmpty() && experiment.fit
                  ? QString::fromStdString(experiment.fit->student.summary.message)
                  : QString());
  m_scores = scores.isEmpty() ? QString() : tr("score  ") + scores.join("\n");
  if (m_growing->dataCount() > 0) m_scores += tr("\n✕ grows, ×e in τₙ");
  const double threshold = verdictOptionsOf(experiment).persistentTau * unit.perTau;
  m_threshold->point1->setCoords(0, threshold);
  m_threshold->point2->setCoords(1, threshold);
  plot().xAxis->setRange(0.5, static_cast<double>(kShown) + 0.5);
  plot().yAxis->setRange(range.low / 1.6, range.high * 4);
  queueReplot();
}

// What a score lacks stands below it, where there is no room beside it.
void TimeConstantPanel::adaptTo(QSize size) {
  PlotPanel::adaptTo(size);
  const int room = size.width() - 5 * theme().fontPixels;  // beside the axis and its numbers
  const bool tight = widthOf(m_scores, theme().font()) > room;
  m_note->setText(tight ? QString(m_scores).replace(" (", "\n(") : m_scores);
}

QString TimeConstantPanel::describe(double x, double, QPointF) const {
  if (!experiment()) return {};
  const auto mode = std::max<Index>(std::lround(x), 1);
  QStringList parts;
  const auto add = [&](const SystemAnalysis* analysis, const QString& owner) {
    if (!analysis || mode > analysis->timeConstants.size()) return;
    const bool unknown = analysis->spectrum.undetermined[static_cast<std::size_t>(mode - 1)];
    const auto value = analysis->spectrum.values(mode - 1);
    const double alpha = analysis->spectrum.alpha;
    if (const auto sampling = samplingOf(*experiment())) {
      parts.append(tr("%1 %2; by α = %3 λ = %4%5")
                       .arg(owner, QString::fromStdString(courseText(value, alpha, *sampling)),
                            shortNumber(alpha), QString::fromStdString(complexText(value)),
                            unknown ? tr(", undetermined") : QString()));
      return;
    }
    const QString inSteps =
        !mapDiffers(value, alpha)
            ? QString()
            : (grows(value, alpha) ? tr(", grows in steps of α, ×e in %1 τ") : tr(", in steps of α %1 τ"))
                  .arg(shortNumber(std::abs(1 / mapExponent(value, alpha).real())));
    parts.append(tr("%1 %2 τ (λ = %3%4%5)")
                     .arg(owner, shortNumber(analysis->timeConstants(mode - 1)),
                          QString::fromStdString(complexText(analysis->spectrum.values(mode - 1))), inSteps,
                          unknown ? tr(", undetermined") : QString()));
  };
  add(experiment()->teacherAnalysis.get(), tr("teacher"));
  add(experiment()->studentAnalysis.get(), tr("student"));
  return tr("mode %1: %2").arg(mode).arg(parts.join("; "));
}

std::vector<PanelData> TimeConstantPanel::data() const {
  std::vector<PanelData> tables;
  if (!experiment()) return tables;
  const auto add = [&](const SystemAnalysis* analysis, const QString& tableName) {
    if (!analysis) return;
    // The map's are below 0 where a mode grows; of a recording there are no others.
    const TimeUnit unit = timeUnitOf(*experiment());
    const Vector ofMap = mapTimeConstants(analysis->spectrum) * unit.perTau;
    const bool recorded = samplingOf(*experiment()).has_value();
    Matrix rows(ofMap.size(), recorded ? 2 : 3);
    if (!recorded) rows.col(0) = analysis->timeConstants;
    rows.col(recorded ? 0 : 1) = ofMap;
    for (Index i = 0; i < rows.rows(); ++i)
      rows(i, rows.cols() - 1) = analysis->spectrum.undetermined[static_cast<std::size_t>(i)] ? 1 : 0;
    const QString column = unit.name == "s" ? "seconds" : "steps";
    tables.push_back(
        {tableName,
         recorded ? QStringList{column, "undetermined"} : QStringList{"tau", "map_tau", "undetermined"},
         rows});
  };
  add(experiment()->teacherAnalysis.get(), "time-constants-teacher");
  add(experiment()->studentAnalysis.get(), "time-constants-student");
  if (const auto intervals = tauIntervals(*experiment()); !intervals.empty()) {
    Matrix rows(static_cast<Index>(intervals.size()), 2);
    for (std::size_t i = 0; i < intervals.size(); ++i)
      rows.row(static_cast<Index>(i)) << intervals[i].low, intervals[i].high;
    tables.push_back({"time-constants-intervals", {"low", "high"}, rows});
  }
  return tables;
}

}  // namespace keyhole
