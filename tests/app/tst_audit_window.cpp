// The window's page of the audit: its parts, the reader's prior, a stop, and what a session keeps.
#include "app/audit_choices.h"
#include "app/audit_prior.h"
#include "app/audit_saving.h"
#include "app/audit_window.h"
#include "core/audit/reference/answer.h"
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/io/file_bytes.h"
#include "core/io/npy.h"
#include "core/report/audit_html.h"
#include "tests/app/window_bench.h"
#include "tests/support/test_registry.h"
#include "widgets/plots/report_figure.h"

#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>

#include <limits>

namespace tst_audit_window {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Settings recordingIn(const QTemporaryDir& folder) {
  const RandomStream random(8, Stream::test);
  const Matrix mixing = random.normalMatrix(6, 6), noise = random.normalMatrix(6, 1500, 100);
  const Vector F{{0.95, 0.7, 0.6, 0.5, 0.4, 0.3}};
  Matrix x = Matrix::Zero(6, 1500);
  for (Index t = 1; t < 1500; ++t) x.col(t) = F.cwiseProduct(x.col(t - 1)) + noise.col(t);
  const std::string file = folder.filePath("six.npy").toStdString();
  writeNpy(file, (mixing * x).transpose());
  Settings settings;
  settings.set("teacher.kind", std::string("recording"));
  settings.set("teacher.file", file);
  settings.set("analysis.limit_runs", 0LL);
  return settings;
}

// A report with odds, as an audit would have made it.
std::shared_ptr<const AuditReport> madeReport() {
  auto report = std::make_shared<AuditReport>();
  report->title = "Audit of six.npy";
  report->limits = {"A limit."};
  report->odds = ReportOdds{0.8, 0.02, 0.5, 4};
  for (const auto& part : auditParts()) report->sections.push_back({part.key, part.heading, {}});
  report->sections[0].blocks.emplace_back();
  report->sections[0].blocks.back().text = "A claim. More of it.";
  report->sections[1].blocks.emplace_back();
  report->sections[1].blocks.back().plot =
      SvgPlot{"Plot", "x", "y", false, false, {{{1, 2}, {3, 5}, "#0072B2", "line", {}, {}, false}}};
  return report;
}

}  // namespace

class TestAuditWindow : public QObject {
  Q_OBJECT

  QTemporaryDir m_data;

 private slots:
  void init() { qputenv("KEYHOLE_CACHE", m_data.filePath("cache").toLocal8Bit()); }

  // Stopped in the middle of its circuits: what was known stays. Then the same parts are there again, whole.
  void stopsAndAuditsAgain() {
    WindowBench bench(recordingIn(m_data));
    QVERIFY(bench.settle());
    AuditWindow& audit = bench.window.showAudit();
    audit.choices().lowFraction().setText("0.3");
    audit.choices().highFraction().setText("0.5");
    QSignalSpy finished(&audit, &AuditWindow::finished);
    const auto press = [&](const char* name) { audit.findChild<QPushButton*>(name)->click(); };
    press("startAudit");
    QVERIFY(QTest::qWaitFor([&] { return audit.message().text().startsWith("5."); }, kPatience));
    QVERIFY(audit.parts().item(4)->text().endsWith("is being computed …"));
    press("stopAudit");
    QVERIFY(finished.count() > 0 || finished.wait(kPatience));
    QVERIFY(!finished.last()[0].toBool());
    QVERIFY(audit.report() && !firstSentence(*audit.report()->part("claim")).empty());
    QVERIFY(audit.message().text().startsWith("Stopped"));
    QVERIFY(!bench.window.document().isModified() || bench.window.document().audit().empty());
  }

