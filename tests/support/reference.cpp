#include "tests/support/reference.h"

#include "core/io/npy.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace keyhole::test {
namespace {

std::filesystem::path folder() {
  const char* name = std::getenv("KEYHOLE_REFERENCE");
  return name ? name : "";
}

}  // namespace

bool haveReference() {
  return !folder().empty() && std::filesystem::is_directory(folder());
}

Matrix referenceArray(const std::string& name) {
  return readNpy((folder() / (name + ".npy")).string());
}

nlohmann::json referenceJson(const std::string& name) {
  std::ifstream file(folder() / (name + ".json"));
  return nlohmann::json::parse(file);
}

ComplexVector complexValues(const nlohmann::json& pairs) {
  ComplexVector values(static_cast<Index>(pairs.size()));
  for (std::size_t i = 0; i < pairs.size(); ++i)
    values(static_cast<Index>(i)) = {pairs[i][0].get<double>(), pairs[i][1].get<double>()};
  return values;
}

Matrix matrixOf(const nlohmann::json& rows) {
  Matrix matrix(static_cast<Index>(rows.size()), static_cast<Index>(rows[0].size()));
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows[i].size(); ++j)
      matrix(static_cast<Index>(i), static_cast<Index>(j)) = rows[i][j].get<double>();
  return matrix;
}

}  // namespace keyhole::test
