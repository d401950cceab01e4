#include "core/analysis/spectrum.h"
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/fitting/regression/map_fit.h"
#include "tests/cli/run_cli.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/reference.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>
#include <fstream>

namespace tst_fit {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// A stable linear network of N units, driven by noise: N x T.
Matrix smallActivity(Index N, Index T) {
  const RandomStream random(5, Stream::test);
  const Matrix B = 0.5 / std::sqrt(static_cast<double>(N)) * random.normalMatrix(N, N);
  const Matrix noise = random.normalMatrix(N, T, 1000);
  Matrix X(N, T);
  X.col(0) = noise.col(0);
  for (Index t = 1; t < T; ++t) X.col(t) = 0.8 * X.col(t - 1) + 0.2 * (B * X.col(t - 1) + noise.col(t));
  return X;
}

const std::vector<std::string> kKeys = {"method",
                                        "neurons",
                                        "timepoints",
                                        "options",
                                        "recording",
                                        "dynamics",
                                        "map_moduli",
                                        "time_constants_steps",
                                        "persistence",
                                        "persistence_limit_steps",
                                        "eigenvalues",
                                        "time_constants",
                                        "map_time_constants",
                                        "line_attractor_score",
                                        "published_line_attractor_score",
                                        "map_line_attractor_score",
                                        "line_attractor_status",
                                        "verdict",
                                        "intervals",
                                        "prediction",
                                        "explained_variance",
                                        "one_step_r2",
                                        "henrici",
                                        "undetermined",
                                        "ridge_dominance",
                                        "student",
                                        "warnings",
                                        "summary",
                                        "run"};

}  // namespace

