// Tests core/io/formats.h: the table of formats, and how a file and a place in it are found.
#include "core/io/delimited.h"
#include "core/io/file_place.h"
#include "core/io/formats.h"
#include "core/io/npy.h"
#include "core/io/recording_file.h"
#include "tests/io/files.h"
#include "tests/io/written_table.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <filesystem>
#include <map>
#include <zip.h>

namespace tst_formats {

using namespace keyhole;
using namespace keyhole::test;

namespace {

void writeNpz(const std::string& path, const std::map<std::string, std::string>& members) {
  int error = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  for (const auto& [name, bytes] : members)
    zip_file_add(archive, name.c_str(), zip_source_buffer(archive, bytes.data(), bytes.size(), 0), 0);
  zip_close(archive);
}

}  // namespace

class TestFormats : public QObject {
  Q_OBJECT

 private slots:
  // np.savez keeps a number alone as an array without an axis. Fails if it spoils the recording beside it.
  void numbersAloneInArchives() {
    const Matrix values = tableNumbers();
    std::string rate = npyBytes(Matrix::Constant(1, 1, 50));
    rate.replace(rate.find("(1, 1)"), 6, "(),   ");
    const std::string file = m_files.path("alone.npz");
    writeNpz(file, {{"spikes.npy", npyBytes(values)}, {"fs.npy", rate}});
    const Recording recording = readRecording(file);
    COMPARE_MATRICES(recording.activity, Matrix(values.transpose()), 0.0);
    QCOMPARE(recording.interval, 0.02);
    // A step beside it is told, and not taken: its unit is not known.
    writeNpz(file, {{"spikes.npy", npyBytes(values)}, {"dt.npy", rate}});
    const Recording stepped = readRecording(file);
    QCOMPARE(stepped.interval, 0.0);
    QVERIFY2(notesOf(stepped).contains("alone.npz:dt is 50, perhaps the time between two samples"),
             qPrintable(notesOf(stepped)));
  }

  void foldersOfSortedSpikes() {
    createFolder(m_files.path("phy"));
    m_files.with("phy/spike_times.npy", npyBytes(Matrix::Ones(9, 1)));
    const QString sentence = refusal([&] { readRecording(m_files.path("phy")); });
    QVERIFY2(isSentence(sentence, "folder of sorted spikes (spike_times.npy)"), qPrintable(sentence));
  }

  // Every row can be found by its own ending, and all endings are in the lists. Fails if two rows share one.
  void everyRow() {
    std::size_t endings = 0;
    for (const auto& format : formats()) {
      QVERIFY(format.matches && format.contents && format.read);
      for (const auto& extension : format.extensions) {
        ++endings;
        QCOMPARE(QString(formatOf(m_files.path("missing" + extension)).name), QString(format.name));
        QVERIFY(QString::fromStdString(extensionList()).contains(QString::fromStdString(extension)));
        QVERIFY(
            QString::fromStdString(extensionPatterns()).contains("*" + QString::fromStdString(extension)));
      }
    }
    QCOMPARE(QString::fromStdString(extensionPatterns()).split(' ').size(), static_cast<qsizetype>(endings));
  }

  // Content decides, the ending only breaks ties.
  void contentDecides() {
    const std::string bytes = npyBytes(tableNumbers());
    for (const char* name : {"a.npy", "a.csv", "a.dat", "a"}) {
      const std::string path = m_files.with(name, bytes);
      COMPARE_MATRICES(readMatrixFile(path), tableNumbers(), 0.0);
      QCOMPARE(QString::fromStdString(fileContents(path).format), QString("NumPy array"));
    }
    const QString sentence = refusal([&] { formatOf(m_files.with("a.docx", "hello")); });
    QVERIFY2(isSentence(sentence, "a.docx") && sentence.contains(QString::fromStdString(extensionList())),
             qPrintable(sentence));
  }

