// The window that pushes, driven as a user would: what it plots is what the core computes.
#include "app/main_window.h"
#include "app/perturbation_window.h"
#include "app/play_bar.h"
#include "core/report/perturbation_report.h"
#include "tests/support/test_registry.h"
#include "widgets/plots/figure.h"
#include "widgets/plots/perturbation_panel.h"
#include "widgets/plots/perturbation_plane_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileInfo>
#include <QLabel>
#include <QSettings>
#include <QSignalSpy>
#include <QSlider>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

namespace tst_perturbation_window {

using namespace keyhole;

namespace {

constexpr int kPatience = 240000;  // ms; an upper bound, not a measure

std::shared_ptr<const Experiment> chainSeen(double fraction) {
  Settings settings = preset("chain").settings;
  settings.set("teacher.size", 60LL);
  settings.set("simulation.steps", 2000LL);
  settings.set("observation.fraction", fraction);
  settings.set("analysis.limit_runs", 0LL);
  return runExperiment(settings, nullptr);
}

// The window alone, with an experiment of its own.
struct Bench {
  std::shared_ptr<const Experiment> experiment = chainSeen(0.2);
  std::shared_ptr<const Comparison> comparison;
  PerturbationWindow window{nullptr, [this] { return comparison; }};

  Bench() {
    window.setExperiment(experiment);
    window.show();
  }
  // Waits until the push along that direction of that experiment is shown.
  bool settle(PerturbationDirection direction = PerturbationDirection::slowMode, std::size_t systems = 2) {
    return QTest::qWaitFor(
        [&] {
          const auto& shown = window.shown();
          return shown && shown->settings.direction == direction && shown->systems.size() == systems &&
                 window.curves().experiment() == experiment && !window.curves().isStale();
        },
        kPatience);
  }
  template <class Widget>
  Widget* part(const QString& name) {
    return window.findChild<Widget*>(name);
  }
  void choose(const QString& name, int value) {
    auto* box = part<QComboBox>(name);
    const int index = box->findData(value);
    box->setCurrentIndex(index);
    emit box->activated(index);
  }
};

// The visible curves: those with more than the one point of a mark.
QList<QCPGraph*> curvesOf(PerturbationPanel& panel) {
  QList<QCPGraph*> curves;
  for (int i = 0; i < panel.plot().graphCount(); ++i)
    if (panel.plot().graph(i)->dataCount() > 1) curves.append(panel.plot().graph(i));
  return curves;
}

void compareWithCore(PerturbationWindow& window, const Perturbation& expected) {
  const auto curves = curvesOf(window.curves());
  QCOMPARE(static_cast<std::size_t>(curves.size()), expected.systems.size());
  for (qsizetype i = 0; i < curves.size(); ++i) {
    const PerturbedRun& run = expected.systems[static_cast<std::size_t>(i)].run;
    QCOMPARE(static_cast<Index>(curves[i]->dataCount()), run.time.size());
    for (int k = 0; k < curves[i]->dataCount(); k += 17) {
      QCOMPARE(curves[i]->data()->at(k)->key, run.time(k));
      QCOMPARE(curves[i]->data()->at(k)->value, run.distance(k) / run.initial);
    }
  }
}

}  // namespace

class TestPerturbationWindow : public QObject {
  Q_OBJECT

