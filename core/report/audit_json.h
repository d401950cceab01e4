// The audit of a recording as JSON. Keys: `keyhole audit --help`. A part that was not made is absent, and
// `not_done` names it with the reason.
#pragma once

#include "core/audit/audit.h"

#include <nlohmann/json.hpp>

namespace keyhole {

nlohmann::ordered_json auditToJson(const Audit& audit);

}  // namespace keyhole
