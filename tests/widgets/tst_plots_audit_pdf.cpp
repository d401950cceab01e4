// The audit on paper: nothing of the report is missing, wherever its pages end.
#include "core/common/random.h"
#include "tests/support/test_registry.h"
#include "widgets/plots/audit_pdf.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

namespace tst_plots_audit_pdf {

using namespace keyhole;

namespace {

ReportBlock paragraph(const std::string& text) {
  ReportBlock block;
  block.text = text;
  return block;
}

ReportBlock tableOf(int rows) {
  ReportBlock block;
  block.table = ReportTable{{"head", "number"}, {}};
  for (int i = 0; i < rows; ++i) block.table->rows.push_back({"row", std::to_string(i)});
  return block;
}

ReportBlock figure() {
  ReportBlock block;
  SvgPlot plot{"A plot", "x", "y", false, false, {}};
  plot.lines.push_back({{1, 2, 3}, {1, 4, 9}, "#0072B2", "line", {}, {}, true});
  block.plot = plot;
  return block;
}

ReportBlock bars() {
  ReportBlock block;
  block.barsTitle = "Some bars";
  for (int i = 0; i < 12; ++i) block.bars.push_back({"bar", 0.5, 0.1});
  return block;
}

ReportBlock list(int lines) {
  ReportBlock block;
  for (int i = 0; i < lines; ++i) block.list.push_back("a line of a list");
  return block;
}

// Sections of what reports have, in an order and in sizes of their own. Every paragraph has a word of its
// own, word0, word1 …; words: how many.
AuditReport reportOf(std::uint64_t seed, int& words) {
  AuditReport report;
  report.title = "Audit of a test";
  report.sentence = "Sentence.";
  report.dataHash = "0123456789abcdef";
  const Vector draws = RandomStream(seed, Stream::test).normalMatrix(200, 1);
  Index at = 0;
  const auto draw = [&](int most) { return static_cast<int>(std::abs(draws(at++ % 200)) * 1000) % most; };
  words = 0;
  for (int k = 0; k < 7; ++k) {
    ReportSection section{"part", "Heading" + std::to_string(k), {}};
    for (int i = draw(6) + 2; i > 0; --i) {
      const int kind = draw(6);
      if (kind == 0) section.blocks.push_back(figure());
      if (kind == 1) section.blocks.push_back(bars());
      if (kind == 2) section.blocks.push_back(list(1 + draw(8)));
      if (kind == 3 || kind == 4) section.blocks.push_back(tableOf(1 + draw(20)));
      std::string text = "word" + std::to_string(words++) + ".";
      for (int j = draw(60); j > 0; --j) text += " more";
      section.blocks.push_back(paragraph(text));
    }
    report.sections.push_back(section);
  }
  return report;
}

}  // namespace

class TestAuditPdf : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a page that begins early, so that a figure stays whole, makes what follows vanish: with 20
  // places of the page ends some figure is cut in most of them.
  void nothingIsMissing() {
    if (QStandardPaths::findExecutable("pdftotext").isEmpty()) QSKIP("needs pdftotext to read the file back");
    QTemporaryDir folder;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      int words = 0;
      const QString path = folder.filePath("report.pdf");
      writeAuditPdf(reportOf(seed, words), path);
      QProcess reader;
      reader.start("pdftotext", {path, "-"});
      QVERIFY(reader.waitForFinished());
      const QString text = QString::fromUtf8(reader.readAllStandardOutput());
      for (int k = 0; k < 7; ++k) QVERIFY(text.contains("Heading" + QString::number(k)));
      for (int k = 0; k < words; ++k)
        QVERIFY2(text.contains("word" + QString::number(k) + "."),
                 qPrintable(QString("word %1 of report %2").arg(k).arg(seed)));
    }
  }
};

KEYHOLE_TEST(TestAuditPdf)

}  // namespace tst_plots_audit_pdf

#include "tst_plots_audit_pdf.moc"
