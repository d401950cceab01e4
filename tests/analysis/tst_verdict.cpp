// Tests core/analysis/verdict.h: every rule with evidence made for it.
#include "tests/analysis/verdict_evidence.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_verdict {

using namespace keyhole;
using namespace keyhole::test;

namespace {

const Values kNone = {{0, 0}, {0, 0}};
const Values kLine = {{0.999, 0}, {0.4, 0}};
const Values kPair = {{0.99, 0.3}, {0.99, -0.3}, {0.1, 0}};
const Values kTwo = {{0.98, 0}, {0.95, 0}, {0.1, 0}};
const Values kUnstable = {{1.2, 0}, {0.1, 0}};

}  // namespace

class TestVerdict : public QObject {
  Q_OBJECT
 private slots:
  void rules_data() {
    QTest::addColumn<Values>("teacher");
    QTest::addColumn<Values>("student");
    QTest::addColumn<int>("expected");
    const auto row = [](const char* name, const Values& teacher, const Values& student,
                        VerdictKind expected) {
      QTest::newRow(name) << teacher << student << static_cast<int>(expected);
    };
    // The pairs that were judged wrongly, see the rules in verdict.h. Candidates that reach down to
    // τ/exaggeration:
    row("a hair apart", {{0.899, 0}, {0.1, 0}}, {{0.901, 0}, {0.1, 0}}, VerdictKind::faithful);
    row("a hair apart, back", {{0.901, 0}, {0.1, 0}}, {{0.899, 0}, {0.1, 0}}, VerdictKind::faithful);
    // Growth is matched by growth:
    row("decays, grows", {{0.95, 0}, {0.2, 0}, {0.1, 0}}, {{1.5, 0}, {0.2, 0}, {0.1, 0}},
        VerdictKind::spuriousPersistence);
    row("grows, decays", {{1.5, 0}, {0.2, 0}, {0.1, 0}}, {{0.95, 0}, {0.2, 0}, {0.1, 0}},
        VerdictKind::spuriousLineAttractor);
    row("both grow", kUnstable, kUnstable, VerdictKind::undecided);
    // Frequencies before kinds:
    row("reals, slow pair", {{0.95, 0}, {0.94, 0}}, {{0.95, 0.02}, {0.95, -0.02}}, VerdictKind::faithful);
    row("slow pair, reals", {{0.95, 0.02}, {0.95, -0.02}}, {{0.95, 0}, {0.94, 0}}, VerdictKind::faithful);
    // 1 does not grow:
    row("marginal, marginal", {{1, 0}, {0.2, 0}}, {{1, 0}, {0.2, 0}}, VerdictKind::faithful);
    row("line, marginal", {{0.95, 0}, {0.2, 0}}, {{1, 0}, {0.2, 0}}, VerdictKind::spuriousPersistence);
    // Below the threshold by a hair, and made up: either answer would be a matter of luck.
    row("9.75 of 2", {{0.5, 0}, {0.1, 0}}, {{1 - 1 / 9.75, 0}, {0.1, 0}}, VerdictKind::marginal);
    row("1.0001 of 0.999", kLine, {{1.0001, 0}, {0.4, 0}}, VerdictKind::marginal);
    row("lasts less long", kLine, {{0.97, 0}, {0.2, 0}}, VerdictKind::weakened);
    row("nothing, nothing", kNone, kNone, VerdictKind::faithful);
    row("line, line", kLine, {{0.998, 0}, {0.2, 0}}, VerdictKind::faithful);
    row("nothing, line", kNone, kLine, VerdictKind::spuriousLineAttractor);
    row("nothing, slow pair", kNone, kPair, VerdictKind::spuriousPersistence);
    row("nothing, two slow", kNone, kTwo, VerdictKind::spuriousPersistence);
    row("nothing, unstable", kNone, kUnstable, VerdictKind::spuriousPersistence);
    row("line, two slow", kLine, kTwo, VerdictKind::spuriousPersistence);
    row("line, nothing", kLine, kNone, VerdictKind::missed);
    // As many persistent modes on both sides, but not the same ones.
    row("pair, two slow", kPair, kTwo, VerdictKind::spuriousPersistence);
    row("pair, faster pair", kPair, {{0.99, 0.9}, {0.99, -0.9}}, VerdictKind::spuriousPersistence);
    row("pair, pair of like frequency", kPair, {{0.98, 0.31}, {0.98, -0.31}}, VerdictKind::faithful);
    row("pair, weaker pair of like frequency", kPair, {{0.95, 0.33}, {0.95, -0.33}}, VerdictKind::weakened);
    row("two slow, one of them", kTwo, {{0.97, 0}, {0.2, 0}}, VerdictKind::missed);
    row("pair, pair", kPair, kPair, VerdictKind::faithful);
  }
  void rules() {
    QFETCH(Values, teacher);
    QFETCH(Values, student);
    QFETCH(int, expected);
    const Verdict verdict = judge(evidence(teacher), evidence(student), "", {});
    QCOMPARE(static_cast<int>(verdict.kind), expected);
    QCOMPARE(verdict.spurious, isSpurious(verdict.kind));
    QVERIFY(QString::fromStdString(verdict.sentence)
                .contains(QString::fromStdString(nameOf(verdict.kind)).toUpper()));
  }

