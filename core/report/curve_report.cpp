#include "core/report/curve_report.h"

#include "core/io/json_values.h"
#include "core/report/csv_cells.h"

namespace keyhole {
namespace {

using nlohmann::ordered_json;

constexpr Index kLeadingOfCurve = 6;

ordered_json rowJson(const CurveRow& row) {
  const StudentModes& modes = row.modes;
  const auto ifGood = [&](ordered_json value) { return row.good ? std::move(value) : ordered_json(nullptr); };
  ordered_json json;
  if (!row.value.empty()) json["value"] = row.value;
  json["d"] = row.d;
  if (!row.value.empty()) json["units"] = row.units;
  json["eigenvalues"] = ifGood(eigenvaluesToJson(modes.leading.values));
  json["line_attractor_score"] = numberOrNull(modes.score.value);
  json["published_line_attractor_score"] = numberOrNull(modes.score.published);
  json["map_line_attractor_score"] = numberOrNull(modes.score.map);
  json["line_attractor_status"] = ifGood(nameOf(modes.score.status));
  json["henrici"] = numberOrNull(modes.henrici);
  json["henrici_undetermined"] = ifGood(modes.henriciUndetermined);
  json["undetermined"] = ifGood(modes.leading.undetermined);
  json["singular_values"] = ifGood(vectorToJson(modes.singular));
  json["left_overlap"] = numberOrNull(modes.leftOverlap);
  json["right_overlap"] = numberOrNull(modes.rightOverlap);
  json["chance_overlap"] = numberOrNull(modes.chanceOverlap);
  json["residual"] = numberOrNull(modes.residual);
  json["complete"] = ifGood(modes.complete);
  json["road"] = ifGood(nameOf(modes.road));
  json["status"] = row.status;
  return json;
}

ordered_json rowsJson(const Curve& curve) {
  ordered_json json = ordered_json::array();
  for (const auto& row : curve.rows) json.push_back(rowJson(row));
  return json;
}

ordered_json theoryJson(const std::vector<TheoryCurve>& theory) {
  ordered_json json = ordered_json::array();
  for (const auto& curve : theory) {
    ordered_json one;
    one["name"] = curve.name;
    one["kind"] = nameOf(curve.kind);
    one["quantity"] = curve.quantity;
    one["formula"] = curve.formula;
    one["validity"] = curve.validity;
    one["values"] = vectorToJson(curve.values);
    if (curve.low.size() > 0) one["low"] = vectorToJson(curve.low);
    json.push_back(std::move(one));
  }
  return json;
}

ordered_json meanJson(const MeanOfDraws& mean) {
  ordered_json json;
  json["mean"] = numberOrNull(mean.mean);
  json["error"] = numberOrNull(mean.error);
  json["count"] = mean.count;
  return json;
}

ordered_json meansJson(const std::vector<MeanOfDraws>& means) {
  ordered_json json = ordered_json::array();
  for (const auto& mean : means) json.push_back(meanJson(mean));
  return json;
}

ordered_json summaryJson(const CurveSummary& summary) {
  ordered_json json;
  if (!summary.value.empty()) json["value"] = summary.value;
  json["d"] = summary.d;
  json["line_attractor_score"] = meanJson(summary.score);
  json["henrici"] = meanJson(summary.henrici);
  json["real"] = meansJson(summary.real);
  json["imaginary"] = meansJson(summary.imaginary);
  json["singular_values"] = meansJson(summary.singular);
  json["left_overlap"] = meanJson(summary.leftOverlap);
  json["right_overlap"] = meanJson(summary.rightOverlap);
  return json;
}

std::string theoryHeader(const TheoryCurve& curve) {
  std::string name = curve.name;
  for (char& letter : name)
    if (letter == ' ')
      letter = '_';
    else if (letter == ',')
      letter = '_';
  return curve.low.size() > 0 ? "," + name + "_low," + name + "_high" : "," + name;
}

std::string csvHeader(const DrawnCurves& drawn) {
  std::string text;
  if (drawn.draws.size() > 1) text += "seed,";
  if (drawn.draws.front().over != "observed") text += "value,";
  text += "d";
  for (Index i = 1; i <= kLeadingOfCurve; ++i) text += ",re" + std::to_string(i) + ",im" + std::to_string(i);
  text += ",line_attractor_score,henrici,line_attractor_status,status";
  for (const auto& curve : drawn.draws.front().theory) text += theoryHeader(curve);
  return text + "\n";
}

std::string csvLine(const CurveRow& row) {
  std::string text = std::to_string(row.d);
  const auto& values = row.modes.leading.values;
  for (Index i = 0; i < kLeadingOfCurve; ++i)
    text += i < values.size() ? "," + csvCell(values(i).real()) + "," + csvCell(values(i).imag()) : ",,";
  return text + "," + csvCell(row.modes.score.value) + "," + csvCell(row.modes.henrici) + "," +
         (row.good ? nameOf(row.modes.score.status) : "") + "," + row.status;
}

}  // namespace

void addCurves(ordered_json& json, const DrawnCurves& drawn) {
  const Curve& first = drawn.draws.front();
  if (first.over != "observed") json["over"] = first.over;
  json["rows"] = rowsJson(first);
  if (!first.theory.empty()) json["theory"] = theoryJson(first.theory);
  if (drawn.draws.size() > 1) {
    json["draws"] = ordered_json::array();
    for (std::size_t i = 0; i < drawn.draws.size(); ++i) {
      ordered_json draw;
      draw["seed"] = drawn.seeds[i];
      draw["rows"] = rowsJson(drawn.draws[i]);
      json["draws"].push_back(std::move(draw));
    }
    json["summary"] = ordered_json::array();
    for (const auto& summary : drawn.summary) json["summary"].push_back(summaryJson(summary));
  }
  json["warnings"] = first.notes;
}

std::string curveCsv(const DrawnCurves& drawn) {
  std::string text = csvHeader(drawn);
  for (std::size_t draw = 0; draw < drawn.draws.size(); ++draw)
    for (std::size_t i = 0; i < drawn.draws[draw].rows.size(); ++i) {
      const CurveRow& row = drawn.draws[draw].rows[i];
      if (drawn.draws.size() > 1) text += std::to_string(drawn.seeds[draw]) + ",";
      if (!row.value.empty()) text += row.value + ",";
      text += csvLine(row);
      for (const auto& curve : drawn.draws[draw].theory) {
        const auto at = static_cast<Index>(i);
        if (curve.low.size() > 0) text += "," + csvCell(curve.low(at));
        text += "," + csvCell(curve.values(at));
      }
      text += "\n";
    }
  return text;
}

}  // namespace keyhole
