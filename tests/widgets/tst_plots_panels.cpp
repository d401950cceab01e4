// The table of panels: each of its rows has a place in the window and in figures, and what speaks for an
// experiment is in the figure of it.
#include "tests/experiment/experiment_runs.h"
#include "tests/support/test_registry.h"
#include "widgets/plots/figure.h"
#include "widgets/plots/figure_layout.h"
#include "widgets/plots/panels.h"

#include <QImage>
#include <QTemporaryDir>
#include <QTest>

namespace tst_plots_panels {

using namespace keyhole;

namespace {

// A panel that no row of the table names.
class Stranger : public Panel {
 public:
  Stranger() : Panel("stranger", "Stranger", nullptr) {}
  bool speaksFor(const Experiment&) const override { return true; }
  std::vector<PanelData> data() const override { return {}; }
  void renderTo(QCPPainter&, QSize) override {}

 protected:
  void showExperiment(const Experiment&) override {}
  void applyTheme() override {}
};

std::vector<std::unique_ptr<Panel>> allPanels() {
  std::vector<std::unique_ptr<Panel>> panels;
  for (const PanelRow& row : panelTable()) panels.emplace_back(row.make(nullptr));
  return panels;
}

std::vector<Panel*> pointers(const std::vector<std::unique_ptr<Panel>>& panels) {
  std::vector<Panel*> all;
  for (const auto& panel : panels) all.push_back(panel.get());
  return all;
}

}  // namespace

class TestPanels : public QObject {
  Q_OBJECT

 private slots:
  // Fails if two rows have one name, or a panel another name than its row (the window looks it up by that).
  void namesAreTheirs() {
    const auto panels = allPanels();
    QSet<QString> seen;
    for (std::size_t i = 0; i < panels.size(); ++i) {
      QCOMPARE(panels[i]->name(), QString(panelTable()[i].name));
      QVERIFY(!panels[i]->title().isEmpty() && !panels[i]->accessibleDescription().isEmpty());
      seen.insert(panels[i]->name());
    }
    QCOMPARE(seen.size(), static_cast<qsizetype>(panels.size()));
    QCOMPARE(panelRow("no such panel"), nullptr);
  }

  // Fails if the window leaves a panel out, or gives it no width or height.
  void everyPanelHasItsRowInTheWindow() {
    QStringList placed;
    for (const WindowRow& row : windowRows()) {
      QVERIFY(row.height > 0 && !row.panels.isEmpty());
      placed += row.panels;
    }
    QStringList all = panelNames();
    for (const PanelRow& row : panelTable()) QVERIFY(row.window.share > 0);
    std::sort(placed.begin(), placed.end());
    std::sort(all.begin(), all.end());
    QCOMPARE(placed, all);
  }

  // Fails if a panel vanishes from the page, stands off it, or over another one: also one that the table does
  // not name, as a row with nothing but a name and a maker would have it.
  void everyPanelHasItsPlaceOnThePage() {
    auto panels = allPanels();
    panels.push_back(std::make_unique<Stranger>());
    const FigurePage page = layOutFigure(pointers(panels), 518);
    QCOMPARE(page.panels.size(), panels.size());
    const QRect paper(QPoint(0, 0), page.size);
    for (const auto& panel : panels) {
      const auto count = std::count_if(page.panels.begin(), page.panels.end(),
                                       [&](const auto& placed) { return placed.panel == panel.get(); });
      QVERIFY2(count == 1, qPrintable(panel->name()));
    }
    for (std::size_t i = 0; i < page.panels.size(); ++i) {
      const QRect whole = page.panels[i].place.adjusted(0, -FigurePage::kTitle, 0, 0);
      QVERIFY(paper.contains(whole) && page.panels[i].place.height() >= 80);
      for (std::size_t j = 0; j < i; ++j) QVERIFY(!page.panels[j].place.intersects(whole));
    }
    QCOMPARE(page.panels.back().panel->name(), QString("stranger"));
  }

  void whatSpeaksIsInTheFigure_data() {
    QTest::addColumn<QString>("preset");
    QTest::addColumn<QString>("method");
    QTest::newRow("limit cycle") << "figure-3"
                                 << "";
    QTest::newRow("task") << "line-attractor"
                          << "";
    QTest::newRow("switching") << "figure-3"
                               << "slds";
    QTest::newRow("iterative") << "figure-3"
                               << "lds";
  }

  // The same panel with ever longer captions: all of each is there, so the pages have ink in their last lines
  // and grow as the caption does. Fails if a long one is cut off where three lines end.
  void aLongCaptionIsAllThere() {
    QTemporaryDir folder;
    const auto panels = allPanels();
    const auto pageOf = [&](int sentences) {
      const QString path = folder.filePath(QString("%1.png").arg(sentences));
      writePanelFigure(*panels.front(), path,
                       QString("A sentence of some length, of which many follow. ").repeated(sentences),
                       {89, 0.75, 72});
      return QImage(path);
    };
    const QImage one = pageOf(1), thirty = pageOf(30), sixty = pageOf(60);
    QVERIFY(thirty.height() > one.height());
    const int more = thirty.height() - one.height(), further = sixty.height() - thirty.height();
    QVERIFY2(further > more, qPrintable(QString("%1 %2").arg(more).arg(further)));
    const auto lastInk = [](const QImage& page) {
      for (int y = page.height() - 1; y >= 0; --y)
        for (int x = 0; x < page.width(); ++x)
          if (qGray(page.pixel(x, y)) < 128) return page.height() - y;
      return page.height();
    };
    QVERIFY2(lastInk(sixty) < 30, qPrintable(QString::number(lastInk(sixty))));
  }

  // Fails if a panel that has something to say about an experiment is not in the figure of it. (The curve is
  // computed for the window and for figures of its own; optional panels are asked for by name.)
  void whatSpeaksIsInTheFigure() {
    QFETCH(QString, preset);
    QFETCH(QString, method);
    test::Changes changes = {{"analysis.point_starts", "0"}};
    if (!method.isEmpty())
      changes.insert(changes.end(), {{"fit.method", method.toStdString()}, {"fit.latents", "3"}});
    const auto experiment = runExperiment(test::small(preset.toStdString(), changes), nullptr);
    QStringList speaking;
    for (const PanelRow& row : panelTable()) {
      const std::unique_ptr<Panel> panel(row.make(nullptr));
      if (row.shown != PanelShown::onceItIsWanted && panel->speaksFor(*experiment)) speaking.append(row.name);
    }
    QStringList drawn = Figure(experiment).panels();
    QVERIFY(drawn.size() >= 6);
    QVERIFY(speaking.removeOne("curve"));
    std::sort(drawn.begin(), drawn.end());
    std::sort(speaking.begin(), speaking.end());
    QCOMPARE(drawn, speaking);
  }
};

KEYHOLE_TEST(TestPanels)

}  // namespace tst_plots_panels

#include "tst_plots_panels.moc"
