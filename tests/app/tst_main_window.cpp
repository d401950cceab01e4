// The window driven as a user would: what is plotted is what the core computes for the settings that are
// shown.
#include "app/after_painting.h"
#include "app/main_window.h"
#include "app/message_strip.h"
#include "app/panel_area.h"
#include "app/panel_dock.h"
#include "app/verdict_bar.h"
#include "tests/app/window_bench.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"
#include "widgets/controls/setting_control.h"
#include "widgets/controls/settings_panel.h"
#include "widgets/plots/eigenvalue_panel.h"
#include "widgets/plots/flow_panel.h"
#include "widgets/plots/sides.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QSignalSpy>
#include <QSlider>
#include <QTemporaryDir>
#include <QTest>

namespace tst_main_window {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// A small experiment, so that every picture comes at once.
Settings smallSettings() {
  Settings settings;
  settings.set("teacher.size", 60LL);
  settings.set("simulation.steps", 2000LL);
  settings.set("observation.fraction", 0.2);
  return settings;
}

struct Bench : WindowBench {
  Bench() : WindowBench(smallSettings()) {}
  template <class Editor>
  Editor* editor(const QString& key, const QString& name = {}) {
    return window.controls().control(key)->findChild<Editor*>(name);
  }
  template <class Kind>
  Kind& panel(const QString& name) {
    return *qobject_cast<Kind*>(window.panels().panel(name));
  }
  // Computed anew, without anything that the window holds.
  std::shared_ptr<const Experiment> expected() {
    return runExperiment(window.document().settings(), nullptr);
  }
};

std::vector<std::complex<double>> plotted(QCustomPlot& plot, const QString& name) {
  std::vector<std::complex<double>> points;
  for (int i = 0; i < plot.graphCount(); ++i)
    if (plot.graph(i)->name() == name)
      for (const QCPGraphData& point : *plot.graph(i)->data()) points.emplace_back(point.key, point.value);
  return points;
}

// Distance of the farthest of `from` from its nearest of `to`.
template <class From, class To>
double farthest(const From& from, const To& to) {
  double worst = 0;
  for (const auto& point : from) {
    double nearest = 1e300;
    for (const auto& other : to) nearest = std::min(nearest, std::abs(point - other));
    worst = std::max(worst, nearest);
  }
  return worst;
}

// Sends a press, moves and a release to a slider, over the given parts of its length.
void drag(QSlider* slider, const std::vector<double>& places) {
  const auto at = [slider](double part) {
    return QPoint(static_cast<int>(part * (slider->width() - 1)), slider->height() / 2);
  };
  QTest::mousePress(slider, Qt::LeftButton, {}, at(places.front()));
  for (const double place : places) {
    QTest::mouseMove(slider, at(place));
    QCoreApplication::processEvents();
  }
  QTest::mouseRelease(slider, Qt::LeftButton, {}, at(places.back()));
}

}  // namespace

class TestMainWindow : public QObject {
  Q_OBJECT

 private slots:
  void draggingTheFractionPlotsThatStudent();
  void flowIsTheCoresFlow();
  void choosingATeacherPlotsThatTeacher();
  void oneDragIsOneUndo();
  void aClickStartsTheTrajectoryInBoth();
  void aClickIsAnsweredDuringASlowFit();
  void aStopMarksEarlierPicturesAlone();
  void withoutAPictureTheBarSaysSo();
  void theSentenceIsThatOfThePicture();
  void nonsenseLeavesEverythingAsItWas();
  void panelsCanBeEnlargedHiddenAndRestored();
  void everyPanelSaysWhatIsUnderTheCursor();
  void whatFollowsThePaintingComesAfterIt();
  void theWorkerIsToldWhatIsDrawn();
};