  // FILE:PATH. Fails if a colon in a name or in a page parts at the wrong place.
  void places() {
    const std::string file = m_files.with("x.mat", "x"), odd = m_files.with("mouse:3.npy", "x");
    const auto parted = [](const std::string& text) {
      const FilePlace place = parsePlace(text);
      return std::pair(place.file, place.path);
    };
    QVERIFY(parted(file) == std::pair(file, std::string()));
    QVERIFY(parted(odd) == std::pair(odd, std::string()));
    QVERIFY(parted(odd + ":x") == std::pair(odd, std::string("x")));
    QVERIFY(parted(file + ":D(2).x[:,:,3]") == std::pair(file, std::string("D(2).x[:,:,3]")));
    QVERIFY(parted("none.mat:a[:,:,1]") == std::pair(std::string("none.mat"), std::string("a[:,:,1]")));
    QVERIFY(parted("figure-3") == std::pair(std::string("figure-3"), std::string()));
  }

  // Names with points, groups within groups, lists; what is not there is answered with what is.
  void resolved() {
    FileNode root, group, array, list;
    array.kind = FileNode::Kind::numbers;
    array.shape = {5, 2};
    array.type = "double";
    list.kind = FileNode::Kind::cells;
    list.children = {array, array, array};
    list.name = "list";
    group.kind = root.kind = FileNode::Kind::group;
    group.type = "group";
    group.name = "a.b";
    array.name = "x";
    group.children = {array, list};
    array.name = "a";
    root.children = {group, array};
    const auto count = [&](const std::string& path) { return placedArrays(root, "f.h5", path).nodes.size(); };
    QCOMPARE(count("a"), std::size_t{1});
    QCOMPARE(count("a.b/x"), std::size_t{1});
    QCOMPARE(count("/a.b/x"), std::size_t{1});
    QCOMPARE(count("a.b/list"), std::size_t{3});
    QCOMPARE(count("a.b/list(2)"), std::size_t{1});
    QVERIFY(placedArrays(root, "f.h5", "a[:,:,4]").pages == std::vector<std::uint64_t>{3});
    for (const auto& [path, says] : {std::pair{"b", "holds no variable \"b\"; allowed: a.b"},
                                     {"a.b/y", "f.h5:a.b holds no member"},
                                     {"a.b", "allowed: one of its members"},
                                     {"a/x", "has no member"},
                                     {"a.b/list(9)", "allowed: 1 to 3"},
                                     {"a.b/list(0)", "no number from 1"},
                                     {"a.b/list(", "no number from 1"},
                                     {"a.b/list(1", "not closed"},
                                     {"a.b/list(99999999999999999999999)", "no number from 1"},
                                     {"a[:,:,", "page that is not understood"},
                                     {"a[2]", "page that is not understood"}}) {
      const QString sentence = refusal([&, p = path] { placedArrays(root, "f.h5", p); });
      QVERIFY2(isSentence(sentence, "f.h5") && sentence.contains(says), qPrintable(sentence));
    }
  }

