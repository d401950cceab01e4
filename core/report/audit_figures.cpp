#include "core/report/audit_figures.h"

#include "core/io/file_bytes.h"
#include "core/io/staged_folder.h"
#include "core/report/csv_cells.h"
#include "core/report/json_text.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace keyhole {
namespace {

// "Latent LDS" as part of a file's name.
std::string inFileName(const std::string& text) {
  std::string name;
  for (const char c : text) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isalnum(letter))
      name += static_cast<char>(std::tolower(letter));
    else if (!name.empty() && name.back() != '-')
      name += '-';
  }
  while (name.ends_with('-')) name.pop_back();
  return name;
}

// "5" of "5. What else could have made it".
std::string numberIn(const std::string& heading) {
  const auto dot = heading.find(". ");
  const std::string number = heading.substr(0, dot == std::string::npos ? 0 : dot);
  return std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; }) ? number : "";
}

std::string joinedCells(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) line += (i > 0 ? "," : "") + cells[i];
  return line + "\n";
}

std::string plotCsv(const SvgPlot& plot) {
  const bool panels = !plot.panels.empty();
  const auto row = [&](const std::string& panel, std::vector<std::string> cells) {
    if (panels) cells.insert(cells.begin(), csvCell(panel));
    return joinedCells(cells);
  };
  std::string text = row("panel", {"line", csvCell(plot.xLabel), csvCell(plot.yLabel), "low", "high"});
  for (const auto& line : plot.lines)
    for (std::size_t i = 0; i < line.x.size() && i < line.y.size(); ++i) {
      const auto end = [&](const std::vector<double>& ends) {
        return i < ends.size() ? csvCell(ends[i]) : std::string();
      };
      text +=
          row(panels ? plot.panels[static_cast<std::size_t>(line.panel)] : std::string(),
              {csvCell(line.label), csvCell(line.x[i]), csvCell(line.y[i]), end(line.low), end(line.high)});
    }
  for (const auto& level : plot.levels)
    text += row("all", {csvCell(level.label), "", csvCell(level.value), "", ""});
  return text;
}

}  // namespace

bool isFigure(const ReportBlock& block) {
  return block.plot || !block.bars.empty();
}

std::vector<AuditFigure> auditFigures(const ReportSection& section) {
  std::vector<AuditFigure> figures;
  for (const auto& block : section.blocks)
    if (isFigure(block)) figures.push_back({{}, block.plot ? block.plot->title : block.barsTitle, block});
  const std::string number = numberIn(section.heading);
  for (auto& figure : figures)
    figure.name = (number.empty() ? "" : number + "-") + section.key +
                  (figures.size() > 1 ? "-" + inFileName(figure.title) : "");
  return figures;
}

std::vector<AuditFigure> auditFigures(const AuditReport& report) {
  std::vector<AuditFigure> all;
  for (const auto& section : report.sections)
    for (auto& figure : auditFigures(section)) all.push_back(std::move(figure));
  return all;
}

std::string figureSvg(const ReportBlock& block) {
  const std::string svg = block.plot ? svgOf(*block.plot) : svgOf(block.barsTitle, block.bars);
  return svg.empty() ? svg : "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svg;
}

std::string figureCsv(const ReportBlock& block) {
  if (block.plot) return plotCsv(*block.plot);
  std::string text = joinedCells({"name", csvCell(block.barsTitle), "standard error"});
  for (const auto& bar : block.bars)
    text += joinedCells({csvCell(bar.label), csvCell(bar.value), csvCell(bar.error)});
  return text;
}

void writeAuditFigures(const AuditReport& report, const std::string& folder) {
  StagedFolder staged(folder);
  const auto write = [&](const std::string& name, const std::string& bytes) {
    writeFileAtomically(staged.path() + "/" + name, bytes);
  };
  for (const auto& figure : auditFigures(report)) {
    if (const std::string svg = figureSvg(figure.block); !svg.empty()) write(figure.name + ".svg", svg);
    write(figure.name + ".csv", figureCsv(figure.block));
  }
  write("report.json", jsonText(auditReportToJson(report)));
  staged.commit();
}

}  // namespace keyhole
