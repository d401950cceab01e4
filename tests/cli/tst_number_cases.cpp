// Recordings and matrices whose right values were computed elsewhere, through the command line: files where
// they are (environment variable KEYHOLE_CASES), and for each kind a twin that the test makes.
#include "core/common/random.h"
#include "tests/cli/run_cli.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_number_cases {

using namespace keyhole;
using namespace keyhole::test;

namespace {

using Arguments = std::vector<std::string>;

// Six channels of two latent modes, 0.9 and 0.5 per step, and noise.
Matrix twoModes(Index T) {
  const RandomStream random(31, Stream::test);
  const Matrix C = random.normalMatrix(6, 2), noise = random.normalMatrix(2, T, 1000);
  Matrix X = Matrix::Zero(2, T);
  for (Index t = 1; t < T; ++t) {
    X(0, t) = 0.9 * X(0, t - 1) + noise(0, t);
    X(1, t) = 0.5 * X(1, t - 1) + noise(1, t);
  }
  return C * X + 0.5 * random.normalMatrix(6, T, 50000);
}

Matrix rotation(double modulus, double angle) {
  Matrix F(2, 2);
  F << std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle);
  return modulus * F;
}

double leading(const nlohmann::ordered_json& json, std::size_t i = 0) {
  return json["eigenvalues"][i][0].get<double>();
}

double logLikelihood(const nlohmann::ordered_json& json) {
  return json["log_likelihood"].back().get<double>();
}

}  // namespace

class TestNumberCases : public QObject {
  Q_OBJECT

 private slots:
  // The same recording with one channel in half its unit: the same eigenvalues, and a likelihood that is
  // lower by T ln 2, the density's unit. Fails if a fit ends elsewhere for it.
  void lengthsOfChannelsAreNoMatter() {
    const Matrix Y = twoModes(600);
    Matrix doubled = Y;
    doubled.row(5) *= 2;
    const auto [one, two] = fits(write("one", Y), write("doubled", doubled), kLds);
    expectSameLds(one, two, 600);
  }
  void lengthsOfChannelsInTheCase() {
    if (!hasCases()) QSKIP("KEYHOLE_CASES does not name the folder of cases");
    const auto [one, two] = fits(file("one.npy"), file("one_channel_x2.npy"), kLds);
    expectSameLds(one, two, 600);
    for (const auto& json : {one, two}) {
      QVERIFY2(std::abs(leading(json) - 0.376) < 2e-3, json["eigenvalues"].dump().c_str());
      QVERIFY2(std::abs(leading(json, 1) + 3.104) < 2e-2, json["eigenvalues"].dump().c_str());
    }
    QVERIFY2(std::abs(logLikelihood(one) + 3096.44) < 0.05,
             qPrintable(QString::number(logLikelihood(one), 'f', 4)));
  }

  // Canonical variates know no units: channels in units of 0.01 to 1000 have the same eigenvalues.
  void canonicalVariatesKnowNoUnits() {
    const Matrix Y = twoModes(600);
    Matrix mixed = Y;
    for (Index i = 0; i < 6; ++i) mixed.row(i) *= std::pow(10.0, static_cast<double>(i) - 2);
    expectSameValues(write("plain", Y), write("mixed", mixed));
  }
  void canonicalVariatesInTheCase() {
    if (!hasCases()) QSKIP("KEYHOLE_CASES does not name the folder of cases");
    expectSameValues(file("one.npy"), file("mixed_mild.npy"));
  }

  // Fails if a map that grows is told by Re λ, which says that it decays.
  void aRotationThatGrows() {
    Matrix X = Matrix::Ones(2, 600);
    const Matrix noise = RandomStream(32, Stream::test).normalMatrix(2, 600);
    for (Index t = 1; t < 600; ++t) X.col(t) = rotation(1.01, 0.2) * X.col(t - 1) + 0.1 * noise.col(t);
    expectGrowth({"fit", write("rotation", X), "--alpha", "1"}, 1.01, 2e-3);
  }
  void aRotationThatGrowsInTheCase() {
    if (!hasCases()) QSKIP("KEYHOLE_CASES does not name the folder of cases");
    expectGrowth({"fit", file("rotation_growing_slow.npy"), "--alpha", "1"}, 1.010, 5e-4);
  }

