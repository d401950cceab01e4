#include "core/experiment/studies/order.h"

#include "core/common/error.h"
#include "core/common/progress_part.h"
#include "core/experiment/experiment_stages.h"
#include "core/experiment/studies/compare.h"
#include "core/experiment/trial_fits.h"
#include "core/fitting/latent/lds_order.h"
#include "core/fitting/switching/slds_order.h"
#include "core/io/json_values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace keyhole {
namespace {

constexpr Index kMostLatents = 10, kMostStates = 6;
constexpr Index kFewestForCaution = 4;
constexpr double kOneBlock = 0.95;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string wordFor(Counted counted) {
  return counted == Counted::latents ? "latents" : "states";
}

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

LineAttractorScore scoreOf(const ComplexVector& eigenvalues) {
  if (eigenvalues.size() == 0) return {kNaN, ScoreStatus::tooFewModes};
  Spectrum spectrum;
  spectrum.values = eigenvalues;
  spectrum.undetermined.assign(static_cast<std::size_t>(eigenvalues.size()), false);
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

OrderResult resultOf(const OrderCurve& curve, const OrderOptions& options) {
  OrderResult result{options.counted, options.folds, {}, curve.chosen, curve.complete, cautionOf(curve)};
  for (const auto& point : curve.points) result.points.push_back({point, scoreOf(point.eigenvalues)});
  return result;
}

std::string cell(double value) {
  return std::isfinite(value) ? toText(value) : std::string();
}

std::complex<double> leadingOf(const ScoredPoint& point) {
  return point.order.eigenvalues.size() > 0 ? point.order.eigenvalues(0) : std::complex<double>(kNaN, kNaN);
}

}  // namespace

Settings orderSettings(const Settings& settings, Counted counted) {
  const FitMethod own = counted == Counted::latents ? FitMethod::lds : FitMethod::slds;
  if (fitMethod(settings) == own) return settings;
  return settingsOf(settings, counted == Counted::latents ? "lds" : "slds");
}

bool haveSameOrder(const Settings& one, const Settings& other, Counted counted) {
  const Settings a = orderSettings(one, counted), b = orderSettings(other, counted);
  const std::string_view swept = counted == Counted::latents ? "fit.latents" : "fit.states";
  for (const auto& row : settingsTable()) {
    if (row.stage > Stage::fit || row.key == swept || !(a.applies(row) || b.applies(row))) continue;
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
  const OrderSink grown = [&](const OrderCurve& curve) {
    if (sink) sink(resultOf(curve, options));
  };
  const OrderCurve curve =
      options.counted == Counted::latents
          ? ldsOrderCurve(trials, ldsOptions(own), numbers, options.folds, progress, grown)
          : sldsOrderCurve(trials, sldsOptions(own), numbers, options.folds, progress, grown);
  return resultOf(curve, options);
}

OrderResult orderOf(const Experiment& experiment, const OrderOptions& options, Progress& progress,
                    const OrderResultSink& sink) {
  const Settings settings = orderSettings(experiment.settings, options.counted);
  ProgressPart before(progress, 0, 0);  // a longer recording is simulated once more
  const Trial trial =
      stages::trialOf(settings, *experiment.teacher, *experiment.simulation, *experiment.observation, before);
  return orderOf(settings, {trial}, options, progress, sink);
}

std::string orderCsv(const OrderResult& result) {
  std::string text = wordFor(result.counted) +
                     ",held_out,standard_error,line_attractor_score,line_attractor_status,lambda1_re,"
                     "lambda1_im,status,chosen\n";
  for (const auto& point : result.points) {
    const OrderPoint& order = point.order;
    const auto leading = leadingOf(point);
    text += std::to_string(order.number) + "," + cell(order.heldOut) + "," + cell(order.standardError) + "," +
            cell(point.score.value) + "," + nameOf(point.score.status) + "," + cell(leading.real()) + "," +
            cell(leading.imag()) + "," + nameOf(order.status) + "," +
            (order.number == result.chosen ? "1" : "0") + "\n";
  }
  return text;
}

nlohmann::ordered_json orderJson(const OrderResult& result) {
  nlohmann::ordered_json json;
  json["counted"] = wordFor(result.counted);
  json["measure"] = measureOf(result.counted);
  json["folds"] = result.folds;
  json["chosen"] = result.chosen > 0 ? nlohmann::ordered_json(result.chosen) : nullptr;
  json["caution"] = result.caution;
  json["points"] = nlohmann::ordered_json::array();
  for (const auto& point : result.points) {
    nlohmann::ordered_json entry;
    entry[wordFor(result.counted)] = point.order.number;
    entry["held_out"] = numberOrNull(point.order.heldOut);
    entry["standard_error"] = numberOrNull(point.order.standardError);
    entry["blocks"] = vectorToJson(point.order.blocks);
    entry["line_attractor_score"] = numberOrNull(point.score.value);
    entry["line_attractor_status"] = nameOf(point.score.status);
    entry["eigenvalues"] = eigenvaluesToJson(point.order.eigenvalues);
    entry["status"] = nameOf(point.order.status);
    json["points"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace keyhole
