// Unsaved sessions among several running programs: this one starts itself again as others that keep, offer or
// restore sessions in the same folder, and kills them.
#include "app/unsaved_sessions.h"
#include "core/experiment/settings/presets.h"

#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QTextStream>

#include <csignal>

using namespace keyhole;

namespace {

constexpr int kPatience = 30000;  // ms; an upper bound, not a measure

Session sessionOf(const char* title) {
  return {preset("figure-3").settings, title, ""};
}

// What the other program does: one word of what came of it, then it lives on until its input ends.
int runOther(const QString& deed, const QString& folder) {
  UnsavedSessions sessions(folder);
  QTextStream out(stdout);
  if (deed == "keep") {
    out << (sessions.keep(sessionOf("theirs")).isEmpty() ? "kept" : "failed") << Qt::endl;
  } else if (deed == "offer") {
    const QString path = sessions.offer();
    out << (path.isEmpty() ? "nothing" : "offered") << Qt::endl;
  } else {
    const auto copy = sessions.takeNewest();
    out << (copy ? "took" : "nothing") << Qt::endl;
  }
  QTextStream(stdin).readLine();
  return 0;
}

// Another running program.
struct Other {
  QProcess process;

  Other(const QString& deed, const QString& folder) {
    process.start(QCoreApplication::applicationFilePath(), {"--other", deed, folder});
  }
  QString answer() {
    while (!process.canReadLine())
      if (!process.waitForReadyRead(kPatience)) return "no answer";
    return QString::fromUtf8(process.readLine()).trimmed();
  }
  // As if the power went: nothing of it runs any more, no destructor, no handler.
  bool crash() {
    ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
    return process.waitForFinished(kPatience) && process.exitStatus() == QProcess::CrashExit;
  }
  bool quit() {
    process.closeWriteChannel();
    return process.waitForFinished(kPatience) && process.exitStatus() == QProcess::NormalExit;
  }
};

}  // namespace

class TestUnsavedSessions : public QObject {
  Q_OBJECT

 private slots:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }

  // Fails if a second program takes, offers or deletes the session of one that is still running, or if the
  // first cannot write it again.
  void aRunningProgramKeepsItsOwn() {
    UnsavedSessions own(m_folder->path());
    QCOMPARE(own.keep(sessionOf("ours")), QString());
    Other second("keep", m_folder->path());
    QCOMPARE(second.answer(), QString("kept"));
    QCOMPARE(copies().size(), 2);
    for (const char* deed : {"offer", "take"}) {
      Other third(deed, m_folder->path());
      QCOMPARE(third.answer(), QString("nothing"));
      QVERIFY(third.quit());
    }
    QVERIFY(!own.takeNewest() && own.offer().isEmpty());
    QCOMPARE(own.keep(sessionOf("ours, later")), QString());
    QCOMPARE(copies().size(), 2);
    QVERIFY(second.quit());
  }

  // Fails if what a killed program left is lost, is held by its ghost, or is another session.
  void aCrashLeavesItToTheNext() {
    Other first("keep", m_folder->path());
    QCOMPARE(first.answer(), QString("kept"));
    UnsavedSessions own(m_folder->path());
    QVERIFY(!own.takeNewest());
    QVERIFY(first.crash());
    auto copy = own.takeNewest();
    QVERIFY(copy);
    QCOMPARE(copy->session.title, std::string("theirs"));
    QVERIFY(copy->session.settings == sessionOf("theirs").settings);
    {
      Other late("take", m_folder->path());  // while this one restores it
      QCOMPARE(late.answer(), QString("nothing"));
      QVERIFY(late.quit());
    }
    UnsavedSessions::discard(std::move(*copy));
    QVERIFY(everything().isEmpty());
  }

  // Fails if two programs that start at once are both offered the session that a third one left, or neither
  // is, or if it is offered again to a later one, or can no longer be had without an offer.
  void itIsOfferedOnceToOne() {
    Other crashed("keep", m_folder->path());
    QCOMPARE(crashed.answer(), QString("kept"));
    QVERIFY(crashed.crash());
    Other one("offer", m_folder->path()), two("offer", m_folder->path());
    QStringList answers = {one.answer(), two.answer()};
    std::sort(answers.begin(), answers.end());
    QCOMPARE(answers, QStringList({"nothing", "offered"}));
    QVERIFY(one.crash() && two.quit());
    Other later("offer", m_folder->path());
    QCOMPARE(later.answer(), QString("nothing"));
    QVERIFY(later.quit());
    QVERIFY(UnsavedSessions(m_folder->path()).takeNewest());
  }

  // Fails if a program that ends as it should keeps its session from the next one, or leaves its lock.
  void anEndGivesItFree() {
    Other first("keep", m_folder->path());
    QCOMPARE(first.answer(), QString("kept"));
    QVERIFY(first.quit());
    QCOMPARE(everything().size(), 1);
    QVERIFY(!UnsavedSessions(m_folder->path()).offer().isEmpty());
  }

  // Fails if the copies of running programs are cleared away with the old ones, or those pile up.
  void onlyOldOnesAreClearedAway() {
    Other first("keep", m_folder->path());
    QCOMPARE(first.answer(), QString("kept"));
    const QString theirs = copies().first();
    for (int i = 0; i < UnsavedSessions::most + 3; ++i)
      QCOMPARE(UnsavedSessions(m_folder->path()).keep(sessionOf("old")), QString());
    QVERIFY(copies().contains(theirs));
    QVERIFY(copies().size() <= UnsavedSessions::most + 2);
    QVERIFY(first.quit());
  }

 private:
  QStringList copies() const { return QDir(m_folder->path()).entryList({"*.keyhole"}, QDir::Files); }
  QStringList everything() const { return QDir(m_folder->path()).entryList(QDir::Files); }

  std::unique_ptr<QTemporaryDir> m_folder;
};

int main(int argc, char** argv) {
  QCoreApplication application(argc, argv);
  const QStringList arguments = QCoreApplication::arguments();
  if (arguments.value(1) == "--other") return runOther(arguments.value(2), arguments.value(3));
  TestUnsavedSessions test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_unsaved_sessions.moc"
