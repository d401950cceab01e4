#include "core/report/compare_report.h"

#include "core/common/nan.h"
#include "core/io/json_values.h"
#include "core/report/csv_cells.h"

namespace keyhole {
namespace {

constexpr Index kLeadingOfRow = 3;

CompareColumn numberColumn(std::string key, std::string title, std::string help,
                           std::function<double(const MethodRow&)> number) {
  return {std::move(key), std::move(title), std::move(help), std::move(number), {}};
}

CompareColumn withDeviation(CompareColumn column, std::function<double(const MethodRow&)> deviation) {
  column.help += " ±: standard deviation over the splits.";
  column.deviation = std::move(deviation);
  return column;
}

// Of a number of the second fits.
template <auto number>
double deviationOf(const MethodRow& row) {
  return spreadOver(row, +number).deviation;
}

CompareColumn textColumn(std::string key, std::string title, std::string help,
                         std::function<std::string(const MethodRow&)> text) {
  return {std::move(key), std::move(title), std::move(help), {}, std::move(text)};
}

std::string leadingText(const MethodRow& row) {
  std::string text;
  for (Index i = 0; i < std::min(kLeadingOfRow, row.spectrum.values.size()); ++i) {
    if (row.spectrum.values(i).imag() < 0) continue;  // named by its partner
    text += (text.empty() ? "" : ", ") + complexText(row.spectrum.values(i));
  }
  return text;
}

std::string scoreStatus(const MethodRow& row) {
  return row.hasParameters ? nameOf(row.score.status) : "";
}

double ofAgreement(const MethodRow& row, double DynamicsAgreement::*member) {
  return row.agreement ? (*row.agreement).*member : kNaN;
}

double dsaOf(const MethodRow& row) {
  return row.agreement && row.agreement->dsa.defined ? row.agreement->dsa.match.angle : kNaN;
}

double firstAngle(const MethodRow& row) {
  return row.agreement && row.agreement->angles.size() > 0 ? row.agreement->angles(0) : kNaN;
}

constexpr auto kOneStep = [](const SplitRow& s) { return s.heldOut.oneStepR2; };
constexpr auto kFreeRun = [](const SplitRow& s) { return s.heldOut.freeRunVariance; };
constexpr auto kDecay = [](const SplitRow& s) { return s.decaySteps; };

// Of each split what it is; "in 2 of 5 splits" where they differ.
std::string remarkOf(const MethodRow& row) {
  std::size_t below = 0, worse = 0;
  for (const SplitRow& split : row.splits) {
    below += split.heldOut.oneStepR2 < 0;
    worse += split.heldOut.oneStepR2 < 0 && split.heldOut.gainOnNoChange < 0;
  }
  if (below == 0) return {};
  const std::size_t said = worse > 0 ? worse : below;
  const std::string what = worse > 0 ? "worse than no change" : "worse than the mean step";
  if (said == row.splits.size()) return what;
  return what + " in " + std::to_string(said) + " of " + std::to_string(row.splits.size()) + " splits";
}

nlohmann::ordered_json splitsJson(const MethodRow& row) {
  auto splits = nlohmann::ordered_json::array();
  for (const SplitRow& split : row.splits)
    splits.push_back({{"one_step_r2", numberOrNull(split.heldOut.oneStepR2)},
                      {"gain_on_no_change", numberOrNull(split.heldOut.gainOnNoChange)},
                      {"free_run", numberOrNull(split.heldOut.freeRunVariance)},
                      {"free_run_status", nameOf(split.heldOut.status)},
                      {"line_attractor_score", numberOrNull(split.score.value)},
                      {"line_attractor_status", nameOf(split.score.status)},
                      {"decay_steps", numberOrNull(split.decaySteps)}});
  return splits;
}

nlohmann::ordered_json spreadJson(const SplitSpread& spread) {
  return {
      {"mean", numberOrNull(spread.mean)}, {"sd", numberOrNull(spread.deviation)}, {"splits", spread.count}};
}

std::vector<CompareColumn> makeColumns() {
  return {
      textColumn("method", "method", "How the student was fitted.",
                 [](const MethodRow& r) { return r.label; }),
      textColumn("verdict", "verdict", "The window's for the same settings; of a recording undecided.",
                 [](const MethodRow& r) { return r.verdict; }),
      numberColumn("fitted_steps", "steps fitted",
                   "How many steps of the recording the shown fit rests on (fit.steps; MAP takes all).",
                   [](const MethodRow& r) { return r.student.steps > 0 ? double(r.student.steps) : kNaN; }),
      numberColumn("fits_the_data", "fits the data (held out)",
                   "Gauge from 0 to 1: the variance of held-out activity that free runs of one τ (by this α) "
                   "explain. Held-out columns are of second fits, each without one stretch of those steps.",
                   [](const MethodRow& r) { return r.fitsTheData; }),
      numberColumn("has_the_teachers_dynamics", "has the dynamics",
                   "Gauge from 0 to 1: the share of the modes of teacher and student that agree.",
                   [](const MethodRow& r) { return r.hasTheDynamics; }),
      withDeviation(
          numberColumn("line_attractor_score", "score", "Line attractor score log₂(τ₁/τ₂) of the shown fit.",
                       [](const MethodRow& r) { return r.score.value; }),
          [](const MethodRow& r) { return scoreSpread(r).deviation; }),
      textColumn("line_attractor_status", "score's status", "Whether the score means what it says.",
                 scoreStatus),
      textColumn("leading_eigenvalues", "leading eigenvalues", "The first three, in the paper's scaling.",
                 leadingText),
      withDeviation(
          numberColumn("decay_steps", "decay (steps)",
                       "How many steps the mode that leads by the fitted map takes to decay by e; negative: "
                       "to grow. It does not depend on α.",
                       [](const MethodRow& r) { return decaySteps(r.spectrum); }),
          deviationOf<kDecay>),
      numberColumn("explained_variance", "explained variance",
                   "Of the first steps: a noise-free run from its first sample, or a latent model's smoothed "
                   "reconstruction.",
                   [](const MethodRow& r) { return r.explainedVariance; }),
      withDeviation(
          numberColumn("held_out_one_step_r2", "one step (held out)",
                       "R² of x_t - (1-α) x_{t-1} on the part that was not fitted, mean of the splits.",
                       [](const MethodRow& r) { return r.heldOut.oneStepR2; }),
          deviationOf<kOneStep>),
      textColumn(
          "held_out_remark", "beside no change",
          "worse than no change: it foresees the held-out part worse than x[t] = x[t-1] would, and than "
          "the mean step (one step R² below 0). worse than the mean step: the latter alone. Of several "
          "splits in how many.",
          remarkOf),
      withDeviation(
          numberColumn(
              "held_out_free_run", "free run (held out)",
              "Explained variance of runs of one τ on the part that was not fitted, mean of the splits.",
              [](const MethodRow& r) { return r.heldOut.freeRunVariance; }),
          deviationOf<kFreeRun>),
      numberColumn("splits", "splits", "How many second fits the held-out columns are of.",
                   [](const MethodRow& r) { return static_cast<double>(r.splits.size()); }),
      numberColumn("spectrum_distance", "distance of spectra",
                   "Mean distance of the ten leading eigenvalues from the teacher's, best paired.",
                   [](const MethodRow& r) { return ofAgreement(r, &DynamicsAgreement::spectrumDistance); }),
      numberColumn(
          "principal_angle", "principal angle",
          "Between the planes of the leading modes, in the seen units; radians. Empty for a teacher whose "
          "modes are all alike (a chain), so that none leads.",
          firstAngle),
      numberColumn(
          "dsa", "DSA",
          "Dynamical similarity of the activities in delay coordinates (Ostrow et al. 2023); radians, 0 "
          "is the same.",
          dsaOf),
      numberColumn("henrici", "Henrici number", "Departure from normality, 0 to 1.",
                   [](const MethodRow& r) { return r.henrici; }),
      numberColumn("seconds", "seconds", "Time of the fit.", [](const MethodRow& r) { return r.seconds; }),
      textColumn("status", "status", "How the fit ended.",
                 [](const MethodRow& r) { return nameOf(r.summary.status); }),
  };
}

}  // namespace

const std::vector<CompareColumn>& compareColumns() {
  static const std::vector<CompareColumn> columns = makeColumns();
  return columns;
}

std::string compareCsv(const Comparison& comparison) {
  std::string text;
  for (const auto& column : compareColumns()) {
    text += (text.empty() ? "" : ",") + column.key;
    if (column.deviation) text += "," + column.key + "_sd";
  }
  text += "\n";
  for (const auto& row : comparison.rows) {
    bool first = true;
    for (const auto& column : compareColumns()) {
      if (!first) text += ",";
      first = false;
      if (column.text)
        text += csvCell(column.text(row));
      else
        text += csvCell(column.number(row));
      if (column.deviation) text += "," + csvCell(column.deviation(row));
    }
    text += "\n";
  }
  return text;
}

nlohmann::ordered_json compareJson(const Comparison& comparison) {
  auto rows = nlohmann::ordered_json::array();
  for (const auto& row : comparison.rows) {
    nlohmann::ordered_json json;
    json["name"] = row.name;
    for (const auto& column : compareColumns()) {
      if (column.text)
        json[column.key] = column.text(row);
      else
        json[column.key] = numberOrNull(column.number(row));
      if (column.deviation) json[column.key + "_sd"] = numberOrNull(column.deviation(row));
    }
    json["sentence"] = row.sentence;
    json["line_attractor_score_over_splits"] = spreadJson(scoreSpread(row));
    json["held_out_splits"] = splitsJson(row);
    json["eigenvalues"] = eigenvaluesToJson(row.spectrum.values);
    json["message"] = row.summary.message;
    json["warnings"] = row.student.notes;
    rows.push_back(std::move(json));
  }
  return rows;
}

}  // namespace keyhole
