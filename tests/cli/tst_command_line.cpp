#include "core/experiment/settings/presets.h"
#include "core/experiment/settings/settings_table.h"
#include "core/network/teachers.h"
#include "tests/cli/run_cli.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_command_line {

using namespace keyhole;
using namespace keyhole::test;

class TestCommandLine : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a setting, its range, unit or default is missing from the list, or differs from the table.
  void listHoldsEverySetting() {
    const auto json = runCli({"list", "--json"}).json();
    QCOMPARE(keysOf(json), (std::vector<std::string>{"presets", "teachers", "methods", "settings"}));
    QCOMPARE(json["settings"].size(), settingsTable().size());
    for (std::size_t i = 0; i < settingsTable().size(); ++i) {
      const auto& row = settingsTable()[i];
      const auto& listed = json["settings"][i];
      QCOMPARE(listed["key"].get<std::string>(), row.key);
      QCOMPARE(listed["unit"].get<std::string>(), row.unit);
      QCOMPARE(listed["help"].get<std::string>(), row.help);
      const auto& initial = listed["default"];
      const std::string text = initial.is_string() ? initial.get<std::string>() : initial.dump();
      QCOMPARE(parseSetting(row, text), row.initial);
      if (row.type != SettingType::number && row.type != SettingType::integer) continue;
      QCOMPARE(listed["minimum"].get<double>(), row.minimum);
      QCOMPARE(listed["maximum"].get<double>(), row.maximum);
    }
  }

  // Fails if a preset or teacher cannot be found in the list.
  void listHoldsPresetsAndTeachers() {
    const auto json = runCli({"list", "--json"}).json();
    QCOMPARE(json["presets"].size(), presets().size());
    for (std::size_t i = 0; i < presets().size(); ++i)
      QCOMPARE(json["presets"][i]["name"].get<std::string>(), presets()[i].name);
    std::vector<std::string> names;
    for (const auto& teacher : json["teachers"]) names.push_back(teacher["name"].get<std::string>());
    for (const TeacherKind kind : allTeacherKinds())
      QVERIFY2(std::find(names.begin(), names.end(), nameOf(kind)) != names.end(), nameOf(kind).c_str());
  }

  // Fails if the readable list leaves something out that the JSON has.
  void readableListIsComplete() {
    const auto outcome = runCli({"list"});
    QCOMPARE(outcome.code, 0);
    for (const auto& row : settingsTable())
      QVERIFY2(outcome.out.find(" " + row.key + " ") != std::string::npos, row.key.c_str());
    for (const auto& preset : presets())
      QVERIFY2(outcome.out.find(preset.name) != std::string::npos, preset.name.c_str());
  }

  // Fails if help goes to the wrong stream or misses an option.
  void everyCommandExplainsItself_data() {
    QTest::addColumn<QString>("command");
    QTest::addColumn<QStringList>("mentions");
    QTest::newRow("overview") << "" << QStringList{"list",     "fit",    "compare",   "order", "curve",
                                                   "simulate", "figure", "--version", "--info"};
    QTest::newRow("list") << "list" << QStringList{"--json"};
    QTest::newRow("fit") << "fit" << QStringList{"--method", "--alpha", "--rho",      "--phi", "--transpose",
                                                 "--input",  "--dt",    "--observed", "--out", "Examples"};
    QTest::newRow("order") << "order" << QStringList{"--latents", "--states", "--folds", "--set",
                                                     "--seed",    "--out",    "Examples"};
    QTest::newRow("curve") << "curve" << QStringList{"--teacher", "--set", "--limit", "--observed",
                                                     "--seed",    "--out", "Examples"};
    QTest::newRow("simulate") << "simulate" << QStringList{"--out", "--seed", "--set", "Examples"};
    QTest::newRow("figure") << "figure"
                            << QStringList{"--out", "--panel", "--seed", "--set", "--data", "Examples"};
  }
  void everyCommandExplainsItself() {
    QFETCH(QString, command);
    QFETCH(QStringList, mentions);
    std::vector<std::string> args;
    if (!command.isEmpty()) args.push_back(command.toStdString());
    args.push_back("--help");
    const auto outcome = runCli(args);
    QCOMPARE(outcome.code, 0);
    QVERIFY(outcome.err.empty());
    for (const auto& word : mentions)
      QVERIFY2(outcome.out.find(word.toStdString()) != std::string::npos, qPrintable(word));
  }

  // Fails if the version or what a report of an error needs is missing.
  void versionAndInfo() {
    QVERIFY(runCli({"--version"}).out.starts_with("Keyhole "));
    QVERIFY(runCli({"--version"}).out.find("unknown") == std::string::npos);
    const auto info = runCli({"--info"}).out;
    for (const char* word : {"Keyhole", "Qt", "Eigen", "BLAS", "CPUs"})
      QVERIFY2(info.find(word) != std::string::npos, word);
  }

  // Fails if a file name opens the command line or a command the window.
  void commandsAreTold() {
    const auto asked = [](std::vector<std::string> words) {
      words.insert(words.begin(), "keyhole");
      std::vector<char*> argv;
      for (auto& word : words) argv.push_back(word.data());
      return isCommandLine(static_cast<int>(argv.size()), argv.data());
    };
    for (const char* word :
         {"list", "fit", "curve", "simulate", "figure", "--help", "-h", "--version", "--info"})
      QVERIFY2(asked({word}), word);
    QVERIFY(!asked({}));
    QVERIFY(!asked({"figure-3"}));  // a preset: the window opens on it
    QVERIFY(!asked({QCoreApplication::applicationFilePath().toStdString()}));  // a file, of whatever kind
    QVERIFY(asked({"fti"}) && asked({"not-there.keyhole"}));  // slips of the pen are told at once
    QVERIFY(!asked({"-style", "fusion"}));
  }
};

KEYHOLE_TEST(TestCommandLine)

}  // namespace tst_command_line

#include "tst_command_line.moc"
