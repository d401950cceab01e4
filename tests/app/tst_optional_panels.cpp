// Panels that are shown once they are wanted, and the pseudospectrum that comes beside the experiments.
#include "app/panel_area.h"
#include "app/panel_dock.h"
#include "tests/app/window_bench.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"
#include "widgets/plots/eigenvalue_panel.h"
#include "widgets/plots/panels.h"

#include <QTest>

namespace tst_optional_panels {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Settings smallSettings() {
  Settings settings;
  settings.set("teacher.size", 50LL);
  settings.set("simulation.steps", 1500LL);
  settings.set("observation.fraction", 0.3);
  settings.set("view.pseudospectrum", std::string("student"));
  return settings;
}

struct Bench : WindowBench {
  Bench() : WindowBench(smallSettings()) {}
  QStringList visible() {
    QStringList names;
    for (const PanelDock* dock : window.panels().docks())
      if (dock->isVisible()) names.append(dock->panel()->name());
    return names;
  }
};

}  // namespace

class TestOptionalPanels : public QObject {
  Q_OBJECT

 private slots:
  // Fails if an optional panel takes room unasked, can't be had, or can't be got rid of.
  void shownOnceWanted() {
    Bench bench;
    QVERIFY(bench.settle());
    PanelArea& area = bench.window.panels();
    const QStringList usual = bench.visible();
    QStringList optional;
    for (const PanelRow& row : panelTable())
      if (row.shown == PanelShown::onceItIsWanted) optional.append(row.name);
    QVERIFY(optional.contains("transient-growth"));
    for (const QString& name : optional) {
      QVERIFY(!area.isWanted(name) && !usual.contains(name));
      area.setWanted(name, true);
      QVERIFY2(bench.visible().contains(name), qPrintable(name));
      QVERIFY(!area.panel(name)->data().empty());
    }
    area.resetLayout();
    QCOMPARE(bench.visible(), usual);
  }

  // Fails if a layout forgets that an optional panel was wanted, or one that was saved before there were
  // optional panels shows them all.
  void layoutsRememberThem() {
    Bench bench;
    QVERIFY(bench.settle());
    PanelArea& area = bench.window.panels();
    const QString usual = area.layoutText();
    area.setWanted("transient-growth", true);
    area.setWanted("activity", false);
    const QString changed = area.layoutText();
    QVERIFY(area.setLayoutText(usual));
    QVERIFY(!bench.visible().contains("transient-growth") && bench.visible().contains("activity"));
    QCOMPARE(area.layoutText(), usual);
    QVERIFY(area.setLayoutText(changed));
    QVERIFY(bench.visible().contains("transient-growth") && !bench.visible().contains("activity"));
    QCOMPARE(area.layoutText(), changed);
    QVERIFY(area.setLayoutText("activity" + usual.mid(usual.indexOf(';'))));  // as it was written before
    QVERIFY(!bench.visible().contains("transient-growth") && !bench.visible().contains("activity"));
  }

  // Fails if the lines never come, are not refined, or are another student's after a change.
  void thePseudospectrumIsRefined() {
    Bench bench;
    QVERIFY(bench.settle());
    auto& panel = *qobject_cast<EigenvaluePanel*>(bench.window.panels().panel("eigenvalues"));
    for (const double fraction : {0.3, 0.5}) {
      bench.window.document().changeSetting("observation.fraction", fraction, 0);
      QVERIFY(bench.settle());
      const auto finest = [&panel] {
        const auto& grid = panel.pseudospectrum().grid();
        return grid && grid->re.size() == 129;
      };
      QTRY_VERIFY_WITH_TIMEOUT(finest(), kPatience);
      const auto grid = panel.pseudospectrum().grid();
      const auto direct = pseudospectrum(bench.window.shown()->fit->student.A, grid->window, 32);
      // Both are certified to 3e-4 of some singular value; two that nearly meet may differ by 1 %.
      for (Index i = 0; i <= 32; ++i)
        for (Index j = 0; j <= 32; ++j)
          QVERIFY(std::abs(grid->log10Sigma(4 * i, 4 * j) - direct.log10Sigma(i, j)) < 0.005);
    }
  }
};

KEYHOLE_TEST(TestOptionalPanels)

}  // namespace tst_optional_panels

#include "tst_optional_panels.moc"
