// The window "How many latents?": what it draws is the core's curve, and what is taken is one undo entry.
#include "app/order_window.h"
#include "core/io/file_bytes.h"
#include "core/report/order_report.h"
#include "tests/app/window_bench.h"
#include "tests/support/test_registry.h"
#include "widgets/plots/order_panel.h"

#include <QComboBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

namespace tst_order_window {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Settings smallSettings(const char* method) {
  Settings settings;
  settings.set("teacher.size", 40LL);
  settings.set("simulation.steps", 500LL);
  settings.set("simulation.observation_noise", 0.3);
  settings.set("observation.fraction", 0.15);
  settings.set("fit.method", std::string(method));
  settings.set("fit.iterations", 5LL);
  settings.set("analysis.limit_runs", 0LL);
  return settings;
}

struct Bench : WindowBench {
  OrderWindow* order = nullptr;

  explicit Bench(const char* method = "lds") : WindowBench(smallSettings(method)) {}
  // Compares 1 to 3.
  bool compare() {
    if (!settle()) return false;
    order = &window.showOrder();
    order->most().setValue(3);
    QSignalSpy finished(order, &OrderWindow::finished);
    order->start();
    return finished.wait(kPatience) && finished[0][0].toBool();
  }
};

}  // namespace

class TestOrderWindow : public QObject {
  Q_OBJECT

 private slots:
  // Fails if another recording, other options or another number's value is drawn.
  void drawsTheCoresCurve() {
    Bench bench;
    QVERIFY(bench.compare());
    OrderOptions options;
    options.numbers = {1, 2, 3};
    const OrderResult known = orderOf(*bench.window.shown(), options);
    auto& plot = bench.order->panel().plot();
    const auto& heldOut = *plot.graph(0)->data();
    QCOMPARE(heldOut.size(), 3);
    for (int i = 0; i < 3; ++i) {
      const auto& point = known.points[static_cast<std::size_t>(i)];
      QCOMPARE(heldOut.at(i)->key, static_cast<double>(i + 1));
      QCOMPARE(heldOut.at(i)->value, point.order.heldOut);
    }
    // One score for each of two and three latents, whatever its mark.
    int scores = 0;
    for (int i = 1; i < plot.graphCount(); ++i) scores += plot.graph(i)->data()->size();
    QCOMPARE(scores, 2);
    for (const QCPAxis* axis : {plot.xAxis, plot.yAxis, plot.yAxis2}) QVERIFY(!axis->label().isEmpty());
    const auto tables = bench.order->panel().data();
    QCOMPARE(tables.size(), std::size_t{1});
    QCOMPARE(tables[0].columns.size(), static_cast<qsizetype>(tables[0].rows.cols()));
  }

  // A click on a number, and the button: the setting changes, in one step to undo; the curve stays in force.
  void aClickedNumberIsTaken() {
    Bench bench;
    QVERIFY(bench.compare());
    auto& plot = bench.order->panel().plot();
    plot.replot();
    const QPoint at(static_cast<int>(plot.xAxis->coordToPixel(3)), plot.axisRect()->center().y());
    QTest::mouseClick(&plot, Qt::LeftButton, {}, at);
    QCOMPARE(bench.order->useButton().text(), QString("Use 3 latents"));
    const int before = bench.window.document().history().count();
    QTest::mouseClick(&bench.order->useButton(), Qt::LeftButton);
    QCOMPARE(bench.window.document().settings().integer("fit.latents"), 3LL);
    QCOMPARE(bench.window.document().history().count(), before + 1);
    QVERIFY(bench.settle());
    QVERIFY(!bench.order->panel().isStale());
    bench.window.document().history().undo();
    QCOMPARE(bench.window.document().settings().integer("fit.latents"), 5LL);
    // Another recording: the curve is an earlier one's.
    bench.window.document().newSeed();
    QVERIFY(bench.settle());
    QVERIFY(bench.order->panel().isStale());
  }

  // Where the number means nothing, the method comes with it, in the same step.
  void anotherMethodIsReplaced() {
    Bench bench("map");
    QVERIFY(bench.compare());
    const int before = bench.window.document().history().count();
    QVERIFY(bench.order->useButton().isEnabled());
    bench.order->useButton().click();
    QCOMPARE(bench.window.document().settings().text("fit.method"), std::string("lds"));
    QCOMPARE(bench.window.document().history().count(), before + 1);
    bench.window.document().history().undo();
    QVERIFY(bench.window.document().settings() == smallSettings("map"));
  }

  void exportsPictureAndNumbers() {
    Bench bench;
    QVERIFY(bench.compare());
    for (const char* name : {"curve.pdf", "curve.png", "curve.csv"})
      bench.order->exportTo(bench.folder.filePath(name));
    const auto bytes = [&](const char* name) {
      return readFileBytes(bench.folder.filePath(name).toStdString());
    };
    QVERIFY(bytes("curve.pdf").starts_with("%PDF"));
    QVERIFY(bytes("curve.png").size() > 5000);
    QVERIFY(bytes("curve.csv") == orderCsv(*bench.order->panel().result()));
  }

  // A stop leaves the window ready for the next comparison.
  void stops() {
    Bench bench;
    QVERIFY(bench.settle());
    OrderWindow& order = bench.window.showOrder();
    QSignalSpy finished(&order, &OrderWindow::finished);
    order.start();
    for (auto* button : order.findChildren<QPushButton*>())
      if (button->text() == "Stop") button->click();
    QVERIFY(finished.count() > 0 || finished.wait(kPatience));
    order.most().setValue(1);
    order.start();
    QVERIFY(finished.wait(kPatience));
    QVERIFY(finished.last()[0].toBool());
  }
};

KEYHOLE_TEST(TestOrderWindow)

}  // namespace tst_order_window

#include "tst_order_window.moc"
