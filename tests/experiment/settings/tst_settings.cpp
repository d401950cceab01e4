// Tests core/experiment/settings/settings.h: all settings as one value.
#include "tests/experiment/experiment_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <limits>

namespace tst_settings {

using namespace keyhole;
using namespace keyhole::test;

namespace {

constexpr Stage kStages[] = {Stage::teacher, Stage::simulation, Stage::observation,
                             Stage::fit,     Stage::analysis,   Stage::view};

// Texts that a row must refuse.
std::vector<std::string> badTexts(const SettingRow& row) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto whole = [](double value) { return std::to_string(static_cast<long long>(value)); };
  switch (row.type) {
    case SettingType::number:
      return {toText(std::nextafter(row.minimum, -infinity)),
              toText(std::nextafter(row.maximum, infinity)),
              "nan",
              "inf",
              "-inf",
              "1e400",
              "0x10",
              "half",
              " 1",
              "1 ",
              "1,5",
              "true"};
    case SettingType::integer:
      return {whole(row.minimum - 1),   whole(row.maximum) + "0", "2.5", "1e1", "nan", "12a", " 7",
              "99999999999999999999999"};
    case SettingType::flag:
      return {"yes", "1", "TRUE", "true "};
    case SettingType::choice:
      return {"no-such-choice", row.choices.front().name + " ", row.choices.front().name + "x"};
    case SettingType::text:
      break;
  }
  return {};
}

// Whether a row takes a value of this alternative (given in its range).
bool takes(const SettingRow& row, const SettingValue& value) {
  switch (row.type) {
    case SettingType::number:
    case SettingType::integer:
      return value.index() <= 1;  // whole doubles for integers, and integers for numbers
    case SettingType::flag:
      return value.index() == 2;
    case SettingType::choice:
    case SettingType::text:
      break;
  }
  return value.index() == 3;
}

}  // namespace

