// The import window: what is in a file, guesses that can be changed, a picture of what would be read, and
// nothing taken over before "Use".
#include "app/file_actions.h"
#include "app/import_picture.h"
#include "app/import_window.h"
#include "app/message_strip.h"
#include "core/common/random.h"
#include "core/io/file_bytes.h"
#include "core/io/npy.h"
#include "tests/app/window_bench.h"
#include "tests/support/test_registry.h"
#include "widgets/controls/setting_control.h"

#include <QApplication>
#include <QComboBox>
#include <QDropEvent>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QTreeWidget>
#include <matio.h>
#include <qcustomplot.h>

#include <filesystem>

namespace tst_import_window {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Theme plainTheme() {
  return Theme::of(QPalette(), QFont());
}

struct ImportBench {
  QTemporaryDir folder;
  std::unique_ptr<ImportWindow> window;

  QString file(const char* name, const Matrix& rows) {
    writeNpy(folder.filePath(name).toStdString(), rows);
    return folder.filePath(name);
  }
  void open(const QString& path) {
    window = std::make_unique<ImportWindow>(path, Settings(), plainTheme());
    window->show();
  }
  // A picture of the present choices is shown.
  bool settled() {
    return QTest::qWaitFor(
        [this] {
          return (window->preview() && window->preview()->settings == window->settings()) ||
                 !window->problem().isEmpty();
        },
        kPatience);
  }
};

Matrix numbers(Index rows, Index columns) {
  return RandomStream(6, Stream::test).normalMatrix(rows, columns);
}

}  // namespace

class TestImportWindow : public QObject {
  Q_OBJECT

 private slots:
  // Fails if the array is not listed, the picture is of something else, or the settings that are given on are
  // not those that were shown.
  void showsWhatWouldBeRead() {
    ImportBench bench;
    const QString path = bench.file("a.npy", numbers(300, 4));
    bench.open(path);
    QVERIFY(bench.settled());
    QCOMPARE(bench.window->problem(), QString());
    QCOMPARE(bench.window->tree().topLevelItemCount(), 1);
    QVERIFY(bench.window->tree().topLevelItem(0)->text(1).contains("300 x 4"));
    const auto& preview = *bench.window->preview();
    QCOMPARE(preview.units, Index{4});
    QCOMPARE(preview.timePoints, Index{300});
    QCOMPARE(bench.window->picture().traces().graphCount(), 4);
    QSignalSpy used(bench.window.get(), &ImportWindow::used);
    QTest::mouseClick(&bench.window->useButton(), Qt::LeftButton);
    QCOMPARE(used.size(), 1);
    const auto settings = used[0][0].value<Settings>();
    QCOMPARE(settings.text("teacher.file"), path.toStdString());
    QCOMPARE(settings.text("teacher.kind"), std::string("recording"));
  }

  // However it is opened, a file of several arrays is shown for a choice; of one array it is taken. Fails if
  // the window answers with a sentence that only the command line can follow.
  void severalArraysAreOffered() {
    ImportBench bench;
    const std::string two = bench.folder.filePath("two").toStdString();
    createFolder(two);
    writeNpy(two + "/F.npy", numbers(4, 300));
    writeNpy(two + "/spks.npy", numbers(4, 300));
    WindowBench whole{Settings()};
    whole.window.start(QString::fromStdString(two));
    const auto offered = whole.window.findChildren<ImportWindow*>();
    QCOMPARE(offered.size(), 1);
    offered.front()->close();
    QTRY_VERIFY(whole.window.findChildren<ImportWindow*>().isEmpty());
    whole.window.open(bench.file("one.npy", numbers(300, 4)));
    QVERIFY(whole.window.findChildren<ImportWindow*>().isEmpty());
  }

  // Also of one array, if reading it takes a while: nothing of it is read before "Use". Fails if a file that
  // may not fit into memory is fitted by opening it.
  void aLargeFileIsOffered() {
    ImportBench bench;
    const std::string path = bench.file("large.npy", numbers(9, 9)).toStdString();
    std::string bytes = readFileBytes(path);
    const std::string header = bytes.substr(0, bytes.size() - 9 * 9 * sizeof(double));
    std::string large = header;
    large.replace(large.find("(9, 9), }"), 18, "(4000000, 9), }   ");
    writeFileAtomically(path, large);
    std::filesystem::resize_file(path, large.size() + 4'000'000 * 9 * sizeof(double));  // zeros, on no disk
    WindowBench whole{Settings()};
    whole.window.start(QString::fromStdString(path));
    QCOMPARE(whole.window.findChildren<ImportWindow*>().size(), 1);
    QVERIFY(whole.window.document().settings().text("teacher.kind") != "recording");
  }