  // Twenty time points of four channels that alternate and grow by a third a step: by Re λ the mode would be
  // gone within τ/33.
  void fewPointsThatGrow() {
    const Matrix noise = RandomStream(33, Stream::test).normalMatrix(4, 20);
    const Vector ones = (Vector(4) << 1, -0.5, 0.3, 0.8).finished();
    Matrix X = 0.01 * noise;
    for (Index t = 0; t < 20; ++t) X.col(t) += std::pow(-4.0 / 3, static_cast<double>(t)) * ones;
    expectGrowth({"fit", write("few", X), "--alpha", "0.1", "--method", "subspace", "--latents", "2"},
                 4.0 / 3, 0.05);
  }
  void fewPointsThatGrowInTheCase() {
    if (!hasCases()) QSKIP("KEYHOLE_CASES does not name the folder of cases");
    expectGrowth({"fit", file("T20N4.npy"), "--alpha", "0.1", "--method", "subspace", "--latents", "2"}, 6.68,
                 0.01);
  }

  // Units of gain 2 rest at one of three places each; three coupled ones leave 23 of 27 (counted by an
  // independent solver). Fails if one is missed or made up.
  void pointsOfRest() {
    Matrix coupled(3, 3);
    coupled << 2.0, -0.3, 0.1, 0.2, 1.8, -0.4, -0.1, 0.3, 2.2;
    expectPoints(matrix("two", 2 * Matrix::Identity(2, 2)), 9, 4);
    expectPoints(matrix("five", 2 * Matrix::Identity(5, 5)), 243, 32);
    expectPoints(matrix("coupled", coupled), 23, -1);
  }
  void pointsOfRestInTheCases() {
    if (!hasCases()) QSKIP("KEYHOLE_CASES does not name the folder of cases");
    expectPoints(file("bistable2.npy"), 9, 4);
    expectPoints(file("bistable5.npy"), 243, 32);
    expectPoints(file("ring3.npy"), 23, -1);
  }

  // A mean of up to 1e8 standard deviations leaves 1e-8 of the digits: the same fit.
  void offsetsAreNoMatter() {
    const Matrix Y = twoModes(600);
    std::vector<std::string> files;
    for (const double offset : {0.0, 1e6, 1e8})
      files.push_back(write("offset" + std::to_string(files.size()), Y.array() + offset));
    expectOneFit(files);
  }
  void offsetsInTheCases() {
    if (!hasCases()) QSKIP("KEYHOLE_CASES does not name the folder of cases");
    const auto first = expectOneFit({file("o0.npy"), file("o6.npy"), file("o8.npy")});
    QVERIFY2(std::abs(first.first["one_step_r2"].get<double>() - 0.354466) < 1e-6,
             first.first["one_step_r2"].dump().c_str());
    QVERIFY2(
        std::abs(leading(first.second) - 0.369) < 1e-2 && std::abs(leading(first.second, 1) + 3.124) < 5e-2,
        first.second["eigenvalues"].dump().c_str());
  }

  // One sinusoid excites two directions. Fails if what rests on more is told without a word.
  void anInputThatExcitesTwoDirections() {
    const Index T = 1000;
    const Vector time = Vector::LinSpaced(T, 0, static_cast<double>(T - 1));
    const Matrix u = (0.3 * time.array()).sin().matrix().transpose();
    Matrix Y = RandomStream(34, Stream::test).normalMatrix(2, T);
    Y.row(0) += 2 * u;
    expectInputWarning(write("y", Y), write("u", u));
  }
  void anInputThatExcitesTwoDirectionsInTheCase() {
    if (!hasCases()) QSKIP("KEYHOLE_CASES does not name the folder of cases");
    expectInputWarning(file("y_sin.npy"), file("u_sin.npy"));
  }

  // More columns than rows: perhaps the other way round. Fails if only the ridge is spoken of.
  void aHintAtTranspose() { expectHint(write("turned", Matrix(twoModes(8).transpose().replicate(40, 1)))); }
  void aHintAtTransposeInTheCase() {
    if (!hasCases()) QSKIP("KEYHOLE_CASES does not name the folder of cases");
    expectHint(file("F_small.npy"));
  }

 private:
  using Json = nlohmann::ordered_json;
  static inline const Arguments kLds = {"--alpha", "0.1", "--method", "lds", "--latents", "2"};
  static inline const Arguments kCva = {"--alpha",   "0.1", "--method",    "subspace",
                                        "--latents", "2",   "--weighting", "cva"};

  static bool hasCases() { return !qEnvironmentVariable("KEYHOLE_CASES").isEmpty(); }
  static std::string file(const char* name) {
    return qEnvironmentVariable("KEYHOLE_CASES").toStdString() + "/numbers/" + name;
  }
  std::string write(const std::string& name, const Matrix& activity) const {
    return m_folder.writeActivity(name + ".npy", activity);
  }
  std::string matrix(const std::string& name, const Matrix& values) const {
    writeNpy(m_folder.path(name + ".npy"), values);
    return m_folder.path(name + ".npy");
  }

