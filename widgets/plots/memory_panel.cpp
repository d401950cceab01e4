#include "widgets/plots/memory_panel.h"

#include "core/experiment/studies/claim_errors.h"
#include "widgets/plots/axes.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

const ClaimedMemory* memoryShown(const Experiment* experiment) {
  if (!experiment || !experiment->claim || !experiment->claim->memory) return nullptr;
  const ClaimedMemory& memory = *experiment->claim->memory;
  return memory.offered ? &memory : nullptr;
}

void setCurve(QCPGraph* graph, const ClaimedMemory* memory, const Vector ClaimedMemory::*values) {
  graph->data()->clear();
  if (!memory) return;
  for (std::size_t i = 0; i < memory->lags.size(); ++i)
    graph->addData(static_cast<double>(memory->lags[i]), (memory->*values)(static_cast<Index>(i)));
}

}  // namespace

MemoryPanel::MemoryPanel(QWidget* parent)
    : PlotPanel("claimed-memory", tr("Does the recording show it?"), parent),
      m_high(addLine({}, tr("student, 95 %"))),
      m_low(addLine({}, {})),
      m_median(addLine({}, tr("student"))),
      m_recording(addLine({}, tr("recording"))),
      m_claimed(new QCPItemStraightLine(&plot())),
      m_zero(new QCPItemStraightLine(&plot())) {
  setAccessibleDescription(
      tr("The autocorrelation of the recording along the student's slow direction over the lag, and that of "
         "simulations of the student."));
  m_low->removeFromLegend();
  m_high->setChannelFillGraph(m_low);
  plot().xAxis->setScaleType(QCPAxis::stLogarithmic);
  plot().xAxis->setTicker(QSharedPointer<QCPAxisTickerLog>::create());
  plot().xAxis->setNumberFormat("gb");
  plot().xAxis->setNumberPrecision(0);
  plot().xAxis->setLabel(tr("lag (time steps)"));
  plot().yAxis->setLabel(tr("autocorrelation"));
  m_zero->point1->setCoords(1, 0);
  m_zero->point2->setCoords(2, 0);
  legendAbove();
  applyTheme();
}

void MemoryPanel::applyTheme() {
  PlotPanel::applyTheme();
  QColor band = theme().student;
  band.setAlpha(60);
  m_high->setPen(Qt::NoPen);
  m_low->setPen(Qt::NoPen);
  m_high->setBrush(band);
  m_median->setPen(QPen(theme().student, theme().lineWidth, Qt::DashLine));
  m_recording->setPen(QPen(theme().teacher, 1.5 * theme().lineWidth));
  m_claimed->setPen(QPen(theme().muted, 0.75 * theme().lineWidth, Qt::DashLine));
  m_zero->setPen(QPen(theme().muted, 0.75 * theme().lineWidth));
}

bool MemoryPanel::speaksFor(const Experiment& experiment) const {
  return memoryShown(&experiment) != nullptr;
}

void MemoryPanel::showExperiment(const Experiment& experiment) {
  const ClaimedMemory* memory = memoryShown(&experiment);
  setCurve(m_high, memory, &ClaimedMemory::high);
  setCurve(m_low, memory, &ClaimedMemory::low);
  setCurve(m_median, memory, &ClaimedMemory::median);
  setCurve(m_recording, memory, &ClaimedMemory::recording);
  legendAbove()->clearItems();
  for (QCPGraph* graph : {m_recording, m_median, m_high}) graph->addToLegend(legendAbove());
  m_claimed->setVisible(memory != nullptr);
  showMessage(memory ? QString() : tr("Not known yet."));
  Range values{0, 1};
  if (memory) {
    const auto lag = static_cast<double>(memory->lags[memory->decisive]);
    m_claimed->point1->setCoords(lag, 0);
    m_claimed->point2->setCoords(lag, 1);
    for (const Vector* curve : {&memory->recording, &memory->low, &memory->high}) {
      values.include(curve->minCoeff());
      values.include(curve->maxCoeff());
    }
    plot().xAxis->setRange(1, std::max(2.0, static_cast<double>(memory->lags.back())));
  }
  const Range padded = values.padded(0.06);
  plot().yAxis->setRange(padded.low, padded.high);
  queueReplot();
}

QString MemoryPanel::describe(double x, double, QPointF) const {
  const ClaimedMemory* memory = memoryShown(experiment().get());
  if (!memory || !(x > 0)) return {};
  std::size_t nearest = 0;
  const auto distance = [&](std::size_t i) {
    return std::abs(std::log(static_cast<double>(memory->lags[i]) / x));
  };
  for (std::size_t i = 1; i < memory->lags.size(); ++i)
    if (distance(i) < distance(nearest)) nearest = i;
  const auto at = static_cast<Index>(nearest);
  return tr("after %1 steps: recording %2, simulations of the student %3 (%4 to %5)")
      .arg(memory->lags[nearest])
      .arg(shortNumber(memory->recording(at)), shortNumber(memory->median(at)), shortNumber(memory->low(at)),
           shortNumber(memory->high(at)));
}

std::vector<PanelData> MemoryPanel::data() const {
  const ClaimedMemory* memory = memoryShown(experiment().get());
  if (!memory) return {};
  Matrix rows(static_cast<Index>(memory->lags.size()), 5);
  for (std::size_t i = 0; i < memory->lags.size(); ++i)
    rows(static_cast<Index>(i), 0) = static_cast<double>(memory->lags[i]);
  rows.col(1) = memory->recording;
  rows.col(2) = memory->low;
  rows.col(3) = memory->median;
  rows.col(4) = memory->high;
  return {{"claimed-memory", {"lag_steps", "recording", "low", "median", "high"}, rows}};
}

}  // namespace keyhole