  // Far more columns than rows: the axes are guessed, said, and can be put back.
  void axesAreGuessed() {
    ImportBench bench;
    bench.open(bench.file("wide.npy", numbers(5, 400)));
    QVERIFY(bench.settled());
    QVERIFY(bench.window->settings().flag("teacher.transpose"));
    QCOMPARE(bench.window->preview()->units, Index{5});
    auto& axes = bench.window->control("teacher.transpose");
    QVERIFY(axes.note().contains("guessed"));
    emit axes.valueEdited("teacher.transpose", false, 1);
    QVERIFY(bench.settled());
    QCOMPARE(bench.window->preview()->units, Index{400});
    QVERIFY(!axes.note().contains("guessed"));
  }

  // An array of structs with neurons x time, as D(n).data has it, in trials of unequal length: only one way
  // round they have the same neurons. Fails if the window refuses it, or lists each trial's name.
  void trialsTellTheAxes() {
    ImportBench bench;
    const QString path = bench.folder.filePath("D.mat");
    mat_t* file = Mat_CreateVer(qPrintable(path), nullptr, MAT_FT_MAT5);
    const char* fields[] = {"data", "condition"};
    std::size_t extents[2] = {1, 3};
    matvar_t* structs = Mat_VarCreateStruct("D", 2, extents, fields, 2);
    for (std::size_t k = 0; k < 3; ++k) {
      std::size_t size[2] = {4, 30 + 5 * k}, letters[2] = {1, 5};
      Matrix data = numbers(4, static_cast<Index>(size[1]));
      Mat_VarSetStructFieldByName(
          structs, "data", k, Mat_VarCreate(nullptr, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, size, data.data(), 0));
      char name[] = "reach";
      Mat_VarSetStructFieldByName(structs, "condition", k,
                                  Mat_VarCreate(nullptr, MAT_C_CHAR, MAT_T_UTF8, 2, letters, name, 0));
    }
    Mat_VarWrite(file, structs, MAT_COMPRESSION_ZLIB);
    Mat_VarFree(structs);
    Mat_Close(file);
    bench.open(path);
    QVERIFY(bench.settled());
    QCOMPARE(bench.window->problem(), QString());
    QCOMPARE(bench.window->preview()->units, Index{4});
    QCOMPARE(bench.window->preview()->bounds, (std::vector<Index>{0, 30, 65, 105}));
    QVERIFY(bench.window->control("teacher.transpose").note().contains("guessed"));
    QCOMPARE(bench.window->findChild<QTreeWidget*>()->topLevelItemCount(), 2);
    // So it is offered also where it is the only recording of its file.
    WindowBench whole{Settings()};
    whole.window.start(path);
    QCOMPARE(whole.window.findChildren<ImportWindow*>().size(), 1);
  }

  // A choice redraws; one that cannot be read is one sentence, and cannot be used.
  void choicesAreDrawn() {
    ImportBench bench;
    bench.open(bench.file("b.npy", numbers(200, 3)));
    QVERIFY(bench.settled());
    emit bench.window->control("recording.bin").valueEdited("recording.bin", 0.1, 1);
    QVERIFY(bench.settled());
    QVERIFY2(bench.window->problem().contains("time between two samples"),
             qPrintable(bench.window->problem()));
    QVERIFY(!bench.window->useButton().isEnabled());
    emit bench.window->control("recording.interval").valueEdited("recording.interval", 0.05, 2);
    QVERIFY(bench.settled());
    QCOMPARE(bench.window->problem(), QString());
    QCOMPARE(bench.window->preview()->timePoints, Index{100});
    QVERIFY(bench.window->useButton().isEnabled());
    emit bench.window->control("recording.split").valueEdited("recording.split", 2.0, 3);
    QVERIFY(bench.settled());
    QCOMPARE(bench.window->preview()->bounds.size(), std::size_t{6});
  }

