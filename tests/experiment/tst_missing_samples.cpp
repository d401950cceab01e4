// A recording with missing samples (NaN), through the experiment, the comparison and the choice of an order.
#include "core/experiment/experiment_stages.h"
#include "core/experiment/settings/fit_options.h"
#include "core/experiment/studies/compare.h"
#include "core/experiment/studies/order.h"
#include "core/io/npy.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

namespace tst_missing_samples {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// 6 units of a line attractor, every eleventh sample missing; time in rows.
Matrix withGaps() {
  const Settings settings = small("line-attractor", {{"simulation.steps", "400"}});
  const auto teacher = stages::makeTeacher(settings);
  const auto simulation = stages::makeSimulation(settings, *teacher, {}, noProgress());
  Matrix rows = simulation->display.topRows(6).transpose();
  for (Index k = 5; k < rows.size(); k += 11) rows(k) = std::numeric_limits<double>::quiet_NaN();
  return rows;
}

}  // namespace

class TestMissingSamples : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    m_file = m_folder.filePath("gaps.npy").toStdString();
    m_rows = withGaps();
    writeNpy(m_file, m_rows);
  }

  // Fails if gaps reach a number that is shown, or are not told.
  void latentModelsLeaveThemOut() {
    const auto result = runExperiment(of("lds"), nullptr);
    QVERIFY(hasParameters(result->fit->student.summary.status));
    QCOMPARE(result->teacher->warnings.size(), std::size_t{1});
    QVERIFY(contains(result->teacher->warnings[0], "of 2400 samples"));
    const SystemAnalysis& student = *result->studentAnalysis;
    QVERIFY(student.activity.allFinite() && student.flow.speed.allFinite());
    QVERIFY(std::isfinite(student.explainedVariance) && student.explainedVariance > 0.5);
    QVERIFY(std::isfinite(student.fitsTheData) && result->studentAttractors);
    // It is the fit of the recording itself.
    LdsOptions options = ldsOptions(of("lds"));
    const LdsFit known = fitLds({{m_rows.transpose(), Matrix(0, 400)}}, options);
    QVERIFY(result->fit->student.A == paperScaling(known.model.F, options.alpha));
  }

  // The others say which sample it is, and nothing is lost: the recording is there for the next method.
  void othersSayWhichOneIsMissing() {
    for (const char* method : {"map", "cornn", "force", "bptt", "subspace", "stationary-discrete"}) {
      const auto result = runExperiment(of(method), nullptr);
      QCOMPARE(result->fit->student.summary.status, FitStatus::notRun);
      const std::string& sentence = result->fit->student.summary.message;
      QVERIFY2(contains(sentence, "channel 1 at time point 6 is NaN"), sentence.c_str());
      QVERIFY(!result->studentAnalysis);
      const auto next = runExperiment(of("lds"), result);
      QVERIFY(next->teacher == result->teacher && next->studentAnalysis);
    }
  }

  void comparisonAndOrderTakeThem() {
    const auto experiment = runExperiment(of("lds"), nullptr);
    CompareOptions options;
    options.methods = {"lds", "map"};
    const Comparison comparison = compareMethods(*experiment, options);
    QVERIFY(comparison.rows[0].hasParameters && std::isfinite(comparison.rows[0].heldOut.oneStepR2));
    QVERIFY(!comparison.rows[1].hasParameters);
    QVERIFY2(contains(comparison.rows[1].summary.message, "NaN") ||
                 contains(comparison.rows[1].summary.message, "nan"),
             comparison.rows[1].summary.message.c_str());
    // A gap in the part that is held out alone.
    Matrix late = m_rows.array().isNaN().select(0.0, m_rows);
    late(390, 2) = std::numeric_limits<double>::quiet_NaN();
    const std::string file = m_folder.filePath("late.npy").toStdString();
    writeNpy(file, late);
    const auto other = runExperiment(with(of("lds"), {{"teacher.file", file}}), nullptr);
    options.methods = {"map", "cornn", "lds"};
    const Comparison second = compareMethods(*other, options);
    QCOMPARE(second.rows.size(), std::size_t{3});
    QVERIFY(!second.rows[0].hasParameters && !second.rows[1].hasParameters && second.rows[2].hasParameters);
    OrderOptions order;
    order.numbers = {1, 2};
    for (const auto& point : orderOf(*experiment, order).points) QVERIFY(std::isfinite(point.order.heldOut));
  }

 private:
  Settings of(const char* method) const {
    return with(Settings(), {{"teacher.kind", "recording"},
                             {"teacher.file", m_file},
                             {"observation.fraction", "1"},
                             {"fit.method", method},
                             {"fit.latents", "2"},
                             {"fit.iterations", "20"}});
  }

  QTemporaryDir m_folder;
  std::string m_file;
  Matrix m_rows;
};

KEYHOLE_TEST(TestMissingSamples)

}  // namespace tst_missing_samples

#include "tst_missing_samples.moc"
