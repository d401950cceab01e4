// Numbers of latents or states as JSON and as a table.
#pragma once

#include "core/experiment/studies/order.h"

#include <nlohmann/json.hpp>

#include <string>

namespace keyhole {

// One row per number: keys as the header; what is undefined is an empty cell.
std::string orderCsv(const OrderResult& result);
// An object: counted, measure, folds, chosen (null for none), caution, points; null where undefined.
nlohmann::ordered_json orderJson(const OrderResult& result);

}  // namespace keyhole