class TestFit : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a key is missing, misspelt, in another order, or new without being asked for.
  void keysAreTheDocumentedOnes() {
    const auto outcome = runCli({"fit", m_recording, "--method", "map"});
    QCOMPARE(outcome.code, 0);
    const auto json = outcome.json();
    QCOMPARE(keysOf(json), kKeys);
    QCOMPARE(keysOf(json["summary"]),
             (std::vector<std::string>{"status", "iterations", "seconds", "message"}));
    QCOMPARE(json["method"].get<std::string>(), std::string("map"));
    QCOMPARE(json["neurons"].get<int>(), 6);
    QCOMPARE(json["timepoints"].get<int>(), 900);
    QCOMPARE(json["summary"]["status"].get<std::string>(), std::string("solved"));
  }

  // Fails if alpha, rho or φ do not reach the fit, or if the matrix is written by columns.
  void dynamicsAreThoseOfFitMap_data() {
    QTest::addColumn<QString>("phi");
    QTest::addColumn<double>("alpha");
    QTest::addColumn<double>("rho");
    QTest::newRow("linear") << "linear" << 0.2 << 0.001;
    QTest::newRow("tanh") << "tanh" << 0.2 << 0.001;
    QTest::newRow("other step") << "linear" << 0.05 << 0.001;
    QTest::newRow("strong ridge") << "linear" << 0.2 << 5.0;
  }
  void dynamicsAreThoseOfFitMap() {
    QFETCH(QString, phi);
    QFETCH(double, alpha);
    QFETCH(double, rho);
    const MapOptions options{alpha, rho, phi == "tanh" ? Nonlinearity::tanh : Nonlinearity::linear, true};
    const Student student = fitMap(m_activity, Matrix(0, m_activity.cols()), options);
    const auto json = runCli({"fit", m_recording, "--phi", phi.toStdString(), "--alpha", toText(alpha),
                              "--rho", toText(rho)})
                          .json();
    COMPARE_MATRICES(matrixOf(json["dynamics"]), student.A, 1e-10);
    QCOMPARE(json["one_step_r2"].get<double>(), student.oneStepR2);
    const Spectrum spectrum = spectrumOf(student.A, true);
    COMPARE_EIGENVALUES(complexValues(json["eigenvalues"]), spectrum.values, 1e-9);
    QVERIFY(std::abs(json["henrici"].get<double>() - henriciNumber(student.A, spectrum.values)) < 1e-9);
  }

  // Fails if the input is ignored, shifted in time, or its matrix is not reported.
  void inputEntersTheFit() {
    const RandomStream random(6, Stream::test);
    const Matrix input = random.normalMatrix(2, 900);
    const std::string file = m_folder.writeActivity("input.npy", input);
    const Student student = fitMap(m_activity, input, {0.2, 0.001, Nonlinearity::linear, true});
    const auto outcome = runCli({"fit", m_recording, "--alpha", "0.2", "--input", file});
    QCOMPARE(outcome.code, 0);
    COMPARE_MATRICES(matrixOf(outcome.json()["input_matrix"]), student.V, 1e-10);
    COMPARE_MATRICES(matrixOf(outcome.json()["dynamics"]), student.A, 1e-10);
  }

  // Fails if τ is not |1/(1 - Re λ)| in the order of the eigenvalues, the map's not -α/ln|1-α+αλ|, or seconds
  // are not the map's Δt/α.
  void timeConstantsFollowTheEigenvalues() {
    const auto json = runCli({"fit", m_recording, "--alpha", "0.2", "--dt", "0.004"}).json();
    QCOMPARE(json["time_constants"].size(), std::size_t{6});
    for (std::size_t i = 0; i < 6; ++i) {
      const double tau = std::abs(1.0 / (1.0 - json["eigenvalues"][i][0].get<double>()));
      QVERIFY(std::abs(json["time_constants"][i].get<double>() - tau) < 1e-12 * tau);
      const std::complex<double> value(json["eigenvalues"][i][0].get<double>(),
                                       json["eigenvalues"][i][1].get<double>());
      const double modulus = std::abs(0.8 + 0.2 * value), map = -0.2 / std::log(modulus);
      QVERIFY(std::abs(json["map_moduli"][i].get<double>() - modulus) < 1e-12);
      QVERIFY(std::abs(json["map_time_constants"][i].get<double>() - map) < 1e-10 * std::abs(map));
      QVERIFY(std::abs(json["time_constants_seconds"][i].get<double>() - map * 0.02) < 1e-10 * std::abs(map));
      if (i > 0)
        QVERIFY(json["eigenvalues"][i - 1][0].get<double>() >= json["eigenvalues"][i][0].get<double>());
    }
  }

  // A rotation of |F| = 1.01 and angle 0.3, fitted from its own noisy run: by real part it would decay with
  // τ = 28. Fails if stability is told by Re λ.
  void aGrowingRotationIsUnstable() {
    const RandomStream random(8, Stream::test);
    const Matrix noise = random.normalMatrix(2, 400);
    Matrix F(2, 2), X = Matrix::Zero(2, 400);
    F << std::cos(0.3), -std::sin(0.3), std::sin(0.3), std::cos(0.3);
    for (Index t = 1; t < X.cols(); ++t) X.col(t) = 1.01 * F * X.col(t - 1) + 0.1 * noise.col(t);
    const auto json = runCli({"fit", m_folder.writeActivity("growing.npy", X), "--alpha", "1"}).json();
    QVERIFY(std::abs(json["map_moduli"][0].get<double>() - 1.01) < 2e-3);  // the growing run is its signal
    QVERIFY(json["eigenvalues"][0][0].get<double>() < 0.98);
    QVERIFY(json["map_time_constants"][0].get<double>() < 0);
    QCOMPARE(json["line_attractor_status"].get<std::string>(), std::string("unstable"));
  }

  // White noise about 3: no dynamics by default; without a constant drive a made-up mode, and a warning that
  // says why; CORNN's drive is inside of tanh, which such large activity overruns, and that is said, too.
  // Fails if the offset is not the default of a recording.
  void aMeanIsNoMemory() {
    const std::string file =
        m_folder.writeActivity("mean3.npy", RandomStream(9, Stream::test).normalMatrix(10, 3000).array() + 3);
    expectNoMemory(file);
    const Outcome cornn = runCli({"fit", file, "--alpha", "1", "--method", "cornn"});
    QVERIFY2(cornn.err.find("lie beyond ±1") != std::string::npos, cornn.err.c_str());
    QVERIFY2(cornn.err.find("constant drive") == std::string::npos, cornn.err.c_str());
    const auto persistence = cornn.json()["persistence"].get<std::vector<std::string>>();
    for (const std::string& told : persistence)
      QVERIFY2(told != "lasts" && told != "grows", cornn.out.c_str());
    const Outcome none = runCli({"fit", file, "--alpha", "1", "--method", "cornn", "--offset", "off"});
    QVERIFY2(none.err.find("the fit has no constant drive") != std::string::npos, none.err.c_str());
    const auto leading = [&](std::vector<std::string> more) {
      std::vector<std::string> args{"fit", file, "--alpha", "1", "--method"};
      args.insert(args.end(), more.begin(), more.end());
      return runCli(args).json()["map_moduli"][0].get<double>();
    };
    QVERIFY(leading({"force", "--iterations", "20", "--set", "fit.reset_every=1", "fit.gain=0"}) < 0.15);
    QVERIFY(leading({"bptt", "--iterations", "1500", "--set", "fit.start_gain=0"}) < 0.15);
    QVERIFY(leading({"force", "--offset", "off", "--iterations", "20", "--set", "fit.reset_every=1",
                     "fit.gain=0"}) > 0.9);
    QVERIFY(leading({"bptt", "--offset", "off", "--iterations", "300", "--set", "fit.start_gain=0"}) > 0.9);
  }

  // α is asked for: where it is not given, that is said, and what does not depend on it is the same for any.
  // The ridge alone, off here, would depend on it.
  void alphaIsAskedFor() {
    const Outcome assumed = runCli({"fit", m_recording, "--rho", "0"});
    QVERIFY2(assumed.err.find("alpha, the step in units of the units' time constant, is not given; 0.01") !=
                 std::string::npos,
             assumed.err.c_str());
    QCOMPARE(assumed.json()["options"]["alpha_assumed"].get<bool>(), true);
    for (const char* alpha : {"0.01", "0.1", "1"}) {
      const Outcome given = runCli({"fit", m_recording, "--rho", "0", "--alpha", alpha});
      QVERIFY2(given.err.find("alpha") == std::string::npos, given.err.c_str());
      const auto json = given.json();
      QCOMPARE(json["options"]["alpha_assumed"].get<bool>(), false);
      QVERIFY(json["persistence"] == assumed.json()["persistence"]);
      for (std::size_t i = 0; i < 6; ++i)
        for (const char* key : {"map_moduli", "time_constants_steps"})
          QVERIFY(std::abs(json[key][i].get<double>() / assumed.json()[key][i].get<double>() - 1) < 1e-8);
    }
  }

  // Ten time points of six units: whatever comes out, its score is not defined.
  void tenTimePointsDefineNoScore() {
    const std::string file = m_folder.writeActivity("ten.npy", m_activity.leftCols(10));
    const Outcome outcome = runCli({"fit", file, "--alpha", "0.2"});
    QCOMPARE(outcome.json()["line_attractor_status"].get<std::string>(), std::string("too few time points"));
  }

  // The recording of that kind among the shared cases.
  void aMeanIsNoMemoryInTheCase() {
    const QByteArray cases = qgetenv("KEYHOLE_CASES");
    if (cases.isEmpty()) QSKIP("KEYHOLE_CASES does not name the folder of cases");
    expectNoMemory(cases.toStdString() + "/numbers/noise_mean3.npy");
  }

  // Fails if --observed takes other channels than the first, or --transpose does not turn the array.
  void observedAndTranspose() {
    const auto first = runCli({"fit", m_folder.writeActivity("first.npy", m_activity.topRows(3))}).json();
    QVERIFY(runCli({"fit", m_recording, "--observed", "3"}).json()["dynamics"] == first["dynamics"]);
    const std::string turned = m_folder.path("turned.npy");
    writeNpy(turned, m_activity);
    QVERIFY(runCli({"fit", turned, "--transpose"}).json()["dynamics"] ==
            runCli({"fit", m_recording}).json()["dynamics"]);
  }

  // The usual five latents are too many for two channels: two are taken, which is said; asked for, five are
  // refused. Fails if a call without --latents is refused for their number.
  void theUsualLatentsFitFewChannels() {
    const std::string two = m_folder.writeActivity("two.npy", m_activity.topRows(2));
    for (const char* method : {"subspace", "lds"}) {
      const Outcome usual = runCli({"fit", two, "--method", method});
      QCOMPARE(usual.code, 0);
      QCOMPARE(usual.json()["eigenvalues"].size(), std::size_t{2});
      QVERIFY2(usual.err.find("the number of latents is not given; 2") != std::string::npos,
               usual.err.c_str());
      const Outcome asked = runCli({"fit", two, "--method", method, "--latents", "5"});
      QCOMPARE(asked.code, 2);
    }
  }

  // Fails if a constant channel passes silently, or keeps the others from being fitted.
  void constantChannelIsNamed() {
    Matrix activity = m_activity;
    activity.row(4).setConstant(2.5);
    const auto outcome = runCli({"fit", m_folder.writeActivity("constant.npy", activity)});
    QCOMPARE(outcome.code, 0);
    QVERIFY2(outcome.err.find("constant channel") != std::string::npos, outcome.err.c_str());
    const auto json = outcome.json();
    QVERIFY(json["warnings"].size() >= 1);
    QVERIFY(json["warnings"][0].get<std::string>().find("5") != std::string::npos);
  }

  // Fails if a numerical failure is called good, loses its output, or invents numbers.
  void singularFitIsWrittenWithItsStatus() {
    const std::string file = m_folder.path("singular.json");
    const auto outcome = runCli({"fit", m_folder.writeActivity("short.npy", m_activity.leftCols(4)), "--rho",
                                 "0", "--alpha", "0.2", "-o", file});
    QCOMPARE(outcome.code, 3);
    QVERIFY2(outcome.err.find("the normal equations are singular") != std::string::npos, outcome.err.c_str());
    QVERIFY(outcome.out.empty());
    std::ifstream stream(file);
    const auto json = nlohmann::ordered_json::parse(stream);
    QCOMPARE(keysOf(json), kKeys);
    QCOMPARE(json["summary"]["status"].get<std::string>(), std::string("singular"));
    for (const char* key :
         {"dynamics", "eigenvalues", "time_constants", "line_attractor_score", "explained_variance"})
      QVERIFY2(json[key].is_null(), key);
  }

  // Fails if what was not asked for is taken for what was stopped.
  void withoutResamplesItIsNoStop() {
    const auto outcome = runCli(
        {"fit", m_folder.writeActivity("plain.npy", m_activity), "--resamples", "0", "--simulations", "0"});
    QCOMPARE(outcome.code, 0);
    QVERIFY(!outcome.json()["intervals"].contains("resamples") && outcome.json()["prediction"].is_null());
  }

  // Fails if a number that overflows ends in a crash or in "nan" within the JSON.
  void hugeNumbersEndInAStatus() {
    const auto outcome = runCli({"fit", m_folder.writeActivity("huge.npy", 1e200 * m_activity)});
    QCOMPARE(outcome.code, 3);
    QVERIFY(!outcome.json().is_discarded());
    QVERIFY(outcome.json()["dynamics"].is_null());
  }

  // Fails if an undefined score (one mode) is written as a number.
  void undefinedIsNull() {
    const auto json = runCli({"fit", m_recording, "--observed", "1"}).json();
    QVERIFY(json["line_attractor_score"].is_null());
    QCOMPARE(json["line_attractor_status"].get<std::string>(), std::string("too few modes"));
    QCOMPARE(json["eigenvalues"].size(), std::size_t{1});
  }

  // Fails if -o also prints, or prints something else than it writes.
  void outputFileHoldsWhatWouldBePrinted() {
    const std::string file = m_folder.path("fit.json");
    const auto toFile = runCli({"fit", m_recording, "-o", file});
    QCOMPARE(toFile.code, 0);
    QVERIFY(toFile.out.empty());
    std::ifstream stream(file);
    auto written = nlohmann::ordered_json::parse(stream);
    auto printed = runCli({"fit", m_recording}).json();
    written["summary"].erase("seconds");
    printed["summary"].erase("seconds");
    QVERIFY(written == printed);
  }

  // Fails if a stop is not heeded or leaves a file.
  void stoppedFitWritesNothing() {
    StopAtOnce stop;
    const auto outcome = runCli({"fit", m_recording, "-o", m_folder.path("stopped.json")}, stop);
    QCOMPARE(outcome.code, 130);
    QVERIFY(!QFile::exists(QString::fromStdString(m_folder.path("stopped.json"))));
  }

  // A stop that comes when the fit is finished keeps it. Fails if it is thrown away, or if the look at all of
  // a long recording does not heed the stop.
  void stopAfterTheFitKeepsIt() {
    class StopBehind : public Progress {
     public:
      void report(double, std::string_view what) override { m_stop = m_stop || what == "analysing"; }
      bool stopRequested() const override { return m_stop; }

     private:
      bool m_stop = false;
    };
    const std::string file = m_folder.path("long.npy");
    writeNpy(file, smallActivity(4, kPiece + 3000).transpose());
    const auto whole = runCli({"fit", file}).json();
    StopBehind stop;
    const auto outcome = runCli({"fit", file}, stop);
    QCOMPARE(outcome.code, 130);
    const auto json = outcome.json();
    QVERIFY(json["dynamics"] == whole["dynamics"] && json["eigenvalues"] == whole["eigenvalues"]);
    QVERIFY(json["summary"]["status"] == "stopped");
    QVERIFY(json["explained_variance"].is_number() &&
            json["explained_variance"] != whole["explained_variance"]);
  }

  // Fails if the command line's fit leaves the independent implementation's.
  void agreesWithReference_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("phi");
    QTest::newRow("linear") << "map_linear"
                            << "linear";
    QTest::newRow("tanh") << "map_tanh"
                          << "tanh";
  }
  void agreesWithReference() {
    SKIP_WITHOUT_REFERENCE();
    QFETCH(QString, name);
    QFETCH(QString, phi);
    const auto expected = referenceJson(name.toStdString());
    const std::string file = m_folder.path("reference.npy");
    writeNpy(file, referenceArray(name.toStdString() + ".activity"));
    const auto outcome = runCli({"fit", file, "--method", "map", "--alpha", "0.01", "--rho", "0.001", "--phi",
                                 phi.toStdString(), "--offset", "off"});
    QCOMPARE(outcome.code, 0);
    const auto json = outcome.json();
    COMPARE_MATRICES(matrixOf(json["dynamics"]), matrixOf(expected["A"]), 1e-8);
    COMPARE_EIGENVALUES(complexValues(json["eigenvalues"]), complexValues(expected["eigenvalues"]), 1e-8);
    QVERIFY(std::abs(json["line_attractor_score"].get<double>() -
                     expected["line_attractor_score"].get<double>()) < 1e-8);
  }

 private:
  static void expectNoMemory(const std::string& file) {
    const Outcome with = runCli({"fit", file, "--alpha", "1"});
    QCOMPARE(with.code, 0);
    QVERIFY2(with.json()["map_moduli"][0].get<double>() < 0.1, with.out.c_str());
    QCOMPARE(with.json()["options"]["offset"].get<std::string>(), std::string("on"));
    QVERIFY2(with.err.find("constant drive") == std::string::npos, with.err.c_str());
    const Outcome without = runCli({"fit", file, "--alpha", "1", "--offset", "off"});
    QVERIFY(std::abs(without.json()["map_moduli"][0].get<double>() - 0.989) < 0.003);
    QVERIFY2(without.err.find("the activity has a mean of 9.") != std::string::npos, without.err.c_str());
    QVERIFY(without.json()["student"]["drive"].is_null());
  }

  Folder m_folder;
  Matrix m_activity = smallActivity(6, 900);
  std::string m_recording = m_folder.writeActivity("activity.npy", m_activity);
};

KEYHOLE_TEST(TestFit)

}  // namespace tst_fit

#include "tst_fit.moc"
