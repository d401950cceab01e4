// The numbers behind every panel, as they stand in CSV files: names, columns, and what the core found, or
// what mathematics says of it.
#include "core/analysis/nonnormal/pseudospectrum.h"
#include "core/experiment/studies/claim_errors.h"
#include "core/experiment/studies/follow_up.h"
#include "core/experiment/studies/score_draws.h"
#include "core/io/delimited.h"
#include "core/io/npy.h"
#include "core/linalg/eigen.h"
#include "core/linalg/singular.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"
#include "tests/widgets/plot_cases.h"
#include "widgets/plots/curve_panel.h"
#include "widgets/plots/figure.h"
#include "widgets/plots/order_panel.h"
#include "widgets/plots/panels.h"
#include "widgets/plots/perturbation_panel.h"
#include "widgets/plots/perturbation_plane_panel.h"
#include "widgets/plots/sides.h"

#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

#include <map>

namespace tst_plots_data {

using namespace keyhole;
using namespace keyhole::test;

class TestPlotsData : public QObject {
  Q_OBJECT

  // Two units that forget at different rates, from a file.
  Settings recorded(const Case& c) {
    const Matrix noise = RandomStream(1, Stream::test).normalMatrix(2, 3000);
    Matrix activity = noise;
    for (Index t = 1; t < noise.cols(); ++t)
      activity.col(t) += activity.col(t - 1).cwiseProduct(Vector{{0.95, 0.5}});
    const std::string path = m_folder.filePath("recording.npy").toStdString();
    writeNpy(path, activity.transpose());
    const Settings settings = test::with(
        Settings(), {{"teacher.kind", "recording"}, {"teacher.file", path}, {"simulation.alpha", "0.1"}});
    return test::with(settings, c.changes);
  }

 private slots:
  void initTestCase() {
    for (const Case& c : cases())
      m_results[c.name] = runWithStudies(*c.preset ? test::small(c.preset, c.changes) : recorded(c), nullptr);
  }

  // Fails if the cloud is not that of the resamples, or the curves stand under one another's names.
  void whatARecordingKnows() {
    const auto& claim = *result("recording")->claim;
    const auto cloud = panelFor("eigenvalues", result("recording"))->data();
    const Vector draw = column(named(cloud, "eigenvalues-resamples"), "draw"),
                 re = column(named(cloud, "eigenvalues-resamples"), "re");
    QCOMPARE(draw(draw.size() - 1), 20.0);
    QCOMPARE(re(0), claim.errors.spectra[0].values(0).real());
    const auto tables = panelFor("claimed-memory", result("recording"))->data();
    QVERIFY(column(tables.front(), "recording") == claim.memory->recording);
    QVERIFY((column(tables.front(), "high") - column(tables.front(), "low")).minCoeff() >= 0);
  }

  void tablesCanBeFiles_data() {
    QTest::addColumn<QString>("experiment");
    for (const Case& c : cases()) QTest::newRow(c.name) << QString(c.name);
  }

  // Fails if a panel that speaks has no numbers, two tables of one figure would be one file, or a column has
  // no name, another one's, or one that breaks a CSV file.
  void tablesCanBeFiles() {
    QFETCH(QString, experiment);
    QStringList files;
    for (const PanelRow& row : panelTable()) {
      const auto panel = panelFor(row.name, result(experiment));
      const auto tables = panel->data();
      const bool later = QString(row.name) == "curve";  // computed beside the experiment
      QVERIFY2(later || panel->speaksFor(*result(experiment)) == !tables.empty(), row.name);
      for (const PanelData& table : tables) {
        files.append(table.name);
        QVERIFY2(QRegularExpression("^[a-z0-9-]+$").match(table.name).hasMatch(), qPrintable(table.name));
        QCOMPARE(static_cast<Index>(table.columns.size()), table.rows.cols());
        QVERIFY2(table.rows.rows() > 0, qPrintable(table.name));
        QCOMPARE(QSet<QString>(table.columns.begin(), table.columns.end()).size(), table.columns.size());
        for (const QString& name : table.columns)
          QVERIFY2(QRegularExpression("^[a-z0-9_]+$").match(name).hasMatch(), qPrintable(name));
      }
    }
    QCOMPARE(QSet<QString>(files.begin(), files.end()).size(), files.size());
  }

  // Fails if a panel is never tried above.
  void everyPanelSpeaksOnce() {
    for (const PanelRow& row : panelTable()) {
      const bool spoke = std::any_of(cases().begin(), cases().end(), [&](const Case& c) {
        return panelFor(row.name, m_results[c.name])->speaksFor(*m_results[c.name]);
      });
      QVERIFY2(spoke, row.name);
    }
  }