// Fails if the plot shows the student of another fraction than the slider does, or drops eigenvalues.
void TestMainWindow::draggingTheFractionPlotsThatStudent() {
  Bench bench;
  QVERIFY(bench.settle());
  auto& panel = bench.panel<EigenvaluePanel>("eigenvalues");
  auto* slider = bench.editor<QSlider>("observation.fraction", "slider");
  Index before = bench.window.shown()->fit->student.A.rows();
  for (const double place : {0.7, 0.95}) {
    drag(slider, {0.4, place});
    QVERIFY(bench.settle());
    const auto expected = bench.expected();
    const auto& values = expected->studentAnalysis->spectrum.values;
    QVERIFY(values.size() != before);
    before = values.size();
    const auto points = plotted(panel.plot(), "student");
    // Eigenvalues within a thousandth of each other share a mark.
    QVERIFY2(farthest(points, values) == 0.0, "a mark that is no eigenvalue");
    QVERIFY2(farthest(values, points) <= 2e-3, "an eigenvalue without a mark");
  }
}

// Fails if arrows, speed map or trajectory belong to another experiment, or to the other side.
void TestMainWindow::flowIsTheCoresFlow() {
  Bench bench;
  drag(bench.editor<QSlider>("observation.fraction", "slider"), {0.3, 0.8});
  QVERIFY(bench.settle());
  const auto expected = bench.expected();
  for (const auto& [name, side] :
       {std::pair{"teacher-flow", Side::teacher}, std::pair{"student-flow", Side::student}}) {
    const FlowField& field = analysisOf(*expected, side)->flow;
    auto& panel = bench.panel<FlowPanel>(name);
    QCPColorMap* map = nullptr;
    for (int i = 0; i < panel.plot().plottableCount(); ++i)
      if (auto* found = qobject_cast<QCPColorMap*>(panel.plot().plottable(i))) map = found;
    QVERIFY(map);
    for (int row = 0; row < field.speed.rows(); row += 7)
      for (int column = 0; column < field.speed.cols(); column += 7)
        QCOMPARE(map->data()->cell(column, row), std::pow(field.speed(row, column), 0.1));
    QCOMPARE(panel.plot().xAxis->range().lower, field.plane.x0);
    QCOMPARE(panel.plot().yAxis->range().upper, field.plane.y1);
    for (const PanelData& table : panel.data())
      if (table.name.endsWith("trajectory")) QVERIFY(table.rows == field.trajectory.transpose());
  }
}

// Fails if a change of the teacher leaves the eigenvalues of the old one.
void TestMainWindow::choosingATeacherPlotsThatTeacher() {
  Bench bench;
  QVERIFY(bench.settle());
  auto* choice = bench.editor<QComboBox>("teacher.kind");
  for (const char* kind : {"symmetric", "chain", "gaussian"}) {
    const int index = choice->findData(QString(kind));
    QVERIFY2(index >= 0, kind);
    choice->setCurrentIndex(index);
    emit choice->activated(index);
    QVERIFY2(bench.settle(), kind);
    QCOMPARE(bench.window.document().settings().text("teacher.kind"), std::string(kind));
    const auto expected = bench.expected();
    auto& plot = bench.panel<EigenvaluePanel>("eigenvalues").plot();
    auto points = plotted(plot, expected->teacherAnalysis->spectrum.exact ? "teacher (exact)" : "teacher");
    QVERIFY(!points.empty());
    QVERIFY(farthest(points, expected->teacherAnalysis->spectrum.values) == 0.0);
  }
}

// Fails if every movement of the mouse is an entry of its own, or undo does not bring the picture back.
void TestMainWindow::oneDragIsOneUndo() {
  Bench bench;
  QVERIFY(bench.settle());
  drag(bench.editor<QSlider>("observation.fraction", "slider"), {0.3, 0.5, 0.6, 0.7, 0.8});
  QCOMPARE(bench.window.document().history().count(), 1);
  bench.window.document().history().undo();
  QVERIFY(bench.settle());
  QCOMPARE(bench.window.document().settings().number("observation.fraction"), 0.2);
  QCOMPARE(bench.editor<QLineEdit>("observation.fraction", "field")->text(), QString("0.2"));
}

