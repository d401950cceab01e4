// The numbers behind the panels of teacher and student as systems, as they stand in CSV files: what the core
// found, or what mathematics says of it.
#include "core/linalg/eigen.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"
#include "tests/widgets/plot_cases.h"

#include <QTest>

namespace tst_plots_data_systems {

using namespace keyhole;
using namespace keyhole::test;

class TestPlotsDataSystems : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { m_map = runExperiment(small(cases()[0].preset, cases()[0].changes), nullptr); }

  // Fails if the sides are exchanged, values left out, or a mark of what is undetermined lost.
  void eigenvalues() {
    const Result& e = m_map;
    const auto tables = panelFor("eigenvalues", e)->data();
    for (const auto& [name, analysis] : {std::pair{"eigenvalues-teacher", e->teacherAnalysis},
                                         std::pair{"eigenvalues-student", e->studentAnalysis}}) {
      const PanelData& table = named(tables, name);
      const Spectrum& spectrum = analysis->spectrum;
      QVERIFY(column(table, "re") == spectrum.values.real() && column(table, "im") == spectrum.values.imag());
      const Vector undetermined = column(table, "undetermined");
      for (Index i = 0; i < undetermined.size(); ++i)
        QCOMPARE(undetermined(i), spectrum.undetermined[static_cast<std::size_t>(i)] ? 1.0 : 0.0);
      if (spectrum.conditions.size() == spectrum.values.size())
        QVERIFY(column(table, "condition") == spectrum.conditions);
    }
    const auto& student = named(tables, "eigenvalues-student");
    ComplexVector values(student.rows.rows());
    values.real() = column(student, "re");
    values.imag() = column(student, "im");
    COMPARE_EIGENVALUES(values, keyhole::eigenvalues(e->fit->student.A), 1e-8);
  }

  // Fails if a velocity or a speed stands at another place than its own: each is that of the system itself at
  // the state which the place of the plane stands for. (Both by other orders of summation: 1e-9 of the
  // largest.)
  void flows() {
    const Result& e = m_map;
    for (const auto& [name, analysis, system] :
         {std::tuple{QString("teacher-flow"), e->teacherAnalysis, *teacherSystem(*e)},
          std::tuple{QString("student-flow"), e->studentAnalysis, *studentSystem(*e)}}) {
      const auto tables = panelFor(name, e)->data();
      const FlowPlane& plane = analysis->flow.plane;
      const PanelData& arrows = named(tables, name + "-arrows");
      QCOMPARE(arrows.columns, QStringList({"pc1", "pc2", "velocity1_per_tau", "velocity2_per_tau"}));
      const double largest = arrows.rows.rightCols(2).cwiseAbs().maxCoeff();
      for (Index i = 0; i < arrows.rows.rows(); i += 7) {
        const Vector velocity =
            plane.E.transpose() * flow(system, liftPoint(plane, arrows.rows(i, 0), arrows.rows(i, 1)));
        COMPARE_MATRICES(arrows.rows.row(i).tail(2).transpose(), velocity, 1e-9 * largest);
      }
      const PanelData& speed = named(tables, name + "-speed");
      QCOMPARE(speed.rows.rows(), analysis->flow.speed.size());
      const double fastest = speed.rows.col(2).maxCoeff();
      for (Index i = 0; i < speed.rows.rows(); i += 997) {
        const Vector velocity =
            plane.E.transpose() * flow(system, liftPoint(plane, speed.rows(i, 0), speed.rows(i, 1)));
        QVERIFY(std::abs(speed.rows(i, 2) - velocity.norm()) <= 1e-9 * fastest);
      }
      QVERIFY(named(tables, name + "-trajectory").rows == analysis->flow.trajectory.transpose());
    }
  }

  // Fails if points of rest are listed at other places than where the flow stands still.
  void pointsOfRest() {
    const Result& e = m_map;
    QVERIFY(e->studentAttractors && !e->studentAttractors->points.points.empty());
    const auto tables = panelFor("student-flow", e)->data();
    const PanelData& table = named(tables, "student-flow-points-of-rest");
    const auto& points = e->studentAttractors->points.points;
    QCOMPARE(table.rows.rows(), static_cast<Index>(points.size()));
    const FlowSystem system = *studentSystem(*e);
    for (Index i = 0; i < table.rows.rows(); ++i) {
      const FixedPoint& point = points[static_cast<std::size_t>(i)];
      COMPARE_MATRICES(table.rows.row(i).head(2).transpose(),
                       toPlane(e->studentAnalysis->flow.plane, point.position), 1e-12);
      const double speed = flow(system, point.position).norm();
      QVERIFY(std::abs(column(table, "speed_per_tau")(i) - speed) <= 1e-9 * (1 + speed));
    }
  }

