// Files that are made to mislead, or are not what they were: one sentence, and no more memory than they are
// worth.
#include "core/io/formats.h"
#include "core/io/npy.h"
#include "core/io/recording_file.h"
#include "tests/io/files.h"
#include "tests/io/hdf5_writer.h"
#include "tests/io/written_table.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <zip.h>

namespace tst_hostile_files {

using namespace keyhole;
using namespace keyhole::test;

namespace {

void writeNpz(const std::string& path, const std::string& member, const std::string& bytes) {
  int error = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  zip_file_add(archive, member.c_str(), zip_source_buffer(archive, bytes.data(), bytes.size(), 0), 0);
  zip_close(archive);
}

// All places where `from` stands become `to`, of the same length.
std::string replaced(std::string bytes, const std::string& from, const std::string& to) {
  for (auto at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + to.size()))
    bytes.replace(at, from.size(), to);
  return bytes;
}

std::string fourBytes(std::uint32_t value) {
  return {reinterpret_cast<const char*>(&value), 4};
}

}  // namespace

class TestHostileFiles : public QObject {
  Q_OBJECT

 private slots:
  // A member that says it is far larger than its bytes could become, and one whose array says so.
  void archives() {
    const std::string path = m_files.path("a.npz"), bad = m_files.path("bad.npz");
    const std::string array = npyBytes(tableNumbers(60, 3));
    writeNpz(path, "x.npy", array);
    QCOMPARE(readRecording(path).activity.cols(), Index{60});
    const std::string good = readFileBytes(path);
    const auto size = static_cast<std::uint32_t>(array.size());
    writeFileAtomically(bad, replaced(good, fourBytes(size), fourBytes(0x7fffffff)));
    const QString bomb = refusal([&] { readRecording(bad); });
    QVERIFY2(isSentence(bomb, "bad.npz"), qPrintable(bomb));
    writeNpz(bad, "x.npy", replaced(array, "(60, 3), }", "(60000000000, 3), }").substr(0, array.size()));
    QVERIFY(isSentence(refusal([&] { readRecording(bad); }), "bad.npz"));
    // One flipped bit in the compressed numbers: the checksum tells.
    int silent = 0;
    for (std::size_t at = 60; at + 120 < good.size(); at += 97) {
      std::string bytes = good;
      bytes[at] = static_cast<char>(bytes[at] ^ 16);
      writeFileAtomically(bad, bytes);
      if (refusal([&] { readRecording(bad); }).isEmpty()) ++silent;
    }
    QCOMPARE(silent, 0);
  }

