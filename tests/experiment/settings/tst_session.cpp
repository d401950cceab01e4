// Tests core/experiment/settings/session.h: the session file.
#include "core/experiment/settings/session.h"
#include "core/io/file_bytes.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/test_registry.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>
#include <nlohmann/json.hpp>

#include <csignal>
#include <sys/resource.h>

namespace tst_session {

using namespace keyhole;
using namespace keyhole::test;

namespace {

std::vector<std::string> keysOf(const nlohmann::ordered_json& object) {
  std::vector<std::string> keys;
  for (const auto& item : object.items()) keys.push_back(item.key());
  return keys;
}

std::string withSettings(const std::string& settings) {
  return R"({"keyhole": 1, "settings": {)" + settings + "}}";
}

// Writes fail beyond the first few bytes while this lives, as on a full disk. (Permissions would not do: they
// do not hold for the superuser.)
class FullDisk {
 public:
  FullDisk() {
    m_handler = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &m_before);
    rlimit few = m_before;
    few.rlim_cur = 16;
    ::setrlimit(RLIMIT_FSIZE, &few);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &m_before);
    std::signal(SIGXFSZ, m_handler);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit m_before{};
  void (*m_handler)(int) = nullptr;
};

// One to four random flips, cuts, doublings or foreign bytes.
std::string mutated(std::string bytes, std::uint64_t draw) {
  std::vector<double> u(16);
  RandomStream(22, Stream::test, draw).uniforms(0, u);
  const auto below = [](double at, std::size_t n) {
    return static_cast<std::size_t>(at * static_cast<double>(n));
  };
  const std::size_t count = 1 + below(u[0], 4);
  static const std::string kForeign("{}[]\",:0-9.eE\\un\0\x80\xff", 19);
  for (std::size_t i = 0; i < count && !bytes.empty(); ++i) {
    const double* v = &u[1 + 3 * i];
    const std::size_t at = below(v[0], bytes.size());
    switch (below(v[1], 5)) {
      case 0:
        bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1u << below(v[2], 8)));
        break;
      case 1:
        bytes.erase(at, 1 + below(v[2], 8));
        break;
      case 2:
        bytes.insert(at, bytes.substr(at, 1 + below(v[2], 20)));
        break;
      case 3:
        bytes[at] = kForeign[below(v[2], kForeign.size())];
        break;
      default:
        if (v[2] < 0.1) bytes.resize(at);
    }
  }
  return bytes;
}

}  // namespace

class TestSession : public QObject {
  Q_OBJECT

 private slots:
  // Fails if anything is lost, added, reordered or rounded on the way to the file and back: for the defaults,
  // every preset and 50 random settings.
  void saveLoadSaveIsByteIdentical() {
    std::vector<Session> sessions = {{}};
    for (const auto& preset : presets()) sessions.push_back({preset.settings, preset.title, "bGF5b3V0"});
    for (std::uint64_t draw = 0; draw < 50; ++draw)
      sessions.push_back({randomSettings(draw), "draw \"" + std::to_string(draw) + "\" – φ\n", ""});
    sessions.push_back({Settings(), "known", "", "", "00ff00ff00ff0f0e"});
    for (const auto& session : sessions) {
      saveSession(path("first.keyhole"), session);
      const Session loaded = loadSession(path("first.keyhole"));
      QCOMPARE(loaded.settings, session.settings);
      QCOMPARE(loaded.title, session.title);
      QCOMPARE(loaded.layout, session.layout);
      QCOMPARE(loaded.recordingHash, session.recordingHash);
      saveSession(path("second.keyhole"), loaded);
      QVERIFY(readFileBytes(path("first.keyhole")) == readFileBytes(path("second.keyhole")));
    }
  }

  // Fails if the order of the keys depends on anything but the table.
  void keysStandInTheTablesOrder() {
    Settings settings;
    settings.setFromText("view.theme", "dark");
    settings.setFromText("teacher.seed", "7");
    const auto file = nlohmann::ordered_json::parse(sessionBytes({settings, "", ""}));
    QCOMPARE(keysOf(file), (std::vector<std::string>{"keyhole", "title", "settings", "layout"}));
    std::vector<std::string> expected;
    for (const auto& row : settingsTable()) expected.push_back(row.key);
    QCOMPARE(keysOf(file["settings"]), expected);
  }

