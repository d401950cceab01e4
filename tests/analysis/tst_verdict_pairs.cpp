// Tests core/analysis/verdict.h: pairs of systems of its rules that eigenvalues alone do not decide, and what
// each small change that makes a verdict marginal is for.
#include "tests/analysis/verdict_evidence.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>
#include <functional>

namespace tst_verdict_pairs {

using namespace keyhole;
using namespace keyhole::test;

namespace {

FixedPoint pointAt(double first, double second) {
  FixedPoint point;
  point.kind = PointKind::fixed;
  point.position = (Vector(2) << first, second).finished();
  point.local.stability = Stability::stable;
  point.local.eigenvalues = ComplexVector::Zero(2);
  return point;
}

SlowManifold lineAlong(double degrees, double half) {
  const double angle = degrees * 3.14159265358979 / 180;
  SlowManifold line;
  line.status = SlowManifoldStatus::line;
  line.dimension = 1;
  line.directions = (Matrix(2, 1) << std::cos(angle), std::sin(angle)).finished();
  line.points = half * line.directions * Vector::LinSpaced(11, -1, 1).transpose();
  line.extent = line.narrowest = 2 * half;
  return line;
}

// Everything of a tanh network is known: these points of rest and this line.
SystemEvidence known(const Values& values, const std::vector<FixedPoint>& points,
                     const std::optional<SlowManifold>& line = {}) {
  SystemEvidence made = evidence(values, Nonlinearity::tanh);
  Attractors found;
  found.points.points = points;
  found.points.census.completeness = Completeness::certified;
  found.line.status = SlowManifoldStatus::noSlowMode;
  if (line) {
    found.line = *line;
    found.continua = {*line};
  }
  found.scale = 1;
  made.attractors = std::make_shared<const Attractors>(found);
  return made;
}

void changeAttractors(SystemEvidence& made, const std::function<void(Attractors&)>& change) {
  Attractors changed = *made.attractors;
  change(changed);
  made.attractors = std::make_shared<const Attractors>(changed);
}

std::string turnedBy(const Values& teacher, const Values& student) {
  const Verdict verdict = judge(evidence(teacher), evidence(student), "", {});
  if (verdict.kind != VerdictKind::marginal) return nameOf(verdict.kind);
  return verdict.sentence.substr(verdict.sentence.rfind(" with ") + 6);
}

}  // namespace

class TestVerdictPairs : public QObject {
  Q_OBJECT

 private slots:
  // Rule 1. Undetermined modes do not keep an object that was made up from being named. Fails if they do, or
  // if they decide where nothing else does.
  void roundingIsNoMatterWhereObjectsDecide() {
    const auto unsure = [](SystemEvidence made) {
      made.spectrum.undetermined.assign(static_cast<std::size_t>(made.spectrum.values.size()), true);
      return made;
    };
    const Values none = {{0, 0}, {0, 0}};
    const auto teacher = unsure(known(none, {pointAt(0, 0)}));
    auto cycling = unsure(known(none, {pointAt(0, 0)}));
    changeAttractors(cycling, [](Attractors& found) {
      LimitCycle cycle;
      cycle.status = CycleStatus::found;
      cycle.stability = CycleStability::stable;
      cycle.period = 20;
      found.cycles.push_back(cycle);
    });
    QCOMPARE(kind(teacher, cycling), VerdictKind::spuriousLimitCycle);
    QCOMPARE(kind(cycling, teacher), VerdictKind::missed);
    QCOMPARE(kind(teacher, teacher), VerdictKind::undecided);
  }

  // Rule 2. Chaos | a point: modes do not describe chaos, either way round.
  void chaosOnOneSideDecidesNothing() {
    const Values none = {{0, 0}, {0, 0}};
    const auto still = known(none, {pointAt(0, 0)});
    auto chaotic = still;
    changeAttractors(chaotic, [](Attractors& found) {
      found.exponents.status = LyapunovStatus::computed;
      found.exponents.exponents = (Vector(2) << 0.1, -1).finished();
      found.exponents.standardErrors = (Vector(2) << 0.01, 0.01).finished();
    });
    QVERIFY(chaotic.attractors->isChaotic());
    QCOMPARE(kind(still, chaotic), VerdictKind::undecided);
    QCOMPARE(kind(chaotic, still), VerdictKind::undecided);
    QCOMPARE(kind(still, still), VerdictKind::faithful);
  }

