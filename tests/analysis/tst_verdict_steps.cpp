// Tests core/analysis/verdict.h on maps: cycles of a few steps, which the flow does not have.
#include "core/analysis/verdict.h"
#include "core/common/random.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_verdict_steps {

using namespace keyhole;

namespace {

constexpr Index kUnits = 4;
const RandomStream kRandom(12, Stream::test);

SystemEvidence evidenceOf(const Matrix& B, double alpha) {
  const FlowSystem system{Network(DenseForm{B}), Nonlinearity::tanh, Convention::standard, {}, {}};
  SystemEvidence evidence;
  evidence.spectrum = spectrumOf(system.network, true, alpha);
  evidence.score = lineAttractorScore(evidence.spectrum);
  evidence.limitSets = limitSets(system, {});
  evidence.mayCycle = true;
  AttractorOptions options;
  options.alpha = alpha;
  evidence.attractors = std::make_shared<const Attractors>(
      findAttractors(system, kRandom.normalMatrix(kUnits, 200, 400), &*evidence.limitSets, options));
  evidence.soughtThere = true;
  return evidence;
}

Matrix diagonal(double a, double b) {
  Matrix B = Matrix::Zero(kUnits, kUnits);
  B.diagonal() << a, b, 0.3, 0.2;
  return B;
}

}  // namespace

class TestVerdictSteps : public QObject {
  Q_OBJECT
 private slots:
  // The flows of all of these rest at one point. Fails if what the steps do is not compared, or is by its
  // count or period alone; or if steps of 0.1, which rest, are told to go round.
  void whatStepsDoIsCompared() {
    const SystemEvidence point = evidenceOf(diagonal(0.5, 0.1), 1), first = evidenceOf(diagonal(-1.7, 0), 1),
                         second = evidenceOf(diagonal(0, -1.7), 1);
    const auto kindOf = [](const SystemEvidence& teacher, const SystemEvidence& student) {
      return judge(teacher, student, "", {});
    };
    const Verdict madeUp = kindOf(point, first);
    QVERIFY2(madeUp.kind == VerdictKind::spuriousLimitCycle, madeUp.sentence.c_str());
    QVERIFY2(madeUp.sentence.find("a cycle of 2 steps") != std::string::npos, madeUp.sentence.c_str());
    const Verdict missed = kindOf(first, point);
    QVERIFY2(missed.kind == VerdictKind::missed, missed.sentence.c_str());
    const Verdict elsewhere = kindOf(first, second);
    QVERIFY2(elsewhere.kind == VerdictKind::spuriousLimitCycle, elsewhere.sentence.c_str());
    const Verdict slow = kindOf(evidenceOf(diagonal(0.5, 0.1), 0.1), evidenceOf(diagonal(-1.7, 0), 0.1));
    QVERIFY2(slow.sentence.find("2 steps") == std::string::npos, slow.sentence.c_str());
  }

  // Fails if noise of 1e-3 on each weight is told as a difference.
  void noiseChangesNothing() {
    for (const Matrix& B : {diagonal(-1.7, 0), diagonal(-1.7, -1.5), diagonal(-1.7, 2)}) {
      const SystemEvidence teacher = evidenceOf(B, 1);
      for (std::uint64_t draw = 0; draw < 3; ++draw) {
        const SystemEvidence student =
            evidenceOf(B + 1e-3 * kRandom.normalMatrix(kUnits, kUnits, 1000 + 100 * draw), 1);
        for (const Verdict& verdict : {judge(teacher, student, "", {}), judge(student, teacher, "", {})})
          QVERIFY2(verdict.kind == VerdictKind::faithful, verdict.sentence.c_str());
      }
    }
  }
};

KEYHOLE_TEST(TestVerdictSteps)

}  // namespace tst_verdict_steps

#include "tst_verdict_steps.moc"