  void cycles() {
    const auto tanh = Nonlinearity::tanh;
    QCOMPARE(kind(evidence(kNone, tanh), evidence(kPair, tanh, 15)), VerdictKind::spuriousLimitCycle);
    QCOMPARE(kind(evidence(kPair, tanh, 15), evidence(kPair, tanh, 15)), VerdictKind::faithful);
    QCOMPARE(kind(evidence(kPair, tanh, 15), evidence(kPair, tanh, 0)), VerdictKind::missed);
    auto pending = evidence(kPair, tanh);
    pending.cyclesPending = true;
    QCOMPARE(kind(evidence(kNone, tanh), pending), VerdictKind::undecided);
  }

  // The blind spots of the score are named in words.
  void reasonsAreNamed() {
    const auto reason = [](const Values& student) {
      return QString::fromStdString(judge(evidence(kNone), evidence(student), "", {}).sentence);
    };
    QVERIFY(reason(kPair).contains("complex"));
    QVERIFY(reason(kUnstable).contains("unstable"));
    QVERIFY(reason(kTwo).contains("several modes"));
    QVERIFY(reason(kLine).contains("0.999") && reason(kLine).contains("τ = 1000"));
  }

  void undecided() {
    auto unsure = evidence(kLine);
    unsure.spectrum.undetermined[0] = true;
    QCOMPARE(kind(unsure, evidence(kNone)), VerdictKind::undecided);
    QCOMPARE(judge({}, evidence(kLine), "", {}).kind, VerdictKind::undecided);
    const Verdict none = judge(evidence(kLine), {}, "the normal equations are singular", {});
    QCOMPARE(none.kind, VerdictKind::undecided);
    QVERIFY(QString::fromStdString(none.sentence).contains("the normal equations are singular"));
  }

  // Of a recording: one and the same map says the same whatever α is taken to be, in steps, but for what is
  // said to be by α. Fails if persistence, the score or a time rests on an assumed τ.
  void recordingsDoNotDependOnAlpha() {
    const std::vector<Values> maps = {{{0.9999, 0}, {0.9, 0}},
                                      {{0.98, 0.1}, {0.98, -0.1}, {0.2, 0}},
                                      {{1.01, 0}, {0.5, 0}},
                                      {{0.2, 0}, {0.1, 0}},
                                      {{0.9995, 0}, {0.9993, 0.1}, {0.9993, -0.1}}};
    for (const Values& map : maps) {
      QString first;
      for (const double alpha : {0.01, 0.1, 1.0}) {
        Values values;
        for (const auto& value : map) values.push_back((value - (1 - alpha)) / alpha);
        SystemEvidence student = evidence(values);
        student.spectrum.alpha = alpha;
        student.score = lineAttractorScore(student.spectrum);
        VerdictOptions options;
        options.sampling = Sampling{20000, 0.01, true};
        const Verdict verdict = judge({}, student, "", options);
        QCOMPARE(verdict.kind, VerdictKind::undecided);
        const QString sentence = QString::fromStdString(verdict.sentence);
        QVERIFY2(sentence.contains("which is assumed"), qPrintable(sentence));
        const QString rest = sentence.left(sentence.indexOf(" By α"));
        if (first.isEmpty()) first = rest;
        QCOMPARE(rest, first);
      }
    }
  }

