// The audit of a recording as one HTML file, its figures as inline SVG. No scripts, nothing from elsewhere.
#pragma once

#include "core/report/audit_report.h"

namespace keyhole {

std::string auditHtml(const AuditReport& report);

// A block without figures, for whoever draws those itself; empty of a figure.
std::string blockHtml(const ReportBlock& block);

// What stands before the parts: limits, refusal, sentence.
std::string reportOpening(const AuditReport& report);

}  // namespace keyhole
