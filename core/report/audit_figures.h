// The figures of an audit's report as files of their own: vector graphics, and the numbers behind them.
#pragma once

#include "core/report/audit_report.h"

#include <string>
#include <vector>

namespace keyhole {

bool isFigure(const ReportBlock& block);

struct AuditFigure {
  std::string name;   // of its files, without an ending: "2-prediction-map"
  std::string title;  // the plot's own
  ReportBlock block;
};

// In the order of the report.
std::vector<AuditFigure> auditFigures(const AuditReport& report);
std::vector<AuditFigure> auditFigures(const ReportSection& section);

// A file of its own.
std::string figureSvg(const ReportBlock& block);

// A row for each point, with the name of its line and, if it has any, of its panel, and its interval (empty:
// not known); straight lines over the whole plot have no place along it. Of bars a row for each.
std::string figureCsv(const ReportBlock& block);

// NAME.svg and NAME.csv of each, and report.json, which says of what: all of them or none. Throws InputError.
void writeAuditFigures(const AuditReport& report, const std::string& folder);

}  // namespace keyhole
