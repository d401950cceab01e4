// The report of an audit: one value, the same after a session kept it.
#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/report/audit_figures.h"
#include "core/report/audit_html.h"
#include "core/report/audit_plots.h"
#include "core/report/plot_axis.h"
#include "tests/support/test_registry.h"

#include <QDir>
#include <QRegularExpression>
#include <QTemporaryDir>
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
  audit.sentences = {"All <of> it."};
  audit.sentence = audit.sentences.front();
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
  // plot. Fails if the points without an upper end are left out of the polygon's way back, so that a chord
  // closes it.
  void bandsHaveTwoEnds() {
    const double inf = std::numeric_limits<double>::infinity(), nan = std::nan("");
    SvgPlot plot{"Times", "mode", "steps", false, false, {}};
    plot.lines.push_back({{1, 2, 3, 4}, {5, 6, 7, 8}, "#0072B2", "", {4, 5, nan, 7}, {inf, 7, nan, 9}});
    const QString svg = QString::fromStdString(svgOf(plot));
    QCOMPARE(svg.count("<polygon"), 2);  // of places 1 and 2, and of 4
    const QString first = svg.mid(svg.indexOf("<polygon")).section('"', 1, 1);
    QCOMPARE(first.split(' ', Qt::SkipEmptyParts).size(), 4);
    QVERIFY(first.trimmed().endsWith(",30.0"));  // the upper edge
    QVERIFY(svg.contains(">4</text>") && !svg.contains("1.75"));
  }

  // Of marks the interval is a bar, with a foot where its end is known and up to the edge where it is not.
  void barsAreOpenWhereTheirEndIsNotKnown() {
    const double inf = std::numeric_limits<double>::infinity();
    SvgPlot plot{"Times", "mode", "steps", false, false, {}};
    plot.lines.push_back({{1, 2}, {5, 6}, "#0072B2", "", {4, 5}, {inf, 7}, true});
    const QString svg = QString::fromStdString(svgOf(plot));
    QCOMPARE(svg.count("h6"), 3);  // feet
    QCOMPARE(svg.count("<polygon"), 0);
    QVERIFY(svg.contains(QRegularExpression("V30\\.0M[0-9.]+ [0-9.]+h6 ")));
  }

  // Round numbers within the axis; whole ones of whole axes; at least two also within a decade.
  void ticksAreRound() {
    const auto ticks = [](double low, double high, bool logarithmic, bool whole) {
      return PlotAxis{low, high, logarithmic, whole}.ticks(6);
    };
    QVERIFY((ticks(0.8, 4.2, false, true) == std::vector<double>{1, 2, 3, 4}));
    QVERIFY((ticks(0.9, 2.1, false, true) == std::vector<double>{1, 2}));
    QVERIFY((ticks(1, 25, true, true) == std::vector<double>{1, 2, 5, 10, 20}));
    QVERIFY((ticks(0.5, 2e5, true, false) == std::vector<double>{1, 10, 100, 1000, 1e4, 1e5}));
    QVERIFY((ticks(11, 19, true, true) == std::vector<double>{12, 14, 16, 18}));
    const auto tenths = ticks(-0.1, 0.31, false, false);
    QCOMPARE(tenths.size(), std::size_t{5});
    for (std::size_t i = 0; i < 5; ++i) QVERIFY(std::abs(tenths[i] - (0.1 * double(i) - 0.1)) < 1e-12);
    QVERIFY(!std::signbit(ticks(0, 1, false, false)[0]) && !std::signbit(ticks(-0.01, 1, false, false)[0]));
    for (const double tick : ticks(3.7, 8.1, true, true)) QCOMPARE(tick, std::floor(tick));
  }

  // Six kinds of experiments: no two that share a panel have the same colour, mark or dash, the key names
  // every one of them once and stands above the plot, and levels run through all panels.
  void experimentsAreToldApart() {
    ExperimentsAnswer answer;
    answer.errorNow = 0.3;
    for (const char* kind :
         {"recording", "units", "perturbations of 10 units", "perturbations of all units",
          "trains of 5 perturbations of 10 units", "trains of 5 perturbations of all units"})
      for (const double samples : {1000.0, 4000.0}) {
        answer.tried.emplace_back();
        answer.tried.back().kind = kind;
        answer.tried.back().samples = samples;
        answer.tried.back().error = 0.2;
      }
    const SvgPlot plot = experimentsPlot(answer);
    QVERIFY((plot.panels ==
             std::vector<std::string>{"more recording", "perturbations", "trains of 5 perturbations"}));
    QCOMPARE(plot.lines.size(), std::size_t{6});
    for (std::size_t i = 0; i < 6; ++i)
      for (std::size_t j = 0; j < i; ++j) {
        const auto &a = plot.lines[i], &b = plot.lines[j];
        if (a.panel == b.panel)
          QVERIFY(a.colour != b.colour && lineStyle(a.style).mark != lineStyle(b.style).mark &&
                  lineStyle(a.style).dash != lineStyle(b.style).dash && a.beside != b.beside);
      }
    const QString svg = QString::fromStdString(svgOf(plot));
    for (const char* label : {">a longer recording<", ">more units<", ">of 10 units<", ">of all units<",
                              ">this recording alone<", ">the goal<"}) {
      QCOMPARE(svg.count(label), 1);
      const qsizetype at = svg.indexOf(label);
      const double y = svg.mid(svg.lastIndexOf("y=\"", at) + 3).section('"', 0, 0).toDouble();
      QVERIFY(y < 80);  // the panels begin below
    }
  }

  // Of perturbations that were made: the recording's two shares, and the circuits' where there are any.
  void perturbationsHaveAFigure() {
    PushEvidence evidence;
    evidence.response.lags = {2, 4, 8, 16};
    evidence.response.slow = {0.9, 0.8, 0.7, 0.6};
    evidence.response.own = {0.5, 0.3, 0.1, std::nan("")};
    evidence.keptWith = {1, 1, 0.9, 0.9};
    evidence.keptWithout.fill(std::nan(""));
    QCOMPARE(pushPlot(evidence).lines.size(), std::size_t{2});
    evidence.given = true;
    const SvgPlot plot = pushPlot(evidence);
    QCOMPARE(plot.lines.size(), std::size_t{3});
    QVERIFY((plot.lines[2].x == std::vector<double>{2, 4, 8, 16} && plot.lines[2].y.front() == 1));
    Audit audit = smallAudit();
    audit.pushes = evidence;
    const auto shown = [&] {
      return auditHtml(auditReport(audit, provenance())).find("circuits with a slow mode, median") !=
             std::string::npos;
    };
    QVERIFY(shown());
    audit.pushes->why = "the perturbed units do not move";
    QVERIFY(!shown());
  }

  // The numbers behind a figure, with names that hold commas; what is not known is empty.
  void numbersBehindFigures() {
    ReportBlock block;
    SvgPlot plot{"A", "lag (steps)", "memory, 95 %", true, false, {}};
    plot.lines.push_back({{1, 2.5}, {0.1, std::nan("")}, "#0072B2", "a, b", {0, 0.25}, {}, true});
    plot.levels.push_back({0.05, "by chance", 1});
    block.plot = plot;
    QCOMPARE(QString::fromStdString(figureCsv(block)),
             QString("line,lag (steps),\"memory, 95 %\",low,high\n\"a, b\",1,0.1,0,\n\"a, b\",2.5,,0.25,\n"
                     "by chance,,0.05,,\n"));
    const AuditReport report = auditReport(smallAudit(), provenance());
    std::vector<std::string> names;
    for (const auto& figure : auditFigures(report)) names.push_back(figure.name);
    QVERIFY((names == std::vector<std::string>{"1-claim", "5-reference"}));
  }

  // All files or none: a folder that cannot be written to gets nothing.
  void figuresAreFiles() {
    QTemporaryDir folder;
    const AuditReport report = auditReport(smallAudit(), provenance());
    const QString path = folder.filePath("figures");
    writeAuditFigures(report, path.toStdString());
    QCOMPARE(QDir(path).entryList(QDir::Files | QDir::Hidden).join(' '),
             QString("1-claim.csv 1-claim.svg 5-reference.csv 5-reference.svg report.json"));
    const std::string svg = readFileBytes(path.toStdString() + "/5-reference.svg");
    QVERIFY(svg.starts_with("<?xml") && svg.find("feedforward chain") != std::string::npos);
    QVERIFY(QFile(folder.filePath("file")).open(QIODevice::WriteOnly));
    QVERIFY_THROWS_EXCEPTION(InputError,
                             writeAuditFigures(report, folder.filePath("file/figures").toStdString()));
  }

  // A prior of the reader's: odds 9 times 1/9 are 1. It stands in part 5, in the JSON, and nowhere else.
  void saysTheReadersPrior() {
    const AuditReport report = auditReport(smallAudit(), provenance()), with = withReadersPrior(report, 0.1);
    const std::string sentence =
        "With the reader's own prior of 0.1 a real slow variable has probability 0.5 ";
    QVERIFY(auditHtml(report).find("reader's own prior") == std::string::npos);
    QVERIFY(auditHtml(with).find(sentence) > auditHtml(with).find("5. What else"));
    QVERIFY(auditHtml(with).find(sentence) < auditHtml(with).find("6. What would"));
    QCOMPARE(auditReportFromJson(auditReportToJson(with), "a").odds->readersPrior, 0.1);
    AuditReport none = report;
    none.odds.reset();
    QVERIFY(auditHtml(withReadersPrior(none, 0.1)) == auditHtml(none));
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