  // The whole of it, with few circuits being enough here: it is kept in the session and read back.
  void sessionKeepsTheReport() {
    WindowBench bench(recordingIn(m_data));
    QVERIFY(bench.settle());
    AuditWindow& audit = bench.window.showAudit();
    emit audit.reportReady(madeReport());
    const QString path = m_data.filePath("kept.keyhole");
    bench.window.document().saveSession(path, {});
    const std::string bytes = readFileBytes(path.toStdString());
    bench.window.document().startNew();
    QVERIFY(!audit.report());
    bench.window.document().openSession(path);
    QVERIFY(audit.report());
    QVERIFY(auditReportToJson(*audit.report()) == auditReportToJson(*madeReport()));
    bench.window.document().saveSession(path, {});
    QVERIFY(readFileBytes(path.toStdString()) == bytes);
  }

  // The page says what the report holds, and the prior moves the probability by the likelihood ratio.
  void showsPartsAndOdds() {
    AuditWindow audit(nullptr);
    audit.showReport(madeReport());
    QCOMPARE(audit.parts().item(0)->text(), QString("1. The claim\nA claim."));
    audit.parts().setCurrentRow(1);
    QVERIFY(audit.figure().block().plot.has_value());
    QCOMPARE(audit.figure().data().front().rows(1, 1), 5.0);
    audit.prior().slider().setValue(20);  // odds 1/4, times 4: 1
    QCOMPARE(withPrior(4, 0.2), 0.5);
    QVERIFY2(audit.prior().odds().text().contains("probability 0.5 "),
             qPrintable(audit.prior().odds().text()));
    for (const char* name : {"report.pdf", "report.html", "report.json"}) {
      const QString path = m_data.filePath(name);
      audit.exportTo(path);
      QVERIFY(readFileBytes(path.toStdString()).size() > 500);
    }
    QVERIFY(readFileBytes(m_data.filePath("report.pdf").toStdString()).starts_with("%PDF"));
  }

  // The figure that is shown, in every format with its numbers; what has none says so.
  void savesFigures() {
    AuditWindow audit(nullptr);
    audit.showReport(madeReport());
    QVERIFY_THROWS_EXCEPTION(InputError, audit.exportFigureTo(m_data.filePath("none.pdf")));
    QVERIFY(!QFile::exists(m_data.filePath("none.pdf")));
    audit.parts().setCurrentRow(1);
    for (const char* name : {"figure.pdf", "figure.svg", "figure.png"}) {
      const QString path = m_data.filePath(name);
      audit.exportFigureTo(path);
      QVERIFY(readFileBytes(path.toStdString()).size() > 500);
      const std::string numbers = m_data.filePath("figure-numbers.csv").toStdString();
      QVERIFY(readFileBytes(numbers) == "line,x,y,low,high\nline,1,3,,\nline,2,5,,\n");
      QVERIFY(QFile::remove(m_data.filePath("figure-numbers.csv")));
    }
    QVERIFY(readFileBytes(m_data.filePath("figure.svg").toStdString()).find("</svg>") != std::string::npos);
    QVERIFY_THROWS_EXCEPTION(InputError, audit.exportFigureTo(m_data.filePath("figure.txt")));
  }

  // A part of two figures shows either, as the reader chooses.
  void showsEveryFigureOfAPart() {
    auto report = std::make_shared<AuditReport>(*madeReport());
    report->sections[1].blocks.push_back(report->sections[1].blocks[0]);
    report->sections[1].blocks.back().plot->title = "Second";
    AuditWindow audit(nullptr);
    audit.showReport(report);
    audit.parts().setCurrentRow(1);
    QCOMPARE(audit.whichFigure().count(), 2);
    QCOMPARE(audit.figure().block().plot->title, std::string("Plot"));
    audit.whichFigure().setCurrentIndex(1);
    QCOMPARE(audit.figure().block().plot->title, std::string("Second"));
    audit.parts().setCurrentRow(0);
    QVERIFY(!audit.figure().block().plot);
  }

