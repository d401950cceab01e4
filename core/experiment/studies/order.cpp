#include "core/experiment/studies/order.h"

#include "core/common/error.h"
#include "core/common/nan.h"
#include "core/common/progress_part.h"
#include "core/experiment/experiment_stages.h"
#include "core/experiment/studies/compare.h"
#include "core/fitting/latent/lds_order.h"
#include "core/fitting/switching/slds_order.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace keyhole {
namespace {

constexpr Index kMostLatents = 10, kMostStates = 6;
constexpr Index kFewestForCaution = 4;
constexpr double kOneBlock = 0.95;

std::vector<Index> numbersOf(const OrderOptions& options, Index neurons) {
  const bool latents = options.counted == Counted::latents;
  if (options.numbers.empty()) {
    const Index most = latents ? std::min(kMostLatents, neurons) : kMostStates;
    std::vector<Index> all(static_cast<std::size_t>(most));
    std::iota(all.begin(), all.end(), Index{1});
    return all;
  }
  for (const Index number : options.numbers)
    if (latents && number > neurons)
      throw InputError("the number of latents is " + std::to_string(number) + "; allowed: 1 to " +
                       std::to_string(neurons) + ", the seen units");
  return options.numbers;
}

// What the students of a curve have in common.
struct Fitted {
  Index steps = 0, inputs = 0;
  bool bias = true;
};

LineAttractorScore scoreOf(const ComplexVector& eigenvalues, double alpha, const Fitted& fitted) {
  if (eigenvalues.size() == 0) return {kNaN, ScoreStatus::tooFewModes};
  Spectrum spectrum = spectrumOf(eigenvalues, alpha);
  Student student;
  student.A = Matrix::Zero(eigenvalues.size(), eigenvalues.size());
  student.V = Matrix::Zero(eigenvalues.size(), fitted.inputs);
  if (fitted.bias) student.b = Vector::Zero(eigenvalues.size());
  student.steps = fitted.steps;
  spectrum.fewSteps = restsOnFewSteps(student);
  return lineAttractorScore(spectrum);
}

std::string cautionOf(const OrderCurve& curve) {
  const OrderPoint* best = nullptr;
  for (const auto& point : curve.points)
    if (std::isfinite(point.heldOut) && (!best || point.heldOut > best->heldOut)) best = &point;
  if (!best || best->blocks.size() < kFewestForCaution) return {};
  const auto count = static_cast<double>(best->blocks.size());
  const Vector squares = (best->blocks.array() - best->heldOut).square();
  Index block = 0;
  const double largest = squares.maxCoeff(&block);
  if (!(largest > kOneBlock * (count - 1) / count * squares.sum())) return {};
  return "block " + std::to_string(block + 1) + " of " + std::to_string(best->blocks.size()) +
         " lies far from the others: mean and standard error are its own, and the choice says little";
}

OrderResult resultOf(const OrderCurve& curve, const OrderOptions& options, double alpha,
                     const Fitted& fitted) {
  OrderResult result{options.counted, options.folds, {}, curve.chosen, curve.complete, cautionOf(curve)};
  for (const auto& point : curve.points)
    result.points.push_back({point, scoreOf(point.eigenvalues, alpha, fitted)});
  return result;
}

}  // namespace

Settings orderSettings(const Settings& settings, Counted counted) {
  const char* own = counted == Counted::latents ? "lds" : "slds";
  return settings.text("fit.method") == own ? effective(settings) : settingsOf(settings, own);
}

bool haveSameOrder(const Settings& one, const Settings& other, Counted counted) {
  const Settings a = orderSettings(one, counted), b = orderSettings(other, counted);
  const std::string_view swept = counted == Counted::latents ? "fit.latents" : "fit.states";
  for (const auto& row : settingsTable()) {
    if (row.stage > Stage::fit || row.key == swept) continue;
    if (a.value(row.key) != b.value(row.key)) return false;
  }
  return true;
}

std::string measureOf(Counted counted) {
  return counted == Counted::latents ? "held-out log-likelihood per time point"
                                     : "held-out evidence lower bound per time point";
}

OrderResult orderOf(const Settings& settings, const std::vector<Trial>& trials, const OrderOptions& options,
                    Progress& progress, const OrderResultSink& sink) {
  requireTrials(trials, MissingSamples::allowed);
  const Settings own = orderSettings(settings, options.counted);
  const auto numbers = numbersOf(options, trials.front().activity.rows());
  const double alpha = own.number("simulation.alpha");
  const Fitted fitted{transitionsOf(trials), trials.front().input.rows(), own.flag("fit.bias")};
  const OrderSink grown = [&](const OrderCurve& curve) {
    if (sink) sink(resultOf(curve, options, alpha, fitted));
  };
  const OrderCurve curve =
      options.counted == Counted::latents
          ? ldsOrderCurve(trials, ldsOptions(own), numbers, options.folds, progress, grown)
          : sldsOrderCurve(trials, sldsOptions(own), numbers, options.folds, progress, grown);
  return resultOf(curve, options, alpha, fitted);
}

OrderResult orderOf(const Experiment& experiment, const OrderOptions& options, Progress& progress,
                    const OrderResultSink& sink) {
  const Settings settings = orderSettings(experiment.asked, options.counted);
  ProgressPart before(progress, 0, 0);  // a longer recording is simulated once more
  const auto trials = stages::trialsOf(settings, *experiment.teacher, *experiment.simulation,
                                       *experiment.observation, before);
  return orderOf(settings, trials, options, progress, sink);
}

}  // namespace keyhole
