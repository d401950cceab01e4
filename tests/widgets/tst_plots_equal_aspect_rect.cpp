// Tests widgets/plots/equal_aspect_rect.h
#include "tests/support/test_registry.h"
#include "widgets/plots/equal_aspect_rect.h"

#include <QTest>

namespace tst_plots_equal_aspect_rect {

using namespace keyhole;

class TestEqualAspectRect : public QObject {
  Q_OBJECT

 private slots:
  // One drawing is enough, which is all that an exported figure gets: equal units per pixel, the contents
  // inside, and ticks of these ranges. Fails if the ticks are those of the ranges before (0 to 5 at first).
  void oneDrawingIsEnough() {
    QCustomPlot plot;
    plot.resize(420, 300);
    plot.plotLayout()->clear();
    auto* rect = new EqualAspectRect(&plot);
    plot.plotLayout()->addElement(0, 0, rect);
    rect->setContents({-2, 1}, {-30, 30});
    plot.replot();
    const QCPAxis &x = *rect->axis(QCPAxis::atBottom), &y = *rect->axis(QCPAxis::atLeft);
    QVERIFY(y.range().lower <= -30 && y.range().upper >= 30);
    const double perX = x.range().size() / rect->width(), perY = y.range().size() / rect->height();
    QVERIFY2(std::abs(perX / perY - 1) < 1e-9, qPrintable(QString("%1 and %2").arg(perX).arg(perY)));
    for (const QCPAxis* axis : {&x, &y}) {
      const QVector<double> ticks = axis->tickVector();
      QVERIFY(ticks.size() >= 3);
      const double step = ticks[1] - ticks[0];
      QVERIFY(ticks.first() <= axis->range().lower + step && ticks.last() >= axis->range().upper - step);
    }
  }
};

KEYHOLE_TEST(TestEqualAspectRect)

}  // namespace tst_plots_equal_aspect_rect

#include "tst_plots_equal_aspect_rect.moc"
