#include "widgets/plots/pseudospectrum_lines.h"

#include "widgets/plots/pseudospectrum_request.h"
#include "widgets/plots/sides.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr std::size_t kMostLevels = 6;
constexpr double kLeastArea = 0.005;  // of the window, that a level encloses
constexpr Index kLargestDense = 1000;
const QString kLayer = QStringLiteral("pseudospectrum");

// The cell of a rising axis that holds the value; -1 outside.
Index cellOf(const Vector& axis, double value) {
  const Index last = axis.size() - 1;
  if (!(value >= axis(0) && value <= axis(last))) return -1;
  const auto cell =
      static_cast<Index>((value - axis(0)) / (axis(last) - axis(0)) * static_cast<double>(last));
  return std::min(cell, last - 1);
}

}  // namespace

bool sameSystem(const PseudospectrumRequest& a, const PseudospectrumRequest& b) {
  if (!a.of || !b.of || a.side != b.side) return false;
  return a.side == Side::teacher ? a.of->teacher == b.of->teacher : a.of->fit == b.of->fit;
}

PseudospectrumRequest wantedPseudospectrum(const std::shared_ptr<const Experiment>& experiment) {
  if (!experiment) return {};
  const std::string& whose = experiment->settings.text("view.pseudospectrum");
  if (whose == "teacher" && experiment->teacherAnalysis) return {experiment, Side::teacher};
  if (whose == "student" && experiment->studentAnalysis) return {experiment, Side::student};
  return {};
}

std::optional<Network> networkOf(const PseudospectrumRequest& request) {
  if (!request.of) return {};
  auto system = systemOf(*request.of, request.side);
  if (!system || system->network.size() == 0) return {};
  if (std::holds_alternative<DenseForm>(system->network.form()) && system->network.size() > kLargestDense)
    return {};
  return std::move(system->network);
}

std::vector<double> pseudospectrumLevels(const Pseudospectrum& grid) {
  std::vector<double> values(grid.log10Sigma.data(), grid.log10Sigma.data() + grid.log10Sigma.size());
  const auto rank = static_cast<std::ptrdiff_t>(kLeastArea * static_cast<double>(values.size()));
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  const double lowest = values[static_cast<std::size_t>(rank)];
  const double highest = grid.log10Sigma.maxCoeff();
  std::vector<double> levels;
  for (const double step : {0.5, 1.0, 2.0, 5.0, 10.0}) {
    levels.clear();
    for (double level = -step; level >= lowest; level -= step)
      if (level < highest) levels.push_back(level);
    if (levels.size() <= kMostLevels) break;
  }
  return levels;
}

PseudospectrumLines::PseudospectrumLines(QCPAxis* x, QCPAxis* y) : m_x(x), m_y(y), m_plot(x->parentPlot()) {
  m_plot->addLayer(kLayer, m_plot->layer("main"), QCustomPlot::limBelow);
}

void PseudospectrumLines::remove() {
  for (const Level& level : m_levels) {
    m_plot->removePlottable(level.curve);
    if (level.label) m_plot->removeItem(level.label);
  }
  m_levels.clear();
}

void PseudospectrumLines::show(std::shared_ptr<const Pseudospectrum> grid, Side side) {
  remove();
  m_grid = std::move(grid);
  m_side = side;
  if (!m_grid) return;
  for (const double value : pseudospectrumLevels(*m_grid)) {
    Level level{value, contours(*m_grid, std::pow(10.0, value)), nullptr, nullptr};
    level.curve = curveOf(level.lines);
    level.label = labelOf(level);
    m_levels.push_back(std::move(level));
  }
  style();
}

// All lines of a level as one curve with gaps.
QCPCurve* PseudospectrumLines::curveOf(const std::vector<Polyline>& lines) const {
  auto* curve = new QCPCurve(m_x, m_y);
  curve->setLayer(kLayer);
  curve->removeFromLegend();
  QVector<double> t, x, y;
  const auto add = [&](double re, double im) {
    t.append(static_cast<double>(t.size()));
    x.append(re);
    y.append(im);
  };
  for (const Polyline& line : lines) {
    for (const auto& point : line.points.colwise()) add(point(0), point(1));
    if (line.closed && line.points.cols() > 0) add(line.points(0, 0), line.points(1, 0));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    add(nan, nan);
  }
  curve->setData(t, x, y, true);
  return curve;
}

