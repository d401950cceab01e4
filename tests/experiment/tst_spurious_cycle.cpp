// Figure 3 of the paper: the student's cycle is found as a closed orbit, and its teacher has none.
#include "core/analysis/limit_cycle.h"
#include "tests/experiment/experiment_runs.h"

#include <QTest>

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
};

QTEST_GUILESS_MAIN(TestSpuriousCycle)
#include "tst_spurious_cycle.moc"
