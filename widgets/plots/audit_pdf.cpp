#include "widgets/plots/audit_pdf.h"

#include "core/io/file_bytes.h"
#include "core/report/audit_html.h"
#include "widgets/plots/pdf_bytes.h"
#include "widgets/plots/report_figure.h"

#include <QAbstractTextDocumentLayout>
#include <QBuffer>
#include <QPdfWriter>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextObjectInterface>
#include <qcustomplot.h>

#include <cmath>
#include <memory>
#include <vector>

#ifdef Q_MOC_RUN  // which reads none of Qt's headers here
Q_DECLARE_INTERFACE(QTextObjectInterface, "org.qt-project.Qt.QTextObjectInterface")
#endif

namespace keyhole {
namespace {

// Points.
constexpr double kPageWidth = 595, kPageHeight = 842, kPaperMargin = 50, kPaperFooter = 20;
constexpr double kTextWidth = kPageWidth - 2 * kPaperMargin,
                 kTextHeight = kPageHeight - 2 * kPaperMargin - kPaperFooter;
constexpr int kFigureWidth = 330, kFigureHeight = 190, kTextPixels = 9;

constexpr const char* kPaperStyle =
    "h1{font-size:15px}h2{font-size:12px;margin-top:12px}p,li{margin-top:3px;margin-bottom:3px}"
    "td,th{padding-right:10px;padding-bottom:2px;text-align:left}pre{font-size:6px;white-space:pre-wrap}"
    ".limits{background-color:#f4f0e6}";

enum { kFigureObject = QTextFormat::UserObject + 1, kFigureNumber = QTextFormat::UserProperty + 1 };

// The figures of a document, each in a place of its own in the text.
class FigureObjects : public QObject, public QTextObjectInterface {
  Q_OBJECT
  Q_INTERFACES(QTextObjectInterface)

 public:
  int add(const ReportBlock& block) {
    m_figures.push_back(std::make_unique<ReportFigure>(nullptr));
    m_figures.back()->setTheme(Theme::print());
    m_figures.back()->setBlock(block);
    return static_cast<int>(m_figures.size()) - 1;
  }

  // What the document is being drawn with.
  void drawWith(QCPPainter* painter) { m_painter = painter; }

  QSizeF intrinsicSize(QTextDocument*, int, const QTextFormat& format) override {
    const auto& block = figure(format).block();
    const int bars = static_cast<int>(block.bars.size());
    return QSizeF(kFigureWidth, bars > 0 ? 40 + 14 * bars : kFigureHeight);
  }

  void drawObject(QPainter* painter, const QRectF& rect, QTextDocument*, int,
                  const QTextFormat& format) override {
    if (painter != m_painter) return;
    m_painter->save();
    m_painter->translate(rect.topLeft());
    figure(format).renderTo(*m_painter, rect.size().toSize());
    m_painter->restore();
  }

 private:
  ReportFigure& figure(const QTextFormat& format) const {
    return *m_figures[static_cast<std::size_t>(format.intProperty(kFigureNumber))];
  }