  static Json fit(const std::string& recording, const Arguments& more) {
    Arguments args{"fit", recording, "--resamples", "0", "--simulations", "0"};
    args.insert(args.end(), more.begin(), more.end());
    return runCli(args).json();
  }
  static std::pair<Json, Json> fits(const std::string& one, const std::string& two, const Arguments& more) {
    return {fit(one, more), fit(two, more)};
  }

  static void expectSameLds(const Json& one, const Json& doubled, double steps) {
    for (const std::size_t i : {0, 1})
      QVERIFY2(std::abs(leading(one, i) - leading(doubled, i)) < 1e-3,
               (one["eigenvalues"].dump() + doubled["eigenvalues"].dump()).c_str());
    const double lower = logLikelihood(one) - logLikelihood(doubled);
    QVERIFY2(std::abs(lower - steps * std::log(2.0)) < 1e-2, qPrintable(QString::number(lower, 'f', 5)));
  }

  static void expectSameValues(const std::string& plain, const std::string& mixed) {
    const auto [one, two] = fits(plain, mixed, kCva);
    for (const std::size_t i : {0, 1})
      QVERIFY2(std::abs(leading(one, i) - leading(two, i)) < 1e-6 * std::abs(leading(one, i)),
               (one["eigenvalues"].dump() + two["eigenvalues"].dump()).c_str());
  }

  static void expectGrowth(const Arguments& args, double modulus, double within) {
    const Outcome outcome = runCli(args);
    const auto json = outcome.json();
    double largest = 0;
    for (const auto& one : json["map_moduli"]) largest = std::max(largest, one.get<double>());
    QVERIFY2(std::abs(largest - modulus) < within, json["map_moduli"].dump().c_str());
    const auto status = json["line_attractor_status"].get<std::string>();
    QVERIFY2(status == "unstable" || status == "too few time points", status.c_str());
    const auto persistence = json["persistence"].get<std::vector<std::string>>();
    QVERIFY(std::count(persistence.begin(), persistence.end(), "grows") > 0);
  }

  static void expectPoints(const std::string& teacher, int fixed, int stable) {
    const auto json =
        runCli({"attractors", "--teacher", teacher, "--set", "simulation.steps=1000", "analysis.limit_runs=4",
                "analysis.limit_steps=500", "analysis.point_starts=16"})
            .json();
    const auto& census = json["teacher"]["points"]["census"];
    QVERIFY2(census["fixed"] == fixed && (stable < 0 || census["stable"] == stable), census.dump().c_str());
    QCOMPARE(census["completeness"].get<std::string>(), std::string("certified"));
  }

  // Of the subspace fit and the latent one.
  static std::pair<Json, Json> expectOneFit(const std::vector<std::string>& files) {
    std::pair<Json, Json> first;
    for (const std::string& one : files) {
      const Json subspace = fit(one, {"--alpha", "0.1", "--method", "subspace", "--latents", "2"}),
                 lds = fit(one, kLds);
      if (&one == &files.front()) first = {subspace, lds};
      const double r2 = subspace["one_step_r2"].get<double>(),
                   expected = first.first["one_step_r2"].get<double>();
      if (!(std::abs(r2 - expected) < 1e-6)) qWarning("%s: R² %.9g for %.9g", one.c_str(), r2, expected);
      if (!(std::abs(r2 - expected) < 1e-6)) QTest::qFail("another R²", __FILE__, __LINE__);
      for (const std::size_t i : {0, 1})
        if (!(std::abs(leading(lds, i) - leading(first.second, i)) < 1e-3 * std::abs(leading(lds, i))))
          QTest::qFail(lds["eigenvalues"].dump().c_str(), __FILE__, __LINE__);
    }
    return first;
  }

  static void expectInputWarning(const std::string& recording, const std::string& input) {
    const Outcome outcome = runCli(
        {"fit", recording, "--input", input, "--alpha", "1", "--method", "subspace", "--latents", "2"});
    QCOMPARE(outcome.code, 0);
    QVERIFY2(outcome.err.find("the input excites 2 of the") != std::string::npos, outcome.err.c_str());
  }

  static void expectHint(const std::string& recording) {
    const Outcome outcome = runCli({"fit", recording, "--alpha", "0.1"});
    QVERIFY2(outcome.err.find("--transpose") != std::string::npos, outcome.err.c_str());
  }

  Folder m_folder;
};

KEYHOLE_TEST(TestNumberCases)

}  // namespace tst_number_cases

#include "tst_number_cases.moc"
