// Found after the picture: transient growth, and the student's singular vectors against the teacher's.
#include "core/experiment/experiment_stages.h"

#include <variant>

namespace keyhole::stages {
namespace {

constexpr Index kOverlaps = 40;
constexpr Index kLargestDense = 500;  // units: about 3 s; the structured ones cost next to nothing
constexpr Index kPoints = 200;        // of the time axis
constexpr Index kFewPoints = 60;      // of larger dense systems
constexpr Index kLargeDense = 200;    // units

bool isDense(const Network& network) {
  return std::holds_alternative<DenseForm>(network.form());
}

std::shared_ptr<const TransientGrowth> growthOf(const Experiment& experiment, const Network& network,
                                                Progress& progress) {
  const bool dense = isDense(network);
  if (network.size() == 0 || (dense && network.size() > kLargestDense)) return nullptr;
  TransientOptions options;
  options.horizon = experiment.settings.number("analysis.growth_time");
  if (samplingOf(experiment)) {
    options.step = experiment.fit->student.alpha;
    options.horizon =
        options.step * static_cast<double>(experiment.settings.integer("analysis.growth_steps"));
  }
  options.points = dense && network.size() > kLargeDense ? kFewPoints : kPoints;
  return std::make_shared<const TransientGrowth>(transientGrowth(network, options, progress));
}

}  // namespace

std::shared_ptr<const TransientGrowth> teacherGrowth(const Experiment& experiment, Progress& progress) {
  const auto system = teacherSystem(experiment);
  if (!system || !experiment.teacherAnalysis) return nullptr;
  return growthOf(experiment, system->network, progress);
}

std::shared_ptr<const TransientGrowth> studentGrowth(const Experiment& experiment, Progress& progress) {
  const auto system = studentSystem(experiment);
  if (!system || !experiment.studentAnalysis) return nullptr;
  return growthOf(experiment, system->network, progress);
}

std::shared_ptr<const SingularOverlap> overlapOf(const Experiment& experiment, Progress& progress) {
  const auto teacher = teacherSystem(experiment);
  if (!teacher || !experiment.teacherAnalysis || !experiment.studentAnalysis) return nullptr;
  if (isDense(teacher->network) && teacher->network.size() > 2 * kLargestDense) return nullptr;
  progress.checkpoint(0, "singular vectors");
  const Matrix connectivity = seenConnectivity(experiment.fit->student);
  if (!connectivity.allFinite()) return nullptr;
  return std::make_shared<const SingularOverlap>(
      singularOverlap(teacher->network, experiment.observation->seen, connectivity, kOverlaps));
}

}  // namespace keyhole::stages
