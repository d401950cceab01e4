#include "core/experiment/studies/seen_curve.h"

#include "core/common/error.h"
#include "core/experiment/stage_options.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace keyhole {
namespace {

Settings longTimeSettings(Settings settings) {
  settings.set("teacher.phi", nameOf(Nonlinearity::linear));
  settings.set("fit.method", std::string("stationary-continuous"));
  return settings;
}

Settings finiteSettings(Settings settings) {
  settings.set("fit.method", std::string("map"));
  return settings;
}

Index unitsOf(const Settings& settings) {
  const auto teacher = buildTeacher(teacherOptions(settings));
  return teacher.network.size();
}

// How far a curve runs: factors of the present value, or numbers.
struct Axis {
  std::string key;
  double low, high;
  bool relative;
};
const std::vector<Axis>& axes() {
  static const std::vector<Axis> all = {
      {"teacher.size", 0.1, 2, true},       {"teacher.orthogonal_scale", 0.1, 10, true},
      {"teacher.chain_beta", -1, 1, false}, {"simulation.steps", 0.01, 3, true},
      {"simulation.sigma", 0, 1, false},    {"simulation.observation_noise", 0, 2, false},
      {"fit.rho", 1e-3, 1e3, true}};
  return all;
}

const Axis& axisOf(const std::string& key) {
  for (const Axis& axis : axes())
    if (axis.key == key) return axis;
  std::string allowed = "observed";
  for (const Axis& axis : axes()) allowed += ", " + axis.key;
  throw InputError("the curve is to run over " + key + "; allowed: " + allowed);
}

double presentValue(const Settings& settings, const SettingRow& row) {
  return row.type == SettingType::integer ? static_cast<double>(settings.integer(row.key))
                                          : settings.number(row.key);
}

// Three significant digits, which read well on an axis.
std::string shortText(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

// One curve of these settings, over what the whole runs over.
Curve oneCurve(const SeenCurve& whole, const std::vector<std::string>& values, const Settings& settings,
               const RowQuestions& questions, Progress& progress, const CurveRowSink& sink = {}) {
  if (whole.over == "observed") return subsamplingCurve(settings, {whole.counts, questions}, progress, sink);
  return curveOverSetting(settings, {whole.over, values, whole.counts.front()}, questions, progress);
}

// The counts and positions; returns the values as text, over a setting.
std::vector<std::string> place(SeenCurve& curve, Index points) {
  curve.units = unitsOf(curve.settings);
  if (curve.over == "observed") {
    curve.counts = logSpacedCounts(curve.units, points);
    for (const Index d : curve.counts)
      curve.positions.push_back(static_cast<double>(d) / static_cast<double>(curve.units));
    return {};
  }
  const auto d = static_cast<Index>(seenUnits(curve.settings, curve.units).size());
  std::vector<std::string> values = curveAxisValues(curve.settings, curve.over, points);
  if (curve.over == "teacher.size")  // of fewer units than that, d cannot be seen
    std::erase_if(values,
                  [d](const std::string& value) { return std::stod(value) < static_cast<double>(d); });
  for (const std::string& value : values) curve.positions.push_back(std::stod(value));
  curve.counts.assign(values.size(), d);
  return values;
}

// The rows of the coarse grid, given on as a curve of their own once they are there.
class CoarseCurve {
 public:
  CoarseCurve(const SeenCurve& whole, const SeenCurveSink& sink)
      : m_whole(whole), m_sink(sink), m_rows(whole.counts.size()) {
    for (std::size_t i = 0; i < m_rows.size(); ++i) m_missing += onCoarseGrid(i, m_rows.size()) ? 1 : 0;
  }

  void add(std::size_t i, const CurveRow& row) {
    if (!onCoarseGrid(i, m_rows.size())) return;
    m_rows[i] = row;
    if (--m_missing > 0) return;
    SeenCurve coarse = m_whole;
    coarse.positions.clear();
    coarse.counts.clear();
    for (std::size_t k = 0; k < m_rows.size(); ++k) {
      if (!onCoarseGrid(k, m_rows.size())) continue;
      coarse.positions.push_back(m_whole.positions[k]);
      coarse.counts.push_back(m_whole.counts[k]);
      coarse.longTime.rows.push_back(std::move(m_rows[k]));
    }
    m_sink(std::make_shared<const SeenCurve>(std::move(coarse)));
  }

 private:
  const SeenCurve& m_whole;
  const SeenCurveSink& m_sink;
  std::vector<CurveRow> m_rows;
  std::size_t m_missing = 0;
};

}  // namespace

std::vector<std::string> curveAxes() {
  std::vector<std::string> keys;
  for (const Axis& axis : axes()) keys.push_back(axis.key);
  return keys;
}

std::vector<std::string> curveAxisValues(const Settings& settings, const std::string& key, Index points) {
  const Axis& axis = axisOf(key);
  const SettingRow& row = settingRow(key);
  const double present = axis.relative ? presentValue(settings, row) : 1.0;
  // A curve needs sums over all units.
  const double most = key == "teacher.size" ? static_cast<double>(kMostUnits) : row.maximum;
  const double high = std::min(most, axis.high * present),
               low = std::min(std::max(row.minimum, axis.low * present), high);
  const bool logarithmic = axis.relative && low > 0;
  std::vector<std::string> values;
  for (Index i = 0; i < points; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(std::max<Index>(points - 1, 1));
    const double value = logarithmic ? low * std::pow(high / low, share) : low + share * (high - low);
    std::string text =
        row.type == SettingType::integer ? std::to_string(std::llround(value)) : shortText(value);
    if (values.empty() || values.back() != text) values.push_back(std::move(text));
  }
  return values;
}

SeenCurveOptions seenCurveOptions(const Settings& settings) {
  const std::string& quantity = settings.text("view.curve");
  SeenCurveOptions options;
  options.all = quantity != "eigenvalue" && quantity != "second" && quantity != "score";
  if (settings.text("view.curve_over") != "observed") {
    options.points = 11;
    options.draws = 4;
  }
  return options;
}

void seenCurve(const Settings& settings, const SeenCurveOptions& options, Progress& progress,
               const SeenCurveSink& sink) {
  if (isRecording(settings))
    throw InputError("the teacher is a recording, whose connectivity is not known; allowed: a known teacher");
  SeenCurve curve;
  curve.settings = settings;
  curve.over = settings.text("view.curve_over");
  const auto values = place(curve, options.points);
  const Settings longTime = longTimeSettings(settings), finite = finiteSettings(settings);
  const bool hasLongTime = curve.over == "observed" || curveDependsOn(longTime, settingRow(curve.over));
  RowQuestions questions;
  questions.modes.all = options.all;
  questions.overlaps = options.all;
  questions.theory = true;
  const auto give = [&] { sink(std::make_shared<const SeenCurve>(curve)); };
  const auto drawn = [&](const Settings& own) {
    if (options.draws < 2) return;
    const CurveMaker make = [&](const Settings& each, Progress& quiet) {
      return oneCurve(curve, values, each, questions, quiet);
    };
    curve.draws = curveDraws(own, options.draws, make, progress).summary;
    curve.drawCount = options.draws;
    give();
  };
  if (hasLongTime) {
    CoarseCurve coarse(curve, sink);
    CurveRowSink early;
    if (options.all) early = [&coarse](std::size_t i, const CurveRow& row) { coarse.add(i, row); };
    curve.longTime = oneCurve(curve, values, longTime, questions, progress, early);
    give();
  }
  questions.theory = false;
  if (hasLongTime) drawn(longTime);
  curve.finite = oneCurve(curve, values, finite, questions, progress);
  if (!hasLongTime) {
    give();
    drawn(finite);
  }
  curve.complete = true;
  give();
}

bool sameSeenCurve(const Settings& a, const Settings& b) {
  const std::string& over = a.text("view.curve_over");
  for (const auto& key : changedKeys(a, b)) {
    if (key == "view.curve_over") return false;
    if (key == over) continue;
    const Stage stage = settingRow(key).stage;
    const bool ofSeen = over != "observed" && stage == Stage::observation;
    if (stage == Stage::teacher || stage == Stage::simulation || key == "fit.rho" || ofSeen) return false;
  }
  return true;
}

}  // namespace keyhole