  // Three dimensions of .npy: the last axis counts trials, in either order of memory.
  void pagesOfNpy() {
    std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3, 2), }";
    header.resize(117, ' ');
    std::string bytes("\x93NUMPY\x01\x00\x76\x00", 10);
    bytes += header + "\n";
    for (int i = 0; i < 12; ++i) {
      const double value = i;
      bytes.append(reinterpret_cast<const char*>(&value), 8);
    }
    const std::string path = m_files.with("three.npy", bytes);
    const FileData data = readFileData(path);
    QCOMPARE(data.trials.size(), std::size_t{2});
    COMPARE_MATRICES(data.trials[0], (Matrix(2, 3) << 0, 2, 4, 6, 8, 10).finished(), 0.0);
    COMPARE_MATRICES(readMatrixFile(path + ":[:,:,2]"), (Matrix(2, 3) << 1, 3, 5, 7, 9, 11).finished(), 0.0);
    QVERIFY(isSentence(refusal([&] { readMatrixFile(path); }), "has 2 trials"));
  }

  // A folder as Suite2p writes it: cells alone, time in rows.
  void suite2p() {
    const std::string folder = m_files.path("plane0");
    createFolder(folder);
    const Matrix F = tableNumbers(40, 4).transpose();
    writeNpy(folder + "/F.npy", F);
    writeNpy(folder + "/iscell.npy", (Matrix(4, 2) << 1, 0.9, 0, 0.2, 1, 0.8, 1, 0.7).finished());
    const std::string options(
        "\x80\x04\x95}\x94\x8c\x02"
        "fs\x94G@>\0\0\0\0\0\0u.",
        24);
    writeFileAtomically(folder + "/ops.npy", options);
    const Recording recording = readRecording(folder);
    QCOMPARE(recording.activity.rows(), Index{3});
    COMPARE_MATRICES(Matrix(recording.activity.row(1)), Matrix(F.row(2)), 0.0);
    QCOMPARE(recording.interval, 1.0 / 30);
    QVERIFY(recording.notes.size() == 3 &&
            recording.notes[0].find("3 of 4 regions are cells") != std::string::npos);
    QVERIFY(isSentence(refusal([&] { readRecording(folder + ":spikes"); }), "allowed: F, Fneu, spks"));
    QCOMPARE(fileContents(folder).arrays.size(), std::size_t{1});
    // What is not there is said: the rate, the choice of cells. The array by itself names the folder.
    QVERIFY(QString::fromStdString(readFileData(folder + "/F.npy").notes.front()).contains(":F is read so"));
    writeFileAtomically(folder + "/ops.npy", "nothing");
    QVERIFY(QString::fromStdString(readRecording(folder).notes.back()).contains("not understood"));
    std::filesystem::remove(folder + "/ops.npy");
    std::filesystem::remove(folder + "/iscell.npy");
    const Recording bare = readRecording(folder);
    QCOMPARE(bare.activity.rows(), Index{4});
    QVERIFY(bare.notes.front().find("no iscell.npy: all 4 regions") != std::string::npos);
    QVERIFY(bare.notes.back().find("no ops.npy") != std::string::npos);
    // The only one in the folder above is taken, and that is said; of several the sentence names them.
    const Recording only = readRecording(m_files.path(""));
    QVERIFY(only.activity == bare.activity);
    QVERIFY(only.notes.front().find("holds one Suite2p folder") != std::string::npos);
    createFolder(m_files.path("plane1"));
    writeNpy(m_files.path("plane1/F.npy"), F);
    const QString above = refusal([&] { readRecording(m_files.path("")); });
    QVERIFY2(isSentence(above, "plane0") && above.contains("allowed: one of"), qPrintable(above));
  }

  // A long table by its beginning: the same numbers, whatever the line ends, and about as many rows as there
  // are. Fails if a line that was cut is read as a shorter number.
  void beginnings() {
    const Matrix X = tableNumbers(4000, 3);
    const auto before = [](Index i) { return toText(static_cast<double>(i) / 8) + ","; };
    for (const std::string end : {"\n", "\r\n", "\r"})
      for (const std::size_t width : {1, 2}) {
        std::string text = written(X, {.end = end, .header = "time (s),a,b,c" + end, .before = before});
        if (width > 1) text = widened(text, width, false, true);
        const std::string path = m_files.with("long.csv", text);
        for (const std::size_t bytes : {20'001, 20'003, 20'010}) {
          const TableBeginning some = readDelimitedBeginning(path, {}, bytes);
          const Index rows = some.table.values.rows();
          QVERIFY(rows > 200 && rows < 1500);
          COMPARE_MATRICES(some.table.values, Matrix(X.topRows(rows)), 0.0);
          QCOMPARE(some.table.interval, 0.125);
          // Rows are of about the same length, those with a longer time by a few characters.
          QVERIFY(std::abs(static_cast<double>(some.rows) - 4000) < 400);
        }
        QCOMPARE(readDelimitedBeginning(path, {}, text.size()).rows, Index{4000});
      }
    QVERIFY(!beginningOfFileData(m_files.path("long.csv"), {.timeInColumns = true}));
    QCOMPARE(beginningOfFileData(m_files.path("long.csv"))->rows, Index{4000});
  }

  // Many more neurons than time points: the hint.
  void wideTables() {
    const std::string path = m_files.with("wide.csv", written(tableNumbers(4, 60)));
    QVERIFY(QString::fromStdString(readRecording(path).notes.back()).contains("--transpose"));
    QVERIFY(readRecording(path, {true}).notes.empty());
  }

 private:
  Files m_files;
};

KEYHOLE_TEST(TestFormats)

}  // namespace tst_formats

#include "tst_formats.moc"