// Fails if a click in one flow starts nothing, or starts it in one of the two only.
void TestMainWindow::aClickStartsTheTrajectoryInBoth() {
  Bench bench;
  QVERIFY(bench.settle());
  auto& panel = bench.panel<FlowPanel>("teacher-flow");
  QSignalSpy asked(&panel, &Panel::probeRequested);
  const QPoint middle = panel.plot().axisRect()->rect().center();
  QTest::mouseClick(&panel.plot(), Qt::LeftButton, {}, middle);
  QCOMPARE(asked.count(), 1);
  const double x = asked[0][1].toDouble(), y = asked[0][2].toDouble();
  QVERIFY(std::abs(x - panel.plot().xAxis->pixelToCoord(middle.x())) < 1e-9);
  const Probe expected = probe(*bench.window.shown(), Side::teacher, x, y);
  QVERIFY(expected.teacher.cols() > 1 && expected.student.cols() > 1);
  QVERIFY(std::abs(expected.teacher(0, 0) - x) < 1e-9 && std::abs(expected.teacher(1, 0) - y) < 1e-9);
}

// Fails if a click waits for the experiment that is being computed: a fit of minutes is running.
void TestMainWindow::aClickIsAnsweredDuringASlowFit() {
  Bench bench;
  QVERIFY(bench.settle());
  Settings slow = bench.window.document().settings();
  slow.set("fit.method", std::string("bptt"));
  slow.set("fit.iterations", 100000LL);
  bench.window.document().changeSettings(slow, "slow");
  int answers = 0;  // counted in this thread; a QSignalSpy would listen in the worker's
  connect(&bench.window.probes(), &ProbeWorker::ready, this, [&answers] { ++answers; });
  auto& panel = bench.panel<FlowPanel>("teacher-flow");
  QTest::mouseClick(&panel.plot(), Qt::LeftButton, {}, panel.plot().axisRect()->rect().center());
  QTRY_COMPARE_WITH_TIMEOUT(answers, 1, kPatience);
  QVERIFY(bench.window.shown()->settings != slow);
  bench.window.worker().stop();
}

// A stop of what follows a picture leaves it one of these settings; that of another fit leaves an earlier
// one. Fails if the present one is said to be of earlier settings, or the earlier one is not.
void TestMainWindow::aStopMarksEarlierPicturesAlone() {
  Bench bench;
  QVERIFY(bench.settle());
  auto& panel = bench.panel<FlowPanel>("teacher-flow");
  emit bench.window.worker().stopped();
  QVERIFY(!panel.isStale());
  Settings slow = bench.window.document().settings();
  slow.set("fit.method", std::string("bptt"));
  slow.set("fit.iterations", 100000LL);
  bench.window.document().changeSettings(slow, "slow");
  bench.window.worker().stop();
  QTRY_VERIFY_WITH_TIMEOUT(panel.isStale() || bench.window.shown()->asked == slow, kPatience);
}

// Fails if a start with a file that cannot be read leaves "computing" on the screen for ever.
void TestMainWindow::withoutAPictureTheBarSaysSo() {
  QTemporaryDir folder;
  QSettings preferences{folder.filePath("preferences.ini"), QSettings::IniFormat};
  MainWindow window{preferences, folder.filePath("unsaved")};
  Settings missing;
  missing.set("teacher.kind", std::string("recording"));
  missing.set("teacher.file", folder.filePath("none.csv").toStdString());
  window.document().changeSettings(missing, "missing");
  window.show();
  window.start({});
  QTRY_VERIFY_WITH_TIMEOUT(window.messages().problem().contains("none.csv"), kPatience);
  auto* sentence = window.findChild<VerdictBar*>()->findChild<QLabel*>("sentence");
  QCOMPARE(sentence->text(), QString("There is no picture yet."));
}

// Fails if the bar speaks of another experiment than the panels show.
void TestMainWindow::theSentenceIsThatOfThePicture() {
  Bench bench;
  QVERIFY(bench.settle());
  auto* bar = bench.window.findChild<VerdictBar*>();
  QCOMPARE(bar->sentence(), QString::fromStdString(bench.expected()->verdict.sentence));
  drag(bench.editor<QSlider>("observation.fraction", "slider"), {0.3, 0.9});
  QVERIFY(bench.settle());
  QCOMPARE(bar->sentence(), QString::fromStdString(bench.expected()->verdict.sentence));
}

