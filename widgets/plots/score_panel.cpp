#include "widgets/plots/score_panel.h"

#include "widgets/plots/axes.h"

#include <cmath>
#include <initializer_list>
#include <limits>

namespace keyhole {
namespace {

constexpr double kSpread = 0.22;  // half the height of a row's cloud

QString nameOf(const ScoreFamily& family) {
  return QString::fromStdString(family.estimator) +
         (family.over == DrawnOver::circuits ? QObject::tr(" · circuits") : QObject::tr(" · starts"));
}

// Spreads the marks of a row so that they don't hide each other: the golden ratio's low-discrepancy sequence.
double offsetOf(std::size_t i) {
  const double place = std::fmod(0.6180339887498949 * static_cast<double>(i + 1), 1.0);
  return kSpread * (2 * place - 1);
}

QString standingText(double score, const ScoreFamily& family) {
  const Standing standing = standingOf(score, family);
  if (!standing.defined) return {};
  return QObject::tr("%1 of %2 %3")
      .arg(percent(standing.quantile))
      .arg(family.draws.size())
      .arg(family.over == DrawnOver::circuits ? QObject::tr("circuits") : QObject::tr("starts"));
}

// The names of the rows, of every second or third one where there is no room for all.
class RowTicker : public QCPAxisTickerText {
 public:
  explicit RowTicker(const QCPAxis& axis) : m_axis(axis) {}

 protected:
  QVector<double> createTickVector(double step, const QCPRange& range) override {
    const double row = std::abs(m_axis.coordToPixel(1) - m_axis.coordToPixel(0));
    const double height = QFontMetricsF(m_axis.tickLabelFont()).height();
    const auto every = static_cast<qsizetype>(std::ceil(height / std::max(row, 1.0)));
    const QVector<double> all = QCPAxisTickerText::createTickVector(step, range);
    QVector<double> some;
    for (qsizetype i = 0; i < all.size(); i += std::max<qsizetype>(every, 1)) some.append(all[i]);
    return some;
  }