  // Rule 4. λ = .89 | .91 of tanh networks that rest at 0: the line begins at τ = 10. Of another extent it is
  // the same line. Fails if the line as an object decides what modes tell with degrees.
  void aLineThatBeginsAtTheThresholdIsNotMadeUp() {
    const auto fast = known({{0.89, 0}, {0.1, 0}}, {pointAt(0, 0)});
    const auto slow = known({{0.91, 0}, {0.1, 0}}, {pointAt(0, 0)}, lineAlong(0, 1));
    QCOMPARE(kind(fast, slow), VerdictKind::faithful);
    QCOMPARE(kind(slow, fast), VerdictKind::faithful);
    const auto longer = known({{0.91, 0}, {0.1, 0}}, {pointAt(0, 0)}, lineAlong(0, 3));
    QCOMPARE(kind(slow, longer), VerdictKind::faithful);
    QCOMPARE(kind(longer, slow), VerdictKind::faithful);
  }

  // Rule 5. Two wells | one point between them: it claims no memory, so that the wells are missed.
  void onePointBetweenTwoWellsClaimsNothing() {
    const Values none = {{0, 0}, {0, 0}};
    const auto wells = known(none, {pointAt(1, 0), pointAt(-1, 0)}), between = known(none, {pointAt(0, 0)});
    QCOMPARE(kind(wells, between), VerdictKind::missed);
    QCOMPARE(kind(between, wells), VerdictKind::spuriousPersistence);
  }

  // Each small change turns the pair that it is for. Fails if one of them is not looked at.
  void whatIsMarginalIsSo() {
    const auto turnsBy = [](const Values& teacher, const Values& student, const char* change) {
      const std::string by = turnedBy(teacher, student);
      return by.find(change) != std::string::npos ? std::string() : by;
    };
    const double tau = 50;
    QCOMPARE(turnsBy({{0.5, 0}, {0.1, 0}}, {{1 - 1 / 9.75, 0}, {0.1, 0}}, "a threshold of"), std::string());
    QCOMPARE(turnsBy({{1 - 1 / tau, 0}}, {{1 - 1 / (3.05 * tau), 0}}, "an exaggeration of"), std::string());
    QCOMPARE(turnsBy({{0.98, 0.5}, {0.98, -0.5}}, {{0.98, 0.527}, {0.98, -0.527}}, "frequencies"),
             std::string());
    QCOMPARE(turnsBy({{0.999, 0}, {0.4, 0}}, {{1.0001, 0}, {0.4, 0}}, "eigenvalues that differ"),
             std::string());
  }

  // A system that rests elsewhere than at 0 is told by its modes there, which are others than those that are
  // listed. Fails if the sentence does not say where they are.
  void modesElsewhereAreToldAsSuch() {
    const Values atZero = {{2, 0}, {0.5, 0}};
    const auto sentence = [&](const std::vector<FixedPoint>& points) {
      SystemEvidence student = known(atZero, points);
      VerdictOptions options;
      options.sampling = Sampling{1000, 0, false};
      student.spectrum.alpha = 0.1;
      return judge({}, student, "", options).sentence + judge(student, student, "", {}).sentence;
    };
    const auto says = [](const std::string& text, const char* words) {
      return text.find(words) != text.npos;
    };
    FixedPoint one = pointAt(1, 0), other = pointAt(-1, 0), zero = pointAt(0, 0);
    QVERIFY2(says(sentence({one}), "at its point of rest: λ(F) = 0.9"), sentence({one}).c_str());
    QVERIFY2(says(sentence({one}), "at its point of rest: λ = 0"), sentence({one}).c_str());
    QVERIFY2(says(sentence({one, other}), "at one of its points of rest: λ"), sentence({one, other}).c_str());
    QVERIFY2(!says(sentence({zero}), "of rest:"), sentence({zero}).c_str());
  }

  // Defective matrices: a Jordan block of .95 or .5 is known to 1e-7, so that nothing of it could lie across
  // a threshold; one of 1 could grow. Fails if an infinite condition leaves everything open, or nothing.
  void defectiveMatricesAreKnownToARootOfRounding() {
    const auto block = [](double value, double link) {
      SystemEvidence made;
      made.spectrum = spectrumOf((Matrix(2, 2) << value, link, 0, value).finished(), true, 0.01);
      made.score = lineAttractorScore(made.spectrum);
      return made;
    };
    for (const double value : {0.95, 0.5, 0.899, 0.901})
      for (const double link : {0.1, 1.0, 10.0}) {
        QCOMPARE(kind(block(value, link), block(value, link)), VerdictKind::faithful);
        const VerdictKind one = kind(block(0.2, 0), block(value, link));
        if (value == 0.95) QCOMPARE(one, VerdictKind::spuriousPersistence);
        QVERIFY(one != VerdictKind::undecided);
      }
    QCOMPARE(kind(block(1, 1), block(1, 1)), VerdictKind::undecided);
    QCOMPARE(kind(block(1, 0), block(1, 0)), VerdictKind::faithful);
    QCOMPARE(kind(block(1.1, 1), block(0.2, 0)), VerdictKind::missed);
  }