  // Fails if runs are mixed up, cut, or the other side's.
  void limitSets() {
    const Result& e = m_map;
    for (const auto& [name, analysis] : {std::pair{QString("teacher-limit-sets"), e->teacherAnalysis},
                                         std::pair{QString("student-limit-sets"), e->studentAnalysis}}) {
      const auto tables = panelFor(name, e)->data();
      const PanelData& table = named(tables, name);
      QCOMPARE(table.columns, QStringList({"run", "pc1", "pc2", "pc3"}));
      Index row = 0;
      for (std::size_t k = 0; k < analysis->limitSets->runs.size(); ++k) {
        const Matrix& run = analysis->limitSets->runs[k];
        QVERIFY((table.rows.col(0).segment(row, run.cols()).array() == static_cast<double>(k + 1)).all());
        QVERIFY(table.rows.block(row, 1, run.cols(), 3) == run.transpose());
        row += run.cols();
      }
      QCOMPARE(table.rows.rows(), row);
    }
  }

  // Fails if a time constant is not that of its eigenvalue, τ = |1/(1 - Re λ)| and -α / ln|1 - α + α λ|, in
  // the order of the spectrum; the latter is below 0 where the mode grows.
  void timeConstants() {
    const Result& e = m_map;
    const auto tables = panelFor("time-constants", e)->data();
    for (const auto& [name, analysis] : {std::pair{"time-constants-teacher", e->teacherAnalysis},
                                         std::pair{"time-constants-student", e->studentAnalysis}}) {
      const PanelData& table = named(tables, name);
      QCOMPARE(table.columns, QStringList({"tau", "map_tau", "undetermined"}));
      const double alpha = analysis->spectrum.alpha;
      QCOMPARE(table.rows.rows(), analysis->spectrum.values.size());
      for (Index i = 0; i < table.rows.rows(); ++i) {
        const double tau = std::abs(1 / (1 - analysis->spectrum.values(i).real()));
        QVERIFY(std::abs(table.rows(i, 0) - tau) <= 1e-9 * tau);
        const double modulus = std::abs(1 - alpha + alpha * analysis->spectrum.values(i));
        const double ofMap = -alpha / std::log(modulus);
        QVERIFY(std::abs(table.rows(i, 1) - ofMap) <= 1e-6 * std::abs(ofMap));
        QCOMPARE(table.rows(i, 1) < 0, modulus > 1);
      }
    }
  }

  // Fails if a table is the other side's or a bound is of another system: G(0) = 1 for each, as for its
  // bounds.
  void growth() {
    const Result& e = m_map;
    const auto tables = panelFor("transient-growth", e)->data();
    for (const auto& [name, growth] : {std::pair{"transient-growth-teacher", e->teacherGrowth},
                                       std::pair{"transient-growth-student", e->studentGrowth}}) {
      const PanelData& table = named(tables, name);
      QCOMPARE(table.columns, QStringList({"time_tau", "growth", "slowest_mode", "initial_rate"}));
      QVERIFY(table.rows.col(0) == growth->time && table.rows.col(1) == growth->growth);
      QVERIFY((table.rows.row(0).tail(3).array() - 1).abs().maxCoeff() < 1e-12);
    }
  }

  // Fails if a column is another's.
  void overlaps() {
    const Result& e = m_map;
    const auto tables = panelFor("singular-overlaps", e)->data();
    const PanelData& table = named(tables, "singular-overlaps");
    QCOMPARE(column(table, "k")(0), 1.0);
    QVERIFY(column(table, "left") == e->overlap->left && column(table, "right") == e->overlap->right);
    QVERIFY(column(table, "chance") == e->overlap->chance);
    QVERIFY(column(table, "teacher_singular_value") == e->overlap->teacherValues);
    QVERIFY(column(table, "student_singular_value") == e->overlap->studentValues);
  }

 private:
  Result m_map;
};

KEYHOLE_TEST(TestPlotsDataSystems)

}  // namespace tst_plots_data_systems

#include "tst_plots_data_systems.moc"
