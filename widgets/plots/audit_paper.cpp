#include "widgets/plots/audit_paper.h"

#include "core/report/audit_figures.h"
#include "widgets/plots/paper_text.h"
#include "widgets/plots/report_figure.h"

#include <QFontDatabase>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace keyhole {
namespace {

constexpr double kTextSize = 9, kTableSize = 8, kCodeSize = 6.5, kHeadingSize = 12, kTitleSize = 15;
constexpr double kParagraphGap = 5, kListGap = 3, kRowGap = 1.5, kHeadingGap = 14, kFigureGap = 9;
constexpr double kIndent = 12, kColumnGap = 10, kShadePadding = 8;
constexpr std::size_t kShortTable = 8;  // rows

QString shownText(const std::string& text) {
  return QString::fromStdString(text);
}

// Qt leaves ligatures out of spaced text: a reader who searches for "filter" is to find it.
QFont withoutLigatures(QFont font) {
  font.setLetterSpacing(QFont::AbsoluteSpacing, 0.02);  // of a unit of the device
  return font;
}

// A row of a table: its cells' lines.
struct Cells {
  std::vector<std::shared_ptr<PaperText>> texts;
  std::vector<double> x;

  int lines() const {
    int most = 1;
    for (const auto& text : texts) most = std::max(most, text->lines());
    return most;
  }
};

class PaperMaker {
 public:
  explicit PaperMaker(const PaperSize& size) : m_size(size) {}

  AuditPaper made;

  void opening(const AuditReport& report) {
    paragraph(shownText(report.title), font(kTitleSize, true), 0, true);
    m_shade = QColor(0xF4, 0xF0, 0xE6);
    m_inset = kShadePadding;
    paragraph("What this can and cannot say", font(kTextSize, true), 8, true);
    list(report.limits);
    space(kShadePadding / 2);
    m_shade = QColor();
    m_inset = 0;
    if (!report.refusal.empty())
      paragraph(shownText(report.refusal) + ".", font(kTextSize, true), kParagraphGap + 3);
    for (const auto& sentence : report.sentences) text(sentence);
  }

  void section(const ReportSection& section) {
    paragraph(shownText(section.heading), font(kHeadingSize, true), kHeadingGap, true);
    for (const auto& block : section.blocks) {
      if (isFigure(block))
        figure(block);
      else if (block.table)
        table(*block.table);
      else if (!block.list.empty())
        list(block.list);
      else if (!block.code.empty())
        code(block.code);
      else
        text(block.text);
    }
  }

 private:
  QFont font(double points, bool bold = false) const {
    QFont font = Theme::print().font();
    font.setPixelSize(static_cast<int>(std::lround(points * m_size.scale)));
    font.setBold(bold);
    return withoutLigatures(font);
  }
  double units(double points) const { return points * m_size.scale; }
  double textWidth() const { return units(PaperSize::kTextWidth - 2 * m_inset); }

  PaperPiece& add(double height, double before, bool keepNext) {
    PaperPiece piece;
    piece.height = height;
    piece.before = units(before);
    piece.keepNext = keepNext;
    piece.shade = m_shade;
    made.pieces.push_back(std::move(piece));
    return made.pieces.back();
  }

  void space(double points) {
    made.pieces.back().keepNext = true;
    add(units(points), 0, false).draw = [](QCPPainter&, double, double) {};
  }

  void text(const std::string& words) {
    // What ends so belongs to what follows.
    if (!words.empty()) paragraph(shownText(words), font(kTextSize), kParagraphGap, words.ends_with(':'));
  }

  // One piece, unless no page holds it.
  void paragraph(const QString& words, const QFont& font, double before, bool keepNext = false,
                 double indent = 0, const QString& bullet = {}) {
    const double left = units(m_inset + indent);
    const auto text = std::make_shared<PaperText>(words, font, textWidth() - units(indent));
    const int most = std::max(1, static_cast<int>(units(PaperSize::kTextHeight) / text->lineHeight()));
    for (int from = 0; from < text->lines(); from += most) {
      const int to = std::min(from + most, text->lines());
      auto sign = from == 0 && !bullet.isEmpty() ? std::make_shared<PaperText>(bullet, font, left) : nullptr;
      const double inset = units(m_inset);
      add(text->height(from, to), from == 0 ? before : 0, keepNext && to == text->lines()).draw =
          [=](QCPPainter& painter, double x, double y) {
            text->draw(painter, x + left, y, from, to);
            if (sign) sign->draw(painter, x + inset, y, 0, 1);
          };
    }
  }

  void list(const std::vector<std::string>& lines) {
    for (const auto& line : lines)
      paragraph(shownText(line), font(kTextSize), kListGap, false, kIndent, QString(QChar(0x2022)));
  }

  void code(const std::string& text) {
    QFont mono = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    mono.setPixelSize(static_cast<int>(std::lround(units(kCodeSize))));
    const QStringList lines = shownText(text).split('\n');
    // Its first and last lines are not alone on a page.
    for (qsizetype i = 0; i < lines.size(); ++i)
      paragraph(QString(lines[i]).replace(' ', QChar(0xA0)), withoutLigatures(mono), 0,
                i + 1 < lines.size() && (i < 3 || i + 5 > lines.size()));
  }

