// The window "Compare methods": its table and its two flows are the rows of the core's comparison.
#include "app/compare_window.h"
#include "core/report/compare_report.h"
#include "tests/app/window_bench.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/test_registry.h"
#include "widgets/plots/flow_panel.h"

#include <QComboBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTest>

#include <memory>

namespace tst_compare_window {

using namespace keyhole;
using namespace keyhole::test;

namespace {

struct Bench : WindowBench {
  CompareWindow* compared = nullptr;

  Bench() : WindowBench(small("figure-3", {{"simulation.steps", "600"}, {"fit.iterations", "5"}})) {}
  bool compare() {
    if (!settle()) return false;
    compared = &window.showComparison();
    QSignalSpy finished(&compared->worker(), &CompareWorker::finished);
    compared->start();
    return finished.wait(kPatience) && finished[0][0].toBool();
  }
  // As with the mouse.
  void choose(QComboBox& choice, int index) {
    choice.setCurrentIndex(index);
    emit choice.activated(index);
  }
};

QStringList namesOf(const std::vector<PanelData>& tables) {
  QStringList names;
  for (const PanelData& table : tables) names << table.name;
  return names;
}

const PanelData* tableOf(const std::vector<PanelData>& tables, const QString& ending) {
  for (const PanelData& table : tables)
    if (table.name.endsWith(ending)) return &table;
  return nullptr;
}

}  // namespace

class TestCompareWindow : public QObject {
  Q_OBJECT

  std::unique_ptr<Bench> m_bench;  // one comparison for all: it is what takes the time

 private slots:
  void initTestCase() {
    m_bench = std::make_unique<Bench>();
    QVERIFY(m_bench->compare());
  }
  void cleanupTestCase() { m_bench.reset(); }

  // Any two systems side by side: each panel shows the chosen one's flow, and the teacher's attractors with
  // the teacher alone. Fails if something of the experiment's own student is drawn for another, whose state
  // may have another dimension.
  void anyTwoStandSideBySide() {
    Bench& bench = *m_bench;
    const auto& rows = bench.compared->comparison()->rows;
    QVERIFY(rows.size() >= 5);
    QComboBox &left = bench.compared->leftChoice(), &right = bench.compared->rightChoice();
    QVERIFY(left.count() > 4 && left.itemText(0) == "Teacher");
    QVERIFY(bench.window.shown()->teacherAttractors && bench.window.shown()->studentAttractors);
    for (int i = 0; i < left.count(); ++i) {
      bench.choose(left, i);
      bench.choose(right, left.count() - 1 - i);
      for (const auto& [choice, panel] :
           {std::pair(&left, &bench.compared->left()), std::pair(&right, &bench.compared->right())}) {
        const int row = choice->currentData().toInt();
        const auto& analysis =
            row < 0 ? bench.window.shown()->teacherAnalysis : rows[static_cast<std::size_t>(row)].analysis;
        const auto tables = panel->data();
        const PanelData* trajectory = tableOf(tables, "-trajectory");
        QVERIFY2(trajectory, qPrintable(namesOf(tables).join(", ")));
        QVERIFY(trajectory->rows.leftCols(2) == analysis->flow.trajectory.transpose());
        QCOMPARE(tableOf(tables, "-points-of-rest") != nullptr, row < 0);
      }
    }
  }

  // Sorted by numbers, not by their text.
  void sortsByNumber() {
    Bench& bench = *m_bench;
    QTableWidget& table = bench.compared->table();
    QCOMPARE(table.rowCount(), static_cast<int>(bench.compared->comparison()->rows.size()));
    for (int column = 0; column < table.columnCount(); ++column) {
      if (compareColumns()[static_cast<std::size_t>(column)].text) continue;
      table.sortItems(column, Qt::AscendingOrder);
      double before = -std::numeric_limits<double>::infinity();
      for (int i = 0; i < table.rowCount(); ++i) {
        bool number = false;
        const double value = table.item(i, column)->text().toDouble(&number);
        if (!number) continue;
        QVERIFY(value >= before);
        before = value;
      }
    }
  }
};

KEYHOLE_TEST(TestCompareWindow)

}  // namespace tst_compare_window

#include "tst_compare_window.moc"