  // What lasts is what the length cannot tell from lasting: n/14.1 of n steps. Times come in steps, and in
  // seconds where a step is known.
  void recordingsAreJudgedByTheirLength() {
    const auto sentence = [](double F, Index steps, double seconds) {
      SystemEvidence student = evidence({{F, 0}, {0.1, 0}});
      student.spectrum.alpha = 1;
      student.score = lineAttractorScore(student.spectrum);
      VerdictOptions options;
      options.sampling = Sampling{steps, seconds, false};
      return QString::fromStdString(judge({}, student, "", options).sentence);
    };
    const double F = std::exp(-1.0 / 500);  // decays within 500 steps
    QVERIFY2(sentence(F, 6900, 0).contains("line attractor"), qPrintable(sentence(F, 6900, 0)));
    QVERIFY2(sentence(F, 7200, 0).contains("no persistent mode"), qPrintable(sentence(F, 7200, 0)));
    QVERIFY(sentence(F, 7200, 0).contains("decays within 500 steps") &&
            !sentence(F, 7200, 0).contains(" s)"));
    QVERIFY(sentence(F, 7200, 0.02).contains("500 steps (10 s)"));
    QVERIFY(!sentence(F, 7200, 0).contains("assumed"));
    QVERIFY2(sentence(0.2, 7200, 0).contains("gone within a step"), qPrintable(sentence(0.2, 7200, 0)));
    QVERIFY2(sentence(1.01, 7200, 0).contains("grows by e in 100 steps"),
             qPrintable(sentence(1.01, 7200, 0)));
    const Sampling sampling{1410, 0, false};
    QCOMPARE(persistenceOf({std::exp(-1 / 101.0), 0}, 1, sampling), std::string("lasts"));
    QCOMPARE(persistenceOf({std::exp(-1 / 99.0), 0}, 1, sampling), std::string("decays"));
    QCOMPARE(persistenceOf({1, 0}, 1, sampling), std::string("lasts"));
    QCOMPARE(persistenceOf({0.3, 0}, 1, sampling), std::string("within a step"));
    QCOMPARE(persistenceOf({1.1, 0}, 1, sampling), std::string("grows"));
    // n (|λ(F)| - 1) above 1.28: by e within 1102 of 1410 steps.
    QCOMPARE(persistenceOf({std::exp(1 / 1090.0), 0}, 1, sampling), std::string("grows"));
    QCOMPARE(persistenceOf({std::exp(1 / 1110.0), 0}, 1, sampling), std::string("lasts"));
    const QString slow = sentence(std::exp(1e-5), 500, 0);
    QVERIFY2(
        slow.contains("claims 1 mode that lasts") && slow.contains("grows by e in 1") &&
            slow.contains("or a growth by e in more than 390 steps, cannot be told from none in 500 steps"),
        qPrintable(slow));
    QVERIFY(!sentence(0.5, 500, 0).contains("growth"));
  }

  // A switching student is judged in the discrete state in which it is most of the time, and the sentence
  // says which that is.
  void theDiscreteStateIsNamed() {
    SystemEvidence student = evidence(kLine, Nonlinearity::tanh);
    student.discreteState = "discrete state 2 of 3 (47 % of the time)";
    const QString sentence = QString::fromStdString(judge(evidence(kNone), student, "", {}).sentence);
    QVERIFY2(sentence.contains("in discrete state 2 of 3 (47 % of the time): λ = 0.999"),
             qPrintable(sentence));
  }

  // The thresholds are the user's.
  void thresholdsMatter() {
    VerdictOptions strict;
    strict.persistentTau = 2000;
    QCOMPARE(judge(evidence(kNone), evidence(kLine), "", strict).kind, VerdictKind::faithful);
    VerdictOptions high;
    high.scoreThreshold = 15;
    QCOMPARE(judge(evidence(kNone), evidence(kLine), "", high).kind, VerdictKind::spuriousPersistence);
  }

  void complexNumbersAsText() {
    QCOMPARE(QString::fromStdString(complexText({0.5, 0.5})), QString("0.5 ± 0.5i"));
    QCOMPARE(QString::fromStdString(complexText({0.99931, 0})), QString("0.9993"));
  }

