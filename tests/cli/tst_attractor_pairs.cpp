// Pairs of systems that were judged wrongly, through `keyhole attractors` and to its end: from files, in both
// orders, linear and tanh. What the rules say of evidence by itself is in analysis/tst_verdict*.
#include "core/common/random.h"
#include "tests/cli/run_cli.h"
#include "tests/support/test_registry.h"

#include <Eigen/LU>
#include <QTest>

#include <cmath>

namespace tst_attractor_pairs {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Matrix diagonal(std::initializer_list<double> values) {
  const std::vector<double> list(values);
  return Vector::Map(list.data(), static_cast<Index>(list.size())).asDiagonal();
}

Matrix pairAt(double re, double im) {
  return (Matrix(2, 2) << re, -im, im, re).finished();
}

bool says(const std::string& sentence, const char* words) {
  return sentence.find(words) != std::string::npos;
}

}  // namespace

class TestAttractorPairs : public QObject {
  Q_OBJECT

 private slots:
  // .95 | 1.5, either way round: growth is matched by growth.
  void growthIsNoDecay() {
    const Matrix decays = diagonal({0.95, 0.2, 0.1}), grows = diagonal({1.5, 0.2, 0.1});
    for (const auto& [teacher, student] : {std::pair(decays, grows), std::pair(grows, decays)}) {
      const Judged judged = judge(teacher, student, "linear");
      QVERIFY2(judged.kind.starts_with("spurious") || judged.kind == "missed" || judged.kind == "undecided",
               judged.sentence.c_str());
      QVERIFY2(!says(judged.sentence, "FAITHFUL"), judged.sentence.c_str());
    }
    QVERIFY(judge(decays, grows, "linear").kind == "spurious persistence");
  }

  // .97 | .992: two line attractors, of which the student's lasts 3.75 times as long.
  void noScoreIsBelowItself() {
    const Judged judged = judge(diagonal({0.97, 0.2}), diagonal({0.992, 0.2}), "linear");
    QCOMPARE(judged.kind, std::string("spurious persistence"));
    QVERIFY2(says(judged.sentence, "3.75 times as long") && !says(judged.sentence, "is below"),
             judged.sentence.c_str());
    QCOMPARE(judge(diagonal({0.992, 0.2}), diagonal({0.97, 0.2}), "linear").kind, std::string("weakened"));
  }

  // .899 | .901: a hair, with the threshold between, which is said.
  void aHairApart() {
    const Matrix less = diagonal({0.899, 0.2}), more = diagonal({0.901, 0.2});
    for (const char* phi : {"linear", "tanh"})
      for (const auto& [teacher, student] : {std::pair(less, more), std::pair(more, less)}) {
        const Judged judged = judge(teacher, student, phi);
        QVERIFY2(judged.kind == "faithful" || judged.kind == "marginal", judged.sentence.c_str());
        QVERIFY2(says(judged.sentence, "threshold of"), judged.sentence.c_str());
      }
  }

  // A pair of period 314 τ that decays within 20 τ, against two reals that do: nothing tells them apart.
  void aPairTooSlowToTurn() {
    const Matrix pair = pairAt(0.95, 0.02), reals = diagonal({0.95, 0.94});
    for (const auto& [teacher, student] : {std::pair(pair, reals), std::pair(reals, pair)}) {
      const Judged judged = judge(teacher, student, "linear");
      QVERIFY2(judged.kind == "faithful", judged.sentence.c_str());
    }
  }

  // λ = 1 neither grows nor decays, in a Jordan block, too: what that grows by, no power of e, is no mode.
  void oneIsMarginal() {
    const Matrix block = (Matrix(2, 2) << 1, 1, 0, 1).finished();
    for (const Matrix& one : {diagonal({1, 0.2}), diagonal({1, 1}), block}) {
      const Judged judged = judge(one, one, "linear");
      QVERIFY2(!says(judged.sentence, "unstable") && says(judged.sentence, "marginal"),
               judged.sentence.c_str());
      QVERIFY2(!judged.spurious && judged.kind != "missed", judged.sentence.c_str());
    }
  }

