// The options of `keyhole fit` that choose and steer a method: each is a setting of the fit stage under a
// shorter name.
#pragma once

#include "core/experiment/settings/fit_options.h"

#include <CLI/CLI.hpp>

#include <deque>
#include <map>
#include <string>

namespace keyhole::cli {

class FitOptions {
 public:
  void addTo(CLI::App& command);

  // Of a recording. Throws InputError: an unknown method, one that needs a known teacher, an option out of
  // range, or one that means nothing for the method.
  Settings settings(const std::string& method) const;

  // Whether the number of latents was asked for.
  bool latentsAreGiven() const;

  // The emissions of --emissions-from, or none. Throws InputError.
  std::optional<LdsModel> heldEmissions() const;

 private:
  std::map<std::string, std::string> m_texts;  // per setting's key, as typed; empty: not given
  bool m_noBias = false, m_noDirect = false, m_stable = false, m_notRecurrent = false;
  std::string m_emissionsFile;
  std::vector<std::string> m_assignments;  // --set
};

}  // namespace keyhole::cli
