// Looks for contradictions of what core/analysis/verdict.h says of recordings, against an oracle that knows
// nothing of its code.
#include "tests/analysis/verdict_search.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <cmath>

namespace tst_recorded_contradictions {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// Two to four values of a map of one step, pairs complete.
Values mapOf(const RandomStream& random, std::uint64_t at) {
  Values values;
  const auto count = static_cast<std::size_t>(2 + 3 * uniform(random, at));
  for (std::uint64_t k = 1; values.size() < count; k += 4) {
    double rate = -std::pow(10.0, -4.5 + 5 * uniform(random, at + k));
    if (uniform(random, at + k + 1) < 0.08) rate = -rate / 100;
    const bool isPair = values.size() + 2 <= count && uniform(random, at + k + 2) < 0.4;
    const double angle = isPair ? 0.01 + 3 * uniform(random, at + k + 3) : 0;
    values.push_back(std::polar(std::exp(rate), angle));
    if (isPair) values.push_back(std::conj(values.back()));
  }
  return values;
}

Verdict ofRecording(const Values& map, double alpha, const Sampling& sampling) {
  Values values;
  for (const Complex value : map) values.push_back((value - (1 - alpha)) / alpha);
  VerdictOptions options;
  options.sampling = sampling;
  return judge({}, evidenceOf(values, alpha), "", options);
}

// Counts from the moduli of the map and the number of steps, as Dickey & Fuller have it.
class RecordedOracle {
 public:
  RecordedOracle(const Values& map, Index steps)
      : m_limit(static_cast<double>(steps) / 14.1), m_leastGrowth(1.28 / static_cast<double>(steps)) {
    for (const Complex value : map)
      m_modes.push_back({std::log(std::abs(value)), value.real(), value.imag()});
    std::sort(m_modes.begin(), m_modes.end(), [](const Mode& a, const Mode& b) { return a.rate > b.rate; });
  }
  // With a limit so many times as long.
  int persistent(double factor) const {
    return static_cast<int>(std::count_if(
        m_modes.begin(), m_modes.end(), [&](const Mode& one) { return one.rate > -1 / (factor * m_limit); }));
  }
  bool leadingGrows() const { return m_modes.front().rate > 0; }
  std::string claim(double limit, double threshold) const {
    const int count = persistent(limit);
    const bool alone = count == 1 && m_modes.front().imaginary == 0 && !leadingGrows();
    if (alone && std::log2(scoreRatio()) >= threshold) return "an approximate line attractor";
    if (count == 0) return "no persistent mode";
    // What grows more slowly than the length tells from lasting is counted among what lasts.
    const auto grow = static_cast<int>(std::count_if(
        m_modes.begin(), m_modes.end(), [&](const Mode& one) { return one.rate > m_leastGrowth; }));
    const std::string modes = std::to_string(grow > 0 ? grow : count), last = std::to_string(count - grow);
    if (grow == 0) return modes + (count == 1 ? " mode that lasts" : " modes that last");
    const std::string text = modes + (grow == 1 ? " mode that grows" : " modes that grow");
    return grow == count ? text : text + " and " + last + (count - grow == 1 ? " that lasts" : " that last");
  }
  bool turns() const {
    for (const double factor : {1.05, 1 / 1.05})
      if (claim(factor, 1) != claim(1, 1) || claim(1, factor) != claim(1, 1)) return true;
    return false;
  }