  // A table has controls of its own, and a clock column gives the time between samples.
  void tablesAreTold() {
    ImportBench bench;
    std::string text = "time (s),a,b\n";
    for (int t = 0; t < 60; ++t)
      text += std::to_string(t) + "e-2," + std::to_string(t % 7) + ".5," + std::to_string(t % 5) + ".25\n";
    writeFileAtomically(bench.folder.filePath("t.csv").toStdString(), text);
    bench.open(bench.folder.filePath("t.csv"));
    QVERIFY(bench.settled());
    QCOMPARE(bench.window->preview()->units, Index{2});
    QVERIFY(bench.window->control("recording.interval").note().contains("0.01 s, by the file"));
    QVERIFY(!bench.window->control("recording.separator").isHidden());
    QVERIFY(!bench.window->preview()->warnings.empty());
  }

  // A table that cannot be told without a choice is read with it. Fails if the choice changes nothing, or the
  // recording that was open before is read in its place.
  void whatTheSentenceAsksForCanBeChosen() {
    ImportBench bench;
    std::string text = "a;b\n";
    for (int t = 0; t < 60; ++t)
      text += "1," + std::to_string(100 + 11 * t % 90) + ";2," + std::to_string(100 + 7 * t % 80) + "\n";
    const QString path = bench.folder.filePath("ambiguous.csv"),
                  before = bench.file("before.npy", numbers(80, 4));
    writeFileAtomically(path.toStdString(), text);
    Settings open;
    open.set("teacher.file", before.toStdString());
    bench.window = std::make_unique<ImportWindow>(path, open, plainTheme());
    bench.window->show();
    QVERIFY(QTest::qWaitFor([&] { return !bench.window->problem().isEmpty(); }, kPatience));
    QVERIFY2(bench.window->problem().contains("--decimal"), qPrintable(bench.window->problem()));
    emit bench.window->control("recording.decimal").valueEdited("recording.decimal", std::string("comma"), 0);
    QVERIFY(QTest::qWaitFor([&] { return bench.window->preview() != nullptr; }, kPatience));
    QCOMPARE(bench.window->preview()->units, Index{2});
    QCOMPARE(bench.window->preview()->timePoints, Index{60});
    QVERIFY(bench.window->useButton().isEnabled());
    QVERIFY(QString::fromStdString(bench.window->settings().text("teacher.file")).contains("ambiguous.csv"));
  }

  // What is no data says so in the window.
  void aFileThatIsNoneIsRefused() {
    ImportBench bench;
    writeFileAtomically(bench.folder.filePath("x.npy").toStdString(), "no numbers");
    bench.open(bench.folder.filePath("x.npy"));
    QVERIFY(QTest::qWaitFor([&] { return !bench.window->problem().isEmpty(); }, kPatience));
    QVERIFY(bench.window->problem().contains("x.npy"));
    QVERIFY(!bench.window->useButton().isEnabled());
  }

  // Another array, or another reading of a table, has axes of its own. Fails if what was guessed of the one
  // that was shown before is said of this one, or used for it.
  void guessesGoWithWhatTheyWereMadeOf() {
    ImportBench bench;
    const QString path = bench.folder.filePath("t.csv");
    const Matrix values = numbers(5, 300);
    std::string text;
    for (Index unit = 0; unit < 5; ++unit)
      for (Index t = 0; t < 300; ++t) text += std::to_string(values(unit, t)) + (t < 299 ? "," : "\n");
    writeFileAtomically(path.toStdString(), text);
    bench.open(path);
    QVERIFY(bench.settled());
    QVERIFY(bench.window->settings().flag("teacher.transpose"));
    auto& axes = bench.window->control("teacher.transpose");
    QVERIFY(axes.note().contains("guessed"));
    emit bench.window->control("recording.separator")
        .valueEdited("recording.separator", std::string("tab"), 1);
    QVERIFY(bench.settled());
    QVERIFY(!axes.note().contains("guessed"));
    QVERIFY(!bench.window->settings().flag("teacher.transpose"));
    emit bench.window->control("recording.separator")
        .valueEdited("recording.separator", std::string("comma"), 1);
    QVERIFY(bench.settled());
    QVERIFY(axes.note().contains("guessed"));
    QCOMPARE(bench.window->preview()->units, Index{5});
  }

