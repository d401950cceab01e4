#include "core/experiment/studies/score_draws.h"

#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/common/parallel.h"
#include "core/common/quiet_progress.h"
#include "core/experiment/experiment_stages.h"
#include "core/experiment/studies/draw_cache.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <mutex>

namespace keyhole {
namespace {

constexpr Index kLeading = 3;

// What is drawn: a family with the settings of its fits.
struct Job {
  ScoreFamily family;
  Settings settings;
  std::string key;
  std::vector<std::optional<ScoreDraw>> slots;  // of seed 1, 2, …
};

struct Variant {
  const char* name;
  const char* estimator;
  const char* noise;
};
// Of exact EM diagonal and full Q are one class (lds_class.h).
constexpr Variant kLdsVariants[] = {{"published", "published", "diagonal"},
                                    {"published, full Q", "published", "full"},
                                    {"exact EM", "exact", "diagonal"}};

void addJobs(std::vector<Job>& jobs, const Settings& settings, const std::string& estimator, bool shown) {
  const auto add = [&](DrawnOver over) {
    Settings own = settings;
    // One start of each seed: of exact EM a random one, since the others have no seed.
    if (over == DrawnOver::starts) {
      own.set("fit.lds_start", std::string("random"));
      own.set("fit.restarts", 1LL);
    }
    own = effective(own);
    jobs.push_back({{estimator, over, shown, {}}, own, drawKey(own, over), {}});
  };
  if (!isRecording(settings)) add(DrawnOver::circuits);
  if (fitMethod(settings).randomStart) add(DrawnOver::starts);
}

bool isShown(Settings variant, Settings asked) {
  if (asked.text("fit.estimator") == "exact")
    for (Settings* each : {&variant, &asked}) each->set("fit.noise", std::string("diagonal"));
  return effective(variant) == effective(asked);
}

std::vector<Job> jobsOf(const Settings& settings) {
  std::vector<Job> jobs;
  Settings single = settings;
  single.set("fit.restarts", 0LL);  // the usual ones
  const FitMethod& method = fitMethod(settings);
  if (method.name != "lds") {
    addJobs(jobs, single, method.label, true);
    return jobs;
  }
  for (const auto& variant : kLdsVariants) {
    Settings own = single;
    own.set("fit.estimator", std::string(variant.estimator));
    own.set("fit.noise", std::string(variant.noise));
    addJobs(jobs, own, variant.name, isShown(own, single));
  }
  std::stable_sort(jobs.begin(), jobs.end(),
                   [](const Job& a, const Job& b) { return a.family.shown > b.family.shown; });
  return jobs;
}

ScoreDraw drawOf(const Settings& settings, const Experiment& recorded, std::uint64_t seed,
                 Progress& progress) {
  auto simulation = recorded.simulation;
  if (fitMethod(settings).source == FitSource::sums)
    simulation =
        stages::withSums(simulation, settings, *recorded.teacher, mapOptions(settings).phi, progress);
  const auto fit =
      stages::makeFit(settings, *recorded.teacher, *simulation, *recorded.observation, {}, progress);
  if (fit->interrupted) throw Stopped();
  ScoreDraw draw{seed, std::numeric_limits<double>::quiet_NaN(), ScoreStatus::tooFewModes, {}};
  if (!hasParameters(fit->student.summary.status)) return draw;
  Spectrum spectrum = spectrumOf(fit->student.A, false, fit->student.alpha);
  spectrum.fewSteps = restsOnFewSteps(fit->student);
  const auto score = lineAttractorScore(spectrum);
  draw.score = score.value;
  draw.status = score.status;
  draw.leading = spectrum.values.head(std::min(kLeading, spectrum.values.size()));
  return draw;
}

// The circuit of a seed, simulated and observed: what every family over circuits fits.
Experiment recordedWith(const Settings& settings, Progress& progress) {
  Experiment recorded;
  recorded.asked = recorded.settings = settings;
  recorded.teacher = stages::makeTeacher(settings, progress);
  recorded.simulation =
      stages::makeSimulation(settings, *recorded.teacher, stages::sumsForFit(settings), progress);
  recorded.observation = stages::makeObservation(settings, *recorded.simulation);
  return recorded;
}

class Drawing {
 public:
  Drawing(const Experiment& experiment, std::string cacheFolder, Progress& progress, const ScoreSink& sink)
      : m_experiment(experiment),
        m_folder(std::move(cacheFolder)),
        m_progress(progress),
        m_sink(sink),
        m_jobs(jobsOf(experiment.asked)) {
    const auto count = static_cast<std::size_t>(experiment.settings.integer("analysis.draws"));
    const bool fromFile = experiment.settings.applies(settingRow("teacher.file"));
    if (fromFile) m_folder.clear();  // the file may change
    for (Job& job : m_jobs) {
      job.slots.resize(count);
      for (auto& draw : cachedDraws(m_folder, job.key))
        if (draw.seed >= 1 && draw.seed <= count) job.slots[draw.seed - 1] = std::move(draw);
    }
  }

  ScoreDistribution run() {
    const std::size_t count = m_jobs.empty() ? 0 : m_jobs.front().slots.size();
    give();
    try {
      // The shown estimator first, then the others.
      for (const bool shown : {true, false}) {
        parallelFor(
            count, [&](std::size_t i) { drawCircuit(i, shown); }, [&] { tick(); });
        parallelFor(
            count, [&](std::size_t i) { drawStart(i, shown); }, [&] { tick(); });
      }
    } catch (const Stopped&) {
      keep();
      return collected();
    }
    keep();
    ScoreDistribution all = collected();
    all.complete = true;
    if (m_sink) m_sink(all);
    return all;
  }