 private:
  struct Mode {
    double rate, real, imaginary;
  };
  // Of the times of decay: |1/(1 - Re λ)| as the paper has it where the two that lead come first in its
  // order, by real part; else the map's.
  double scoreRatio() const {
    const Mode &first = m_modes[0], &second = m_modes[1];
    int above = 0;  // of the second by real part, the first aside
    for (std::size_t k = 2; k < m_modes.size(); ++k) above += m_modes[k].real > second.real;
    const bool inOrder = first.real > second.real && above == 0;
    return inOrder ? (1 - second.real) / (1 - first.real) : second.rate / first.rate;
  }
  std::vector<Mode> m_modes;
  double m_limit, m_leastGrowth;
};

std::string beforeAlpha(const Verdict& verdict) {
  return verdict.sentence.substr(0, verdict.sentence.find(" By α"));
}

// The sentence without its seconds, after each has been found to be as many as the steps before it, to the
// three digits that both are given in.
std::string withoutSeconds(std::string sentence, double seconds) {
  for (std::size_t end = sentence.find(" s)"); end != std::string::npos; end = sentence.find(" s)")) {
    const std::size_t open = sentence.rfind(" (", end), unit = sentence.rfind(' ', open - 1),
                      number = sentence.rfind(' ', unit - 1) + 1;
    const double steps = std::stod(sentence.substr(number)), told = std::stod(sentence.substr(open + 2));
    if (std::abs(told - steps * seconds) > 0.011 * std::abs(told))
      return "seconds that are none: " + sentence;
    sentence.erase(open, end + 3 - open);
  }
  return sentence;
}

}  // namespace

class TestRecordedContradictions : public QObject {
  Q_OBJECT

 private slots:
  // Of recordings: the sentence counts what lasts or grows as an oracle does from |λ(F)| and the length
  // alone; the same map says the same whatever α is, but for what is said to be by α, and in seconds what it
  // says in steps; and what a threshold 5 % away would turn is said to be marginal, and nothing else is.
  // Fails if persistence, times or the score rest on an assumed τ, or a border is met without a word.
  void recordingsAgainstAnOracle() {
    const RandomStream random(20, Stream::test);
    int lasting = 0, none = 0, grown = 0, marginal = 0;
    for (std::uint64_t i = 0; i < 12000; ++i) {
      const double alpha = (i % 4 < 2) ? 0.03 : 1.0, other = (i % 2 == 0) ? 0.2 : 0.007;
      const Values map = mapOf(random, 100 * i);
      const auto steps = static_cast<Index>(std::pow(10.0, 2.0 + 3 * uniform(random, 100 * i + 80)));
      const Verdict verdict = ofRecording(map, alpha, Sampling{steps, 0, false});
      const RecordedOracle oracle(map, steps);
      const std::string text = std::to_string(i) + ": " + verdict.sentence;
      const char* report = text.c_str();
      QVERIFY2(verdict.kind == VerdictKind::undecided && says(verdict, "UNDECIDED"), report);
      QVERIFY2(
          says(verdict, "no persistent mode") == (oracle.persistent(1) == 0) || says(verdict, "Marginal"),
          report);
      QVERIFY2(says(verdict, oracle.claim(1, 1).c_str()), report);
      QVERIFY2(says(verdict, "grows by e") == oracle.leadingGrows(), report);
      QVERIFY2(says(verdict, "Marginal") == oracle.turns(), report);
      const Verdict again = ofRecording(map, other, Sampling{steps, 0, true});
      QVERIFY2(beforeAlpha(again) == beforeAlpha(verdict), report);
      QVERIFY2(says(again, "which is assumed") && !says(verdict, "assumed"), report);
      const Verdict inSeconds = ofRecording(map, alpha, Sampling{steps, 0.02, false});
      QVERIFY2(withoutSeconds(inSeconds.sentence, 0.02) == verdict.sentence, inSeconds.sentence.c_str());
      lasting += oracle.persistent(1) > 0;
      none += oracle.persistent(1) == 0;
      grown += oracle.leadingGrows();
      marginal += oracle.turns();
    }
    qInfo("%d last, of which %d grow, %d none, %d marginal", lasting, grown, none, marginal);
    QVERIFY(lasting > 1000 && none > 1000 && grown > 100 && marginal > 50);
  }
};

KEYHOLE_TEST(TestRecordedContradictions)

}  // namespace tst_recorded_contradictions

#include "tst_recorded_contradictions.moc"
