// The report of an audit on paper.
#pragma once

#include "core/report/audit_report.h"

#include <QString>

namespace keyhole {

// A4, text as text, figures as lines; the limits of the method on the first page, page numbers below. The
// same report gives the same bytes. Needs a QApplication (any platform) and belongs in its thread. Written
// whole or not at all. Throws InputError.
void writeAuditPdf(const AuditReport& report, const QString& path);

}  // namespace keyhole
