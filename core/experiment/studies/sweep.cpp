#include "core/experiment/studies/sweep.h"

#include "core/common/error.h"
#include "core/experiment/experiment.h"
#include "core/io/json_values.h"
#include "core/linalg/blas_kernel.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace keyhole {
namespace {

using nlohmann::ordered_json;

constexpr const char* kMeasured[] = {"fit_status",  "teacher_score", "student_score", "student_score_status",
                                     "teacher_tau", "student_tau",   "fits_the_data", "has_the_dynamics",
                                     "verdict",     "spurious",      "problem"};

std::vector<std::string> parted(const std::string& text, char by) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t at; (at = text.find(by, from)) != std::string::npos; from = at + 1)
    parts.push_back(text.substr(from, at - from));
  parts.push_back(text.substr(from));
  return parts;
}

double numberOf(const std::string& text, const std::string& whole) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    throw InputError("--over is \"" + whole +
                     "\"; allowed: KEY=A,B,C or KEY=LOW:HIGH:COUNT, with :log behind it");
  return value;
}

std::vector<std::string> spaced(const std::string& text, const std::string& whole) {
  const auto parts = parted(text, ':');
  const bool logarithmic = parts.size() == 4 && parts[3] == "log";
  const double low = numberOf(parts[0], whole), high = numberOf(parts.size() > 1 ? parts[1] : "", whole),
               count = numberOf(parts.size() > 2 ? parts[2] : "", whole);
  if (parts.size() > 4 || (parts.size() == 4 && !logarithmic) || count < 2 || count > 1e6 ||
      count != std::floor(count) || !(low < high) || (logarithmic && !(low > 0)))
    throw InputError(
        "--over is \"" + whole +
        "\"; allowed: KEY=LOW:HIGH:COUNT with LOW < HIGH and COUNT >= 2, with :log behind it LOW > 0");
  std::vector<std::string> values;
  for (Index i = 0; i < static_cast<Index>(count); ++i) {
    const double share = static_cast<double>(i) / (count - 1);
    values.push_back(toText(logarithmic ? low * std::pow(high / low, share) : low + share * (high - low)));
  }
  return values;
}

double leadingTau(const SystemAnalysis& analysis) {
  return analysis.timeConstants.size() > 0 ? analysis.timeConstants(0) : std::nan("");
}

void measure(ordered_json& row, const Experiment& experiment) {
  row["fit_status"] = nameOf(experiment.fit->student.summary.status);
  if (const auto& teacher = experiment.teacherAnalysis) {
    row["teacher_score"] = numberOrNull(teacher->score.value);
    row["teacher_tau"] = numberOrNull(leadingTau(*teacher));
  }
  if (const auto& student = experiment.studentAnalysis) {
    row["student_score"] = numberOrNull(student->score.value);
    row["student_score_status"] = nameOf(student->score.status);
    row["student_tau"] = numberOrNull(leadingTau(*student));
    row["fits_the_data"] = numberOrNull(student->fitsTheData);
    row["has_the_dynamics"] = numberOrNull(student->hasTheDynamics);
  }
  row["verdict"] = nameOf(experiment.verdict.kind);
  row["spurious"] = experiment.verdict.spurious;
}

ordered_json sweepRow(const Sweep& sweep, Index item, Progress& progress) {
  ordered_json row = ordered_json::object();
  for (const auto& name : sweepColumns(sweep)) row[name] = nullptr;
  try {
    const Settings settings = sweep.settingsOf(item);
    for (const auto& axis : sweep.axes)
      row[axis.key] =
          std::visit([](const auto& value) { return ordered_json(value); }, settings.value(axis.key));
    row["draw"] = sweep.drawOf(item);
    row["seed"] = settings.integer("teacher.seed");
    measure(row, *runExperiment(settings, nullptr, progress));
  } catch (const InputError& error) {
    row["problem"] = error.what();
  }
  return row;
}

// The settings as text: what the rows depend on.
std::string keyOf(const Sweep& sweep) {
  std::string key = "sweep 1; BLAS kernels " + blasKernel() + "; draws " + std::to_string(sweep.draws);
  for (const auto& axis : sweep.axes) {
    key += "; " + axis.key + "=";
    for (const auto& value : axis.values) key += value + ",";
  }
  const Settings acted = effective(sweep.base);
  for (const auto& row : settingsTable())
    if (row.stage != Stage::view)
      key += "; " + row.key + " " +
             std::visit([](const auto& value) { return ordered_json(value).dump(); }, acted.value(row.key));
  return key;
}

}  // namespace

SweepAxis sweepAxis(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals + 1 == text.size())
    throw InputError("--over is \"" + text + "\"; allowed: KEY=A,B,C or KEY=LOW:HIGH:COUNT");
  SweepAxis axis{text.substr(0, equals), {}};
  const std::string values = text.substr(equals + 1);
  const auto& row = settingRow(axis.key);
  const bool numeric = row.type == SettingType::number || row.type == SettingType::integer;
  axis.values = numeric && values.find(':') != std::string::npos ? spaced(values, text) : parted(values, ',');
  Settings tried;
  for (const auto& value : axis.values) tried.setFromText(axis.key, value);
  return axis;
}

Index Sweep::items() const {
  Index all = draws;
  for (const auto& axis : axes) all *= static_cast<Index>(axis.values.size());
  return all;
}

Settings Sweep::settingsOf(Index item) const {
  Settings settings = base;
  Index place = item / draws;
  for (std::size_t k = axes.size(); k-- > 0;) {
    const auto count = static_cast<Index>(axes[k].values.size());
    settings.setFromText(axes[k].key, axes[k].values[static_cast<std::size_t>(place % count)]);
    place /= count;
  }
  settings.set("teacher.seed", settings.integer("teacher.seed") + static_cast<long long>(drawOf(item)));
  return settings;
}

ShardedWork sweepWork(const Sweep& sweep) {
  return {"sweep", keyOf(sweep), sweep.items(), false,
          [sweep](Index item, Progress& progress) { return sweepRow(sweep, item, progress); }};
}

std::vector<std::string> sweepColumns(const Sweep& sweep) {
  std::vector<std::string> names;
  for (const auto& axis : sweep.axes) names.push_back(axis.key);
  names.insert(names.end(), {"draw", "seed"});
  names.insert(names.end(), std::begin(kMeasured), std::end(kMeasured));
  return names;
}

Index countProblems(const std::vector<ordered_json>& rows) {
  return std::count_if(rows.begin(), rows.end(),
                       [](const auto& row) { return !row.at("problem").is_null(); });
}

void requireSomeMade(const std::vector<ordered_json>& rows) {
  if (!rows.empty() && countProblems(rows) == std::ssize(rows))
    throw InputError("no experiment of the sweep could be made; the first: " +
                     rows.front().at("problem").get<std::string>());
}

}  // namespace keyhole
