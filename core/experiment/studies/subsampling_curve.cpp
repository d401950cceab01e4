#include "core/experiment/studies/subsampling_curve.h"

#include "core/analysis/nonnormal/eigenmodes.h"
#include "core/common/error.h"
#include "core/common/nan.h"
#include "core/common/parallel.h"
#include "core/common/quiet_progress.h"
#include "core/experiment/experiment_stages.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>
#include <optional>
#include <utility>

namespace keyhole {
namespace {

// What all rows of one teacher share.
class RowMaker {
 public:
  RowMaker(const Settings& settings, const RowQuestions& questions, Progress& progress)
      : m_settings(effective(settings)), m_questions(questions) {
    m_questions.modes.all = questions.modes.all || questions.overlaps;
    if (hasManyUnits(settings))
      throw InputError("the teacher has " + std::to_string(settings.integer("teacher.size")) +
                       " units, too many for sums over all of them; allowed: at most " +
                       std::to_string(kMostUnits) + " for a curve");
    progress.checkpoint(0, "building the teacher");
    m_teacher = stages::makeTeacher(settings);
    if (!m_teacher->teacher)
      throw InputError(
          "the teacher is a recording, whose connectivity is not known; allowed: a teacher or a square "
          "matrix");
  }

  Index units() const { return m_teacher->teacher->network.size(); }

  void prepare(Progress& progress) {
    const Teacher& teacher = *m_teacher->teacher;
    if (m_questions.overlaps) m_vectors = singularVectors(teacher.network);
    if (fitMethod(m_settings).source == FitSource::sums) {
      m_simulation = stages::withSums(
          stages::makeSimulation(m_settings, *m_teacher, stages::sumsForFit(m_settings), progress),
          m_settings, *m_teacher, mapOptions(m_settings).phi, progress);
      m_kept = stages::keptForFits(m_settings, *m_simulation);
      if (m_questions.theory) m_theory.emplace(teacher, StationaryLimit::continuous, alpha(), true);
      return;
    }
    progress.checkpoint(0, "solving for the stationary covariance");
    m_limit.emplace(teacher, limit(), alpha(), !m_questions.modes.all);
  }

  std::vector<TheoryCurve> theory(const std::vector<Index>& counts) const {
    if (!m_questions.theory) return {};
    return theoryCurves(*m_teacher->teacher, m_theory ? *m_theory : *m_limit, limit(), alpha(), counts);
  }

  // Safe to call from several threads.
  CurveRow row(Index d, std::vector<std::string>& notes) const {
    CurveRow row;
    row.d = d;
    row.units = units();
    row.modes.score = {std::numeric_limits<double>::quiet_NaN(), ScoreStatus::undetermined};
    try {
      if (m_limit)
        fillFromLimit(row, notes);
      else
        fillFromFit(row, notes);
    } catch (const InputError&) {
      throw;
    } catch (const Stopped&) {
      throw;
    } catch (const std::runtime_error& error) {  // the QR iteration failed
      row.status = "no eigenvalues";
      row.message = error.what();
    }
    return row;
  }

 private:
  double alpha() const { return m_settings.number("simulation.alpha"); }
  StationaryLimit limit() const { return fitMethod(m_settings).limit.value_or(StationaryLimit::continuous); }

  void fillFromLimit(CurveRow& row, std::vector<std::string>& notes) const {
    row.status = nameOf(m_limit->status(row.d));
    row.message = m_limit->message(row.d);
    if (auto note = stationaryNote(*m_teacher->teacher); !note.empty()) notes.push_back(std::move(note));
    if (!hasParameters(m_limit->status(row.d))) return;
    row.modes = m_limit->modes(row.d, m_questions.modes);
    row.good = true;
    addOverlaps(row);
  }

  // From the leading singular vectors, which are not kept.
  void addOverlaps(CurveRow& row) const {
    const SingularSystem leading{row.modes.singular.head(std::min<Index>(1, row.modes.singular.size())),
                                 std::exchange(row.modes.leftSingular, {}),
                                 std::exchange(row.modes.rightSingular, {})};
    if (!m_questions.overlaps || leading.values.size() == 0) return;
    const SingularOverlap overlap = singularOverlap(m_vectors, firstOnes(row.d), leading, 1);
    if (overlap.left.size() == 0) return;
    row.modes.leftOverlap = overlap.left(0);
    row.modes.rightOverlap = overlap.right(0);
    row.modes.chanceOverlap = overlap.chance(0);
  }

