// The document's history and files.
#include "app/document.h"
#include "app/file_actions.h"
#include "app/recent_files.h"
#include "app/unsaved_sessions.h"
#include "core/common/error.h"
#include "tests/support/test_registry.h"

#include <QFile>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

namespace tst_document {

using namespace keyhole;

namespace {

const QString fraction = QStringLiteral("observation.fraction");

double seen(const Document& document) {
  return document.settings().number("observation.fraction");
}

QByteArray bytesOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

class TestDocument : public QObject {
  Q_OBJECT

 private slots:
  void oneGestureIsOneUndoEntry();
  void separateGesturesStaySeparate();
  void gesturesOfDifferentSettingsStaySeparate();
  void aGestureThatEndsWhereItBeganLeavesNoEntry();
  void undoTakesTheSameRoadAsTheChange();
  void aValueThatIsNotAllowedChangesNothing();
  void commandsAreNamedAfterTheSetting();
  void presetIsOneUndoEntry();
  void anotherTeacherIsAnotherTitle();
  void newSeedChangesOnlyTheSeed();
  void saveAndOpenGiveTheSameSessionAndTheSameBytes();
  void openingAnUnreadableFileKeepsTheDocument();
  void unwritableFileKeepsTheDocumentModified();
  void recentFilesAreNewestFirstWithoutRepetition();
  void unsavedWorkSurvivesNew();
  void anUnsavedCopyCutShortIsPassedOver();
  void droppedRecordingIsOneUndoEntryAndAllOfItIsSeen();
};

void TestDocument::oneGestureIsOneUndoEntry() {
  Document document;
  const double before = seen(document);
  for (const double value : {0.1, 0.2, 0.3}) document.changeSetting(fraction, value, 1);
  QCOMPARE(document.history().count(), 1);
  QCOMPARE(seen(document), 0.3);
  document.history().undo();
  QCOMPARE(seen(document), before);
  document.history().redo();
  QCOMPARE(seen(document), 0.3);
}

void TestDocument::separateGesturesStaySeparate() {
  Document document;
  document.changeSetting(fraction, 0.1, 1);
  document.changeSetting(fraction, 0.2, 1);
  document.changeSetting(fraction, 0.3, 2);
  document.changeSetting(fraction, 0.4, 2);
  QCOMPARE(document.history().count(), 2);
  document.history().undo();
  QCOMPARE(seen(document), 0.2);
}

void TestDocument::gesturesOfDifferentSettingsStaySeparate() {
  // Every control counts its own gestures, so two controls can use the same number.
  Document document;
  document.changeSetting(fraction, 0.1, 1);
  document.changeSetting("fit.rho", 0.5, 1);
  QCOMPARE(document.history().count(), 2);
}

void TestDocument::aGestureThatEndsWhereItBeganLeavesNoEntry() {
  Document document;
  const double before = seen(document);
  document.changeSetting(fraction, 0.1, 1);
  document.changeSetting(fraction, before, 1);
  QCOMPARE(document.history().count(), 0);
  QCOMPARE(seen(document), before);
  QVERIFY(!document.isModified());
}

void TestDocument::undoTakesTheSameRoadAsTheChange() {
  Document document;
  QSignalSpy changes(&document, &Document::settingsChanged);
  document.changeSetting(fraction, 0.1, 1);
  document.history().undo();
  QCOMPARE(changes.size(), 2);
  QCOMPARE(changes[0][0].toStringList(), QStringList(fraction));
  QCOMPARE(changes[1][0].toStringList(), QStringList(fraction));
}

void TestDocument::aValueThatIsNotAllowedChangesNothing() {
  Document document;
  const double before = seen(document);
  QVERIFY_EXCEPTION_THROWN(document.changeSetting(fraction, 7.0, 1), InputError);
  QCOMPARE(seen(document), before);
  QCOMPARE(document.history().count(), 0);
}

void TestDocument::commandsAreNamedAfterTheSetting() {
  Document document;
  document.changeSetting("fit.rho", 0.5, 1);
  QCOMPARE(document.history().undoText(), QString("Change ridge ρ"));
}

void TestDocument::presetIsOneUndoEntry() {
  Document document;
  document.changeSetting(fraction, 0.3, 1);
  const Settings before = document.settings();
  const Preset& chosen = preset("figure-3");
  document.applyPreset(chosen);
  QCOMPARE(document.history().count(), 2);
  QVERIFY(document.settings() == chosen.settings);
  QCOMPARE(document.title(), QString::fromStdString(chosen.title));
  document.history().undo();
  QVERIFY(document.settings() == before);
  QCOMPARE(document.title(), QString());
}

// Fails if the window goes on calling another teacher's experiment by the preset's name.
void TestDocument::anotherTeacherIsAnotherTitle() {
  QTemporaryDir folder;
  Document document;
  document.applyPreset(preset("figure-3"));
  const QString title = document.title();
  document.changeSetting("teacher.kind", std::string("chain"), 1);
  QCOMPARE(document.title(), QString("chain teacher"));
  document.history().undo();
  QCOMPARE(document.title(), title);
  const QString path = folder.filePath("mine.keyhole");
  document.saveSession(path, "");
  document.changeSetting("teacher.kind", std::string("chain"), 2);
  QCOMPARE(document.displayName(), QString("mine.keyhole"));
  document.history().undo();
  QCOMPARE(document.path(), path);
}

void TestDocument::newSeedChangesOnlyTheSeed() {
  Document document;
  QSignalSpy changes(&document, &Document::settingsChanged);
  document.newSeed();
  QCOMPARE(changes[0][0].toStringList(), QStringList("teacher.seed"));
  document.changeSetting("teacher.seed", static_cast<long long>(settingRow("teacher.seed").maximum), 1);
  document.newSeed();  // at the end of its range it begins again
  QCOMPARE(document.settings().number("teacher.seed"), settingRow("teacher.seed").minimum);
}

void TestDocument::saveAndOpenGiveTheSameSessionAndTheSameBytes() {
  QTemporaryDir folder;
  const QString first = folder.filePath("a.keyhole"), second = folder.filePath("b.keyhole");
  Document document;
  document.applyPreset(preset("figure-3"));
  document.changeSetting(fraction, 0.123, 1);
  document.saveSession(first, "layout");
  QVERIFY(!document.isModified());
  Document other;
  other.openSession(first);
  QVERIFY(other.settings() == document.settings());
  QCOMPARE(other.title(), document.title());
  QCOMPARE(other.displayName(), QString("a.keyhole"));
  QVERIFY(!other.isModified());
  other.saveSession(second, other.layout());
  QVERIFY(!bytesOf(first).isEmpty());
  QCOMPARE(bytesOf(second), bytesOf(first));
}

void TestDocument::openingAnUnreadableFileKeepsTheDocument() {
  QTemporaryDir folder;
  QFile file(folder.filePath("broken.keyhole"));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write("{\"settings\": ");
  file.close();
  Document document;
  document.changeSetting(fraction, 0.3, 1);
  QVERIFY_EXCEPTION_THROWN(document.openSession(file.fileName()), InputError);
  QCOMPARE(seen(document), 0.3);
  QCOMPARE(document.history().count(), 1);
}

void TestDocument::unwritableFileKeepsTheDocumentModified() {
  Document document;
  document.changeSetting(fraction, 0.3, 1);
  QVERIFY_EXCEPTION_THROWN(document.saveSession("/no such folder/a.keyhole", QString()), InputError);
  QVERIFY(document.isModified());
  QVERIFY(document.path().isEmpty());
}

void TestDocument::recentFilesAreNewestFirstWithoutRepetition() {
  QTemporaryDir folder;
  QSettings preferences(folder.filePath("preferences.ini"), QSettings::IniFormat);
  RecentFiles recent(preferences);
  for (int i = 0; i < 15; ++i) recent.add(folder.filePath(QString::number(i)));
  recent.add(folder.filePath("12"));
  QCOMPARE(recent.paths().size(), RecentFiles::most);
  QCOMPARE(recent.paths()[0], folder.filePath("12"));
  QCOMPARE(recent.paths()[1], folder.filePath("14"));
  QCOMPARE(recent.paths().count(folder.filePath("12")), 1);
}

void TestDocument::unsavedWorkSurvivesNew() {
  // Fails if anything that was not saved could be lost without a question being asked.
  QTemporaryDir folder;
  QSettings preferences(folder.filePath("preferences.ini"), QSettings::IniFormat);
  RecentFiles recent(preferences);
  auto unsaved = std::make_unique<UnsavedSessions>(folder.filePath("unsaved"));
  Document document;
  QWidget window;
  FileActions files(document, recent, *unsaved, window, [] { return QString("layout"); });
  QVERIFY(!files.hasUnsavedCopy());
  document.changeSetting(fraction, 0.3, 1);
  files.startNew();
  QVERIFY(seen(document) != 0.3);
  QVERIFY(files.hasUnsavedCopy());
  files.restoreLast();
  QCOMPARE(seen(document), 0.3);
  QVERIFY(document.isModified());
  QVERIFY(!files.hasUnsavedCopy());
  const UnsavedSessions later(folder.filePath("unsaved"));
  QVERIFY(!later.takeNewest());  // somebody works on it
  unsaved.reset();               // the program ended
  QVERIFY(later.takeNewest());
}

void TestDocument::anUnsavedCopyCutShortIsPassedOver() {
  QTemporaryDir folder;
  Document document;
  document.changeSetting(fraction, 0.3, 1);
  QCOMPARE(UnsavedSessions(folder.path()).keep(document.session(QString())), QString());
  QFile cut(folder.filePath("99999999-cut.keyhole"));
  QVERIFY(cut.open(QIODevice::WriteOnly));
  cut.write("{\"set");
  cut.close();
  UnsavedSessions later(folder.path());
  const auto copy = later.takeNewest();
  QVERIFY(copy && copy->session.settings == document.settings());
}

void TestDocument::droppedRecordingIsOneUndoEntryAndAllOfItIsSeen() {
  QTemporaryDir folder;
  QFile file(folder.filePath("recording.csv"));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write("1,2\n2,1\n3,5\n4,4\n");
  file.close();
  QFile square(folder.filePath("square.csv"));
  QVERIFY(square.open(QIODevice::WriteOnly));
  square.write("0,0.5\n0.25,0\n");
  square.close();
  QSettings preferences(folder.filePath("preferences.ini"), QSettings::IniFormat);
  RecentFiles recent(preferences);
  UnsavedSessions unsaved(folder.filePath("unsaved"));
  Document document;
  QWidget window;
  FileActions files(document, recent, unsaved, window, [] { return QString(); });
  files.open(file.fileName());
  QCOMPARE(document.history().count(), 1);
  QCOMPARE(document.settings().text("teacher.kind"), std::string("recording"));
  QCOMPARE(document.settings().text("teacher.file"), file.fileName().toStdString());
  QCOMPARE(seen(document), 1.0);
  files.open(square.fileName());
  QCOMPARE(document.settings().text("teacher.kind"), std::string("imported"));
  QCOMPARE(recent.paths(), QStringList({square.fileName(), file.fileName()}));
}

KEYHOLE_TEST(TestDocument)

}  // namespace tst_document

#include "tst_document.moc"
