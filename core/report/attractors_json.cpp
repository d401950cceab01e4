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

ordered_json pointToJson(const FixedPoint& point) {
  ordered_json json;
  json["kind"] = nameOf(point.kind);
  json["stability"] = nameOf(point.local.stability);
  json["residual"] = numberOrNull(point.residual);
  json["q"] = numberOrNull(point.q);
  json["gradient"] = numberOrNull(point.gradient);
  json["starts"] = point.starts;
  json["iterations"] = point.iterations;
  json["region"] = point.region;
  const ComplexVector& values = point.local.eigenvalues;
  json["eigenvalues"] = eigenvaluesToJson(values.head(std::min(kLeading, values.size())));
  json["modes"] = directionsToJson(point.local.modes);
  json["position"] = vectorToJson(point.position);
  return json;
}

ordered_json pointsToJson(const FixedPoints& points) {
  ordered_json json;
  json["status"] = nameOf(points.status);
  json["message"] = points.message;
  json["starts"] = points.searchedStarts;
  json["virtual"] = points.virtualPoints;
  json["omitted"] = points.omittedPoints;
  json["continuum"] = matrixToJson(points.continuum.transpose());
  json["points"] = ordered_json::array();
  for (const FixedPoint& point : points.points) json["points"].push_back(pointToJson(point));
  return json;
}

ordered_json cycleToJson(const LimitCycle& cycle) {
  ordered_json json;
  json["status"] = nameOf(cycle.status);
  json["message"] = cycle.message;
  json["stability"] = nameOf(cycle.stability);
  const bool found = cycle.status == CycleStatus::found;
  json["period"] = found ? numberOrNull(cycle.period) : ordered_json(nullptr);
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

ordered_json lineToJson(const SlowManifold& line) {
  ordered_json json;
  json["status"] = nameOf(line.status);
  json["message"] = line.message;
  const bool found = line.status == SlowManifoldStatus::line || line.status == SlowManifoldStatus::ring;
  const auto ifFound = [found](double value) { return found ? numberOrNull(value) : ordered_json(nullptr); };
  json["extent"] = ifFound(line.extent);
  json["slow_tau"] = ifFound(line.slowTau);
  json["fast_tau"] = ifFound(line.fastTau);
  json["angle_to_activity"] = ifFound(line.alignment.angle);
  json["activity_share"] = ifFound(line.alignment.varianceShare);
  json["largest_share"] = ifFound(line.alignment.largestShare);
  json["directions"] = matrixToJson(line.directions.transpose());
  json["speeds"] = vectorToJson(line.speeds);
  return json;
}

ordered_json exponentsToJson(const LyapunovSpectrum& exponents) {
  ordered_json json;
  json["status"] = nameOf(exponents.status);
  json["message"] = exponents.message;
  json["exponents"] = vectorToJson(exponents.exponents);
  json["standard_errors"] = vectorToJson(exponents.standardErrors);
  json["kaplan_yorke"] = numberOrNull(exponents.kaplanYorke);
  return json;
}

}  // namespace

ordered_json attractorsToJson(const Attractors& attractors) {
  ordered_json json;
  json["points"] = pointsToJson(attractors.points);
  json["cycles"] = ordered_json::array();
  for (const LimitCycle& cycle : attractors.cycles) json["cycles"].push_back(cycleToJson(cycle));
  json["slow_line"] = lineToJson(attractors.line);
  json["lyapunov"] = exponentsToJson(attractors.exponents);
  json["seconds"] = attractors.seconds;
  return json;
}

}  // namespace keyhole
