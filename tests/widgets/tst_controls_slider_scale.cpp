// The slider's arithmetic, both ways, without a window.
#include "tests/support/test_registry.h"
#include "widgets/controls/slider_scale.h"

#include <QTest>

#include <cmath>

namespace tst_controls_slider_scale {

using namespace keyhole;

class TestSliderScale : public QObject {
  Q_OBJECT

 private slots:
  void endsAreReachedExactly_data();
  void endsAreReachedExactly();
  void positionOfValueOfPositionIsTheSamePosition_data();
  void positionOfValueOfPositionIsTheSamePosition();
  void linearValuesAreShortDecimals();
  void logarithmicStepsHaveEqualRatios();
  void wholeNumbersStayWhole();
  void logarithmicRangeFromZeroHasZeroAlone();
  void everyStepChangesTheValue();
  void valuesOutsideGoToTheEnds();
};

namespace {

void addScales() {
  QTest::addColumn<double>("minimum");
  QTest::addColumn<double>("maximum");
  QTest::addColumn<bool>("logarithmic");
  QTest::addColumn<bool>("whole");
  QTest::newRow("fraction") << 0.001 << 1.0 << false << false;
  QTest::newRow("log fraction") << 0.001 << 1.0 << true << false;
  QTest::newRow("signed") << -1.0 << 2.0 << false << false;
  QTest::newRow("small count") << 1.0 << 15.0 << false << true;
  QTest::newRow("large count, log") << 2.0 << 1e6 << true << true;
  QTest::newRow("large count") << 0.0 << 1e5 << false << true;
  QTest::newRow("ridge from 0") << 0.0 << 1000.0 << true << false;
  QTest::newRow("uneven") << 0.37 << 17.3 << false << false;
}

SliderScale fetchScale() {
  SliderScale scale;
  scale.minimum = *static_cast<double*>(QTest::qData("minimum", QMetaType::Double));
  scale.maximum = *static_cast<double*>(QTest::qData("maximum", QMetaType::Double));
  const bool logarithmic = *static_cast<bool*>(QTest::qData("logarithmic", QMetaType::Bool));
  scale.scale = logarithmic ? SettingScale::logarithmic : SettingScale::linear;
  scale.whole = *static_cast<bool*>(QTest::qData("whole", QMetaType::Bool));
  return scale;
}

}  // namespace

void TestSliderScale::endsAreReachedExactly_data() {
  addScales();
}

void TestSliderScale::endsAreReachedExactly() {
  const SliderScale scale = fetchScale();
  QCOMPARE(scale.value(0), scale.minimum);
  QCOMPARE(scale.value(scale.positions()), scale.maximum);
  QCOMPARE(scale.position(scale.minimum), 0);
  QCOMPARE(scale.position(scale.maximum), scale.positions());
}

void TestSliderScale::positionOfValueOfPositionIsTheSamePosition_data() {
  addScales();
}

void TestSliderScale::positionOfValueOfPositionIsTheSamePosition() {
  // Fails if the handle would move under the hand because value and position are not inverse to each other.
  const SliderScale scale = fetchScale();
  for (int position = 0; position <= scale.positions(); ++position) {
    const double value = scale.value(position);
    QVERIFY(value >= scale.minimum && value <= scale.maximum);
    const int back = scale.position(value);
    // Whole numbers on a logarithmic slider share positions at the low end; the value must then be the same.
    if (scale.whole)
      QCOMPARE(scale.value(back), value);
    else
      QCOMPARE(back, position);
  }
}

void TestSliderScale::linearValuesAreShortDecimals() {
  const SliderScale scale{0.001, 1.0, SettingScale::linear, false};
  for (int position = 0; position <= scale.positions(); ++position)
    QVERIFY2(QString::number(scale.value(position), 'g', 17).size() > 0 &&
                 scale.value(position) == QString::number(scale.value(position), 'f', 3).toDouble(),
             qPrintable(QString::number(scale.value(position), 'g', 17)));
}

void TestSliderScale::logarithmicStepsHaveEqualRatios() {
  const SliderScale scale{1e-4, 1.0, SettingScale::logarithmic, false};
  const double ratio = std::pow(1e4, 1.0 / scale.positions());
  for (int position = 1; position <= scale.positions(); ++position) {
    // Values are rounded to three significant digits: each is off by at most 0.5 %.
    QVERIFY(std::abs(scale.value(position) / scale.value(position - 1) / ratio - 1) < 0.0101);
  }
}

void TestSliderScale::wholeNumbersStayWhole() {
  for (const SettingScale kind : {SettingScale::linear, SettingScale::logarithmic}) {
    const SliderScale scale{2, 5000, kind, true};
    for (int position = 0; position <= scale.positions(); ++position)
      QCOMPARE(scale.value(position), std::round(scale.value(position)));
  }
}

void TestSliderScale::logarithmicRangeFromZeroHasZeroAlone() {
  const SliderScale scale{0, 100, SettingScale::logarithmic, false};
  QCOMPARE(scale.value(0), 0.0);
  QVERIFY(scale.value(1) > 0 && scale.value(1) < 1e-5);
  QCOMPARE(scale.position(1e-300), 1);
}

void TestSliderScale::everyStepChangesTheValue() {
  // Fails if an arrow key does nothing, as it would at the low end of whole numbers on a logarithmic slider.
  for (const double lowest : {1.0, 0.0}) {
    const SliderScale scale{lowest, 1e6, SettingScale::logarithmic, true};
    int position = 0;
    while (position < scale.positions()) {
      const int next = scale.stepped(position, 1);
      QVERIFY(scale.value(next) > scale.value(position));
      position = next;
    }
    while (position > 0) {
      const int next = scale.stepped(position, -1);
      QVERIFY(scale.value(next) < scale.value(position));
      position = next;
    }
  }
}

void TestSliderScale::valuesOutsideGoToTheEnds() {
  const SliderScale scale{1, 10, SettingScale::linear, false};
  QCOMPARE(scale.position(-5), 0);
  QCOMPARE(scale.position(50), scale.positions());
  QCOMPARE(scale.position(std::nan("")), 0);
  QCOMPARE(scale.value(-3), 1.0);
  QCOMPARE(scale.value(1 << 20), 10.0);
}

KEYHOLE_TEST(TestSliderScale)

}  // namespace tst_controls_slider_scale

#include "tst_controls_slider_scale.moc"