  // What counts as the same has degrees. Fails if a factor of 2.5 goes unsaid, if the exaggeration from which
  // a mode is weakened decides without a word, or if a mode that lasts several times as long is praised for
  // being below the threshold.
  void faithfulKnowsDegrees() {
    const auto lasting = [](double tau) { return Values{{1 - 1 / tau, 0}, {0.1, 0}}; };
    const auto said = [&](double teacher, double student) {
      return QString::fromStdString(
          judge(evidence(lasting(teacher)), evidence(lasting(student)), "", {}).sentence);
    };
    QCOMPARE(turnedBy(lasting(100), lasting(34.7)), std::string("an exaggeration of 2.86 instead of 3."));
    QCOMPARE(turnedBy(lasting(100), lasting(32.5)), std::string("an exaggeration of 3.15 instead of 3."));
    QCOMPARE(turnedBy(lasting(100), lasting(28)), nameOf(VerdictKind::weakened));
    QVERIFY(
        said(100, 40).contains(": FAITHFUL. A mode of it lasts 2.5 times less long than the teacher's; up to "
                               "3 times counts as the same."));
    QVERIFY(said(40, 80).contains(": FAITHFUL. A mode of it lasts 2 times as long as the teacher's"));
    QVERIFY(said(40, 44).endsWith(": FAITHFUL."));
    QVERIFY(said(2, 9).contains(
        ": FAITHFUL. Neither lasts 10 τ, but its slowest mode lasts 4.5 times as long as the teacher's."));
    QVERIFY(said(2, 5).endsWith(": FAITHFUL."));
  }

  // A linear student of two wells: a slow mode is a line attractor that the teacher has not, one that grows
  // is made up, too, and one that does neither misses the wells. Fails if points of rest are counted first.
  void aLinearStudentOfTwoWells() {
    const auto wells = known({{1.3, 0}, {0.1, 0}}, {pointAt(1, 0), pointAt(-1, 0)});
    const auto linear = [](double leading) {
      SystemEvidence made = evidence({{leading, 0}, {0.1, 0}});
      Attractors found;
      found.line = lineAlong(0, 1);
      found.continua = {found.line};
      made.attractors = std::make_shared<const Attractors>(found);
      return made;
    };
    QCOMPARE(kind(wells, linear(0.99)), VerdictKind::spuriousLineAttractor);
    QCOMPARE(kind(wells, linear(1.02)), VerdictKind::spuriousPersistence);
    const Verdict missed = judge(wells, linear(0.5), "", {});
    QCOMPARE(missed.kind, VerdictKind::missed);
    QVERIFY(QString::fromStdString(missed.sentence)
                .endsWith("The teacher remembers at which point it rests; the student has one."));
    QVERIFY(QString::fromStdString(judge(linear(1.43), wells, "", {}).sentence)
                .endsWith("The student remembers at which point it rests; the teacher diverges."));
  }

  // Two modes of which the other system has one. Fails if that one is denied.
  void fewerModesAreNotNone() {
    const SystemEvidence two = evidence({{0.94, 0}, {0.94, 0}, {0.1, 0}}),
                         one = evidence({{0.94, 0}, {0.1, 0}}),
                         turning = evidence({{0.94, 0.5}, {0.94, -0.5}, {0.94, 0}, {0.1, 0}});
    const auto said = [](const SystemEvidence& teacher, const SystemEvidence& student) {
      return QString::fromStdString(judge(teacher, student, "", {}).sentence);
    };
    QVERIFY(said(two, one).endsWith(
        "MISSED. The student has fewer modes like the teacher's λ = 0.94, τ = 16.7."));
    QVERIFY(said(one, two).contains(
        "SPURIOUS PERSISTENCE. The teacher has fewer modes like its λ = 0.94, τ = 16.7."));
    QVERIFY(
        said(one, turning).contains("Nothing of the teacher's lasts like its λ = 0.94 ± 0.5i, τ = 16.7."));
  }