 private:
  void drawCircuit(std::size_t i, bool shown) {
    QuietProgress quiet(m_progress);
    std::optional<Experiment> recorded;
    for (Job& job : m_jobs) {
      if (job.family.over != DrawnOver::circuits || job.family.shown != shown || isDone(job, i)) continue;
      Settings own = job.settings;
      own.set("teacher.seed", static_cast<long long>(i) + 1);
      own.set("fit.seed", static_cast<long long>(i) + 1);
      if (!recorded) recorded = recordedWith(own, quiet);
      put(job, i, drawOf(own, *recorded, i + 1, quiet));
    }
  }

  void drawStart(std::size_t i, bool shown) {
    QuietProgress quiet(m_progress);
    for (Job& job : m_jobs) {
      if (job.family.over != DrawnOver::starts || job.family.shown != shown || isDone(job, i)) continue;
      Settings own = job.settings;
      own.set("fit.seed", static_cast<long long>(i) + 1);
      put(job, i, drawOf(own, m_experiment, i + 1, quiet));
    }
  }

  bool isDone(const Job& job, std::size_t i) {
    m_progress.throwIfStopped();
    const std::lock_guard lock(m_mutex);
    return job.slots[i].has_value();
  }

  void put(Job& job, std::size_t i, ScoreDraw draw) {
    const std::lock_guard lock(m_mutex);
    job.slots[i] = std::move(draw);
    ++m_done;
  }

  void tick() {
    std::size_t all = 0, done = 0;
    {
      const std::lock_guard lock(m_mutex);
      for (const Job& job : m_jobs) {
        all += job.slots.size();
        for (const auto& slot : job.slots) done += slot.has_value();
      }
    }
    m_progress.checkpoint(static_cast<double>(done) / static_cast<double>(all), "drawing other scores");
    give();
  }

  void give() {
    if (m_sink) m_sink(collected());
  }

  ScoreDistribution collected() {
    const std::lock_guard lock(m_mutex);
    ScoreDistribution all;
    for (const Job& job : m_jobs) {
      ScoreFamily family = job.family;
      for (const auto& slot : job.slots)
        if (slot) family.draws.push_back(*slot);
      all.families.push_back(std::move(family));
    }
    return all;
  }

  void keep() {
    if (m_done == 0) return;
    const auto all = collected();
    for (std::size_t k = 0; k < m_jobs.size(); ++k) {
      auto draws = all.families[k].draws;
      // What an earlier, longer run has left stays.
      for (auto& old : cachedDraws(m_folder, m_jobs[k].key))
        if (old.seed > m_jobs[k].slots.size()) draws.push_back(std::move(old));
      cacheDraws(m_folder, m_jobs[k].key, draws);
    }
  }

  const Experiment& m_experiment;
  std::string m_folder;
  Progress& m_progress;
  const ScoreSink& m_sink;
  std::vector<Job> m_jobs;
  std::mutex m_mutex;  // guards the slots and the count
  std::size_t m_done = 0;
};

}  // namespace

Standing standingOf(double score, const ScoreFamily& family) {
  Vector scores(static_cast<Index>(family.draws.size()));
  for (std::size_t i = 0; i < family.draws.size(); ++i) scores(static_cast<Index>(i)) = family.draws[i].score;
  return standingOf(score, scores);
}

ScoreDistribution scoreDistribution(const Experiment& experiment, const std::string& cacheFolder,
                                    Progress& progress, const ScoreSink& sink) {
  return Drawing(experiment, cacheFolder, progress, sink).run();
}

std::shared_ptr<const Experiment> withScores(const std::shared_ptr<const Experiment>& complete,
                                             const Experiment* previous, Progress& progress,
                                             const ExperimentSink& sink) {
  constexpr std::chrono::milliseconds kPause(300);  // between two pictures
  const auto& settings = complete->settings;
  // Whoever stopped a fit does not wish for many more of them.
  const bool stopped = complete->fit->student.summary.status == FitStatus::stopped;
  if (settings.integer("analysis.draws") == 0 || stopped) return complete;
  auto result = complete;
  const auto give = [&](const ScoreDistribution& scores) {
    auto next = std::make_shared<Experiment>(*complete);
    next->scores = std::make_shared<const ScoreDistribution>(scores);
    result = next;
    if (sink) sink(next);
  };
  const bool sameDraws = previous && previous->scores && previous->scores->complete &&
                         sameFor(Remakes::scores, previous->settings, settings) &&
                         !staleThrough(previous->settings, settings, Stage::fit);
  if (sameDraws) {
    give(*previous->scores);
    return result;
  }
  Clock::time_point last;
  const auto scores =
      scoreDistribution(*complete, defaultCacheFolder(), progress, [&](const ScoreDistribution& growing) {
        if (growing.complete || Clock::now() - last < kPause) return;
        last = Clock::now();
        give(growing);
      });
  give(scores);
  return result;
}

std::string defaultCacheFolder() {
  if (const char* own = std::getenv("KEYHOLE_CACHE")) return own;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && *xdg) return std::string(xdg) + "/keyhole";
  if (const char* home = std::getenv("HOME"); home && *home) return std::string(home) + "/.cache/keyhole";
  return {};
}

}  // namespace keyhole
