// What did not change is not drawn again, and what changed is: the flow panels and those of the free runs.
#include "tests/experiment/experiment_runs.h"
#include "widgets/plots/flow_panel.h"
#include "widgets/plots/limit_set_panel.h"

#include <QSignalSpy>
#include <QTest>
#include <qcustomplot.h>

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

  explicit Shown(Side side) : panel(side, nullptr) {
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

QTEST_MAIN(TestRedraw)
#include "tst_plots_redraw.moc"
