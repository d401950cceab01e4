#include "widgets/plots/audit_pdf.h"

#include "core/io/file_bytes.h"
#include "widgets/plots/audit_paper.h"
#include "widgets/plots/pdf_bytes.h"
#include "widgets/plots/theme.h"

#include <QBuffer>
#include <QPdfWriter>
#include <qcustomplot.h>

#include <cmath>

namespace keyhole {
namespace {

constexpr int kPaperDpi = 1200;

void drawPiece(QCPPainter& painter, const PaperPiece& piece, const PlacedPiece& placed, double margin,
               double width) {
  const double y = margin + placed.y;
  if (piece.shade.isValid())
    painter.fillRect(QRectF(margin, y - placed.above, width, placed.above + piece.height), piece.shade);
  piece.draw(painter, margin, y);
}

void drawFooter(QCPPainter& painter, double scale, std::size_t page, std::size_t pages) {
  QFont font = Theme::print().font();
  font.setPixelSize(static_cast<int>(std::lround(font.pixelSize() * scale)));
  painter.setPen(Qt::black);
  painter.setFont(font);
  painter.drawText(QRectF(PaperSize::kMargin * scale,
                          (PaperSize::kHeight - PaperSize::kMargin - PaperSize::kFooter / 2) * scale,
                          PaperSize::kTextWidth * scale, PaperSize::kFooter * scale),
                   Qt::AlignRight, QString("%1 / %2").arg(page).arg(pages));
}

void drawPages(QPdfWriter& writer, const AuditPaper& paper, double scale) {
  const auto pages = placeOnPages(paper.pieces, PaperSize::kTextHeight * scale);
  QCPPainter painter;
  painter.begin(&writer);
  painter.setMode(QCPPainter::pmVectorized);
  painter.setMode(QCPPainter::pmNoCaching);
  painter.setMode(QCPPainter::pmNonCosmetic);
  for (std::size_t page = 0; page < pages.size(); ++page) {
    if (page > 0) writer.newPage();
    for (const auto& placed : pages[page])
      drawPiece(painter, paper.pieces[placed.piece], placed, PaperSize::kMargin * scale,
                PaperSize::kTextWidth * scale);
    drawFooter(painter, scale, page + 1, pages.size());
  }
  painter.end();
}

}  // namespace

void writeAuditPdf(const AuditReport& report, const QString& path) {
  const double scale = kPaperDpi / 72.0;
  const AuditPaper paper = auditPaper(report, {scale});
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  {
    QPdfWriter writer(&buffer);
    writer.setCreator("Keyhole");
    writer.setTitle(QString::fromStdString(report.title));
    writer.setPageSize(QPageSize(QSizeF(PaperSize::kWidth, PaperSize::kHeight), QPageSize::Point, {},
                                 QPageSize::ExactMatch));
    writer.setPageMargins(QMarginsF());
    writer.setResolution(kPaperDpi);
    drawPages(writer, paper, scale);
  }
  QByteArray bytes = buffer.data();
  fixPdfDate(bytes);
  writeFileAtomically(path.toStdString(),
                      std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

}  // namespace keyhole