  // Persistence of the same kind that lasts several times as long is made up; one that comes back weaker is
  // found (so is a true line attractor through few units), and both are said with their factor.
  void durationsAreCompared() {
    const auto brief = evidence({{0.905, 0}, {0.1, 0}}), lasting = evidence({{0.995, 0}, {0.7, 0}});
    const Verdict exaggerated = judge(brief, lasting, "", {});
    QCOMPARE(exaggerated.kind, VerdictKind::spuriousPersistence);
    QVERIFY2(exaggerated.sentence.find("19 times as long") != std::string::npos,
             exaggerated.sentence.c_str());
    QCOMPARE(kind(evidence({{0.905, 0}, {0.1, 0}}), evidence({{0.92, 0}, {0.1, 0}})), VerdictKind::faithful);
    const Verdict weakened = judge(lasting, brief, "", {});
    QCOMPARE(weakened.kind, VerdictKind::weakened);
    QVERIFY(std::abs(weakened.weakenedBy - 19) < 1e-9);
    QVERIFY2(weakened.sentence.find("19 times less long") != std::string::npos, weakened.sentence.c_str());
    VerdictOptions tolerant;
    tolerant.exaggeration = 50;
    QCOMPARE(judge(brief, lasting, "", tolerant).kind, VerdictKind::faithful);
  }

  // .97 | .992: both are line attractors, so nothing is said of why the student's would be none. Fails if the
  // reason is the last of a list that nothing else fitted: "its score 6.64 is below 1".
  void noReasonThatIsNone() {
    const Verdict verdict = judge(evidence({{0.97, 0}, {0.2, 0}}), evidence({{0.992, 0}, {0.2, 0}}), "", {});
    QCOMPARE(verdict.kind, VerdictKind::spuriousPersistence);
    QVERIFY2(verdict.sentence.find("3.75 times as long") != std::string::npos, verdict.sentence.c_str());
    QVERIFY2(verdict.sentence.find("no line attractor") == std::string::npos, verdict.sentence.c_str());
  }

  // λ = 1 is said to be marginal. Fails if τ or "unstable" is said of it.
  void oneIsMarginal() {
    const auto one = evidence({{1, 0}, {0.2, 0}});
    const std::string sentence = judge(one, one, "", {}).sentence;
    QVERIFY2(sentence.find("marginal") != std::string::npos, sentence.c_str());
    QVERIFY2(sentence.find("unstable") == std::string::npos, sentence.c_str());
  }

  // In steps of α. Fails if real parts decide: diag(-1.5, -1.2) with α = 1 diverges where Re λ says τ = 0.4,
  // and a rotation of |F| = 1.01 grows where it says τ = 28.
  void theMapDecides() {
    const auto inSteps = [](const Values& values, double alpha) {
      SystemEvidence made = evidence(values);
      made.spectrum.alpha = alpha;
      made.score = lineAttractorScore(made.spectrum);
      return made;
    };
    const auto alternating = inSteps({{-1.2, 0}, {-1.5, 0}}, 1);
    const Verdict diverged = judge(alternating, alternating, "", {});
    QCOMPARE(diverged.kind, VerdictKind::undecided);
    QVERIFY2(diverged.sentence.find("diverge") != std::string::npos, diverged.sentence.c_str());
    const std::complex<double> growing = std::polar(1.01, 0.3), slow = std::polar(0.995, 0.3);
    const auto none = inSteps({{0.2, 0}, {0.1, 0}}, 1);
    const Verdict rotation = judge(none, inSteps({growing, std::conj(growing)}, 1), "", {});
    QCOMPARE(rotation.kind, VerdictKind::spuriousPersistence);
    QVERIFY2(rotation.sentence.find("unstable") != std::string::npos, rotation.sentence.c_str());
    const Verdict pair = judge(none, inSteps({{0.98, 0}, slow, std::conj(slow)}, 1), "", {});
    QVERIFY2(pair.sentence.find("τ = 199 in its steps") != std::string::npos ||
                 pair.sentence.find("τ = 200 in its steps") != std::string::npos,
             pair.sentence.c_str());
    QVERIFY2(pair.sentence.find("complex") != std::string::npos, pair.sentence.c_str());
  }

