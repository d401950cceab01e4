#include "widgets/plots/curve_quantity.h"

#include <QObject>

#include <limits>

namespace keyhole {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

// Of the eigenvalue that is shown, from 0.
Index rankOf(const QString& quantity) {
  return quantity == "second" ? 1 : 0;
}

}  // namespace

bool isOverlap(const QString& quantity) {
  return quantity.endsWith("-overlap");
}

QString axisLabel(const QString& quantity) {
  if (quantity == "score") return QObject::tr("line attractor score");
  if (quantity == "singular") return QObject::tr("leading singular value");
  if (quantity == "left-overlap") return QObject::tr("overlap of left singular vectors");
  if (quantity == "right-overlap") return QObject::tr("overlap of right singular vectors");
  if (quantity == "henrici") return QObject::tr("Henrici number");
  return quantity == "second" ? QObject::tr("second Re λ̂") : QObject::tr("leading Re λ̂");
}

MeanOfDraws meanOf(const CurveSummary& summary, const QString& quantity) {
  if (quantity == "score") return summary.score;
  if (quantity == "henrici") return summary.henrici;
  if (quantity == "left-overlap") return summary.leftOverlap;
  if (quantity == "right-overlap") return summary.rightOverlap;
  const auto& ranks = quantity == "singular" ? summary.singular : summary.real;
  const auto rank = static_cast<std::size_t>(rankOf(quantity));
  return ranks.size() <= rank ? MeanOfDraws{kNoValue, kNoValue, 0} : ranks[rank];
}

// What the teacher itself has, which the student of all units has too.
double teacherValue(const Experiment& experiment, const QString& quantity) {
  const SystemAnalysis* teacher = experiment.teacherAnalysis.get();
  if (!teacher) return kNoValue;
  if (quantity == "score") return teacher->score.value;
  if (quantity == "henrici") return teacher->henrici;
  if (isOverlap(quantity)) return kNoValue;
  if (quantity == "singular")
    return teacher->singularValues.size() > 0 ? teacher->singularValues(0) : kNoValue;
  const Index rank = rankOf(quantity);
  return teacher->spectrum.values.size() > rank ? teacher->spectrum.values(rank).real() : kNoValue;
}

double curveValue(const CurveRow& row, const QString& quantity) {
  if (!row.good) return kNoValue;
  if (quantity == "score")
    return row.modes.score.status == ScoreStatus::undetermined ? kNoValue : row.modes.score.value;
  if (quantity == "singular") return row.modes.singular.size() > 0 ? row.modes.singular(0) : kNoValue;
  if (quantity == "henrici") return row.modes.henrici;
  if (quantity == "left-overlap") return row.modes.leftOverlap;
  if (quantity == "right-overlap") return row.modes.rightOverlap;
  const Spectrum& leading = row.modes.leading;
  const Index rank = rankOf(quantity);
  if (leading.values.size() <= rank || leading.undetermined[static_cast<std::size_t>(rank)]) return kNoValue;
  return leading.values(rank).real();
}

}  // namespace keyhole
