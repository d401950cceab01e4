// Tests core/experiment/settings/settings_table.h: the one table from which everything else is made.
#include "tests/experiment/experiment_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <set>

namespace tst_settings_table {

using namespace keyhole;
using namespace keyhole::test;

namespace {

bool isNumeric(const SettingRow& row) {
  return row.type == SettingType::number || row.type == SettingType::integer;
}

// The alternative of SettingValue that holds the values of a type.
std::size_t alternativeOf(SettingType type) {
  switch (type) {
    case SettingType::number:
      return 0;
    case SettingType::integer:
      return 1;
    case SettingType::flag:
      return 2;
    case SettingType::choice:
    case SettingType::text:
      break;
  }
  return 3;
}

std::set<std::string> namesOf(const SettingRow& row) {
  std::set<std::string> names;
  for (const auto& choice : row.choices) names.insert(choice.name);
  return names;
}

}  // namespace

class TestSettingsTable : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a row is born with a value that it would refuse, or that is of another type than it says.
  void defaultsAreAllowed() {
    for (const auto& row : settingsTable()) {
      QVERIFY2(row.initial.index() == alternativeOf(row.type), row.key.c_str());
      QCOMPARE(refusal([&] { requireAllowed(row, row.initial); }), std::string());
      QCOMPARE(Settings().value(row.key), row.initial);
    }
  }

  // Fails if a range is empty or turned round, or a logarithmic slider would have to begin at 0.
  void rangesAreProper() {
    for (const auto& row : settingsTable()) {
      if (!isNumeric(row)) continue;
      QVERIFY2(row.minimum < row.maximum, row.key.c_str());
      const bool logarithmic = row.scale == SettingScale::logarithmic;
      // These may be 0 as well: their sliders then begin above it.
      const bool fromZero = row.key == "fit.rho" || row.key == "fit.iterations";
      QVERIFY2(!logarithmic || row.minimum > 0 || fromZero, row.key.c_str());
      if (row.type == SettingType::integer)
        QVERIFY2(row.minimum == std::floor(row.minimum) && row.maximum == std::floor(row.maximum),
                 row.key.c_str());
    }
  }

  // Fails if two rows share a key, a row stands in the wrong stage, or a later stage comes first: then files
  // would no longer be byte-identical and staleness would be wrong.
  void keysAreUniqueAndOrderedByStage() {
    const auto& table = settingsTable();
    std::set<std::string> keys;
    for (std::size_t i = 0; i < table.size(); ++i) {
      const auto& row = table[i];
      QVERIFY2(keys.insert(row.key).second, row.key.c_str());
      QVERIFY2(row.key.starts_with(nameOf(row.stage) + "."), row.key.c_str());
      QVERIFY2(i == 0 || table[i - 1].stage <= row.stage, row.key.c_str());
      QCOMPARE(settingPosition(row.key), static_cast<int>(i));
      QCOMPARE(&settingRow(row.key), &row);
    }
    QCOMPARE(settingPosition("teacher"), -1);
    QCOMPARE(settingPosition(""), -1);
  }

  // Fails if a control would stand without words, or two choices could not be told apart.
  void rowsAreDescribed() {
    for (const auto& row : settingsTable()) {
      QVERIFY2(!row.label.empty() && row.help.ends_with('.'), row.key.c_str());
      QCOMPARE(row.type == SettingType::choice, !row.choices.empty());
      QCOMPARE(namesOf(row).size(), row.choices.size());
      for (const auto& choice : row.choices)
        QVERIFY2(!choice.label.empty() && choice.help.ends_with('.'), choice.name.c_str());
    }
  }

  // Fails if a row waits for a setting or a choice that does not exist: it would never be shown.
  void conditionsCanHold() {
    for (const auto& row : settingsTable()) {
      for (const auto& condition : row.applies) {
        const auto names = namesOf(settingRow(condition.key));
        QVERIFY2(!condition.values.empty(), row.key.c_str());
        for (const auto& value : condition.values) QVERIFY2(names.contains(value), value.c_str());
      }
    }
  }

  // Fails if a value changes on its way through text (command line, typed fields): in every row the default,
  // both ends and values in between.
  void textRoundTrip() {
    std::vector<double> u(40);
    for (const auto& row : settingsTable()) {
      RandomStream(21, Stream::test).uniforms(static_cast<std::uint64_t>(settingPosition(row.key)), u);
      std::vector<SettingValue> values = {row.initial};
      for (const double at : u) values.push_back(valueAt(row, at));
      if (isNumeric(row))
        for (const double end : {0.0, 1.0}) values.push_back(valueAt(row, end));
      for (const auto& value : values) {
        Settings settings;
        settings.setFromText(row.key, toText(value));
        QVERIFY2(settings.value(row.key) == value, (row.key + " " + toText(value)).c_str());
      }
    }
  }

  // Fails if a message says what is allowed in other words than the table has.
  void allowedTextSaysTheRange() {
    QCOMPARE(allowedText(settingRow("teacher.size")),
             std::string("a whole number from 2 to 1000000 (units)"));
    QCOMPARE(allowedText(settingRow("simulation.alpha")), std::string("a number from 1e-04 to 1 (Δt/τ)"));
    QCOMPARE(allowedText(settingRow("fit.use_input")), std::string("true or false"));
    QCOMPARE(allowedText(settingRow("fit.phi")), std::string("same, linear, tanh"));
    // 2^53, the largest whole number up to which JSON readers agree.
    QVERIFY(contains(allowedText(settingRow("teacher.seed")), "9007199254740992"));
  }
};

KEYHOLE_TEST(TestSettingsTable)

}  // namespace tst_settings_table

#include "tst_settings_table.moc"
