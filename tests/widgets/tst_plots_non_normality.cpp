// Non-normality in the panels: what is drawn, said and tabled is what the core computes.
#include "core/analysis/nonnormal/eigenmodes.h"
#include "core/experiment/settings/presets.h"
#include "core/linalg/singular.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"
#include "widgets/plots/activity_panel.h"
#include "widgets/plots/eigenvalue_panel.h"
#include "widgets/plots/growth_panel.h"
#include "widgets/plots/overlap_panel.h"

#include <QSignalSpy>
#include <QTest>
#include <qcustomplot.h>

namespace tst_plots_non_normality {

using namespace keyhole;

namespace {

constexpr int kPatience = 30000;  // ms; an upper bound, not a measure

using Result = std::shared_ptr<const Experiment>;

Settings smallSettings(const std::string& whose) {
  Settings settings = preset("figure-3").settings;
  settings.set("teacher.size", 60LL);
  settings.set("simulation.steps", 1500LL);
  settings.set("observation.fraction", 0.3);
  settings.set("observation.subset",
               std::string("random"));  // so that numbers of units are not those of rows
  settings.set("analysis.limit_runs", 0LL);
  settings.set("analysis.point_starts", 0LL);
  settings.set("view.pseudospectrum", whose);
  return settings;
}

// An eigenvalue panel on the screen, which has asked for its pseudospectrum and was given it.
struct Shown {
  EigenvaluePanel panel{nullptr};
  std::vector<PseudospectrumRequest> asked;
  std::shared_ptr<const Pseudospectrum> grid;