  static std::vector<Index> firstOnes(Index d) {
    std::vector<Index> seen(static_cast<std::size_t>(d));
    std::iota(seen.begin(), seen.end(), Index{0});
    return seen;
  }

  StudentModes modesOf(const Student& student) const {
    ModeQuestions questions = m_questions.modes;
    questions.alpha = student.alpha;
    StudentModes modes = denseModes(student.A, questions);
    modes.leading.fewSteps = restsOnFewSteps(student);
    if (modes.leading.fewSteps) modes.score.status = ScoreStatus::tooFewSteps;
    return modes;
  }

  void fillFromFit(CurveRow& row, std::vector<std::string>& notes) const {
    ObservationStage seen;
    seen.seen = firstOnes(row.d);
    const auto fit = stages::makeFit(m_settings, *m_teacher, *m_simulation, seen, m_kept, noProgress());
    const Student& student = fit->student;
    row.status = nameOf(student.summary.status);
    row.message = student.summary.message;
    notes = student.notes;
    if (!hasParameters(student.summary.status)) return;
    row.modes = modesOf(student);
    row.good = true;
    addOverlaps(row);
  }

  Settings m_settings;
  RowQuestions m_questions;
  std::shared_ptr<const TeacherStage> m_teacher;
  std::shared_ptr<const SimulationStage> m_simulation;
  KeptForFits m_kept;                        // of map
  TeacherVectors m_vectors;                  // if overlaps are asked for
  std::optional<LongTimeStudents> m_limit;   // not of map
  std::optional<LongTimeStudents> m_theory;  // of map, if theory is asked for
};

// One theory per row, each with one value, as curves over the rows.
std::vector<TheoryCurve> merged(const std::vector<std::vector<TheoryCurve>>& rows) {
  std::vector<TheoryCurve> all;
  const auto n = static_cast<Index>(rows.size());
  for (Index i = 0; i < n; ++i)
    for (const TheoryCurve& one : rows[static_cast<std::size_t>(i)]) {
      auto known = std::find_if(all.begin(), all.end(), [&](const auto& c) { return c.name == one.name; });
      if (known == all.end()) {
        all.push_back(one);
        known = all.end() - 1;
        known->values = Vector::Constant(n, kNaN);
        if (one.low.size() > 0) known->low = Vector::Constant(n, kNaN);
      }
      known->values(i) = one.values(0);
      if (one.low.size() > 0) known->low(i) = one.low(0);
    }
  return all;
}

// Rows from several threads, given on by one.
class RowCollector {
 public:
  RowCollector(std::size_t count, Progress& progress, const CurveRowSink& sink)
      : m_rows(count), m_notes(count), m_progress(progress), m_sink(sink) {}

  // From any thread.
  void make(std::size_t i, const std::function<CurveRow(std::vector<std::string>&)>& work) {
    m_progress.throwIfStopped();
    std::vector<std::string> notes;
    CurveRow row = work(notes);
    const std::lock_guard lock(m_mutex);
    m_rows[i] = std::move(row);
    m_notes[i] = std::move(notes);
    m_waiting.push_back(i);
    ++m_finished;
  }

  // From the calling thread.
  void giveOn() {
    std::vector<std::size_t> waiting;
    std::size_t finished = 0;
    {
      const std::lock_guard lock(m_mutex);
      waiting.swap(m_waiting);
      finished = m_finished;
    }
    if (m_sink)
      for (const std::size_t i : waiting) m_sink(i, m_rows[i]);
    m_progress.checkpoint(static_cast<double>(finished) / static_cast<double>(m_rows.size()),
                          "fitting students");
  }

  Curve curve(const std::string& over) && {
    Curve curve;
    curve.over = over;
    for (const auto& notes : m_notes)
      for (const auto& note : notes)
        if (std::find(curve.notes.begin(), curve.notes.end(), note) == curve.notes.end())
          curve.notes.push_back(note);
    curve.rows = std::move(m_rows);
    return curve;
  }