// Up and left on the longest line, where the nested lines are far apart and few eigenvalues lie. Null if it
// would cover that of the level outside.
QCPItemText* PseudospectrumLines::labelOf(const Level& level) const {
  const Polyline* longest = nullptr;
  for (const Polyline& line : level.lines)
    if (!longest || line.points.cols() > longest->points.cols()) longest = &line;
  if (!longest || longest->points.cols() < 3) return nullptr;
  const ComplexWindow& window = m_grid->window;
  const double reMargin = 0.12 * (window.reMax - window.reMin), imMargin = 0.12 * window.imMax;
  Index best = -1;
  double highest = -HUGE_VAL;
  for (Index i = 0; i < longest->points.cols(); ++i) {
    const double re = longest->points(0, i), im = longest->points(1, i);
    const bool shown =
        re > window.reMin + reMargin && re < window.reMax - reMargin && im < window.imMax - 2 * imMargin;
    if (!shown || im - 0.5 * re <= highest) continue;
    highest = im - 0.5 * re;
    best = i;
  }
  if (best < 0) return nullptr;
  const Vector place = longest->points.col(best);
  const double apart = 0.06 * (window.imMax - window.imMin);
  for (const Level& other : m_levels)
    if (other.label && std::hypot(other.label->position->key() - place(0),
                                  other.label->position->value() - place(1)) < apart)
      return nullptr;
  auto* label = new QCPItemText(m_plot);
  label->setLayer(kLayer);
  label->position->setAxes(m_x, m_y);
  label->position->setCoords(place(0), place(1));
  label->setClipToAxisRect(true);
  label->setPositionAlignment(Qt::AlignCenter);
  label->setText(QString::number(level.value).replace('-', QChar(0x2212)));
  return label;
}

void PseudospectrumLines::setTheme(const Theme& theme) {
  m_theme = theme;
  style();
}

void PseudospectrumLines::style() {
  const QColor owner = colourOf(m_theme, m_side);
  QColor veil = m_theme.background;
  veil.setAlpha(215);
  QFont small = m_theme.font();
  small.setPixelSize(std::max(m_theme.fontPixels * 5 / 6, 5));
  for (std::size_t i = 0; i < m_levels.size(); ++i) {
    QColor colour = owner;
    colour.setAlphaF(static_cast<float>(0.35 + 0.4 * static_cast<double>(i) / kMostLevels));
    m_levels[i].curve->setPen(QPen(colour, 0.8 * m_theme.lineWidth));
    if (QCPItemText* label = m_levels[i].label) {
      label->setFont(small);
      label->setColor(m_theme.muted);
      label->setBrush(veil);
    }
  }
}

void PseudospectrumLines::hideLabelsUnder(const QRectF& place) {
  for (const Level& level : m_levels) {
    if (!level.label) continue;
    const QSizeF size = QFontMetricsF(level.label->font()).size(0, level.label->text());
    const QPointF corner = level.label->position->pixelPosition() - QPointF(size.width(), size.height()) / 2;
    level.label->setVisible(!place.intersects(QRectF(corner, size)));
  }
}

double PseudospectrumLines::valueAt(double x, double y) const {
  if (!m_grid) return std::numeric_limits<double>::quiet_NaN();
  const Index i = cellOf(m_grid->re, x), j = cellOf(m_grid->im, y);
  if (i < 0 || j < 0) return std::numeric_limits<double>::quiet_NaN();
  const double u = (x - m_grid->re(i)) / (m_grid->re(i + 1) - m_grid->re(i));
  const double v = (y - m_grid->im(j)) / (m_grid->im(j + 1) - m_grid->im(j));
  const Matrix& f = m_grid->log10Sigma;
  return (1 - v) * ((1 - u) * f(i, j) + u * f(i + 1, j)) + v * ((1 - u) * f(i, j + 1) + u * f(i + 1, j + 1));
}

std::vector<PanelData> PseudospectrumLines::tables() const {
  Index count = 0;
  for (const Level& level : m_levels)
    for (const Polyline& line : level.lines) count += line.points.cols();
  if (count == 0) return {};
  Matrix rows(count, 4);
  Index row = 0;
  double number = 0;
  for (const Level& level : m_levels)
    for (const Polyline& line : level.lines) {
      ++number;
      for (const auto& point : line.points.colwise())
        rows.row(row++) << level.value, number, point(0), point(1);
    }
  return {{m_side == Side::teacher ? "pseudospectrum-teacher" : "pseudospectrum-student",
           {"log10_epsilon", "line", "re", "im"},
           rows}};
}

}  // namespace keyhole
