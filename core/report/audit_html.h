// The audit of a recording as one HTML file: its limits first, each part with its sentence, its plot (inline
// SVG) and its numbers, then settings, seeds, version and the hash of the data, and a paragraph for a paper's
// methods section. No scripts, nothing from elsewhere.
#pragma once

#include "core/audit/audit.h"

#include <nlohmann/json.hpp>

#include <string>

namespace keyhole {

struct AuditProvenance {
  std::vector<std::string> files;
  std::string dataHash;  // fingerprint() of what was audited
  double seconds = 0;    // between two samples; 0: not known
  nlohmann::ordered_json run;
};

std::string auditHtml(const Audit& audit, const AuditProvenance& provenance);

// What was done, for a methods section.
std::string auditMethods(const Audit& audit, const AuditProvenance& provenance);

}  // namespace keyhole
