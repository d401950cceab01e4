// The report in a session, and back.
#include "core/common/error.h"
#include "core/io/json_values.h"
#include "core/report/audit_report.h"

namespace keyhole {
namespace {

using nlohmann::ordered_json;

ordered_json plotJson(const SvgPlot& plot) {
  ordered_json json = {{"title", plot.title},
                       {"x", plot.xLabel},
                       {"y", plot.yLabel},
                       {"log_x", plot.logX},
                       {"log_y", plot.logY},
                       {"y_from", numberOrNull(plot.yFrom)},
                       {"y_to", numberOrNull(plot.yTo)},
                       {"panels", plot.panels},
                       {"levels", ordered_json::array()},
                       {"lines", ordered_json::array()}};
  for (const auto& level : plot.levels)
    json["levels"].push_back(
        {{"value", numberOrNull(level.value)}, {"label", level.label}, {"style", level.style}});
  for (const auto& line : plot.lines)
    json["lines"].push_back({{"x", numbersToJson(line.x)},
                             {"y", numbersToJson(line.y)},
                             {"low", numbersToJson(line.low)},
                             {"high", numbersToJson(line.high)},
                             {"colour", line.colour},
                             {"label", line.label},
                             {"dots", line.dots},
                             {"style", line.style},
                             {"panel", line.panel},
                             {"beside", line.beside}});
  return json;
}

SvgPlot plotFrom(const ordered_json& json) {
  SvgPlot plot{json.at("title"), json.at("x"), json.at("y"), json.at("log_x"), json.at("log_y"), {}};
  plot.yFrom = numberFromJson(json.at("y_from"));
  plot.yTo = numberFromJson(json.at("y_to"));
  plot.panels = json.at("panels").get<std::vector<std::string>>();
  for (const auto& level : json.at("levels"))
    plot.levels.push_back({numberFromJson(level.at("value")), level.at("label"), level.at("style")});
  for (const auto& line : json.at("lines"))
    plot.lines.push_back({numbersFromJson(line.at("x")), numbersFromJson(line.at("y")), line.at("colour"),
                          line.at("label"), numbersFromJson(line.at("low")), numbersFromJson(line.at("high")),
                          line.at("dots"), line.at("style"), line.at("panel"), line.at("beside")});
  return plot;
}

ordered_json blockJson(const ReportBlock& block) {
  if (block.table) return {{"head", block.table->head}, {"rows", block.table->rows}};
  if (block.plot) return {{"plot", plotJson(*block.plot)}};
  if (!block.list.empty()) return {{"list", block.list}};
  if (!block.code.empty()) return {{"code", block.code}};
  if (block.bars.empty()) return {{"text", block.text}};
  ordered_json json = {{"title", block.barsTitle}, {"bars", ordered_json::array()}};
  for (const auto& bar : block.bars)
    json["bars"].push_back(
        {{"label", bar.label}, {"value", numberOrNull(bar.value)}, {"error", numberOrNull(bar.error)}});
  return json;
}

ReportBlock blockFrom(const ordered_json& json) {
  ReportBlock block;
  if (json.contains("head"))
    block.table = ReportTable{json.at("head"), json.at("rows")};
  else if (json.contains("plot"))
    block.plot = plotFrom(json.at("plot"));
  else if (json.contains("list"))
    block.list = json.at("list").get<std::vector<std::string>>();
  else if (json.contains("code"))
    block.code = json.at("code");
  else if (json.contains("bars")) {
    block.barsTitle = json.at("title");
    for (const auto& bar : json.at("bars"))
      block.bars.push_back(
          {bar.at("label"), numberFromJson(bar.at("value")), numberFromJson(bar.at("error"))});
  } else {
    block.text = json.at("text");
  }
  return block;
}

}  // namespace

ordered_json auditReportToJson(const AuditReport& report) {
  ordered_json json = {{"title", report.title},         {"refusal", report.refusal},
                       {"sentences", report.sentences}, {"limits", report.limits},
                       {"data_hash", report.dataHash},  {"of", report.of}};
  json["slow_mode"] = nullptr;
  if (const auto& odds = report.odds)
    json["slow_mode"] = {{"probability", odds->probability},
                         {"standard_error", numberOrNull(odds->standardError)},
                         {"prior", odds->prior},
                         {"likelihood_ratio", numberOrNull(odds->likelihoodRatio)},
                         {"readers_prior", numberOrNull(odds->readersPrior)}};
  json["sections"] = ordered_json::array();
  for (const auto& section : report.sections) {
    ordered_json one = {
        {"key", section.key}, {"heading", section.heading}, {"blocks", ordered_json::array()}};
    for (const auto& block : section.blocks) one["blocks"].push_back(blockJson(block));
    json["sections"].push_back(std::move(one));
  }
  return json;
}

AuditReport auditReportFromJson(const ordered_json& json, const std::string& name) {
  try {
    AuditReport report;
    report.title = json.at("title");
    report.refusal = json.at("refusal");
    report.sentences = json.at("sentences").get<std::vector<std::string>>();
    report.limits = json.at("limits").get<std::vector<std::string>>();
    report.dataHash = json.at("data_hash");
    report.of = json.at("of");
    if (const auto& odds = json.at("slow_mode"); !odds.is_null())
      report.odds =
          ReportOdds{odds.at("probability"), numberFromJson(odds.at("standard_error")), odds.at("prior"),
                     numberFromJson(odds.at("likelihood_ratio")), numberFromJson(odds.at("readers_prior"))};
    for (const auto& section : json.at("sections")) {
      report.sections.push_back({section.at("key"), section.at("heading"), {}});
      for (const auto& block : section.at("blocks"))
        report.sections.back().blocks.push_back(blockFrom(block));
    }
    return report;
  } catch (const ordered_json::exception& error) {
    throw InputError(name + " has an audit that cannot be read (" + error.what() +
                     "); allowed: one saved by this program");
  }
}

}  // namespace keyhole
