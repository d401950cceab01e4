#include "app/cli/fit_options.h"

#include "app/cli/option_values.h"
#include "core/common/error.h"
#include "core/experiment/settings/fit_methods.h"
#include "core/io/file_bytes.h"
#include "core/io/json_values.h"

#include <algorithm>

namespace keyhole::cli {
namespace {

struct Option {
  const char* name;
  const char* key;
  const char* help;
};

// Help texts end where the settings' own help says more.
constexpr Option kOptions[] = {
    {"--rho", "fit.rho", "map: ridge, from 0 (default 0.001)"},
    {"--phi", "fit.phi", "map, force, bptt: transfer function, linear (default) or tanh"},
    {"--offset", "fit.offset",
     "map, cornn, force, bptt: constant drive b (cornn: inside of tanh): auto (default: on, since a "
     "recording has a mean), on or off"},
    {"--latents", "fit.latents",
     "Dimension of the latent state (default 5, or all channels that vary if those are fewer)"},
    {"--states", "fit.states", "Discrete states of slds (default 3)"},
    {"--iterations", "fit.iterations",
     "At most this many iterations, passes or epochs (default 0: the usual number, see keyhole list)"},
    {"--estimator", "fit.estimator", "lds: exact (default) or published"},
    {"--start", "fit.lds_start",
     "lds, exact: what EM starts from: several (default), subspace, pca, factors, annealed (falling noise "
     "floors), channels (latents that follow the channels that leave least of the others) or random"},
    {"--emissions", "fit.emissions",
     "orthonormal (default) or free: of lds the same models in other coordinates"},
    {"--noise", "fit.noise",
     "Dynamics noise: diagonal (default) or full: of lds, exact, the same models in other axes"},
    {"--emission-noise", "fit.emission_noise",
     "floor (default: diagonal, never below 1e-4 of a channel's variance), diagonal or isotropic"},
    {"--input-timing", "fit.input_timing",
     "lds: u[t] acts on x[t] (arrival, default) or u[t-1] does (departure)"},
    {"--weighting", "fit.weighting", "subspace: n4sid (default) or cva"},
    {"--loss", "fit.loss", "cornn: weighted (default), standard or robust"},
    {"--hidden", "fit.hidden", "bptt: hidden units (default 0)"},
    {"--seed", "fit.seed", "Seed of the fit's random start (default 1)"},
    {"--resamples", "analysis.resamples",
     "Resamples of blocks of the recording for the intervals of the claim of map and subspace (default 200; "
     "0: none)"},
    {"--resample-fits", "analysis.resample_fits",
     "Such resamples of lds, each a whole fit that begins with that of the recording (default 0: none)"},
    {"--simulations", "analysis.simulations",
     "Simulations of the student of map and subspace, to see whether the recording shows its memory "
     "(default 40; 0: none)"},
    {"--restarts", "fit.restarts",
     "Starts, the random ones with the seeds from --seed on (default 0: lds, exact, 5; else 1)"},
};

void setAs(Settings& settings, const std::string& option, const std::string& key, const std::string& text) {
  try {
    settings.setFromText(key, text);
  } catch (const InputError& error) {
    const std::string message = error.what();  // begins with the key
    throw InputError(option + message.substr(std::min(key.size(), message.size())));
  }
  if (settings.applies(settingRow(key))) return;
  // Named by what it waits for: the method, or an option of it.
  std::string reason = "--method " + settings.text("fit.method");
  if (settings.applies(settingRow("fit.estimator")) && settings.text("fit.estimator") == "published")
    reason += " --estimator published";
  throw InputError(option + " is " + text + ", which means nothing for " + reason +
                   "; allowed: leave it out");
}

// The long-time limits need a known teacher.
void requireMethod(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& method : fitMethods())
    if (fitsRecordings(method)) names.push_back(method.name);
  requireChoice("--method", name, names);
}

Matrix matrixAt(const nlohmann::json& stored, const char* key, const std::string& file) {
  if (!stored.contains(key))
    throw InputError("the emissions file " + file + " has no \"" + std::string(key) +
                     "\"; allowed: the result of keyhole fit --method lds");
  const nlohmann::json& value = stored[key];
  // A vector is taken for a column.
  if (value.is_array() && !value.empty() && value[0].is_number()) {
    nlohmann::json rows = nlohmann::json::array();
    for (const auto& entry : value) rows.push_back(nlohmann::json::array({entry}));
    return matrixFromJson(rows, file + ": " + key);
  }
  return matrixFromJson(value, file + ": " + key);
}

}  // namespace