  // Heads take two lines where that leaves room for what is below them.
  std::vector<double> widthsOf(const ReportTable& table, double headLines = 1) const {
    std::vector<double> wanted(table.head.size(), 0), least = wanted;
    const auto look = [&](const std::vector<std::string>& cells, const QFont& font, double lines) {
      for (std::size_t i = 0; i < cells.size() && i < wanted.size(); ++i) {
        const QString text = shownText(cells[i]);
        least[i] = std::max(least[i], PaperText::longestWordOf(text, font));
        wanted[i] = std::max({wanted[i], least[i], PaperText::widthOf(text, font) / lines});
      }
    };
    look(table.head, font(kTableSize, true), headLines);
    for (const auto& row : table.rows) look(row, font(kTableSize), 1);
    const double room = textWidth() - units(kColumnGap) * static_cast<double>(wanted.size() - 1);
    if (headLines == 1 && std::accumulate(wanted.begin(), wanted.end(), 0.0) > room)
      return widthsOf(table, 1.8);
    return columnWidths(wanted, least, room);
  }

  Cells cellsOf(const std::vector<std::string>& row, const std::vector<double>& widths,
                const QFont& font) const {
    Cells cells;
    double x = 0;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      cells.texts.push_back(
          std::make_shared<PaperText>(i < row.size() ? shownText(row[i]) : QString(), font, widths[i]));
      cells.x.push_back(x);
      x += widths[i] + units(kColumnGap);
    }
    return cells;
  }

  // Lines of a row, with a rule below its last one.
  PaperPiece& rowLines(const Cells& cells, int from, int to, bool head) {
    const double high = cells.texts.front()->height(from, to), below = units(kRowGap), wide = textWidth(),
                 pen = units(head ? 0.8 : 0.3);
    const bool last = to == cells.lines();
    PaperPiece& piece = add(high + below, from == 0 ? kRowGap : 0, false);
    piece.draw = [=](QCPPainter& painter, double x, double y) {
      for (std::size_t i = 0; i < cells.texts.size(); ++i)
        cells.texts[i]->draw(painter, x + cells.x[i], y, from, to);
      if (!last) return;
      painter.setPen(QPen(head ? QColor(90, 90, 90) : QColor(200, 200, 200), pen));
      painter.drawLine(QPointF(x, y + high + below / 2), QPointF(x + wide, y + high + below / 2));
    };
    return piece;
  }

  void table(const ReportTable& table) {
    if (table.head.empty()) return;
    const auto widths = widthsOf(table);
    const Cells head = cellsOf(table.head, widths, font(kTableSize, true));
    const int headPlace = static_cast<int>(made.pieces.size());
    PaperPiece& first = rowLines(head, 0, head.lines(), true);
    first.keepNext = !table.rows.empty();
    first.before = units(kParagraphGap);
    // Of a row that no page holds, as many lines as one does.
    const double lineHeight = head.texts.front()->lineHeight();
    const int most =
        std::max(1, static_cast<int>((units(PaperSize::kTextHeight) - 2 * first.height) / lineHeight) - 1);
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
      const Cells cells = cellsOf(table.rows[i], widths, font(kTableSize));
      const int lines = cells.lines();
      for (int from = 0; from < lines; from += most) {
        PaperPiece& piece = rowLines(cells, from, std::min(from + most, lines), false);
        piece.head = headPlace;
        // The last row is not alone on a page, and a short table is on one.
        const bool together =
            table.rows.size() <= kShortTable ? i + 1 < table.rows.size() : i + 2 == table.rows.size();
        piece.keepNext = lines <= most && together;
      }
    }
  }

  // With its title above it, and as wide as it has panels or names.
  void figure(const ReportBlock& block) {
    auto figure = std::make_shared<ReportFigure>(nullptr);
    figure->setTheme(Theme::print());
    figure->setBlock(block);
    made.figures.push_back(figure);
    const auto bars = static_cast<int>(block.bars.size());
    const bool wide = bars > 0 || (block.plot && block.plot->panelCount() > 1);
    const QSize size(wide ? static_cast<int>(PaperSize::kTextWidth) : 340, bars > 0 ? 40 + 14 * bars : 200);
    if (block.plot && !block.plot->title.empty())
      paragraph(shownText(block.plot->title), font(kTableSize, true), kFigureGap, true);
    const double scale = m_size.scale;
    add(units(size.height()), block.plot ? 2 : kFigureGap, false).draw =
        [figure, size, scale](QCPPainter& painter, double x, double y) {
          painter.save();
          painter.translate(x, y);
          painter.scale(scale, scale);
          figure->renderTo(painter, size);
          painter.restore();
        };
  }

  PaperSize m_size;
  QColor m_shade;
  double m_inset = 0;
};

}  // namespace

AuditPaper auditPaper(const AuditReport& report, const PaperSize& size) {
  PaperMaker maker(size);
  maker.opening(report);
  for (const auto& section : report.sections) maker.section(section);
  return std::move(maker.made);
}

}  // namespace keyhole
