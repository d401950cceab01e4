#include "core/experiment/stage_options.h"

#include "core/common/error.h"
#include "core/io/formats.h"
#include "core/io/recording_file.h"

namespace keyhole {
namespace {

TeacherKind kindNamed(const std::string& name) {
  for (TeacherKind kind : allTeacherKinds())
    if (nameOf(kind) == name) return kind;
  throw InputError("teacher.kind is " + name + ", which is a recording; allowed: a known circuit");
}

LineAttractorBulk bulkNamed(const std::string& name) {
  if (name == "constant") return LineAttractorBulk::constant;
  return name == "oblique" ? LineAttractorBulk::oblique : LineAttractorBulk::even;
}

std::uint64_t seedOf(const Settings& settings) {
  return static_cast<std::uint64_t>(settings.integer("teacher.seed"));
}

}  // namespace

TeacherOptions teacherOptions(const Settings& settings, std::vector<std::string>* notes) {
  TeacherOptions options;
  options.kind = kindNamed(settings.text("teacher.kind"));
  options.size = settings.integer("teacher.size");
  options.seed = seedOf(settings);
  options.phi = phiNamed(settings.text("teacher.phi"));
  options.convention =
      settings.text("teacher.convention") == "leaky-rate" ? Convention::leakyRate : Convention::standard;
  options.gaussianGain = settings.number("teacher.gaussian_gain");
  options.symmetricGain = settings.number("teacher.symmetric_gain");
  options.triangularGain = settings.number("teacher.triangular_gain");
  options.leadingEigenvalue = settings.number("teacher.leading_eigenvalue");
  options.bulk = bulkNamed(settings.text("teacher.bulk"));
  options.bulkHalfWidth = settings.number("teacher.bulk_half_width");
  options.bulkValue = settings.number("teacher.bulk_value");
  options.chainBeta = settings.number("teacher.chain_beta");
  options.chainDiagonal = settings.number("teacher.chain_diagonal");
  options.chainRotated = settings.flag("teacher.chain_rotated");
  options.chainSkip = settings.integer("teacher.chain_skip");
  options.rank = settings.integer("teacher.rank");
  options.orthogonalScale = settings.number("teacher.orthogonal_scale");
  options.randomScale = settings.number("teacher.random_scale");
  options.oscillatorGain = settings.number("teacher.oscillator_gain");
  options.eiWeight = settings.number("teacher.ei_weight");
  options.eiInhibition = settings.number("teacher.ei_inhibition");
  options.excitatoryFraction = settings.number("teacher.excitatory_fraction");
  if (options.kind != TeacherKind::imported) return options;
  const std::string& file = settings.text("teacher.file");
  if (file.empty())
    throw InputError("teacher.file is empty; allowed: the path of a square matrix (" + extensionList() + ")");
  options.imported = readSquareMatrix(file, notes);
  return options;
}

SimulationOptions simulationOptions(const Settings& settings) {
  SimulationOptions options;
  options.steps = settings.integer("simulation.steps");
  options.burnIn = settings.integer("simulation.burn_in");
  options.alpha = settings.number("simulation.alpha");
  options.sigma = settings.number("simulation.sigma");
  options.initialScale = settings.number("simulation.initial_scale");
  const std::string& kind = settings.text("teacher.kind");
  const bool hasTask = kind == "chain" || kind == "line-attractor";
  options.task =
      hasTask && settings.text("simulation.task") == "integration" ? TaskKind::integration : TaskKind::none;
  options.inputScale = settings.number("simulation.input_scale");
  options.observationNoise = settings.number("simulation.observation_noise");
  options.seed = seedOf(settings);
  return options;
}

VerdictOptions verdictOptions(const Settings& settings) {
  VerdictOptions options;
  options.persistentTau = settings.number("analysis.persistent_tau");
  options.scoreThreshold = settings.number("analysis.score_threshold");
  options.exaggeration = settings.number("analysis.exaggeration");
  return options;
}

LimitSetOptions limitSetOptions(const Settings& settings) {
  LimitSetOptions options;
  options.runs = settings.integer("analysis.limit_runs");
  options.steps = settings.integer("analysis.limit_steps");
  options.startScale = settings.number("analysis.limit_start");
  options.alpha = settings.number("simulation.alpha");
  options.seed = seedOf(settings);
  return options;
}

AttractorOptions attractorOptions(const Settings& settings) {
  AttractorOptions options;
  options.starts = settings.integer("analysis.point_starts");
  options.alpha = settings.number("simulation.alpha");
  options.persistentTau = settings.number("analysis.persistent_tau");
  options.seed = seedOf(settings);
  return options;
}

SubsetKind subsetKind(const Settings& settings) {
  const std::string& name = settings.text("observation.subset");
  if (name == "random") return SubsetKind::random;
  return name == "chosen" ? SubsetKind::chosen : SubsetKind::first;
}

std::vector<Index> nestedOrder(const Settings& settings, Index units) {
  const SubsetKind kind = subsetKind(settings);
  if (kind == SubsetKind::chosen) return {};
  return unitOrder(kind, units, simulationOptions(settings).seed);
}

std::vector<Index> seenUnits(const Settings& settings, Index units) {
  if (subsetKind(settings) == SubsetKind::chosen)
    return parseUnits(settings.text("observation.units"), units);
  std::vector<Index> seen = nestedOrder(settings, units);
  seen.resize(static_cast<std::size_t>(seenCount(settings.number("observation.fraction"), units)));
  return seen;
}

}  // namespace keyhole