void FitOptions::addTo(CLI::App& command) {
  for (const auto& option : kOptions)
    command.add_option(option.name, m_texts[option.key], option.help)->type_name("VALUE");
  command.add_flag("--no-bias", m_noBias, "Latent models: no constant drive b");
  command.add_flag("--no-direct", m_noDirect, "Latent models: the input does not act on the units directly");
  command.add_flag("--stable", m_stable, "lds: keep the spectral radius at or below 1");
  command.add_flag("--not-recurrent", m_notRecurrent, "slds: a Markov chain alone switches");
  command
      .add_option("--emissions-from", m_emissionsFile,
                  "lds: hold the emissions of an earlier result fixed (its JSON)")
      ->type_name("FILE.json");
  command
      .add_option("--set", m_assignments,
                  "Any other setting of the fit or the recording, see keyhole list: fit.KEY=VALUE")
      ->expected(1)
      ->take_all()
      ->type_name("KEY=VALUE");
}

Settings FitOptions::settings(const std::string& method) const {
  Settings settings;
  requireMethod(method);
  settings.set("teacher.kind", std::string("recording"));
  settings.set("fit.method", method);
  for (const auto& option : kOptions)
    if (const auto& text = m_texts.at(option.key); !text.empty())
      setAs(settings, option.name, option.key, text);
  if (m_noBias) setAs(settings, "--no-bias", "fit.bias", "false");
  if (m_noDirect) setAs(settings, "--no-direct", "fit.direct", "false");
  if (m_stable) setAs(settings, "--stable", "fit.stable", "true");
  if (m_notRecurrent) setAs(settings, "--not-recurrent", "fit.recurrent", "false");
  for (const auto& assignment : m_assignments)
    if (!assignment.starts_with("fit.") && !assignment.starts_with("recording."))
      throw InputError(
          "--set is " + assignment +
          "; allowed: a setting of the fit or of the recording, fit.KEY=VALUE, recording.KEY=VALUE");
  applySettings(settings, m_assignments);
  return settings;
}

bool FitOptions::latentsAreGiven() const {
  return !m_texts.at("fit.latents").empty() || !m_emissionsFile.empty() ||
         std::any_of(m_assignments.begin(), m_assignments.end(),
                     [](const std::string& text) { return text.starts_with("fit.latents="); });
}

std::optional<LdsModel> FitOptions::heldEmissions() const {
  if (m_emissionsFile.empty()) return {};
  nlohmann::json stored;
  try {
    stored = nlohmann::json::parse(readFileBytes(m_emissionsFile));
  } catch (const nlohmann::json::exception&) {
    throw InputError("the emissions file " + m_emissionsFile +
                     " is not JSON; allowed: the result of keyhole fit --method lds");
  }
  if (!stored.is_object())
    throw InputError("the emissions file " + m_emissionsFile +
                     " holds no object; allowed: the result of keyhole fit --method lds");
  LdsModel model;
  model.C = matrixAt(stored, "emission", m_emissionsFile);
  model.c = matrixAt(stored, "emission_bias", m_emissionsFile).reshaped();
  model.R = matrixAt(stored, "emission_var", m_emissionsFile).reshaped();
  model.G = Matrix(model.C.rows(), 0);
  const bool direct = stored.contains("emission_input") && !stored["emission_input"].is_null() &&
                      !(stored["emission_input"].is_array() &&
                        (stored["emission_input"].empty() || stored["emission_input"][0].empty()));
  if (direct) model.G = matrixAt(stored, "emission_input", m_emissionsFile);
  if (!(model.R.array() > 0).all())
    throw InputError("the emissions file " + m_emissionsFile + " has an emission_var of " +
                     toText(model.R.minCoeff()) + "; allowed: numbers above 0");
  return model;
}

}  // namespace keyhole::cli
