#include "core/experiment/trial_fits.h"

#include "core/common/error.h"
#include "core/fitting/latent/lds_student.h"

namespace keyhole {
namespace {

LdsClass ldsClass(const Settings& settings) {
  LdsClass kind;
  kind.latents = settings.integer("fit.latents");
  kind.emissions = settings.text("fit.emissions") == "free" ? LdsEmissions::free : LdsEmissions::orthonormal;
  kind.dynamicsNoise =
      settings.text("fit.noise") == "full" ? LdsDynamicsNoise::full : LdsDynamicsNoise::diagonal;
  const std::string& noise = settings.text("fit.emission_noise");
  kind.emissionNoise = noise == "isotropic" ? LdsEmissionNoise::isotropic
                       : noise == "floor"   ? LdsEmissionNoise::floored
                                            : LdsEmissionNoise::diagonal;
  kind.bias = settings.flag("fit.bias");
  kind.direct = settings.flag("fit.direct");
  kind.stable = settings.flag("fit.stable");
  return kind;
}

std::uint64_t fitSeed(const Settings& settings) {
  return static_cast<std::uint64_t>(settings.integer("fit.seed"));
}

}  // namespace

bool fitsTrials(FitMethod method) {
  return method != FitMethod::map && method != FitMethod::stationaryContinuous &&
         method != FitMethod::stationaryDiscrete;
}

LdsOptions ldsOptions(const Settings& settings) {
  LdsOptions options;
  options.kind = ldsClass(settings);
  options.estimator =
      settings.text("fit.estimator") == "published" ? LdsEstimator::published : LdsEstimator::exact;
  if (options.estimator == LdsEstimator::exact && settings.text("fit.lds_start") == "subspace")
    options.start = LdsStart::subspace;
  options.inputAtArrival = settings.text("fit.input_timing") == "arrival";
  options.alpha = settings.number("simulation.alpha");
  options.iterations = settings.integer("fit.iterations");
  options.seed = fitSeed(settings);
  options.restarts = settings.integer("fit.restarts");
  return options;
}

SldsOptions sldsOptions(const Settings& settings) {
  SldsOptions options;
  options.kind = ldsClass(settings);
  options.states = settings.integer("fit.states");
  options.alpha = settings.number("simulation.alpha");
  options.iterations = settings.integer("fit.iterations");
  options.seed = fitSeed(settings);
  options.restarts = settings.integer("fit.restarts");
  options.transitions = settings.flag("fit.recurrent") ? SldsTransitions::recurrent : SldsTransitions::markov;
  return options;
}

SubspaceOptions subspaceOptions(const Settings& settings) {
  SubspaceOptions options;
  options.latents = settings.integer("fit.latents");
  options.alpha = settings.number("simulation.alpha");
  options.weighting =
      settings.text("fit.weighting") == "cva" ? SubspaceWeighting::cva : SubspaceWeighting::n4sid;
  return options;
}

CornnOptions cornnOptions(const Settings& settings) {
  CornnOptions options;
  options.alpha = settings.number("simulation.alpha");
  options.l2 = settings.number("fit.l2");
  options.iterations = settings.integer("fit.iterations");
  const std::string& loss = settings.text("fit.loss");
  options.loss = loss == "standard" ? CornnLoss::standard
                 : loss == "robust" ? CornnLoss::robust
                                    : CornnLoss::weighted;
  return options;
}

ForceOptions forceOptions(const Settings& settings) {
  ForceOptions options;
  options.alpha = settings.number("simulation.alpha");
  options.phi = studentPhi(settings);
  options.gain = settings.number("fit.gain");
  options.p0 = settings.number("fit.p0");
  options.passes = std::max<Index>(settings.integer("fit.iterations"), 1);
  options.resetEvery = settings.integer("fit.reset_every");
  options.seed = fitSeed(settings);
  return options;
}

BpttOptions bpttOptions(const Settings& settings) {
  BpttOptions options;
  options.alpha = settings.number("simulation.alpha");
  options.phi = studentPhi(settings);
  options.hidden = settings.integer("fit.hidden");
  options.window = settings.integer("fit.window");
  options.forcingKind =
      settings.text("fit.forcing_kind") == "stochastic" ? ForcingKind::stochastic : ForcingKind::generalized;
  options.forcing = settings.number("fit.forcing");
  options.optimizer = settings.text("fit.optimizer") == "adam" ? BpttOptimizer::adam : BpttOptimizer::sgd;
  options.learningRate = settings.number("fit.learning_rate");
  options.epochs = settings.integer("fit.iterations");
  options.seed = fitSeed(settings);
  return options;
}

namespace {

Student fitBy(const Settings& settings, const std::vector<Trial>& trials, Progress& progress,
              const std::optional<LdsModel>& held) {
  const FitMethod method = fitMethod(settings);
  if (held && method != FitMethod::lds)
    throw InputError("emissions are held for fit.method " + settings.text("fit.method") + "; allowed: lds");
  switch (method) {
    case FitMethod::lds: {
      LdsOptions options = ldsOptions(settings);
      options.heldEmissions = held;
      return studentOf(fitLds(trials, options, progress), trials, options.alpha, progress);
    }
    case FitMethod::slds:
      return fitSlds(trials, sldsOptions(settings), progress);
    case FitMethod::subspace:
      return fitSubspace(trials, subspaceOptions(settings), progress);
    case FitMethod::cornn:
      return fitCornn(trials, cornnOptions(settings), progress);
    case FitMethod::force:
      return fitForce(trials, forceOptions(settings), progress);
    case FitMethod::bptt:
      return fitBptt(trials, bpttOptions(settings), progress);
    case FitMethod::map:
    case FitMethod::stationaryContinuous:
    case FitMethod::stationaryDiscrete:
      break;
  }
  throw InputError("fit.method is " + settings.text("fit.method") + "; allowed: a method that fits trials");
}

}  // namespace

Student fitTrials(const Settings& settings, const std::vector<Trial>& trials, Progress& progress,
                  const std::optional<LdsModel>& held) {
  Student student = fitBy(settings, trials, progress, held);
  student.seen = trials.front().activity.rows();
  return student;
}

}  // namespace keyhole
