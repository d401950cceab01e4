#include "core/io/json_values.h"

#include "core/common/error.h"
#include "core/common/nan.h"

#include <cmath>

namespace keyhole {

using nlohmann::ordered_json;

ordered_json numberOrNull(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

ordered_json vectorToJson(ConstVectorRef values) {
  auto array = ordered_json::array();
  for (const double value : values) array.push_back(numberOrNull(value));
  return array;
}

ordered_json numbersToJson(const std::vector<double>& values) {
  return vectorToJson(Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size())));
}

ordered_json matrixToJson(ConstMatrixRef values) {
  auto rows = ordered_json::array();
  for (Index i = 0; i < values.rows(); ++i) rows.push_back(vectorToJson(Vector(values.row(i))));
  return rows;
}

ordered_json eigenvaluesToJson(const ComplexVector& values) {
  auto array = ordered_json::array();
  for (const auto& value : values)
    array.push_back(ordered_json::array({numberOrNull(value.real()), numberOrNull(value.imag())}));
  return array;
}

double numberFromJson(const ordered_json& value) {
  return value.is_null() ? kNaN : value.get<double>();
}

std::vector<double> numbersFromJson(const ordered_json& list) {
  std::vector<double> values;
  for (const auto& value : list) values.push_back(numberFromJson(value));
  return values;
}

Matrix matrixFromJson(const nlohmann::json& value, const std::string& name) {
  const auto refuse = [&] {
    throw InputError(name + " is no matrix; allowed: rows of numbers, all of one length");
  };
  if (!value.is_array() || value.empty() || !value[0].is_array()) refuse();
  Matrix matrix(static_cast<Index>(value.size()), static_cast<Index>(value[0].size()));
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!value[i].is_array() || value[i].size() != value[0].size()) refuse();
    for (std::size_t j = 0; j < value[i].size(); ++j) {
      if (!value[i][j].is_number()) refuse();
      matrix(static_cast<Index>(i), static_cast<Index>(j)) = value[i][j].get<double>();
    }
  }
  return matrix;
}

}  // namespace keyhole