  // A file that is dropped on the real window is offered by the import window; of several, it is said that
  // one is. Fails if the drop is not taken, opens without asking, or others vanish in silence.
  void filesAreDroppedOnTheWindow() {
    Settings settings;
    settings.set("teacher.size", 40LL);
    settings.set("simulation.steps", 500LL);
    settings.set("analysis.limit_runs", 0LL);
    WindowBench bench(settings);
    const QString path = bench.folder.filePath("dropped.npy");
    writeNpy(path.toStdString(), numbers(300, 4));
    const auto drop = [&](const QList<QUrl>& urls) {
      QMimeData data;
      data.setUrls(urls);
      QDragEnterEvent enter(QPoint(200, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
      QApplication::sendEvent(&bench.window, &enter);
      QDropEvent event(QPointF(200, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
      if (enter.isAccepted()) QApplication::sendEvent(&bench.window, &event);
      return enter.isAccepted() && event.isAccepted();
    };
    QVERIFY(!drop({QUrl("https://example.org/a.npy")}));
    QVERIFY(drop({QUrl::fromLocalFile(path)}));
    QCOMPARE(bench.window.findChildren<ImportWindow*>().size(), 1);
    auto* import = bench.window.findChild<ImportWindow*>();
    QVERIFY(QTest::qWaitFor([&] { return import->preview() != nullptr; }, kPatience));
    QCOMPARE(import->preview()->units, Index{4});
    QCOMPARE(bench.window.messages().notice(), QString());
    QVERIFY(bench.window.document().settings().text("teacher.kind") != "recording");
    QVERIFY(drop({QUrl::fromLocalFile(path), QUrl::fromLocalFile(bench.folder.filePath("b.npy"))}));
    QVERIFY(bench.window.messages().notice().contains("2 files were dropped"));
  }

  // Fails if a session keeps no hash of its recording, if the window says nothing when it is opened after the
  // file has changed, or says it again of the session that is saved then.
  void aSessionKnowsItsRecording() {
    Settings settings;
    WindowBench bench(settings);
    const QString path = bench.folder.filePath("r.npy"), saved = bench.folder.filePath("r.keyhole");
    Matrix rows = numbers(300, 4);
    writeNpy(path.toStdString(), rows);
    bench.window.files().openRecording(path);
    QVERIFY(bench.settle());
    bench.window.document().saveSession(saved, {});
    const std::string hash = loadSession(saved.toStdString()).recordingHash;
    QCOMPARE(hash.size(), std::size_t{16});
    const auto reopened = [&](Matrix now) {
      WindowBench again{Settings()};
      writeNpy(path.toStdString(), now);
      again.window.open(saved);
      if (!again.settle()) return QString("no picture");
      const QString notice = again.window.messages().notice();
      again.window.document().saveSession(saved, {});
      return notice;
    };
    QCOMPARE(reopened(rows), QString());
    rows(7, 2) += 1e-9;
    QVERIFY(reopened(rows).contains("has other numbers than when the session was saved"));
    QVERIFY(loadSession(saved.toStdString()).recordingHash != hash);
    QCOMPARE(reopened(rows), QString());
  }

  // Nothing of the document changes before "Use"; then the recording is one entry of the history, and the
  // page of the recording is there.
  void nothingIsReadBeforeUse() {
    Settings settings;
    settings.set("teacher.size", 40LL);
    settings.set("simulation.steps", 500LL);
    settings.set("analysis.limit_runs", 0LL);
    WindowBench bench(settings);
    QVERIFY(bench.settle());
    const QString path = bench.folder.filePath("r.npy");
    writeNpy(path.toStdString(), numbers(300, 4));
    const Settings before = bench.window.document().settings();
    ImportWindow* import = bench.window.files().importRecording(path);
    QVERIFY(QTest::qWaitFor([&] { return import->preview() != nullptr; }, kPatience));
    QVERIFY(bench.window.document().settings() == before);
    QTest::mouseClick(&import->useButton(), Qt::LeftButton);
    QVERIFY(bench.settle());
    QCOMPARE(bench.window.document().settings().text("teacher.file"), path.toStdString());
    QVERIFY(bench.window.shown()->teacher->summary != nullptr);
    QCOMPARE(bench.window.shown()->teacher->summary->units, Index{4});
    bench.window.document().history().undo();
    QVERIFY(bench.window.document().settings() == before);
  }
};

KEYHOLE_TEST(TestImportWindow)

}  // namespace tst_import_window

#include "tst_import_window.moc"