  // Of a recording nobody knows τ: axes and tables are in steps, or in seconds where a step is known, and no
  // panel says a time in τ. Fails if the axis of one is still by the assumed α.
  void recordingsHaveNoTau() {
    const Result inSteps = result("recording");
    auto timed = std::make_shared<Experiment>(*inSteps);
    auto teacher = std::make_shared<TeacherStage>(*inSteps->teacher);
    teacher->recording->interval = 0.02;
    teacher->recording->intervalUnit = "s";
    timed->teacher = teacher;
    const Vector steps = column(named(panelFor("activity", inSteps)->data(), "activity"), "time_steps");
    const Vector seconds = column(named(panelFor("activity", timed)->data(), "activity"), "time_seconds");
    QVERIFY(steps.size() > 100 && seconds.size() == steps.size());
    QVERIFY(std::abs(steps(100) - 100) < 1e-9 && std::abs(seconds(100) - 2) < 1e-9);
    QCOMPARE(timeUnitOf(*inSteps).axis(), QString("time (steps)"));
    QCOMPARE(timeUnitOf(*timed).axis(), QString("time (s)"));
    QCOMPARE(timeUnitOf(*result("map")).axis(), QString("time (τ)"));
    for (const PanelRow& row : panelTable()) {
      if (!panelFor(row.name, inSteps)->speaksFor(*inSteps)) continue;
      for (const PanelData& table : panelFor(row.name, inSteps)->data())
        QVERIFY2(!table.columns.contains("time_tau") && !table.columns.contains("tau"),
                 qPrintable(table.name));
    }
  }

  // Fails if a trace stands under another unit's name, at another time, or is the other system's.
  void activity() {
    const Result e = result("map");
    const auto tables = panelFor("activity", e)->data();
    const PanelData& table = named(tables, "activity");
    const Vector time = column(table, "time_tau");
    QVERIFY(time.size() > 100);
    QVERIFY(time(0) == 0 && std::abs(time(100) - 100 * e->simulation->alpha) < 1e-12);
    const auto shown = std::min<std::size_t>(
        static_cast<std::size_t>(e->settings.integer("view.units_shown")), e->observation->seen.size());
    QCOMPARE(table.columns.size(), static_cast<qsizetype>(1 + 2 * shown));
    for (std::size_t i = 0; i < shown; ++i) {
      const Index unit = e->observation->seen[i];
      const auto at = QString::number(unit + 1);
      QVERIFY(column(table, "teacher_unit_" + at) ==
              e->simulation->display.row(e->simulation->rowOf(unit)).head(time.size()).transpose());
      QVERIFY(column(table, "student_unit_" + at) ==
              e->studentAnalysis->activity.row(static_cast<Index>(i)).head(time.size()).transpose());
    }
  }

  // Fails if the input or one of the readouts is another one's, or shifted in time.
  void task() {
    const Result e = result("task");
    const auto tables = panelFor("task", e)->data();
    const PanelData& table = named(tables, "task");
    const Index n = table.rows.rows();
    QVERIFY(n > 100);
    QVERIFY(std::abs(column(table, "time_tau")(n - 1) - e->simulation->alpha * static_cast<double>(n - 1)) <
            1e-9);
    QVERIFY(column(table, "input") == e->simulation->signal.head(n));
    QVERIFY(column(table, "readout_teacher") == e->simulation->readout);
    QVERIFY(column(table, "ideal_integrator") == e->simulation->target);
    QVERIFY(column(table, "readout_student") == e->studentReadout && e->studentReadout.size() == n);
  }

  // Fails if states are counted from 0, probabilities are not those of their state, or a state's eigenvalues
  // are another's.
  void segments() {
    const Result e = result("slds");
    const auto tables = panelFor("segments", e)->data();
    const Switching& parts = *e->fit->student.switching;
    const PanelData& table = named(tables, "segments");
    QCOMPARE(table.columns, QStringList({"time_tau", "state", "probability_1", "probability_2"}));
    QCOMPARE(table.rows.rows(), static_cast<Index>(parts.path.size()));
    for (Index t = 0; t < table.rows.rows(); ++t)
      QCOMPARE(table.rows(t, 1), parts.path[static_cast<std::size_t>(t)] + 1.0);
    QVERIFY(table.rows.rightCols(2) == parts.posterior.transpose());
    COMPARE_MATRICES(table.rows.rightCols(2).rowwise().sum(), Vector::Ones(table.rows.rows()), 1e-9);
    const PanelData& spectra = named(tables, "segment-eigenvalues");
    QCOMPARE(spectra.rows.rows(), Index{4});
    for (Index k = 0; k < 2; ++k) {
      ComplexVector values(2);
      values.real() = spectra.rows.col(1).segment(2 * k, 2);
      values.imag() = spectra.rows.col(2).segment(2 * k, 2);
      QVERIFY((spectra.rows.col(0).segment(2 * k, 2).array() == static_cast<double>(k + 1)).all());
      COMPARE_EIGENVALUES(values, keyhole::eigenvalues(parts.A[static_cast<std::size_t>(k)]), 1e-9);
    }
  }