  std::vector<std::unique_ptr<ReportFigure>> m_figures;
  QCPPainter* m_painter = nullptr;
};

void addHtml(QTextCursor& cursor, const std::string& html) {
  cursor.movePosition(QTextCursor::End);
  cursor.insertHtml("<div>" + QString::fromStdString(html) + "</div>");
}

void newParagraph(QTextCursor& cursor) {
  cursor.movePosition(QTextCursor::End);
  cursor.insertBlock(QTextBlockFormat(), QTextCharFormat());
}

void addFigure(QTextCursor& cursor, FigureObjects& figures, const ReportBlock& block) {
  newParagraph(cursor);
  if (block.plot && !block.plot->title.empty()) {
    addHtml(cursor, "<p><b>" + htmlText(block.plot->title) + "</b></p>");
    newParagraph(cursor);
  }
  QTextCharFormat format;
  format.setObjectType(kFigureObject);
  format.setProperty(kFigureNumber, figures.add(block));
  cursor.insertText(QString(QChar::ObjectReplacementCharacter), format);
}

void fill(QTextDocument& document, FigureObjects& figures, const AuditReport& report) {
  QTextCursor cursor(&document);
  addHtml(cursor, reportOpening(report));
  for (const auto& section : report.sections) {
    newParagraph(cursor);
    addHtml(cursor, "<h2>" + htmlText(section.heading) + "</h2>");
    for (const auto& block : section.blocks) {
      if (isFigure(block)) {
        addFigure(cursor, figures, block);
        continue;
      }
      newParagraph(cursor);
      addHtml(cursor, blockHtml(block));
    }
  }
}

// Every block anew. After a change in its middle a document of several pages is laid out again from there
// only, and then leaves out text when it is drawn (tables alone are found).
void layOutAgain(QTextDocument& document) {
  document.setPageSize(QSizeF(kTextWidth, kTextHeight));
}

// A figure that would be cut by the end of a page begins the next one, with the line above it.
void keepFiguresWhole(QTextDocument& document) {
  for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
    if (!block.text().contains(QChar::ObjectReplacementCharacter)) continue;
    const QRectF place = document.documentLayout()->blockBoundingRect(block);
    if (std::floor(place.top() / kTextHeight) == std::floor((place.bottom() - 1) / kTextHeight)) continue;
    QTextCursor cursor(block.previous().text().trimmed().isEmpty() ? block : block.previous());
    QTextBlockFormat format = cursor.blockFormat();
    format.setPageBreakPolicy(QTextFormat::PageBreak_AlwaysBefore);
    cursor.setBlockFormat(format);
    layOutAgain(document);
  }
}

void drawPages(QPdfWriter& writer, QTextDocument& document, FigureObjects& figures) {
  QCPPainter painter;
  painter.begin(&writer);
  painter.setMode(QCPPainter::pmVectorized);
  painter.setMode(QCPPainter::pmNoCaching);
  painter.setMode(QCPPainter::pmNonCosmetic);
  painter.scale(writer.resolution() / 72.0, writer.resolution() / 72.0);
  figures.drawWith(&painter);
  const int pages = document.pageCount();
  for (int page = 0; page < pages; ++page) {
    if (page > 0) writer.newPage();
    painter.save();
    painter.translate(kPaperMargin, kPaperMargin - page * kTextHeight);
    document.drawContents(&painter, QRectF(0, page * kTextHeight, kTextWidth, kTextHeight));
    painter.restore();
    painter.setPen(Qt::black);
    painter.setFont(Theme::print().font());
    painter.drawText(
        QRectF(kPaperMargin, kPageHeight - kPaperMargin - kPaperFooter / 2, kTextWidth, kPaperFooter),
        Qt::AlignRight, QString("%1 / %2").arg(page + 1).arg(pages));
  }
  figures.drawWith(nullptr);
  painter.end();
}

}  // namespace

void writeAuditPdf(const AuditReport& report, const QString& path) {
  FigureObjects figures;
  QTextDocument document;
  document.documentLayout()->registerHandler(kFigureObject, &figures);
  QFont font = Theme::print().font();
  font.setPixelSize(kTextPixels);
  document.setDefaultFont(font);
  document.setDefaultStyleSheet(kPaperStyle);
  document.setDocumentMargin(0);
  fill(document, figures, report);
  layOutAgain(document);
  keepFiguresWhole(document);
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  {
    QPdfWriter writer(&buffer);
    writer.setCreator("Keyhole");
    writer.setTitle(QString::fromStdString(report.title));
    writer.setPageSize(
        QPageSize(QSizeF(kPageWidth, kPageHeight), QPageSize::Point, {}, QPageSize::ExactMatch));
    writer.setPageMargins(QMarginsF());
    writer.setResolution(1200);
    drawPages(writer, document, figures);
  }
  QByteArray bytes = buffer.data();
  fixPdfDate(bytes);
  writeFileAtomically(path.toStdString(),
                      std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

}  // namespace keyhole

#include "audit_pdf.moc"
