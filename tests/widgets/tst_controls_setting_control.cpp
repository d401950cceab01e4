// One row of controls, driven as a user would drive it.
#include "tests/support/test_registry.h"
#include "widgets/controls/setting_control.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>
#include <QToolButton>

namespace tst_controls_setting_control {

using namespace keyhole;

namespace {

SettingRow numberRow() {
  SettingRow row;
  row.key = "test.gain";
  row.type = SettingType::number;
  row.minimum = 0;
  row.maximum = 2;
  row.initial = 0.5;
  row.label = "Gain";
  row.help = "How strong it is.";
  return row;
}

struct Edit {
  QString key;
  SettingValue value;
  int gesture;
};

std::vector<Edit> recordEdits(SettingControl& control, std::vector<Edit>& edits) {
  QObject::connect(&control, &SettingControl::valueEdited,
                   [&edits](const QString& key, const SettingValue& value, int gesture) {
                     edits.push_back({key, value, gesture});
                   });
  return edits;
}

void type(QLineEdit* field, const QString& text) {
  field->selectAll();
  QTest::keyClicks(field, text);
  QTest::keyClick(field, Qt::Key_Return);
}

}  // namespace

class TestSettingControl : public QObject {
  Q_OBJECT

 private slots:
  void typedValueIsEmitted();
  void nonsenseKeepsTheValueAndSaysSo_data();
  void nonsenseKeepsTheValueAndSaysSo();
  void writtenAsPeopleWriteIt_data();
  void writtenAsPeopleWriteIt();
  void escapeBringsTheValueBack();
  void anotherSettingsChangeDoesNotTakeAwayTypedText();
  void onePressOfTheSliderIsOneGesture();
  void sliderJumpsToWhereItIsPressed();
  void showingAValueEmitsNothing();
  void resetAppearsOnlyAwayFromTheDefault();
  void choiceAndFlag();
};

void TestSettingControl::typedValueIsEmitted() {
  const SettingRow row = numberRow();
  SettingControl control(row, false);
  std::vector<Edit> edits;
  recordEdits(control, edits);
  control.show();
  type(control.findChild<QLineEdit*>("field"), "1.25");
  QCOMPARE(edits.size(), 1u);
  QCOMPARE(edits[0].key, QString("test.gain"));
  QCOMPARE(std::get<double>(edits[0].value), 1.25);
  QVERIFY(control.problem().isEmpty());
}

void TestSettingControl::nonsenseKeepsTheValueAndSaysSo_data() {
  QTest::addColumn<QString>("typed");
  QTest::newRow("word") << "lots";
  QTest::newRow("out of range") << "17";
  QTest::newRow("empty") << " ";
  QTest::newRow("not a number") << "nan";
}

void TestSettingControl::nonsenseKeepsTheValueAndSaysSo() {
  QFETCH(QString, typed);
  const SettingRow row = numberRow();
  SettingControl control(row, false);
  std::vector<Edit> edits;
  recordEdits(control, edits);
  control.show();
  auto* field = control.findChild<QLineEdit*>("field");
  const int before = control.findChild<QSlider*>("slider")->value();
  type(field, typed);
  QVERIFY(edits.empty());
  QVERIFY2(control.problem().startsWith("“Gain” is "), qPrintable(control.problem()));
  QCOMPARE(field->text(), typed);  // what was typed is there to be corrected
  QCOMPARE(control.findChild<QSlider*>("slider")->value(), before);
  type(field, "1");
  QVERIFY(control.problem().isEmpty());
  QCOMPARE(edits.size(), 1u);
}

// Fails if a number that a person would write in a field is refused, or read as another one.
void TestSettingControl::writtenAsPeopleWriteIt_data() {
  QTest::addColumn<QString>("typed");
  QTest::addColumn<double>("value");
  QTest::newRow("percent") << "25 %" << 0.25;
  QTest::newRow("percent without blank") << "25%" << 0.25;
  QTest::newRow("decimal comma") << "1,25" << 1.25;
  QTest::newRow("with its unit") << "1.5 mV" << 1.5;
}

void TestSettingControl::writtenAsPeopleWriteIt() {
  QFETCH(QString, typed);
  QFETCH(double, value);
  SettingRow row = numberRow();
  row.unit = "mV";
  SettingControl control(row, false);
  std::vector<Edit> edits;
  recordEdits(control, edits);
  control.show();
  type(control.findChild<QLineEdit*>("field"), typed);
  QVERIFY2(control.problem().isEmpty(), qPrintable(control.problem()));
  QCOMPARE(edits.size(), 1u);
  QCOMPARE(std::get<double>(edits[0].value), value);
}

void TestSettingControl::escapeBringsTheValueBack() {
  const SettingRow row = numberRow();
  SettingControl control(row, false);
  control.show();
  auto* field = control.findChild<QLineEdit*>("field");
  type(field, "lots");
  QVERIFY(!control.problem().isEmpty());
  QTest::keyClick(field, Qt::Key_Escape);
  QCOMPARE(field->text(), QString("0.5"));
  QVERIFY(control.problem().isEmpty());
}

void TestSettingControl::anotherSettingsChangeDoesNotTakeAwayTypedText() {
  const SettingRow row = numberRow();
  SettingControl control(row, false);
  control.show();
  auto* field = control.findChild<QLineEdit*>("field");
  type(field, "lots");
  control.showValue(0.5);  // all controls are shown anew when any setting changes
  QCOMPARE(field->text(), QString("lots"));
  QVERIFY(!control.problem().isEmpty());
  control.showValue(0.75);  // this setting itself changed, by undo
  QCOMPARE(field->text(), QString("0.75"));
  QVERIFY(control.problem().isEmpty());
}

void TestSettingControl::onePressOfTheSliderIsOneGesture() {
  // Fails if undo would fall apart into single steps of a drag, or join two drags.
  const SettingRow row = numberRow();
  SettingControl control(row, false);
  std::vector<Edit> edits;
  recordEdits(control, edits);
  control.resize(300, 80);
  control.show();
  auto* slider = control.findChild<QSlider*>("slider");
  const int y = slider->height() / 2;
  for (int drag = 0; drag < 2; ++drag) {
    QTest::mousePress(slider, Qt::LeftButton, {}, QPoint(50, y));
    for (int x = 60; x <= 200; x += 20) QTest::mouseMove(slider, QPoint(x, y));
    QTest::mouseRelease(slider, Qt::LeftButton, {}, QPoint(200, y));
  }
  QVERIFY(edits.size() >= 4);
  const int first = edits.front().gesture, last = edits.back().gesture;
  QVERIFY(first != last);
  for (const Edit& edit : edits) QVERIFY(edit.gesture == first || edit.gesture == last);
}

void TestSettingControl::sliderJumpsToWhereItIsPressed() {
  const SettingRow row = numberRow();
  SettingControl control(row, false);
  std::vector<Edit> edits;
  recordEdits(control, edits);
  control.resize(300, 80);
  control.show();
  auto* slider = control.findChild<QSlider*>("slider");
  QTest::mouseClick(slider, Qt::LeftButton, {}, QPoint(slider->width() * 3 / 4, slider->height() / 2));
  QCOMPARE(edits.size(), 1u);
  QVERIFY(std::abs(std::get<double>(edits[0].value) - 1.5) < 0.05);
}

void TestSettingControl::showingAValueEmitsNothing() {
  const SettingRow row = numberRow();
  SettingControl control(row, false);
  std::vector<Edit> edits;
  recordEdits(control, edits);
  control.showValue(1.7);
  QVERIFY(edits.empty());
  QCOMPARE(control.findChild<QLineEdit*>("field")->text(), QString("1.7"));
}

void TestSettingControl::resetAppearsOnlyAwayFromTheDefault() {
  const SettingRow row = numberRow();
  SettingControl control(row, false);
  std::vector<Edit> edits;
  recordEdits(control, edits);
  control.show();
  auto* reset = control.findChild<QToolButton*>("reset");
  QVERIFY(!reset->isVisible());
  control.showValue(1.0);
  QVERIFY(reset->isVisible());
  QTest::mouseClick(reset, Qt::LeftButton);
  QCOMPARE(edits.size(), 1u);
  QCOMPARE(std::get<double>(edits[0].value), 0.5);
}

void TestSettingControl::choiceAndFlag() {
  SettingRow choice = numberRow();
  choice.type = SettingType::choice;
  choice.choices = {{"a-b", "A and B", "Both."}, {"c", "C", "Only C."}};
  choice.initial = std::string("a-b");
  SettingControl chooser(choice, false);
  std::vector<Edit> edits;
  recordEdits(chooser, edits);
  chooser.show();
  QTest::keyClick(chooser.findChild<QComboBox*>("choices"), Qt::Key_Down);
  QCOMPARE(edits.size(), 1u);
  QCOMPARE(std::get<std::string>(edits[0].value), std::string("c"));

  SettingRow flag = numberRow();
  flag.type = SettingType::flag;
  flag.initial = false;
  SettingControl ticker(flag, false);
  recordEdits(ticker, edits);
  ticker.show();
  QTest::keyClick(ticker.findChild<QCheckBox*>("check"), Qt::Key_Space);
  QCOMPARE(edits.size(), 2u);
  QCOMPARE(std::get<bool>(edits[1].value), true);
}

KEYHOLE_TEST(TestSettingControl)

}  // namespace tst_controls_setting_control

#include "tst_controls_setting_control.moc"