  // Fails if the sign of a likelihood is lost (expectation maximisation never lowers it, up to the rounding
  // of its sums), or an iteration.
  void objective() {
    const Result e = result("lds");
    const auto tables = panelFor("objective", e)->data();
    const PanelData& table = named(tables, "objective");
    const auto& cost = e->fit->student.summary.cost;
    QCOMPARE(table.rows.rows(), static_cast<Index>(cost.size()));
    for (Index i = 0; i < table.rows.rows(); ++i) {
      QCOMPARE(table.rows(i, 0), static_cast<double>(i));
      QCOMPARE(table.rows(i, 1), -cost[static_cast<std::size_t>(i)]);
      if (i > 0) QVERIFY(table.rows(i, 1) >= table.rows(i - 1, 1) - 1e-9 * std::abs(table.rows(i, 1)));
    }
  }

  // Fails if a draw is missing, under another estimator's name, or without its seed.
  void scores() {
    const Result e = result("draws");
    QVERIFY(e->scores && e->scores->complete);
    const auto tables = panelFor("scores", e)->data();
    QCOMPARE(tables.size(), e->scores->families.size());
    for (std::size_t k = 0; k < tables.size(); ++k) {
      const auto& draws = e->scores->families[k].draws;
      QVERIFY(tables[k].name.startsWith("scores-"));
      QCOMPARE(tables[k].rows.rows(), Index{3});
      for (Index i = 0; i < 3; ++i) {
        const ScoreDraw& draw = draws[static_cast<std::size_t>(i)];
        QCOMPARE(column(tables[k], "seed")(i), static_cast<double>(draw.seed));
        QCOMPARE(column(tables[k], "score")(i), draw.score);
        QCOMPARE(column(tables[k], "defined")(i), draw.status == ScoreStatus::defined ? 1.0 : 0.0);
        QCOMPARE(column(tables[k], "lambda1_re")(i), draw.leading(0).real());
        QCOMPARE(column(tables[k], "lambda1_im")(i), draw.leading(0).imag());
      }
    }
  }

  // Fails if a curve stands at other numbers of units, or at all of them is not the teacher's own value: a
  // student that sees everything, for ever, is the teacher (rounding of its sums: 1e-6).
  void curve() {
    const Result e = result("map");
    CurvePanel panel(nullptr);
    panel.setExperiment(e);
    QVERIFY(panel.data().empty());
    panel.missingFor({})(noProgress())();
    QVERIFY(!panel.missingFor({}));
    const auto tables = panel.data();
    const PanelData& table = named(tables, "curve");
    const SeenCurve& curve = *panel.curve();
    QCOMPARE(table.rows.rows(), static_cast<Index>(curve.counts.size()));
    for (Index i = 0; i < table.rows.rows(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      QCOMPARE(column(table, "d")(i), static_cast<double>(curve.counts[at]));
      QCOMPARE(column(table, "fraction")(i), static_cast<double>(curve.counts[at]) / 40);
    }
    QCOMPARE(column(table, "d")(table.rows.rows() - 1), 40.0);
    QCOMPARE(e->settings.text("view.curve"), std::string("eigenvalue"));
    const double own = e->teacherAnalysis->spectrum.values(0).real();
    QVERIFY(std::abs(column(table, "long_time")(table.rows.rows() - 1) - own) < 1e-6);
    QVERIFY(column(table, "map").allFinite() && column(table, "draws_mean").allFinite());
  }

  // Fails if a distance is another system's, or not that of the push at first.
  void push() {
    const Result e = result("map");
    const auto perturbation = std::make_shared<const Perturbation>(perturb(*e, {}));
    PerturbationPanel panel(nullptr);
    panel.setPerturbation(e, perturbation);
    const auto tables = panel.data();
    QCOMPARE(tables.size(), perturbation->systems.size());
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const PerturbedRun& run = perturbation->systems[i].run;
      QCOMPARE(tables[i].name, "push-" + perturbationName(perturbation->systems[i]).toLower());
      QCOMPARE(tables[i].columns, QStringList({"time_tau", "distance"}));
      QVERIFY(tables[i].rows.col(0) == run.time && tables[i].rows.col(1) == run.distance);
      QVERIFY(std::abs(tables[i].rows(0, 1) - perturbation->norm) <= 1e-9 * perturbation->norm);
    }
  }

