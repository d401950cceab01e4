// Numbers and matrices in JSON: what is not finite is null.
#pragma once

#include "core/common/types.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace keyhole {

nlohmann::ordered_json numberOrNull(double value);
nlohmann::ordered_json vectorToJson(ConstVectorRef values);
nlohmann::ordered_json numbersToJson(const std::vector<double>& values);
nlohmann::ordered_json matrixToJson(ConstMatrixRef values);             // rows of numbers
nlohmann::ordered_json eigenvaluesToJson(const ComplexVector& values);  // [[re, im], …]

// Back, null as NaN. Throw nlohmann::ordered_json::exception: no number, no list of them.
double numberFromJson(const nlohmann::ordered_json& value);
std::vector<double> numbersFromJson(const nlohmann::ordered_json& list);

// Throws InputError naming `name` unless the value is an array of equally long arrays of numbers.
Matrix matrixFromJson(const nlohmann::json& value, const std::string& name);

}  // namespace keyhole
