// What the panel of curves says while it has none.
#include "core/experiment/settings/presets.h"
#include "tests/support/test_registry.h"
#include "widgets/plots/curve_panel.h"

#include <QSignalSpy>
#include <QTest>

namespace tst_plots_curve {

using namespace keyhole;

namespace {

Settings smallSettings(const std::string& theme) {
  Settings settings = preset("low-rank-linear").settings;
  settings.set("teacher.size", 40LL);
  settings.set("simulation.steps", 500LL);
  settings.set("observation.fraction", 0.25);
  settings.set("analysis.limit_runs", 0LL);
  settings.set("analysis.point_starts", 0LL);
  settings.set("view.theme", theme);
  return settings;
}

// The visible texts of the plot.
QStringList textsOf(CurvePanel& panel) {
  QStringList texts;
  for (int i = 0; i < panel.plot().itemCount(); ++i)
    if (const auto* text = qobject_cast<QCPItemText*>(panel.plot().item(i)); text && text->visible())
      texts.append(text->text());
  return texts;
}

}  // namespace

class TestCurvePanel : public QObject {
  Q_OBJECT

 private slots:
  // Fails if the next picture says that a curve is being computed which nobody computes.
  void theReasonForNoCurveStays() {
    const auto before = runExperiment(smallSettings("light"), nullptr);
    CurvePanel panel(nullptr);
    panel.setExperiment(before);
    QVERIFY(textsOf(panel).contains("being computed …"));
    panel.showProblem("no such curve");
    panel.setExperiment(runExperiment(smallSettings("dark"), before));
    QVERIFY(textsOf(panel).contains("no such curve") && !textsOf(panel).contains("being computed …"));
    panel.setCurve(nullptr);  // another one was asked for
    QVERIFY(textsOf(panel).contains("being computed …") && !textsOf(panel).contains("no such curve"));
    panel.missingFor({})(noProgress())();
    QVERIFY(panel.curve() && panel.curve()->complete);
    QVERIFY(!textsOf(panel).contains("being computed …"));
  }

  // Fails if a narrow panel cuts entries of its legend off, in the window or in a figure, or a wide one
  // breaks it into more lines than one.
  void theLegendFits() {
    CurvePanel panel(nullptr);
    panel.setExperiment(runExperiment(smallSettings("light"), nullptr));
    panel.missingFor({})(noProgress())();
    const QCPLegend* legend = panel.plot().legend;
    const auto inside = [&](int width) {
      bool all = legend->elementCount() >= 4;
      for (int i = 0; i < legend->itemCount(); ++i)
        if (const auto* item = legend->item(i))
          all = all && item->outerRect().left() >= 0 && item->outerRect().right() < width;
      return all;
    };
    for (const int width : {200, 1200}) {
      QPixmap page(width, 200);
      QCPPainter painter(&page);
      panel.renderTo(painter, page.size());
      painter.end();
      QVERIFY2(inside(width), qPrintable(QString::number(width)));
      QCOMPARE(legend->rowCount() > 1, width < 1000);
      QSignalSpy spy(&panel, &Panel::painted);
      panel.resize(width, 220);
      panel.show();
      QVERIFY(!spy.isEmpty() || spy.wait(30000));
      QVERIFY2(inside(width), qPrintable(QString::number(width)));
    }
  }
};

KEYHOLE_TEST(TestCurvePanel)

}  // namespace tst_plots_curve

#include "tst_plots_curve.moc"
