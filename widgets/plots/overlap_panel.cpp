#include "widgets/plots/overlap_panel.h"

#include "widgets/plots/axes.h"

#include <algorithm>
#include <cmath>

namespace keyhole {

OverlapPanel::OverlapPanel(QWidget* parent)
    : PlotPanel("singular-overlaps", tr("Singular vectors"), parent),
      m_left(addLine({}, tr("left"))),
      m_right(addLine({}, tr("right"))),
      m_chance(addLine({}, tr("chance"))) {
  setAccessibleDescription(
      tr("Overlaps of the student's leading singular vectors with the teacher's, with the level of chance, "
         "and the singular values of both."));
  plot().yAxis->setLabel(tr("overlap"));
  plot().yAxis->setRange(0, 1.05);
  legendAbove();
  addValueAxes();
  applyTheme();
}

// A second pair of axes below the first, which shows the singular values over the same k.
void OverlapPanel::addValueAxes() {
  m_values = new QCPAxisRect(&plot());
  plot().plotLayout()->addElement(plot().plotLayout()->rowCount(), 0, m_values);
  for (QCPAxis* axis : m_values->axes()) axis->setLayer("axes");
  auto* group = new QCPMarginGroup(&plot());
  for (QCPAxisRect* rect : {plot().axisRect(), m_values}) rect->setMarginGroup(QCP::msLeft, group);
  QCPAxis* x = m_values->axis(QCPAxis::atBottom);
  QCPAxis* y = m_values->axis(QCPAxis::atLeft);
  x->setLabel(tr("k"));
  y->setLabel(tr("σₖ"));
  y->ticker()->setTickCount(2);
  const auto values = [&](const QString& name) {
    QCPGraph* graph = plot().addGraph(x, y);
    graph->setName(name);
    graph->setLineStyle(QCPGraph::lsNone);
    return graph;
  };
  m_student = values(tr("student"));
  m_teacher = values(tr("teacher"));
}

void OverlapPanel::applyTheme() {
  PlotPanel::applyTheme();
  for (QCPAxis* axis : m_values->axes()) styleAxis(axis, true);
  plot().xAxis->setTickLabels(false);
  m_values->setMinimumMargins(plot().axisRect()->minimumMargins());
  const double size = theme().markSize, width = 1.3 * theme().lineWidth;
  QColor fill = theme().student, line = theme().student;
  fill.setAlpha(110);
  line.setAlpha(120);
  m_left->setPen(QPen(line, theme().lineWidth));
  m_left->setScatterStyle({QCPScatterStyle::ssCircle, QPen(theme().student, width), fill, 0.8 * size});
  m_right->setPen(QPen(line, theme().lineWidth));
  m_right->setScatterStyle(
      {QCPScatterStyle::ssSquare, QPen(theme().student, width), theme().background, 0.75 * size});
  m_chance->setPen(QPen(theme().foreground, theme().lineWidth, Qt::DashLine));
  m_teacher->setScatterStyle({QCPScatterStyle::ssTriangle, QPen(theme().teacher, width), Qt::NoBrush, size});
  m_student->setScatterStyle({QCPScatterStyle::ssCircle, QPen(theme().student, width), fill, 0.8 * size});
}

// A tick at whole k only.
QSharedPointer<QCPAxisTicker> OverlapPanel::ticksFor(Index K) {
  auto ticker = QSharedPointer<QCPAxisTickerFixed>::create();
  ticker->setTickStep(K <= 10 ? 1 : 5);
  return ticker;
}

void OverlapPanel::showExperiment(const Experiment& experiment) {
  if (!experiment.overlap) return;
  const SingularOverlap& overlap = *experiment.overlap;
  const Index K = overlap.left.size();
  const auto fill = [K](QCPGraph* graph, const Vector& values) {
    graph->data()->clear();
    for (Index k = 0; k < K; ++k) graph->addData(static_cast<double>(k + 1), values(k));
  };
  fill(m_left, overlap.left);
  fill(m_right, overlap.right);
  fill(m_chance, overlap.chance);
  fill(m_teacher, overlap.teacherValues);
  fill(m_student, overlap.studentValues);
  showMessage(K == 0 ? tr("The teacher has no singular vectors: its weights are 0.") : QString());
  Range values{0, 0};
  for (const Vector* side : {&overlap.teacherValues, &overlap.studentValues})
    for (const double value : *side) values.include(value);
  const double last = static_cast<double>(std::max<Index>(K, 1)) + 0.5;
  for (QCPAxis* axis : {plot().xAxis, m_values->axis(QCPAxis::atBottom)}) {
    axis->setRange(0.5, last);
    axis->setTicker(ticksFor(K));
  }
  m_values->axis(QCPAxis::atLeft)->setRange(0, values.high > 0 ? 1.08 * values.high : 1.0);
  queueReplot();
}

QString OverlapPanel::describe(double x, double, QPointF) const {
  if (!experiment() || !experiment()->overlap) return {};
  const SingularOverlap& overlap = *experiment()->overlap;
  if (!(x > 0.5 && x < static_cast<double>(overlap.left.size()) + 0.5)) return {};
  const auto k = static_cast<Index>(std::lround(x)) - 1;
  return tr("k = %1: overlap of the left vectors %2, of the right ones %3 (chance %4); σ of the teacher %5, "
            "of the student %6")
      .arg(k + 1)
      .arg(shortNumber(overlap.left(k)), shortNumber(overlap.right(k)), shortNumber(overlap.chance(k)),
           shortNumber(overlap.teacherValues(k)), shortNumber(overlap.studentValues(k)));
}

std::vector<PanelData> OverlapPanel::data() const {
  if (!experiment() || !experiment()->overlap) return {};
  const SingularOverlap& overlap = *experiment()->overlap;
  Matrix rows(overlap.left.size(), 6);
  rows.col(0) = Vector::LinSpaced(rows.rows(), 1, static_cast<double>(rows.rows()));
  rows.col(1) = overlap.left;
  rows.col(2) = overlap.right;
  rows.col(3) = overlap.chance;
  rows.col(4) = overlap.teacherValues;
  rows.col(5) = overlap.studentValues;
  return {{"singular-overlaps",
           {"k", "left", "right", "chance", "teacher_singular_value", "student_singular_value"},
           rows}};
}

}  // namespace keyhole
