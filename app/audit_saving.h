// What of an audit is saved as files.
#pragma once

#include "core/report/audit_report.h"

#include <QString>

namespace keyhole {

// As HTML, PDF or JSON, by the ending. Throws InputError.
void saveAuditReport(const AuditReport& report, const QString& path);

// A figure of it as PDF, SVG or PNG (300 dpi), by the ending, and the numbers behind it beside it, in the
// file that numbersPath() names. Throws InputError.
void saveAuditFigure(const ReportBlock& figure, const QString& path);
QString numbersPath(const QString& path);  // "a.pdf": "a-numbers.csv"

}  // namespace keyhole
