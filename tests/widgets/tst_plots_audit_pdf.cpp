// The audit on paper: nothing of the report is missing or there twice, wherever its pages end, no line is
// cut, and what belongs together is on one page.
#include "core/common/random.h"
#include "tests/support/test_registry.h"
#include "widgets/plots/audit_pdf.h"
#include "widgets/plots/paper_pages.h"
#include "widgets/plots/paper_text.h"

#include <QMap>
#include <QProcess>
#include <QRectF>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <numeric>

namespace tst_plots_audit_pdf {

using namespace keyhole;

namespace {

// A report in which everything that is written has a word of its own: sections of what reports have, in an
// order and in sizes of their own.
class NumberedReport {
 public:
  explicit NumberedReport(std::uint64_t seed)
      : m_draws(RandomStream(seed, Stream::test).normalMatrix(400, 1)) {
    report.title = "titleword";
    report.sentences = {"sentence0.", "sentence1."};
    report.limits = {"limit0 of some length", "limit1"};
    report.dataHash = "0123456789abcdef";
    once << "titleword"
         << "sentence0."
         << "sentence1."
         << "limit0"
         << "limit1";
    for (int k = 0; k < 7; ++k) {
      ReportSection section{"part", "Heading" + std::to_string(k), {}};
      once << QString("Heading%1").arg(k);
      for (int i = draw(6) + 2; i > 0; --i) {
        addKind(section, draw(6));
        addText(section, draw(60));
      }
      report.sections.push_back(section);
    }
    if (seed % 8 != 0) return;
    // What no page holds.
    addText(report.sections[3], 1400);
    addTable(report.sections[5], 3, 1200);
  }

  AuditReport report;
  QStringList once;  // every word that is there exactly once
  int fillers = 0;   // how often "more" is there
  int tables = 0;

 private:
  int draw(int most) { return static_cast<int>(std::abs(m_draws(m_at++ % 400)) * 1000) % most; }

  void addKind(ReportSection& section, int kind) {
    ReportBlock block;
    if (kind == 0) {
      const auto name = "figure" + std::to_string(m_count++);
      SvgPlot plot{name, "x", "y", false, false, {}};
      plot.lines.push_back({{1, 2, 3}, {1, 4, 9}, "#0072B2", "line", {}, {}, true});
      block.plot = plot;
      once << QString::fromStdString(name);
    }
    if (kind == 1) {
      block.barsTitle = "bars" + std::to_string(m_count++);
      once << QString::fromStdString(block.barsTitle);
      for (int i = 0; i < 12; ++i) block.bars.push_back({"bar", 0.5, 0.1});
    }
    if (kind == 2)
      for (int i = draw(8) + 1; i > 0; --i) {
        block.list.push_back("list" + std::to_string(m_count++) + " " + filler(draw(30)));
        once << QString("list%1").arg(m_count - 1);
      }
    if (kind == 3 || kind == 4) return addTable(section, 1 + draw(40), draw(12));
    if (kind < 5) section.blocks.push_back(block);
  }

  void addTable(ReportSection& section, int rows, int length) {
    const std::string of = std::to_string(tables++);
    ReportBlock block;
    block.table = ReportTable{{"head" + of, "what it is"}, {}};
    for (int i = 0; i < rows; ++i) {
      block.table->rows.push_back({"row" + of + "x" + std::to_string(i), filler(length)});
      once << QString::fromStdString(block.table->rows.back().front());
    }
    section.blocks.push_back(block);
  }

  void addText(ReportSection& section, int length) {
    ReportBlock block;
    block.text = "word" + std::to_string(m_count++) + ". " + filler(length);
    once << QString("word%1.").arg(m_count - 1);
    section.blocks.push_back(block);
  }

  std::string filler(int words) {
    fillers += words;
    std::string text;
    for (int i = 0; i < words; ++i) text += "more ";
    return text;
  }

  Vector m_draws;
  Index m_at = 0;
  int m_count = 0;
};

struct PrintedWord {
  QString text;
  QRectF place;
};
using PrintedPage = QList<PrintedWord>;

QList<PrintedPage> printedPages(const QString& path) {
  QProcess reader;
  reader.start("pdftotext", {"-bbox", path, "-"});
  reader.waitForFinished();
  static const QRegularExpression word(
      "<word xMin=\"([-0-9.]+)\" yMin=\"([-0-9.]+)\" xMax=\"([-0-9.]+)\" yMax=\"([-0-9.]+)\">(.*)</word>");
  QList<PrintedPage> pages;
  for (const QString& line : QString::fromUtf8(reader.readAllStandardOutput()).split('\n')) {
    if (line.contains("<page ")) pages.append(PrintedPage());
    const auto match = word.match(line);
    if (!match.hasMatch()) continue;
    const auto number = [&](int i) { return match.captured(i).toDouble(); };
    pages.last().append(
        {match.captured(5), QRectF(QPointF(number(1), number(2)), QPointF(number(3), number(4)))});
  }
  return pages;
}

const PrintedWord* find(const PrintedPage& page, const QString& text) {
  for (const auto& word : page)
    if (word.text == text) return &word;
  return nullptr;
}

}  // namespace

class TestAuditPdf : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;