  // Fails if a shorter file (a preset, one from an older program) is refused, or what is missing is not the
  // default.
  void whatIsMissingIsTheDefault() {
    QCOMPARE(parseSession(R"({"keyhole": 1})", "x").settings, Settings());
    const Session one = parseSession(withSettings(R"("teacher.size": 40.0, "fit.rho": 1)"), "x");
    QCOMPARE(one.settings, with({}, {{"teacher.size", "40"}, {"fit.rho", "1"}}));
    QVERIFY(one.title.empty() && one.layout.empty());
  }

  // Fails if a save that can't be completed harms the old file or leaves a half-written one behind.
  void aFailedSaveLeavesTheOldFile() {
    const QTemporaryDir folder;
    const std::string target = folder.filePath("mine.keyhole").toStdString();
    saveSession(target, {randomSettings(1), "old", ""});
    const std::string before = readFileBytes(target);
    std::string message;
    {
      const FullDisk full;
      message = refusal([&] { saveSession(target, {randomSettings(2), "new", ""}); });
    }
    QVERIFY2(contains(message, target) && isOneSentence(message), message.c_str());
    message = refusal([&] { saveSession(target, {Settings(), "not UTF-8: \xff", ""}); });
    QVERIFY2(contains(message, "title") && contains(message, "UTF-8"), message.c_str());
    QVERIFY(readFileBytes(target) == before);
    QCOMPARE(QDir(folder.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::Hidden),
             QStringList{"mine.keyhole"});
  }

  // Fails if a target that can't be a file is not named, or something appears there.
  void unwritableTargetsAreNamed() {
    const QTemporaryDir folder;
    const std::string inNone = folder.filePath("none/mine.keyhole").toStdString();
    for (const std::string& target : {inNone, folder.path().toStdString()}) {
      const std::string message = refusal([&] { saveSession(target, {}); });
      QVERIFY2(contains(message, target) && contains(message, "allowed"), message.c_str());
    }
    QVERIFY(!refusal([&] { saveSession("", {}); }).empty());
    QVERIFY(QDir(folder.path()).isEmpty());
  }

