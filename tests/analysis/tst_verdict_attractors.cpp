// Tests core/analysis/verdict.h: what it makes of attractors that were found.
#include "tests/analysis/verdict_evidence.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_verdict_attractors {

using namespace keyhole;
using namespace keyhole::test;

namespace {

const Values kNone = {{0, 0}, {0, 0}};

}  // namespace

class TestVerdictAttractors : public QObject {
  Q_OBJECT
 private slots:
  // With attractors the free runs no longer decide. Each row fails if its rule does not hold.
  void attractorsDecide() {
    const auto tanh = Nonlinearity::tanh;
    const auto with = [&](Index stablePoints, Index cycles, Index oscillating) {
      SystemEvidence made = evidence(kNone, tanh, oscillating);
      Attractors found;
      for (Index i = 0; i < stablePoints; ++i) {
        FixedPoint point;
        point.kind = PointKind::fixed;
        point.position = Vector::Constant(2, static_cast<double>(i));
        point.local.stability = Stability::stable;
        point.local.eigenvalues = ComplexVector::Zero(2);
        found.points.points.push_back(point);
      }
      for (Index i = 0; i < cycles; ++i) {
        LimitCycle cycle;
        cycle.status = CycleStatus::found;
        cycle.stability = CycleStability::stable;
        cycle.period = 20;
        found.cycles.push_back(cycle);
      }
      found.points.census.completeness = Completeness::certified;
      made.attractors = std::make_shared<const Attractors>(found);
      return made;
    };
    QCOMPARE(kind(with(1, 0, 0), with(1, 0, 0)), VerdictKind::faithful);
    QCOMPARE(kind(with(1, 0, 0), with(1, 1, 15)), VerdictKind::spuriousLimitCycle);
    QCOMPARE(kind(with(1, 0, 0), with(1, 1, 0)), VerdictKind::spuriousLimitCycle);  // weak: no run saw it
    QCOMPARE(kind(with(0, 1, 15), with(1, 0, 0)), VerdictKind::missed);
    QCOMPARE(kind(with(1, 0, 0), with(1, 0, 15)), VerdictKind::undecided);  // goes round, on nothing known
    QCOMPARE(kind(with(1, 0, 0), with(2, 0, 0)), VerdictKind::spuriousPersistence);
    QCOMPARE(kind(with(2, 0, 0), with(1, 0, 0)), VerdictKind::missed);
    QCOMPARE(kind(with(2, 0, 0), with(2, 0, 0)), VerdictKind::faithful);
    // A linear student rests at one point: what it misses is said.
    SystemEvidence linear = evidence(kNone);
    linear.attractors = with(1, 0, 0).attractors;
    const Verdict forgets = judge(with(2, 0, 0), linear, "", {});
    QCOMPARE(forgets.kind, VerdictKind::missed);
    QVERIFY2(forgets.sentence.find("the student has one") != std::string::npos, forgets.sentence.c_str());
  }

  // Two wells along unit 1 | along unit 2, which their number does not tell apart. Fails if points are
  // counted; and fails if a search that may have missed points makes some up.
  void pointsAreComparedByPlace() {
    const auto wells = [](Index unit, Index count, Completeness completeness) {
      SystemEvidence made = evidence(kNone, Nonlinearity::tanh);
      Attractors found;
      for (Index i = 0; i < count; ++i) {
        FixedPoint point;
        point.kind = PointKind::fixed;
        point.position = Vector::Zero(3);
        point.position(i < 2 ? unit : 2) = i % 2 == 0 ? 1 : -1;
        point.local.stability = Stability::stable;
        point.local.eigenvalues = ComplexVector::Zero(3);
        found.points.points.push_back(point);
      }
      found.points.census.completeness = completeness;
      made.attractors = std::make_shared<const Attractors>(found);
      return made;
    };
    const auto all = Completeness::certified, some = Completeness::estimated;
    QCOMPARE(kind(wells(0, 2, all), wells(0, 2, all)), VerdictKind::faithful);
    const Verdict elsewhere = judge(wells(0, 2, all), wells(1, 2, all), "", {});
    QCOMPARE(elsewhere.kind, VerdictKind::spuriousPersistence);
    QVERIFY2(elsewhere.sentence.find("2 points that are none of the teacher's") != std::string::npos,
             elsewhere.sentence.c_str());
    QCOMPARE(kind(wells(0, 2, some), wells(0, 4, some)), VerdictKind::undecided);
    QCOMPARE(kind(wells(0, 4, some), wells(0, 2, some)), VerdictKind::undecided);
    QCOMPARE(kind(wells(0, 4, some), wells(0, 4, some)), VerdictKind::faithful);
    auto sought = wells(0, 2, some);
    sought.soughtThere = true;
    QCOMPARE(kind(sought, wells(0, 4, some)), VerdictKind::spuriousPersistence);
  }
};

KEYHOLE_TEST(TestVerdictAttractors)

}  // namespace tst_verdict_attractors

#include "tst_verdict_attractors.moc"