  explicit Shown(const Result& experiment) {
    QObject::connect(&panel, &Panel::pseudospectrumWanted,
                     [this](const PseudospectrumRequest& request) { asked.push_back(request); });
    panel.resize(400, 320);
    panel.show();
    panel.setExperiment(experiment);
  }
  bool give() {
    if (!QTest::qWaitFor([this] { return !asked.empty() && asked.back().of; }, kPatience)) return false;
    grid = std::make_shared<const Pseudospectrum>(
        pseudospectrum(*networkOf(asked.back()), asked.back().window, 32));
    panel.setPseudospectrum(asked.back(), grid);
    return true;
  }
};

// The vertices of all curves of the lines' layer.
std::vector<std::complex<double>> drawn(QCustomPlot& plot) {
  std::vector<std::complex<double>> points;
  for (int i = 0; i < plot.plottableCount(); ++i) {
    auto* curve = qobject_cast<QCPCurve*>(plot.plottable(i));
    if (!curve || curve->layer()->name() != "pseudospectrum") continue;
    for (const QCPCurveData& point : *curve->data())
      if (!std::isnan(point.key)) points.emplace_back(point.key, point.value);
  }
  return points;
}

const PanelData* tableNamed(const std::vector<PanelData>& tables, const QString& name) {
  for (const PanelData& table : tables)
    if (table.name == name) return &table;
  return nullptr;
}

}  // namespace

class TestPlotsNonNormality : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    m_student = runExperiment(smallSettings("student"), nullptr);
    m_teacher = runExperiment(smallSettings("teacher"), m_student);
    m_none = runExperiment(smallSettings("none"), m_student);
  }

  // Fails if lines are dropped or drawn somewhere else, are another system's, or of another ε. Since |σ(z) -
  // σ(w)| <= |z - w| and a vertex lies on an edge of the grid between values on either side of ε, its own
  // σ_min is within one spacing of ε.
  void linesAreTheCores() {
    for (const Result& experiment : {m_student, m_teacher}) {
      Shown shown(experiment);
      QVERIFY(shown.give());
      const auto levels = pseudospectrumLevels(*shown.grid);
      QVERIFY(levels.size() >= 2);
      std::size_t vertices = 0;
      for (const double level : levels)
        for (const Polyline& line : contours(*shown.grid, std::pow(10.0, level)))
          vertices += static_cast<std::size_t>(line.points.cols() + (line.closed ? 1 : 0));
      QCOMPARE(drawn(shown.panel.plot()).size(), vertices);
      const bool teacher = experiment == m_teacher;
      const auto tables = shown.panel.data();
      const auto* table = tableNamed(tables, teacher ? "pseudospectrum-teacher" : "pseudospectrum-student");
      QVERIFY(table && table->rows.rows() > 20);
      const Matrix A =
          teacher ? experiment->teacher->teacher->network.dense() : Matrix(experiment->fit->student.A);
      const double spacing =
          std::max(shown.grid->re(1) - shown.grid->re(0), shown.grid->im(1) - shown.grid->im(0));
      for (Index i = 0; i < table->rows.rows(); i += 29) {
        const std::complex<double> z(table->rows(i, 2), table->rows(i, 3));
        const double sigma = smallestSingularValue(z * ComplexMatrix::Identity(A.rows(), A.rows()) -
                                                   A.cast<std::complex<double>>());
        QVERIFY(std::abs(sigma - std::pow(10.0, table->rows(i, 0))) <= spacing);
      }
    }
  }

  // Fails if the window that is asked for leaves a part of the picture without lines.
  void theWindowHoldsThePicture() {
    Shown shown(m_student);
    QVERIFY(shown.give());
    const ComplexWindow& window = shown.asked.back().window;
    const QCPRange x = shown.panel.plot().xAxis->range(), y = shown.panel.plot().yAxis->range();
    QVERIFY(window.reMin <= x.lower && x.upper <= window.reMax);
    QVERIFY(window.imMin <= y.lower && y.upper <= window.imMax && window.imMin == -window.imMax);
  }

  // Fails if the lines of one student stay around the eigenvalues of another, or come back late; or vanish
  // when a finer picture of the same student comes.
  void staleLinesVanish() {
    Shown shown(m_student);
    QVERIFY(shown.give());
    const PseudospectrumRequest first = shown.asked.back();
    shown.panel.setExperiment(std::make_shared<const Experiment>(*m_student));
    QVERIFY(shown.panel.pseudospectrum().grid() == shown.grid);
    Settings other = smallSettings("student");
    other.set("observation.fraction", 0.5);
    shown.panel.setExperiment(runExperiment(other, m_student));
    QVERIFY(!shown.panel.pseudospectrum().grid() && drawn(shown.panel.plot()).empty());
    QVERIFY(!shown.asked.back().of);  // whoever computes is told to stop
    shown.panel.setPseudospectrum(first, shown.grid);
    QVERIFY(!shown.panel.pseudospectrum().grid());
    QVERIFY(shown.give());
    shown.panel.setExperiment(runExperiment(smallSettings("none"), m_student));
    QVERIFY(!shown.panel.pseudospectrum().grid());
  }

  // Fails if a panel without a worker, as in figures, leaves the lines out, or draws them unasked.
  void figuresComputeTheirOwn() {
    for (const Result& experiment : {m_student, m_none}) {
      EigenvaluePanel panel(nullptr);
      panel.setTheme(Theme::print());
      panel.setExperiment(experiment);
      QPixmap page(200, 150);
      QCPPainter painter(&page);
      panel.renderTo(painter, page.size());
      QCOMPARE(!drawn(panel.plot()).empty(), experiment == m_student);
    }
  }

  // Fails if the mode under the cursor is another eigenvalue's, or its units are rows of the student instead
  // of the teacher's units.
  void hoverTellsTheMode() {
    Shown shown(m_none);
    QVERIFY(QTest::qWaitForWindowExposed(&shown.panel));
    QCustomPlot& plot = shown.panel.plot();
    plot.replot();
    const Experiment& e = *m_none;
    const auto modes = eigenmodes(e.fit->student.A);
    QSignalSpy said(&shown.panel, &Panel::hovered);
    std::vector<Index> units;
    connect(&shown.panel, &Panel::modeHovered, [&units](const std::vector<Index>& now) { units = now; });
    const Eigenmode& mode = modes.front();
    const QPointF at(plot.xAxis->coordToPixel(mode.value.real()),
                     plot.yAxis->coordToPixel(mode.value.imag()));
    QTest::mouseMove(&plot, at.toPoint());
    QTRY_VERIFY(!said.isEmpty());
    const Participation part = participationOf(mode.right, 5);
    QStringList names;
    std::vector<Index> expected;
    for (const Index row : part.top) {
      expected.push_back(e.observation->seen[static_cast<std::size_t>(row)]);
      names.append(QString::number(expected.back() + 1));
    }
    const QString text = said.last().first().toString();
    QVERIFY2(text.startsWith("student: "), qPrintable(text));
    QVERIFY2(text.contains("condition " + shortNumber(mode.condition)), qPrintable(text));
    QVERIFY2(text.contains("spread over " + shortNumber(part.ratio)), qPrintable(text));
    QVERIFY2(text.contains("most on " + names.join(", ")), qPrintable(text));
    QCOMPARE(units, expected);
    QTest::mouseMove(&plot, QPoint(2, 2));
    QTRY_VERIFY(units.empty());
  }

  // Fails if other traces than those of the mode's units stand out, or they stay so.
  void theUnitsOfAModeStandOut() {
    ActivityPanel panel(nullptr);
    panel.setExperiment(m_none);
    const auto widths = [&panel] {
      std::vector<double> all;
      for (int i = 0; i < panel.plot().graphCount(); ++i)
        all.push_back(panel.plot().graph(i)->pen().widthF());
      return all;
    };
    const auto before = widths();
    panel.highlightUnits({m_none->observation->seen[1], 59});
    const auto bold = widths();
    for (std::size_t i = 0; i < bold.size(); ++i)
      QCOMPARE(bold[i] > before[i], i / 2 == 1);  // two traces of every unit
    panel.highlightUnits({});
    QCOMPARE(widths(), before);
  }

  // Fails if the curve is another system's, over another time, or its table is not what the core found.
  void growthIsTheCores() {
    GrowthPanel panel(nullptr);
    QVERIFY(panel.speaksFor(*m_none));
    panel.setExperiment(m_none);
    const auto tables = panel.data();
    QCOMPARE(tables.size(), std::size_t{2});
    for (const bool teacher : {true, false}) {
      const Network network =
          teacher ? m_none->teacher->teacher->network : Network(DenseForm{m_none->fit->student.A});
      const auto expected = transientGrowth(network, {20, 200});
      const auto* table =
          tableNamed(tables, teacher ? "transient-growth-teacher" : "transient-growth-student");
      QVERIFY(table);
      QVERIFY(table->rows.col(0) == expected.time && table->rows.col(1) == expected.growth);
      // Both bounds hold of what is drawn, up to the rounding of the curve.
      QVERIFY((table->rows.col(1).array() >= table->rows.col(2).array() * (1 - 1e-9)).all());
      QVERIFY((table->rows.col(1).array() <= table->rows.col(3).array() * (1 + 1e-9)).all());
      bool found = false;
      for (int i = 0; i < panel.plot().graphCount(); ++i) {
        const auto& points = *panel.plot().graph(i)->data();
        if (points.size() != 1) continue;
        found =
            found || (points.at(0)->key == expected.maximumTime && points.at(0)->value == expected.maximum);
      }
      QVERIFY2(found, "the maximum is not marked");
    }
  }

  // Fails if the overlaps are those of other units than the seen ones, or σ is exchanged.
  void overlapsAreTheCores() {
    OverlapPanel panel(nullptr);
    QVERIFY(panel.speaksFor(*m_none));
    panel.setExperiment(m_none);
    const auto expected = singularOverlap(m_none->teacher->teacher->network, m_none->observation->seen,
                                          m_none->fit->student.A, 40);
    const auto tables = panel.data();
    QCOMPARE(tables.size(), std::size_t{1});
    const Matrix& rows = tables.front().rows;
    QVERIFY(rows.col(1) == expected.left && rows.col(2) == expected.right && rows.col(3) == expected.chance);
    QVERIFY(rows.col(4) == expected.teacherValues && rows.col(5) == expected.studentValues);
  }

  // Fails if what is found after the picture is computed again for a change of the view, or kept for another
  // student.
  void foundOnce() {
    QVERIFY(m_none->teacherGrowth && m_none->teacherGrowth == m_student->teacherGrowth);
    QVERIFY(m_none->studentGrowth == m_student->studentGrowth && m_none->overlap == m_student->overlap);
    Settings other = smallSettings("none");
    other.set("observation.fraction", 0.5);
    const Result next = runExperiment(other, m_none);
    QVERIFY(next->teacherGrowth == m_none->teacherGrowth);
    QVERIFY(next->studentGrowth != m_none->studentGrowth && next->overlap != m_none->overlap);
    QCOMPARE(next->overlap->left.size(), Index{2});  // the teacher's rank
  }

  // Fails if a panel claims to speak before its numbers are there, so that it would show the earlier ones.
  void beforeTheNumbersAreThere() {
    Experiment early = *m_none;
    early.teacherGrowth = early.studentGrowth = nullptr;
    early.overlap = nullptr;
    early.reached = Depth::complete;
    GrowthPanel growth(nullptr);
    OverlapPanel overlaps(nullptr);
    for (const Panel* panel : {static_cast<Panel*>(&growth), static_cast<Panel*>(&overlaps)})
      QVERIFY(!panel->speaksFor(early) && panel->awaits(early) && !panel->awaits(*m_none));
  }

 private:
  Result m_student, m_teacher, m_none;
};

KEYHOLE_TEST(TestPlotsNonNormality)

}  // namespace tst_plots_non_normality

#include "tst_plots_non_normality.moc"