  // An interval that is open above reaches beyond the plot's upper edge, as in the file.
  void openIntervalsAreOpen() {
    auto report = std::make_shared<AuditReport>(*madeReport());
    report->sections[1].blocks[0].plot = SvgPlot{
        "Plot",
        "x",
        "y",
        false,
        false,
        {{{1, 2}, {3, 5}, "#0072B2", "line", {2, 4}, {std::numeric_limits<double>::infinity(), 6}, true}}};
    ReportFigure figure(nullptr);
    figure.setBlock(report->sections[1].blocks[0]);
    const auto bars = figure.plot().findChildren<QCPErrorBars*>();
    QCOMPARE(bars.size(), 1);
    const auto& ends = *bars.front()->data();
    QVERIFY(3 + ends[0].errorPlus > figure.plot().yAxis->range().upper);
    QCOMPARE(ends[0].errorMinus, 1.0);
    QCOMPARE(ends[1].errorPlus, 1.0);
    QCOMPARE(figure.plot().legend->itemCount(), 1);
  }

  // The prior is a setting: it is kept in the session, one gesture of the slider is one entry of the history,
  // and the saved report says which prior it was.
  void sessionKeepsThePrior() {
    WindowBench bench(recordingIn(m_data));
    QVERIFY(bench.settle());
    AuditWindow& audit = bench.window.showAudit();
    audit.showReport(madeReport());
    QSlider& slider = audit.prior().slider();
    const int before = bench.window.document().history().count();
    slider.setSliderDown(true);
    for (const int percent : {40, 30, 20}) slider.setValue(percent);
    slider.setSliderDown(false);
    QCOMPARE(bench.window.document().history().count(), before + 1);
    QCOMPARE(bench.window.document().settings().number("view.prior"), 0.2);
    audit.showReport(madeReport());
    audit.exportTo(m_data.filePath("prior.html"));
    const std::string html = readFileBytes(m_data.filePath("prior.html").toStdString());
    QVERIFY(html.find("own prior of 0.2 a real slow variable has probability 0.5 ") != std::string::npos);
    const QString path = m_data.filePath("prior.keyhole");
    bench.window.document().saveSession(path, {});
    bench.window.document().history().undo();
    QCOMPARE(slider.value(), 50);
    bench.window.document().startNew();
    bench.window.document().openSession(path);
    QCOMPARE(slider.value(), 20);
    QCOMPARE(audit.prior().prior(), 0.2);
  }

  // What is wrong in a file of perturbations is said as on the command line; one that is right is evidence,
  // and the report names it.
  void takesPerturbations() {
    const QString file = m_data.filePath("pushes.txt");
    const auto write = [&](const std::string& text) { writeFileAtomically(file.toStdString(), text); };
    AuditWindow audit(nullptr);
    audit.setSettings(recordingIn(m_data));
    audit.choices().perturbations().setText(file);
    QSignalSpy finished(&audit, &AuditWindow::finished);
    write("100 1\n100 2\n");
    audit.start();
    QVERIFY(finished.count() > 0 || finished.wait(kPatience));
    QVERIFY2(audit.message().text().contains("line 2: the onset falls on the same sample"),
             qPrintable(audit.message().text()));
    AuditRequest request = audit.choices().asked(recordingIn(m_data));
    QCOMPARE(request.pushFile, file.toStdString());
    request.options.reference.circuits = 0;
    write("100 1\n300 2\n500 1\n700 2\n900 1\n");
    // The worker's signals come from its own thread, where a spy of this one may not be told of them.
    std::shared_ptr<const AuditReport> report;
    QObject::connect(&audit.worker(), &AuditWorker::ready, &audit,
                     [&report](const std::shared_ptr<const AuditReport>& made) { report = made; });
    audit.worker().request(request);
    QTRY_VERIFY_WITH_TIMEOUT(report, kPatience);
    const std::string html = auditHtml(*report);
    QVERIFY(html.find("left along the perturbation") != std::string::npos);
    QVERIFY(html.find("Perturbations: " + file.toStdString()) != std::string::npos);
  }

  void badNumbersAreSaid() {
    AuditWindow audit(nullptr);
    audit.setSettings(recordingIn(m_data));
    audit.choices().highFraction().setText("1.5");
    audit.start();
    QVERIFY(audit.message().text().contains("\"1.5\"; allowed"));
  }
};

KEYHOLE_TEST(TestAuditWindow)

}  // namespace tst_audit_window

#include "tst_audit_window.moc"
