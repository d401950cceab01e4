// The folder of independently computed reference cases (environment variable KEYHOLE_REFERENCE).
#pragma once

#include "core/common/types.h"

#include <nlohmann/json.hpp>

#include <string>

namespace keyhole::test {

bool haveReference();                                   // the variable names a folder
Matrix referenceArray(const std::string& name);         // NAME.npy, as stored (time x neurons)
nlohmann::json referenceJson(const std::string& name);  // NAME.json
ComplexVector complexValues(const nlohmann::json& pairs);
Matrix matrixOf(const nlohmann::json& rows);

}  // namespace keyhole::test

#define SKIP_WITHOUT_REFERENCE()                                 \
  if (!keyhole::test::haveReference())                           \
  QSKIP(                                                         \
      "KEYHOLE_REFERENCE does not name the folder of reference " \
      "cases")
