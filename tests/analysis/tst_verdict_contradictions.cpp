// Looks for contradictions of core/analysis/verdict.h: random pairs of systems, against an oracle that knows
// nothing of its code, and systems against themselves, changed a little.
#include "core/linalg/eigen.h"
#include "tests/analysis/verdict_search.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <cmath>

namespace tst_verdict_contradictions {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// What a mode does per τ, from its factor per step.
struct Fate {
  double growth, frequency;
};
Fate fateOf(Complex value, double alpha) {
  if (alpha == 0) return {value.real() - 1, std::abs(value.imag())};
  const Complex factor = 1.0 - alpha + alpha * value;
  return {std::log(std::abs(factor)) / alpha, std::abs(std::arg(factor)) / alpha};
}

// Up to four values, pairs complete, whose growth is spread over what lasts, nearly lasts, and grows.
Values drawn(const RandomStream& random, std::uint64_t at, double alpha) {
  Values values;
  const auto count = static_cast<std::size_t>(2 + 3 * uniform(random, at));
  for (std::uint64_t k = 1; values.size() < count; k += 4) {
    double growth = -std::pow(10.0, -3.5 + 4 * uniform(random, at + k));
    if (uniform(random, at + k + 1) < 0.12) growth = -growth / 10;
    const bool isPair = values.size() + 2 <= count && uniform(random, at + k + 2) < 0.4;
    const double frequency = isPair ? std::pow(10.0, -3 + 3 * uniform(random, at + k + 3)) : 0;
    const Complex exponent(growth, frequency);
    const Complex value = alpha == 0 ? 1.0 + exponent : 1.0 + (std::exp(alpha * exponent) - 1.0) / alpha;
    values.push_back(isPair ? value : value.real());
    if (isPair) values.push_back(std::conj(value));
  }
  return values;
}

// The oracle: whether there is any way to pair the modes so that nothing that persists is left over. By
// trying all of them.
class Oracle {
 public:
  Oracle(const Values& teacher, const Values& student, double alpha, const VerdictOptions& options)
      : m_rate(1 / options.persistentTau), m_times(options.exaggeration) {
    for (const Complex value : teacher) m_teacher.push_back(fateOf(value, alpha));
    for (const Complex value : student) m_student.push_back(fateOf(value, alpha));
    m_taken.assign(teacher.size(), false);
  }
  bool agrees() { return canPair(0); }
  static bool anyGrows(const std::vector<Fate>& all) {
    return std::any_of(all.begin(), all.end(), [](const Fate& one) { return one.growth > 0; });
  }
  bool teacherGrows() const { return anyGrows(m_teacher); }
  bool studentGrows() const { return anyGrows(m_student); }

 private:
  bool persists(const Fate& one) const { return one.growth > -m_rate; }
  bool mayBeOne(const Fate& t, const Fate& s) const {
    if ((t.growth > 0) != (s.growth > 0)) return false;
    const double seen = std::max({-t.growth, -s.growth, 0.05 * std::max(t.frequency, s.frequency)});
    if (std::abs(t.frequency - s.frequency) > seen) return false;
    if (t.growth > 0) return true;
    const double longer = t.growth / s.growth;  // the student's τ over the teacher's
    return longer <= m_times && (longer >= 1 / m_times || persists(s));
  }
  bool canPair(std::size_t i) {
    if (i == m_student.size()) {
      for (std::size_t j = 0; j < m_teacher.size(); ++j)
        if (persists(m_teacher[j]) && !m_taken[j]) return false;
      return true;
    }
    if (!persists(m_student[i]) && canPair(i + 1)) return true;
    for (std::size_t j = 0; j < m_teacher.size(); ++j) {
      const double least = -m_times * m_rate;
      const bool bothReach = m_student[i].growth > least && m_teacher[j].growth > least;
      if (m_taken[j] || !bothReach || !mayBeOne(m_teacher[j], m_student[i])) continue;
      m_taken[j] = true;
      if (canPair(i + 1)) return true;
      m_taken[j] = false;
    }
    return false;
  }