  // What was missed is named, mode or cycle.
  void missedSaysWhat() {
    const auto said = [](const SystemEvidence& teacher, const SystemEvidence& student) {
      return QString::fromStdString(judge(teacher, student, "", {}).sentence);
    };
    const Values gone{{0.2, 0}, {0.1, 0}};
    QVERIFY(
        said(evidence({{0.99, 0}, {0.1, 0}}), evidence(gone))
            .endsWith(": MISSED. Nothing of the student's lasts like the teacher's λ = 0.9900, τ = 100."));
    QVERIFY(said(evidence({{1.5, 0}, {0.1, 0}}), evidence(gone))
                .endsWith(": MISSED. Nothing of the student's grows like the teacher's λ = 1.5, unstable."));
    QVERIFY(
        said(evidence({{1.2, 0.5}, {1.2, -0.5}}, Nonlinearity::tanh, 15), evidence(gone, Nonlinearity::tanh))
            .endsWith(": MISSED. The student settles on no cycle."));
  }

  // 1 | .999 is weakened, and taken for the same the two would be faithful, but for a run that shows the
  // difference. Fails if a pair is called marginal, "but missed" where its eigenvalues are the same.
  void whatTheRunShowsIsNotTheSame() {
    SystemEvidence student = evidence({{0.999, 0}, {0.4, 0}});
    const auto teacher = evidence({{1, 0}, {0.4, 0}});
    QCOMPARE(kind(teacher, student), VerdictKind::marginal);
    student.foresight = {0.1, 0.3};
    QCOMPARE(kind(teacher, student), VerdictKind::weakened);
  }

  // .899 | .901: faithful, though one persists and the other not. Fails if that stands without a word.
  void aThresholdBetweenIsNamed() {
    const auto longer = evidence({{0.901, 0}, {0.2, 0}}), shorter = evidence({{0.899, 0}, {0.2, 0}});
    for (const auto& [teacher, student] : {std::pair(longer, shorter), std::pair(shorter, longer)}) {
      const std::string sentence = judge(teacher, student, "", {}).sentence;
      QVERIFY2(sentence.find("the threshold of 10 τ lies between them") != std::string::npos,
               sentence.c_str());
    }
    const std::string same = judge(longer, longer, "", {}).sentence;
    QVERIFY2(same.find("between") == std::string::npos, same.c_str());
  }

  // diag(.99, .2) | its line turned by an angle: the modes are the same at any. Fails if a line elsewhere is
  // praised, or one that is tilted a little blamed.
  void linesAreComparedByDirection() {
    const auto turned = [](double degrees) {
      SystemEvidence made = evidence({{0.99, 0}, {0.2, 0}});
      const double angle = degrees * 3.14159265358979 / 180;
      auto found = std::make_shared<Attractors>();
      SlowManifold line;
      line.status = SlowManifoldStatus::line;
      line.directions = (Matrix(2, 1) << std::cos(angle), std::sin(angle)).finished();
      line.points = line.directions * Vector::LinSpaced(11, -1, 1).transpose();
      found->line = line;
      found->continua = {line};
      made.attractors = found;
      return made;
    };
    QCOMPARE(kind(turned(0), turned(0)), VerdictKind::faithful);
    QCOMPARE(kind(turned(0), turned(180)), VerdictKind::faithful);
    QCOMPARE(kind(turned(0), turned(40)), VerdictKind::faithful);
    QCOMPARE(kind(turned(0), turned(44.5)), VerdictKind::marginal);
    QCOMPARE(kind(turned(0), turned(45.5)), VerdictKind::marginal);
    QCOMPARE(kind(turned(0), turned(50)), VerdictKind::spuriousLineAttractor);
    const Verdict elsewhere = judge(turned(0), turned(90), "", {});
    QCOMPARE(elsewhere.kind, VerdictKind::spuriousLineAttractor);
    QVERIFY2(elsewhere.sentence.find("lies across the teacher's") != std::string::npos,
             elsewhere.sentence.c_str());
    // Through one seen unit every line has the same direction.
    SystemEvidence teacher = turned(60), student = turned(0);
    teacher.view = student.view = {Matrix::Identity(1, 2), {}};
    QCOMPARE(kind(teacher, student), VerdictKind::faithful);
  }
};

KEYHOLE_TEST(TestVerdictPairs)

}  // namespace tst_verdict_pairs

#include "tst_verdict_pairs.moc"
