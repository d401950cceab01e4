// Tests `keyhole fit --method …` and `keyhole compare`
#include "core/common/random.h"
#include "core/io/file_bytes.h"
#include "tests/cli/run_cli.h"
#include "tests/support/reference.h"
#include "tests/support/teacher_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_fit_methods {

using namespace keyhole;
using namespace keyhole::test;

namespace {

bool has(const nlohmann::ordered_json& json, const std::vector<std::string>& keys) {
  for (const auto& key : keys)
    if (!json.contains(key)) {
      qWarning("no key %s", key.c_str());
      return false;
    }
  return true;
}

}  // namespace

class TestFitMethods : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    SimulationOptions run;
    run.steps = 400;
    m_recording = m_folder.writeActivity(
        "activity.npy", activityOf(buildTeacher(teacherOptions(TeacherKind::gaussian, 6)), run));
    m_input = m_folder.path("input.npy");
    writeNpy(m_input, Vector::LinSpaced(400, -1, 1));
  }

  // Fails if a documented key is missing, or of the wrong shape.
  void latentKeys() {
    const auto outcome = runCli({"fit", m_recording, "--method", "lds", "--latents", "2", "--iterations", "5",
                                 "--input", m_input, "--restarts", "2"});
    QCOMPARE(outcome.code, 0);
    const auto json = outcome.json();
    QVERIFY(has(json, {"dynamics", "eigenvalues", "log_likelihood", "transition", "input_matrix",
                       "dynamics_bias", "dynamics_cov", "emission", "emission_input", "emission_bias",
                       "emission_var", "initial_mean", "initial_covariance", "restarts", "summary"}));
    QCOMPARE(json["log_likelihood"].size(), std::size_t{6});
    QCOMPARE(json["emission"].size(), std::size_t{6});
    QCOMPARE(json["emission_var"].size(), std::size_t{6});
    QCOMPARE(json["restarts"].size(), std::size_t{2});
    QVERIFY(has(json["restarts"][0], {"seed", "line_attractor_score", "eigenvalues", "log_likelihood"}));
    // The dynamics are the transition in the paper's scaling: F = (1-α) I + α A.
    const double A = json["dynamics"][0][0], F = json["transition"][0][0];
    QVERIFY(std::abs(F - (0.99 + 0.01 * A)) < 1e-12);
  }

  // One discrete state is the LDS: the same numbers under the same keys.
  void oneStateHasTheKeysOfTheLds() {
    const auto lds =
        runCli({"fit", m_recording, "--latents", "2", "--iterations", "5", "--method", "lds"}).json();
    const auto one = runCli({"fit", m_recording, "--latents", "2", "--iterations", "5", "--method", "slds",
                             "--states", "1"})
                         .json();
    for (const char* key : {"log_likelihood", "transition", "emission", "restarts", "eigenvalues"})
      QVERIFY2(one.contains(key) && one[key] == lds[key], key);
    QVERIFY(!one.contains("loss"));
  }

  // Without iterations, and with the same parameters. Fails if the option does not reach the fit.
  void subspaceKeys() {
    const auto run = [this](const char* weighting) {
      return runCli({"fit", m_recording, "--method", "subspace", "--latents", "2", "--weighting", weighting});
    };
    const auto n4sid = run("n4sid"), cva = run("cva");
    QVERIFY2(n4sid.code == 0 && cva.code == 0, (n4sid.err + cva.err).c_str());
    QVERIFY(has(n4sid.json(), {"transition", "emission", "emission_var", "initial_mean"}));
    QVERIFY(n4sid.json()["transition"] != cva.json()["transition"]);
    QCOMPARE(run("heavy").code, 2);
  }

  // The start of EM reaches the fit: before any iteration it is the subspace model itself.
  void startsFromSubspace() {
    const auto run = [this](std::vector<std::string> more) {
      std::vector<std::string> args = {"fit", m_recording, "--latents", "2", "--method"};
      args.insert(args.end(), more.begin(), more.end());
      const auto outcome = runCli(args);
      return outcome.code == 0 ? outcome.json() : nlohmann::ordered_json();
    };
    const auto subspace = run({"subspace"});
    const auto em = run({"lds", "--iterations", "1", "--noise", "full", "--start", "subspace"});
    const auto pca = run({"lds", "--iterations", "1", "--noise", "full", "--start", "pca"});
    const auto usual = run({"lds", "--iterations", "1"});
    QVERIFY(subspace.is_object() && em.is_object() && pca.is_object());
    QCOMPARE(em["options"]["lds_start"].get<std::string>(), std::string("subspace"));
    QCOMPARE(usual["options"]["lds_start"].get<std::string>(), std::string("several"));
    QCOMPARE(usual["restarts"].size(), std::size_t{5});
    QVERIFY(em["log_likelihood"][0] != pca["log_likelihood"][0]);
    QVERIFY(em["log_likelihood"][1].get<double>() >= em["log_likelihood"][0].get<double>());
    // One iteration moves the plane of the orthonormal emissions a little (their axes in it are those of Q).
    const auto planeOf = [](const nlohmann::ordered_json& json) -> Matrix {
      Matrix C(6, 2);
      for (Index i = 0; i < 6; ++i)
        for (Index j = 0; j < 2; ++j)
          C(i, j) = json["emission"][static_cast<std::size_t>(i)][static_cast<std::size_t>(j)].get<double>();
      return C * C.transpose();
    };
    QVERIFY((planeOf(em) - planeOf(subspace)).cwiseAbs().maxCoeff() < 0.2);
  }

  // The same input one row earlier, acting at departure, is the published timing: the same dynamics but for
  // the direct input, which is left out. Fails if the option does not reach the fit, or turns the wrong way.
  void inputTiming() {
    const Matrix input = RandomStream(5, Stream::test).normalMatrix(400, 1);
    const std::string now = m_folder.path("now.npy");
    writeNpy(now, input);
    Matrix earlier(input.rows(), 1);
    earlier << input.bottomRows(input.rows() - 1), 0;
    const std::string file = m_folder.path("earlier.npy");
    writeNpy(file, earlier);
    const auto run = [this](const std::string& inputFile, const std::string& timing) {
      return runCli({"fit", m_recording, "--method", "lds", "--latents", "2", "--no-direct", "--input",
                     inputFile, "--input-timing", timing});
    };
    const auto arrival = run(now, "arrival"), departure = run(file, "departure");
    QVERIFY2(arrival.code == 0 && departure.code == 0, (arrival.err + departure.err).c_str());
    QCOMPARE(departure.json()["options"]["input_timing"].get<std::string>(), std::string("departure"));
    const double a = arrival.json()["log_likelihood"].back(), d = departure.json()["log_likelihood"].back();
    // Both ends are at rest to 1e-4 nats; the inputs' units, from which they start, differ in one sample.
    QVERIFY2(std::abs(a - d) < 1e-2, qPrintable(QString("%1 %2").arg(a).arg(d)));
    const double wrong = run(now, "departure").json()["log_likelihood"].back();
    QVERIFY2(std::abs(wrong - a) > 0.1, qPrintable(QString("%1 %2").arg(a).arg(wrong)));
    QCOMPARE(run(now, "later").code, 2);
  }

  // An earlier result's emissions come back unchanged.
  void emissionsAreHeld() {
    const std::string first = m_folder.path("first.json");
    QCOMPARE(
        runCli({"fit", m_recording, "--method", "lds", "--latents", "2", "--iterations", "5", "-o", first})
            .code,
        0);
    const auto outcome = runCli({"fit", m_recording, "--method", "lds", "--latents", "2", "--iterations", "9",
                                 "--emissions-from", first});
    QCOMPARE(outcome.code, 0);
    const auto before = nlohmann::ordered_json::parse(readFileBytes(first));
    for (const char* key : {"emission", "emission_bias", "emission_var"})
      QVERIFY(outcome.json()[key] == before[key]);
    QVERIFY(outcome.json()["transition"] != before["transition"]);
  }

  void everyMethodAnswers_data() {
    QTest::addColumn<QString>("method");
    for (const char* method : {"slds", "cornn", "force", "bptt"}) QTest::newRow(method) << method;
  }
  void everyMethodAnswers() {
    QFETCH(QString, method);
    const auto outcome = runCli({"fit", m_recording, "--method", method.toStdString(), "--iterations", "3"});
    QCOMPARE(outcome.code, 0);
    QCOMPARE(outcome.json()["method"].get<std::string>(), method.toStdString());
    QVERIFY(outcome.json()["summary"]["iterations"].get<int>() <= 3);
  }

  void badOptionsAreOneSentence_data() {
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QString>("names");
    const auto row = [](const char* name, const QStringList& options, const char* names) {
      QTest::newRow(name) << options << names;
    };
    row("no such method", {"--method", "magic"}, "magic");
    row("no latents", {"--method", "lds", "--latents", "0"}, "--latents is 0");
    row("too many latents", {"--method", "lds", "--latents", "7"}, "7");
    row("of another method", {"--method", "map", "--latents", "3"}, "--latents");
    row("start of the published", {"--method", "lds", "--estimator", "published", "--start", "subspace"},
        "--start is subspace, which means nothing for --method lds --estimator published");
    row("unknown start", {"--method", "lds", "--start", "here"}, "--start is here");
    row("unknown choice", {"--method", "lds", "--noise", "loud"}, "loud");
    row("missing file", {"--method", "lds", "--emissions-from", "/nowhere.json"}, "/nowhere.json");
    row("another stage", {"--method", "lds", "--set", "teacher.size=3"}, "teacher.size");
  }
  void badOptionsAreOneSentence() {
    QFETCH(QStringList, options);
    QFETCH(QString, names);
    std::vector<std::string> args = {"fit", m_recording};
    for (const QString& option : options) args.push_back(option.toStdString());
    const auto outcome = runCli(args);
    QCOMPARE(outcome.code, 2);
    QVERIFY2(outcome.oneSentence() && outcome.out.empty(), outcome.err.c_str());
    QVERIFY2(QString::fromStdString(outcome.err).contains(names), outcome.err.c_str());
  }

  // NaN is a missing sample for the latent models, and refused by the others.
  void missingSamples() {
    Matrix activity = readNpy(m_recording).transpose();
    activity(2, 7) = std::numeric_limits<double>::quiet_NaN();
    const std::string gaps = m_folder.writeActivity("gaps.npy", activity);
    const auto fit = runCli({"fit", gaps, "--method", "lds", "--latents", "2", "--iterations", "3"});
    QCOMPARE(fit.code, 0);
    QVERIFY(fit.json()["explained_variance"].is_number());
    QCOMPARE(runCli({"fit", gaps, "--method", "map"}).code, 2);
    QCOMPARE(runCli({"fit", gaps, "--method", "cornn"}).code, 2);
  }

  void comparesARecording() {
    const std::string table = m_folder.path("table.csv");
    const auto outcome =
        runCli({"compare", m_recording, "--methods", "map,lds", "--set", "fit.latents=2", "-o", table});
    QCOMPARE(outcome.code, 0);
    const std::string csv = readFileBytes(table);
    QVERIFY(csv.starts_with("method,verdict,fitted_steps,fits_the_data,has_the_teachers_dynamics,"));
    QCOMPARE(std::count(csv.begin(), csv.end(), '\n'), std::ptrdiff_t{3});
    // Nobody knows the teacher of a recording: that gauge is empty, not 0.
    QVERIFY(csv.find("\nMAP,undecided,") != std::string::npos);
    const auto json = runCli({"compare", m_recording, "--methods", "map"}).json();
    QVERIFY(json["rows"][0]["has_the_teachers_dynamics"].is_null() &&
            json["rows"][0]["fits_the_data"].is_number());
    QCOMPARE(json["rows"][0]["held_out_splits"].size(), std::size_t{5});
    QVERIFY(json["alpha_assumed"].get<bool>());
    const auto once = runCli({"compare", m_recording, "--methods", "map", "--splits", "1"}).json();
    QCOMPARE(once["rows"][0]["held_out_splits"].size(), std::size_t{1});
    QVERIFY(once["rows"][0]["held_out_one_step_r2_sd"].is_null());
    QCOMPARE(runCli({"compare", m_recording, "--methods", "map", "--splits", "9"}).code, 2);
    const auto wrong = runCli({"compare", m_recording, "--methods", "map,magic"});
    QCOMPARE(wrong.code, 2);
    QVERIFY2(wrong.oneSentence() && wrong.err.find("magic") != std::string::npos, wrong.err.c_str());
  }

  // What no fit can tell apart is said, by every method, beside the result and in it: a channel that is the
  // sum of two others, a constant one, and inputs that are constant, 0, or multiples of each other.
  void whatCannotBeToldIsSaid_data() {
    QTest::addColumn<QString>("method");
    QTest::addColumn<QString>("extra");
    QTest::addColumn<QString>("said");
    for (const char* method : {"map", "subspace", "cornn", "force"}) {
      const auto row = [&](const char* extra, const char* said) {
        QTest::addRow("%s, %s", method, extra) << method << extra << said;
      };
      row("sum", "channels that vary span 6 dimensions only");
      row("constant channel", "constant channels in the recording");
      if (std::string(method) == "subspace") continue;  // says how many directions its input excites
      row("constant input", "input 1 is constant: what it does cannot be told from the constant drive");
      row("no input", "input 1 is 0 throughout");
      row("one input twice", "the 2 inputs that vary span 1 dimension only");
      row("plain", "");
    }
  }
  void whatCannotBeToldIsSaid() {
    QFETCH(QString, method);
    QFETCH(QString, extra);
    QFETCH(QString, said);
    SimulationOptions run;
    run.steps = 400;
    const Matrix X = activityOf(buildTeacher(teacherOptions(TeacherKind::gaussian, 6)), run);
    const Vector u = RandomStream(6, Stream::test).normalMatrix(400, 1).col(0);
    Matrix more = extra == "sum" ? Matrix(X.row(0) + 2 * X.row(1)) : Matrix(Matrix::Constant(1, 400, 3.3));
    Matrix all = X;
    if (extra == "sum" || extra == "constant channel") {
      all.conservativeResize(7, Eigen::NoChange);
      all.row(6) = more;
    }
    std::vector<std::string> arguments = {
        "fit", m_folder.writeActivity("extra.npy", all), "--alpha", "0.01", "--method", method.toStdString()};
    if (method == "force") arguments.insert(arguments.end(), {"--iterations", "1"});
    if (extra.contains("input")) {
      Matrix input = extra == "constant input" ? Matrix(Matrix::Constant(400, 1, 2)) : Matrix::Zero(400, 1);
      if (extra == "one input twice") input = u * (Matrix(1, 2) << 1, -3).finished();
      writeNpy(m_folder.path("extra-input.npy"), input);
      arguments.insert(arguments.end(), {"--input", m_folder.path("extra-input.npy")});
    }
    const Outcome outcome = runCli(arguments);
    const std::string warnings = outcome.json()["warnings"].dump();
    for (const std::string& text : {outcome.err, warnings}) {
      QVERIFY2(text.find(said.toStdString()) != std::string::npos, text.c_str());
      const bool quiet = said.isEmpty() ? text.find("span") == std::string::npos : true;
      QVERIFY2(quiet && text.find("e+") == std::string::npos, text.c_str());
    }
  }

  // The reference's emissions held, through the command line.
  void referenceThroughTheCommandLine() {
    SKIP_WITHOUT_REFERENCE();
    const std::string folder = qgetenv("KEYHOLE_REFERENCE").toStdString();
    const auto outcome =
        runCli({"fit", folder + "/lds_ff.activity.npy", "--input", folder + "/lds_ff.input.npy", "--method",
                "lds", "--emissions-from", folder + "/lds_ff.json"});
    QCOMPARE(outcome.code, 0);
    const auto known = referenceJson("lds_ff");
    QVERIFY(std::abs(outcome.json()["line_attractor_score"].get<double>() -
                     known["line_attractor_score"].get<double>()) < 0.02);
  }

 private:
  Folder m_folder;
  std::string m_recording, m_input;
};

KEYHOLE_TEST(TestFitMethods)

}  // namespace tst_fit_methods

#include "tst_fit_methods.moc"