  double m_rate, m_times;
  std::vector<Fate> m_teacher, m_student;
  std::vector<bool> m_taken;
};

// Any thresholds that the settings allow, for half of the pairs.
VerdictOptions optionsDrawn(const RandomStream& random, std::uint64_t at) {
  VerdictOptions options;
  if (uniform(random, at) < 0.5) return options;
  options.persistentTau = std::pow(10.0, 0.3 + 2.5 * uniform(random, at + 1));
  options.exaggeration = std::pow(10.0, 0.05 + 1.3 * uniform(random, at + 2));
  options.scoreThreshold = 4 * uniform(random, at + 3);
  return options;
}

// What the student's run explains, how much of the dynamics it has, and what the teacher's own run explains;
// known for half of the pairs.
Foresight foresightDrawn(const RandomStream& random, std::uint64_t at) {
  Foresight drawn;
  if (uniform(random, at) < 0.5) return drawn;
  drawn.explainedVariance = 1 - std::pow(10.0, 1.5 * uniform(random, at + 1) - 0.5);
  drawn.hasTheDynamics = 1 - 0.7 * uniform(random, at + 2);
  drawn.rightExplains = uniform(random, at + 3) < 0.3 ? -3 * uniform(random, at + 4) : 0;
  return drawn;
}

// Off by more than twice the variance, and by more than twice as much as the teacher's own run; or less than
// half of the dynamics.
bool foreseesNothing(const Foresight& foresight) {
  const double off = 1 - foresight.explainedVariance, right = 1 - std::min(foresight.rightExplains, 0.0);
  return off > 2 * right || foresight.hasTheDynamics < 0.5;
}

bool isPraise(VerdictKind kind) {
  return kind == VerdictKind::faithful || kind == VerdictKind::weakened;
}

// What the sentence says of itself.
const char* contradictionIn(const Verdict& verdict) {
  if (says(verdict, "FAITHFUL") != (verdict.kind == VerdictKind::faithful)) return "the word faithful";
  if (says(verdict, "WEAKENED") != (verdict.kind == VerdictKind::weakened)) return "the word weakened";
  if (says(verdict, "SPURIOUS") != verdict.spurious) return "the word spurious";
  if (says(verdict, "MISSED") != (verdict.kind == VerdictKind::missed)) return "the word missed";
  if (says(verdict, "MARGINAL") != (verdict.kind == VerdictKind::marginal)) return "the word marginal";
  if (isPraise(verdict.kind) && says(verdict, "unstable")) return "praise of what grows";
  if ((verdict.weakenedBy > 0) != (verdict.leaning == VerdictKind::weakened)) return "a factor";
  if (verdict.spurious && says(verdict, "claims no persistent mode")) return "nothing made up";
  return nullptr;
}

}  // namespace

class TestVerdictContradictions : public QObject {
  Q_OBJECT

 private slots:
  // Of pairs under any settings, with any foresight. Fails if praise stands where no pairing of the modes
  // exists, or blame where one does and the student foresees something; if a student that grows or foresees
  // nothing is praised; or if a sentence contradicts its kind.
  void againstAnOracle() {
    const RandomStream random(17, Stream::test);
    const double steps[] = {0, 0.01, 0.1, 1};
    int praise = 0, blame = 0, marginal = 0, undecided = 0, foreseen = 0;
    for (std::uint64_t i = 0; i < 12000; ++i) {
      const double alpha = steps[i % 4];
      const Values teacher = drawn(random, 100 * i, alpha);
      // Half of the students are near their teachers.
      Values student = drawn(random, 100 * i + 50, alpha);
      if (i % 8 < 4) {
        student = teacher;
        const double factor = std::pow(10.0, 1.6 * uniform(random, 100 * i + 90) - 0.8);
        for (Complex& value : student) value = 1.0 + factor * (value - 1.0);
      }
      const SystemEvidence a = evidenceOf(teacher, alpha);
      SystemEvidence b = evidenceOf(student, alpha);
      const VerdictOptions options = optionsDrawn(random, 100 * i + 91);
      b.foresight = foresightDrawn(random, 100 * i + 95);
      const Verdict verdict = judge(a, b, "", options);
      Oracle oracle(teacher, student, alpha, options);
      const std::string text = std::to_string(i) + ": " + verdict.sentence;
      const char* report = text.c_str();
      const char* contradiction = contradictionIn(verdict);
      if (contradiction) qWarning("%s", contradiction);
      QVERIFY2(!contradiction, report);
      if (oracle.teacherGrows() && oracle.studentGrows()) {
        QVERIFY2(verdict.kind == VerdictKind::undecided, report);
        ++undecided;
        continue;
      }
      QVERIFY2(verdict.kind != VerdictKind::undecided, report);
      const bool agrees = oracle.agrees(), blind = foreseesNothing(b.foresight);
      if (agrees && blind)
        QVERIFY2(verdict.leaning == VerdictKind::missed || verdict.leaning == VerdictKind::weakened, report);
      else
        QVERIFY2(isPraise(verdict.leaning) == agrees, report);
      QVERIFY2(!(blind && verdict.kind == VerdictKind::faithful), report);
      foreseen += agrees && blind;
      marginal += verdict.kind == VerdictKind::marginal;
      praise += isPraise(verdict.kind);
      blame += verdict.spurious || verdict.kind == VerdictKind::missed;
    }
    qInfo("%d praised, %d blamed, %d marginal, %d undecided, %d right but blind", praise, blame, marginal,
          undecided, foreseen);
    // All are visited.
    QVERIFY(praise > 1000 && blame > 1000 && marginal > 50 && undecided > 50 && foreseen > 200);
  }

