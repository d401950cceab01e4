// α is asked for, not assumed, of a recording: every command says where nobody gave it, none where somebody
// did, and what does not depend on it is the same for any.
#include "core/common/random.h"
#include "tests/cli/run_cli.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_alpha {

using namespace keyhole;
using namespace keyhole::test;

namespace {

using Arguments = std::vector<std::string>;
using Json = nlohmann::ordered_json;

// Three channels of modes 0.99, 0.8 and 0.5 per step.
Matrix activity() {
  constexpr Index kSteps = 1500;
  const RandomStream random(51, Stream::test);
  const Matrix mixing = random.normalMatrix(3, 3), noise = random.normalMatrix(3, kSteps, 100);
  const Vector factors = (Vector(3) << 0.99, 0.8, 0.5).finished();
  Matrix X = Matrix::Zero(3, kSteps);
  for (Index t = 1; t < kSteps; ++t) X.col(t) = factors.cwiseProduct(X.col(t - 1)) + noise.col(t);
  return mixing * X;
}

std::string beforeAlpha(const std::string& sentence) {
  return sentence.substr(0, sentence.find(" By α"));
}

bool isAssumed(const std::string& text) {
  return text.find("assumed") != std::string::npos;
}

}  // namespace

class TestAlpha : public QObject {
  Q_OBJECT

 private slots:
  // 0.01 is what is taken where nothing is given; given, it is not assumed. Fails if the number decides what
  // was asked.
  void compareSaysWhetherItIsAssumed() {
    std::vector<std::string> claims;
    for (const std::string alpha : {"", "0.01", "0.1", "1"}) {
      const Outcome outcome = compared(alpha);
      QCOMPARE(outcome.code, 0);
      QCOMPARE(isAssumed(outcome.err), alpha.empty());
      const Json json = outcome.json();
      QCOMPARE(json["alpha_assumed"].get<bool>(), alpha.empty());
      std::string claim;
      for (const auto& row : json["rows"]) {
        const auto sentence = row["sentence"].get<std::string>();
        QVERIFY2(isAssumed(sentence) == alpha.empty(), sentence.c_str());
        claim += beforeAlpha(sentence) + "\n";
      }
      claims.push_back(claim);
    }
    for (const std::string& claim : claims) QCOMPARE(claim, claims.front());
    const Outcome set = runCli({"compare", m_recording, "--methods", "map", "--splits", "1", "--set",
                                "simulation.alpha=0.01", "fit.rho=0"});
    QVERIFY2(!isAssumed(set.err) && !set.json()["alpha_assumed"].get<bool>(), set.err.c_str());
    for (const auto& row : set.json()["rows"]) QVERIFY(!isAssumed(row["sentence"].get<std::string>()));
  }

  void fitAndOrderSayIt() {
    for (const Arguments& command :
         {Arguments{"fit", m_recording, "--resamples", "0", "--simulations", "0"},
          {"order", m_recording, "--latents", "1..2", "--folds", "2", "--set", "fit.iterations=20"}})
      for (const std::string alpha : {"", "0.01", "1"}) {
        const Outcome outcome = runCli(withAlpha(command, alpha));
        QVERIFY2(outcome.code == 0, outcome.err.c_str());
        QCOMPARE(isAssumed(outcome.err), alpha.empty());
      }
  }

  // Once, not twice.
  void figureSaysItOnce() {
    for (const std::string alpha : {"", "0.01"}) {
      const Arguments args = {"figure",
                              m_recording,
                              "-o",
                              m_folder.path("f.pdf"),
                              "--panel",
                              "eigenvalues",
                              "--set",
                              "analysis.resamples=0",
                              "analysis.simulations=0"};
      const Outcome outcome = runCli(withAlpha(args, alpha));
      QVERIFY2(outcome.code == 0, outcome.err.c_str());
      std::size_t count = 0;
      for (std::size_t at = 0; (at = outcome.err.find("is assumed", at)) != std::string::npos; ++at) ++count;
      QCOMPARE(count, alpha.empty() ? std::size_t{1} : std::size_t{0});
    }
  }

  // Beside a known teacher an α that nobody gave decides what is compared, which is said.
  void besideATeacherItIsSaid() {
    const std::string teacher = m_folder.path("teacher.npy"), student = m_folder.path("fit.json");
    writeNpy(teacher, 0.5 * Matrix::Identity(3, 3));
    for (const std::string alpha : {"", "0.01"}) {
      QCOMPARE(runCli(withAlpha({"fit", m_recording, "-o", student}, alpha)).code, 0);
      const Outcome outcome = runCli({"attractors", "--teacher", teacher, "--student", student, "--phi",
                                      "linear", "--set", "simulation.steps=500", "analysis.limit_runs=0"});
      QVERIFY2(outcome.code == 0, outcome.err.c_str());
      QCOMPARE(outcome.err.find("the verdict rests on this α") != std::string::npos, alpha.empty());
    }
  }

 private:
  static Arguments withAlpha(Arguments args, const std::string& alpha) {
    if (!alpha.empty()) args.insert(args.begin() + 2, {"--alpha", alpha});
    return args;
  }

  // The ridge, which weighs ρ/α², is off.
  Outcome compared(const std::string& alpha) const {
    return runCli(withAlpha({"compare", m_recording, "--methods", "map,subspace", "--splits", "1", "--set",
                             "fit.rho=0", "fit.latents=2"},
                            alpha));
  }

  Folder m_folder;
  std::string m_recording = m_folder.writeActivity("activity.npy", activity());
};

KEYHOLE_TEST(TestAlpha)

}  // namespace tst_alpha

#include "tst_alpha.moc"
