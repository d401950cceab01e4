// The report of an audit as pieces of a page. Internals of audit_pdf.h.
#pragma once

#include "core/report/audit_report.h"
#include "widgets/plots/paper_pages.h"

#include <memory>
#include <vector>

namespace keyhole {

class ReportFigure;

// Lengths in points; `scale` is how many units of the device are one.
struct PaperSize {
  static constexpr double kWidth = 595, kHeight = 842, kMargin = 50, kFooter = 20;
  static constexpr double kTextWidth = kWidth - 2 * kMargin;
  static constexpr double kTextHeight = kHeight - 2 * kMargin - kFooter;
  double scale = 1;
};

struct AuditPaper {
  std::vector<PaperPiece> pieces;
  std::vector<std::shared_ptr<ReportFigure>> figures;  // that pieces draw
};

AuditPaper auditPaper(const AuditReport& report, const PaperSize& size);

}  // namespace keyhole
