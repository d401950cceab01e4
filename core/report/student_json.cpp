#include "core/report/student_json.h"

#include "core/analysis/spectrum.h"
#include "core/fitting/latent/lds_model.h"
#include "core/io/json_values.h"

#include <cmath>

namespace keyhole {
namespace {

using nlohmann::ordered_json;

void addLatent(ordered_json& json, const LdsModel& model) {
  json["transition"] = matrixToJson(model.F);
  json["input_matrix"] = matrixToJson(model.V);
  json["dynamics_bias"] = vectorToJson(model.b);
  json["dynamics_cov"] = matrixToJson(model.Q);
  json["emission"] = matrixToJson(model.C);
  json["emission_input"] = matrixToJson(model.G);
  json["emission_bias"] = vectorToJson(model.c);
  json["emission_var"] = vectorToJson(model.R);
  json["initial_mean"] = vectorToJson(model.mu0);
  json["initial_covariance"] = matrixToJson(model.P0);
}

ordered_json spectrumJson(const ComplexVector& values, double alpha) {
  ordered_json json;
  json["line_attractor_score"] = numberOrNull(lineAttractorScore(spectrumOf(values, alpha)).value);
  json["eigenvalues"] = eigenvaluesToJson(values);
  return json;
}

void addSwitching(ordered_json& json, const Switching& parts, double alpha) {
  json["states"] = ordered_json::array();
  for (std::size_t k = 0; k < parts.A.size(); ++k) {
    ordered_json state;
    state["occupancy"] = occupancy(parts, k);
    state["dynamics"] = matrixToJson(parts.A[k]);
    state.update(spectrumJson(spectrumOf(parts.A[k], false).values, alpha));
    json["states"].push_back(std::move(state));
  }
  json["log_transition"] = matrixToJson(parts.logTransition);
  if (parts.W.rows() > 0) json["recurrent_weights"] = matrixToJson(parts.W);
  if (parts.w.size() > 0) json["recurrent_bias"] = vectorToJson(parts.w);
  json["path"] = parts.path;
}

}  // namespace

void addStudentParts(ordered_json& json, const Student& student) {
  const bool likelihood = student.latent || student.switching;
  const auto& cost = student.summary.cost;
  if (!cost.empty()) {
    const Vector values =
        (likelihood ? -1.0 : 1.0) * Vector::Map(cost.data(), static_cast<Index>(cost.size()));
    json[likelihood ? (student.switching ? "evidence_lower_bound" : "log_likelihood") : "loss"] =
        vectorToJson(values);
  }
  if (student.latent) addLatent(json, *student.latent);
  if (student.switching) addSwitching(json, *student.switching, student.alpha);
  if (student.hiddenUnits() > 0) json["hidden_units"] = student.hiddenUnits();
  if (std::isfinite(student.promisedRise)) json["promised_rise"] = student.promisedRise;
  if (student.noiseFloor) {
    auto channels = ordered_json::array();
    for (const Index i : student.noiseFloor->channels) channels.push_back(i + 1);
    json["noise_floor"] = {{"share", student.noiseFloor->share}, {"channels_at_floor", channels}};
  }
  if (student.restarts.empty()) return;
  json["restarts"] = ordered_json::array();
  for (const auto& restart : student.restarts) {
    ordered_json entry;
    entry["seed"] = restart.seed;
    entry.update(spectrumJson(restart.eigenvalues, student.alpha));
    entry[likelihood ? "log_likelihood" : "loss"] = numberOrNull(restart.objective);
    if (!restart.start.empty()) {
      entry["start"] = restart.start;
      entry["status"] = restart.givenUp ? "given up" : nameOf(restart.status);
      entry["iterations"] = restart.iterations;
    }
    json["restarts"].push_back(std::move(entry));
  }
}

}  // namespace keyhole