  // Fails if a student is praised that foresees nothing, or a right one blamed for what no student can
  // foresee: of noise, its own run explains about nothing.
  void nothingForeseenIsNotPraised() {
    const auto with = [](double explained, double dynamics) {
      SystemEvidence student = evidence(kNone);
      student.foresight = {explained, dynamics};
      return student;
    };
    for (const auto& [student, words] :
         {std::pair(with(-3.45, 0.51), "foresees nothing"), std::pair(with(0.1, 0.27), "less than half")}) {
      const Verdict verdict = judge(evidence(kNone), student, "", {});
      QCOMPARE(verdict.kind, VerdictKind::missed);
      QVERIFY2(verdict.sentence.find(words) != std::string::npos, verdict.sentence.c_str());
    }
    QCOMPARE(kind(evidence(kNone), with(-0.2, 0.9)), VerdictKind::faithful);
    // Modes that noise moves for good: the right student explains as little. Where it is not known what that
    // one explains, nothing is judged by it.
    SystemEvidence moved = with(-3.8, 0.99);
    for (const double right : {-3.8, -2.0, Foresight::kNotKnown}) {
      moved.foresight.rightExplains = right;
      QCOMPARE(kind(evidence(kNone), moved), VerdictKind::faithful);
    }
    for (const double right : {-1.0, 0.9}) {
      moved.foresight.rightExplains = right;
      QCOMPARE(kind(evidence(kNone), moved), VerdictKind::missed);
    }
  }

  // Zeros that rounding moves by 1e-6 are far from 0.9: nothing is undetermined about them. The ring that a
  // solver makes of a chain reaches across. Fails if any doubt decides, or none.
  void roundingThatCannotReachDecidesNothing() {
    const auto doubtful = [](const Values& values, double condition) {
      SystemEvidence made = evidence(values);
      made.spectrum.undetermined.assign(values.size(), true);
      made.spectrum.conditions = Vector::Constant(static_cast<Index>(values.size()), condition);
      made.spectrum.norm = 1;
      return made;
    };
    const auto zeros = doubtful({{1e-6, 0}, {0, 1e-6}, {0, -1e-6}, {-1e-6, 0}}, 1e10);
    QCOMPARE(kind(zeros, zeros), VerdictKind::faithful);
    Values ring;
    for (int k = 0; k < 60; ++k) ring.push_back(std::polar(0.95, 2 * 3.14159265358979 * k / 60));
    QCOMPARE(kind(evidence(kNone), doubtful(ring, 4e12)), VerdictKind::undecided);
    QCOMPARE(kind(doubtful(ring, 4e12), evidence(kNone)), VerdictKind::undecided);
  }

  // An undetermined leading eigenvalue decides nothing, persistent or not.
  void undeterminedLeadingModeDecidesNothing() {
    auto unknown = evidence({{0.74, 0}, {0.7, 0}});
    QCOMPARE(kind(evidence(kNone), unknown), VerdictKind::faithful);
    unknown.spectrum.undetermined.front() = true;
    QCOMPARE(kind(evidence(kNone), unknown), VerdictKind::undecided);
    QCOMPARE(kind(unknown, evidence(kLine)), VerdictKind::undecided);
  }

  // Fails if a score alone makes a line attractor although no line of slow points was found.
  void aLineAttractorNeedsItsLine() {
    SystemEvidence student = evidence(kLine);
    auto found = std::make_shared<Attractors>();
    found->line.status = SlowManifoldStatus::noSlowMode;
    student.attractors = found;
    QCOMPARE(kind(evidence(kNone), student), VerdictKind::spuriousPersistence);
    found->line.status = SlowManifoldStatus::line;
    QCOMPARE(kind(evidence(kNone), student), VerdictKind::spuriousLineAttractor);
  }

  // Eigenvalues at 0 do not judge a system that settles elsewhere; a cycle does.
  void severalPointsOfRest() {
    auto teacher = evidence(kNone, Nonlinearity::tanh);
    teacher.limitSets->restingPoints = 2;
    const Verdict verdict = judge(teacher, evidence(kUnstable, Nonlinearity::tanh), "", {});
    QCOMPARE(verdict.kind, VerdictKind::undecided);
    QVERIFY2(verdict.sentence.find("2 points of rest") != std::string::npos, verdict.sentence.c_str());
    QCOMPARE(kind(teacher, evidence(kUnstable, Nonlinearity::tanh, 4)), VerdictKind::spuriousLimitCycle);
  }
};

KEYHOLE_TEST(TestVerdict)

}  // namespace tst_verdict

#include "tst_verdict.moc"