class TestSettings : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a bad text is taken, is refused without naming key, value and what is allowed, or leaves a
  // trace in the settings.
  void badTextsAreNamed() {
    const Settings before = randomSettings(1);
    for (const auto& row : settingsTable()) {
      for (const auto& text : badTexts(row)) {
        Settings settings = before;
        const std::string message = refusal([&] { settings.setFromText(row.key, text); });
        QCOMPARE(message, row.key + " is " + text + "; allowed: " + allowedText(row));
        QVERIFY2(isOneSentence(message), message.c_str());
        QCOMPARE(settings, before);
      }
      if (row.type == SettingType::text) continue;
      QVERIFY(
          contains(refusal([&] { Settings().setFromText(row.key, ""); }), row.key + " is empty; allowed"));
    }
  }

  // Fails if a value of another type is taken (and would then throw where it is read) or changes anything.
  void wrongTypesAreNamed() {
    const Settings before = randomSettings(2);
    for (const auto& row : settingsTable()) {
      for (const SettingValue& value :
           {SettingValue(1.0), SettingValue(1LL), SettingValue(true), SettingValue(std::string("0.5"))}) {
        if (takes(row, value)) continue;
        Settings settings = before;
        const std::string message = refusal([&] { settings.set(row.key, value); });
        QVERIFY2(message.starts_with(row.key + " is ") && contains(message, toText(value)) &&
                     message.ends_with("; allowed: " + allowedText(row)) && isOneSentence(message),
                 (row.key + ": " + message).c_str());
        QCOMPARE(settings, before);
      }
    }
  }

  // Fails if a text in place of a flag or number is shown as if it were one: "is true; allowed: true".
  void textsInPlaceOfOthersAreQuoted() {
    Settings settings;
    const auto text = [](const char* value) { return SettingValue(std::string(value)); };
    QVERIFY(contains(refusal([&] { settings.set("fit.use_input", text("true")); }), "is \"true\"; allowed"));
    QVERIFY(contains(refusal([&] { settings.set("teacher.size", text("40")); }), "is \"40\"; allowed"));
  }

  // Fails if a slider's whole double is refused for an integer, or a fraction or a huge number is rounded
  // into one.
  void doublesForIntegers() {
    Settings settings;
    settings.set("teacher.size", 40.0);
    QCOMPARE(settings.integer("teacher.size"), 40LL);
    QCOMPARE(settings.number("teacher.size"), 40.0);
    settings.set("simulation.sigma", 3LL);
    QCOMPARE(settings.number("simulation.sigma"), 3.0);
    for (const double bad : {40.5, 1e19, -1e300, std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::infinity()})
      QVERIFY(
          contains(refusal([&] { settings.set("teacher.size", bad); }), "teacher.size is " + toText(bad)));
    // One above the largest seed is the same double as the largest.
    QVERIFY(!refusal([&] { settings.set("teacher.seed", 9007199254740993LL); }).empty());
    QCOMPARE(settings.integer("teacher.size"), 40LL);
  }

  // Fails if a misspelt key is taken, or the message does not help to find the right one.
  void unknownKeysAreNamed() {
    Settings settings;
    for (const auto& message : {refusal([&] { settings.value("teacher.sise"); }),
                                refusal([&] { settings.isDefault("teacher.sise"); }),
                                refusal([&] { settings.set("teacher.sise", 3LL); }),
                                refusal([&] { settings.setFromText("teacher.sise", "3"); }),
                                refusal([&] { settingRow("teacher.sise"); })}) {
      QVERIFY2(contains(message, "\"teacher.sise\"") && contains(message, "teacher.size"), message.c_str());
      QVERIFY(isOneSentence(message));
    }
    QVERIFY(!refusal([&] { settings.set("", 3LL); }).empty());
    QCOMPARE(settings, Settings());
  }

  // Fails if a changed setting is taken for the default (its reset would stay hidden), or the reverse.
  void isDefault() {
    for (const auto& row : settingsTable()) {
      Settings settings;
      QVERIFY(settings.isDefault(row.key));
      settings.set(row.key, anotherValue(row, row.initial));
      QVERIFY2(!settings.isDefault(row.key), row.key.c_str());
      for (const auto& other : settingsTable()) QCOMPARE(settings.isDefault(other.key), other.key != row.key);
      settings.set(row.key, row.initial);
      QVERIFY(settings.isDefault(row.key));
      QCOMPARE(settings, Settings());
    }
  }

  // Fails if a control is shown where it does nothing, or hidden where it does something.
  void applies_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QStringList>("changes");  // key, text, key, text …
    QTest::addColumn<bool>("expected");
    const auto row = [](const char* key, const QStringList& changes, bool expected) {
      QTest::addRow("%s, %s", key, qPrintable(changes.join(' '))) << QString(key) << changes << expected;
    };
    row("teacher.kind", {"teacher.kind", "recording"}, true);
    row("teacher.oscillator_gain", {}, true);
    row("teacher.oscillator_gain", {"teacher.kind", "chain"}, false);
    row("teacher.bulk_value", {"teacher.bulk", "constant"}, false);
    row("teacher.bulk_value", {"teacher.kind", "line-attractor"}, false);
    row("teacher.bulk_value", {"teacher.kind", "line-attractor", "teacher.bulk", "oblique"}, true);
    row("teacher.bulk_half_width", {"teacher.kind", "line-attractor", "teacher.bulk", "oblique"}, false);
    row("teacher.size", {"teacher.kind", "imported"}, false);
    row("teacher.file", {"teacher.kind", "imported"}, true);
    row("teacher.transpose", {"teacher.kind", "imported"}, false);
    row("simulation.steps", {"teacher.kind", "recording"}, false);
    row("simulation.alpha", {"teacher.kind", "recording"}, true);
    row("simulation.input_scale", {"teacher.kind", "chain"}, false);
    row("simulation.input_scale", {"teacher.kind", "chain", "simulation.task", "integration"}, true);
    row("simulation.input_scale", {"teacher.kind", "gaussian", "simulation.task", "integration"}, false);
    row("observation.fraction", {"observation.subset", "chosen"}, false);
    row("observation.units", {"observation.subset", "chosen"}, true);
    row("fit.rho", {"fit.method", "stationary-discrete"}, false);
    row("fit.lds_start", {"fit.method", "lds"}, true);
    row("fit.lds_start", {"fit.method", "lds", "fit.estimator", "published"}, false);
    row("fit.input_timing", {"fit.method", "lds", "fit.estimator", "published"}, true);
    row("fit.input_timing", {"fit.method", "slds"}, false);
  }
  void applies() {
    QFETCH(QString, key);
    QFETCH(QStringList, changes);
    QFETCH(bool, expected);
    Settings settings;
    for (int i = 0; i + 1 < changes.size(); i += 2)
      settings.setFromText(changes[i].toStdString(), changes[i + 1].toStdString());
    QCOMPARE(settings.applies(settingRow(key.toStdString())), expected);
  }

  // Fails if a change reruns an earlier stage (dragging would resimulate), leaves a later one as it was, or
  // if one that does not act makes anything stale.
  void changesMakeTheirStageAndLaterOnesStale() {
    for (const auto& row : settingsTable()) {
      const Settings before = randomSettings(3);
      Settings after = before;
      after.set(row.key, anotherValue(row, before.value(row.key)));
      QCOMPARE(changedKeys(before, after), std::vector<std::string>{row.key});
      const bool acts = effective(before) != effective(after);
      QVERIFY2(acts || !before.applies(row), row.key.c_str());
      for (const Stage stage : kStages) {
        QVERIFY2(staleThrough(before, after, stage) == (acts && row.stage <= stage), row.key.c_str());
        QCOMPARE(staleThrough(after, before, stage), staleThrough(before, after, stage));
        QVERIFY(!staleThrough(after, after, stage));
      }
    }
    QVERIFY(changedKeys(randomSettings(4), randomSettings(4)).empty());
  }

  // The two cases that the window's speed hangs on, written out.
  void theKeyholeAndTheViewCostLittle() {
    const Settings before;
    const Settings wider = with(before, {{"observation.fraction", "0.5"}});
    QVERIFY(!staleThrough(before, wider, Stage::simulation));
    QVERIFY(staleThrough(before, wider, Stage::observation) && staleThrough(before, wider, Stage::fit));
    const Settings dark = with(before, {{"view.theme", "dark"}, {"view.units_shown", "9"}});
    QVERIFY(!staleThrough(before, dark, Stage::analysis));
    QCOMPARE(changedKeys(before, dark), (std::vector<std::string>{"view.units_shown", "view.theme"}));
  }
};

KEYHOLE_TEST(TestSettings)

}  // namespace tst_settings

#include "tst_settings.moc"
