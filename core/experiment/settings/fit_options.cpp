#include "core/experiment/settings/fit_options.h"

#include "core/experiment/settings/fit_methods.h"

namespace keyhole {
namespace {

LdsClass ldsClass(const Settings& settings) {
  LdsClass kind;
  kind.latents = settings.integer("fit.latents");
  kind.emissions = settings.text("fit.emissions") == "free" ? LdsEmissions::free : LdsEmissions::orthonormal;
  kind.dynamicsNoise =
      settings.text("fit.noise") == "full" ? LdsDynamicsNoise::full : LdsDynamicsNoise::diagonal;
  const std::string& noise = settings.text("fit.emission_noise");
  kind.emissionNoise = noise == "isotropic"  ? LdsEmissionNoise::isotropic
                       : noise == "diagonal" ? LdsEmissionNoise::diagonal
                                             : LdsEmissionNoise::floored;
  kind.bias = settings.flag("fit.bias");
  kind.direct = settings.flag("fit.direct");
  return kind;
}

LdsStart ldsStart(const std::string& name) {
  if (name == "subspace") return LdsStart::subspace;
  if (name == "pca") return LdsStart::pca;
  if (name == "factors") return LdsStart::factors;
  if (name == "annealed") return LdsStart::annealed;
  if (name == "channels") return LdsStart::channels;
  if (name == "random") return LdsStart::random;
  return LdsStart::several;
}

std::uint64_t fitSeed(const Settings& settings) {
  return static_cast<std::uint64_t>(settings.integer("fit.seed"));
}

double alphaOf(const Settings& settings) {
  return settings.number("simulation.alpha");
}

}  // namespace

bool isRecording(const Settings& settings) {
  return settings.text("teacher.kind") == "recording";
}

bool alphaIsAssumed(const Settings& settings) {
  return isRecording(settings) && settings.isDefault("simulation.alpha") &&
         !settings.flag("simulation.alpha_known");
}

Nonlinearity phiNamed(const std::string& name) {
  return name == "tanh" ? Nonlinearity::tanh : Nonlinearity::linear;
}

Nonlinearity studentPhi(const Settings& settings) {
  const std::string& phi = settings.text("fit.phi");
  if (phi != "same") return phiNamed(phi);
  return isRecording(settings) ? Nonlinearity::linear : phiNamed(settings.text("teacher.phi"));
}

bool fitOffset(const Settings& settings) {
  const std::string& offset = settings.text("fit.offset");
  return offset == "auto" ? isRecording(settings) : offset == "on";
}

Index fitIterations(const Settings& settings) {
  const Index asked = settings.integer("fit.iterations");
  return asked > 0 ? asked : usualIterations(settings);
}

MapOptions mapOptions(const Settings& settings) {
  MapOptions options;
  options.alpha = alphaOf(settings);
  options.rho = settings.number("fit.rho");
  options.phi = studentPhi(settings);
  options.offset = fitOffset(settings);
  return options;
}

LdsOptions ldsOptions(const Settings& settings) {
  LdsOptions options;
  options.kind = ldsClass(settings);
  options.kind.stable = settings.flag("fit.stable");
  options.estimator =
      settings.text("fit.estimator") == "published" ? LdsEstimator::published : LdsEstimator::exact;
  if (options.estimator == LdsEstimator::exact) options.start = ldsStart(settings.text("fit.lds_start"));
  options.inputAtArrival = settings.text("fit.input_timing") == "arrival";
  options.alpha = alphaOf(settings);
  options.iterations = fitIterations(settings);
  options.seed = fitSeed(settings);
  options.restarts = settings.integer("fit.restarts");
  return options;
}

SldsOptions sldsOptions(const Settings& settings) {
  SldsOptions options;
  options.kind = ldsClass(settings);
  options.states = settings.integer("fit.states");
  options.alpha = alphaOf(settings);
  options.iterations = fitIterations(settings);
  options.seed = fitSeed(settings);
  options.restarts = settings.integer("fit.restarts");
  options.stickiness = settings.number("fit.stickiness");
  options.transitions = settings.flag("fit.recurrent") ? SldsTransitions::recurrent : SldsTransitions::markov;
  return options;
}

SubspaceOptions subspaceOptions(const Settings& settings) {
  SubspaceOptions options;
  options.latents = settings.integer("fit.latents");
  options.alpha = alphaOf(settings);
  options.weighting =
      settings.text("fit.weighting") == "cva" ? SubspaceWeighting::cva : SubspaceWeighting::n4sid;
  return options;
}

CornnOptions cornnOptions(const Settings& settings) {
  CornnOptions options;
  options.alpha = alphaOf(settings);
  options.offset = fitOffset(settings);
  options.l2 = settings.number("fit.l2");
  options.iterations = fitIterations(settings);
  const std::string& loss = settings.text("fit.loss");
  options.loss = loss == "standard" ? CornnLoss::standard
                 : loss == "robust" ? CornnLoss::robust
                                    : CornnLoss::weighted;
  options.threshold = settings.number("fit.threshold");
  return options;
}

ForceOptions forceOptions(const Settings& settings) {
  ForceOptions options;
  options.alpha = alphaOf(settings);
  options.phi = studentPhi(settings);
  options.offset = fitOffset(settings);
  options.gain = settings.number("fit.gain");
  options.p0 = settings.number("fit.p0");
  options.passes = fitIterations(settings);
  options.resetEvery = settings.integer("fit.reset_every");
  options.seed = fitSeed(settings);
  return options;
}

BpttOptions bpttOptions(const Settings& settings) {
  BpttOptions options;
  options.alpha = alphaOf(settings);
  options.phi = studentPhi(settings);
  options.offset = fitOffset(settings);
  options.hidden = settings.integer("fit.hidden");
  options.window = settings.integer("fit.window");
  options.forcingKind =
      settings.text("fit.forcing_kind") == "stochastic" ? ForcingKind::stochastic : ForcingKind::generalized;
  options.forcing = settings.number("fit.forcing");
  options.optimizer = settings.text("fit.optimizer") == "adam" ? BpttOptimizer::adam : BpttOptimizer::sgd;
  options.learningRate = settings.number("fit.learning_rate");
  options.momentum = settings.number("fit.momentum");
  options.weightDecay = settings.number("fit.weight_decay");
  options.gain = settings.number("fit.start_gain");
  options.epochs = fitIterations(settings);
  options.seed = fitSeed(settings);
  return options;
}

}  // namespace keyhole