  // Fails if free and pushed are exchanged, or the times are not the runs'.
  void pushInThePlane() {
    const Result e = result("map");
    const Perturbation perturbation = perturb(*e, {});
    for (const auto& [role, plane] : {std::pair{PerturbationRole::teacher, perturbation.teacherPlane},
                                      std::pair{PerturbationRole::shown, perturbation.shownPlane}}) {
      QVERIFY(plane);
      const Vector& time = perturbation.find(role)->run.time;
      PerturbationPlanePanel panel(role, nullptr);
      panel.setRun(e, time, *plane, {-1, 1}, {-1, 1});
      const auto tables = panel.data();
      const PanelData& table =
          named(tables, role == PerturbationRole::teacher ? "teacher-push" : "student-push");
      QVERIFY(column(table, "time_tau") == time);
      QVERIFY(column(table, "free_pc1") == plane->free.row(0).transpose());
      QVERIFY(column(table, "free_pc2") == plane->free.row(1).transpose());
      QVERIFY(column(table, "pushed_pc1") == plane->perturbed.row(0).transpose());
      QVERIFY(column(table, "pushed_pc2") == plane->perturbed.row(1).transpose());
    }
  }

  // Fails if a number has another's likelihood, or another one is marked as the choice.
  void order() {
    OrderOptions options;
    options.numbers = {1, 2, 3};
    options.folds = 2;
    const auto found = std::make_shared<const OrderResult>(orderOf(*result("lds"), options));
    OrderPanel panel(nullptr);
    QVERIFY(panel.data().empty());
    panel.setResult(found);
    const auto tables = panel.data();
    const PanelData& table = named(tables, "order");
    QCOMPARE(table.rows.rows(), Index{3});
    for (Index i = 0; i < 3; ++i) {
      const ScoredPoint& point = found->points[static_cast<std::size_t>(i)];
      QCOMPARE(column(table, "latents")(i), static_cast<double>(i + 1));
      QCOMPARE(column(table, "held_out")(i), point.order.heldOut);
      QCOMPARE(column(table, "standard_error")(i), point.order.standardError);
      QCOMPARE(column(table, "lambda1_re")(i), point.order.eigenvalues(0).real());
      QCOMPARE(column(table, "chosen")(i), found->chosen == i + 1 ? 1.0 : 0.0);
    }
  }

  // The contours that are drawn are among the files of a whole figure. Fails if they are left out, or are
  // other lines than those of the picture: |σ_min(z) - σ_min(w)| <= |z - w| and a vertex lies on an edge of
  // the grid between values on either side of ε, so its own σ_min is within one spacing of ε.
  void contoursAreWrittenWithAFigure() {
    const Result e = result("map");
    QTemporaryDir folder;
    Figure figure(e);
    QCOMPARE(figure.missing().size(), std::size_t{1});
    figure.writeData(folder.path());
    QVERIFY(figure.missing().empty());
    const auto table = readDelimited(folder.filePath("pseudospectrum-student.csv").toStdString());
    QCOMPARE(table.columnNames, (std::vector<std::string>{"log10_epsilon", "line", "re", "im"}));
    QVERIFY(table.values.rows() > 50);
    const Matrix& A = e->fit->student.A;
    const double width = table.values.col(2).maxCoeff() - table.values.col(2).minCoeff();
    const double height = table.values.col(3).maxCoeff() - table.values.col(3).minCoeff();
    // 64 intervals over a window of which the lines cover at least a quarter.
    const double spacing = 4 * std::max(width, height) / 64;
    for (Index i = 0; i < table.values.rows(); i += 17) {
      const std::complex<double> z(table.values(i, 2), table.values(i, 3));
      const double sigma = smallestSingularValue(z * ComplexMatrix::Identity(A.rows(), A.rows()) -
                                                 A.cast<std::complex<double>>());
      QVERIFY(std::abs(sigma - std::pow(10.0, table.values(i, 0))) <= spacing);
    }
    QVERIFY(QFile::exists(folder.filePath("eigenvalues-student.csv")));
  }

 private:
  Result result(const QString& name) { return m_results.at(name.toStdString()); }

  QTemporaryDir m_folder;
  std::map<std::string, Result> m_results;
};

KEYHOLE_TEST(TestPlotsData)

}  // namespace tst_plots_data

#include "tst_plots_data.moc"
