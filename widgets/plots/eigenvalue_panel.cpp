#include "widgets/plots/eigenvalue_panel.h"

#include "widgets/plots/equal_aspect_rect.h"
#include "widgets/plots/map_circle.h"
#include "widgets/plots/sides.h"

#include <QTimer>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace keyhole {
namespace {

constexpr double kStatePixels = 6;       // the squares lie above the circles
constexpr int kStillFor = 150;           // ms, before a pseudospectrum is asked for
constexpr int kMostWaits = 20;           // times as long, for numbers that are still to come
constexpr Index kPrintedIntervals = 64;  // of a pseudospectrum in figures

Index undeterminedCount(const Spectrum* spectrum) {
  return spectrum ? std::count(spectrum->undetermined.begin(), spectrum->undetermined.end(), true) : 0;
}

// Symmetric about the real axis, as spectra are, with something to spare on every side.
ComplexWindow windowAround(const Range& x, const Range& y) {
  const Range wide = x.padded(0.1);
  const double high = 1.1 * std::max(std::abs(y.low), std::abs(y.high));
  return {wide.low, wide.high, -high, high};
}

bool sameWindow(const ComplexWindow& a, const ComplexWindow& b) {
  return a.reMin == b.reMin && a.reMax == b.reMax && a.imMin == b.imMin && a.imMax == b.imMax;
}

// The window holds these ranges and is not much larger.
bool suits(const ComplexWindow& window, const QCPRange& x, const QCPRange& y) {
  const bool holds = window.reMin <= x.lower && x.upper <= window.reMax && window.imMin <= y.lower &&
                     y.upper <= window.imMax;
  return holds && window.imMax - window.imMin <= 2 * y.size();
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

// Replaces the plot's axes by those of equal aspect.
EqualAspectRect* EigenvaluePanel::equalAxes() {
  plot().plotLayout()->clear();
  auto* rect = new EqualAspectRect(&plot());
  plot().plotLayout()->addElement(0, 0, rect);
  plot().xAxis = rect->axis(QCPAxis::atBottom);
  plot().yAxis = rect->axis(QCPAxis::atLeft);
  return rect;
}

EigenvaluePanel::EigenvaluePanel(QWidget* parent)
    : PlotPanel("eigenvalues", tr("Eigenvalues"), parent),
      m_rect(equalAxes()),
      m_cloud(plot().xAxis, plot().yAxis),
      m_states(plot().xAxis, plot().yAxis),
      m_lines(plot().xAxis, plot().yAxis),
      m_hover(plot().xAxis, plot().yAxis),
      m_linesNote(addNote(Qt::AlignLeft | Qt::AlignTop, 0.01, 0.01)),
      m_askSoon(new QTimer(this)) {
  m_linesNote->position->setAxisRect(m_rect);
  m_askSoon->setSingleShot(true);
  m_askSoon->setInterval(kStillFor);
  connect(m_askSoon, &QTimer::timeout, this, &EigenvaluePanel::askForPseudospectrum);
  connect(&plot(), &QCustomPlot::afterReplot, this, [this] {
    if (isVisible() && experiment()) m_askSoon->start();
  });
  connect(&plot(), &QCustomPlot::afterLayout, this, [this] {
    const QSizeF size = QFontMetricsF(m_linesNote->font()).size(0, m_linesNote->text());
    m_lines.hideLabelsUnder(QRectF(m_linesNote->position->pixelPosition(), size));
  });
  connect(this, &Panel::hovered, this, [this](const QString& text) {
    if (text.isEmpty()) m_hover.leave();
    if (m_hover.unitsChanged()) emit modeHovered(m_hover.units());
  });
  for (QCPAxis* axis : {plot().xAxis, plot().yAxis}) axis->setLayer("axes");
  m_circle = new QCPCurve(plot().xAxis, plot().yAxis);
  m_mapCircle = new QCPCurve(plot().xAxis, plot().yAxis);
  m_mapCircle->setName(tr("|1-α+αλ| = 1"));
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
  m_mapCircle->removeFromLegend();
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
  m_mapCircle->setPen(QPen(theme().muted, 1.2 * theme().lineWidth, Qt::DotLine));
  m_marginalText->setColor(theme().muted);
  m_linesNote->setColor(theme().muted);
  QColor veil = theme().background;
  veil.setAlpha(215);
  m_linesNote->setBrush(veil);
  m_lines.setTheme(theme());
  m_states.setTheme(theme());
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
  m_cloud.setTheme(theme());
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
  const auto* teacher = spectrumOf(experiment, Side::teacher);
  const auto* student = spectrumOf(experiment, Side::student);
  legendAbove()->clearItems();
  const auto list = [this](QCPGraph* graph, const QString& name, bool shown) {
    graph->setName(name);
    if (shown) graph->addToLegend(legendAbove());
  };
  list(m_teacher, teacher && teacher->exact ? tr("teacher (exact)") : tr("teacher"), teacher);
  list(m_student, student && student->leadingOnly ? tr("student (leading ones)") : tr("student"), student);
  const Index unknown[] = {undeterminedCount(teacher), undeterminedCount(student)};
  m_cloud.show(experiment.claim.get(), *legendAbove());
  list(m_teacherUndetermined, tr("%1 undetermined").arg(unknown[0]), unknown[0] > 0);
  list(m_studentUndetermined, tr("%1 undetermined").arg(unknown[1]), unknown[1] > 0);
  m_states.show(student ? &experiment.fit->student : nullptr, samplingOf(experiment), theme(),
                *legendAbove());
  EigenvaluePanel::applyTheme();
  if (!student && experiment.fit)
    showMessage(QString::fromStdString(experiment.fit->student.summary.message));
}

// What it shows of an experiment, but for the lines.
Fingerprint EigenvaluePanel::shownOf(const Experiment& experiment) {
  Fingerprint shown;
  for (const Side side : {Side::teacher, Side::student}) {
    const Spectrum* spectrum = spectrumOf(experiment, side);
    shown.add(std::uint64_t{spectrum != nullptr});
    if (spectrum) shown.add(*spectrum);
  }
  shown.add(ResampleCloud::tableOf(experiment.claim.get()));
  if (!experiment.fit) return shown;
  const Student& student = experiment.fit->student;
  shown.add(QString::fromStdString(student.summary.message));
  if (student.switching)
    for (const Matrix& A : student.switching->A) shown.add(A);
  return shown;
}

void EigenvaluePanel::showExperiment(const Experiment& experiment) {
  dropStaleLines();
  if (isDrawn(shownOf(experiment))) {
    if (isVisible()) m_askSoon->start();  // other lines may be wanted
    return;
  }
  showMessage({});
  const auto* teacher = spectrumOf(experiment, Side::teacher);
  const auto* student = spectrumOf(experiment, Side::student);
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
  for (const ComplexVector& values : m_states.spectra())
    for (const auto& value : values) {
      x.include(std::max(value.real(), -2.0));
      for (const double side : {-1.0, 1.0}) y.include(side * value.imag());
    }
  noteWhatIsOutside(x, y, {teacher, student});
  const auto circle = keyhole::mapCircle(experiment.simulation ? experiment.simulation->alpha : 0, x, y);
  m_mapCircle->setData(circle.re, circle.im);
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

QString EigenvaluePanel::describePlace(double x, double y) const {
  const QString place = tr("λ = %1, %2").arg(shortNumber(x), shortNumber(y));
  const double level = m_lines.valueAt(x, y);
  if (!std::isfinite(level)) return place;
  return tr("%1: an eigenvalue of the %2 once its weights change by ε = %3 (log₁₀ ε = %4)")
      .arg(place, nameOf(m_asked.side), shortNumber(std::pow(10.0, level)))
      .arg(level, 0, 'f', 1);
}

QString EigenvaluePanel::describe(double x, double y, QPointF pixel) const {
  m_hover.leave();
  if (!experiment()) return {};
  if (const QString text = m_states.describe(pixel, kStatePixels); !text.isEmpty()) return text;
  const QString text = m_hover.describe(experiment(), pixel);
  return text.isEmpty() ? describePlace(x, y) : text;
}

void EigenvaluePanel::dropStaleLines() {
  if (sameSystem(wantedPseudospectrum(experiment()), m_asked)) return;
  if (m_lines.grid()) {
    m_lines.show(nullptr, Side::student);
    m_linesNote->setText(QString());
    queueReplot();
  }
  if (!m_asked.of) return;
  m_asked = {};
  emit pseudospectrumWanted(m_asked);
}

// Once the picture stands still: what is shown now may be another system, or another part of the plane. The
// numbers of a picture need the cores first; but not for ever, since a stop leaves them out.
void EigenvaluePanel::askForPseudospectrum() {
  if (experiment() && isAwaited(*experiment()) && m_waits < kMostWaits) {
    ++m_waits;
    return m_askSoon->start();
  }
  m_waits = 0;
  PseudospectrumRequest wanted = wantedPseudospectrum(experiment());
  const QCPRange x = plot().xAxis->range(), y = plot().yAxis->range();
  if (!wanted.of || !isVisible() || (sameSystem(wanted, m_asked) && suits(m_asked.window, x, y))) return;
  wanted.window = windowAround({x.lower, x.upper}, {y.lower, y.upper});
  m_asked = wanted;
  emit pseudospectrumWanted(m_asked);
}

void EigenvaluePanel::hideEvent(QHideEvent* event) {
  PlotPanel::hideEvent(event);
  m_askSoon->stop();
  if (!m_asked.of) return;
  m_asked = {};
  emit pseudospectrumWanted(m_asked);
}

void EigenvaluePanel::setPseudospectrum(const PseudospectrumRequest& request,
                                        const std::shared_ptr<const Pseudospectrum>& grid) {
  const bool asked = sameSystem(request, m_asked) && sameWindow(request.window, m_asked.window);
  if (!asked || !sameSystem(request, wantedPseudospectrum(experiment()))) return;
  m_lines.show(grid, request.side);
  m_lines.setTheme(theme());
  m_linesNote->setText(grid ? tr("log₁₀ ε, %1").arg(nameOf(request.side)) : QString());
  queueReplot();
}

// The lines in the part of the plane that a panel of this size shows.
Panel::Work EigenvaluePanel::missingFor(QSize size) {
  PseudospectrumRequest wanted = wantedPseudospectrum(experiment());
  if (!wanted.of || m_lines.grid()) return {};
  const EqualRanges ranges = equalAspect(m_rect->contentsX(), m_rect->contentsY(), QSizeF(size));
  wanted.window = windowAround(ranges.x, ranges.y);
  return [this, wanted](Progress& progress) -> Show {
    const auto network = networkOf(wanted);
    if (!network) return [] {};
    const auto grid = std::make_shared<const Pseudospectrum>(
        keyhole::pseudospectrum(*network, wanted.window, kPrintedIntervals, progress));
    return [this, wanted, grid] {
      m_asked = wanted;
      setPseudospectrum(wanted, grid);
    };
  };
}

void EigenvaluePanel::renderTo(QCPPainter& painter, QSize size) {
  if (const Work work = missingFor(size)) work(noProgress())();
  PlotPanel::renderTo(painter, size);
}

std::vector<PanelData> EigenvaluePanel::data() const {
  std::vector<PanelData> tables;
  if (!experiment()) return tables;
  for (const Side side : {Side::teacher, Side::student})
    if (const auto* spectrum = spectrumOf(*experiment(), side))
      tables.push_back(
          tableOf(side == Side::teacher ? "eigenvalues-teacher" : "eigenvalues-student", *spectrum));
  if (experiment()->claim)
    tables.push_back(
        {"eigenvalues-resamples", {"draw", "re", "im"}, ResampleCloud::tableOf(experiment()->claim.get())});
  for (auto& table : m_lines.tables()) tables.push_back(std::move(table));
  return tables;
}

}  // namespace keyhole