// Fails if a file that cannot be read clears the picture, changes settings or says nothing.
void TestMainWindow::nonsenseLeavesEverythingAsItWas() {
  Bench bench;
  QVERIFY(bench.settle());
  const Settings before = bench.window.document().settings();
  const auto shown = bench.window.shown();
  bench.window.open(bench.folder.filePath("not-there.keyhole"));
  QVERIFY(bench.window.messages().problem().contains("not-there.keyhole"));
  QVERIFY(bench.window.document().settings() == before);
  QVERIFY(bench.window.shown() == shown);
  // … or is forgotten once a picture comes that was on its way.
  bench.window.document().changeSetting("fit.rho", 0.02, 1);
  bench.window.open(bench.folder.filePath("not-there.keyhole"));
  QVERIFY(bench.settle());
  QVERIFY(bench.window.shown() != shown);
  QVERIFY(bench.window.messages().problem().contains("not-there.keyhole"));
}

// Fails if enlarging a panel leaves others in the way, or restoring loses one.
void TestMainWindow::panelsCanBeEnlargedHiddenAndRestored() {
  Bench bench;
  QVERIFY(bench.settle());
  PanelArea& area = bench.window.panels();
  const auto visible = [&area] {
    QStringList names;
    for (const PanelDock* dock : area.docks())
      if (dock->isVisible()) names.append(dock->panel()->name());
    return names;
  };
  const QStringList all = visible();
  QVERIFY(all.contains("student-flow") && all.size() >= 6);
  area.toggleEnlarged("student-flow");
  QCOMPARE(visible(), QStringList("student-flow"));
  area.toggleEnlarged("student-flow");
  QCOMPARE(visible(), all);
  area.setWanted("activity", false);
  QVERIFY(!visible().contains("activity"));
  area.setWanted("activity", true);
  QCOMPARE(visible(), all);
}

// Fails if a panel says nothing, or has no table behind its picture.
void TestMainWindow::everyPanelSaysWhatIsUnderTheCursor() {
  Bench bench;
  QVERIFY(bench.settle());
  for (const PanelDock* dock : bench.window.panels().docks()) {
    if (!dock->isVisible()) continue;
    Panel* panel = dock->panel();
    for (const PanelData& table : panel->data()) {
      QVERIFY2(table.rows.size() > 0, qPrintable(table.name));
      QCOMPARE(table.columns.size(), static_cast<qsizetype>(table.rows.cols()));
    }
    QSignalSpy said(panel, &Panel::hovered);
    auto* plot = panel->findChild<QCustomPlot*>();
    if (!plot) continue;
    QTest::mouseMove(plot, plot->axisRect()->rect().center());
    QTRY_VERIFY2(!said.isEmpty(), qPrintable(panel->name()));
  }
}

// Fails if what should wait for the picture on the screen runs before it is there.
void TestMainWindow::whatFollowsThePaintingComesAfterIt() {
  class Painted : public QWidget {
   public:
    bool painted = false;

   protected:
    void paintEvent(QPaintEvent*) override { painted = true; }
  } widget;
  widget.show();
  QVERIFY(QTest::qWaitForWindowExposed(&widget));
  QCoreApplication::processEvents();
  widget.painted = false;
  // As a plot does: the drawing is queued, and asks for the painting when its turn comes.
  QMetaObject::invokeMethod(
      &widget, [&] { widget.update(); }, Qt::QueuedConnection);
  bool after = false, paintedFirst = false;
  afterPainting(&widget, [&] {
    after = true;
    paintedFirst = widget.painted;
  });
  QVERIFY(QTest::qWaitFor([&] { return after; }, kPatience));
  QVERIFY(paintedFirst);
}

// With a rest without end the fine picture comes only if the window says that the coarse one is drawn.
void TestMainWindow::theWorkerIsToldWhatIsDrawn() {
  Bench bench;
  QVERIFY(bench.settle());
  bench.window.worker().letDraw(std::chrono::hours(1));
  bench.window.document().changeSetting("observation.fraction", 0.3, 1);
  QVERIFY(bench.settle());
  QVERIFY(bench.window.shown()->reached > Depth::sketch);
}

KEYHOLE_TEST(TestMainWindow)

}  // namespace tst_main_window

#include "tst_main_window.moc"
