#include "widgets/plots/eigenvalue_panel.h"

#include "widgets/plots/equal_aspect_rect.h"

#include <cmath>
#include <numbers>

namespace keyhole {
namespace {

constexpr double kSamePlace = 1e-3;
constexpr double kHoverPixels = 14;

const Spectrum* spectrumOfSide(const Experiment& experiment, bool teacher) {
  const auto& analysis = teacher ? experiment.teacherAnalysis : experiment.studentAnalysis;
  return analysis ? &analysis->spectrum : nullptr;
}

Index undeterminedCount(const Spectrum* spectrum) {
  return spectrum ? std::count(spectrum->undetermined.begin(), spectrum->undetermined.end(), true) : 0;
}

PanelData tableOf(const QString& name, const Spectrum& spectrum) {
  const Index n = spectrum.values.size();
  Matrix rows(n, 4);
  rows.col(0) = spectrum.values.real();
  rows.col(1) = spectrum.values.imag();
  rows.col(2) = spectrum.conditions.size() == n
                    ? spectrum.conditions
                    : Vector::Constant(n, std::numeric_limits<double>::quiet_NaN());
  for (Index i = 0; i < n; ++i) rows(i, 3) = spectrum.undetermined[static_cast<std::size_t>(i)] ? 1 : 0;
  return {name, {"re", "im", "condition", "undetermined"}, rows};
}

}  // namespace

std::vector<MarkedEigenvalue> marksOf(const Spectrum& spectrum) {
  std::vector<MarkedEigenvalue> marks;
  for (Index i = 0; i < spectrum.values.size(); ++i) {
    const bool undetermined = spectrum.undetermined[static_cast<std::size_t>(i)];
    // Only neighbours in the order (by real part) can coincide.
    MarkedEigenvalue* same = nullptr;
    for (std::size_t back = marks.size(); back > 0; --back) {
      auto& candidate = marks[back - 1];
      if (candidate.value.real() - spectrum.values(i).real() > kSamePlace) break;
      if (std::abs(candidate.value - spectrum.values(i)) < kSamePlace &&
          candidate.undetermined == undetermined)
        same = &candidate;
    }
    if (same)
      ++same->count;
    else
      marks.push_back({spectrum.values(i), 1, undetermined, i});
  }
  return marks;
}

EigenvaluePanel::EigenvaluePanel(QWidget* parent) : PlotPanel("eigenvalues", tr("Eigenvalues"), parent) {
  plot().plotLayout()->clear();
  m_rect = new EqualAspectRect(&plot());
  plot().plotLayout()->addElement(0, 0, m_rect);
  plot().xAxis = m_rect->axis(QCPAxis::atBottom);
  plot().yAxis = m_rect->axis(QCPAxis::atLeft);
  for (QCPAxis* axis : {plot().xAxis, plot().yAxis}) axis->setLayer("axes");
  m_circle = new QCPCurve(plot().xAxis, plot().yAxis);
  m_marginal = new QCPItemStraightLine(&plot());
  m_marginalText = addNote(Qt::AlignLeft | Qt::AlignBottom, 0, 0);
  placeMarginalText();
  m_outside = addNote(Qt::AlignLeft | Qt::AlignBottom, 0.01, 0.99);
  m_outside->position->setAxisRect(m_rect);
  const auto scatter = [this](const QString& name) {
    auto* graph = new QCPGraph(plot().xAxis, plot().yAxis);
    graph->setLineStyle(QCPGraph::lsNone);
    graph->setName(name);
    return graph;
  };
  m_teacherUndetermined = scatter({});
  m_studentUndetermined = scatter({});
  m_student = scatter(tr("student"));
  m_teacher = scatter(tr("teacher"));  // above the student's filled circles
  legendAbove();
  plot().xAxis->setLabel(tr("Re λ"));
  plot().yAxis->setLabel(tr("Im λ"));
  m_circle->removeFromLegend();
  QVector<double> x, y;
  for (int i = 0; i <= 128; ++i) {
    x.append(std::cos(2 * std::numbers::pi * i / 128));
    y.append(std::sin(2 * std::numbers::pi * i / 128));
  }
  m_circle->setData(x, y);
  m_marginal->point1->setCoords(1, 0);
  m_marginal->point2->setCoords(1, 1);
  setAccessibleDescription(
      tr("Eigenvalues of the teacher (triangles) and of the student (circles) in the complex plane."));
  applyTheme();
}

// Along the line, from the bottom of the panel, wherever the line is.
void EigenvaluePanel::placeMarginalText() {
  auto* place = m_marginalText->position;
  place->setAxes(plot().xAxis, plot().yAxis);
  place->setAxisRect(m_rect);
  place->setTypeX(QCPItemPosition::ptPlotCoords);
  place->setTypeY(QCPItemPosition::ptAxisRectRatio);
  place->setCoords(1, 0.99);
  m_marginalText->setRotation(-90);
  m_marginalText->setPadding(QMargins(3, 0, 0, 1));
  m_marginalText->setText(tr("Re λ = 1"));
}

void EigenvaluePanel::applyTheme() {
  PlotPanel::applyTheme();
  QPen quiet(theme().muted, 0.75 * theme().lineWidth);
  m_circle->setPen(quiet);
  quiet.setStyle(Qt::DashLine);
  m_marginal->setPen(quiet);
  m_marginalText->setColor(theme().muted);
  // Hundreds of marks side by side are smaller ones.
  constexpr int kMany = 100;
  const double width = 1.3 * theme().lineWidth;
  const auto sizeOf = [this](const QCPGraph* graph) {
    return graph->dataCount() > kMany ? 0.65 * theme().markSize : theme().markSize;
  };
  QColor fill = theme().student;
  fill.setAlpha(110);
  m_teacher->setScatterStyle(
      {QCPScatterStyle::ssTriangle, QPen(theme().teacher, width), Qt::NoBrush, 1.3 * sizeOf(m_teacher)});
  m_student->setScatterStyle(
      {QCPScatterStyle::ssCircle, QPen(theme().student, width), fill, sizeOf(m_student)});
  QColor faint = theme().muted;
  faint.setAlpha(120);
  m_teacherUndetermined->setScatterStyle({QCPScatterStyle::ssTriangle, QPen(faint, 0.7 * width), Qt::NoBrush,
                                          0.8 * sizeOf(m_teacherUndetermined)});
  m_studentUndetermined->setScatterStyle({QCPScatterStyle::ssCircle, QPen(faint, 0.7 * width), Qt::NoBrush,
                                          0.7 * sizeOf(m_studentUndetermined)});
}

void EigenvaluePanel::showMarks(const Spectrum* spectrum, QCPGraph* determined, QCPGraph* undetermined,
                                QList<QCPAbstractItem*>& counts) {
  for (QCPAbstractItem* item : std::as_const(counts)) plot().removeItem(item);
  counts.clear();
  determined->data()->clear();
  undetermined->data()->clear();
  if (!spectrum) return;
  const bool above = determined == m_teacher;
  for (const auto& mark : marksOf(*spectrum)) {
    (mark.undetermined ? undetermined : determined)->addData(mark.value.real(), mark.value.imag());
    if (mark.count < 3) continue;
    auto* text = new QCPItemText(&plot());
    text->setText(QString("×%1").arg(mark.count));
    text->setFont(theme().font());
    QColor veil = theme().background;
    veil.setAlpha(190);
    text->setBrush(veil);
    text->setColor(above ? theme().teacher : theme().student);
    text->setPositionAlignment(Qt::AlignHCenter | (above ? Qt::AlignBottom : Qt::AlignTop));
    auto* at = new QCPItemTracer(&plot());
    at->setStyle(QCPItemTracer::tsNone);
    at->position->setAxes(plot().xAxis, plot().yAxis);
    at->position->setCoords(mark.value.real(), mark.value.imag());
    text->position->setParentAnchor(at->position);
    text->position->setCoords(0, (above ? -1.1 : 1.1) * theme().markSize);
    counts.append(at);
    counts.append(text);
  }
}

void EigenvaluePanel::showLegend(const Experiment& experiment) {
  const auto* teacher = spectrumOfSide(experiment, true);
  const auto* student = spectrumOfSide(experiment, false);
  legendAbove()->clearItems();
  const auto list = [this](QCPGraph* graph, const QString& name, bool shown) {
    graph->setName(name);
    if (shown) graph->addToLegend(legendAbove());
  };
  list(m_teacher, teacher && teacher->exact ? tr("teacher (exact)") : tr("teacher"), teacher);
  list(m_student, tr("student"), student);
  const Index unknown[] = {undeterminedCount(teacher), undeterminedCount(student)};
  list(m_teacherUndetermined, tr("%1 undetermined").arg(unknown[0]), unknown[0] > 0);
  list(m_studentUndetermined, tr("%1 undetermined").arg(unknown[1]), unknown[1] > 0);
  EigenvaluePanel::applyTheme();
  if (!student && experiment.fit)
    showMessage(QString::fromStdString(experiment.fit->student.summary.message));
}

void EigenvaluePanel::showExperiment(const Experiment& experiment) {
  showMessage({});
  const auto* teacher = spectrumOfSide(experiment, true);
  const auto* student = spectrumOfSide(experiment, false);
  showMarks(teacher, m_teacher, m_teacherUndetermined, m_teacherCounts);
  showMarks(student, m_student, m_studentUndetermined, m_studentCounts);
  showLegend(experiment);
  // The unit circle and every eigenvalue that bears on the verdict; far negative ones may lie outside.
  Range x{-1, 1.1}, y{-1, 1};
  for (const auto* spectrum : {teacher, student}) {
    if (!spectrum) continue;
    for (const auto& value : spectrum->values)
      if (value.real() > -2 || value.real() == spectrum->values(0).real()) {
        x.include(value.real());
        for (const double side : {-1.0, 1.0}) y.include(side * value.imag());
      }
  }
  noteWhatIsOutside(x, y, {teacher, student});
  m_rect->setContents(x.padded(0.05), y.padded(0.05));
  queueReplot();
}

void EigenvaluePanel::noteWhatIsOutside(const Range& x, const Range& y,
                                        std::initializer_list<const Spectrum*> spectra) {
  Index outside = 0;
  for (const auto* spectrum : spectra)
    for (Index i = 0; spectrum && i < spectrum->values.size(); ++i) {
      const auto& value = spectrum->values(i);
      outside += value.real() < x.low || value.imag() < y.low || value.imag() > y.high;
    }
  m_outside->setText(outside > 0 ? tr("← %1 outside").arg(outside) : QString());
}

QString EigenvaluePanel::nearest(const Spectrum& spectrum, const QString& owner, QPointF pixel,
                                 double& best) const {
  QString text;
  auto& self = const_cast<EigenvaluePanel&>(*this);
  for (const auto& mark : marksOf(spectrum)) {
    const QPointF at(self.plot().xAxis->coordToPixel(mark.value.real()),
                     self.plot().yAxis->coordToPixel(mark.value.imag()));
    const double distance = std::hypot(at.x() - pixel.x(), at.y() - pixel.y());
    if (distance >= best) continue;
    best = distance;
    const double tau = std::abs(1 / (1 - mark.value.real()));
    text = tr("%1: λ = %2%3, τ = %4 τ")
               .arg(owner, shortNumber(mark.value.real()),
                    mark.value.imag() == 0 ? QString()
                                           : (mark.value.imag() > 0 ? " + " : " − ") +
                                                 shortNumber(std::abs(mark.value.imag())) + "i",
                    shortNumber(tau));
    if (mark.value.real() > 1) text += tr(" (unstable)");
    if (mark.count > 1) text += tr(", %1 of them").arg(mark.count);
    if (spectrum.conditions.size() > mark.first)
      text += tr(", condition %1").arg(shortNumber(spectrum.conditions(mark.first)));
    if (mark.undetermined) text += tr(", undetermined: rounding alone could have put it elsewhere");
  }
  return text;
}

QString EigenvaluePanel::describe(double x, double y, QPointF pixel) const {
  if (!experiment()) return {};
  double best = kHoverPixels;
  QString text;
  if (const auto* teacher = spectrumOfSide(*experiment(), true))
    text = nearest(*teacher, tr("teacher"), pixel, best);
  if (const auto* student = spectrumOfSide(*experiment(), false)) {
    const QString closer = nearest(*student, tr("student"), pixel, best);
    if (!closer.isEmpty()) text = closer;
  }
  return text.isEmpty() ? tr("λ = %1, %2").arg(shortNumber(x), shortNumber(y)) : text;
}

std::vector<PanelData> EigenvaluePanel::data() const {
  std::vector<PanelData> tables;
  if (!experiment()) return tables;
  if (const auto* teacher = spectrumOfSide(*experiment(), true))
    tables.push_back(tableOf("eigenvalues-teacher", *teacher));
  if (const auto* student = spectrumOfSide(*experiment(), false))
    tables.push_back(tableOf("eigenvalues-student", *student));
  return tables;
}

}  // namespace keyhole
