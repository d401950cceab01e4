#include "core/report/attractors_json.h"

#include "core/io/json_values.h"

#include <algorithm>

namespace keyhole {
namespace {

using nlohmann::ordered_json;

constexpr Index kLeading = 6;

std::string nameOf(FixedPointStatus status) {
  switch (status) {
    case FixedPointStatus::exact:
      return "exact";
    case FixedPointStatus::continuum:
      return "continuum";
    case FixedPointStatus::inconsistent:
      return "inconsistent";
    case FixedPointStatus::searched:
      return "searched";
    case FixedPointStatus::partly:
      return "partly";
    case FixedPointStatus::stopped:
      return "stopped";
  }
  return "unknown";
}

ordered_json directionsToJson(const std::vector<LocalMode>& modes) {
  ordered_json list = ordered_json::array();
  for (const LocalMode& mode : modes) {
    ordered_json json;
    json["eigenvalue"] = {numberOrNull(mode.value.real()), numberOrNull(mode.value.imag())};
    json["directions"] = matrixToJson(mode.plane.transpose());
    list.push_back(json);
  }
  return list;
}

ordered_json pointToJson(const FixedPoint& point, bool leavesInSteps) {
  ordered_json json;
  json["kind"] = nameOf(point.kind);
  json["stability"] = nameOf(point.local.stability);
  json["left_in_steps"] = leavesInSteps;
  json["residual"] = numberOrNull(point.residual);
  json["q"] = numberOrNull(point.q);
  json["gradient"] = numberOrNull(point.gradient);
  json["starts"] = point.starts;
  json["iterations"] = point.iterations;
  json["region"] = point.region;
  json["continuum"] = point.continuum >= 0 ? ordered_json(point.continuum + 1) : ordered_json(nullptr);
  const ComplexVector& values = point.local.eigenvalues;
  json["eigenvalues"] = eigenvaluesToJson(values.head(std::min(kLeading, values.size())));
  json["modes"] = directionsToJson(point.local.modes);
  json["position"] = vectorToJson(point.position);
  return json;
}

// How many fixed points there are, and how sure that is.
ordered_json censusToJson(const PointCensus& census) {
  const bool estimated = census.completeness == Completeness::estimated;
  const auto ifEstimated = [&](double value) {
    return estimated ? numberOrNull(value) : ordered_json(nullptr);
  };
  ordered_json json;
  json["completeness"] = keyhole::nameOf(census.completeness);
  json["message"] = census.message;
  json["fixed"] = census.fixed;
  json["stable"] = census.stable;
  json["stability_unknown"] = census.unlinearised;
  json["missing"] = ifEstimated(census.missing);
  json["missing_upper"] = ifEstimated(census.missingUpper);
  json["missing_stable"] = ifEstimated(census.missingStable);
  json["coverage"] = ifEstimated(census.coverage);
  json["further_starts"] = census.starts;
  json["starts_from_activity"] = census.fromActivity;
  json["ended_on_continua"] = census.leftOut;
  json["open_places"] = census.openPlaces.cols();
  json["open_radius"] = numberOrNull(census.openRadius);
  return json;
}

ordered_json pointsToJson(const Attractors& attractors) {
  const FixedPoints& points = attractors.points;
  ordered_json json;
  json["status"] = nameOf(points.status);
  json["message"] = points.message;
  json["starts"] = points.searchedStarts;
  json["virtual"] = points.virtualPoints;
  json["omitted"] = points.omittedPoints;
  json["continuum"] = matrixToJson(points.continuum.transpose());
  json["census"] = censusToJson(points.census);
  json["points"] = ordered_json::array();
  for (const FixedPoint& point : points.points)
    json["points"].push_back(pointToJson(point, attractors.leavesInSteps(point)));
  return json;
}

// Beside a time in τ what it is of a recording: NAME_steps and, where they are known, NAME_seconds.
void addTime(ordered_json& json, const std::string& name, double tau, const TimeWords& words) {
  if (!words.inSteps()) return;
  json[name + "_steps"] = numberOrNull(tau / words.step);
  if (words.seconds > 0) json[name + "_seconds"] = numberOrNull(tau / words.step * words.seconds);
}

ordered_json cycleToJson(const LimitCycle& cycle, const TimeWords& words) {
  ordered_json json;
  json["status"] = nameOf(cycle.status);
  json["message"] = cycle.message;
  json["stability"] = nameOf(cycle.stability);
  const bool found = cycle.status == CycleStatus::found;
  json["period"] = found ? numberOrNull(cycle.period) : ordered_json(nullptr);
  if (found) addTime(json, "period", cycle.period, words);
  json["amplitude"] = found ? numberOrNull(cycle.amplitude) : ordered_json(nullptr);
  json["residual"] = found ? numberOrNull(cycle.residual) : ordered_json(nullptr);
  const Index shown = std::min(kLeading, cycle.multipliers.size());
  json["multipliers"] = eigenvaluesToJson(cycle.multipliers.head(shown));
  json["trivial_multiplier"] = cycle.trivial >= 0 ? ordered_json(cycle.trivial + 1) : ordered_json(nullptr);
  json["trivial_error"] = cycle.trivial >= 0 ? numberOrNull(cycle.trivialError) : ordered_json(nullptr);
  json["starts"] = cycle.starts.size();
  json["orbit"] = matrixToJson(cycle.points.transpose());
  return json;
}

ordered_json manifoldToJson(const SlowManifold& line, const TimeWords& words) {
  ordered_json json;
  json["status"] = nameOf(line.status);
  const bool found = line.isFound() || line.repels;
  json["name"] = found ? ordered_json(line.name()) : ordered_json(nullptr);
  json["message"] = line.message;
  const auto ifFound = [found](double value) { return found ? numberOrNull(value) : ordered_json(nullptr); };
  json["dimension"] = found ? ordered_json(line.dimension) : ordered_json(nullptr);
  json["drifting"] = found ? ordered_json(line.drifting) : ordered_json(nullptr);
  json["round_time"] = line.roundTime > 0 ? ordered_json(line.roundTime) : ordered_json(nullptr);
  if (line.roundTime > 0) addTime(json, "round", line.roundTime, words);
  json["extent"] = ifFound(line.extent);
  json["narrowest"] = ifFound(line.narrowest);
  json["slow_tau"] = ifFound(line.slowTau);
  json["fast_tau"] = ifFound(line.fastTau);
  if (found) addTime(json, "slow", line.slowTau, words);
  if (found) addTime(json, "fast", line.fastTau, words);
  json["at_rest"] = found ? ordered_json(line.isAtRest) : ordered_json(nullptr);
  json["fastest"] = ifFound(line.fastest);
  json["mean_speed"] = ifFound(line.meanSpeed);
  json["stable_points"] = found ? ordered_json(line.stablePoints) : ordered_json(nullptr);
  json["other_points"] = found ? ordered_json(line.otherPoints) : ordered_json(nullptr);
  json["angle_to_activity"] = ifFound(line.alignment.angle);
  json["activity_share"] = ifFound(line.alignment.varianceShare);
  json["largest_share"] = ifFound(line.alignment.largestShare);
  json["directions"] = matrixToJson(line.directions.transpose());
  json["speeds"] = vectorToJson(line.speeds);
  return json;
}

ordered_json exponentsToJson(const LyapunovSpectrum& exponents, const TimeWords& words) {
  ordered_json json;
  json["status"] = nameOf(exponents.status);
  json["message"] = exponents.message;
  json["exponents"] = vectorToJson(exponents.exponents);
  if (words.inSteps()) json["exponents_per_step"] = vectorToJson(exponents.exponents * words.step);
  json["standard_errors"] = vectorToJson(exponents.standardErrors);
  json["kaplan_yorke"] = numberOrNull(exponents.kaplanYorke);
  json["averaged"] = numberOrNull(exponents.duration);
  return json;
}

// Numbers count from 1 in the list of its kind.
ordered_json coexistingToJson(const Attractors& attractors) {
  ordered_json json;
  json["runs"] = attractors.runs;
  json["untold"] = attractors.untoldRuns;
  json["message"] = attractors.coexistenceText();
  json["attractors"] = ordered_json::array();
  for (const CoexistingAttractor& one : attractors.coexisting) {
    ordered_json entry;
    entry["kind"] = keyhole::nameOf(one.kind);
    const bool listed = one.kind == AttractorKind::point || one.kind == AttractorKind::cycle ||
                        one.kind == AttractorKind::continuum || one.kind == AttractorKind::slowPoint;
    entry["number"] = listed ? ordered_json(one.index + 1) : ordered_json(nullptr);
    entry["runs"] = one.runs.size();
    entry["share"] = numberOrNull(one.share);
    json["attractors"].push_back(entry);
  }
  return json;
}

ordered_json stepCycleToJson(const StepCycle& cycle) {
  ordered_json json;
  json["period_steps"] = cycle.period;
  json["stability"] = nameOf(cycle.stability);
  json["amplitude"] = numberOrNull(cycle.amplitude());
  json["residual"] = numberOrNull(cycle.residual);
  const Index shown = std::min(kLeading, cycle.multipliers.size());
  json["multipliers"] = eigenvaluesToJson(cycle.multipliers.head(shown));
  json["runs"] = cycle.runs;
  json["orbit"] = matrixToJson(cycle.points.transpose());
  return json;
}

// Null: there is none.
ordered_json centreToJson(const Centre& centre) {
  if (!centre.isFound()) return nullptr;
  ordered_json json;
  json["message"] = centre.message;
  json["periods"] = vectorToJson(centre.periods);
  json["grows"] = centre.drifts;
  return json;
}

// Null: not looked for.
ordered_json inStepsToJson(const StepAttractors& found) {
  if (!(found.alpha > 0)) return nullptr;
  ordered_json json;
  json["message"] = found.message;
  json["cycles"] = ordered_json::array();
  for (const StepCycle& cycle : found.cycles) json["cycles"].push_back(stepCycleToJson(cycle));
  json["stable"] = found.stableCycles();
  json["continua_of_cycles"] = found.continua;
  json["two_steps"] = keyhole::nameOf(found.twoSteps);
  json["runs"] = found.runs;
  json["at_points"] = found.resting;
  json["on_cycles"] = found.repeating;
  json["chaotic"] = found.chaotic;
  json["exponent"] = found.chaotic > 0 ? numberOrNull(found.exponent) : ordered_json(nullptr);
  json["unresolved"] = found.unresolved;
  json["diverging"] = found.diverging;
  return json;
}

}  // namespace

ordered_json attractorsToJson(const Attractors& attractors) {
  const TimeWords& words = attractors.words;
  ordered_json json;
  json["summary"] = attractors.sentences();
  json["part"] = attractors.isPart() ? ordered_json(attractors.stoppedAt) : ordered_json(nullptr);
  json["alpha"] = attractors.alpha;
  json["tau_steps"] = words.inSteps() ? ordered_json(1 / words.step) : ordered_json(nullptr);
  json["points"] = pointsToJson(attractors);
  json["cycles"] = ordered_json::array();
  for (const LimitCycle& cycle : attractors.cycles) json["cycles"].push_back(cycleToJson(cycle, words));
  json["centre"] = centreToJson(attractors.centre);
  json["centre_in_steps"] = centreToJson(attractors.centreInSteps);
  json["slow_line"] = manifoldToJson(attractors.line, words);
  json["continua"] = ordered_json::array();
  for (const SlowManifold& one : attractors.continua) json["continua"].push_back(manifoldToJson(one, words));
  json["repelling"] = ordered_json::array();
  for (const SlowManifold& one : attractors.repelling)
    json["repelling"].push_back(manifoldToJson(one, words));
  json["coexisting"] = coexistingToJson(attractors);
  json["lyapunov"] = exponentsToJson(attractors.exponents, words);
  json["in_steps"] = inStepsToJson(attractors.inSteps);
  json["seconds"] = attractors.seconds;
  return json;
}

}  // namespace keyhole
