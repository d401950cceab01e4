// Tests `keyhole order`
#include "core/experiment/studies/order.h"
#include "core/io/file_bytes.h"
#include "tests/cli/run_cli.h"
#include "tests/fitting/latent/lds_cases.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_order {

using namespace keyhole;
using namespace keyhole::test;

class TestOrder : public QObject {
  Q_OBJECT

 private slots:
  // Two latents behind six neurons.
  void initTestCase() {
    LdsModel model = randomLds(1, 2, 6, 0);
    model.Q = 0.1 * Matrix::Identity(2, 2);
    model.R.setConstant(0.1);
    m_trial = sampleOf(model, 1, 600);
    m_recording = m_folder.writeActivity("activity.npy", m_trial.activity);
  }

  // Fails if a documented key is missing, or the numbers are not those of the core.
  void jsonIsTheCores() {
    const auto outcome = runCli({"order", m_recording, "--latents", "1..3", "--folds", "3", "--set",
                                 "fit.noise=full", "fit.iterations=20", "fit.method=lds"});
    QVERIFY2(outcome.code == 0, outcome.err.c_str());
    const auto json = outcome.json();
    QCOMPARE(keysOf(json), (std::vector<std::string>{"source", "seen", "timepoints", "alpha", "alpha_assumed",
                                                     "counted", "measure", "folds", "chosen", "caution",
                                                     "points", "recording", "warnings", "run"}));
    Settings settings;
    settings.set("teacher.kind", std::string("recording"));
    settings.set("fit.method", std::string("lds"));
    settings.set("fit.noise", std::string("full"));
    settings.set("fit.iterations", 20LL);
    OrderOptions options;
    options.numbers = {1, 2, 3};
    options.folds = 3;
    const OrderResult known = orderOf(settings, {m_trial}, options);
    QCOMPARE(json["chosen"].get<Index>(), known.chosen);
    QCOMPARE(json["points"].size(), std::size_t{3});
    for (std::size_t i = 0; i < 3; ++i) {
      const auto& point = json["points"][i];
      QCOMPARE(point["latents"].get<Index>(), static_cast<Index>(i) + 1);
      QCOMPARE(point["held_out"].get<double>(), known.points[i].order.heldOut);
      QCOMPARE(point["standard_error"].get<double>(), known.points[i].order.standardError);
      QCOMPARE(point["eigenvalues"].size(), i + 1);
      QCOMPARE(point["blocks"].size(), std::size_t{3});
    }
    QVERIFY(json["points"][0]["line_attractor_score"].is_null());  // one mode has no second
    QCOMPARE(json["points"][0]["line_attractor_status"].get<std::string>(), std::string("too few modes"));
    QCOMPARE(json["points"][1]["line_attractor_score"].get<double>(), known.points[1].score.value);
  }

  void csvHasARowForEach() {
    const std::string file = m_folder.path("order.csv");
    const auto outcome = runCli({"order", m_recording, "--latents", "1,3", "--folds", "2", "-o", file});
    QVERIFY2(outcome.code == 0 && outcome.out.empty(), outcome.err.c_str());
    const std::string csv = readFileBytes(file);
    QVERIFY(csv.starts_with("latents,held_out,standard_error,line_attractor_score,line_attractor_status,"));
    QCOMPARE(std::count(csv.begin(), csv.end(), '\n'), std::ptrdiff_t{3});
    QVERIFY(csv.find("\n1,") != std::string::npos && csv.find("\n3,") != std::string::npos);
  }

  void statesOfASwitchingSystem() {
    const auto outcome = runCli({"order", m_recording, "--states", "1..2", "--folds", "2", "--set",
                                 "fit.latents=2", "fit.steps=300"});
    QVERIFY2(outcome.code == 0, outcome.err.c_str());
    const auto json = outcome.json();
    QCOMPARE(json["counted"].get<std::string>(), std::string("states"));
    QVERIFY(json["measure"].get<std::string>().find("lower bound") != std::string::npos);
    QCOMPARE(json["timepoints"].get<int>(), 300);
    QCOMPARE(json["points"][1]["states"].get<int>(), 2);
  }

  // A preset; its own estimator is used.
  void ofAPreset() {
    const auto outcome =
        runCli({"order", "figure-2", "--latents", "2", "--folds", "2", "--set", "fit.iterations=5",
                "teacher.size=60", "fit.steps=600", "simulation.steps=600", "observation.fraction=0.2"});
    QVERIFY2(outcome.code == 0, outcome.err.c_str());
    QCOMPARE(outcome.json()["seen"].get<int>(), 12);
  }

  // As many as there are neurons, if no numbers are given.
  void defaultNumbers() {
    const auto outcome = runCli({"order", m_recording, "--folds", "2", "--set", "fit.steps=150",
                                 "fit.method=lds", "fit.iterations=3"});
    QVERIFY2(outcome.code == 0, outcome.err.c_str());
    QCOMPARE(outcome.json()["points"].size(), std::size_t{6});
  }

  void stopWritesWhatIsThere() {
    class StopLater : public Progress {
     public:
      void objective(int start, int, double) override { m_stop = m_stop || start >= 3; }
      bool stopRequested() const override { return m_stop; }
      bool grantStop() override {
        m_stop = false;
        return true;
      }

     private:
      bool m_stop = false;
    } progress;
    const auto outcome = runCli({"order", m_recording, "--latents", "1..3", "--folds", "2"}, progress);
    QCOMPARE(outcome.code, 130);
    QCOMPARE(outcome.json()["points"].size(), std::size_t{1});
    StopAtOnce atOnce;
    const auto nothing = runCli({"order", m_recording}, atOnce);
    QVERIFY(nothing.code == 130 && nothing.out.empty());
  }

  void badInputIsOneSentence_data() {
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QString>("names");
    const auto row = [](const QStringList& options, const char* names) {
      QTest::newRow(qPrintable(options.join(' '))) << options << names;
    };
    row({"--latents", "0..3"}, "--latents is 0..3; allowed: whole numbers from 1 to 20");
    row({"--latents", "3..1"}, "--latents is 3..1");
    row({"--latents", "1,,2"}, "--latents is 1,,2");
    row({"--latents", "many"}, "--latents is many");
    row({"--latents", "1..7"}, "the number of latents is 7; allowed: 1 to 6");
    row({"--states", "0"}, "--states is 0");
    row({"--states", "1..2", "--latents", "1..2"}, "both");
    row({"--folds", "1"}, "--folds is 1");
    row({"--folds", "x"}, "--folds is x");
    row({"--set", "fit.noise=loud"}, "fit.noise is loud");
    row({"-o", "/nowhere/order.csv"}, "/nowhere");
    row({"-o", "order.xlsx"}, ".xlsx");
  }
  void badInputIsOneSentence() {
    QFETCH(QStringList, options);
    QFETCH(QString, names);
    std::vector<std::string> args = {"order", m_recording};
    for (const QString& option : options) args.push_back(option.toStdString());
    const auto outcome = runCli(args);
    QCOMPARE(outcome.code, 2);
    QVERIFY2(outcome.oneSentence() && outcome.out.empty(), outcome.err.c_str());
    QVERIFY2(QString::fromStdString(outcome.err).contains(names), outcome.err.c_str());
  }

 private:
  Folder m_folder;
  Trial m_trial;
  std::string m_recording;
};

KEYHOLE_TEST(TestOrder)

}  // namespace tst_order

#include "tst_order.moc"