 private:
  std::mutex m_mutex;  // guards what several threads write
  std::vector<CurveRow> m_rows;
  std::vector<std::vector<std::string>> m_notes;
  std::vector<std::size_t> m_waiting;
  std::size_t m_finished = 0;
  Progress& m_progress;
  const CurveRowSink& m_sink;
};

}  // namespace

bool onCoarseGrid(std::size_t i, std::size_t n) {
  constexpr std::size_t kStride = 4;
  return i % kStride == 0 || i + 1 == n;
}

std::vector<std::size_t> coarseFirst(std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.rbegin(), order.rend(), std::size_t{0});
  std::stable_partition(order.begin(), order.end(), [n](std::size_t i) { return onCoarseGrid(i, n); });
  return order;
}

std::vector<Index> defaultCounts(Index units) {
  std::vector<Index> counts;
  for (Index decade = 1; decade < units; decade *= 10)
    for (const Index factor : {1, 2, 5})
      if (factor * decade < units) counts.push_back(factor * decade);
  counts.push_back(units);
  return counts;
}

std::vector<Index> logSpacedCounts(Index units, Index count) {
  std::vector<Index> counts;
  for (Index i = 0; i < count; ++i) {
    const double part = count > 1 ? static_cast<double>(i) / static_cast<double>(count - 1) : 1.0;
    const auto d = static_cast<Index>(std::lround(std::pow(static_cast<double>(units), part)));
    if (counts.empty() || d > counts.back()) counts.push_back(d);
  }
  return counts;
}

Curve subsamplingCurve(const Settings& settings, const CurveOptions& options, Progress& progress,
                       const CurveRowSink& sink) {
  RowMaker maker(settings, options.questions, progress);
  const auto counts = options.counts.empty() ? defaultCounts(maker.units()) : options.counts;
  for (const Index d : counts)
    if (d < 1 || d > maker.units())
      throw InputError("the number of seen units is " + std::to_string(d) + "; allowed: 1 to " +
                       std::to_string(maker.units()));
  maker.prepare(progress);
  RowCollector collector(counts.size(), progress, sink);
  const std::vector<std::size_t> order = coarseFirst(counts.size());
  parallelFor(
      counts.size(),
      [&](std::size_t k) {
        const std::size_t i = order[k];
        collector.make(i, [&](std::vector<std::string>& notes) { return maker.row(counts[i], notes); });
      },
      [&] { collector.giveOn(); });
  collector.giveOn();
  Curve curve = std::move(collector).curve("observed");
  curve.theory = maker.theory(counts);
  return curve;
}

bool curveDependsOn(const Settings& settings, const SettingRow& row) {
  if (!settings.applies(row)) return false;
  if (row.stage == Stage::teacher) return true;
  const FitMethod& method = fitMethod(settings);
  if (method.source == FitSource::sums) return row.stage == Stage::simulation || row.stage == Stage::fit;
  return method.limit == StationaryLimit::discrete && row.key == "simulation.alpha";
}

Curve curveOverSetting(const Settings& settings, const CurveAxis& axis, const RowQuestions& questions,
                       Progress& progress, const CurveRowSink& sink) {
  const SettingRow& row = settingRow(axis.key);
  if (!curveDependsOn(settings, row) || row.key == "fit.method")
    throw InputError("the setting to run over is " + axis.key +
                     ", on which these students do not depend; allowed: settings of the teacher, and of its "
                     "simulation and the fit where they are used");
  std::vector<Settings> each(axis.values.size(), settings);
  for (std::size_t i = 0; i < each.size(); ++i) each[i].setFromText(axis.key, axis.values[i]);
  RowCollector collector(each.size(), progress, sink);
  QuietProgress quiet(progress);
  std::vector<std::vector<TheoryCurve>> theory(each.size());
  const auto make = [&](std::size_t i, std::vector<std::string>& notes) {
    RowMaker maker(each[i], questions, quiet);
    if (axis.observed < 1 || axis.observed > maker.units())
      throw InputError("the number of seen units is " + std::to_string(axis.observed) + "; allowed: 1 to " +
                       std::to_string(maker.units()) + ", the units at " + axis.key + "=" + axis.values[i]);
    maker.prepare(quiet);
    CurveRow made = maker.row(axis.observed, notes);
    made.value = axis.values[i];
    theory[i] = maker.theory({axis.observed});
    return made;
  };
  parallelFor(
      each.size(),
      [&](std::size_t i) {
        collector.make(i, [&](std::vector<std::string>& notes) { return make(i, notes); });
      },
      [&] { collector.giveOn(); });
  collector.giveOn();
  Curve curve = std::move(collector).curve(axis.key);
  curve.theory = merged(theory);
  return curve;
}

}  // namespace keyhole
