// Tests core/analysis/verdict.h on systems with lines, rings and planes: what a student makes up, what it
// misses, and itself with a little noise.
#include "core/analysis/verdict.h"
#include "core/common/random.h"
#include "core/linalg/orthogonal.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>
#include <numbers>

namespace tst_verdict_continua {

using namespace keyhole;

namespace {

constexpr Index kUnits = 20;
const RandomStream kRandom(11, Stream::test);
const QStringList kKinds = {"point", "wells", "line", "ring", "plane", "cycle"};

Matrix matrixOf(const QString& kind) {
  const Matrix U = haarColumns(kRandom, kUnits, 2, 5);
  if (kind == "point") return 0.5 / std::sqrt(20.0) * kRandom.normalMatrix(kUnits, kUnits, 10);
  if (kind == "wells") return 1.8 * U.col(0) * U.col(0).transpose();
  if (kind == "line") return U.col(0) * U.col(0).transpose();
  if (kind == "plane") return U * U.transpose();
  Matrix turn = 1.8 * Matrix::Identity(2, 2);
  turn << std::cos(0.4), -std::sin(0.4), std::sin(0.4), std::cos(0.4);
  if (kind == "cycle") return 1.8 * U * turn * U.transpose();
  Matrix B(kUnits, kUnits);
  for (Index i = 0; i < kUnits; ++i)
    for (Index j = 0; j < kUnits; ++j)
      B(i, j) = 3.0 / kUnits * std::cos(2 * std::numbers::pi * static_cast<double>(i - j) / kUnits);
  return B;
}

SystemEvidence evidenceOf(const Matrix& B) {
  const FlowSystem system{Network(DenseForm{B}), Nonlinearity::tanh, Convention::standard, {}, {}};
  SystemEvidence evidence;
  evidence.spectrum = spectrumOf(system.network, true, 0.01);
  evidence.score = lineAttractorScore(evidence.spectrum);
  LimitSetOptions options;
  options.runs = 8;
  evidence.limitSets = limitSets(system, options);
  evidence.mayCycle = true;
  const Matrix activity = kRandom.normalMatrix(kUnits, 200, 400);
  evidence.attractors =
      std::make_shared<const Attractors>(findAttractors(system, activity, &*evidence.limitSets, {}));
  // As it is where all units are seen: of 20 units nothing is proven, but what is sought from is not missed.
  evidence.soughtThere = true;
  return evidence;
}

VerdictKind expected(const QString& teacher, const QString& student) {
  if (teacher == student) return VerdictKind::faithful;
  if (student == "cycle") return VerdictKind::spuriousLimitCycle;
  if (student == "ring") return VerdictKind::spuriousContinuum;
  if (student == "plane") return VerdictKind::spuriousContinuum;
  if (student == "line" && teacher != "plane") return VerdictKind::spuriousLineAttractor;
  if (student == "wells" && teacher == "point") return VerdictKind::spuriousPersistence;
  return VerdictKind::missed;
}

}  // namespace

class TestVerdictContinua : public QObject {
  Q_OBJECT

 private slots:
  // Each kind of teacher against students of each. Fails if a ring over two wells is told as wells that were
  // missed, or what a student claims is not named.
  void whatWasMadeUpIsNamed() {
    std::vector<SystemEvidence> all;
    for (const QString& kind : kKinds) all.push_back(evidenceOf(matrixOf(kind)));
    for (qsizetype i = 0; i < kKinds.size(); ++i)
      for (qsizetype j = 0; j < kKinds.size(); ++j) {
        const Verdict verdict =
            judge(all[static_cast<std::size_t>(i)], all[static_cast<std::size_t>(j)], "", {});
        const QString sentence = QString::fromStdString(verdict.sentence);
        const QString what = kKinds[i] + " | " + kKinds[j] + ": " + sentence;
        const QString claim = sentence.section("; the teacher has ", 0, 0);
        // Two wells that a student has in another place than the teacher's ring are made up, too.
        const bool either = kKinds[j] == "wells" && verdict.kind == VerdictKind::spuriousPersistence;
        QVERIFY2(verdict.kind == expected(kKinds[i], kKinds[j]) || (either && i != j), qPrintable(what));
        for (const char* kind : {"line", "ring", "plane"})
          QVERIFY2(claim.contains(QString(kind) + " attractor") == (kKinds[j] == kind), qPrintable(what));
      }
  }

  // Noise of 1e-3 on each weight pins rings, lines and planes at other places and moves λ = 1 across 1. Fails
  // if any of that is told as a difference.
  void noiseChangesNothing_data() {
    QTest::addColumn<QString>("kind");
    for (const QString& kind : kKinds) QTest::newRow(qPrintable(kind)) << kind;
  }
  void noiseChangesNothing() {
    QFETCH(QString, kind);
    const Matrix B = matrixOf(kind);
    const SystemEvidence teacher = evidenceOf(B);
    for (std::uint64_t draw = 0; draw < 2; ++draw) {
      const SystemEvidence student =
          evidenceOf(B + 1e-3 * kRandom.normalMatrix(kUnits, kUnits, 1000 + 100 * draw));
      for (const Verdict& verdict : {judge(teacher, student, "", {}), judge(student, teacher, "", {})})
        QVERIFY2(verdict.kind == VerdictKind::faithful, verdict.sentence.c_str());
    }
  }
};

KEYHOLE_TEST(TestVerdictContinua)

}  // namespace tst_verdict_continua

#include "tst_verdict_continua.moc"
