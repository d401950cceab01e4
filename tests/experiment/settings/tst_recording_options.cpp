// Tests core/experiment/settings/recording_options.h: the steps as one line of text, and back.
#include "core/experiment/settings/recording_options.h"
#include "tests/io/files.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <functional>

namespace tst_recording_options {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Settings ofRecording(const std::string& steps = {}) {
  Settings settings;
  settings.set("teacher.kind", std::string("recording"));
  applySteps(settings, steps);
  return settings;
}

}  // namespace

class TestRecordingOptions : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a step is lost on its way through the settings.
  void everyStepThereAndBack() {
    const std::string text =
        "units:1-3;5,window:0.5..20,drop:silent,bin:0.02,smooth:exponential:0.05,sqrt,detrend,soft:2,split:4,"
        "mask:1..2;7..8.5";
    const Settings settings = ofRecording(text);
    QCOMPARE(stepsText(settings), text);
    const Preprocessing steps = recordingOptions(settings).steps;
    QCOMPARE(steps.units, std::string("1-3,5"));
    QVERIFY(steps.window == (TimeWindow{0.5, 20}) && steps.drop == Drop::silent && steps.bin == 0.02);
    QVERIFY(steps.smoothing == Smoothing::exponential && steps.smoothingWidth == 0.05);
    QVERIFY(steps.squareRoot && steps.detrend && steps.scaling == Scaling::soft && steps.softConstant == 2);
    QVERIFY(steps.split == 4 && steps.mask.size() == 2);
    QCOMPARE(stepsText(ofRecording("window:3..,smooth:0.1,zscore")),
             std::string("window:3..,smooth:gaussian:0.1,zscore"));
    QVERIFY(recordingOptions(ofRecording()).steps == Preprocessing());
    QCOMPARE(stepsText(ofRecording()), std::string());
  }

  void malformedSteps_data() {
    QTest::addColumn<QString>("steps");
    QTest::addColumn<QString>("named");
    const auto row = [](const char* steps, const char* named) { QTest::newRow(steps) << steps << named; };
    row("smoth:0.05", "smoth:0.05");
    row("bin", "has no value");
    row("bin:abc", "bin:abc");
    row("bin:-1", "0 to 10");
    row("smooth:boxcar:0.1", "gaussian, exponential");
    row("smooth", "smooth:exponential:0.05");
    row("zscore:3", "has the value 3");
    row("zscore,bin:0.1", "before it");
    row("bin:0.1,bin:0.2", "beside bin");
    row("zscore,soft:5", "one of them");
    row("window:5", "FROM..TO");
    row("window:1..2;3..4", "one window");
    row("mask:2..1", "an end behind its beginning");
    row("drop:all", "silent, constant");
    row(",", "unknown");
  }

  // One sentence that names the step and what is allowed.
  void malformedSteps() {
    QFETCH(QString, steps);
    QFETCH(QString, named);
    const std::function<void()> setting = [&] { ofRecording(steps.toStdString()); };
    const QString sentence = refusal(setting);
    QVERIFY2(isSentence(sentence, named), qPrintable(sentence));
    QVERIFY2(sentence.contains("allowed"), qPrintable(sentence));
  }

  // Fails if a row of the stage is read by nobody: every one must change how a recording is read.
  void everyRowIsRead() {
    for (const auto& row : settingsTable()) {
      if (row.stage != Stage::recording) continue;
      Settings settings = ofRecording("smooth:0.1,soft:5");
      const auto before = recordingOptions(settings);
      if (row.key == "recording.mask" || row.key == "recording.units")
        settings.set(row.key, std::string("1..2"));
      else if (row.type == SettingType::text)
        settings.set(row.key, std::string("x"));
      else if (row.type == SettingType::flag)
        settings.set(row.key, true);
      else if (row.type == SettingType::choice)
        settings.set(row.key, settings.text(row.key) == row.choices.back().name ? row.choices.front().name
                                                                                : row.choices.back().name);
      else
        settings.set(row.key, 0.75);
      const auto after = recordingOptions(settings);
      const bool same =
          after.steps == before.steps && after.bin == before.bin && after.interval == before.interval &&
          after.joinTrials == before.joinTrials && after.intervals == before.intervals &&
          after.input == before.input && after.table.separator == before.table.separator &&
          after.table.decimal == before.table.decimal &&
          after.table.indexColumn == before.table.indexColumn && after.table.header == before.table.header;
      QVERIFY2(!same, row.key.c_str());
    }
  }
};

KEYHOLE_TEST(TestRecordingOptions)

}  // namespace tst_recording_options

#include "tst_recording_options.moc"