 private slots:
  void whatIsPlottedIsTheCores();
  void anotherDirectionIsAnotherPush();
  void anotherExperimentIsPushedAnew();
  void aRecordingHasNoTau();
  void comparedMethodsArePushedToo();
  void playMovesTheCursorAndStopsAtTheEnd();
  void theDotsAreWhereTheStatesAre();
  void theFigureIsWritten();
  void theMenuOpensIt();
};

// Fails if the curves, the table or the sentence are of another push.
void TestPerturbationWindow::whatIsPlottedIsTheCores() {
  Bench bench;
  QVERIFY(bench.settle());
  const Perturbation expected = perturb(*bench.experiment, PerturbationSettings{});
  compareWithCore(bench.window, expected);
  QCOMPARE(bench.part<QLabel>("conclusion")->text(), QString::fromStdString(expected.conclusion));
  auto& table = bench.window.table();
  QCOMPARE(table.rowCount(), 2);
  QCOMPARE(table.item(0, 1)->text(), shortNumber(expected.systems[0].run.halfLife));
  QCOMPARE(table.item(1, 4)->text(), percent(expected.systems[1].run.remaining));
  // The other axis shows the same curves.
  bench.part<QCheckBox>("logarithmic")->click();
  QCOMPARE(bench.window.curves().plot().yAxis->scaleType(), QCPAxis::stLogarithmic);
  QVERIFY(bench.window.curves().plot().yAxis->range().lower > 0);
  compareWithCore(bench.window, expected);
}

// Fails if a choice is not computed, or the one before it is shown.
void TestPerturbationWindow::anotherDirectionIsAnotherPush() {
  Bench bench;
  QVERIFY(bench.settle());
  for (const PerturbationDirection direction :
       {PerturbationDirection::amplified, PerturbationDirection::input, PerturbationDirection::random}) {
    bench.choose("direction", static_cast<int>(direction));
    QVERIFY(bench.settle(direction));
    PerturbationSettings settings;
    settings.direction = direction;
    compareWithCore(bench.window, perturb(*bench.experiment, settings));
  }
  // Many at once: the latest wins.
  for (int i = 0; i < 20; ++i)
    bench.choose("direction",
                 static_cast<int>(i % 2 ? PerturbationDirection::amplified : PerturbationDirection::random));
  QVERIFY(bench.settle(PerturbationDirection::amplified));
}

// Fails if the picture stays that of the earlier student, or says nothing of being old.
void TestPerturbationWindow::anotherExperimentIsPushedAnew() {
  Bench bench;
  QVERIFY(bench.settle());
  bench.experiment = chainSeen(0.5);
  bench.window.setExperiment(bench.experiment);
  QVERIFY(bench.window.curves().isStale());
  QVERIFY(bench.settle());
  compareWithCore(bench.window, perturb(*bench.experiment, PerturbationSettings{}));
  // A finer picture of the same fit is the same push.
  const auto shown = bench.window.shown();
  bench.window.setExperiment(std::make_shared<Experiment>(*bench.experiment));
  QVERIFY(!bench.window.curves().isStale());
  QVERIFY(bench.window.shown() == shown);
}

// Of a recording nobody knows τ: whatever the window says of times is in its steps, and the horizon is as
// long as it was. Fails if one of them is still by α.
void TestPerturbationWindow::aRecordingHasNoTau() {
  Bench bench;
  QVERIFY(bench.settle());
  auto recorded = std::make_shared<Experiment>(*bench.experiment);
  recorded->teacher = std::make_shared<TeacherStage>();
  recorded->teacherAnalysis = nullptr;
  recorded->simulation =
      std::make_shared<SimulationStage>(*bench.experiment->simulation);  // another experiment
  bench.experiment = recorded;
  bench.window.setExperiment(bench.experiment);
  QVERIFY(bench.settle(PerturbationDirection::slowMode, 1));
  const double steps = 1 / recorded->simulation->alpha;
  const PerturbedRun& run = bench.window.shown()->systems[0].run;
  const auto curves = curvesOf(bench.window.curves());
  QCOMPARE(curves.size(), qsizetype{1});
  QVERIFY(std::abs(curves[0]->data()->at(20)->key - steps * run.time(20)) < 1e-9 * steps);
  QCOMPARE(bench.part<QDoubleSpinBox>("horizon")->value(), steps * PerturbationSettings().horizon);
  QVERIFY(std::abs(bench.window.shown()->settings.horizon - PerturbationSettings().horizon) < 1e-9);
  const auto& table = bench.window.table();
  for (const QString& told :
       {bench.part<QDoubleSpinBox>("horizon")->suffix(), bench.part<QLabel>("conclusion")->text(),
        bench.window.curves().plot().xAxis->label(), table.horizontalHeaderItem(1)->text(),
        bench.part<QComboBox>("speed")->itemText(0)})
    QVERIFY2(told.contains("step") && !told.contains("τ"), qPrintable(told));
  for (const PanelData& data : bench.window.curves().data())
    QCOMPARE(data.columns, QStringList({"time_steps", "distance"}));
  const std::string csv = perturbationCsv(*bench.window.shown());
  QVERIFY2(csv.find("half-life (steps)") != std::string::npos && csv.find("tau") == std::string::npos,
           csv.substr(0, 400).c_str());
}

// Fails if the students of the table of methods are left out, or pushed when they are of other data.
void TestPerturbationWindow::comparedMethodsArePushedToo() {
  Bench bench;
  QVERIFY(bench.settle());
  CompareOptions options;
  options.methods = {"map", "subspace"};
  bench.comparison = std::make_shared<const Comparison>(compareMethods(*bench.experiment, options));
  bench.choose("place", static_cast<int>(PerturbationPlace::trajectory));
  QVERIFY(bench.settle(PerturbationDirection::slowMode, 3));  // the student that is shown is one of the two
  QCOMPARE(bench.window.table().rowCount(), 3);
  bench.part<QCheckBox>("others")->click();
  QVERIFY(bench.settle(PerturbationDirection::slowMode, 2));
}

// Fails if time stands still, runs on past the end, or the loop does not begin again.
void TestPerturbationWindow::playMovesTheCursorAndStopsAtTheEnd() {
  Bench bench;
  QVERIFY(bench.settle());
  PlayBar& player = bench.window.player();
  player.setSpeed(8);
  bench.part<QToolButton>("play")->click();
  QVERIFY(player.isPlaying());
  QTRY_VERIFY_WITH_TIMEOUT(player.time() > 0, kPatience);
  QCOMPARE(bench.window.curves().time(), player.time());
  player.pause();
  const double before = player.time();
  player.advance(0.5);  // half a second at 8 τ/s
  QVERIFY(std::abs(player.time() - before - 4) < 1e-12);
  player.play();
  player.advance(1000);
  QCOMPARE(player.time(), player.horizon());
  QVERIFY(!player.isPlaying());
  player.play();
  QCOMPARE(player.time(), 0.0);
  bench.part<QCheckBox>("loop")->setChecked(true);
  player.advance(1000);
  QCOMPARE(player.time(), 0.0);
  QVERIFY(player.isPlaying());
  bench.window.hide();
  QVERIFY(!player.isPlaying());
  bench.part<QSlider>("scrub")->setValue(1000);
  QCOMPARE(player.time(), player.horizon() / 2);
}

// Fails if the dots are drawn at another time than the cursor's, or on another plane.
void TestPerturbationWindow::theDotsAreWhereTheStatesAre() {
  Bench bench;
  QVERIFY(bench.settle());
  const auto& systems = bench.window.shown()->systems;
  const auto planes = perturbationPlanes({&systems[0].run, &systems[1].run});
  const Index k = systems[1].run.time.size() / 3;
  bench.window.player().seek(systems[1].run.time(k));
  const auto place = bench.window.studentPlane().perturbedAt(systems[1].run.time(k));
  QVERIFY(std::abs(place.x - planes[1].perturbed(0, k)) < 1e-12);
  QVERIFY(std::abs(place.y - planes[1].perturbed(1, k)) < 1e-12);
  QCPGraph* dot = nullptr;
  auto& plot = bench.window.studentPlane().plot();
  for (int i = 0; i < plot.graphCount(); ++i)
    if (plot.graph(i)->name() == "perturbed") dot = plot.graph(i);
  QVERIFY(dot && dot->dataCount() == 1);
  QVERIFY(std::abs(dot->data()->at(0)->key - place.x) < 1e-12);
  // Both planes have the same axes.
  QCOMPARE(bench.window.teacherPlane().plot().xAxis->label(), plot.xAxis->label());
}

void TestPerturbationWindow::theFigureIsWritten() {
  Bench bench;
  QVERIFY(bench.settle());
  QTemporaryDir folder;
  PerturbationPanel printed(nullptr);
  printed.setTheme(Theme::print());
  printed.setPerturbation(bench.experiment, bench.window.shown());
  for (const char* name : {"push.pdf", "push.png"}) {
    writePanelFigure(printed, folder.filePath(name), "A caption.");
    QVERIFY(QFileInfo(folder.filePath(name)).size() > 1000);
  }
  for (const PanelData& table : printed.data())
    QCOMPARE(table.columns.size(), static_cast<qsizetype>(table.rows.cols()));
}

// Fails if the main window's experiments do not reach it.
void TestPerturbationWindow::theMenuOpensIt() {
  QTemporaryDir folder;
  QSettings preferences{folder.filePath("preferences.ini"), QSettings::IniFormat};
  MainWindow main{preferences, folder.filePath("unsaved")};
  main.document().changeSettings(chainSeen(0.3)->settings, "small");
  main.show();
  main.start({});
  PerturbationWindow& window = main.showPerturbation();
  QTRY_VERIFY_WITH_TIMEOUT(window.shown() != nullptr, kPatience);
  QCOMPARE(window.shown()->systems.size(), std::size_t{2});
}

KEYHOLE_TEST(TestPerturbationWindow)

}  // namespace tst_perturbation_window

#include "tst_perturbation_window.moc"