  QList<PrintedPage> printed(const AuditReport& report) {
    const QString path = m_folder.filePath("report.pdf");
    writeAuditPdf(report, path);
    return printedPages(path);
  }

 private slots:
  void initTestCase() {
    if (QStandardPaths::findExecutable("pdftotext").isEmpty()) QSKIP("needs pdftotext to read the file back");
  }

  // Forty reports, so that pages end everywhere. Fails if a piece is left out or drawn on two pages, if text
  // stands beyond the margins or upon other text, if a row stands on a page without its table's head above
  // it, or a heading last on one.
  void everythingIsThereOnceAndWhole() {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      const NumberedReport made(seed);
      const auto pages = printed(made.report);
      QMap<QString, int> counts;
      for (const auto& page : pages)
        for (const auto& word : page) ++counts[word.text];
      for (const QString& word : made.once)
        QVERIFY2(counts[word] == 1,
                 qPrintable(QString("%1 of report %2: %3 times").arg(word).arg(seed).arg(counts[word])));
      QCOMPARE(counts["more"], made.fillers);
      for (const auto& page : pages) checkPage(page, seed);
      QVERIFY(find(pages.last(), QString::number(pages.size())));  // "7 / 7"
    }
  }

  static void checkPage(const PrintedPage& page, std::uint64_t seed) {
    static const QRegularExpression row("^row([0-9]+)x");
    const QRectF paper(49, 45, 497, 760);
    double lowest = 0;
    for (const auto& word : page) {
      QVERIFY2(paper.contains(word.place), qPrintable(QString("%1 of report %2").arg(word.text).arg(seed)));
      if (word.place.top() < 770) lowest = std::max(lowest, word.place.top());
      if (const auto match = row.match(word.text); match.hasMatch()) {
        const PrintedWord* head = find(page, "head" + match.captured(1));
        QVERIFY2(head && head->place.top() < word.place.top(), qPrintable(word.text));
      }
    }
    for (const auto& word : page)
      if (word.text.startsWith("Heading")) QVERIFY2(word.place.bottom() < lowest, qPrintable(word.text));
    for (qsizetype i = 0; i < page.size(); ++i)
      for (qsizetype j = i + 1; j < page.size(); ++j) {
        const QRectF both = page[i].place.intersected(page[j].place);
        QVERIFY2(both.width() < 1 || both.height() < 4,
                 qPrintable(page[i].text + " upon " + page[j].text + QString(" of report %1").arg(seed)));
      }
  }

  // The same report, the same bytes.
  void sameBytes() {
    const NumberedReport made(3);
    const auto bytes = [&] {
      writeAuditPdf(made.report, m_folder.filePath("same.pdf"));
      QFile file(m_folder.filePath("same.pdf"));
      return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    const QByteArray first = bytes();
    QVERIFY(first.size() > 1000 && bytes() == first);
  }

  // Known answers: pieces of 4 on pages of 10, with room of 1 above each but at the top; a head goes with
  // what follows it, and comes again.
  void piecesOnPages() {
    std::vector<PaperPiece> pieces(5);
    for (auto& piece : pieces) piece = {4, 1, false, {}, -1, {}};
    QCOMPARE(placeOnPages(pieces, 10).size(), std::size_t{3});
    QCOMPARE(placeOnPages(pieces, 10)[0][1].y, 5.0);
    pieces[1].height = 1;  // a head, for which there would be room on the first page, but not with a row
    pieces[1].keepNext = true;
    for (std::size_t i = 2; i < 5; ++i) pieces[i].head = 1;
    const auto pages = placeOnPages(pieces, 10);
    QCOMPARE(pages.size(), std::size_t{4});
    QCOMPARE(pages[0].size(), std::size_t{1});
    for (std::size_t page = 1; page < 4; ++page) {
      QCOMPARE(pages[page].size(), std::size_t{2});  // 1, 1 + 4 and 1 + 4 are more than 10
      QVERIFY(pages[page][0].piece == 1 && pages[page][1].piece == page + 1);
    }
  }

  void columnsShareTheRoom() {
    QVERIFY((columnWidths({10, 20}, {5, 5}, 40) == std::vector<double>{10, 20}));
    const auto shared = columnWidths({10, 90}, {10, 30}, 70);
    QVERIFY(std::abs(std::accumulate(shared.begin(), shared.end(), 0.0) - 70) < 1e-9);
    QVERIFY(shared[0] >= 10 && shared[1] >= 30);
    QVERIFY((columnWidths({40, 40}, {40, 40}, 40) == std::vector<double>{20, 20}));
  }
};

KEYHOLE_TEST(TestAuditPdf)

}  // namespace tst_plots_audit_pdf

#include "tst_plots_audit_pdf.moc"
