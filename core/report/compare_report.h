// A comparison as a table of named numbers and texts: for the window, CSV and JSON alike.
#pragma once

#include "core/experiment/studies/compare.h"

#include <nlohmann/json.hpp>

namespace keyhole {

struct CompareColumn {
  std::string key;    // "held_out_free_run", in files
  std::string title;  // "free run (held out)", in the window
  std::string help;   // one sentence
  // A number (NaN where there is none) or a text; the text is shown, the number sorted by where there is one.
  std::function<double(const MethodRow&)> number;     // empty for texts
  std::function<std::string(const MethodRow&)> text;  // empty for numbers
  // Of a number its standard deviation over the splits, NaN where there are fewer than two; in files
  // "…_sd". Empty where none is known.
  std::function<double(const MethodRow&)> deviation = {};
};

const std::vector<CompareColumn>& compareColumns();

std::string compareCsv(
    const Comparison& comparison);  // keys as the header; what is undefined is an empty cell
nlohmann::ordered_json compareJson(
    const Comparison& comparison);  // an array of objects; null where undefined

}  // namespace keyhole
