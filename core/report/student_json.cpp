#include "core/report/student_json.h"

#include "core/analysis/spectrum.h"
#include "core/fitting/latent/lds_model.h"
#include "core/io/json_values.h"

#include <cmath>

namespace keyhole {
namespace {

using nlohmann::ordered_json;

void addEmission(ordered_json& json, const Emission& emission) {
  json["emission"] = matrixToJson(emission.C);
  json["emission_input"] = matrixToJson(emission.G);
  json["emission_bias"] = vectorToJson(emission.c);
  json["emission_var"] = vectorToJson(emission.R);
}

void addLatent(ordered_json& json, const LdsModel& model) {
  json["transition"] = matrixToJson(model.F);
  json["input_matrix"] = matrixToJson(model.V);
  json["dynamics_bias"] = vectorToJson(model.b);
  json["dynamics_cov"] = matrixToJson(model.Q);
  addEmission(json, {model.C, model.G, model.c, model.R});
  json["initial_mean"] = vectorToJson(model.mu0);
  json["initial_covariance"] = matrixToJson(model.P0);
}

ordered_json spectrumJson(const ComplexVector& values, double alpha, bool fewSteps) {
  Spectrum spectrum = spectrumOf(values, alpha);
  spectrum.fewSteps = fewSteps;
  const LineAttractorScore score = lineAttractorScore(spectrum);
  ordered_json json;
  json["line_attractor_score"] = numberOrNull(score.value);
  json["line_attractor_status"] = nameOf(score.status);
  json["eigenvalues"] = eigenvaluesToJson(values);
  return json;
}

// Of the steps that a discrete state holds.
bool stateRestsOnFewSteps(const Student& student, std::size_t k) {
  Student part;
  part.A = student.switching->A[k];
  part.V = student.switching->V[k];
  part.b = student.switching->b[k];
  part.steps = std::lround(occupancy(*student.switching, k) * static_cast<double>(student.steps));
  return student.steps > 0 && (part.steps == 0 || restsOnFewSteps(part));
}

void addSwitching(ordered_json& json, const Student& student) {
  const Switching& parts = *student.switching;
  json["states"] = ordered_json::array();
  for (std::size_t k = 0; k < parts.A.size(); ++k) {
    ordered_json state;
    state["occupancy"] = occupancy(parts, k);
    state["dynamics"] = matrixToJson(parts.A[k]);
    state.update(
        spectrumJson(spectrumOf(parts.A[k], false).values, student.alpha, stateRestsOnFewSteps(student, k)));
    state["input_weights"] = matrixToJson(parts.V[k]);
    state["drive"] = vectorToJson(parts.b[k]);
    state["noise_covariance"] = parts.Q.empty() ? ordered_json(nullptr) : matrixToJson(parts.Q[k]);
    json["states"].push_back(std::move(state));
  }
  json["log_transition"] = matrixToJson(parts.logTransition);
  if (parts.W.rows() > 0) json["recurrent_weights"] = matrixToJson(parts.W);
  if (parts.w.size() > 0) json["recurrent_bias"] = vectorToJson(parts.w);
  json["path"] = parts.path;
}

// What no other key holds, time in rows.
ordered_json restOf(const Student& student) {
  const auto orNull = [](bool there, auto&& make) { return there ? make() : ordered_json(nullptr); };
  ordered_json json;
  json["alpha"] = student.alpha;
  json["alpha_assumed"] = student.alphaAssumed;
  json["phi"] = nameOf(student.phi);
  json["convention"] = nameOf(student.convention);
  json["input_at_arrival"] = student.inputAtArrival;
  json["seen"] = student.seen;
  json["time_points"] = student.timePoints;
  json["steps"] = student.steps;
  json["input_weights"] = matrixToJson(student.V);
  json["drive"] = orNull(student.b.size() > 0, [&] { return vectorToJson(student.b); });
  json["drive_inside"] = orNull(student.inner.size() > 0, [&] { return vectorToJson(student.inner); });
  json["noise_covariance"] = orNull(student.Q.size() > 0, [&] { return matrixToJson(student.Q); });
  json["inferred_states"] =
      orNull(student.states.size() > 0, [&] { return matrixToJson(student.states.transpose()); });
  if (student.switching) {
    json["posterior"] = matrixToJson(student.switching->posterior.transpose());
    if (student.switching->visits.size() > 0) json["visits"] = vectorToJson(student.switching->visits);
  }
  if (!student.restarts.empty()) json["shown_start"] = student.shownRestart + 1;
  return json;
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
  if (student.emission && !student.latent) addEmission(json, *student.emission);
  if (student.switching) addSwitching(json, student);
  if (student.hiddenUnits() > 0) json["hidden_units"] = student.hiddenUnits();
  if (student.A.size() > 0) json["student"] = restOf(student);
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
    entry.update(spectrumJson(restart.eigenvalues, student.alpha, restsOnFewSteps(student)));
    entry[likelihood ? "log_likelihood" : "loss"] = numberOrNull(restart.objective);
    if (!restart.start.empty()) {
      entry["start"] = restart.start;
      entry["status"] = restart.givenUp ? "given up" : nameOf(restart.status);
      if (restart.givenUp) entry["given_up_while"] = nameOf(restart.status);
      entry["iterations"] = restart.iterations;
    }
    json["restarts"].push_back(std::move(entry));
  }
}

}  // namespace keyhole
