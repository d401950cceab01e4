#include "app/cli/curve.h"

#include "app/cli/option_values.h"
#include "core/common/error.h"
#include "core/experiment/experiment_stages.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace keyhole::cli {
namespace {

constexpr Index kLeading = 6;

Spectrum head(const Spectrum& all) {
  const Index n = std::min<Index>(kLeading, all.values.size());
  Spectrum leading;
  leading.values = all.values.head(n);
  leading.undetermined.assign(all.undetermined.begin(), all.undetermined.begin() + n);
  return leading;
}

// Of the student; with all units seen the long-time student is the teacher itself, whose spectrum may be
// known exactly.
Spectrum spectrumOfStudent(const Student& student, const Teacher& teacher, bool longTime) {
  const Network& network = teacher.network;
  if (longTime && student.A.rows() == network.size() && network.exactEigenvalues())
    return spectrumOf(network, true);
  return spectrumOf(student.A, true);
}

CurveRow rowOf(Index d, const Student& student, const Teacher& teacher, bool longTime) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  CurveRow row;
  row.d = d;
  row.status = nameOf(student.summary.status);
  row.message = student.summary.message;
  row.score = {kNaN, ScoreStatus::undetermined};
  row.henrici = kNaN;
  if (!hasParameters(student.summary.status)) return row;
  try {
    const Spectrum all = spectrumOfStudent(student, teacher, longTime);
    row.leading = head(all);
    row.score = lineAttractorScore(all);
    row.henrici = henriciNumber(student.A, all.values);
    row.good = true;
  } catch (const std::runtime_error& error) {  // the QR iteration failed
    row.status = "no eigenvalues";
    row.message = error.what();
  }
  return row;
}

void addNotes(std::vector<std::string>& notes, const std::vector<std::string>& more) {
  for (const auto& note : more)
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
}

// The sums over one run of the teacher; the long-time limits need none.
std::shared_ptr<const SimulationStage> simulationFor(const Settings& settings, const TeacherStage& teacher,
                                                     Progress& progress) {
  if (fitMethod(settings) == FitMethod::map)
    return stages::withSums(stages::makeSimulation(settings, teacher, progress), settings, teacher,
                            mapOptions(settings).phi, progress);
  auto stage = std::make_shared<SimulationStage>();
  stage->units = teacher.teacher->network.size();
  stage->alpha = settings.number("simulation.alpha");
  return stage;
}

ObservationStage firstUnits(Index d) {
  ObservationStage stage;
  stage.seen.resize(static_cast<std::size_t>(d));
  std::iota(stage.seen.begin(), stage.seen.end(), Index{0});
  return stage;
}

double cube(Index d) {
  return std::pow(static_cast<double>(d), 3);
}

}  // namespace

std::vector<Index> defaultCounts(Index units) {
  std::vector<Index> counts;
  for (Index decade = 1; decade < units; decade *= 10)
    for (const Index factor : {1, 2, 5})
      if (factor * decade < units) counts.push_back(factor * decade);
  counts.push_back(units);
  return counts;
}

Curve computeCurve(const Settings& settings, const std::string& observed, Progress& progress) {
  progress.checkpoint(0, "building the teacher");
  const auto teacher = stages::makeTeacher(settings);
  if (!teacher->teacher)
    throw InputError(
        "the teacher is a recording, whose connectivity is not known; allowed: a teacher or a square matrix");
  Curve curve;
  curve.units = teacher->teacher->network.size();
  const auto counts = observed.empty() ? defaultCounts(curve.units) : seenCounts(observed, curve.units);
  const auto simulation = simulationFor(settings, *teacher, progress);
  const bool longTime = fitMethod(settings) != FitMethod::map;
  std::shared_ptr<const StationaryCovariance> covariance;
  double total = 0, done = 0;
  for (const Index d : counts) total += cube(d);
  for (const Index d : counts) {
    progress.checkpoint(done / total, "fitting d = " + std::to_string(d));
    const auto fit = stages::makeFit(settings, *teacher, *simulation, firstUnits(d), covariance, progress);
    covariance = fit->covariance;
    curve.rows.push_back(rowOf(d, fit->student, *teacher->teacher, longTime));
    addNotes(curve.notes, fit->student.notes);
    done += cube(d);
  }
  return curve;
}

}  // namespace keyhole::cli