  // tanh of the identity, of which the least change decides whether states decay or grow, against itself with
  // noise on every weight: no draw may be judged by the side on which it fell.
  void theLeastChangeAtTheEdge() {
    for (const Index n : {2, 3})
      for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const Matrix edge = Matrix::Identity(n, n);
        const Matrix moved =
            edge + 2e-3 / static_cast<double>(n) * RandomStream(seed, Stream::test).normalMatrix(n, n);
        const Judged judged = judge(edge, moved, "tanh");
        QVERIFY2(judged.kind == "faithful" || judged.kind == "marginal", judged.sentence.c_str());
      }
  }

  // Two wells along unit 1 | along unit 2. Fails if points are counted.
  void wellsElsewhere() {
    const Matrix first = diagonal({2, 0.5}), second = diagonal({0.5, 2});
    for (const auto& [teacher, student] : {std::pair(first, second), std::pair(second, first)}) {
      const Judged judged = judge(teacher, student, "tanh");
      QVERIFY2(judged.kind == "spurious persistence", judged.sentence.c_str());
      QVERIFY2(says(judged.sentence, "2 points that are none of the teacher's"), judged.sentence.c_str());
    }
    QCOMPARE(judge(first, first, "tanh").kind, std::string("faithful"));
  }

  // 50 units with five patterns, against themselves with 1e-3 on every weight.
  void aHopfieldNetworkIsItself() {
    const Matrix patterns = RandomStream(4, Stream::test).normalMatrix(50, 5).cwiseSign();
    const Matrix W = 1.5 / 50 * patterns * patterns.transpose();
    const Judged judged = judge(W, W.array() + 1e-3, "tanh");
    QVERIFY2(!judged.spurious && judged.kind != "missed", judged.sentence.c_str());
  }

  // A low-rank teacher read from a file, linear and tanh: zeros that rounding moves by 1e-6.
  void aLowRankTeacherReadAgain() {
    const RandomStream random(41, Stream::test);
    const Matrix M = random.normalMatrix(60, 2), N = random.normalMatrix(60, 2, 1000);
    for (const double strength : {0.3, 0.9}) {
      // Eigenvalues strength and strength / 2.
      const Matrix between = (N.transpose() * M).inverse();
      const Matrix B = M * diagonal({strength, strength / 2}) * between * N.transpose();
      for (const char* phi : {"linear", "tanh"}) {
        const Judged judged = judge(B, B, phi);
        QVERIFY2(judged.kind == "faithful", judged.sentence.c_str());
      }
    }
  }

  // A teacher that leaves the finite range is told so, not that there are too few time points.
  void aTeacherThatDiverges() {
    const Matrix B = diagonal({-1.5, -1.2});
    const Judged judged = judge(B, B, "linear", {"simulation.alpha=1"});
    QVERIFY2(judged.kind == "undecided" && says(judged.sentence, "diverge"), judged.sentence.c_str());
    QVERIFY2(!says(judged.sentence, "more time points"), judged.sentence.c_str());
    const Matrix fast = diagonal({3, 0.2});
    const Judged far = judge(fast, fast, "linear", {"simulation.alpha=1", "simulation.steps=3000"});
    QVERIFY2(!says(far.sentence, "FAITHFUL") && !says(far.sentence, "more time points"),
             far.sentence.c_str());
  }

 private:
  struct Judged {
    std::string kind, sentence;
    bool spurious = false;
  };

  // As a teacher and a student of all its units, from two files. Colours, words and the flag agree.
  Judged judge(const Matrix& teacher, const Matrix& student, const std::string& phi,
               std::vector<std::string> settings = {}) const {
    const std::string a = m_folder.path("teacher.npy"), b = m_folder.path("student.npy");
    writeNpy(a, teacher);
    writeNpy(b, student);
    std::vector<std::string> args = {"attractors", "--teacher", a, "--student", b, "--phi", phi, "--set"};
    if (settings.empty()) settings = {"simulation.steps=2000"};
    for (const char* one : {"analysis.limit_steps=2000", "analysis.point_starts=16"}) settings.push_back(one);
    args.insert(args.end(), settings.begin(), settings.end());
    const Outcome outcome = runCli(args);
    const auto verdict = outcome.json()["verdict"];
    if (!verdict.is_object()) return {"none", outcome.err, false};
    const Judged judged{verdict["kind"], verdict["sentence"], verdict["spurious"]};
    if (judged.spurious != judged.kind.starts_with("spurious") ||
        judged.spurious != says(judged.sentence, "SPURIOUS"))
      return {"contradicts itself", judged.sentence, judged.spurious};
    return judged;
  }

  Folder m_folder;
};

KEYHOLE_TEST(TestAttractorPairs)

}  // namespace tst_attractor_pairs

#include "tst_attractor_pairs.moc"