  // Groups of very many things, and deep ones: what stands beside them is found, and what is not listed is
  // counted. Fails if the recording hides behind the first thousands, or a limit goes unsaid.
  void hugeGroups() {
    const std::string path = m_files.path("crowd.h5");
    const auto write = [&](Index crowd, const std::string& group) {
      std::remove(path.c_str());
      Hdf5Writer writer(path);
      writer.group(group);
      for (Index i = 0; i < crowd; ++i)
        writer.vector(group + "/d" + std::to_string(100'000 + i), Vector::Zero(1));
      writer.group("z");
      writer.matrix("z/x", tableNumbers());
    };
    write(6000, "a");
    COMPARE_MATRICES(readRecording(path).activity, Matrix(tableNumbers().transpose()), 0.0);
    const auto arrays = fileContents(path).arrays;
    QCOMPARE(QString::fromStdString(arrays[arrays.size() - 2].path), QString("z/x"));
    QCOMPARE(QString::fromStdString(arrays.back().reason), QString("1000 more arrays, which are not listed"));
    write(20'001, "a");
    COMPARE_MATRICES(readRecording(path).activity, Matrix(tableNumbers().transpose()), 0.0);
    const QString sentence = refusal([&] { readRecording(path + ":a/x"); });
    QVERIFY2(sentence.contains("has more than 20000 members, of which the first are listed"),
             qPrintable(sentence));
  }

  // Whatever a list leaves out is read by its name. Fails if the last of very many members, or one in a group
  // behind them, cannot be had, or a name that only resembles is taken.
  void namedInHugeGroups() {
    const std::string path = m_files.path("named.h5");
    {
      Hdf5Writer writer(path);
      for (Index i = 0; i < 20'001; ++i) writer.vector("a/d" + std::to_string(100'000 + i), Vector::Zero(1));
      writer.matrix("a/last.one", tableNumbers());
      writer.matrix("a/z/y/x", tableNumbers());
    }
    for (const char* place : {":a/last.one", ":a/z/y/x", ":/a/z/y/x"})
      COMPARE_MATRICES(readRecording(path + place).activity, Matrix(tableNumbers().transpose()), 0.0);
    for (const char* place : {":a/ast.one", ":a/d", ":a/z/x"})
      QVERIFY2(isSentence(refusal([&] { readRecording(path + place); }), "named.h5"), place);
  }

  // One array by several names, also through a group that has two, or links back to the root. Fails if it
  // passes for several recordings, or a link is told as leading to itself.
  void severalNames() {
    const std::string path = m_files.path("names.h5");
    {
      Hdf5Writer writer(path);
      writer.matrix("a/x", tableNumbers());
      writer.hardLink("a/y", "a/x");
      writer.hardLink("b", "a");
      writer.softLink("c", "/a/x");
      writer.hardLink("a/up", "/");
    }
    COMPARE_MATRICES(readRecording(path).activity, Matrix(tableNumbers().transpose()), 0.0);
    QStringList reasons;
    for (const auto& array : fileContents(path).arrays)
      reasons << QString::fromStdString(array.path + ": " + array.reason);
    for (const char* line :
         {"a/x: a matrix of numbers", "a/y: is the same array as /a/x", "b/x: is the same array as /a/x",
          "c: is a link to /a/x", "a/up: is a link back to a group above it"})
      QVERIFY2(reasons.contains(line), qPrintable(reasons.join('\n')));
    for (const char* place : {":a/y", ":b/x", ":c"})
      COMPARE_MATRICES(readRecording(path + place).activity, Matrix(tableNumbers().transpose()), 0.0);
  }

  // The product of the extents overflows; nothing was ever written.
  void overflowingShapes() {
    const std::string path = m_files.path("huge.h5");
    // 2^62 entries; and a header that is changed behind the library's back, as it would not write it.
    for (const bool lies : {false, true}) {
      const hsize_t rows = lies ? 19'088'743 : hsize_t{1} << 40;
      Hdf5Writer(path).claim("x", rows, lies ? 8 : hsize_t{1} << 19);
      const hsize_t more = hsize_t{1} << 62;
      const auto bytes = [](const hsize_t& value) {
        return std::string(reinterpret_cast<const char*>(&value), sizeof value);
      };
      if (lies) writeFileAtomically(path, replaced(readFileBytes(path), bytes(rows), bytes(more)));
      const QString sentence = refusal([&] { readRecording(path); });
      QVERIFY2(isSentence(sentence, "huge.h5"), qPrintable(sentence));
      const QString streamed = refusal([&] {
        if (const auto stream = streamRecording(path, {})) stream->run([](const Matrix&) { return true; });
      });
      QVERIFY2(streamed.isEmpty() || isSentence(streamed, "huge.h5"), qPrintable(streamed));
    }
  }

  // References that lead back to themselves, several at each turn.
  void cyclicReferences() {
    const std::string path = m_files.path("cycle.h5");
    {
      const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
      const hsize_t n = 3;
      const hid_t space = H5Screate_simple(1, &n, nullptr);
      const hid_t set = H5Dcreate2(file, "c", H5T_STD_REF_OBJ, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      hobj_ref_t all[3];
      for (auto& one : all) H5Rcreate(&one, file, "c", H5R_OBJECT, -1);
      H5Dwrite(set, H5T_STD_REF_OBJ, H5S_ALL, H5S_ALL, H5P_DEFAULT, all);
      H5Dclose(set);
      H5Sclose(space);
      H5Fclose(file);
    }
    const QString sentence = refusal([&] { readRecording(path); });
    QVERIFY2(isSentence(sentence, "cycle.h5"), qPrintable(sentence));
  }

  // Fails if a file that is written meanwhile is taken as read.
  void changedWhileRead() {
    const std::string path = m_files.path("moving.npy");
    writeNpy(path, tableNumbers(3000, 400));
    const UnchangedFile unchanged(path);
    unchanged.done();
    const auto stream = streamRecording(path, {});
    QVERIFY(stream.has_value());
    const QString sentence = refusal([&] {
      stream->run([&](const Matrix&) {
        std::ofstream(path, std::ios::binary | std::ios::app) << 'x';
        return true;
      });
    });
    QVERIFY2(isSentence(sentence, "moving.npy changed while it was read"), qPrintable(sentence));
    QVERIFY(isSentence(refusal([&] { unchanged.done(); }), "moving.npy changed"));
  }

  void pathsInUnicode() {
    const std::string folder = m_files.path("M\xC3\xA4use \xE2\x98\x83: 3");
    std::filesystem::create_directory(folder);
    const Matrix X = tableNumbers();
    const std::string npy = folder + "/\xE9\xBC\xA0.npy", csv = folder + "/a b;c.csv",
                      h5 = folder + "/\xCE\xB1.h5";
    writeNpy(npy, X);
    writeFileAtomically(csv, written(X));
    Hdf5Writer(h5).matrix("\xCE\xB2/\xCE\xB3", X);
    for (const std::string& spec : {npy, csv, h5, h5 + ":\xCE\xB2/\xCE\xB3"})
      COMPARE_MATRICES(readRecording(spec).activity, Matrix(X.transpose()), 0.0);
  }

  // What would be read twice, and can be once.
  void pipes() {
    const std::string path = m_files.path("pipe.npy");
    QCOMPARE(::mkfifo(path.c_str(), 0600), 0);
    const QString sentence = refusal([&] { readRecording(path); });
    QVERIFY2(isSentence(sentence, "pipe.npy: it is a pipe"), qPrintable(sentence));
    QVERIFY(isSentence(refusal([&] { readRecording("/dev/null"); }), "/dev/null: it is a pipe or a device"));
  }

 private:
  Files m_files;
};

KEYHOLE_TEST(TestHostileFiles)

}  // namespace tst_hostile_files

#include "tst_hostile_files.moc"