  // Each row fails if that file is taken, or refused without naming file, thing, value and what is allowed.
  void badFilesAreNamed_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QStringList>("named");
    const auto row = [](const char* name, const std::string& bytes, const QStringList& named) {
      QTest::newRow(name) << QByteArray::fromStdString(bytes) << named;
    };
    row("empty", "", {"not JSON"});
    row("cut short", R"({"keyhole": 1, "settings": {)", {"not JSON"});
    row("not UTF-8", "{\"keyhole\": 1, \"title\": \"\xff\"}", {"not JSON"});
    row("number beyond doubles", withSettings(R"("fit.rho": 1e999)"), {"not JSON"});
    row("a list", "[1]", {"not a JSON object"});
    row("no format", R"({"settings": {}})", {"\"keyhole\""});
    row("format as text", R"({"keyhole": "1"})", {"\"keyhole\""});
    row("newer format", R"({"keyhole": 2})", {"format 2", "allowed: 1"});
    row("format 0", R"({"keyhole": 0})", {"format 0", "allowed: 1"});
    row("huge format", R"({"keyhole": 18446744073709551615})", {"format 18446744073709551615"});
    row("unknown entry", R"({"keyhole": 1, "colour": 2})", {"\"colour\""});
    row("settings as a list", R"({"keyhole": 1, "settings": []})", {"settings are not an object"});
    row("title as a number", R"({"keyhole": 1, "title": 3})", {"title is not a text"});
    row("recording as a text", R"({"keyhole": 1, "recording": "a"})", {"no object with the entry"});
    row("recording without a hash", R"({"keyhole": 1, "recording": {}})", {"no object with the entry"});
    row("short hash", R"({"keyhole": 1, "recording": {"hash": "12ab"}})", {"\"12ab\"", "16 hexadecimal"});
    row("hash as a number", R"({"keyhole": 1, "recording": {"hash": 7}})", {"is 7;", "16 hexadecimal"});
    row("unknown key", withSettings(R"("teacher.sise": 3)"), {"\"teacher.sise\"", "teacher.size"});
    row("text for a number", withSettings(R"("fit.rho": "1")"), {"fit.rho is \"1\"", "from 0 to 1e+06"});
    row("number for a flag", withSettings(R"("fit.use_input": 1)"), {"fit.use_input is 1", "true or false"});
    row("flag for an integer", withSettings(R"("teacher.size": true)"),
        {"teacher.size is true", "2 to 1000000"});
    row("null", withSettings(R"("teacher.size": null)"), {"teacher.size is null", "2 to 1000000"});
    row("object", withSettings(R"("teacher.size": {"a": 1})"), {"teacher.size is an object", "2 to 1000000"});
    row("number for a text", withSettings(R"("teacher.file": 3)"), {"teacher.file is 3", "text"});
    row("below the range", withSettings(R"("teacher.size": 1)"), {"teacher.size is 1;", "2 to 1000000"});
    row("above the range", withSettings(R"("simulation.alpha": 1.5)"), {"simulation.alpha is 1.5", "to 1"});
    row("half a unit", withSettings(R"("teacher.size": 40.5)"), {"teacher.size is 40.5", "whole number"});
    row("beyond integers", withSettings(R"("teacher.seed": 18446744073709551615)"),
        {"teacher.seed is 18446744073709551615"});
    row("unknown choice", withSettings(R"("fit.phi": "relu")"), {"fit.phi is relu", "same, linear, tanh"});
  }
  void badFilesAreNamed() {
    QFETCH(QByteArray, bytes);
    QFETCH(QStringList, named);
    const std::string message = refusal([&] { parseSession(bytes.toStdString(), "mine.keyhole"); });
    const bool helps = contains(message, "allowed") || contains(message, "nearest");
    QVERIFY2(message.starts_with("mine.keyhole") && helps && isOneSentence(message), message.c_str());
    for (const QString& part : named) QVERIFY2(contains(message, part.toStdString()), message.c_str());
  }

  // Fails if naming a deeply nested value in the message exhausts the stack.
  void deepNestingIsRefused() {
    const std::size_t depth = 1000000;
    const std::string nested = std::string(depth, '[') + std::string(depth, ']');
    QVERIFY(contains(refusal([&] { parseSession(withSettings("\"teacher.size\": " + nested), "x"); }),
                     "teacher.size is a list; allowed"));
    for (const std::string& bytes :
         {nested, "{\"keyhole\": " + nested + "}", "{\"keyhole\": 1, \"title\": " + nested + "}"})
      QVERIFY(!refusal([&] { parseSession(bytes, "x"); }).empty());
  }

  // Fails if damaged bytes do anything but load or be refused (refusal() lets all else through), or load as
  // something that does not save and load again as itself.
  void damagedBytesAreReadOrRefused() {
    int readable = 0, refused = 0;
    for (std::uint64_t draw = 0; draw < 600; ++draw) {
      const std::string bytes = mutated(sessionBytes({randomSettings(draw % 7), "title ü", "bGF5"}), draw);
      Session session;
      const std::string message = refusal([&] { session = parseSession(bytes, "x"); });
      if (!message.empty()) {
        ++refused;
        continue;
      }
      ++readable;
      QCOMPARE(parseSession(sessionBytes(session), "x").settings, session.settings);
    }
    QVERIFY2(readable > 50 && refused > 200, qPrintable(QString("%1 and %2").arg(readable).arg(refused)));
  }

  // Fails if the command line's name is looked up in the wrong place, or a wrong one is not helped along.
  void presetOrSessionFindsBoth() {
    QCOMPARE(presetOrSession("chain").settings, preset("chain").settings);
    QCOMPARE(presetOrSession("chain").title, preset("chain").title);
    saveSession(path("mine.keyhole"), {randomSettings(5), "mine", ""});
    QCOMPARE(presetOrSession(path("mine.keyhole")).settings, randomSettings(5));
    const std::string message = refusal([&] { presetOrSession("chian"); });
    QVERIFY2(contains(message, "\"chian\"") && contains(message, "chain, "), message.c_str());
    QVERIFY(contains(refusal([&] { loadSession(path("none.keyhole")); }), "none.keyhole"));
  }

 private:
  std::string path(const char* name) const { return m_folder.filePath(name).toStdString(); }

  QTemporaryDir m_folder;
};

KEYHOLE_TEST(TestSession)

}  // namespace tst_session

#include "tst_session.moc"
