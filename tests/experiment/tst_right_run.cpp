// Tests rightExplains() of core/experiment/experiment_stages.h: what the right student would explain.
#include "core/common/error.h"
#include "core/experiment/experiment_stages.h"
#include "core/io/npy.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

namespace tst_right_run {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// A direction that lasts for good in so many units, and a student of some of them that nobody asks.
class Bench {
 public:
  explicit Bench(Index units, double gain = 1) {
    const Vector u = RandomStream(5, Stream::test).normalMatrix(units, 1).col(0).normalized();
    m_weights = gain * u * u.transpose();
    const std::string file = m_folder.filePath("B.npy").toStdString();
    writeNpy(file, m_weights);
    experiment.settings = with({}, {{"teacher.kind", "imported"},
                                    {"teacher.file", file},
                                    {"simulation.steps", "5000"},
                                    {"simulation.alpha", "0.02"},
                                    {"observation.fraction", "0.1"}});
    experiment.teacher = stages::makeTeacher(experiment.settings, noProgress());
    experiment.simulation =
        stages::makeSimulation(experiment.settings, *experiment.teacher, {}, noProgress());
    experiment.observation = stages::makeObservation(experiment.settings, *experiment.simulation);
    experiment.fit = std::make_shared<FitStage>();
    experiment.teacherAnalysis = stages::analyseTeacher(experiment, Depth::sketch, nullptr, noProgress());
  }

  // By its own steps: 1 - Σ(x - x̂)² / Σ(x - mean)², over the seen units.
  double known() const {
    const Matrix X = experiment.simulation->display(experiment.observation->seen, Eigen::all);
    Matrix foreseen = X;
    Vector z = experiment.simulation->display.col(0);
    for (Index t = 1; t < X.cols(); ++t) {
      z += experiment.simulation->alpha * (m_weights * z.array().tanh().matrix() - z);
      foreseen.col(t) = z(experiment.observation->seen);
    }
    return 1 - (X - foreseen).squaredNorm() / (X.colwise() - X.rowwise().mean()).squaredNorm();
  }

  Experiment experiment;

 private:
  QTemporaryDir m_folder;
  Matrix m_weights;
};

}  // namespace

class TestRightRun : public QObject {
  Q_OBJECT

 private slots:
  // Fails if another run is compared, of other units, or from another state.
  void isTheTeachersOwnRunWithoutNoise() {
    const Bench bench(40);
    const double right = stages::rightExplains(bench.experiment, -5, noProgress());
    QVERIFY2(std::abs(right - bench.known()) < 1e-9 * (1 + std::abs(right)),
             qPrintable(QString::number(right)));
    QVERIFY(right != 0);
  }

  // Fails if a student that explains something, or a teacher that forgets, pays for a run.
  void isNotAskedWhereItDoesNotMatter() {
    test::StopAt counter;
    const Bench lasting(40), forgetting(40, 0.1);
    for (const double explained : {-0.9, 0.5, std::nan("")})
      QCOMPARE(stages::rightExplains(lasting.experiment, explained, counter), 0.0);
    QCOMPARE(stages::rightExplains(forgetting.experiment, -5, counter), 0.0);
    QVERIFY(forgetting.known() != 0);
  }

  // A second of steps can be stopped. Fails if the run ends before a stop is seen.
  void canBeStopped() {
    const Bench bench(400);
    test::StopAt counter;
    const double whole = stages::rightExplains(bench.experiment, -5, counter);
    QVERIFY(std::isfinite(whole) && counter.reports() > 1 && counter.fractionsInRange());
    for (int n = 1; n <= counter.reports(); ++n) {
      test::StopAt stop(n);
      QVERIFY_THROWS_EXCEPTION(Stopped, stages::rightExplains(bench.experiment, -5, stop));
      QCOMPARE(stop.reports(), n);
    }
  }
};

KEYHOLE_TEST(TestRightRun)

}  // namespace tst_right_run

#include "tst_right_run.moc"