  // A system against itself is faithful; changed by 1e-3 it is so too, or the sentence says that it is
  // marginal. Fails if any threshold is met without a word.
  void itselfChangedALittle() {
    const RandomStream random(18, Stream::test);
    const double steps[] = {0, 0.01, 0.1, 1};
    int marginal = 0, same = 0;
    for (std::uint64_t i = 0; i < 12000; ++i) {
      const double alpha = steps[i % 4];
      const Values teacher = drawn(random, 100 * i, alpha);
      Values student = teacher;
      for (std::size_t k = 0; k < student.size(); ++k) {
        const Complex change = std::polar(1e-3, 6.28 * uniform(random, 100 * i + 60 + 2 * k));
        if (student[k].imag() == 0) student[k] += change.real();
        if (student[k].imag() <= 0) continue;
        student[k] += change;
        student[k + 1] = std::conj(student[k]);
        ++k;
      }
      const SystemEvidence a = evidenceOf(teacher, alpha), b = evidenceOf(student, alpha);
      const VerdictKind self = judge(a, a, "", {}).kind;
      QVERIFY(self == VerdictKind::faithful || self == VerdictKind::undecided);
      const Verdict verdict = judge(a, b, "", {});
      QVERIFY2(verdict.kind == self || verdict.kind == VerdictKind::marginal, verdict.sentence.c_str());
      marginal += verdict.kind == VerdictKind::marginal;
      same += verdict.kind == self;
    }
    qInfo("%d the same, %d marginal", same, marginal);
    QVERIFY(same > 8000);
  }

  // The same with matrices, whose eigenvalues move by more than the matrix where it is not normal.
  void matricesChangedALittle() {
    const RandomStream random(19, Stream::test);
    int same = 0;
    for (std::uint64_t i = 0; i < 1000; ++i) {
      const Matrix A = 0.5 * random.normalMatrix(4, 4, 40 * i);
      const Matrix E = random.normalMatrix(4, 4, 40 * i + 20);
      const auto evidence = [](const Matrix& matrix) {
        SystemEvidence made;
        made.spectrum = spectrumOf(matrix, true, 0.05);
        made.score = lineAttractorScore(made.spectrum);
        return made;
      };
      const SystemEvidence a = evidence(A), b = evidence(A + 1e-3 / E.norm() * E);
      const VerdictKind self = judge(a, a, "", {}).kind;
      const Verdict verdict = judge(a, b, "", {});
      QVERIFY2(verdict.kind == self || verdict.kind == VerdictKind::marginal, verdict.sentence.c_str());
      same += verdict.kind == self;
    }
    QVERIFY(same > 900);
  }
};

KEYHOLE_TEST(TestVerdictContradictions)

}  // namespace tst_verdict_contradictions

#include "tst_verdict_contradictions.moc"
