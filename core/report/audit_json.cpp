#include "core/report/audit_json.h"

#include "core/io/json_values.h"
#include "core/report/claim_json.h"
#include "core/report/recording_json.h"

namespace keyhole {
namespace {

using nlohmann::ordered_json;

ordered_json methodJson(const MethodClaim& method) {
  ordered_json json;
  json["method"] = method.method;
  json["fitted"] = method.fitted;
  if (!method.fitted) {
    json["why"] = method.why;
    return json;
  }
  json["eigenvalues"] = eigenvaluesToJson(method.spectrum.values);
  json["time_constants_steps"] = numbersToJson(method.leadingSteps);
  json["line_attractor_score"] = numberOrNull(method.score.value);
  json["line_attractor_status"] = nameOf(method.score.status);
  json["one_step_r2"] = numberOrNull(method.student.oneStepR2);
  json["held_out"] = {{"gain_on_no_change", numberOrNull(method.heldOut.mean)},
                      {"interval", {numberOrNull(method.heldOut.low), numberOrNull(method.heldOut.high)}},
                      {"blocks", numbersToJson(method.heldOut.blocks)}};
  json["intervals"] = claimErrorsToJson(method.errors, method.summary);
  if (method.starts.empty()) return json;
  json["further_starts"] = ordered_json::array();
  for (const auto& start : method.starts)
    json["further_starts"].push_back({{"seed", start.seed},
                                      {"fitted", start.fitted},
                                      {"time_constants_steps", numbersToJson(start.leadingSteps)},
                                      {"line_attractor_score", numberOrNull(start.score.value)},
                                      {"claim", start.fitted ? ordered_json(nameOf(start.claim)) : nullptr}});
  return json;
}

ordered_json claimJson(const AuditedClaim& claim) {
  ordered_json json;
  json["sentence"] = claim.sentence;
  json["methods"] = ordered_json::array();
  for (const auto& method : claim.methods) json["methods"].push_back(methodJson(method));
  json["methods_not_fitted"] = claim.others;
  return json;
}

ordered_json predictionJson(const std::vector<AuditedPrediction>& predictions) {
  auto list = ordered_json::array();
  for (const auto& one : predictions) {
    ordered_json json = {{"method", one.method}};
    json.update(claimedMemoryToJson(one.memory));
    list.push_back(std::move(json));
  }
  return list;
}

ordered_json subsamplingJson(const Subsampling& subsampling) {
  ordered_json json = {{"sentence", subsampling.sentence}, {"orders", subsampling.orders}};
  json["one_sided"] = subsampling.oneSided;
  json["points"] = ordered_json::array();
  for (const auto& point : subsampling.points)
    json["points"].push_back({{"units", point.units},
                              {"time_constant_steps", numberOrNull(point.steps)},
                              {"interval", {numberOrNull(point.low), numberOrNull(point.high)}}});
  json["fall"] = numberOrNull(subsampling.fall);
  json["fall_from"] = subsampling.fallFrom;
  json["p_value"] = numberOrNull(subsampling.pValue);
  if (!subsampling.whyNoPValue.empty()) json["why_no_p_value"] = subsampling.whyNoPValue;
  return json;
}

ordered_json arrowJson(const Arrow& arrow) {
  ordered_json json = {{"sentence", arrow.sentence},
                       {"statistic", numberOrNull(arrow.statistic)},
                       {"lag", arrow.lag},
                       {"leading", arrow.leading},
                       {"p_value", numberOrNull(arrow.pValue)},
                       {"slow_time_steps", numberOrNull(arrow.slowSteps)}};
  json["effect"] = {{"antisymmetric_share", numberOrNull(arrow.antisymmetricShare)},
                    {"entropy_production_per_step", numberOrNull(arrow.entropyRate)},
                    {"entropy_production_components", arrow.entropyOf}};
  json["power"] = ordered_json::array();
  for (const auto& point : arrow.power)
    json["power"].push_back({{"coherence", point.coherence}, {"power", point.power}});
  return json;
}

ordered_json rangeJson(priors::Range range) {
  return {range.low, range.high};
}

ordered_json slowModeJson(const ReferenceAnswer& answer) {
  return {{"probability", answer.probability},
          {"standard_error", numberOrNull(answer.standardError)},
          {"prior", answer.prior},
          {"likelihood_ratio", numberOrNull(answer.likelihoodRatio)},
          {"likelihood_ratio_interval", {numberOrNull(answer.ratioLow), numberOrNull(answer.ratioHigh)}},
          {"definition", kSlowVariableDefinition},
          {"log_loss_unseen", answer.loss},
          {"log_loss_of_prior", answer.lossOfPrior}};
}

ordered_json mechanismsJson(const ReferenceAnswer& answer) {
  auto list = ordered_json::array();
  for (const auto& one : answer.mechanisms)
    list.push_back({{"name", one.name},
                    {"weight", one.weight},
                    {"standard_error", numberOrNull(one.standardError)},
                    {"slow_mode_probability_without_it", numberOrNull(one.withoutIt)}});
  return list;
}

ordered_json priorsJson(const ReferenceShape& shape) {
  ordered_json json = {{"version", priors::kVersion},
                       {"mechanisms", "equally probable"},
                       {"fraction", rangeJson(shape.fraction)},
                       {"most_units", shape.mostUnits},
                       {"background", rangeJson(priors::kBackground)},
                       {"symmetric_background", priors::kSymmetricBackground},
                       {"tanh", priors::kTanh},
                       {"time_step", rangeJson(priors::kStep)},
                       {"deviation", rangeJson(priors::kDeviation)},
                       {"noise_free", priors::kNoiseless},
                       {"noise_share", rangeJson(priors::kNoiseShare)},
                       {"unsmoothed", priors::kUnsmoothed},
                       {"smoothing_samples", rangeJson(priors::kSmoothing)},
                       {"slow_time_constant", rangeJson(priors::kSlow)}};
  json["obliqueness"] = rangeJson(priors::kObliqueness);
  json["input_strength"] = rangeJson(priors::kInputStrength);
  json["chain_length"] = rangeJson(priors::kChainLength);
  json["low_rank_gain"] = rangeJson(priors::kLowRankGain);
  json["oscillator_gain"] = rangeJson(priors::kOscillatorGain);
  json["triangular_gain"] = rangeJson(priors::kTriangularGain);
  json["bulk"] = rangeJson(priors::kBulk);
  json["counts"] = !shape.meanCounts.empty();
  return json;
}

ordered_json surrogatesJson(const SurrogateCheck& check) {
  if (check.made == 0) return nullptr;
  return {{"made", check.made},
          {"slow_mode", {{"median", check.median}, {"least", check.least}, {"largest", check.largest}}},
          {"like_nothing", check.unlike},
          {"sentence", check.sentence}};
}

ordered_json referenceJson(const ReferenceAnswer& answer) {
  ordered_json json = {
      {"circuits", answer.circuits}, {"seed", answer.seed},     {"priors", priorsJson(answer.shape)},
      {"redrawn", answer.redrawn},   {"failed", answer.failed}, {"from_cache", answer.fromCache}};
  json["circuits_per_second"] =
      answer.circuitsPerSecond > 0 ? ordered_json(answer.circuitsPerSecond) : ordered_json(nullptr);
  json["classifier"] = answer.classifier;
  json["temperature"] = answer.temperature;
  json["logit_map"] = {{"shift", answer.truthMap.shift}, {"slope", answer.truthMap.slope}};
  json["importance"] = ordered_json::array();
  for (std::size_t i = 0; i < answer.importance.size() && i < 20; ++i)
    json["importance"].push_back(
        {{"statistic", answer.importance[i].statistic}, {"log_loss", answer.importance[i].loss}});
  json["surrogates"] = surrogatesJson(answer.surrogates);
  json["notes"] = answer.notes;
  return json;
}

ordered_json experimentsJson(const ExperimentsAnswer& answer) {
  ordered_json json = {{"sentence", answer.sentence},
                       {"error_now", answer.errorNow},
                       {"circuit_error_now", answer.circuitErrorNow},
                       {"goal", ExperimentsAnswer::kGoal},
                       {"circuits", answer.worlds}};
  json["tried"] = ordered_json::array();
  for (const auto& one : answer.tried)
    json["tried"].push_back({{"kind", one.kind},
                             {"effort", one.effort},
                             {"samples", one.samples},
                             {"perturbations", one.trials},
                             {"cells", one.cells},
                             {"error", one.error},
                             {"standard_error", one.standardError},
                             {"circuit_error", one.circuitError},
                             {"runs", one.worlds}});
  json["cheapest"] = answer.cheapest < 0 ? ordered_json(nullptr) : ordered_json(answer.cheapest);
  json["notes"] = answer.notes;
  return json;
}

ordered_json pushesJson(const PushEvidence& evidence, Index left) {
  ordered_json json = {{"sentence", evidence.sentence},
                       {"pushes", evidence.response.pushes},
                       {"samples_left_out_after_each", left},
                       {"lags", evidence.response.lags}};
  json["added_along_slow_direction"] = numberOrNull(evidence.response.slowAdded);
  json["added_along_push"] = numberOrNull(evidence.response.ownAdded);
  json["kept_along_slow_direction"] = ordered_json::array();
  json["kept_along_push"] = ordered_json::array();
  for (std::size_t i = 0; i < PushResponse::kLags; ++i) {
    json["kept_along_slow_direction"].push_back(numberOrNull(evidence.response.slow[i]));
    json["kept_along_push"].push_back(numberOrNull(evidence.response.own[i]));
  }
  if (!evidence.given) return json;
  json["kept_by_circuits_with_slow_mode"] = ordered_json::array();
  json["kept_by_other_circuits"] = ordered_json::array();
  for (std::size_t i = 0; i < PushResponse::kLags; ++i) {
    json["kept_by_circuits_with_slow_mode"].push_back(numberOrNull(evidence.keptWith[i]));
    json["kept_by_other_circuits"].push_back(numberOrNull(evidence.keptWithout[i]));
  }
  json["in_circuit"] = {{"probability", evidence.circuitProbability},
                        {"error_of_decision", evidence.circuitDecisionError}};
  json["slow_mode"] = {{"probability", evidence.probability},
                       {"error_of_decision", evidence.decisionError},
                       {"likelihood_ratio_of_pushes", evidence.likelihoodRatio},
                       {"limited", evidence.limited},
                       {"circuits", evidence.worlds}};
  return json;
}

void addReference(ordered_json& json, const ReferenceAnswer& answer) {
  if (answer.given) {
    json["truth"] = {{"slow_mode", slowModeJson(answer)}};
    json["mechanisms"] = mechanismsJson(answer);
  }
  json["likeness"] = {{"distance", answer.likeness.distance},
                      {"quantile", answer.likeness.quantile},
                      {"unlike_from", Likeness::kUnlike},
                      {"farthest", answer.likeness.farthest},
                      {"farthest_score", answer.likeness.farthestScore}};
  json["reference"] = referenceJson(answer);
}

ordered_json askedJson(const AuditAsked& asked) {
  return {{"quick", asked.quick},
          {"methods", asked.methods},
          {"resamples", asked.resamples},
          {"blocks_held_out", asked.blocks},
          {"further_starts", asked.starts},
          {"simulations_of_the_student", asked.simulations},
          {"orders_of_units", asked.orders},
          {"reversible_surrogates", asked.surrogates},
          {"random_conjugates", asked.flips},
          {"independent_surrogates", asked.independent},
          {"simulated_for_power", asked.power},
          {"reference_circuits", asked.circuits},
          {"circuits_for_experiments", asked.worlds},
          {"perturbations", asked.pushes}};
}

}  // namespace

nlohmann::ordered_json auditToJson(const Audit& audit) {
  ordered_json json;
  json["limits"] = auditLimits(audit);
  json["recording"] = recordingJson(audit.summary);
  if (!audit.claim.methods.empty()) {
    json["claim"] = claimJson(audit.claim);
    json["prediction"] = predictionJson(audit.predictions);
  }
  if (audit.subsampling.made) json["subsampling"] = subsamplingJson(audit.subsampling);
  if (audit.arrow.tested) json["reversibility"] = arrowJson(audit.arrow);
  if (audit.reference) addReference(json, *audit.reference);
  if (audit.experiments) json["experiments"] = experimentsJson(*audit.experiments);
  if (audit.pushes) json["pushes"] = pushesJson(*audit.pushes, audit.afterPushes);
  json["asked"] = askedJson(audit.asked);
  json["refusal"] = audit.refusal.empty() ? ordered_json(nullptr) : ordered_json(audit.refusal);
  json["not_done"] = ordered_json::array();
  for (const auto& one : audit.notDone) json["not_done"].push_back({{"part", one.part}, {"why", one.why}});
  json["warnings"] = audit.warnings;
  json["sentence"] = audit.sentence;
  return json;
}

}  // namespace keyhole
