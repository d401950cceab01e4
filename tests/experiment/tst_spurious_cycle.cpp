// Figure 3 of the paper: the student's cycle is found as a closed orbit, and its teacher has none.
#include "core/analysis/cycles/limit_cycle.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_spurious_cycle {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Matrix startsOf(const FlowSystem& system) {
  return 0.5 * RandomStream(1, Stream::probe).normalMatrix(system.network.size(), 15);  // as limitSets()
}

}  // namespace

class TestSpuriousCycle : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a cycle is not found in the student, or one is in the teacher, whose 500 units are followed in
  // their 2 latent coordinates.
  void figureThree() {
    const auto experiment =
        runExperiment(with(preset("figure-3").settings, {{"analysis.limit_runs", "0"}}), nullptr);
    const auto student = studentSystem(*experiment), teacher = teacherSystem(*experiment);
    const auto found = findLimitCycles(*student, startsOf(*student));
    const LimitCycle& cycle = found.front();
    QVERIFY2(cycle.status == CycleStatus::found, cycle.message.c_str());
    QCOMPARE(cycle.stability, CycleStability::stable);
    QCOMPARE(cycle.multipliers.size(), Index{25});
    QVERIFY(cycle.residual <= 1e-9 && cycle.trivialError < 1e-7);
    for (const auto& other : findLimitCycles(*teacher, startsOf(*teacher)))
      QVERIFY2(other.status == CycleStatus::fixedPoint, other.message.c_str());
  }

  // A student whose cycle attracts so weakly (0.99 per turn) that free runs of the usual length have not
  // settled: crossings see no cycle, the closed orbit is found all the same.
  void weaklyAttractingCycle() {
    const auto settings =
        with(preset("figure-3-50").settings, {{"teacher.seed", "2"}, {"analysis.limit_runs", "3"}});
    const auto experiment = runExperiment(settings, nullptr);
    QCOMPARE(experiment->studentAnalysis->limitSets->oscillating, Index{0});
    const auto student = studentSystem(*experiment);
    const auto found = findLimitCycles(*student, startsOf(*student).leftCols(2));
    QCOMPARE(found.size(), std::size_t{1});
    const LimitCycle& cycle = found.front();
    QVERIFY2(cycle.status == CycleStatus::found, cycle.message.c_str());
    QCOMPARE(cycle.starts.size(), std::size_t{2});
    QCOMPARE(cycle.stability, CycleStability::stable);
    const double modulus = std::abs(cycle.multipliers(1));
    QVERIFY(modulus > 0.98 && modulus < 1 && cycle.trivialError < 1e-7);
  }
};

KEYHOLE_TEST(TestSpuriousCycle)

}  // namespace tst_spurious_cycle

#include "tst_spurious_cycle.moc"
