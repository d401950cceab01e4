#include "core/report/order_report.h"

#include "core/common/nan.h"
#include "core/io/json_values.h"
#include "core/report/csv_cells.h"

#include <complex>

namespace keyhole {
namespace {

std::string wordFor(Counted counted) {
  return counted == Counted::latents ? "latents" : "states";
}

std::complex<double> leadingOf(const ScoredPoint& point) {
  return point.order.eigenvalues.size() > 0 ? point.order.eigenvalues(0) : std::complex<double>(kNaN, kNaN);
}

}  // namespace

std::string orderCsv(const OrderResult& result) {
  std::string text = wordFor(result.counted) +
                     ",held_out,standard_error,line_attractor_score,line_attractor_status,lambda1_re,"
                     "lambda1_im,status,chosen\n";
  for (const auto& point : result.points) {
    const OrderPoint& order = point.order;
    const auto leading = leadingOf(point);
    text += std::to_string(order.number) + "," + csvCell(order.heldOut) + "," + csvCell(order.standardError) +
            "," + csvCell(point.score.value) + "," + nameOf(point.score.status) + "," +
            csvCell(leading.real()) + "," + csvCell(leading.imag()) + "," + nameOf(order.status) + "," +
            (order.number == result.chosen ? "1" : "0") + "\n";
  }
  return text;
}

nlohmann::ordered_json orderJson(const OrderResult& result) {
  nlohmann::ordered_json json;
  json["counted"] = wordFor(result.counted);
  json["measure"] = measureOf(result.counted);
  json["folds"] = result.folds;
  json["chosen"] = result.chosen > 0 ? nlohmann::ordered_json(result.chosen) : nullptr;
  json["caution"] = result.caution;
  json["points"] = nlohmann::ordered_json::array();
  for (const auto& point : result.points) {
    nlohmann::ordered_json entry;
    entry[wordFor(result.counted)] = point.order.number;
    entry["held_out"] = numberOrNull(point.order.heldOut);
    entry["standard_error"] = numberOrNull(point.order.standardError);
    entry["blocks"] = vectorToJson(point.order.blocks);
    entry["line_attractor_score"] = numberOrNull(point.score.value);
    entry["line_attractor_status"] = nameOf(point.score.status);
    entry["eigenvalues"] = eigenvaluesToJson(point.order.eigenvalues);
    entry["status"] = nameOf(point.order.status);
    json["points"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace keyhole
