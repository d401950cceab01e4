// The report of an audit: one value, the same after a session kept it.
#include "core/common/error.h"
#include "core/report/audit_html.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>
#include <limits>

namespace tst_audit_report {

using namespace keyhole;

namespace {

Audit smallAudit() {
  Audit audit;
  audit.claim.sentence = "MAP claims a mode of 1.5 s. The other method does not.";
  MethodClaim method;
  method.method = "map";
  method.label = "MAP";
  method.fitted = true;
  method.leadingSteps = {30.25, -4, std::nan("")};
  method.summary.mapTau = {{12.5, std::numeric_limits<double>::infinity()}};
  audit.claim.methods = {method};
  audit.arrow.why = "the recording is shorter than 64 samples";
  audit.reference.emplace();
  audit.reference->given = true;
  audit.reference->sentence = "A sentence of the table.";
  audit.reference->probability = 0.75;
  audit.reference->prior = 0.25;
  audit.reference->likelihoodRatio = 9;
  audit.reference->mechanisms = {{"chain", "feedforward chain", 0.4, 0.05, 0.2}};
  audit.notDone = {{"experiments", "none were asked for"}};
  audit.sentence = "All <of> it.";
  return audit;
}

AuditProvenance provenance() {
  return {{"a.npy"}, "0123456789abcdef", 0.01, {{"version", "0.1.0"}}};
}

}  // namespace

class TestAuditReport : public QObject {
  Q_OBJECT

 private slots:
  // A band is shaded only where an end of it is known; the other one, if it is not bounded, is that of the
  // plot (34 below the top edge); and modes are numbered by whole numbers. Fails if the points without an
  // upper end are left out of the polygon's way back, so that a chord closes it.
  void bandsHaveTwoEnds() {
    const double inf = std::numeric_limits<double>::infinity(), nan = std::nan("");
    SvgPlot plot{"Times", "mode", "steps", false, false, {}};
    plot.lines.push_back({{1, 2, 3, 4}, {5, 6, 7, 8}, "#0072B2", "", {4, 5, nan, 7}, {inf, 7, nan, 9}, true});
    const QString svg = QString::fromStdString(svgOf(plot));
    QCOMPARE(svg.count("<polygon"), 2);  // of modes 1 and 2, and of 4
    const QString first = svg.mid(svg.indexOf("<polygon")).section('"', 1, 1);
    QCOMPARE(first.split(' ', Qt::SkipEmptyParts).size(), 4);
    QVERIFY(first.trimmed().endsWith(",34.0"));
    QVERIFY(svg.contains(">4</text>") && !svg.contains("1.75"));
  }

  // What is read back from a session is the same report, so that page, HTML and PDF are; JSON knows no NaN
  // and no infinity, which draw nothing.
  void isTheSameAfterASession() {
    const AuditReport report = auditReport(smallAudit(), provenance());
    const auto json = auditReportToJson(report);
    const AuditReport read = auditReportFromJson(nlohmann::ordered_json::parse(json.dump()), "a.keyhole");
    QVERIFY(auditReportToJson(read) == json);
    QVERIFY(auditHtml(read) == auditHtml(report));
    QCOMPARE(read.odds->likelihoodRatio, 9.0);
    auto broken = json;
    broken["sections"][0].erase("blocks");
    QVERIFY_THROWS_EXCEPTION(InputError, auditReportFromJson(broken, "a.keyhole"));
  }

  // While it is under way the report ends with the part that is known last.
  void growsPartByPart() {
    const AuditReport report = auditReport(smallAudit(), provenance(), "prediction");
    QCOMPARE(report.sections.size(), std::size_t{2});
    QCOMPARE(firstSentence(report.sections.front()), std::string("MAP claims a mode of 1.5 s."));
    const AuditReport whole = auditReport(smallAudit(), provenance());
    for (const auto& part : auditParts()) QVERIFY2(whole.part(part.key), part.key.c_str());
    for (const char* key : {"not_done", "methods", "made_by"}) QVERIFY2(whole.part(key), key);
    QVERIFY(auditHtml(whole).find("All &lt;of&gt; it.") != std::string::npos);
  }
};

KEYHOLE_TEST(TestAuditReport)

}  // namespace tst_audit_report

#include "tst_audit_report.moc"
