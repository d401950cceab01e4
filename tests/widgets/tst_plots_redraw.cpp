// What did not change is not drawn again, and what changed is; what nobody sees waits.
#include "tests/experiment/experiment_runs.h"
#include "tests/support/test_registry.h"
#include "widgets/plots/activity_panel.h"
#include "widgets/plots/eigenvalue_panel.h"
#include "widgets/plots/flow_panel.h"
#include "widgets/plots/limit_set_panel.h"
#include "widgets/plots/time_constant_panel.h"

#include <QSignalSpy>
#include <QTest>
#include <qcustomplot.h>

namespace tst_plots_redraw {

using namespace keyhole;

namespace {

using Result = std::shared_ptr<const Experiment>;

Result with(const Result& before, const char* key, const SettingValue& value) {
  Settings settings = before->settings;
  settings.set(key, value);
  return runExperiment(settings, before);
}

// A panel on the screen, and whether it is painted for what it is given.
template <class PanelKind>
struct Shown {
  PanelKind panel;
  QSignalSpy spy{&panel, &Panel::painted};

  template <class... Arguments>
  explicit Shown(Arguments... arguments) : panel(arguments..., nullptr) {
    panel.resize(300, 240);
    panel.show();
  }
  bool paintedFor(const Result& experiment) {
    QTest::qWait(30);
    spy.clear();
    panel.setExperiment(experiment);
    QTest::qWait(30);
    return !spy.empty();
  }
};

}  // namespace

class TestRedraw : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    m_first = runExperiment(test::small("figure-3", {{"analysis.point_starts", "0"}}), nullptr);
  }

  // Fails if a threshold of the verdict paints a flow again, or another fit does not, or a change of the
  // theme or of the speed map leaves the old picture.
  void flows() {
    Shown<FlowPanel> student(Side::student);
    QVERIFY(student.paintedFor(m_first));
    QVERIFY(!student.paintedFor(with(m_first, "analysis.persistent_tau", 20.0)));
    const Result other = with(m_first, "fit.rho", 0.5);
    QVERIFY(student.paintedFor(other));
    QVERIFY(student.paintedFor(with(other, "view.speed_map", false)));
    student.spy.clear();
    student.panel.setTheme(Theme::print());
    QTRY_VERIFY(!student.spy.empty());
  }

  // Fails if a run from a clicked point stays drawn beside another fit, or goes although nothing changed.
  void probes() {
    FlowPanel panel(Side::student, nullptr);
    panel.setExperiment(m_first);
    Probe run;
    run.student = Matrix::Random(2, 50);
    panel.setProbe(run);
    QVERIFY(hasPoints(panel));
    panel.setExperiment(with(m_first, "analysis.persistent_tau", 20.0));
    QVERIFY(hasPoints(panel));
    panel.setExperiment(with(m_first, "fit.rho", 0.5));
    QVERIFY(!hasPoints(panel));
  }

  // Fails if the teacher's free runs are painted again for another keyhole, or not for other runs.
  void freeRuns() {
    Shown<LimitSetPanel> teacher(Side::teacher);
    QVERIFY(teacher.paintedFor(m_first));
    QVERIFY(!teacher.paintedFor(with(m_first, "observation.fraction", 0.5)));
    QVERIFY(teacher.paintedFor(with(m_first, "analysis.limit_start", 0.9)));
  }

  // Fails if a threshold of the verdict, or a refined number, paints marks or traces again that have not
  // moved, or another fit, another look at the same, or another theme leaves the old ones.
  void marksAndTraces() {
    const auto check = [this](auto& shown, const Result& looksOther) {
      QVERIFY(shown.paintedFor(m_first));
      QVERIFY(!shown.paintedFor(with(m_first, "analysis.limit_start", 0.9)));
      QVERIFY(shown.paintedFor(with(m_first, "fit.rho", 0.5)));
      QVERIFY(shown.paintedFor(m_first));
      QVERIFY(shown.paintedFor(looksOther));
      shown.spy.clear();
      shown.panel.setTheme(Theme::print());
      QTRY_VERIFY(!shown.spy.empty());
    };
    Shown<EigenvaluePanel> eigenvalues;
    check(eigenvalues, with(m_first, "observation.fraction", 0.5));
    Shown<TimeConstantPanel> constants;
    check(constants, with(m_first, "analysis.persistent_tau", 20.0));
    Shown<ActivityPanel> activity;
    check(activity, with(m_first, "view.units_shown", 2LL));
  }

  // Fails if a hidden panel is painted, or shows the picture before the one that it was given.
  void hiddenPanelsWait() {
    Shown<TimeConstantPanel> shown;
    QVERIFY(shown.paintedFor(m_first));
    shown.panel.hide();
    QVERIFY(!shown.paintedFor(with(m_first, "fit.rho", 0.5)));
    shown.panel.show();
    QTRY_VERIFY(!shown.spy.empty());
  }

  // Fails if the mark that a picture is an earlier one has it painted again.
  void marksOfStaleness() {
    Shown<LimitSetPanel> shown(Side::student);
    QVERIFY(shown.paintedFor(m_first));
    shown.spy.clear();
    shown.panel.setStale(true);
    QTest::qWait(30);
    QVERIFY(shown.spy.empty());
    shown.panel.resize(340, 240);
    QTRY_VERIFY(!shown.spy.empty());
  }

  // One sentence for all runs that come to rest. Fails if the points are said of some of them only, or if
  // what rests later is called moving.
  void limitSetsInWords() {
    LimitSets sets;
    sets.kinds.assign(15, LimitKind::slow);
    sets.kinds[0] = LimitKind::fixedPoint;
    sets.restLater = 10;
    sets.restingPoints = 2;
    sets.shownTime = 50;
    sets.followedTime = 200;
    QCOMPARE(LimitSetPanel::summaryOf(sets),
             QString("11 of 15 runs come to rest, at 2 points, 10 of them later than 50 τ\n"
                     "4 of 15 runs still move after 200 τ"));
    sets.kinds.assign(15, LimitKind::slow);
    sets.restLater = 15;
    sets.restingPoints = 1;
    QCOMPARE(LimitSetPanel::summaryOf(sets), QString("15 of 15 runs come to rest, later than 50 τ"));
    sets.restLater = 0;
    sets.undecided = true;
    sets.followedTime = 50;
    QCOMPARE(LimitSetPanel::summaryOf(sets),
             QString("15 of 15 runs still move after 50 τ, cycle not ruled out"));
  }

 private:
  // The last curve of the panel is the probe's.
  static bool hasPoints(FlowPanel& panel) {
    TimeCurve* last = nullptr;
    for (int i = 0; i < panel.plot().plottableCount(); ++i)
      if (auto* curve = dynamic_cast<TimeCurve*>(panel.plot().plottable(i))) last = curve;
    bool found = false;
    if (last) last->getKeyRange(found, QCP::sdBoth);
    return found;
  }

  Result m_first;
};

KEYHOLE_TEST(TestRedraw)

}  // namespace tst_plots_redraw

#include "tst_plots_redraw.moc"
