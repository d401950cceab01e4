#include "widgets/plots/segment_panel.h"

#include "core/analysis/spectrum.h"
#include "core/analysis/verdict.h"
#include "widgets/plots/axes.h"
#include "widgets/plots/sides.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace keyhole {
namespace {

constexpr Index kSegmentBuckets = 600;
constexpr double kOffset = 1.0;  // between latents, in units of the largest one

const Student& studentOf(const Experiment& experiment) {
  return experiment.fit->student;
}

}  // namespace

QColor stateColour(int state, const Theme& theme) {
  static const std::array<QColor, 8> colours = {
      QColor(0x56, 0xB4, 0xE9), QColor(0xE6, 0x9F, 0x00), QColor(0x00, 0x9E, 0x73), QColor(0xCC, 0x79, 0xA7),
      QColor(0xF0, 0xE4, 0x42), QColor(0x99, 0x99, 0x99), QColor(0xD5, 0x5E, 0x00), QColor(0x00, 0x72, 0xB2)};
  QColor colour = colours[static_cast<std::size_t>(state) % colours.size()];
  colour.setAlpha(theme.dark ? 110 : 90);
  return colour;
}

SegmentPanel::SegmentPanel(QWidget* parent)
    : PlotPanel("segments", tr("Discrete states and latents"), parent) {
  setAccessibleDescription(
      tr("The student's discrete states over time as coloured stretches, with its latent states in front."));
  plot().xAxis->setLabel(tr("time (τ)"));
  plot().yAxis->setLabel(tr("latent"));
  legendAbove();
  applyTheme();
}

bool SegmentPanel::speaksFor(const Experiment& experiment) const {
  return experiment.fit && experiment.fit->student.switching && experiment.fit->student.states.cols() > 1;
}

// One filled graph per discrete state: 1 where it holds, nothing elsewhere.
void SegmentPanel::showSegments(const Switching& parts, Index steps, double alpha, double step) {
  for (int k = 0; k < static_cast<int>(parts.A.size()); ++k) {
    QCPGraph* graph = plot().addGraph();
    graph->setLineStyle(QCPGraph::lsStepLeft);
    graph->setPen(Qt::NoPen);
    graph->setBrush(stateColour(k, theme()));
    const Spectrum spectrum = spectrumOf(parts.A[static_cast<std::size_t>(k)], false, alpha);
    graph->setName(tr("%1 (%2): λ₁ = %3, score %4")
                       .arg(k + 1)
                       .arg(percent(occupancy(parts, static_cast<std::size_t>(k))),
                            QString::fromStdString(complexText(spectrum.values(0))),
                            shortNumber(lineAttractorScore(spectrum).value)));
    const double top = static_cast<double>(parts.A.front().rows()) + 0.5;
    QVector<double> x, y;
    bool before = false;
    for (Index t = 0; t < std::min<Index>(steps, static_cast<Index>(parts.path.size())); ++t) {
      const bool now = parts.path[static_cast<std::size_t>(t)] == k;
      if (t > 0 && now == before && t + 1 < steps) continue;
      x.append(step * static_cast<double>(t));
      y.append(now ? top : -1);
      before = now;
    }
    graph->setData(x, y, true);
  }
}

void SegmentPanel::showLatents(const Student& student, Index steps, double step) {
  const Matrix shown = student.states.leftCols(steps);
  const double largest = std::max((shown.colwise() - shown.rowwise().mean()).cwiseAbs().maxCoeff(), 1e-12);
  for (Index i = 0; i < shown.rows(); ++i) {
    const Vector trace =
        (shown.row(i).array() - shown.row(i).mean()) * (0.5 * kOffset / largest) + static_cast<double>(i + 1);
    const DrawnLine line = decimated(0, step, trace, kSegmentBuckets);
    QCPGraph* graph = plot().addGraph();
    graph->setPen(QPen(theme().student, theme().lineWidth));
    graph->setData(line.x, line.y, true);
    graph->removeFromLegend();
  }
}

void SegmentPanel::showExperiment(const Experiment& experiment) {
  plot().clearGraphs();
  if (!speaksFor(experiment)) return queueReplot();
  const Student& student = studentOf(experiment);
  const Index steps = std::min<Index>(student.states.cols(), experiment.simulation->display.cols());
  const TimeUnit unit = timeUnitOf(experiment);
  const double step = student.alpha * unit.perTau;
  plot().xAxis->setLabel(unit.axis());
  showSegments(*student.switching, steps, student.alpha, step);
  showLatents(student, steps, step);
  plot().xAxis->setRange(0, step * static_cast<double>(std::max<Index>(steps - 1, 1)));
  plot().yAxis->setRange(0.4, static_cast<double>(student.states.rows()) + 0.6);
  auto ticker = QSharedPointer<QCPAxisTickerFixed>::create();
  ticker->setTickStep(1);
  plot().yAxis->setTicker(ticker);
  queueReplot();
}

QString SegmentPanel::describe(double x, double, QPointF) const {
  if (!experiment() || !speaksFor(*experiment())) return {};
  const Student& student = studentOf(*experiment());
  const auto& path = student.switching->path;
  const auto t = std::lround(x / (student.alpha * timeUnitOf(*experiment()).perTau));
  if (t < 0 || t >= static_cast<long>(path.size())) return {};
  const int state = path[static_cast<std::size_t>(t)];
  return tr("%1 %2: discrete state %3, probability %4")
      .arg(shortNumber(x), timeUnitOf(*experiment()).name)
      .arg(state + 1)
      .arg(percent(student.switching->posterior(state, t)));
}

std::vector<PanelData> SegmentPanel::data() const {
  if (!experiment() || !speaksFor(*experiment())) return {};
  const Student& student = studentOf(*experiment());
  const Switching& parts = *student.switching;
  const auto T = static_cast<Index>(parts.path.size());
  const auto K = static_cast<Index>(parts.A.size());
  PanelData segments{"segments", {timeUnitOf(*experiment()).column(), "state"}, Matrix(T, 2 + K)};
  for (Index t = 0; t < T; ++t) {
    segments.rows(t, 0) = student.alpha * timeUnitOf(*experiment()).perTau * static_cast<double>(t);
    segments.rows(t, 1) = parts.path[static_cast<std::size_t>(t)] + 1;
  }
  segments.rows.rightCols(K) = parts.posterior.transpose();
  for (Index k = 0; k < K; ++k) segments.columns.append(QString("probability_%1").arg(k + 1));
  PanelData spectra{"segment-eigenvalues", {"state", "re", "im"}, Matrix(0, 3)};
  for (Index k = 0; k < K; ++k) {
    const ComplexVector values = spectrumOf(parts.A[static_cast<std::size_t>(k)], false).values;
    const Index before = spectra.rows.rows();
    spectra.rows.conservativeResize(before + values.size(), 3);
    for (Index i = 0; i < values.size(); ++i)
      spectra.rows.row(before + i) << static_cast<double>(k + 1), values(i).real(), values(i).imag();
  }
  return {segments, spectra};
}

}  // namespace keyhole
