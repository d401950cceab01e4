// What `keyhole fit` says in a sentence: the window's verdict, on the standard error and in the JSON, the
// same wherever the same fit is told of.
#include "core/common/random.h"
#include "tests/cli/run_cli.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>
#include <fstream>

namespace tst_fit_verdict {

using namespace keyhole;
using namespace keyhole::test;

namespace {

constexpr double kAlpha = 0.1;

// x ← (1-α) x + α B tanh(x) + noise.
Matrix runOf(const Matrix& B, Index steps, double noise, std::uint64_t seed) {
  const Matrix xi = noise * RandomStream(seed, Stream::test).normalMatrix(B.rows(), steps);
  Matrix X = Matrix::Zero(B.rows(), steps);
  for (Index t = 1; t < steps; ++t)
    X.col(t) = (1 - kAlpha) * X.col(t - 1) + kAlpha * (B * X.col(t - 1).array().tanh().matrix()) + xi.col(t);
  return X;
}

// Goes round on a cycle of about 75 steps.
Matrix oscillator(Index steps) {
  Matrix B(2, 2);
  B << 1.2, -0.9, 0.9, 1.2;
  return runOf(B, steps, 0.02, 3);
}

Matrix decaying(Index steps, std::uint64_t seed) {
  Matrix B(3, 3);
  B << 0.8, 0.3, 0, -0.2, 0.4, 0.1, 0, 0, -0.3;
  return runOf(B, steps, 0.05, seed);
}

std::string sentenceOf(const nlohmann::ordered_json& json) {
  return json["verdict"].is_object() ? json["verdict"]["sentence"].get<std::string>() : std::string();
}

}  // namespace

class TestFitVerdict : public QObject {
  Q_OBJECT

 private slots:
  // The fit, its file read back, and the comparison of methods say the same sentence of the same fit; the fit
  // says it on the standard error too. Fails if one of them leaves a rule of the verdict out.
  void oneSentenceEverywhere_data() {
    QTest::addColumn<QString>("method");
    QTest::addColumn<QString>("setting");
    QTest::newRow("map") << "map"
                         << "fit.rho=0.001";
    QTest::newRow("map, tanh") << "map"
                               << "fit.phi=tanh";
    QTest::newRow("subspace") << "subspace"
                              << "fit.latents=2";
    QTest::newRow("lds") << "lds"
                         << "fit.latents=2";
    QTest::newRow("cornn") << "cornn"
                           << "fit.iterations=3";
    QTest::newRow("force") << "force"
                           << "fit.iterations=2";
    QTest::newRow("bptt") << "bptt"
                          << "fit.iterations=2";
  }
  void oneSentenceEverywhere() {
    QFETCH(QString, method);
    QFETCH(QString, setting);
    const std::string name = method.toStdString(), set = setting.toStdString();
    const std::string file = m_folder.writeActivity("decaying.npy", decaying(1500, 5));
    const Outcome fit = fitted(file, name, {"--set", set});
    const std::string said = sentenceOf(fit.json());
    QVERIFY2(said.starts_with("The student claims ") && said.ends_with("UNDECIDED."), said.c_str());
    QVERIFY2(fit.err.find("keyhole: " + said) != std::string::npos, fit.err.c_str());
    QCOMPARE(fit.json()["verdict"]["kind"].get<std::string>(), std::string("undecided"));

    const Outcome read = runCli({"attractors", "--student", m_folder.path("fit.json")});
    QCOMPARE(withoutActivity(sentenceOf(read.json())), withoutActivity(said));
    const Outcome compared = runCli({"compare", file, "--alpha", "0.1", "--methods", name, "--splits", "1",
                                     "--set", "fit.method=" + name, "--set", set});
    QVERIFY2(compared.code == 0, compared.err.c_str());
    QCOMPARE(compared.json()["rows"][0]["sentence"].get<std::string>(), said);
  }

  // A student with tanh that goes round: the verdict says so, and the resamples, which know the modes at 0
  // alone, say that it is there that a mode grows. Fails if the two seem to speak of the same thing.
  void whatIsToldAtZeroIsSaidToBe() {
    const std::string file = m_folder.writeActivity("oscillator.npy", oscillator(3000));
    const Outcome fit = fitted(file, "map", {"--phi", "tanh"});
    const auto json = fit.json();
    QVERIFY2(sentenceOf(json).find("claims a limit cycle (period ") != std::string::npos, fit.err.c_str());
    QVERIFY2(json["intervals"]["at_zero"].get<bool>(), json["intervals"].dump().c_str());
    const std::string resamples = json["intervals"]["sentence"];
    QVERIFY2(resamples.find("(at 0: a mode that grows)") != std::string::npos, resamples.c_str());
    const auto linear = fitted(file, "map", {}).json();
    QVERIFY(!linear["intervals"]["at_zero"].get<bool>());
  }

  // A mode that grows does not "last": the verdict and the resamples have one word for it.
  void whatGrowsIsSaidToGrow() {
    Matrix X(1, 400);
    X(0, 0) = 1;
    const Matrix xi = 0.01 * RandomStream(8, Stream::test).normalMatrix(1, 400);
    for (Index t = 1; t < 400; ++t) X(0, t) = 1.01 * X(0, t - 1) + xi(0, t);
    const auto json = fitted(m_folder.writeActivity("growing.npy", X), "map", {}).json();
    QVERIFY2(sentenceOf(json).find("claims 1 mode that grows (") != std::string::npos,
             sentenceOf(json).c_str());
    QCOMPARE(json["intervals"]["claim"].get<std::string>(), std::string("a mode that grows"));
  }

  // Trials are shown side by side there as in the window, whose sentence compare has.
  void trialsSayTheSame() {
    std::vector<std::string> files;
    for (std::uint64_t k = 0; k < 3; ++k)
      files.push_back(m_folder.writeActivity("trial" + std::to_string(k) + ".npy",
                                             decaying(400 + 10 * static_cast<Index>(k), 20 + k)));
    const Outcome fit = fitted(files[0], "map", {files[1], files[2], "--phi", "tanh"});
    const std::string said = sentenceOf(fit.json());
    QVERIFY2(said.find("cannot be told from none in 419 steps") != std::string::npos, said.c_str());
  }

 private:
  Outcome fitted(const std::string& file, const std::string& method, std::vector<std::string> more) const {
    std::vector<std::string> arguments = {"fit", file, "--alpha", "0.1", "--method", method};
    arguments.insert(arguments.end(), more.begin(), more.end());
    if (method == "map" || method == "subspace")
      arguments.insert(arguments.end(), {"--resamples", "20", "--simulations", "0"});
    const Outcome outcome = runCli(arguments);
    std::ofstream(m_folder.path("fit.json")) << outcome.out;
    return outcome;
  }

  // A file of a student has no activity of its recording, so that nothing is said of a line along it.
  static std::string withoutActivity(std::string sentence) {
    const auto from = sentence.find(" % of the activity"), begin = sentence.rfind("; ", from);
    if (from == std::string::npos) return sentence;
    return sentence.erase(begin, sentence.find(')', from) - begin);
  }

  Folder m_folder;
};

KEYHOLE_TEST(TestFitVerdict)

}  // namespace tst_fit_verdict

#include "tst_fit_verdict.moc"