 private:
  const QCPAxis& m_axis;
};

}  // namespace

ScorePanel::ScorePanel(QWidget* parent)
    : PlotPanel("scores", tr("Scores of other draws"), parent),
      m_defined(addLine({}, tr("score"))),
      m_complex(addLine({}, tr("complex pair"))),
      m_unstable(addLine({}, tr("unstable"))),
      m_quartiles(new QCPCurve(plot().xAxis, plot().yAxis)),
      m_medians(addLine({}, {})),
      m_shown(new QCPItemStraightLine(&plot())),
      m_standing(new QCPTextElement(&plot())) {
  setAccessibleDescription(tr(
      "Line attractor scores of other circuits and other starts of the fit, one row per estimator; the line "
      "is the score that is shown."));
  for (QCPGraph* graph : {m_defined, m_complex, m_unstable, m_medians}) graph->setLineStyle(QCPGraph::lsNone);
  for (QCPAbstractPlottable* part : std::initializer_list<QCPAbstractPlottable*>{m_quartiles, m_medians})
    part->removeFromLegend();
  plot().xAxis->setLabel(tr("line attractor score log₂(τ₁/τ₂)"));
  plot().yAxis->setTicker(QSharedPointer<QCPAxisTickerText>::create());
  plot().yAxis->setRangeReversed(true);
  legendAbove();
  m_standing->setTextFlags(Qt::AlignRight | Qt::AlignVCenter);
  m_standing->setMargins({});
  plot().plotLayout()->addElement(plot().plotLayout()->rowCount(), 0, m_standing);
  applyTheme();
}

void ScorePanel::renderTo(QCPPainter& painter, QSize size) {
  // Which rows are named follows from the size drawn last: once for the size alone.
  plot().toPixmap(size.width(), size.height());
  PlotPanel::renderTo(painter, size);
}

void ScorePanel::applyTheme() {
  PlotPanel::applyTheme();
  const double size = 0.8 * theme().markSize, width = theme().lineWidth;
  QColor fill = theme().student;
  fill.setAlpha(110);
  m_defined->setScatterStyle({QCPScatterStyle::ssCircle, QPen(theme().student, width), fill, size});
  m_complex->setScatterStyle({QCPScatterStyle::ssCross, QPen(theme().student, width), Qt::NoBrush, size});
  m_unstable->setScatterStyle({QCPScatterStyle::ssSquare, QPen(theme().student, width), Qt::NoBrush, size});
  m_quartiles->setPen(QPen(theme().foreground, 3 * width, Qt::SolidLine, Qt::FlatCap));
  m_medians->setScatterStyle(
      {QCPScatterStyle::ssDiamond, QPen(theme().foreground, 1.5 * width), theme().background, 1.4 * size});
  m_shown->setPen(QPen(theme().student, 1.5 * width, Qt::DashLine));
  m_standing->setFont(theme().font());
  m_standing->setTextColor(theme().foreground);
}

QCPGraph* ScorePanel::marksFor(ScoreStatus status) const {
  if (status == ScoreStatus::complexLeadingPair) return m_complex;
  return status == ScoreStatus::unstable || status == ScoreStatus::marginal ? m_unstable : m_defined;
}

void ScorePanel::addFamily(const ScoreFamily& family, double row) {
  for (std::size_t i = 0; i < family.draws.size(); ++i) {
    const ScoreDraw& draw = family.draws[i];
    if (std::isfinite(draw.score)) marksFor(draw.status)->addData(draw.score, row + offsetOf(i));
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Standing standing = standingOf(0, family);
  if (!standing.defined) return;
  const double low = standing.lowerQuartile, high = standing.upperQuartile;
  const double below = row + 0.36;
  for (const double x : {low, high}) m_quartiles->addData(x, below);
  m_quartiles->addData(high, nan);
  m_medians->addData(standing.median, below);
}

void ScorePanel::showExperiment(const Experiment& experiment) {
  if (!experiment.scores) return;
  for (QCPGraph* graph : {m_defined, m_complex, m_unstable, m_medians}) graph->data()->clear();
  m_quartiles->data()->clear();
  const auto ticker = QSharedPointer<RowTicker>::create(*plot().yAxis);
  Range range{0, 1};
  QStringList standings;
  const auto& families = experiment.scores->families;
  for (std::size_t k = 0; k < families.size(); ++k) {
    const auto row = static_cast<double>(k);
    addFamily(families[k], row);
    ticker->addTick(row, nameOf(families[k]));
    if (families[k].shown && experiment.studentAnalysis)
      standings.append(standingText(experiment.studentAnalysis->score.value, families[k]));
    for (const auto& draw : families[k].draws)
      if (std::isfinite(draw.score)) range.include(draw.score);
  }
  const bool shown = experiment.studentAnalysis && std::isfinite(experiment.studentAnalysis->score.value);
  m_shown->setVisible(shown);
  if (shown) {
    const double score = experiment.studentAnalysis->score.value;
    m_shown->point1->setCoords(score, 0);
    m_shown->point2->setCoords(score, 1);
    range.include(score);
  }
  standings.removeAll(QString());
  m_standing->setText(standings.isEmpty() ? QString() : tr("shown: above ") + standings.join(", "));
  plot().yAxis->setTicker(ticker);
  // Room for the quartiles below the last row.
  plot().yAxis->setRange(-0.5, static_cast<double>(std::max<std::size_t>(families.size(), 1)) - 0.4);
  const Range padded = range.padded(0.05);
  plot().xAxis->setRange(padded.low, padded.high);
  queueReplot();
}

QString ScorePanel::describe(double, double y, QPointF) const {
  if (!experiment() || !experiment()->scores) return {};
  const auto& families = experiment()->scores->families;
  const auto row = static_cast<std::ptrdiff_t>(std::lround(y));
  if (row < 0 || row >= static_cast<std::ptrdiff_t>(families.size())) return {};
  const auto& family = families[static_cast<std::size_t>(row)];
  const Standing standing = standingOf(0, family);
  const QString what = nameOf(family);
  if (!standing.defined) return what;
  return tr("%1: %2 draws, score %3 to %4, median %5")
      .arg(what)
      .arg(family.draws.size())
      .arg(shortNumber(standing.sorted(0)), shortNumber(standing.sorted(standing.sorted.size() - 1)),
           shortNumber(standing.median));
}

std::vector<PanelData> ScorePanel::data() const {
  std::vector<PanelData> tables;
  if (!experiment() || !experiment()->scores) return tables;
  for (const auto& family : experiment()->scores->families) {
    QString name = QString::fromStdString(family.estimator).toLower().replace(", ", "-").replace(' ', '-');
    name = "scores-" + name + (family.over == DrawnOver::circuits ? "-circuits" : "-starts");
    Matrix rows(static_cast<Index>(family.draws.size()), 5);
    for (std::size_t i = 0; i < family.draws.size(); ++i) {
      const ScoreDraw& draw = family.draws[i];
      const std::complex<double> first =
          draw.leading.size() > 0 ? draw.leading(0)
                                  : std::complex<double>(std::numeric_limits<double>::quiet_NaN(), 0);
      rows.row(static_cast<Index>(i)) << static_cast<double>(draw.seed), draw.score,
          static_cast<double>(draw.status == ScoreStatus::defined), first.real(), first.imag();
    }
    tables.push_back({name, {"seed", "score", "defined", "lambda1_re", "lambda1_im"}, rows});
  }
  return tables;
}

}  // namespace keyhole
