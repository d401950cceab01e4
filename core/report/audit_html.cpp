#include "core/report/audit_html.h"

namespace keyhole {
namespace {

constexpr const char* kStyle =
    "body{font-family:sans-serif;max-width:46em;margin:2em auto;padding:0 1em;line-height:1.45;color:#222}"
    "table{border-collapse:collapse;margin:.6em 0;font-size:.92em}td,th{border-bottom:1px solid #ccc;"
    "padding:.2em .8em .2em 0;text-align:left;vertical-align:top}.limits{background:#f4f0e6;padding:.6em "
    "1.2em;"
    "border-left:4px solid #D55E00}pre{white-space:pre-wrap;font-size:.8em}svg{max-width:100%;height:auto}";

std::string paragraph(const std::string& text) {
  return text.empty() ? std::string() : "<p>" + htmlText(text) + "</p>\n";
}

std::string listOf(const std::vector<std::string>& lines) {
  std::string text = "<ul>\n";
  for (const auto& line : lines) text += "<li>" + htmlText(line) + "</li>\n";
  return text + "</ul>\n";
}

std::string tableOf(const ReportTable& table) {
  const auto line = [](const std::vector<std::string>& cells, const std::string& tag) {
    std::string text = "<tr>";
    for (const auto& cell : cells) text += "<" + tag + ">" + htmlText(cell) + "</" + tag + ">";
    return text + "</tr>\n";
  };
  std::string text = "<table>\n" + line(table.head, "th");
  for (const auto& row : table.rows) text += line(row, "td");
  return text + "</table>\n";
}

}  // namespace

std::string blockHtml(const ReportBlock& block) {
  if (block.table) return tableOf(*block.table);
  if (!block.list.empty()) return listOf(block.list);
  if (!block.code.empty()) return "<pre>" + htmlText(block.code) + "</pre>\n";
  return paragraph(block.text);
}

std::string reportOpening(const AuditReport& report) {
  std::string text = "<h1>" + htmlText(report.title) +
                     "</h1>\n<div class=\"limits\"><p><b>What this can and cannot say</b></p>" +
                     listOf(report.limits) + "</div>\n";
  if (!report.refusal.empty()) text += "<p><b>" + htmlText(report.refusal) + ".</b></p>\n";
  for (const auto& sentence : report.sentences) text += paragraph(sentence);
  return text;
}

std::string auditHtml(const AuditReport& report) {
  std::string text = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" +
                     htmlText(report.title) + "</title><style>" + kStyle + "</style></head><body>\n" +
                     reportOpening(report);
  for (const auto& section : report.sections) {
    text += "<h2>" + htmlText(section.heading) + "</h2>\n";
    for (const auto& block : section.blocks) {
      if (block.plot)
        text += svgOf(*block.plot);
      else
        text += block.bars.empty() ? blockHtml(block) : svgOf(block.barsTitle, block.bars);
    }
  }
  return text + "</body></html>\n";
}

}  // namespace keyhole
